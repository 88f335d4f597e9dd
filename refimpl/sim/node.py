"""The machine under one simulated process: its disk, its timers, its outbox."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, NamedTuple

from refimpl.sim.dice import Doom
from refimpl.triggers import ImplementationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refimpl.history import Happened
    from refimpl.process import Process
    from refimpl.protocol import Role
    from refimpl.sim.system import System
    from refimpl.triggers import Message, ProcessId, Timer

_MILLION = 1_000_000


class Envelope:
    """A message on its way.

    `stamp` is what the recorder wrote on it: its sender's vector clock and a name.
    """

    __slots__ = ("message", "number", "sender", "stamp", "to")

    def __init__(
        self, number: int, sender: ProcessId, to: ProcessId, message: Message
    ) -> None:
        self.number = number
        self.sender = sender
        self.to = to
        self.message = message
        self.stamp: Stamp | None = None


class Stamp(NamedTuple):
    """What a recorder writes on a message."""

    name: str
    clock: Mapping[str, int]


class Running(NamedTuple):
    """A timer that was set: when it is due, and its number among all settings."""

    timer: Timer
    due_ns: int
    setting: int


class Disk:
    """What was forced; `contents` is None before the process has ever run."""

    def __init__(self, node: Node) -> None:
        self.contents: Mapping[str, object] | None = None
        self.forced: set[str] = set()
        self._node = node

    def recover(self) -> Mapping[str, object] | None:
        """Return what was forced; None if the process never ran."""
        return self.contents

    def force(self, writes: Mapping[str, object]) -> None:
        """Keep the writes, unless the machine dies first."""
        if self._node.survives_force():
            self.keep(writes)
            self.forced.update(writes)

    def keep(self, writes: Mapping[str, object]) -> None:
        """Keep the writes, whatever happens."""
        self.contents = {**(self.contents or {}), **writes}

    def forked(self, node: Node) -> Disk:
        """Return a disk of another node with the same contents."""
        made = Disk(node)
        made.contents, made.forced = self.contents, set(self.forced)
        return made


class Draws:
    """A generator of randomness; forks share it until one of them draws."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._is_shared = False

    def own(self) -> random.Random:
        """Return the generator, for this fork alone."""
        if self._is_shared:
            state = self._random.getstate()
            self._random, self._is_shared = random.Random(), False
            self._random.setstate(state)
        return self._random

    def forked(self) -> Draws:
        """Return one that draws the same from here on."""
        self._is_shared = True
        return copy.copy(self)


class Node:
    """The context of one process, and the process itself while it is up.

    A crash at a force does not stop the action there: it runs on, cut off from
    the world, so that the world learns which messages were never sent.  The
    world then takes the node down.

    Its clock is `skew_ns` before the world's, and gains `drift_ppm` on it.
    """

    def __init__(
        self, system: System, role: Role, name: ProcessId, peers: tuple[ProcessId, ...]
    ) -> None:
        self.role = role
        self.id = name
        self.peers = peers
        self.draws = Draws(f"{system.seed}/{name}")
        self.storage = Disk(self)
        self.process: Process | None = None
        self.is_up = True
        self.timers: dict[str, Running] = {}
        self.outbox: list[tuple[ProcessId, Message]] = []
        self.deferred: list[Envelope] = []
        self.doom: Doom | None = None
        self.at_force = 0
        self.skew_ns = 0
        self.drift_ppm = 0
        self.system = system
        self._known = frozenset((name, *peers))

    def boot(self) -> Process:
        """Start the process, or start it again from what is on the disk."""
        self.process = self.system.make(self)
        self.storage.contents = self.storage.contents or {}
        return self.process

    def forked(self, system: System, draws: int | None) -> Node:
        """Return this node and its process in another system, between two steps.

        What the process draws from then on is drawn anew if `draws` is given.
        """
        made = copy.copy(self)
        made.system = system
        if draws is None:
            made.draws = self.draws.forked()
        else:
            made.draws = Draws(f"{system.seed}/{self.id}/{draws}")
        made.storage = self.storage.forked(made)
        made.process = None if self.process is None else self.process.forked(made)
        made.timers = dict(self.timers)
        made.outbox, made.deferred = [], [*self.deferred]
        return made

    @property
    def rng(self) -> random.Random:
        """The randomness of this process."""
        return self.draws.own()

    def take_down(self) -> None:
        """Crash: nothing but the disk remains."""
        self.process = None
        self.is_up = False
        self.timers.clear()

    def now(self) -> int:
        """Return the time in nanoseconds, as this machine's clock has it."""
        now_ns = self.system.now_ns
        return now_ns + self.skew_ns + now_ns * self.drift_ppm // _MILLION

    def send(self, to: ProcessId, message: Message) -> None:
        """Put a message into the outbox; it leaves at the end of the step."""
        if to not in self._known:
            raise ImplementationError(
                f"{self.id} sends {message} to {to}; there are just "
                + ", ".join((self.id, *self.peers))
            )
        self.outbox.append((to, message))

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        """Let the timer fire once, unless it is set again or cancelled before."""
        if delay_ns < 0:
            raise ImplementationError(
                f"{self.id} sets {timer} to {delay_ns} ns, which is in the past"
            )
        if self.drift_ppm:
            delay_ns = delay_ns * _MILLION // (_MILLION + self.drift_ppm)
        self.system.start_timer(self, timer, delay_ns)

    def cancel_timer(self, timer: Timer) -> None:
        """Stop the timer if it runs."""
        self.timers.pop(timer.name, None)

    def happened(self, what: Happened) -> None:
        """Add to the history of what clients asked for and were told."""
        self.system.note(self, what)

    def survives_force(self) -> bool:
        """Let the world say whether a force takes effect; what was sent is out."""
        self.at_force = len(self.outbox)
        self.doom = self.system.doom(self)
        return self.doom is not Doom.BEFORE
