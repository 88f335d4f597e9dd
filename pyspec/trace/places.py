"""Where in a trace's file something stands that only the spec shows to be wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from pyspec.trace.write import MAX_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyspec.trace.model import Trace

_MOST_LINES: Final = 10_000_000


def column_of(file: str | None, line: int | None, word: str) -> int | None:
    """Return where a word stands on a line, from 1; None if it is not found.

    The file is read again: it is known only now that the word is wrong.
    """
    if file is None or line is None or line > _MOST_LINES:
        return None
    try:
        with Path(file).open("rb") as stream:
            text = _nth(stream, line).decode(errors="replace")
    except OSError:
        return None
    found = word_in(text.removeprefix("\ufeff") if line == 1 else text, word)
    return None if found is None else found + 1


def word_in(text: str, word: str) -> int | None:
    """Return the offset of a word that is no part of a longer one."""
    found = re.search(rf"(?<![A-Za-z0-9_!]){re.escape(word)}(?![A-Za-z0-9_!])", text)
    return None if found is None else found.start()


def header_lines(trace: Trace, line: int) -> Mapping[str, int]:
    """Return the lines of a header's entries, if all of them stand on one line."""
    words: Iterable[str] = (
        "TRACE",
        "EXPECT",
        *(f"CONSTANT {name}" for name in trace.constants),
        *(f"SILENT {silent.call.action}" for silent in trace.silent),
        *(f"INIT {seen.path.root}" for seen in trace.init),
    )
    return dict.fromkeys(words, line)


def _nth(stream: BinaryIO, line: int) -> bytes:
    for _ in range(line - 1):
        if not stream.readline(MAX_LINE_BYTES + 2):
            break
    return stream.readline(MAX_LINE_BYTES + 2)
