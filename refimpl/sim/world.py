"""The simulated world: processes, a network that misbehaves, crashes."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Final

from pyspec.trace.model import End, Trace
from refimpl.process import (
    RESTART,
    Ignored,
    ImplementationError,
    Message,
    Process,
    ProcessId,
    Taken,
    Trigger,
    respond,
)
from refimpl.sim.clock import Clock
from refimpl.sim.dice import Dice, Doom
from refimpl.sim.node import Effects, Envelope, Node
from refimpl.sim.recorder import (
    Observe,
    Recorder,
    call_of,
    observations,
    step_of,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.values import Value
    from refimpl.protocol import Faults, Protocol

NETWORK: Final = "net"
"""Who an event of the network is by."""


def simulate(
    protocol: Protocol,
    seed: int,
    faults: Faults | None = None,
    *,
    observe: Observe = Observe.EVERYTHING,
    max_events: int = 500,
) -> Trace:
    """Run a protocol once and return the trace: equal arguments, equal traces.

    `faults` defaults to the protocol's fault model.  The trace ends "quiescent"
    if nothing was left to happen, else "cut", soon after `max_events` events.
    """
    return World(protocol, seed, faults, observe=observe).run(max_events)


def _possible(faults: Faults, protocol: Protocol) -> Faults:
    """Spare the roles for whose crash the spec has no action."""
    immortal = {role.name for role in protocol.roles if role.crash is None}
    return dataclasses.replace(faults, spared=faults.spared | immortal)


class World:
    """One run of a protocol.  `dice.used` counts the faults that happened."""

    def __init__(
        self,
        protocol: Protocol,
        seed: int,
        faults: Faults | None = None,
        *,
        observe: Observe = Observe.EVERYTHING,
    ) -> None:
        self.protocol = protocol
        self.seed = seed
        self.faults = protocol.faults if faults is None else faults
        self.clock = Clock()
        self.dice = Dice(seed, _possible(self.faults, protocol))
        self.recorder = Recorder(protocol, observe)
        self.nodes = self._build()

    def run(self, max_events: int = 500) -> Trace:
        """Run until nothing is left to happen, or about so many events happened.

        To be called once.  What an implementation raises carries a note of when
        it happened.
        """
        processes = [self._start(node) for node in self.nodes.values()]
        self.recorder.begin(processes)
        for node in self.nodes.values():
            self._perhaps_crash(node)
        end = End.CUT
        while len(self.recorder.events) < max_events:
            if not self.clock.step():
                end = End.QUIESCENT
                break
        return self.recorder.trace(self._meta(), end)

    def forced(self, name: str) -> Mapping[str, object]:
        """Return what a process has on its disk."""
        return dict(self.nodes[ProcessId(name)].storage.contents or {})

    def _build(self) -> dict[ProcessId, Node]:
        named = [(role, name) for role in self.protocol.roles for name in role.ids]
        return {
            name: Node(
                role,
                name,
                tuple(peer for _, peer in named if peer != name),
                seed=self.seed,
                clock=self.clock,
                dice=self.dice,
                on_timer=self._react,
            )
            for role, name in named
        }

    def _start(self, node: Node) -> Process:
        process = node.boot()
        process.start()
        done = node.effects()
        if done.sent or done.forced or done.doom:
            raise ImplementationError(
                f"{type(process).__name__}.start sends or forces; it may only set "
                "timers and fields, the rest belongs into actions"
            )
        return process

    def _meta(self) -> Mapping[str, Value]:
        given = dataclasses.asdict(self.faults)
        return {
            "recorder": "refimpl",
            "seed": self.seed,
            "faults": value_of(given),
        }

    # -------------------------------------------------------- processes

    def _react(self, node: Node, trigger: Trigger) -> None:
        """Let a process that is up take all its steps on a trigger."""
        process = node.process
        if process is None:
            return
        message = trigger if isinstance(trigger, Message) else None
        steps = respond(process, trigger)
        try:
            for step in steps:
                if isinstance(step, Ignored):
                    self._ignore(node, step.message)
                else:
                    self._took(node, process, step, message)
                message = None
                if node.process is None:
                    return
        except Exception as error:
            error.add_note(f"{node.id} on {trigger} at {self._where()}")
            raise

    def _took(
        self, node: Node, process: Process, step: Taken, message: Message | None
    ) -> None:
        """Record a step and let its messages go, as far as a crash lets it."""
        done = node.effects()
        if done.doom is Doom.BEFORE and not done.sent:
            if message is not None:
                self._lose(message)
        else:
            self._record(node, process, step, message, done)
        if done.doom is None:
            self._perhaps_crash(node)
        else:
            self._crash(node)

    def _record(
        self,
        node: Node,
        process: Process,
        step: Taken,
        message: Message | None,
        done: Effects,
    ) -> None:
        unsent = done.unsent if done.doom is Doom.AFTER else ()
        node.is_up = True
        self.recorder.event(
            call_of(step.action, step.arguments),
            by=node.id,
            time_ns=self.clock.now_ns,
            seen=observations(process, self._fields(node, process, done)),
            takes=message,
            puts=(each.message for each in (*done.sent, *unsent)),
        )
        for envelope in done.sent:
            self._travel(envelope)
        for envelope in unsent:
            self._lose(envelope.message)

    @staticmethod
    def _fields(node: Node, process: Process, done: Effects) -> dict[str, object]:
        """Return the fields that the step assigned or forced.

        Persistent ones as the disk has them; volatile ones only if the process
        lived to the end of the step.
        """
        disk = node.storage.contents or {}
        return {
            name: disk.get(name, field.initial)
            if field.stable
            else process.memory.values[name]
            for name, field in process.fields.items()
            if name in process.memory.written or name in done.forced
            if field.stable or done.doom is None
        }

    # -------------------------------------------------------- crashes

    def _perhaps_crash(self, node: Node) -> None:
        """Let the dice say whether and when the process crashes after this."""
        delay_ns = self.dice.crash_delay_ns(node.role.name)
        if delay_ns == 0:
            self._crash_if_any_left(node)
        elif delay_ns is not None:
            self.clock.after(delay_ns, partial(self._crash_if_any_left, node))

    def _crash_if_any_left(self, node: Node) -> None:
        if node.process is not None and self.dice.spend("crashes"):
            self._crash(node)

    def _crash(self, node: Node) -> None:
        """Take a process down.  Recorded unless it never finished restarting."""
        process = node.process
        if process is None:
            return
        if node.is_up:
            lost = {
                name: field.after_crash
                for name, field in process.fields.items()
                if not field.stable
            }
            self.recorder.event(
                step_of(node.role.crash, self=process),
                by=node.id,
                time_ns=self.clock.now_ns,
                seen=observations(process, lost),
            )
        node.take_down()
        if node.role.name not in self.faults.stay_down:
            self.clock.after(self.dice.downtime_ns(), partial(self._restart, node))

    def _restart(self, node: Node) -> None:
        node.boot()
        self._react(node, RESTART)

    # -------------------------------------------------------- the network

    def _travel(self, envelope: Envelope) -> None:
        """Send a message on its way, perhaps to be lost or copied on it."""
        arrives_ns = self.dice.latency_ns()
        if self.dice.duplicates():
            at_ns = self.dice.within_ns(arrives_ns)
            self.clock.after(at_ns, partial(self._copy, envelope))
        if self.dice.loses():
            self.clock.after(arrives_ns, partial(self._lose, envelope.message))
        else:
            self.clock.after(arrives_ns, partial(self._deliver, envelope))

    def _deliver(self, envelope: Envelope) -> None:
        node = self.nodes[envelope.to]
        if node.process is None:
            self._lose(envelope.message)
        else:
            self._react(node, envelope.message)

    def _copy(self, envelope: Envelope) -> None:
        self.recorder.event(
            step_of(self.protocol.duplicate, message=envelope.message),
            by=NETWORK,
            time_ns=self.clock.now_ns,
            puts=(envelope.message,),
        )
        self._travel(envelope)

    def _lose(self, message: Message) -> None:
        self.recorder.event(
            step_of(self.protocol.lose, message=message),
            by=NETWORK,
            time_ns=self.clock.now_ns,
            takes=message,
        )

    def _ignore(self, node: Node, message: Message) -> None:
        self.recorder.event(
            step_of(self.protocol.ignore, message=message),
            by=node.id,
            time_ns=self.clock.now_ns,
            takes=message,
        )

    def _where(self) -> str:
        return f"t={self.clock.now_ns}ns of seed {self.seed}"
