"""Logs of several processes: one execution whose events have no total order.

What is known of the order are each log by itself, vector clocks, and messages,
which are received after they were sent.
"""

from __future__ import annotations

import graphlib
from bisect import bisect_right
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspec.errors import Mistake
from pyspec.trace.model import End, Expected, Loop, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspec.trace.model import Event, Silent
    from pyspec.values import Value

__all__ = ["Execution", "Log", "Place", "gathered"]

Place: TypeAlias = tuple[int, int]
"""An event: the number of its log, and its index there."""

Cut: TypeAlias = tuple[int, ...]
"""How many events of each log."""


@dataclass(frozen=True, slots=True)
class Log:
    """What one process recorded, in its order."""

    process: str
    file: str | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """Logs that belong together.

    - header: a trace without events: what the logs' headers say
    - needs: for each event of each log, how many events of every log are
      known to be before it
    - unrecorded: processes that clocks name and that have no log
    - expecting: the file whose header says what is expected
    """

    header: Trace
    logs: tuple[Log, ...]
    needs: tuple[tuple[Cut, ...], ...]
    unrecorded: tuple[str, ...] = ()
    expecting: str | None = None

    def event(self, place: Place) -> Event:
        """Return the event at a place."""
        log, index = place
        return self.logs[log].events[index]

    def called(self, place: Place) -> str:
        """Return what people are told of an event: its number, process and place."""
        log, event = self.logs[place[0]], self.event(place)
        where = f" ({log.file}:{event.line})" if event.line is not None else ""
        return f"event {event.number} of {log.process}{where}"

    @property
    def total(self) -> int:
        """How many events there are."""
        return sum(len(log.events) for log in self.logs)

    def free(self, order: Sequence[Place]) -> list[Place]:
        """Return what may come next, after events in an order."""
        done = self.done(order)
        return [
            (number, done[number])
            for number, log in enumerate(self.logs)
            if done[number] < len(log.events)
            and self._lacking((number, done[number]), done) is None
        ]

    def missing(self, place: Place, order: Sequence[Place]) -> Place | None:
        """Return an event that comes before this one and is not among these."""
        return self._lacking(place, self.done(order))

    def done(self, order: Sequence[Place]) -> list[int]:
        """Return how many events of each log there are in an order."""
        done = [0] * len(self.logs)
        for number, _ in order:
            done[number] += 1
        return done

    def _lacking(self, place: Place, done: Sequence[int]) -> Place | None:
        needs = self.needs[place[0]][place[1]]
        lacking = ((n, need - 1) for n, need in enumerate(needs) if need > done[n])
        return next(lacking, None)

    def trace(self, order: Sequence[Place]) -> Trace:
        """Return the events in an order, numbered anew."""
        events = (
            replace(self.event(place), number=number)
            for number, place in enumerate(order, 1)
        )
        return replace(self.header, events=tuple(events))


def gathered(traces: Sequence[Trace]) -> Execution:
    """Put logs together: a trace for each process, or one trace of several.

    Mistake with file and line for what cannot be one execution.
    """
    if not traces:
        raise Mistake("an execution has at least one log")
    header = _header(traces)
    logs = _split(traces[0]) if len(traces) == 1 else tuple(map(_log, traces))
    _check_names(logs)
    for log in logs:
        _check_numbers(log)
        _check_clocks(log)
    named = {n for log in logs for e in log.events for n in e.clock or ()}
    unrecorded = sorted(named.difference(log.process for log in logs))
    expecting = _expecting(traces)
    if expecting is not None:
        header = replace(header, expect=expecting.expect)
    file = None if expecting is None else expecting.file
    return Execution(header, logs, _needs(logs), tuple(unrecorded), file)


# ------------------------------------------------------------ the logs


def _log(trace: Trace) -> Log:
    """Return the log of the one process whose events a trace has."""
    named = [event for event in trace.events if event.process is not None]
    for event in named:
        if event.process != named[0].process:
            raise Mistake(
                "a log has the events of one process",
                file=trace.file,
                line=event.line,
                expected=f"@{named[0].process}, as before",
                found=f"@{event.process}",
                hint="One file of several processes is given alone.",
            )
    process = named[0].process if named else None
    return Log(process or _stem(trace), trace.file, tuple(trace.events))


def _stem(trace: Trace) -> str:
    if trace.file is None:
        raise Mistake("a log that is no file has events that name their process")
    return Path(trace.file).name.partition(".")[0]


def _split(trace: Trace) -> tuple[Log, ...]:
    """Return the logs of the processes that a trace names."""
    found: dict[str, list[Event]] = {}
    for event in trace.events:
        if event.process is None:
            raise Mistake(
                "this event does not name its process",
                file=trace.file,
                line=event.line,
                expected="@process, or a file for each process",
            )
        found.setdefault(event.process, []).append(event)
    logs = (Log(name, trace.file, tuple(own)) for name, own in found.items())
    return tuple(logs) or (_log(trace),)


def _check_names(logs: Sequence[Log]) -> None:
    known: dict[str, Log] = {}
    for log in logs:
        if log.process in known:
            raise Mistake(
                f"two logs are of process {log.process}",
                file=log.file,
                expected="one log for each process",
                found=f"another one in {known[log.process].file}",
            )
        known[log.process] = log


def _check_numbers(log: Log) -> None:
    """Refuse numbers that do not increase, of events that were made in memory."""
    for before, event in zip(log.events, log.events[1:], strict=False):
        if event.number <= before.number:
            raise Mistake(
                "the numbers of a log's events must increase",
                file=log.file,
                line=event.line,
                expected=f"a number above {before.number}",
                found=str(event.number),
            )


# ------------------------------------------------------------ the headers


def _header(traces: Sequence[Trace]) -> Trace:
    """Return what the logs' headers say together; Mistake if they disagree."""
    first = traces[0]
    constants: dict[str, Value] = {}
    for trace in traces:
        _check_module(first, trace)
        for name, value in trace.constants.items():
            if constants.setdefault(name, value) != value:
                raise Mistake(
                    f"constant {name} has two values in the logs", file=trace.file
                )
    init = dict.fromkeys(each for trace in traces for each in trace.init)
    return Trace(
        module=first.module,
        constants=constants,
        silent=_silent(traces),
        init=tuple(init),
        end=End.CUT,
        file=first.file,
    )


def _check_module(first: Trace, trace: Trace) -> None:
    if trace.module != first.module:
        raise Mistake(
            "the logs are of different modules",
            file=trace.file,
            line=1,
            expected=f"{first.module}, as in {first.file}",
            found=trace.module,
        )
    if isinstance(trace.end, Loop):
        raise Mistake(
            "a log of one process cannot say that the execution repeats itself",
            file=trace.file,
            expected="END, or nothing",
            found=f"LOOP {trace.end.back_to}",
        )


def _silent(traces: Sequence[Trace]) -> tuple[Silent, ...]:
    found: dict[object, Silent] = {}
    for trace in traces:
        for silent in trace.silent:
            if found.setdefault(silent.call, silent) != silent:
                raise Mistake(
                    f"the logs allow different numbers of silent {silent.call.action}",
                    file=trace.file,
                )
    return tuple(found.values())


def _expecting(traces: Sequence[Trace]) -> Trace | None:
    """Return the one trace that says what verdict is expected."""
    found = [trace for trace in traces if trace.expect is not None]
    for trace in found:
        if trace.expect is not None and trace.expect.verdict in _OF_PROPERTIES:
            raise Mistake(
                "properties and fairness are not judged on logs of several processes",
                file=trace.file,
                expected="EXPECT conforms, or EXPECT rejected at N",
            )
    if len(found) > 1:
        raise Mistake(
            "EXPECT stands in more than one of the logs",
            file=found[1].file,
            found=f"another one in {found[0].file}",
        )
    return found[0] if found else None


_OF_PROPERTIES: Final = frozenset({Expected.VIOLATES, Expected.OWES})


# ------------------------------------------------------------ vector clocks


def _check_clocks(log: Log) -> None:
    """Refuse what no clock of a process can show, one event after the other."""
    before: Mapping[str, int] = {}
    for event in log.events:
        if event.clock is None:
            continue
        if log.process not in event.clock:
            raise Mistake(
                f"the clock has no entry for its own process {log.process}",
                file=log.file,
                line=event.line,
                found=f"entries for {', '.join(sorted(event.clock)) or 'nothing'}",
            )
        for name, count in before.items():
            now = event.clock.get(name, 0)
            same = name == log.process and now == count
            if now < count or same:
                what = "stands still" if same else "runs backwards"
                raise Mistake(
                    f"the clock of {log.process} {what} at {name}",
                    file=log.file,
                    line=event.line,
                    expected=f"{'above' if name == log.process else 'at least'} "
                    f"{count}, as before",
                    found=str(now),
                )
        before = event.clock


def _by_clocks(logs: Sequence[Log]) -> Iterator[tuple[Place, Place]]:
    """Return pairs of an event and the last one of another log known there.

    A clock may jump: an event knows of all those of q whose count at q is at
    most the one that it has for q.
    """
    numbers = {log.process: number for number, log in enumerate(logs)}
    ticks = [_ticks(log) for log in logs]
    for number, log in enumerate(logs):
        for index, event in enumerate(log.events):
            for name, count in (event.clock or {}).items():
                other = numbers.get(name, number)
                counts, places = ticks[other]
                known = bisect_right(counts, count)
                if other != number and known:
                    yield (number, index), (other, places[known - 1])


def _ticks(log: Log) -> tuple[list[int], list[int]]:
    """Return the log's own counts, and the indices of the events that have them."""
    found = [
        (event.clock[log.process], index)
        for index, event in enumerate(log.events)
        if event.clock is not None
    ]
    return [count for count, _ in found], [index for _, index in found]


# ------------------------------------------------------------ messages


def _by_messages(logs: Sequence[Log]) -> Iterator[tuple[Place, Place]]:
    """Return pairs of an event that received a message and the one that sent it."""
    senders: dict[str, Place] = {}
    for place, event in _events(logs):
        for message in event.sent:
            if message in senders:
                raise _twice(logs, message, senders[message], place)
            senders[message] = place
    for place, event in _events(logs):
        for message in event.received:
            if message not in senders:
                raise Mistake(
                    f"message {message} is received and nowhere sent",
                    file=logs[place[0]].file,
                    line=event.line,
                    expected=f"send={message} at an event of some log",
                    hint="Leave recv= out where the sending was not recorded.",
                )
            yield place, senders[message]


def _events(logs: Sequence[Log]) -> Iterator[tuple[Place, Event]]:
    for number, log in enumerate(logs):
        for index, event in enumerate(log.events):
            yield (number, index), event


def _twice(logs: Sequence[Log], message: str, first: Place, again: Place) -> Mistake:
    return Mistake(
        f"message {message} is sent twice",
        file=logs[again[0]].file,
        line=logs[again[0]].events[again[1]].line,
        expected="a name for each message, or none",
        found=f"it was sent at {_where(logs, first)}",
    )


def _where(logs: Sequence[Log], place: Place) -> str:
    log = logs[place[0]]
    event = log.events[place[1]]
    if event.line is None:
        return f"event {event.number} of {log.process}"
    return f"{log.file}:{event.line}"


# ------------------------------------------------------------ the order


def _needs(logs: Sequence[Log]) -> tuple[tuple[Cut, ...], ...]:
    """Return what comes before each event; Mistake if something precedes itself."""
    before: dict[Place, set[Place]] = {place: set() for place, _ in _events(logs)}
    for (number, index), earlier in before.items():
        if index:
            earlier.add((number, index - 1))
    for place, cause in (*_by_clocks(logs), *_by_messages(logs)):
        before[place].add(cause)
    needs: dict[Place, Cut] = {}
    for place in _sorted(before, logs):
        needs[place] = _joined(before[place], needs, len(logs))
    return tuple(
        tuple(needs[number, index] for index in range(len(log.events)))
        for number, log in enumerate(logs)
    )


def _joined(earlier: set[Place], needs: Mapping[Place, Cut], width: int) -> Cut:
    found = [0] * width
    for number, index in earlier:
        found = [*map(max, found, needs[number, index])]
        found[number] = max(found[number], index + 1)
    return tuple(found)


def _sorted(before: Mapping[Place, set[Place]], logs: Sequence[Log]) -> list[Place]:
    try:
        return [*graphlib.TopologicalSorter(before).static_order()]
    except graphlib.CycleError as error:
        cycle: list[Place] = error.args[1]
        places = [_where(logs, place) for place in cycle[:-1]]
        file, line = logs[cycle[0][0]].file, logs[cycle[0][0]].events[cycle[0][1]].line
        raise Mistake(
            "by clocks and messages this event comes before itself",
            file=file,
            line=line,
            found=f"each before the next: {', '.join([*places, places[0]])}",
        ) from None
