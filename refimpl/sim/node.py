"""The machine under one simulated process: its disk, its timers, its outbox."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from refimpl.process import ImplementationError
from refimpl.sim.dice import Dice, Doom

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from refimpl.process import Message, Process, ProcessId, Timer
    from refimpl.protocol import Role
    from refimpl.sim.clock import Clock


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message and where it goes."""

    to: ProcessId
    message: Message


@dataclass(frozen=True, slots=True)
class Effects:
    """What one step did to the world.

    `sent` left the machine, `unsent` would have, had it not crashed.  `forced`
    names the fields whose value on the disk the step may have changed.
    """

    sent: tuple[Envelope, ...]
    unsent: tuple[Envelope, ...]
    forced: frozenset[str]
    doom: Doom | None


class Disk:
    """What was forced; `contents` is None before the process has ever run."""

    def __init__(self, survives: Callable[[], bool]) -> None:
        self.contents: Mapping[str, object] | None = None
        self.forced: frozenset[str] = frozenset()
        self._survives = survives

    def recover(self) -> Mapping[str, object] | None:
        """Return what was forced; None if the process never ran."""
        return self.contents

    def force(self, writes: Mapping[str, object]) -> None:
        """Keep the writes, unless the machine dies first."""
        if self._survives():
            self.contents = {**(self.contents or {}), **writes}
            self.forced |= frozenset(writes)


OnTimer: TypeAlias = "Callable[[Node, Timer], None]"


class Node:
    """The context of one process, and the process itself while it is up.

    A crash at a force does not stop the action there: it runs on, cut off from
    the world, so that the world learns which messages were never sent.  The
    world then takes the node down.
    """

    def __init__(  # noqa: PLR0913 - what a machine is made of
        self,
        role: Role,
        name: ProcessId,
        peers: tuple[ProcessId, ...],
        *,
        seed: int,
        clock: Clock,
        dice: Dice,
        on_timer: OnTimer,
    ) -> None:
        self.role = role
        self.id = name
        self.peers = peers
        self.rng = random.Random(f"{seed}/{name}")
        self.storage = Disk(self._survives)
        self.process: Process | None = None
        self.is_up = True
        self._clock = clock
        self._dice = dice
        self._on_timer = on_timer
        self._timers: dict[Timer, int] = {}
        self._timers_set = 0
        self._outbox: list[Envelope] = []
        self._at_force = 0
        self._doom: Doom | None = None

    def boot(self) -> Process:
        """Start the process, or start it again from what is on the disk."""
        self.process = self.role.make(self)
        self.storage.contents = self.storage.contents or {}
        return self.process

    def take_down(self) -> None:
        """Crash: nothing but the disk remains."""
        self.process = None
        self.is_up = False
        self._timers.clear()

    def effects(self) -> Effects:
        """Return what was done since the last call."""
        leaves = len(self._outbox) if self._doom is None else self._at_force
        done = Effects(
            sent=tuple(self._outbox[:leaves]),
            unsent=tuple(self._outbox[leaves:]),
            forced=self.storage.forced,
            doom=self._doom,
        )
        self._outbox = []
        self._doom = None
        self.storage.forced = frozenset()
        return done

    def now(self) -> int:
        """Return simulated time in nanoseconds."""
        return self._clock.now_ns

    def send(self, to: ProcessId, message: Message) -> None:
        """Put a message into the outbox; it leaves at the end of the step."""
        if to not in (self.id, *self.peers):
            raise ImplementationError(
                f"{self.id} sends {message} to {to}; there are just "
                + ", ".join((self.id, *self.peers))
            )
        self._outbox.append(Envelope(to, message))

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        """Let the timer fire once, unless it is set again or cancelled before."""
        self._timers_set += 1
        setting = self._timers_set
        self._timers[timer] = setting
        self._clock.after(delay_ns, lambda: self._fire(timer, setting))

    def cancel_timer(self, timer: Timer) -> None:
        """Stop the timer if it runs."""
        self._timers.pop(timer, None)

    def _fire(self, timer: Timer, setting: int) -> None:
        if self._timers.get(timer) == setting:
            del self._timers[timer]
            self._on_timer(self, timer)

    def _survives(self) -> bool:
        """Let the dice say whether a force takes effect; what was sent is out."""
        self._at_force = len(self._outbox)
        self._doom = self._dice.doom(self.role.name)
        return self._doom is not Doom.BEFORE
