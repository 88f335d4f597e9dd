"""Clocks of processes: what each one shows never runs backwards.

Events without a process are those of the recorder, which has one clock, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.trace.model import Event


class Backwards(NamedTuple):
    """What runs backwards at an event; `field` is time_ns or clock."""

    field: str
    message: str
    expected: str
    found: str


class Clocks:
    """What the clocks of a trace's processes have shown so far."""

    def __init__(self) -> None:
        self._times: dict[str | None, tuple[int, int]] = {}  # with the event's number
        self._vectors: dict[str, Mapping[str, int]] = {}

    def take(self, event: Event) -> Backwards | None:
        """Take the next event; say if a clock of its process runs backwards.

        What a vector clock does not name counts as 0.  Vector clocks of events
        without a process are not compared: they may be of several.
        """
        return self._time(event) or self._vector(event)

    def _time(self, event: Event) -> Backwards | None:
        if event.time_ns is None:
            return None
        before = self._times.get(event.process)
        self._times[event.process] = event.time_ns, event.number
        if before is None or event.time_ns >= before[0]:
            return None
        return Backwards(
            "time_ns",
            f"the clock{_of(event)} runs backwards",
            f"at least {before[0]:,} ns, as at event {before[1]}",
            f"{event.time_ns:,} ns",
        )

    def _vector(self, event: Event) -> Backwards | None:
        if event.clock is None or event.process is None:
            return None
        before = self._vectors.get(event.process, {})
        self._vectors[event.process] = event.clock
        for name, count in before.items():
            now = event.clock.get(name, 0)
            if now < count:
                return Backwards(
                    "clock",
                    f"the vector clock{_of(event)} runs backwards at {name}",
                    f"at least {count}, as before",
                    str(now),
                )
        return None


def _of(event: Event) -> str:
    return "" if event.process is None else f" of {event.process}"
