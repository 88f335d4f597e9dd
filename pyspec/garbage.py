"""When Python looks for garbage in cycles."""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["collect_seldom"]

_SELDOM: Final = 10_000, 20, 20


def collect_seldom() -> None:
    """Look for cycles more seldom than Python does by itself, in this process.

    Searches and simulations make millions of values and few cycles: with Python's
    own threshold of 700 a tenth to a fourth of their time goes into looking.
    """
    gc.set_threshold(*_SELDOM)
