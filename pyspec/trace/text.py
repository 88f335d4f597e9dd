r"""The text of a trace: one entry a line, values as in TLA+.

    ---- TRACE TwoPhaseCommit ----
    CONSTANT RM = {r1, r2}
    INIT     /\ tmState = "init"
    1 @r1 t=3ms  RMPrepare(r1)  /\ rmState[r1]' = "prepared"
    END quiescent
    ====

`trace.lark` defines each entry and gives the errors.  `PlainEventReader` reads
the events that hold plain values about ten times as fast; a test holds the two
to the same results.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.errors import Mistake
from pyspec.trace.clocks import Backwards, Clocks
from pyspec.trace.entries import (
    GRAMMAR,
    Constants,
    EntryBuilder,
    HeaderEntry,
    Init,
    Meta,
    Seen,
    Silents,
    clock_of,
    event_of,
    messages_of,
    nanoseconds,
    observed,
    path_of,
)
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Argument,
    Call,
    End,
    Event,
    Expectation,
    Loop,
    Observation,
    Silent,
    Skip,
    Step,
    Trace,
)
from pyspec.trace.write import MAX_LINE_BYTES, NO_ROOTS, TraceWriter, write_trace
from pyspec.values.build import Spending, UnfitError
from pyspec.values.grammar import Place, blank_comments, open_brackets
from pyspec.values.parse import NotPlainError, PlainReader, parse_plain

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from pyspec.values.model import Value

__all__ = [
    "MAX_LINE_BYTES",
    "TraceStream",
    "TraceWriter",
    "parse_trace",
    "read_trace",
    "write_trace",
]

_BLANKS: Final = " \t\r\f"
_HEADER: Final = re.compile(r"\s*(?:CONSTANTS?|META|SILENT|EXPECT|INIT)\b")
_EVENT: Final = re.compile(r"\s*[0-9]")
_ENDING: Final = re.compile(r"\s*(?:END|LOOP)\b")
_SECOND_TITLE: Final = re.compile(r"\s*-{4,}\s*TRACE\b")
_WORD: Final = re.compile(r"[A-Za-z0-9_]+(?:![A-Za-z0-9_]+)*")
_TIME: Final = re.compile(r"(?<=\s)t=")
_VECTOR: Final = re.compile(r"(?<=\s)vc=")
_CLOSING: Final = re.compile(r"\s*={4,}\s*")
# A last line that cannot be the beginning of another one.
_COMPLETE: Final = re.compile(r"\s*(?:END\s+(?:quiescent|cut|crashed)|={4,})\s*")
_FORMAT: Final = re.compile(r"\\\*\s*format\s+([0-9]{1,9})\b")


def read_trace(path: Path | str) -> Trace:
    """Read a trace from a file, line by line.

    A last line without a line end may have been torn while it was written: it
    is left out, and `damage` says so.  Anything else that is wrong is a Mistake
    with file, line and column.
    """
    return _TraceReader(str(path)).read(_lines_of_file(Path(path)))


def parse_trace(text: str, file: Path | str | None = None) -> Trace:
    """Read a trace from its text; `file` names it in errors."""
    name = None if file is None else str(file)
    return _TraceReader(name).read(_lines_of_text(text, name))


class TraceStream:
    """A trace that is still being written: whole lines go in, events come out.

    Events that came out are not kept.
    """

    def __init__(self, file: Path | str) -> None:
        self._file = Path(file)
        self._reader = _TraceReader(str(file))
        self._number = 0

    def feed(self, raw: bytes) -> tuple[Event, ...]:
        """Take a line with its end; Mistake for one that is wrong."""
        self._number += 1
        return self._reader.fed(_line(raw, self._file, self._number))

    def header(self) -> Trace:
        """Return the trace without events; Mistake if its header is wrong.

        It is complete once an event has come out, or the end was read.
        """
        return self._reader.header()

    def finished(self, numbers: Container[int]) -> Trace:
        """Return the trace without events; Mistake if it is wrong as a whole.

        `numbers` are those of all events that came out.
        """
        return self._reader.finished(numbers)

    @property
    def ended(self) -> bool:
        """Whether the trace says that nothing follows."""
        return self._reader.ended

    @property
    def end(self) -> End | Loop:
        """How the trace says that it ended; a cut, as long as it does not."""
        return self._reader.end


class _Line(NamedTuple):
    """A line without its end; `whole` if it had one."""

    number: int
    text: str
    whole: bool
    source: str = ""  # with its comments, if `text` is without


def _lines_of_file(path: Path) -> Iterator[_Line]:
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                yield _line(raw, path, number)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Mistake(f"this trace cannot be read: {reason}", file=path) from None


def _line(raw: bytes, path: Path, number: int) -> _Line:
    whole = raw.endswith(b"\n")
    _check_length(len(raw) - whole, str(path), number)
    try:
        return _Line(number, _without_end(raw.decode()), whole)
    except UnicodeDecodeError as error:
        if not whole:
            return _Line(number, raw.decode(errors="replace"), whole=False)
        raise Mistake(
            "this line is not UTF-8",
            file=path,
            line=number,
            column=len(raw[: error.start].decode(errors="replace")) + 1,
            expected="UTF-8",
            found=f"the byte 0x{raw[error.start]:02x}",
        ) from None


def _lines_of_text(text: str, file: str | None) -> Iterator[_Line]:
    number = start = 0
    while start < len(text):
        number += 1
        end = text.find("\n", start)
        whole = end >= 0
        end = end if whole else len(text)
        _check_length(end - start, file, number)
        yield _Line(number, _without_end(text[start:end]), whole)
        start = end + 1


def _without_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _check_length(length: int, file: str | None, number: int) -> None:
    if length > MAX_LINE_BYTES:
        raise Mistake(
            "this line is too long",
            file=file,
            line=number,
            expected=f"at most {MAX_LINE_BYTES:,} bytes a line",
        )


class _TraceReader:
    """Puts a trace together, line by line."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self._module: str | None = None
        self._entry: list[_Line] = []  # of the header, may go on over lines
        self._entry_length = 0
        self._entry_depth = 0  # of brackets that are open
        self._events: list[Event] = []
        self._clocks = Clocks()
        self._lines: dict[str, int] = {}
        self._spending = Spending()
        self._end: End | Loop | None = None
        self._closed = False
        self._damage: str | None = None
        self._constants: dict[str, Value] = {}
        self._meta: dict[str, Value] = {}
        self._silent: list[Silent] = []
        self._expect: tuple[Expectation, int] | None = None
        self._init: list[Observation] | None = None

    def read(self, lines: Iterable[_Line]) -> Trace:
        """Read all lines."""
        for line in map(self._without_comments, lines):
            if line.text.strip(_BLANKS):
                self._take(line)
        self._finish_entry()
        self._check_end({event.number for event in self._events})
        return self._trace()

    def finished(self, numbers: Container[int]) -> Trace:
        """Return the trace without its events, which have these numbers."""
        self._finish_entry()
        self._check_end(numbers)
        return replace(self._trace(), events=())

    def fed(self, line: _Line) -> tuple[Event, ...]:
        """Read one line more; return its event and keep only the last one."""
        bare = self._without_comments(line)
        before = self._events[-1:]
        if bare.text.strip(_BLANKS):
            self._take(bare)
        found = self._events[len(before) :]
        self._events = self._events[-1:]
        if found:
            self._spending = Spending()  # for what is kept, and that is not
        return tuple(found)

    def header(self) -> Trace:
        """Return what is known without the events."""
        self._finish_entry()
        if self._module is None:
            self._check_end(())
        return replace(self._trace(), events=(), end=End.CUT)

    @property
    def ended(self) -> bool:
        """Whether the end was read."""
        return self._closed or self._end is not None

    @property
    def end(self) -> End | Loop:
        """How the trace ended, as far as it was read."""
        return self._end or End.CUT

    def _without_comments(self, line: _Line) -> _Line:
        place = Place(line.text, file=self._file, line=line.number)
        try:
            text = blank_comments(line.text, place)
        except Mistake:
            if line.whole:
                raise
            text = line.text
        return _Line(line.number, text, line.whole, line.text)

    def _take(self, line: _Line) -> None:
        self._spending.read(len(line.text))
        if not line.whole and not _COMPLETE.fullmatch(line.text):
            self._tear(line)
        elif self._module is None:
            self._module = self._title(line)
        elif self._closed:
            raise self._mistake(line, "nothing may follow ====")
        elif self._end is not None:
            self._close(line)
        elif self._events or self._leaves_header(line.text):
            self._finish_entry()
            self._take_event_or_end(line)
        else:
            self._take_header(line)

    def _take_event_or_end(self, line: _Line) -> None:
        if _CLOSING.fullmatch(line.text):
            self._closed = True
        elif _ENDING.match(line.text):
            self._end = self._build(line.text, "ending", line.number, "this end")
            self._lines["END"] = line.number
        else:
            self._check_is_event(line)
            self._add(_event(line, self._file, self._spending), line)

    def _add(self, event: Event, line: _Line) -> None:
        if self._events and event.number <= self._events[-1].number:
            raise self._mistake(
                line,
                "the numbers of events must increase",
                expected=f"a number above {self._events[-1].number}",
                found=str(event.number),
            )
        if (wrong := self._clocks.take(event)) is not None:
            raise self._clock_mistake(line, wrong)
        self._events.append(event)

    def _clock_mistake(self, line: _Line, wrong: Backwards) -> Mistake:
        shown = _TIME if wrong.field == "time_ns" else _VECTOR
        found = shown.search(line.text)
        return Mistake(
            wrong.message,
            file=self._file,
            line=line.number,
            column=found.start() + 1 if found is not None else None,
            expected=wrong.expected,
            found=wrong.found,
        )

    def _check_is_event(self, line: _Line) -> None:
        self._check_no_title(line)
        if _HEADER.match(line.text):
            raise self._mistake(
                line,
                "the header comes before the first event",
                expected="an event, END, LOOP or ====",
            )
        if line.text.lstrip(_BLANKS).startswith("/\\"):
            raise self._mistake(
                line, "an event stands on one line, with all that was observed"
            )

    def _close(self, line: _Line) -> None:
        if not _CLOSING.fullmatch(line.text):
            raise self._mistake(line, "the end is not the last entry", expected="====")
        self._closed = True

    def _title(self, line: _Line) -> str:
        text = line.text.removeprefix("\ufeff")
        form = _FORMAT.search(line.source)
        if form is not None and form[1].lstrip("0") != "1":
            raise self._mistake(
                line,
                f"this trace is in format {form[1]}",
                expected="format 1",
                hint="a newer pyspec may read it",
            )
        name: str = self._build(text, "title", line.number, "the first line of a trace")
        self._lines["TRACE"] = line.number
        return name

    def _mistake(self, line: _Line, message: str, **details: str) -> Mistake:
        column = len(line.text) - len(line.text.lstrip(_BLANKS)) + 1
        return Mistake(
            message, file=self._file, line=line.number, column=column, **details
        )

    def _build(self, text: str, start: str, number: int, what: str) -> Any:  # noqa: ANN401 - each entry has its own type
        place = Place(text, file=self._file, line=number)
        tree = GRAMMAR.tree(text, start, place, what=what)
        return EntryBuilder(place, spending=self._spending).build(tree)

    # The header.

    def _leaves_header(self, text: str) -> bool:
        if _ENDING.match(text) or _CLOSING.match(text):
            return True
        return _EVENT.match(text) is not None and self._entry_depth <= 0

    def _check_no_title(self, line: _Line) -> None:
        if _SECOND_TITLE.match(line.text):
            raise self._mistake(
                line,
                "a trace has one header, and this is a second",
                expected="each trace in a file of its own",
            )

    def _take_header(self, line: _Line) -> None:
        if self._entry_depth <= 0:
            self._check_no_title(line)
        if _HEADER.match(line.text) or not self._entry:
            self._finish_entry()
        self._entry.append(line)
        self._entry_length += len(line.text) + 1
        self._entry_depth += open_brackets(line.text)
        _check_length(self._entry_length - 1, self._file, self._entry[0].number)

    def _finish_entry(self) -> None:
        entry, self._entry = self._entry, []
        self._entry_length = self._entry_depth = 0
        if entry:
            text = "\n".join(line.text for line in entry)
            what = "this entry of the header"
            self._keep(self._build(text, "header", entry[0].number, what), entry)

    def _keep(self, entry: HeaderEntry, lines: list[_Line]) -> None:
        line = lines[0]
        match entry:
            case Constants(pairs):
                self._keep_pairs(self._constants, pairs, line)
                self._note_lines("CONSTANT", [name for name, _ in pairs], lines)
            case Meta(pairs):
                self._keep_pairs(self._meta, pairs, line)
            case Silents(silent):
                self._silent += silent
                self._note_lines("SILENT", [one.call.action for one in silent], lines)
            case Init(observations):
                if self._init is not None:
                    raise self._mistake(line, "INIT occurs twice")
                self._init = observations
                self._note_lines("INIT", [one.path.root for one in observations], lines)
            case Expectation():
                if self._expect is not None:
                    raise self._mistake(line, "EXPECT occurs twice")
                self._expect = entry, line.number
                self._lines["EXPECT"] = line.number

    def _note_lines(self, keyword: str, names: list[str], lines: list[_Line]) -> None:
        """Note where names stand in an entry: on its first line that has them."""
        todo = {*names}
        for line in lines:
            for name in {*_WORD.findall(line.text)} & todo:
                self._lines.setdefault(f"{keyword} {name}", line.number)
                todo.discard(name)

    def _keep_pairs(
        self, kept: dict[str, Value], pairs: list[tuple[str, Value]], line: _Line
    ) -> None:
        for name, value in pairs:
            if name in kept:
                raise self._mistake(
                    line, f"{name} is given twice", expected="one value for each name"
                )
            kept[name] = value

    # The end.

    def _tear(self, line: _Line) -> None:
        if self._module is None:
            raise self._mistake(
                line, "this trace ends in its first line", expected="a line end"
            )
        if self._entry_depth > 0:
            self._entry = []
        self._damage = (
            f"line {line.number} has no line end, so it may be torn: it is left out"
        )

    def _check_end(self, numbers: Container[int]) -> None:
        if self._module is None:
            raise Mistake(
                "this is no trace: it is empty",
                file=self._file,
                line=1,
                expected="---- TRACE Name ----",
            )
        if isinstance(self._end, Loop):
            self._check_loop(self._end.back_to, numbers)
        if self._expect is None or self._end is None:
            return  # the event that EXPECT names may have been cut off
        expectation, line = self._expect
        named = expectation.event
        if named is not None and named != 0 and named not in numbers:
            raise Mistake(
                f"EXPECT names event {named}, which is not in the trace",
                file=self._file,
                line=line,
                expected="the number of an event, or 0 for INIT",
            )

    def _check_loop(self, back_to: int, numbers: Container[int]) -> None:
        last = self._events[-1].number if self._events else 0
        if back_to == last or (back_to != 0 and back_to not in numbers):
            raise Mistake(
                f"LOOP {back_to} repeats no event",
                file=self._file,
                line=self._lines["END"],
                column=1,
                expected="0 or the number of an event before the last",
            )

    def _trace(self) -> Trace:
        assert self._module is not None  # noqa: S101 - _check_end saw to it
        return Trace(
            module=self._module,
            events=tuple(self._events),
            constants=self._constants,
            meta=self._meta,
            silent=tuple(self._silent),
            expect=self._expect[0] if self._expect is not None else None,
            init=tuple(self._init or ()),
            end=self._end if self._end is not None else End.CUT,
            file=self._file,
            damage=self._damage,
            lines=self._lines,
        )


# Events.


def _event(line: _Line, file: str | None, spending: Spending) -> Event:
    source = line.source.strip(_BLANKS)
    try:
        return plain_event(line.text, line.number, source)
    except (NotPlainError, UnfitError, RecursionError):
        place = Place(line.text, file=file, line=line.number)
        return event_by_grammar(line.text, place, source, spending)


def event_by_grammar(
    text: str,
    place: Place,
    source: str | None = None,
    spending: Spending | None = None,
) -> Event:
    """Read an event by the grammar."""
    tree = GRAMMAR.tree(text, "event", place, what="this event")
    event: Event = EntryBuilder(place, source, spending).build(tree)
    return event


_REMEMBERED_LENGTH: Final = 4_096
_HEAD: Final = re.compile(
    r"""[ \t]*(?P<number>[0-9]{1,18})[ \t]+
        (?:@(?P<process>[A-Za-z0-9_.:/-]+)[ \t]+)?
        (?:t=(?P<time>[^ \t]+)[ \t]+)?
        (?:vc=(?P<clock>\[[^][(){}<"]*\])[ \t]+)?
        (?:recv=(?P<received>[^ \t]+)[ \t]+)?
        (?:send=(?P<sent>[^ \t]+)[ \t]+)?
        (?=[A-Za-z0-9_?])""",
    re.VERBOSE,
)


def plain_event(text: str, line: int = 1, source: str | None = None) -> Event:
    """Read an event that holds plain values only; NotPlainError for all else."""
    head = _HEAD.match(text)
    if head is None:
        raise NotPlainError
    parts: dict[str, Any] = {"process": head["process"]}
    if head["time"] is not None:
        parts["time_ns"] = nanoseconds(head["time"])
    if head["clock"] is not None:
        parts["clock"] = clock_of(parse_plain(head["clock"]))
    for name in ("sent", "received"):
        if head[name] is not None:
            parts[name] = messages_of(head[name])
    if len(text) > _REMEMBERED_LENGTH:
        steps_of, observation_of = _plain_steps, _plain_observation
    else:
        steps_of, observation_of = _known_steps, _known_observation
    # A cut inside of a string leaves it open, so a piece is refused.
    steps, *observations = text[head.end() :].split("/\\")
    parts["steps"] = steps_of(steps)
    parts["observations"] = tuple(map(observation_of, observations))
    return event_of(int(head["number"]), parts, line, source)


def _plain_steps(text: str) -> tuple[Step, ...]:
    reader = PlainEventReader(text)
    steps = reader.steps()
    reader.expect_end()
    return steps


def _plain_observation(text: str) -> Observation:
    reader = PlainEventReader(text)
    observation = reader.observation()
    reader.expect_end()
    return observation


_known_steps = functools.lru_cache(maxsize=1 << 14)(_plain_steps)
_known_observation = functools.lru_cache(maxsize=1 << 16)(_plain_observation)


class PlainEventReader(PlainReader):
    """Reads the steps, or an observation, of an event, if they are plain."""

    def steps(self) -> tuple[Step, ...]:
        """Read `A(r1) ; B`."""
        steps = [self._step()]
        while self.take(";"):
            steps.append(self._step())
        return tuple(steps)

    def observation(self) -> Observation:
        """Read `x[r1]' = 1`."""
        seen = self._path()
        relation = self.tokens[self.at]
        if relation not in {"=", r"\in"}:
            raise NotPlainError
        self.at += 1
        value = self.value()
        if relation == r"\in" and not isinstance(value, frozenset):
            raise NotPlainError
        return observed(seen, relation, value)

    def _step(self) -> Step:
        if self.take("?"):
            return AnyStep()
        if self.take("SKIP"):
            return Skip()
        action = self.name()
        if not self.take("("):
            return Call(action)
        self._enter()
        arguments = [self._argument()]
        while self.take(","):
            arguments.append(self._argument())
        self.expect(")")
        self._depth -= 1
        return Call(action, tuple(arguments))

    def _argument(self) -> Argument:
        return UNKNOWN if self.take("_") else self.value()

    def _path(self) -> Seen:
        root = self.name()
        if root in NO_ROOTS:
            raise NotPlainError
        parts: list[tuple[str, list[Value]]] = []
        while (part := self._part()) is not None:
            parts.append(part)
        return path_of(root, parts)

    def _part(self) -> tuple[str, list[Value]] | None:
        if self.take("'"):
            return "'", []
        if self.take("."):
            return "[", [self.name()]
        if not self.take("["):
            return None
        self._enter()
        values = self.values("]")
        self._depth -= 1
        if not values:
            raise NotPlainError
        return "[", values
