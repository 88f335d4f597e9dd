"""The strings and names of a text, in the order in which TLC reads them.

TLC orders strings and model values by where it first met them: the cfg comes
before the modules, the root module before those that it extends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["names_in"]

_READ: Final = re.compile(
    r'"(?P<string>(?:\\.|[^"\\\n])*)"'
    r"|\\\*[^\n]*"
    r"|(?P<open>\(\*)"
    r"|(?P<name>\w*[A-Za-z]\w*)"
)
_BLOCK: Final = re.compile(r"\(\*|\*\)")


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return strings and names in the order in which they are first read."""
    found: dict[str, None] = {}
    for text in texts:
        at = 0
        while (match := _READ.search(text, at)) is not None:
            at = match.end()
            if match["open"]:
                at = _after_comment(text, at)
            elif match["string"] is not None:
                found[match["string"]] = None
            elif match["name"]:
                found[match["name"]] = None
    return tuple(found)


def _after_comment(text: str, at: int) -> int:
    """Return where a comment ends that began just before; comments nest."""
    depth = 1
    while depth and (match := _BLOCK.search(text, at)) is not None:
        depth += 1 if match[0] == "(*" else -1
        at = match.end()
    return at if not depth else len(text)
