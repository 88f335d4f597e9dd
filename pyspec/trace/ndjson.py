r"""Traces as NDJSON: a header, one object per event, and the end, a line each.

    {"format": 1, "module": "TwoPhaseCommit", "constants": {"RM": {"#set": [...]}}}
    {"event": 1, "process": "r1", "steps": [{"action": "RMPrepare", "arguments": ...
    {"end": "quiescent"}

Values are in ITF's encoding, with `{"#mv": "r1"}` for a model value.  Unlike
the text, this tells a call with no arguments from one whose arguments were not
recorded.  docs/schemas/trace.schema.json describes each line.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TextIO

from pyspec.errors import Bug, Mistake
from pyspec.trace.clocks import Clocks
from pyspec.trace.json_form import (
    HEADER,
    check_clock_of_json,
    end_from_json,
    end_to_json,
    event_from_json,
    event_to_json,
    header_from_json,
    header_to_json,
)
from pyspec.trace.model import End, Event, Loop, Trace
from pyspec.trace.places import header_lines
from pyspec.trace.records import Record, Records, opened, stream_of
from pyspec.trace.strict_json import inside, mistake_of, read_json
from pyspec.trace.write import MAX_LINE_BYTES, TraceWriter, check_clock, is_cut_short
from pyspec.values.from_itf import WrongJsonError, described
from pyspec.values.model import MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONG_NUMBER: Final = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}")
_ENDS: Final = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


def read_ndjson(path: Path | str) -> Trace:
    """Read a trace from a file, line by line; as `read_trace` does for the text.

    A last line that is torn is left out, and `damage` says so.  Anything else
    that is wrong is a Mistake with file, line and column.
    """
    with opened(path) as stream:
        return read_ndjson_stream(stream, str(path))


def parse_ndjson(text: str, file: Path | str | None = None) -> Trace:
    """Read a trace from its text; `file` names it in errors."""
    return read_ndjson_stream(stream_of(text), None if file is None else str(file))


def read_ndjson_stream(stream: BinaryIO, file: str | None) -> Trace:
    """Read a trace from a stream of bytes."""
    return _Reader(Records(stream, file)).read()


def write_ndjson(trace: Trace) -> str:
    """Return the text of a trace; `parse_ndjson` gives an equal one."""
    return "".join(f"{line}\n" for line in _lines(trace))


class NdjsonWriter(TraceWriter):
    """Writes a trace while it happens, as `TraceWriter` does in the text form."""

    def __init__(self, file: TextIO, header: Trace) -> None:
        self._file = file
        self._last = 0
        self._ended = False
        self._clocks = Clocks()
        self._write(json_line(header_to_json(header)))
        for event in header.events:
            self.event(event)

    def event(self, event: Event) -> None:
        """Append an event; its number must be above the last one's."""
        if self._ended:
            raise Bug("an event was recorded after the end of its trace")
        check_clock(self._clocks, event)
        line = json_line(event_to_json(event, self._last))
        self._last = event.number
        self._write(line)

    def end(self, end: End | Loop = End.QUIESCENT) -> None:
        """Append the end; nothing follows it."""
        if self._ended:
            raise Bug("a trace was ended twice")
        self._ended = True
        self._write(json_line(end_to_json(end)))


def _lines(trace: Trace) -> Iterator[str]:
    yield json_line(header_to_json(trace))
    last, clocks = 0, Clocks()
    for event in trace.events:
        check_clock(clocks, event)
        yield json_line(event_to_json(event, last))
        last = event.number
    if not is_cut_short(trace):
        yield json_line(end_to_json(trace.end))


def json_line(data: dict[str, Any]) -> str:
    """Return JSON on one line; Mistake if it could not be read back."""
    text = json_text(data)
    size = len(text.encode())
    if size > MAX_LINE_BYTES:
        raise Mistake(
            f"a line of a trace would have {size:,} bytes",
            expected=f"at most {MAX_LINE_BYTES:,}, or it could not be read back",
        )
    return text


def json_text(data: dict[str, Any]) -> str:
    """Return JSON; Mistake if it has a number too long or no UTF-8.

    Characters that some readers take for the end of a line are escaped.
    """
    try:
        text = json.dumps(data, ensure_ascii=False).translate(_ENDS)
        text.encode()
    except UnicodeEncodeError:
        raise Mistake("a trace is UTF-8: it cannot hold a lone surrogate") from None
    except ValueError:
        raise Mistake("an integer has too many digits to be written") from None
    if len(text) > MAX_DIGITS and _LONG_NUMBER.search(text):
        read_json(text)  # the digits may stand in a string
    return text


class _Reader:
    """Puts a trace together, line by line."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._header: tuple[Record, Trace] | None = None
        self._events: list[Event] = []
        self._clocks = Clocks()
        self._end: End | Loop | None = None

    def read(self) -> Trace:
        """Read all lines."""
        for record in self._records:
            try:
                self._take(record)
            except WrongJsonError as wrong:
                raise self._mistake(wrong, record) from None
        if self._header is None:
            raise self._no_header()
        record, header = self._header
        self._check_expectation(record, header)
        return replace(
            header,
            events=tuple(self._events),
            end=self._end if self._end is not None else End.CUT,
            file=self._records.file,
            damage=self._records.damage,
        )

    def _mistake(self, wrong: WrongJsonError, record: Record) -> Mistake:
        line = record.line
        return mistake_of(wrong, line.text, self._records.file, line.number)

    def _take(self, record: Record) -> None:
        data = record.data
        if self._end is not None:
            raise WrongJsonError("nothing may follow the end of a trace")
        if self._header is None:
            header = header_from_json(data)
            lines = header_lines(header, record.line.number)
            self._header = record, replace(header, lines=lines)
        elif "event" in data:
            self._events.append(self._event(record))
        elif "end" in data or "loop" in data:
            self._end = self._checked(end_from_json(data))
        elif "format" in data:
            raise WrongJsonError("a trace has one header, and this is a second")
        else:
            raise WrongJsonError(
                "this is neither an event nor an end",
                expected='an object with "event", "end" or "loop"',
                found=described(data),
            )

    def _event(self, record: Record) -> Event:
        last = self._events[-1].number if self._events else 0
        event = event_from_json(record.data, last)
        check_clock_of_json(self._clocks, event)
        return replace(event, line=record.line.number, source=record.line.text.strip())

    def _checked(self, end: End | Loop) -> End | Loop:
        if isinstance(end, Loop):
            numbers = [event.number for event in self._events]
            if not numbers or end.back_to not in {0, *numbers[:-1]}:
                with inside("loop"):
                    raise WrongJsonError(
                        f"a loop back to {end.back_to} repeats no event",
                        expected="0 or the number of an event before the last",
                    )
        return end

    def _no_header(self) -> Mistake:
        torn = self._records.damage is not None
        return Mistake(
            "this trace ends in its first line"
            if torn
            else "this is no trace: it is empty",
            file=self._records.file,
            line=1,
            expected="a line end" if torn else HEADER,
        )

    def _check_expectation(self, record: Record, header: Trace) -> None:
        expect = header.expect
        if expect is None or expect.event is None or self._end is None:
            return  # the event that it names may have been cut off
        if expect.event not in {0, *(event.number for event in self._events)}:
            wrong = WrongJsonError(f"event {expect.event} is not in the trace")
            wrong.path += ["event", "expect"]
            raise self._mistake(wrong, record)
