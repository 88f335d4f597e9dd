"""More than one syntax error of a module, though SANY stops at the first.

The definition that holds the error is blanked in a copy, and SANY asked again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from pyspec.tla2tools.plain import without_comments

__all__ = ["without_unit"]

_UNIT: Final = re.compile(
    r"^(?:(?:LOCAL\s+)?(?:[A-Za-z_]\w*\s*(?:\([^=\n]*\)|\[[^=\n]*\])?\s*==|INSTANCE\b)"
    r"|(?:VARIABLES?|CONSTANTS?|ASSUME|ASSUMPTION|AXIOM|THEOREM|LEMMA|PROPOSITION"
    r"|COROLLARY|RECURSIVE|EXTENDS)\b|-{4,}|={4,})",
    re.MULTILINE,
)
_FIXED: Final = re.compile(r"-{4,}\s*MODULE\b|={4,}")


def without_unit(text: str, line: int, column: int) -> str | None:
    """Return the text without the unit that a syntax error there belongs to.

    Lines keep their numbers, comments go too.  Units are what starts in the
    first column: definitions, declarations, theorems.  An error within the
    head of a unit is the fault of the unit before it, which does not end.
    None if there is no such unit, or it is the frame of the module.
    """
    plain = without_comments(text)
    heads = list(_UNIT.finditer(plain))
    offset = _offset(plain, line, column)
    which = bisect_right([head.start() for head in heads], offset) - 1
    if which >= 0 and offset < heads[which].end():
        which -= 1
    if which < 0 or _FIXED.match(plain, heads[which].start()):
        return None
    ends = [*(head.start() for head in heads[1:]), len(plain)]
    start, end = heads[which].start(), ends[which]
    blank = re.sub(r"[^\n]", " ", plain[start:end])
    return plain[:start] + blank + plain[end:]


def _offset(text: str, line: int, column: int) -> int:
    """Return the place of a line and column, both from 1."""
    start = 0
    for _ in range(line - 1):
        newline = text.find("\n", start)
        if newline < 0:
            return len(text)
        start = newline + 1
    return min(start + max(column - 1, 0), len(text))
