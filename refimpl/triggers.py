"""What makes a process act: messages, timers, and coming back after a crash."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = [
    "RESTART",
    "ImplementationError",
    "Message",
    "ProcessId",
    "Restart",
    "Timer",
    "Trigger",
]


class ImplementationError(Exception):
    """A process breaks a rule of this package: its author's mistake."""


class ProcessId(str):
    """The address of a process; in the spec it is the model value of that name."""

    __slots__ = ()


@dataclass(frozen=True)
class Message:
    """What processes send: subclasses are frozen dataclasses of immutable values."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of a process, which runs at most once at a time."""

    name: str


class Restart(enum.Enum):
    """The one object that stands for coming back after a crash."""

    RESTART = "restart"


RESTART: Final = Restart.RESTART
Trigger: TypeAlias = Message | Timer | Restart
