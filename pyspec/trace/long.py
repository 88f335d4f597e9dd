"""Traces of which memory would hold too much: the file is read again instead.

`read_long_trace` gives a trace like any other, whose events are taken from the
file each time that somebody goes through them.  What is wrong with the file is
found when it is read first.
"""

from __future__ import annotations

import os
from bisect import bisect
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, overload

from pyspec.errors import Mistake
from pyspec.trace.records import opened, read_line
from pyspec.trace.text import TraceStream

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.trace.model import Event, Trace

__all__ = ["LONG_BYTES", "EventsOfFile", "read_long_trace"]

LONG_BYTES: Final = 16 << 20
"""A file of this size takes some hundred megabytes if its events are kept."""


def read_long_trace(path: Path) -> Trace:
    """Read a trace in pyspec's text form whose events stay in the file.

    Raises Mistake as `read_trace` does.
    """
    stamp, stream = _stamp(path), TraceStream(path)
    numbers, count = _Numbers(), 0
    for event in _events(path, stream):
        numbers.add(event.number)
        count += 1
    trace = stream.finished(numbers)
    return replace(trace, events=EventsOfFile(path, count, stamp))


class EventsOfFile(Sequence["Event"]):
    """The events of a file, read again for whoever goes through them."""

    def __init__(self, path: Path, count: int, stamp: tuple[int, int]) -> None:
        self._path = path
        self._count = count
        self._stamp = stamp

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Event]:
        if _stamp(self._path) != self._stamp:
            raise Mistake(
                "this file was changed while it was looked at", file=self._path
            )
        return _events(self._path, TraceStream(self._path))

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, place: int | slice) -> Event | tuple[Event, ...]:
        """Return one event, or several, after those before them were read."""
        if isinstance(place, slice):
            start, stop, step = place.indices(self._count)
            if step < 0:
                raise ValueError("the events of a file are read in their order")
            return tuple(islice(self, start, max(start, stop), step))
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return next(islice(self, place % self._count, None))


def _events(path: Path, stream: TraceStream) -> Iterator[Event]:
    with opened(path) as file:
        while line := read_line(file, str(path)):
            yield from stream.feed(line)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes with the file."""
    with opened(path) as file:
        found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


class _Numbers(Container[int]):
    """Increasing numbers, kept as the runs in which they come."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, number: int) -> None:
        """Take the next number."""
        if self._ends and number == self._ends[-1] + 1:
            self._ends[-1] = number
        else:
            self._starts.append(number)
            self._ends.append(number)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        run = bisect(self._starts, number) - 1
        return run >= 0 and number <= self._ends[run]
