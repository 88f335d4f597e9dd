"""A schedule: what happened to a system, one thing after another.

It says nothing of chance: whoever takes the same things in the same order gets
the same run, and one that leaves some of them out gets another legal run.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from refimpl.sim.dice import Doom
    from refimpl.sim.node import Envelope, Node
    from refimpl.sim.system import System
    from refimpl.triggers import Message, ProcessId, Timer

__all__ = ["Clock", "Happening", "Kind", "Schedule"]

Kind: TypeAlias = Literal["deliver", "lose", "copy", "fire", "crash", "restart"]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens to a system.

    - who: the process that it happens to; the receiver of a message
    - sender, message: for "deliver", "lose" and "copy"
    - timer: for "fire"
    - at_ns: when it happened, at the earliest
    - doom: a force that ends in a crash: how many of this happening came before
      it, and how it ends
    - crash_after: the process crashes after so many of its steps
    - kept: fields whose writes survive the crash although nothing forced them
    """

    kind: Kind
    who: ProcessId
    at_ns: int
    sender: ProcessId | None = None
    message: Message | None = None
    timer: Timer | None = None
    doom: tuple[int, Doom] | None = None
    crash_after: int | None = None
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = self.timer.name if self.timer else self.message
        return f"{self.kind} {self.who}" + (f": {what}" if what else "")


class Clock(NamedTuple):
    """How a process's clock goes: so far before the world's, and gaining so much."""

    skew_ns: int = 0
    drift_ppm: int = 0


@dataclass
class Schedule:
    """Notes what happens, in order, for it to be steered again.

    `clocks`: of processes whose clock is not the world's.
    """

    happenings: list[Happening] = field(default_factory=list)
    clocks: dict[ProcessId, Clock] = field(default_factory=dict)
    _forces: int = 0

    def deliver(self, system: System, envelope: Envelope) -> None:
        """Note that a message arrives."""
        self._post("deliver", system, envelope)

    def lose(self, system: System, envelope: Envelope) -> None:
        """Note that the network loses a message."""
        self._post("lose", system, envelope)

    def copy(self, system: System, envelope: Envelope) -> None:
        """Note that the network copies a message."""
        self._post("copy", system, envelope)

    def fire(self, system: System, node: Node, timer: Timer) -> None:
        """Note that a timer fires."""
        self._add(Happening("fire", node.id, system.now_ns, timer=timer))

    def restart(self, system: System, node: Node) -> None:
        """Note that a process comes back."""
        self._add(Happening("restart", node.id, system.now_ns))

    def crash(self, system: System, node: Node) -> None:
        """Note that a process crashes, perhaps amid the steps of what happened last."""
        if system.reacting is node:
            last = self.happenings[-1]
            self.happenings[-1] = replace(last, crash_after=system.reacted)
        else:
            self._add(Happening("crash", node.id, system.now_ns))

    def force(self, doom: Doom | None) -> None:
        """Note a force of what happened last, and how it ends in a crash, if so."""
        if doom is not None:
            last = self.happenings[-1]
            self.happenings[-1] = replace(last, doom=(self._forces, doom))
        self._forces += 1

    def kept(self, name: str) -> None:
        """Note that a write survives the crash that happens now."""
        last = self.happenings[-1]
        self.happenings[-1] = replace(last, kept=(*last.kept, name))

    def _post(self, kind: Kind, system: System, envelope: Envelope) -> None:
        sender, message = envelope.sender, envelope.message
        made = Happening(kind, envelope.to, system.now_ns, sender, message)
        self._add(made)

    def _add(self, happening: Happening) -> None:
        self._forces = 0
        self.happenings.append(happening)
