"""The simulated world: chance decides what happens next, and when."""

from __future__ import annotations

import dataclasses
import heapq
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from pyspec.trace.model import End, Trace
from refimpl.sim.dice import Dice, Doom, Kind
from refimpl.sim.partitions import Partition, drawn
from refimpl.sim.recorder import Observe, Recorder, value_of
from refimpl.sim.schedule import Clock
from refimpl.sim.system import System

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspec.values import Value
    from refimpl.process import Context, Process
    from refimpl.protocol import Faults, Protocol
    from refimpl.sim.node import Envelope, Node, Running
    from refimpl.sim.schedule import Schedule
    from refimpl.triggers import ProcessId

    Entry: TypeAlias = tuple[int, int, Callable[[Any], None], Any]

_LONGEST: Final = 500
_COUNTED: Final = get_args(Kind)
"""Faults of which a run has at most so many."""


def simulate(
    protocol: Protocol,
    seed: int,
    faults: Faults | None = None,
    *,
    observe: Observe = Observe.EVERYTHING,
    max_events: int = _LONGEST,
) -> Trace:
    """Run a protocol once and return the trace: equal arguments, equal traces.

    `faults` defaults to the protocol's fault model.  The trace ends "quiescent"
    if nothing was left to happen, else "cut", soon after `max_events` events.
    """
    return World(protocol, seed, faults).record(max_events, observe)


class World(System):
    """One run of a protocol.  `dice.used` counts the faults that happened.

    `schedule` is where what happens is noted, for it to be steered again.
    """

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        protocol: Protocol,
        seed: int,
        faults: Faults | None = None,
        *,
        recorder: Recorder | None = None,
        swaps: Mapping[ProcessId, Callable[[Context], Process]] | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.faults = _possible(protocol.faults if faults is None else faults, protocol)
        self.dice = Dice(seed, self.faults)
        self.schedule = schedule
        self._queue: list[Entry] = []
        self._queued = 0
        self._partition: Partition | None = None
        self._held: dict[ProcessId, deque[tuple[Callable[[Any], None], Any]]] = {}
        self._last_arrival: dict[tuple[ProcessId, ProcessId], int] = {}
        super().__init__(protocol, seed, recorder, swaps)
        self._set_clocks()

    def run(self, max_events: int = _LONGEST, max_time_ns: int | None = None) -> End:
        """Run until nothing is left to happen, or about so much has happened.

        To be called once.  What an implementation raises carries a note of when
        it happened.
        """
        self.start()
        for node in self.nodes.values():
            self._perhaps_crash(node)
        self._plan_partition()
        self._plan_pause()
        return self._go_on(max_events, max_time_ns)

    def calm(self, max_events: int, each: Callable[[], object] = lambda: None) -> End:
        """Go on for about so many events, in which nothing goes wrong any more.

        Cuts heal at once, and what was to be lost arrives; who stands still or is
        down comes back as it would have.  `each` is called between two happenings,
        whenever there was an event.
        """
        none: dict[str, Any] = dict.fromkeys(_COUNTED, 0)
        self.faults = self.dice.faults = dataclasses.replace(self.faults, **none)
        self._partition = None
        self._queue = [*self._without_faults()]
        heapq.heapify(self._queue)
        most, end = self.events + max_events, End.CUT
        while end is End.CUT and self.events < most:
            end = self._go_on(self.events + 1, None)
            each()
        return end

    def _without_faults(self) -> Iterator[Entry]:
        """Yield what is queued; a fault that is still to come does not."""
        gone = (self._copy, self._divide, self._heal, self._pause)
        for at_ns, place, happening, subject in self._queue:
            if happening == self._lose:
                yield at_ns, place, self._arrive, subject
            elif happening not in (*gone, self._crash_if_any_left):
                yield at_ns, place, happening, subject

    def _go_on(self, max_events: int, max_time_ns: int | None) -> End:
        queue, pop = self._queue, heapq.heappop
        while self.events < max_events:
            if not queue:
                return End.QUIESCENT
            at_ns, _, happening, subject = pop(queue)
            if max_time_ns is not None and at_ns > max_time_ns:
                return End.CUT
            self.now_ns = at_ns
            happening(subject)
        return End.CUT

    @property
    def pending_until_ns(self) -> int:
        """From when on all has happened that is queued now."""
        return max((at_ns + 1 for at_ns, *_ in self._queue), default=self.now_ns)

    def record(
        self, max_events: int = _LONGEST, observe: Observe = Observe.EVERYTHING
    ) -> Trace:
        """Run, and return the trace."""
        recorder = self.recorder = Recorder(self.protocol, observe)
        end = self.run(max_events)
        return recorder.trace(self.meta(), end)

    def meta(self) -> Mapping[str, Value]:
        """Return what the header of a trace says of this run."""
        return {
            "recorder": "refimpl",
            "seed": self.seed,
            "faults": value_of(dataclasses.asdict(self.faults)),
        }

    def _after(
        self, delay_ns: int, happening: Callable[[Any], None], subject: object
    ) -> None:
        """Let something happen; at the same instant, what was queued first is first."""
        self._queued = queued = self._queued + 1
        at_ns = self.now_ns + delay_ns
        heapq.heappush(self._queue, (at_ns, queued, happening, subject))

    def _set_clocks(self) -> None:
        if self.faults.skew_ns or self.faults.drift_ppm:
            clocks = {name: self._clock() for name in self.nodes}
            self.set_clocks(clocks)
            if self.schedule is not None:
                self.schedule.clocks.update(clocks)

    def _clock(self) -> Clock:
        faults, skew_ns, drift_ppm = self.faults, 0, 0
        if faults.skew_ns:
            skew_ns = self.dice.chance_ns((0, faults.skew_ns))
        if faults.drift_ppm:
            width = 2 * faults.drift_ppm + 1
            drift_ppm = self.dice.among(width) - faults.drift_ppm
        return Clock(skew_ns, drift_ppm)

    # -------------------------------------------------------- crashes

    def doom(self, node: Node) -> Doom | None:
        """Let the dice say whether the process crashes at a force."""
        if not self.faults.crashes or self.reacting is None:
            return None  # without a step there may be none, as `start` will hear
        found = self.dice.doom(node.role.name)
        if self.schedule is not None:
            self.schedule.force(found)
        return found

    def survives(self, name: str) -> bool:
        """Let the dice say whether a write that was not forced survives."""
        kept = self.faults.unsynced_percent > 0 and self.dice.survives()
        if kept and self.schedule is not None:
            self.schedule.kept(name)
        return kept

    def stepped(self, node: Node) -> None:
        """Let the dice say whether and when the process crashes after this."""
        if self.faults.crashes:
            self._perhaps_crash(node)

    def crashed(self, node: Node) -> None:
        """Let the process come back later, unless its role stays down."""
        if node.role.name not in self.faults.stay_down:
            self._after(self.dice.downtime_ns(), self._restart, node)

    def _perhaps_crash(self, node: Node) -> None:
        delay_ns = self.dice.crash_delay_ns(node.role.name)
        if delay_ns == 0:
            self._crash_if_any_left(node)
        elif delay_ns is not None:
            self._after(delay_ns, self._crash_if_any_left, node)

    def _crash_if_any_left(self, node: Node) -> None:
        if node.process is not None and self.dice.spend("crashes"):
            if self.schedule is not None:
                self.schedule.crash(self, node)
            self.crash(node)

    def _restart(self, node: Node) -> None:
        if self.schedule is not None:
            self.schedule.restart(self, node)
        self.restart(node)

    # -------------------------------------------------------- timers

    def timer_set(self, node: Node, running: Running) -> None:
        """Let the timer fire when it is due."""
        self._after(running.due_ns - self.now_ns, self._ring, (node, running))

    def _ring(self, due: tuple[Node, Running]) -> None:
        node, running = due
        if node.timers.get(running.timer.name) is not running:
            return
        if self._held and self._is_held(node, self._ring, due):
            return
        if self.schedule is not None:
            self.schedule.fire(self, node, running.timer)
        self.fire(node, running.timer)

    # -------------------------------------------------------- the network

    def sent(self, envelope: Envelope) -> None:
        """Send a message on its way, perhaps to be lost or copied on it."""
        faults, dice = self.faults, self.dice
        takes_ns = dice.latency_ns()
        if faults.fifo:
            takes_ns = self._in_order(envelope, takes_ns)
        if faults.duplications and dice.duplicates():
            self._after(dice.within_ns(takes_ns), self._copy, envelope)
        if faults.losses and dice.loses():
            self._after(takes_ns, self._lose, envelope)
        else:
            self._after(takes_ns, self._arrive, envelope)

    def _in_order(self, envelope: Envelope, takes_ns: int) -> int:
        """Let no message of a channel overtake another."""
        channel = envelope.sender, envelope.to
        at_ns = max(self.now_ns + takes_ns, self._last_arrival.get(channel, 0))
        self._last_arrival[channel] = at_ns
        return at_ns - self.now_ns

    def _arrive(self, envelope: Envelope) -> None:
        node = self.nodes[envelope.to]
        if self._held and self._is_held(node, self._arrive, envelope):
            return
        cut = self._partition
        if cut is not None and cut.stops(envelope.sender, envelope.to):
            self._lose(envelope)
            return
        if self.schedule is not None:
            self.schedule.deliver(self, envelope)
        self.deliver(envelope)

    def _copy(self, envelope: Envelope) -> None:
        if self.schedule is not None:
            self.schedule.copy(self, envelope)
        self.copy(envelope)

    def _lose(self, envelope: Envelope) -> None:
        if self.schedule is not None:
            self.schedule.lose(self, envelope)
        self.lose(envelope)

    # -------------------------------------------------------- longer troubles

    def _plan_partition(self) -> None:
        faults = self.faults
        if faults.partitions > self.dice.used["partitions"] and len(self.nodes) > 1:
            wait_ns = self.dice.chance_ns(faults.calm_ns)
            self._after(wait_ns, self._divide, None)

    def _divide(self, _: None) -> None:
        """Cut the network, until it heals."""
        if not self.dice.spend("partitions"):
            return
        self._partition = drawn(self.dice, [*self.nodes], self.faults.partition_kinds)
        lasts_ns = self.dice.chance_ns(self.faults.partition_ns)
        self._after(lasts_ns, self._heal, None)

    def _heal(self, _: None) -> None:
        self._partition = None
        self._plan_partition()

    def _plan_pause(self) -> None:
        faults = self.faults
        if faults.pauses > self.dice.used["pauses"]:
            self._after(self.dice.chance_ns(faults.calm_ns), self._pause, None)

    def _pause(self, _: None) -> None:
        """Let a process do nothing for a while: what comes to it waits."""
        if not self.dice.spend("pauses"):
            return
        names = [*self.nodes]
        name = names[self.dice.among(len(names))]
        lasts_ns = self.dice.chance_ns(self.faults.pause_ns)
        self._held[name] = deque()
        self._after(lasts_ns, self._resume, name)

    def _resume(self, name: ProcessId) -> None:
        """Let happen what was put off, one after the other, as it came.

        What comes meanwhile waits behind it, so that nothing is overtaken.
        """
        held = self._held.pop(name)
        if held:
            happening, subject = held.popleft()
            happening(subject)
        if held:
            self._held[name] = held
            self._after(0, self._resume, name)
        else:
            self._plan_pause()

    def _is_held(
        self, node: Node, happening: Callable[[Any], None], subject: object
    ) -> bool:
        """Put off what a process is too slow for, to the end of its pause."""
        held = self._held.get(node.id)
        if held is None:
            return False
        held.append((happening, subject))
        return True


def _possible(faults: Faults, protocol: Protocol) -> Faults:
    """Spare the roles for whose crash the spec has no action."""
    immortal = {role.name for role in protocol.roles if role.crash is None}
    return dataclasses.replace(faults, spared=faults.spared | immortal)
