"""A system of processes, and what can happen to it, one thing at a time.

`System` knows what a delivery, a timer or a crash does, and not when it comes:
that is up to `World`, which draws it from a seed, and to `Steered`, which is told.
"""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING, Final

from refimpl.history import HistoryEvent
from refimpl.sim.dice import Doom
from refimpl.sim.node import Envelope, Node, Running
from refimpl.steps import Deferred, Ignored, Taken, respond
from refimpl.triggers import RESTART, ImplementationError, ProcessId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from refimpl.history import Happened
    from refimpl.process import Context, Process
    from refimpl.protocol import Protocol
    from refimpl.sim.recorder import Recorder
    from refimpl.sim.schedule import Clock
    from refimpl.steps import Step
    from refimpl.triggers import Message, Timer, Trigger


_SHOWN: Final = 300
"""Characters of a message that an error shows: it may carry a whole log."""


class System:
    """The processes of a protocol, their disks and timers, and the network.

    - now_ns: the time, which its owner sets
    - in_flight: messages on their way, by number
    - events: how many events there have been, recorded or not
    - reacting: the process that takes steps now, if one does; `reacted` of them yet
    - swaps: other implementations, by the address of the process
    """

    def __init__(
        self,
        protocol: Protocol,
        seed: int,
        recorder: Recorder | None = None,
        swaps: Mapping[ProcessId, Callable[[Context], Process]] | None = None,
    ) -> None:
        self.protocol = protocol
        self.seed = seed
        self.recorder = recorder
        self.now_ns = 0
        self.events = 0
        self.reacting: Node | None = None
        self.reacted = 0
        self.in_flight: dict[int, Envelope] = {}
        self.history: list[HistoryEvent] = []
        self._swaps = dict(swaps or {})
        self._sent = itertools.count(1)
        self._set = itertools.count(1)
        self.nodes = self._build()

    # -------------------------------------------------------- for its owner

    def set_clocks(self, clocks: Mapping[ProcessId, Clock]) -> None:
        """Let the clocks of these processes go as is said; before they start."""
        for name, clock in clocks.items():
            self.nodes[name].skew_ns, self.nodes[name].drift_ppm = clock

    @property
    def pending_until_ns(self) -> int:
        """From when on each timer has fired that runs now."""
        nodes = self.nodes.values()
        running = (each for node in nodes for each in node.timers.values())
        return max((each.due_ns for each in running), default=self.now_ns)

    def sent(self, envelope: Envelope) -> None:
        """A message is on its way."""

    def timer_set(self, node: Node, running: Running) -> None:
        """A timer runs."""

    def doom(self, node: Node) -> Doom | None:
        """Say whether and how a force of this node ends in a crash."""

    def stepped(self, node: Node) -> None:
        """A process took a step; it may be crashed now."""

    def crashed(self, node: Node) -> None:
        """A process went down."""

    def survives(self, name: str) -> bool:  # noqa: ARG002 - as its heirs have it
        """Say whether a write of this field, not forced, survives this crash."""
        return False

    # -------------------------------------------------------- what can happen

    def start(self) -> None:
        """Start all processes, which set their first timers."""
        processes = [self._start(node) for node in self.nodes.values()]
        if self.recorder is not None:
            self.recorder.begin(processes)

    def deliver(self, envelope: Envelope) -> None:
        """Give a message to its receiver; it is lost if that is down."""
        node = self.nodes[envelope.to]
        if node.process is None:
            self.lose(envelope)
        else:
            self._react(node, envelope.message, envelope)

    def lose(self, envelope: Envelope) -> None:
        """Let the network lose a message."""
        del self.in_flight[envelope.number]
        self.events += 1
        if self.recorder is not None:
            template = self.protocol.lose
            self.recorder.network(template, envelope, self.now_ns, takes=envelope)

    def copy(self, envelope: Envelope) -> None:
        """Let the network copy a message."""
        copied = self._envelope(envelope.sender, envelope.to, envelope.message)
        copied.stamp = envelope.stamp
        self.events += 1
        if self.recorder is not None:
            template = self.protocol.duplicate
            self.recorder.network(template, copied, self.now_ns, puts=copied)
        self.sent(copied)

    def fire(self, node: Node, timer: Timer) -> None:
        """Let a timer that runs fire."""
        del node.timers[timer.name]
        self._react(node, timer, None)

    def crash(self, node: Node) -> None:
        """Take a process down.  Recorded unless it never finished restarting."""
        process = node.process
        if process is None:
            return
        kept = self._kept(node, process)
        if node.is_up:
            self.events += 1
            if self.recorder is not None:
                self.recorder.crash(process, node.role.crash, self.now_ns, kept)
        node.take_down()
        deferred, node.deferred = node.deferred, []
        for envelope in deferred:
            self.lose(envelope)
        self.crashed(node)

    def restart(self, node: Node) -> None:
        """Let a process that is down come back."""
        node.boot()
        self._react(node, RESTART, None)

    def forced(self, name: str) -> Mapping[str, object]:
        """Return what a process has on its disk."""
        return dict(self.nodes[ProcessId(name)].storage.contents or {})

    # -------------------------------------------------------- for its nodes

    def make(self, node: Node) -> Process:
        """Make the process of a node."""
        return self._swaps.get(node.id, node.role.make)(node)

    def start_timer(self, node: Node, timer: Timer, delay_ns: int) -> None:
        """Let a timer run."""
        running = Running(timer, self.now_ns + delay_ns, next(self._set))
        node.timers[timer.name] = running
        self.timer_set(node, running)

    def note(self, node: Node, what: Happened) -> None:
        """Add to the history of clients."""
        self.history.append(HistoryEvent(node.id, self.now_ns, what))

    # -------------------------------------------------------- steps

    def _react(self, node: Node, trigger: Trigger, takes: Envelope | None) -> None:
        """Let a process that is up take all its steps on a trigger."""
        outermost = self.reacting is None
        if outermost:
            self.reacting, self.reacted = node, 0
        try:
            self._respond(node, trigger, takes)
        except Exception as error:
            if outermost:
                told = textwrap.shorten(str(trigger), _SHOWN)
                error.add_note(f"{node.id} on {told} at {self.where()}")
            raise
        finally:
            if outermost:
                self.reacting = None

    def _respond(self, node: Node, trigger: Trigger, takes: Envelope | None) -> None:
        process, moved = node.process, False
        assert process is not None  # noqa: S101 - the caller looked
        for step in respond(process, trigger):
            self.reacted += 1
            moved = moved or isinstance(step, Taken)
            self._took(node, process, step, takes)
            takes = None
            if node.process is None:
                return
        if node.deferred and moved:
            self._again(node)

    def _again(self, node: Node) -> None:
        """Give a process what it has put off."""
        deferred, node.deferred = node.deferred, []
        for place, envelope in enumerate(deferred):
            self.deliver(envelope)
            if node.process is None:
                for each in deferred[place + 1 :]:
                    self.lose(each)
                return

    def _took(
        self, node: Node, process: Process, step: Step, takes: Envelope | None
    ) -> None:
        """Write a step down and let its messages go, as far as a crash lets it."""
        if isinstance(step, Deferred):
            assert takes is not None  # noqa: S101 - only a message is put off
            node.deferred.append(takes)
            return
        if isinstance(step, Ignored):
            self._ignore(node, takes)
            return
        doom = node.doom
        if doom is None:
            sent = self._posted(node, node.outbox) if node.outbox else ()
            self._written(node, process, step, takes, sent)
            for envelope in sent:
                self.sent(envelope)
            self.stepped(node)
        else:
            self._doomed(node, process, step, takes)

    def _doomed(
        self, node: Node, process: Process, step: Taken, takes: Envelope | None
    ) -> None:
        """End a step in a crash: before it took effect, or when all was forced."""
        before, after = node.outbox[: node.at_force], node.outbox[node.at_force :]
        doom, node.outbox = node.doom, []
        if doom is Doom.BEFORE and not before:
            if takes is not None:
                self.lose(takes)
        else:
            sent = self._posted(node, before)
            unsent = self._posted(node, after) if doom is Doom.AFTER else ()
            self._written(node, process, step, takes, (*sent, *unsent))
            for envelope in sent:
                self.sent(envelope)
            for envelope in unsent:
                self.lose(envelope)
        node.doom = None
        self.crash(node)

    def _written(
        self,
        node: Node,
        process: Process,
        step: Taken,
        takes: Envelope | None,
        puts: Iterable[Envelope],
    ) -> None:
        """Count and record a step."""
        node.is_up = True
        self.events += 1
        if takes is not None:
            del self.in_flight[takes.number]
        if self.recorder is not None:
            fields = _fields(node, process)
            self.recorder.step(process, step, fields, self.now_ns, takes, puts)
        if node.storage.forced:
            node.storage.forced = set()

    def _ignore(self, node: Node, takes: Envelope | None) -> None:
        assert takes is not None  # noqa: S101 - only a message is ignored
        del self.in_flight[takes.number]
        self.events += 1
        if self.recorder is not None:
            template = self.protocol.ignore
            self.recorder.network(template, takes, self.now_ns, takes=takes, by=node.id)

    def _posted(
        self, node: Node, mail: list[tuple[ProcessId, Message]]
    ) -> list[Envelope]:
        """Put messages of the outbox on their way."""
        name = node.id
        if mail is node.outbox:
            node.outbox = []
        return [self._envelope(name, to, message) for to, message in mail]

    def _envelope(self, sender: ProcessId, to: ProcessId, message: Message) -> Envelope:
        made = Envelope(next(self._sent), sender, to, message)
        self.in_flight[made.number] = made
        return made

    def _kept(self, node: Node, process: Process) -> Mapping[str, object]:
        """Let some writes that were not forced survive the crash; return them."""
        memory = process.memory
        if not memory.unsynced:
            return {}
        names = [*filter(self.survives, sorted(memory.unsynced))]
        kept = memory.current(names)
        node.storage.keep(kept)
        return kept

    # -------------------------------------------------------- the beginning

    def _build(self) -> dict[ProcessId, Node]:
        named = [(role, name) for role in self.protocol.roles for name in role.ids]
        return {
            name: Node(
                self, role, name, tuple(peer for _, peer in named if peer != name)
            )
            for role, name in named
        }

    def _start(self, node: Node) -> Process:
        process = node.boot()
        try:
            process.start()
        except Exception as error:
            name = f"{type(process).__name__}.start"
            error.add_note(f"in {name} of {node.id} at {self.where()}")
            raise
        if node.outbox or process.memory.syncs:
            raise ImplementationError(
                f"{type(process).__name__}.start sends or forces; it may only set "
                "timers and fields, the rest belongs into actions"
            )
        return process

    def where(self) -> str:
        """Return the place in this run, for messages."""
        return f"t={self.now_ns}ns of seed {self.seed}"


def _fields(node: Node, process: Process) -> Mapping[str, object]:
    """Return the fields that the step assigned or forced.

    Persistent ones as the disk has them; volatile ones only if the process
    lived to the end of the step.
    """
    memory, forced = process.memory, node.storage.forced
    disk = node.storage.contents or {}
    found: dict[str, object] = {}
    for name in {**memory.written, **dict.fromkeys(forced)}:
        field = process.fields[name]
        if field.stable:
            on_disk = name in disk
            found[name] = disk[name] if on_disk else field.at_first(memory.values)
        elif node.doom is None:
            found[name] = memory.values[name]
    return found
