"""Writing a trace's text, at once or as a process runs."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final, Self, TextIO

from pyspec.errors import Bug, Mistake, Unavailable
from pyspec.trace.clocks import Clocks
from pyspec.trace.model import (
    AnyStep,
    Argument,
    Call,
    End,
    Event,
    Expectation,
    Expected,
    Loop,
    Observation,
    Path,
    Relation,
    Silent,
    Step,
    Trace,
    Unknown,
)
from pyspec.values.model import MAX_DEPTH, Value, fn, is_name
from pyspec.values.show import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType

MAX_LINE_BYTES: Final = 1 << 20
"""How long a line may be, and an entry of the header over several lines."""

_PROCESS: Final = re.compile(r"[A-Za-z0-9_.:/-]+")
MESSAGE: Final = _PROCESS
"""The form of a message's name."""

TOO_LATE_NS: Final = 10**30
"""Times of events are before this, which leaves 10^13 years."""

_UNITS: Final = (("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1))
NO_ROOTS: Final = frozenset(
    {"Len", "TRUE", "FALSE", "BOOLEAN", "STRING", "SUBSET", "UNION"}
)
"""Words that cannot be a variable: the grammar reads them as something else."""


def write_trace(trace: Trace) -> str:
    """Return the text of a trace.

    `parse_trace` gives an equal one, except that a call with no arguments, `()`,
    comes back as a bare name, whose arguments are None.
    """
    ending = () if is_cut_short(trace) else _ending(trace.end)
    lines = [*_header(trace), *_events(trace.events), *ending]
    return "".join(f"{_checked(line)}\n" for line in lines)


class TraceWriter:
    """Writes a trace while it happens: the header, then each event at once.

    Every line reaches the operating system before the next one is asked for, so
    a crash of the process costs at most the line that it was writing.  Without
    `end`, the trace reads as cut off.  As a context manager it closes the file
    and writes no end: whether a recording ended well is the caller's to say.
    """

    def __init__(self, file: TextIO, header: Trace) -> None:
        self._file = file
        self._last = 0
        self._ended = False
        self._clocks = Clocks()
        for line in _header(header):
            self._write(line)
        for event in header.events:
            self.event(event)

    @classmethod
    def create(cls, path: FilePath | str, header: Trace) -> Self:
        """Begin a new file, replacing one that is there."""
        try:
            file = FilePath(path).open("w", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise _unavailable(error, str(path)) from None
        try:
            return cls(file, header)
        except BaseException:
            with contextlib.suppress(OSError):
                file.close()
            raise

    def event(self, event: Event) -> None:
        """Append an event; its number must be above the last one's.

        Mistake, too, if a clock of its process runs backwards.
        """
        if self._ended:
            raise Bug("an event was recorded after the end of its trace")
        check_clock(self._clocks, event)
        self._last = _increasing(event.number, self._last)
        self._write(_event(event))

    def end(self, end: End | Loop = End.QUIESCENT) -> None:
        """Append the end; nothing follows it."""
        if self._ended:
            raise Bug("a trace was ended twice")
        self._ended = True
        for line in _ending(end):
            self._write(line)

    def close(self) -> None:
        """Close the file."""
        try:
            self._file.close()
        except OSError as error:
            raise _unavailable(error, getattr(self._file, "name", None)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, line: str) -> None:
        try:
            self._file.write(f"{_checked(line)}\n")
            self._file.flush()
        except OSError as error:
            raise _unavailable(error, getattr(self._file, "name", None)) from None


def _unavailable(error: OSError, file: object) -> Unavailable:
    reason = error.strerror or str(error)
    name = file if isinstance(file, str) else None
    return Unavailable(f"the trace cannot be written: {reason}", file=name)


def _checked(line: str) -> str:
    try:
        length = len(line.encode())
    except UnicodeEncodeError:
        raise Mistake("a trace is UTF-8: it cannot hold a lone surrogate") from None
    if length > MAX_LINE_BYTES:
        raise Mistake(
            f"a line of a trace would have {length:,} bytes",
            expected=f"at most {MAX_LINE_BYTES:,}, or it could not be read back",
        )
    return line


# The header and the end.


def _header(trace: Trace) -> Iterator[str]:
    yield f"---- TRACE {checked_name(trace.module)} ----  \\* format 1"
    for name, value in trace.constants.items():
        yield f"CONSTANT {checked_name(name)} = {show(value)}"
    for name, value in trace.meta.items():
        yield f"META     {name if is_name(name) else show(name)} = {show(value)}"
    for silent in trace.silent:
        yield f"SILENT   {_silent(silent)}"
    if trace.expect is not None:
        yield f"EXPECT   {_expectation(trace.expect)}"
    for place, observation in enumerate(trace.init):
        yield f"{'INIT' if place == 0 else '    '}     {_unprimed(observation)}"


def _silent(silent: Silent) -> str:
    if silent.maximum is None:
        return show_call(silent.call)
    if silent.maximum < 0:
        raise Mistake(f"SILENT with a negative maximum: {silent.maximum}")
    return f"{show_call(silent.call)} MAX {silent.maximum}"


def _expectation(expectation: Expectation) -> str:
    match expectation:
        case Expectation(Expected.CONFORMS):
            return "conforms"
        case Expectation(Expected.REJECTED, event=int(number)) if number >= 0:
            return f"rejected at {number}"
        case Expectation(Expected.VIOLATES, property=str(name)):
            return f"violates {checked_qualified(name)}"
        case Expectation(Expected.OWES, call=Call() as call):
            return f"owes {show_call(call)}"
    raise Mistake(f"an expectation lacks what it needs: {expectation}")


def _unprimed(observation: Observation) -> str:
    if observation.primed:
        raise Mistake("INIT observes the first state: nothing in it is primed")
    return show_observation(observation)


def is_cut_short(trace: Trace) -> bool:
    """Whether EXPECT names an event that was cut off: then no END is written.

    With an END, an event that is not there is an error.
    """
    expect = trace.expect
    if trace.end is not End.CUT or expect is None or expect.event is None:
        return False
    return expect.event not in {0, *(event.number for event in trace.events)}


def _ending(end: End | Loop) -> Iterator[str]:
    yield f"LOOP {end.back_to}" if isinstance(end, Loop) else f"END {end.value}"
    yield "===="


# Events.


def _events(events: Iterable[Event]) -> Iterator[str]:
    last, clocks = 0, Clocks()
    for event in events:
        check_clock(clocks, event)
        last = _increasing(event.number, last)
        yield _event(event)


def check_clock(clocks: Clocks, event: Event) -> None:
    """Take the next event; Mistake if a clock of its process runs backwards."""
    wrong = clocks.take(event)
    if wrong is not None:
        raise Mistake(
            f"event {event.number}: {wrong.message}",
            expected=wrong.expected,
            found=wrong.found,
        )


def _increasing(number: int, last: int) -> int:
    if number <= last:
        raise Mistake(
            "the numbers of events must increase",
            expected=f"a number above {last}",
            found=str(number),
        )
    return number


def _event(event: Event) -> str:
    if not event.steps:
        raise Mistake(f"event {event.number} has no step (SKIP is one)")
    parts = [
        str(event.number),
        *_where(event.process),
        *_when(event.time_ns),
        *_clock(event.clock),
        *_messages("recv", event.received),
        *_messages("send", event.sent),
        "",
        show_steps(event),
    ]
    if event.observations:
        parts += "", *map(show_observation, event.observations)
    return " ".join(parts)


def _where(process: str | None) -> Iterator[str]:
    if process is not None:
        yield f"@{process if _PROCESS.fullmatch(process) else show(process)}"


def _when(time_ns: int | None) -> Iterator[str]:
    if time_ns is None:
        return
    checked_time(time_ns)
    unit, size = next(pair for pair in _UNITS if time_ns % pair[1] == 0)
    yield f"t={time_ns // size}{unit}"


def checked_time(time_ns: int) -> int:
    """Return a time; Mistake for one that no trace can hold."""
    if not 0 <= time_ns < TOO_LATE_NS:
        raise Mistake(
            "this time cannot stand in a trace",
            expected="from 0 to 10^30 ns",
            found=f"{time_ns} ns" if time_ns < 0 else None,
        )
    return time_ns


def _clock(clock: Mapping[str, int] | None) -> Iterator[str]:
    if clock is not None:
        yield f"vc={show(fn(list(clock.items())))}"


def _messages(word: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        yield f"{word}={','.join(checked_messages(names))}"


def checked_messages(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of messages; Mistake for one that no trace can hold."""
    counts = Counter(names)
    for name in names:
        if not MESSAGE.fullmatch(name) or counts[name] > 1:
            raise Mistake(
                "this name of a message cannot stand in a trace",
                expected="letters, digits, _ . : / or -, and each name once",
                found=repr(name),
            )
    return names


def show_steps(event: Event) -> str:
    """Return an event's steps as the text writes them."""
    return " ; ".join(map(_step, event.steps))


def _step(step: Step) -> str:
    if isinstance(step, Call):
        return show_call(step)
    return "?" if isinstance(step, AnyStep) else "SKIP"


def show_call(call: Call) -> str:
    """Return a call as an event writes it."""
    action = checked_qualified(call.action)
    if action.split("!")[0] == "SKIP":
        raise Mistake("no action can be called SKIP in a trace: that means no step")
    if not call.arguments:
        return action
    return f"{action}({', '.join(map(_argument, call.arguments))})"


def _argument(argument: Argument) -> str:
    return "_" if isinstance(argument, Unknown) else show(argument)


def show_observation(observation: Observation) -> str:
    r"""Return an observation as an event writes it, with its `/\`."""
    path = _path(observation.path) + ("'" if observation.primed else "")
    value = show(observation.value)
    match observation.relation:
        case Relation.EQUALS:
            return rf"/\ {path} = {value}"
        case Relation.CONTAINS:
            return rf"/\ {value} \in {path}"
        case Relation.ONE_OF:
            _check_set(observation)
            return rf"/\ {path} \in {value}"
        case Relation.INCLUDES:
            _check_set(observation)
            return rf"/\ {value} \subseteq {path}"


def _check_set(observation: Observation) -> None:
    if not isinstance(observation.value, frozenset):
        raise Mistake(
            f"an observation with {observation.relation.value} needs a set",
            found=show(observation.value),
        )


def _path(path: Path) -> str:
    root = checked_path(path).root
    if path.arguments:
        root = f"{root}({', '.join(map(show, path.arguments))})"
    text = root + "".join(map(_selector, path.selectors))
    return f"Len({text})" if path.length else text


def checked_path(path: Path) -> Path:
    """Return the path; Mistake for one that no trace can hold."""
    root = checked_qualified(path.root)
    if root.split("!")[0] in NO_ROOTS:
        raise Mistake(f"{root} is no variable or operator of a spec")
    if len(path.selectors) > MAX_DEPTH:
        raise Mistake(f"a path leads through at most {MAX_DEPTH} levels of a value")
    return path


def _selector(selector: Value) -> str:
    if isinstance(selector, str) and is_name(selector):
        return f".{selector}"
    if isinstance(selector, tuple) and len(selector) > 1:
        return f"[{', '.join(map(show, selector))}]"
    return f"[{show(selector)}]"


def checked_qualified(name: str) -> str:
    """Return the name, as `M!Op`; Mistake for one that no trace can hold."""
    for part in name.split("!"):
        checked_name(part)
    return name


def checked_name(name: str) -> str:
    """Return the name; Mistake for one that no trace can hold."""
    if not is_name(name):
        raise Mistake(
            "this name cannot stand in a trace",
            expected="letters, digits and _, with a letter among them",
            found=name,
        )
    return name
