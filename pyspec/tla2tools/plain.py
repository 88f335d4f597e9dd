"""TLA+ and cfg text without its comments, for scans that need no parser."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_comments"]

_OUTSIDE: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|\\\*[^\n]*|\(\*')
_INSIDE: Final = re.compile(r"\(\*|\*\)")


def without_comments(text: str) -> str:
    """Replace comments by blanks; every other character keeps its place.

    A comment that is not closed goes to the end.
    """
    kept: list[str] = []
    at = 0
    while match := _OUTSIDE.search(text, at):
        end = match.end()
        kept.append(text[at : match.start()])
        if match[0] == "(*":
            end = _end_of_comment(text, end)
        is_string = match[0].startswith('"')
        kept.append(match[0] if is_string else _blank(text[match.start() : end]))
        at = end
    kept.append(text[at:])
    return "".join(kept)


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    for match in _INSIDE.finditer(text, at):
        depth += 1 if match[0] == "(*" else -1
        if not depth:
            return match.end()
    return len(text)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
