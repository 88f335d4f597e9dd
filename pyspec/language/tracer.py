"""Recording an evaluation: which expressions were evaluated, and what they gave.

The traced twin of compiled code (`traced`) calls `Tracer.at` around each
expression of interest.  So there is a record of every expression that is being
evaluated, inside of it those that were evaluated last.  How much is kept is
bounded by the source, not by how often its loops go round.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pyspec.errors import Undecided
from pyspec.values import Bool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyspec.trace.model import Location

__all__ = ["BOOLEANS", "Once", "Opened", "Position", "Record", "Tracer", "with_room"]

T = TypeVar("T")

_HEAVIEST: Final = 2_000
"""Records inside of one that is kept; of a heavier one only the value is."""
BOOLEANS: Final = (bool, Bool)
"""The types of conditions, and of values that are TRUE or FALSE."""
_LOOK_EVERY: Final = 1 << 14
_ROOM: Final = 1 << 28
"""Bytes of stack for a traced evaluation: it nests deeper than the plain one."""
_FRAMES: Final = 50_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An operator whose body was written out where it is applied.

    `names` are the places, among those of the position, of the names in it.
    """

    operator: str
    parameters: tuple[str, ...]
    at: Location | None
    names: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """An expression of the spec, as the traced code knows it by its number.

    - kind: what it is made of: `and`, `forall`, `apply`, `value`, ...
    - operator: what is applied, or the name that is referred to
    - parameters: the names of the applied operator's
    - names: those whose values the traced code hands over
    - atoms: variables, with their places, whose values come after those
    - opened: the operators that are written out around it, the innermost first
    - parts: the places of operands; of UNCHANGED and `[A]_v`, of what must stay
    """

    at: Location | None
    kind: str
    operator: str | None = None
    parameters: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    atoms: tuple[tuple[Location | None, str], ...] = ()
    opened: tuple[Opened, ...] = ()
    parts: tuple[Location | None, ...] = ()


class Record:
    """One evaluation of the expression at a position.

    `inside` has, by number, the last evaluation of each expression in it, in
    the order in which they were evaluated; `rounds` counts how often this one
    was since the one around it began.
    """

    __slots__ = ("given", "inside", "number", "outer", "rounds", "value", "weight")

    def __init__(
        self, number: int, outer: Record | None, given: tuple[Any, ...]
    ) -> None:
        self.number = number
        self.outer = outer
        self.given = given
        self.value: Any = None
        self.inside: dict[int, Record] = {}
        self.rounds = 1
        self.weight = 1

    def keep(self, done: Record) -> None:
        """Take in the record of an expression that was evaluated inside."""
        before = self.inside.pop(done.number, None)
        if before is not None:
            done.rounds = before.rounds + 1
            self.weight -= before.weight
        if type(done.value) not in BOOLEANS:
            done.forget(len(done.inside))
        elif done.weight > _HEAVIEST:
            done.forget(len(done.inside) - 1)
        self.inside[done.number] = done
        self.weight += done.weight

    def forget(self, count: int) -> None:
        """Of the first ones directly inside keep the values, and no more.

        What was evaluated last has decided, as a rule.
        """
        for each in islice(self.inside.values(), count):
            each.inside, each.weight = {}, 1
        self.weight = 1 + sum(each.weight for each in self.inside.values())

    def outwards(self) -> Iterator[Record]:
        """Return this record and those around it."""
        each: Record | None = self
        while each is not None and each.number >= 0:
            yield each
            each = each.outer


class Tracer:
    """What traced code reports to; for one evaluation at a time.

    After an evaluation `top` has the records of the outermost expressions.
    If it raised `error`, `failed` is the innermost expression that did.
    """

    def __init__(self, positions: Sequence[Position]) -> None:
        self.positions = positions
        self.begin(None)

    def begin(self, seconds: float | None) -> None:
        """Forget all, for an evaluation that may take so long."""
        self.top = self._current = Record(-1, None, ())
        self.failed: Record | None = None
        self.error: BaseException | None = None
        self._count = 0
        self._ends = None if seconds is None else perf_counter() + seconds

    def at(
        self,
        number: int,
        thunk: Callable[[], T],
        names: Callable[[], tuple[Any, ...]] | None = None,
    ) -> T:
        """Evaluate what traced code has at a position."""
        outer = self._current
        record = self._current = Record(number, outer, _given(names))
        self._count += 1
        if self._count % _LOOK_EVERY == 0:
            self._look()
        try:
            value = record.value = thunk()
        except BaseException as error:
            if self.error is not error:
                self.error, self.failed = error, record
            raise
        finally:
            self._current = outer
        outer.keep(record)
        return value

    def stop(self) -> None:
        """Have the evaluation end soon, from another thread."""
        self._ends = 0.0

    def _look(self) -> None:
        if self._ends is not None and perf_counter() > self._ends:
            raise Undecided("evaluating this once more takes too long")


def _given(names: Callable[[], tuple[Any, ...]] | None) -> tuple[Any, ...]:
    if names is None:
        return ()
    try:
        return names()
    except NameError:  # of a LET, which has no value yet
        return ()


class Once:
    """A value that is computed when it is first asked for, by calling this."""

    __slots__ = ("_thunk", "known", "value")

    def __init__(self, thunk: Callable[[], Any]) -> None:
        self._thunk = thunk
        self.known = False
        self.value: Any = None

    def __call__(self) -> Any:  # noqa: ANN401 - any value
        """Return the value."""
        if not self.known:
            self.value = self._thunk()
            self.known = True
        return self.value


def with_room(
    work: Callable[[], T],
    stop: Callable[[], None],
    *,
    frames: int = _FRAMES,
) -> T:
    """Do some work in a thread with a large stack, and return what it returns.

    Python's limit on recursion holds for all threads; the caller waits here,
    and calls `stop` if it is interrupted.  Without memory for such a stack it
    is done here.
    """
    done: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            raised.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_ROOM)
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,), daemon=True)
    sys.setrecursionlimit(max(limit, frames))
    try:
        try:
            thread.start()
        except RuntimeError:
            return work()
        thread.join()
    except BaseException:
        stop()
        raise
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if raised:
        raise raised[0]
    return done[0]
