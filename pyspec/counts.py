"""Numbers of things, as people read them."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts, of a noun whose plural ends in s.

    >>> counted(1, "event"), counted(4888, "line")
    ('1 event', '4,888 lines')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
