"""TLC's output as it comes, sorted: errors, states, counts, coverage, prints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pyspec.tla2tools.messages import Item, Message, MessageReader, Severity, Text
from pyspec.tla2tools.numbers import whole
from pyspec.tla2tools.wording import positions
from pyspec.trace.model import Location

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ActionCoverage",
    "LineCoverage",
    "OutputReader",
    "Progress",
    "Reported",
    "Transcript",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is.  `rate` is states generated per minute.

    `distinct` and `queue` are None in simulation, which knows neither.
    """

    states: int
    distinct: int | None
    queue: int | None
    depth: int | None
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class LineCoverage:
    """How often an expression was evaluated; `depth` is its nesting, from 0."""

    location: Location
    count: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ActionCoverage:
    """How many states an action (or Init) generated, and how many were new."""

    action: str
    location: Location
    distinct: int
    generated: int
    lines: tuple[LineCoverage, ...] = ()


_MOST_PRINTS: Final = 100_000  # lines kept; the rest are counted
_LOG_LINES: Final = 400  # of noise and stack traces, kept for reports of bugs
_LONGEST_INFO: Final = 2_000  # characters of one; they are short, unless damaged
_POSITIONS: Final = 2103
_USE_OTHER_GC: Final = 2401
_SEQUELS: Final = frozenset({_POSITIONS, 2120, 2121, 2264})
_STATES: Final = frozenset({2122, 2216, 2217, 2218})
_PAST_PARSING: Final = frozenset({2185, 2188, 2219})
_NOISE: Final = re.compile(
    r"\[\d+[.,]\d+s\]\[|OpenJDK |Java HotSpot|WARNING: |Picked up |\s+at [\w.$/]+\(|"
    r'"CounterExample written: |Linting of module '
)
_COUNT: Final = r"(-?\d[\d.,'\u00a0\u202f\u2019]*)"
_PROGRESS: Final = re.compile(
    rf"Progress\((-?\d+)\) at .*?: {_COUNT} states generated"
    rf"(?: \({_COUNT} s/min\))?, {_COUNT} distinct states found"
    rf"(?: \({_COUNT} ds/min\))?, {_COUNT} states? left on queue"
)
_STATS: Final = re.compile(
    rf"{_COUNT} states generated, {_COUNT} distinct states found"
    rf"(?:, {_COUNT} states left on queue)?"
)
_SIMULATED: Final = re.compile(rf"number of states generated: {_COUNT}")
_DEPTH: Final = re.compile(rf"state graph search is {_COUNT}")
_TOOK: Final = re.compile(
    r"Finished in (?:(\d+)d )?(?:(\d+)h )?(?:(\d+)min )?(?:(\d+)s )?(?:(\d+)ms )?at"
)
_COVERED: Final = re.compile(
    r"<(\S+)\s.*?line (\d+), col (\d+) to line (\d+), col (\d+) of module (.+?)"
    r"(?: \([\d ]+\))?>: (\d+):(\d+)",
    re.DOTALL,
)
_COVERED_LINE: Final = re.compile(
    r"\s*(\|*)line (\d+), col (\d+) to line (\d+), col (\d+) of module (.+?): (\d+)"
)


@dataclass(slots=True)
class Reported:
    """An error message, with the states and positions printed after it."""

    head: Message
    states: list[Message] = field(default_factory=list)
    positions: tuple[Location, ...] = ()


@dataclass(slots=True)
class Transcript:
    """What TLC has said so far.

    `chatter` are SANY's lines, `log` the JVM's and other noise, `codes` those
    of all messages seen, `last` the newest message.  `finished` is true once
    TLC has said its last word, after which it need not be waited for.
    """

    errors: list[Reported] = field(default_factory=list)
    chatter: list[str] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)
    prints_dropped: int = 0
    log: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    coverage: list[ActionCoverage] = field(default_factory=list)
    counts: Progress | None = None
    depth: int | None = None
    seconds: float | None = None
    version: str | None = None
    codes: set[int] = field(default_factory=set)
    last: Message | None = None
    finished: bool = False


class OutputReader:
    """Sorts TLC's output line by line into a transcript.

    `progress` is called for each progress message.
    """

    def __init__(self, progress: Callable[[Progress], None] | None = None) -> None:
        self.transcript = Transcript()
        self._reader = MessageReader()
        self._progress = progress
        self._in_sany = False
        self._lines: list[LineCoverage] = []  # of the last action
        self._handlers: dict[int, Callable[[str], None]] = {
            2186: self._finishes,
            2194: self._says_depth,
            2199: self._counts,
            2200: self._makes_progress,
            2201: self._coverage_starts,
            2204: self._counts,
            2206: self._makes_progress,
            2209: self._makes_progress,
            2210: self._simulated,
            2219: self._sany_ends,
            2220: self._sany_starts,
            2221: self._covers_line,
            2262: self._says_version,
            2772: self._covers,
            2773: self._covers,
            2775: self._covers_line,
        }

    def feed(self, line: str) -> None:
        """Take one line of TLC's standard output."""
        for item in self._reader.feed(line):
            self._item(item)

    def close(self) -> Transcript:
        """Take note that the output ended; return all of it."""
        for item in self._reader.close():
            self._item(item)
        self._keep_lines()
        return self.transcript

    def _item(self, item: Item) -> None:
        if isinstance(item, Text):
            self._text(item.line)
        else:
            self.transcript.last = item
            self.transcript.codes.add(item.code)
            self._message(item)

    def _text(self, line: str) -> None:
        said = self.transcript
        if self._in_sany:
            said.chatter.append(line)
        elif not said.codes & _PAST_PARSING or _NOISE.match(line):
            if len(said.log) < _LOG_LINES:
                said.log.append(line)
        elif len(said.prints) < _MOST_PRINTS:
            said.prints.append(line)
        else:
            said.prints_dropped += 1

    def _message(self, message: Message) -> None:
        if message.code in _STATES or message.severity is Severity.STATE:
            self._state(message)
        elif message.code in _SEQUELS:
            self._sequel(message)
        elif message.severity in {Severity.ERROR, Severity.BUG}:
            self.transcript.errors.append(Reported(message))
        elif message.severity is Severity.WARNING:
            self._warning(message)
        elif message.code in self._handlers:
            self._handlers[message.code](message.body[:_LONGEST_INFO])

    def _state(self, message: Message) -> None:
        if self.transcript.errors:
            self.transcript.errors[-1].states.append(message)

    def _sequel(self, message: Message) -> None:
        if message.code == _POSITIONS and self.transcript.errors:
            self.transcript.errors[-1].positions = positions(message.text)

    def _warning(self, message: Message) -> None:
        if message.code != _USE_OTHER_GC:
            self.transcript.warnings.append(" ".join(message.text.split()))

    def _sany_starts(self, _: str) -> None:
        self._in_sany = True

    def _sany_ends(self, _: str) -> None:
        self._in_sany = False

    def _says_version(self, body: str) -> None:
        version = body.removeprefix("TLC2").strip().removeprefix("Version ")
        self.transcript.version = version

    def _makes_progress(self, body: str) -> None:
        match = _PROGRESS.search(body)
        if match is None:
            return
        depth, states, rate, distinct, _, queue = match.groups()
        counts = Progress(
            _number(states),
            _natural(distinct),
            _natural(queue),
            _natural(depth),
            _natural(rate),
        )
        self.transcript.counts = counts
        if self._progress is not None:
            self._progress(counts)

    def _counts(self, body: str) -> None:
        if match := _STATS.search(body):
            before = self.transcript.counts
            self.transcript.counts = Progress(
                _number(match[1]),
                _natural(match[2]),
                _natural(match[3]),
                before.depth if before else None,
            )

    def _simulated(self, body: str) -> None:
        if match := _SIMULATED.search(body):
            self.transcript.counts = Progress(_number(match[1]), None, None, None)

    def _says_depth(self, body: str) -> None:
        if match := _DEPTH.search(body):
            self.transcript.depth = _number(match[1])

    def _finishes(self, body: str) -> None:
        self.transcript.finished = True
        if match := _TOOK.search(body):
            days, hours, minutes, seconds, millis = (
                whole(n or "0") for n in match.groups()
            )
            total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
            self.transcript.seconds = total + millis / 1000

    def _coverage_starts(self, _: str) -> None:
        self.transcript.coverage.clear()
        self._lines.clear()

    def _covers(self, body: str) -> None:
        self._keep_lines()
        if match := _COVERED.search(body):
            self.transcript.coverage.append(
                ActionCoverage(
                    match[1], _place(match), whole(match[7]), whole(match[8])
                )
            )

    def _covers_line(self, body: str) -> None:
        match = _COVERED_LINE.search(body)
        if match is not None and self.transcript.coverage:
            line = LineCoverage(_place(match), whole(match[7]), len(match[1]))
            self._lines.append(line)

    def _keep_lines(self) -> None:
        """Give the lines that were covered to the action before them."""
        coverage, lines = self.transcript.coverage, tuple(self._lines)
        if coverage and lines:
            coverage[-1] = replace(coverage[-1], lines=lines)
        self._lines.clear()


def _place(match: re.Match[str]) -> Location:
    """Read the region in groups 2 to 6."""
    return Location(match[6], *(whole(match[group]) for group in (2, 3, 4, 5)))


def _number(text: str) -> int:
    """Read a count, whatever separates its thousands."""
    digits = re.sub(r"[^\d]", "", text)
    return (-1 if text.startswith("-") else 1) * whole(digits)


def _natural(text: str | None) -> int | None:
    """Read a count that may be missing; TLC prints -1 where there is none."""
    number = -1 if text is None else _number(text)
    return None if number < 0 else number
