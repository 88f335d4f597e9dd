"""Limits on an exploration, its progress, and how it is stopped from outside."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import psutil

from pyspec.explore.result import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NO_LIMITS", "Limits", "Progress", "StopEvent", "Stopped", "Watch"]

_MB: Final = 1024 * 1024
_MEMORY_EVERY_S: Final = 0.2


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
    """The clock of one exploration: raises Stopped when it is time."""

    def __init__(self, limits: Limits, stop: StopEvent | None = None) -> None:
        self.limits = limits
        self._stop = stop
        self._started = perf_counter()
        self._process = psutil.Process()
        self._next_memory = self._started

    @property
    def seconds(self) -> float:
        """Seconds since the exploration began."""
        return perf_counter() - self._started

    def look(self) -> None:
        """Raise Stopped if the stop event, the time or the memory says so."""
        if self._stop is not None and self._stop.is_set():
            raise Stopped(Cause.STOPPED, "stopped")
        now, limits = perf_counter(), self.limits
        if limits.seconds is not None and now - self._started >= limits.seconds:
            raise Stopped(Cause.TIMEOUT, f"the limit of {limits.seconds:g} s is up")
        if limits.memory_mb is not None and now >= self._next_memory:
            self._next_memory = now + _MEMORY_EVERY_S
            self._look_at_memory(limits.memory_mb)

    def _look_at_memory(self, limit_mb: float) -> None:
        used_mb = self._process.memory_info().rss / _MB
        if used_mb >= limit_mb:
            message = (
                f"the limit of {limit_mb:g} MB is reached: {used_mb:.0f} MB are in use"
            )
            raise Stopped(Cause.MEMORY, message)

    def room_for(self, states: int) -> None:
        """Raise Stopped if so many states are more than the limit."""
        limit = self.limits.states
        if limit is not None and states > limit:
            raise Stopped(Cause.STATES, f"the limit of {limit:,} states is reached")


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
