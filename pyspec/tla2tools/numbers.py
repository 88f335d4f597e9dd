"""Numbers that TLC and SANY print: counts, lines and columns."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 40


def whole(digits: str) -> int:
    """Return the number; 0 for one that is too long to be any of them."""
    return int(digits) if len(digits) <= _LONGEST else 0
