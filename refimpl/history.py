"""What clients ask for and are told: the history that consistency is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from refimpl.triggers import ProcessId

__all__ = ["Happened", "HistoryEvent", "Outcome"]

Outcome: TypeAlias = Literal["invoke", "ok", "fail", "info"]
"""A call; or its end: it took effect, it did not, or nobody knows."""


class Happened(NamedTuple):
    """A client's call of an operation, or how it ended.

    `function` is its name, as "read" or "write"; `value` what it was given or
    gave, made of int, str, bool, None and tuples.
    """

    outcome: Outcome
    function: str
    value: object


class HistoryEvent(NamedTuple):
    """What happened, to which client, and when, in nanoseconds."""

    process: ProcessId
    time_ns: int
    happened: Happened
