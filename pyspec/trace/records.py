"""Files of a trace: line by line, or as one document; JSON objects a line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from pyspec.errors import Mistake
from pyspec.trace.strict_json import mistake_of, read_json
from pyspec.trace.write import MAX_LINE_BYTES
from pyspec.values.from_itf import WrongJsonError, described

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DOCUMENT_BYTES: Final = 32 << 20
"""How large a file may be that is one JSON document, read as a whole."""

_MARK: Final = "\ufeff"


class Line(NamedTuple):
    """A line without its end; `whole` if it had one.  Numbers are from 1."""

    number: int
    text: str
    whole: bool


class Record(NamedTuple):
    """A JSON object, and the line that it stands on."""

    line: Line
    data: dict[str, Any]


class Records:
    """The JSON objects of a stream, one a line; blank lines count as none.

    A last line without a line end that is no JSON may have been torn while it
    was written: it is left out, `damage` says so afterwards, and `torn` why.
    """

    def __init__(self, stream: BinaryIO, file: str | None) -> None:
        self.file = file
        self.damage: str | None = None
        self.torn: Mistake | None = None
        self._lines = lines_of(stream, file)

    def __iter__(self) -> Iterator[Record]:
        for line in self._lines:
            if line.text.strip():
                record = self._record(line)
                if record is not None:
                    yield record

    def give(self, take: Callable[[Record], object]) -> None:
        """Hand each record to what takes it; Mistake with the place if it cannot."""
        for record in self:
            try:
                take(record)
            except WrongJsonError as wrong:
                line = record.line
                raise mistake_of(wrong, line.text, self.file, line.number) from None

    def _record(self, line: Line) -> Record | None:
        try:
            data = read_json(line.text, self.file, line.number)
        except Mistake as mistake:
            if line.whole or not _is_torn(line.text):
                raise
            self.torn = mistake
            self.damage = (
                f"line {line.number} has no line end, so it may be torn: it is left out"
            )
            return None
        if not isinstance(data, dict):
            raise Mistake(
                "each line is one JSON object",
                file=self.file,
                line=line.number,
                column=len(line.text) - len(line.text.lstrip()) + 1,
                expected="{...}",
                found=described(data),
            )
        return Record(line, data)


def _is_torn(text: str) -> bool:
    try:
        json.loads(text)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def opened(path: Path | str) -> BinaryIO:
    """Open a file for reading; Mistake if that cannot be."""
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise unreadable(error, str(path)) from None


def stream_of(text: str) -> BinaryIO:
    """Return a stream that reads this text; a lone surrogate is no UTF-8."""
    return io.BytesIO(text.encode("utf-8", "surrogatepass"))


def lines_of(stream: BinaryIO, file: str | None) -> Iterator[Line]:
    """Yield lines; Mistake with its place for one too long or not UTF-8."""
    number = 0
    while raw := read_line(stream, file):
        number += 1
        whole = raw.endswith(b"\n")
        if len(raw) - whole > MAX_LINE_BYTES:
            raise Mistake(
                "this line is too long",
                file=file,
                line=number,
                expected=f"at most {MAX_LINE_BYTES:,} bytes a line",
            )
        text = _decoded(raw, file, number, whole=whole)
        text = text.removesuffix("\n").removesuffix("\r")
        yield Line(number, text.removeprefix(_MARK) if number == 1 else text, whole)


def document_of(stream: BinaryIO, file: str | None) -> str:
    """Return the text of a stream that is one document, if that is not too long."""
    try:
        raw = stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise unreadable(error, file) from None
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise Mistake(
            "this file is too long",
            file=file,
            expected=f"at most {MAX_DOCUMENT_BYTES:,} bytes for one document",
        )
    return _decoded(raw, file, 1, whole=True).removeprefix(_MARK)


def unreadable(error: OSError, file: str | None) -> Mistake:
    """Return the mistake of naming a file that cannot be read."""
    reason = error.strerror or str(error)
    return Mistake(f"this trace cannot be read: {reason}", file=file)


def read_line(stream: BinaryIO, file: str | None) -> bytes:
    """Return a line, or as much of it as shows that it is too long."""
    try:
        return stream.readline(MAX_LINE_BYTES + 2)
    except OSError as error:
        raise unreadable(error, file) from None


def _decoded(raw: bytes, file: str | None, number: int, *, whole: bool) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if not whole and error.reason == "unexpected end of data":
            return raw.decode(errors="replace")
        before = raw[: error.start].decode(errors="replace")
        raise Mistake(
            "this line is not UTF-8",
            file=file,
            line=number + before.count("\n"),
            column=len(before) - before.rfind("\n"),
            expected="UTF-8",
            found=f"the byte 0x{raw[error.start]:02x}",
        ) from None
