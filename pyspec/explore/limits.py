"""Limits on an exploration, its progress, and how it is stopped from outside."""

from __future__ import annotations

import resource
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pyspec.explore.result import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "NO_LIMITS",
    "Limits",
    "Progress",
    "StopEvent",
    "Stopped",
    "Watch",
    "resident_mb",
]

_MB: Final = 1024 * 1024
_MEMORY_EVERY_S: Final = 0.2
_QUIET_S: Final = 2.0


class StopEvent(Protocol):
    """What asks to stop: a threading.Event, say."""

    def is_set(self) -> bool:
        """Whether to stop now."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What an exploration may use; None is no limit.

    `memory_mb` is the resident memory of the whole process, `states` the
    number of distinct states.
    """

    seconds: float | None = None
    memory_mb: float | None = None
    states: int | None = None


NO_LIMITS: Final = Limits()


class Progress(NamedTuple):
    """How far an exploration has got."""

    distinct: int
    generated: int
    queue: int
    depth: int
    seconds: float


class Stopped(Exception):
    """A limit was reached, or somebody asked to stop.  Never leaves explore."""

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message


class Watch:
    """The clock of one exploration: raises Stopped when it is time.

    Having raised it leaves everybody in peace for a while, so that whoever
    catches Stopped can finish; but should nobody have caught it, it goes on.
    """

    def __init__(self, limits: Limits, stop: StopEvent | None = None) -> None:
        self.limits = limits
        self._stop = stop
        self._started = perf_counter()
        self._next_memory = self._started
        self._quiet_until = self._started

    def of_states(self, states: int | None) -> Watch:
        """Return the same clock with another limit of states."""
        found = copy(self)
        found.limits = replace(self.limits, states=states)
        return found

    @property
    def seconds(self) -> float:
        """Seconds since the exploration began."""
        return perf_counter() - self._started

    def look(self) -> None:
        """Raise Stopped if the stop event, the time or the memory says so."""
        now, limits = perf_counter(), self.limits
        if now < self._quiet_until:
            return
        try:
            self._look(now, limits)
        except Stopped:
            self._quiet_until = now + _QUIET_S
            raise

    def _look(self, now: float, limits: Limits) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Stopped(Cause.STOPPED, "stopped")
        if limits.seconds is not None and now - self._started >= limits.seconds:
            raise Stopped(Cause.TIMEOUT, f"the limit of {limits.seconds:g} s is up")
        if limits.memory_mb is not None and now >= self._next_memory:
            self._next_memory = now + _MEMORY_EVERY_S
            _look_at_memory(limits.memory_mb)

    def room_for(self, states: int) -> None:
        """Raise Stopped if so many states are more than the limit."""
        limit = self.limits.states
        if limit is not None and states > limit:
            raise Stopped(Cause.STATES, f"the limit of {limit:,} states is reached")


def _look_at_memory(limit_mb: float) -> None:
    used_mb = resident_mb()
    if used_mb >= limit_mb:
        message = (
            f"the limit of {limit_mb:,.0f} MB is reached: {used_mb:,.0f} MB are in use"
        )
        raise Stopped(Cause.MEMORY, message)


def resident_mb() -> float:
    """Return the resident memory of this process."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        import psutil  # noqa: PLC0415 - slow to import, and Linux needs none

        resident: int = psutil.Process().memory_info().rss
        return resident / _MB
    return pages * resource.getpagesize() / _MB


class Reporter:
    """Calls back whenever another `every` distinct states were found."""

    def __init__(self, callback: Callable[[Progress], None] | None, every: int) -> None:
        self._callback = callback
        self._every = max(every, 1)
        self._next = self._every

    def due(self, distinct: int) -> bool:
        """Whether to report at this number of distinct states."""
        return self._callback is not None and distinct >= self._next

    def report(self, progress: Progress) -> None:
        """Report, and wait for as many states again."""
        self._next = progress.distinct + self._every
        if self._callback is not None:
            self._callback(progress)
