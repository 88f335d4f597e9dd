"""Text of the spec, and of values, short enough for an error message."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import near
from pyspec.language.runtime.equality import Lazy
from pyspec.language.runtime.errors import text_of
from pyspec.tla2tools.plain import without_comments
from pyspec.values import Fn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.trace.model import Location

__all__ = ["Excerpts", "short"]

ROOM: Final = 100
_MOST_ELEMENTS: Final = 200
_SPACE: Final = re.compile(r"\s+")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""What ends a line for SANY: a form feed does not, as it would in `splitlines`."""
_TAB: Final = 8
"""SANY counts a tab as so many columns, or as many as are left of them."""


class Excerpts:
    """Reads what stands at a place; `files` are those of modules by name."""

    def __init__(self, files: Mapping[str, Path | str]) -> None:
        self._files = dict(files)
        self._lines: dict[str, list[str]] = {}

    def text(self, at: Location | None, otherwise: str = "") -> str:
        """Return the text on one line, abbreviated."""
        lines = self._of(at.module) if at is not None else []
        if at is None or not lines or at.end_line > len(lines):
            return otherwise
        part = lines[at.line - 1 : at.end_line]
        part[-1] = part[-1][: at.end_column]
        part[0] = part[0][at.column - 1 :]
        return clipped(_SPACE.sub(" ", " ".join(part)).strip()) or otherwise

    def file(self, module: str) -> str:
        """Return the file of a module, as the working directory sees it."""
        found = self._files.get(module)
        return f"{module}.tla" if found is None else near(found)

    def place(self, at: Location | None) -> str:
        """Return `file:line:column`; empty if it is not known."""
        return "" if at is None else f"{self.file(at.module)}:{at.line}:{at.column}"

    def _of(self, module: str) -> list[str]:
        if module not in self._lines:
            self._lines[module] = _read(self._files.get(module))
        return self._lines[module]


def _read(file: Path | str | None) -> list[str]:
    if file is None:
        return []
    try:
        text = Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return _LINE_END.split(without_comments(text.expandtabs(_TAB)))


def short(value: Any, room: int = ROOM) -> str:  # noqa: ANN401 - any value
    """Return a value's text within some room; of a huge one, what it is."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Lazy) and not hasattr(value, "_built"):
        return clipped(repr(value), room)
    count = len(value) if isinstance(value, frozenset | tuple | Fn) else 0
    if count > _MOST_ELEMENTS:
        if isinstance(value, frozenset):
            return f"a set of {count:,}"
        return (
            f"a {'sequence' if isinstance(value, tuple) else 'function'} of {count:,}"
        )
    return clipped(text_of(value), room)


def clipped(text: str, room: int = ROOM) -> str:
    """Return the beginning and the end of a text that is too long."""
    if len(text) <= room:
        return text
    end = room // 4
    return f"{text[: room - end - 3]}...{text[-end:]}"
