"""What replicated logs are for: a store of values by key, and operations on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from refimpl.maps import FrozenMap

if TYPE_CHECKING:
    from refimpl.history import Outcome

__all__ = ["Answer", "Function", "Operation", "Store", "Value"]

Value: TypeAlias = int | str | None
"""What is stored under a key; None if nothing is."""
Function: TypeAlias = Literal["read", "write", "cas"]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks for, as histories call it.

    - value: what is written; None for a read
    - old: what a cas, compare-and-set, takes to be there; else None
    """

    function: Function
    key: str
    value: Value = None
    old: Value = None

    @property
    def noted(self) -> tuple[str, object]:
        """Key and value, as a history has them: a cas has a pair of values."""
        is_cas = self.function == "cas"
        return self.key, (self.old, self.value) if is_cas else self.value


@dataclass(frozen=True, slots=True)
class Answer:
    """How an operation ended; `value` is what was read.

    "ok": it took effect; "fail": it did not; "info": nobody knows.
    """

    outcome: Outcome
    value: Value = None


@dataclass(frozen=True, slots=True)
class Store:
    """A deterministic state machine: equal operations, equal stores and answers."""

    contents: FrozenMap[str, Value] = field(default_factory=FrozenMap)

    def executed(self, operation: Operation) -> tuple[Store, Answer]:
        """Return the store after the operation, and the answer to it."""
        found = self.contents.get(operation.key)
        if operation.function == "read":
            return self, Answer("ok", found)
        if operation.function == "cas" and found != operation.old:
            return self, Answer("fail")
        contents = self.contents | {operation.key: operation.value}
        return replace(self, contents=contents), Answer("ok")
