"""A system that is told what happens next."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from refimpl.sim.schedule import Happening
from refimpl.sim.system import System

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from refimpl.process import Context, Process
    from refimpl.protocol import Protocol
    from refimpl.sim.dice import Doom
    from refimpl.sim.node import Envelope, Node
    from refimpl.sim.recorder import Recorder
    from refimpl.sim.schedule import Clock
    from refimpl.triggers import ProcessId

__all__ = ["Steered"]


class Steered(System):
    """A system to which happens what `take` is given, if it can.

    Time goes by as it must: to when the thing happened, and to when a timer is due.
    `clocks`: of processes whose clock is not the world's.
    """

    def __init__(
        self,
        protocol: Protocol,
        seed: int,
        recorder: Recorder | None = None,
        swaps: Mapping[ProcessId, Callable[[Context], Process]] | None = None,
        *,
        clocks: Mapping[ProcessId, Clock] | None = None,
    ) -> None:
        self._now: Happening | None = None
        self._forces = 0
        super().__init__(protocol, seed, recorder, swaps)
        self.set_clocks(clocks or {})

    def take_all(self, happenings: Iterable[Happening]) -> list[Happening]:
        """Start, let these things happen, and return those that could."""
        self.start()
        return [each for each in happenings if self.take(each)]

    def take(self, happening: Happening) -> bool:
        """Let it happen; False if it cannot, and then nothing does."""
        self._now, self._forces = happening, 0
        try:
            if happening.message is not None:
                return self._on_message(happening)
            return self._on_node(happening, self.nodes[happening.who])
        finally:
            self._now = None

    def fork(self, draws: int | None = None) -> Steered:
        """Return a system that is where this one is, and goes its own way from there.

        Between two happenings only.  What processes draw at random is the same in
        both, or drawn anew if `draws` is given: another number, other draws.  Its
        recorder has the events from here on.
        """
        made = copy.copy(self)  # with its counters: numbers only grow
        if self.recorder is not None:
            made.recorder = self.recorder.forked()
        made.in_flight, made.history = dict(self.in_flight), [*self.history]
        made.nodes = {
            name: node.forked(made, draws) for name, node in self.nodes.items()
        }
        return made

    def possible(self) -> Iterator[Happening]:
        """Yield what can happen now, in an order that depends on nothing else.

        Of copies of one message, one.  Crashes are possible if the spec has an
        action for them, losses and copies also if the fault model has any.
        """
        seen = set[object]()
        for each in self.in_flight.values():
            if any(each in node.deferred for node in self.nodes.values()):
                continue
            key = each.sender, each.to, each.message
            if key not in seen:
                seen.add(key)
                yield from self._of_message(each)
        for node in self.nodes.values():
            yield from self._of_node(node)

    def _of_message(self, envelope: Envelope) -> Iterator[Happening]:
        rest = envelope.to, self.now_ns, envelope.sender, envelope.message
        protocol = self.protocol
        yield Happening("deliver", *rest)
        if protocol.lose is not None or protocol.faults.losses:
            yield Happening("lose", *rest)
        if protocol.duplicate is not None or protocol.faults.duplications:
            yield Happening("copy", *rest)

    def _of_node(self, node: Node) -> Iterator[Happening]:
        if node.process is None:
            yield Happening("restart", node.id, self.now_ns)
            return
        for running in node.timers.values():
            yield Happening("fire", node.id, self.now_ns, timer=running.timer)
        if node.role.crash is not None:
            yield Happening("crash", node.id, self.now_ns)

    # -------------------------------------------------------- taking

    def _on_message(self, happening: Happening) -> bool:
        envelope = self._found(happening)
        if envelope is None:
            return False
        self.now_ns = max(self.now_ns, happening.at_ns)
        kinds = {"deliver": self.deliver, "lose": self.lose, "copy": self.copy}
        kinds[happening.kind](envelope)
        return True

    def _found(self, happening: Happening) -> Envelope | None:
        """Return the message that is meant, or one of its kind from the same sender.

        In a run that leaves out part of another, messages say other things.
        """
        near: Envelope | None = None
        for each in self.in_flight.values():
            if each.to != happening.who or each.sender != happening.sender:
                continue
            if each in self.nodes[each.to].deferred:
                continue
            if each.message == happening.message:
                return each
            if near is None and type(each.message) is type(happening.message):
                near = each
        return near

    def _on_node(self, happening: Happening, node: Node) -> bool:
        if happening.kind == "restart":
            if node.process is not None:
                return False
            self.now_ns = max(self.now_ns, happening.at_ns)
            self.restart(node)
            return True
        if node.process is None:
            return False
        if happening.kind == "crash":
            if node.role.crash is None:
                return False
            self.now_ns = max(self.now_ns, happening.at_ns)
            self.crash(node)
            return True
        return self._fired(happening, node)

    def _fired(self, happening: Happening, node: Node) -> bool:
        timer = happening.timer
        running = node.timers.get(timer.name) if timer is not None else None
        if running is None:
            return False
        self.now_ns = max(self.now_ns, happening.at_ns, running.due_ns)
        self.fire(node, running.timer)
        return True

    # -------------------------------------------------------- crashes amid steps

    def doom(self, node: Node) -> Doom | None:
        """Crash at the force that the happening names."""
        meant = self._now.doom if self._now is not None else None
        number, self._forces = self._forces, self._forces + 1
        if meant is None or node.role.crash is None or meant[0] != number:
            return None
        return meant[1]

    def stepped(self, node: Node) -> None:
        """Crash after the step that the happening names."""
        if self._now is not None and self._now.crash_after == self.reacted:
            self.crash(node)

    def survives(self, name: str) -> bool:
        """Keep what the happening names."""
        return self._now is not None and name in self._now.kept
