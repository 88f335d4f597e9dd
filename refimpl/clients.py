"""Clients: they ask for one thing after another, and note what they were told.

What is noted is a history, which `pyspec replay --history` holds to a register or
a store.  A protocol's own client says how a request is sent and what an answer
looks like:

    class RegisterClient(Client):
        @action("Ask(self.id)", on=ASK)
        def ask(self) -> None:
            self.send(self.server, Request(self.id, self.asking()))
            self.be_patient()

        @action("Hear(self.id)", on=Reply)
        def hear(self, reply: Reply) -> None:
            guard(reply.operation == self.operation)
            self.told(reply.answer)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from refimpl.fields import volatile
from refimpl.maps import FrozenMap
from refimpl.process import Process
from refimpl.store import Answer, Function, Operation, Value
from refimpl.triggers import Timer

if TYPE_CHECKING:
    import random

    from refimpl.process import Context

__all__ = ["ASK", "Client", "Workload"]

MS: Final = 1_000_000

ASK: Final = Timer("ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What one client does.  Times are nanoseconds, both ends of a range included.

    - operations: it asks for so many, one at a time
    - functions, keys: each operation is one of these on one of those
    - think_ns: from an answer to the next operation
    - patience_ns: from a request to the next one for the same operation
    - tries: after so many requests without an answer it gives up, and nobody knows
      what became of the operation; None if it never does
    """

    operations: int = 8
    functions: tuple[Function, ...] = ("read", "write", "cas")
    keys: tuple[str, ...] = ("x", "y")
    think_ns: tuple[int, int] = (0, 100 * MS)
    patience_ns: tuple[int, int] = (100 * MS, 200 * MS)
    tries: int | None = None

    def drawn(
        self, rng: random.Random, value: Value, known: FrozenMap[str, Value]
    ) -> Operation:
        """Draw an operation; what it writes is `value`.

        A cas compares with what is `known` of its key, so that it can succeed.
        """
        function, key = rng.choice(self.functions), rng.choice(self.keys)
        if function == "read":
            return Operation(function, key)
        old = known.get(key) if function == "cas" else None
        return Operation(function, key, value, old)


class Client(Process):
    """A client with a workload; heirs say how it asks and how it is answered.

    On the timer ASK an heir sends a request for `asking()` and calls
    `be_patient()`: an answer may be missing, then the timer fires again.  With an
    answer it calls `told`; with `Answer("info")` if it `has_tried_enough` and may go
    on without one.  Each value is written once, so that a history tells whose write
    a read has seen.
    """

    operation: Operation | None = volatile(None)
    asked: int = volatile(0)
    requests: int = volatile(0)
    known: FrozenMap[str, Value] = volatile(FrozenMap())

    def __init__(self, context: Context, workload: Workload) -> None:
        super().__init__(context)
        self.workload = workload

    def start(self) -> None:
        """Think, then ask."""
        self._think()

    def asking(self) -> Operation:
        """Return the operation to send a request for: a new one, or the same again."""
        self.requests += 1
        if self.operation is None:
            self.asked += 1
            value = f"{self.id}-{self.asked}"
            operation = self.workload.drawn(self.context.rng, value, self.known)
            self.operation = operation
            self.note("invoke", operation.function, operation.noted)
            return operation
        return self.operation

    def be_patient(self) -> None:
        """Wait for an answer, and ask again if there is none in time."""
        self.set_timer(ASK, self._drawn_ns(self.workload.patience_ns))

    @property
    def has_tried_enough(self) -> bool:
        """Whether the workload says to give up, for want of an answer."""
        tries = self.workload.tries
        return tries is not None and self.requests >= tries

    def told(self, answer: Answer) -> None:
        """Note the answer to the operation, and think of the next one."""
        operation = self.operation
        if operation is None:
            return
        noted = operation.noted
        if answer.outcome == "ok":
            is_read = operation.function == "read"
            value = answer.value if is_read else operation.value
            self.known |= {operation.key: value}
            noted = (operation.key, value) if is_read else noted
        self.note(answer.outcome, operation.function, noted)
        self.operation = None
        self.requests = 0
        self._think()

    def _think(self) -> None:
        """Set the timer for the next operation, if there is one left."""
        if self.asked < self.workload.operations:
            self.set_timer(ASK, self._drawn_ns(self.workload.think_ns))
        else:
            self.cancel_timer(ASK)

    def _drawn_ns(self, span_ns: tuple[int, int]) -> int:
        shortest, longest = span_ns
        return self.context.rng.randrange(shortest, longest + 1, MS)
