"""Visiting every reachable state, and judging what there is to judge.

As TLC does it: a state outside of the constraints, or that an action
constraint cuts off, is checked, but neither counted nor explored; a state
with steps that are all cut off is no deadlock.
"""

from __future__ import annotations

import enum
from collections import deque
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake
from pyspec.explore.blame import blamed
from pyspec.explore.checks import Checks, Violation, of_error, violated_invariant
from pyspec.explore.limits import (
    NO_LIMITS,
    Limits,
    Progress,
    Reporter,
    StopEvent,
    Stopped,
    Watch,
)
from pyspec.explore.model import naming
from pyspec.explore.numbered import Numbers, conjuncts_of
from pyspec.explore.result import Cause, Counterexample, Result
from pyspec.explore.space import StateSpace

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.errors import PyspecError
    from pyspec.explore.model import Model, State
    from pyspec.explore.numbered import Code
    from pyspec.values import Value

__all__ = ["Order", "Search", "check"]

_LOOK_EVERY: Final = 1024


class Order(enum.Enum):
    """Which of the states found so far is explored next."""

    BREADTH_FIRST = "breadth-first"  # the oldest: counterexamples are shortest
    DEPTH_FIRST = "depth-first"  # the newest


def check(  # noqa: PLR0913 - settings of a search, all keyword-only
    model: Model,
    *,
    order: Order = Order.BREADTH_FIRST,
    limits: Limits = NO_LIMITS,
    progress: Callable[[Progress], None] | None = None,
    every: int = 10_000,
    stop: StopEvent | None = None,
) -> Result:
    """Explore a model until a violation, the end, or a limit.

    `progress` is called each time `every` more states were found.  Raises
    Mistake for temporal properties with a constraint, a view or symmetry.
    """
    search = Search(model, order=order, limits=limits, stop=stop)
    search.reporter = Reporter(progress, every)
    return search.run()


class Search:
    """One search.  After `run`, `space` has the states it found.

    With `keep_edges`, or temporal properties, it has their edges too.
    """

    def __init__(
        self,
        model: Model,
        *,
        order: Order = Order.BREADTH_FIRST,
        limits: Limits = NO_LIMITS,
        stop: StopEvent | None = None,
        keep_edges: bool = False,
    ) -> None:
        if model.temporal:
            from pyspec.explore.liveness import refuse_cuts  # noqa: PLC0415 - slow

            refuse_cuts(model)
        self.model = model
        self._numbers = Numbers(model)
        self.space = StateSpace(self._numbers)
        self.watch = Watch(limits, stop)
        self.reporter = Reporter(None, 1)
        self._order = order
        self._keep_edges = keep_edges or bool(model.temporal)
        self._checks = Checks(model)
        self._conjuncts = conjuncts_of(model, self._numbers)
        self._key = self._key_of_code()
        self._seen: dict[Value, int] = {}
        self._queue: deque[int] = deque()
        self._generated = 0
        self._depth = 0
        self._start: State | None = None
        self._number: int | None = None
        self._last: tuple[Code, int] | None = None

    def run(self) -> Result:
        """Search; return the result.  To be called once."""
        with naming(self.model):
            return blamed(self._run(), self.model)

    def _run(self) -> Result:
        try:
            self._explore()
            self._nothing_found()
            self._judge_behaviors()
        except Stopped as stopped:
            return self._unfinished(stopped.cause, stopped.message)
        except MemoryError:
            return self._unfinished(Cause.MEMORY, "Python has no more memory")
        except Violation as violation:
            return self._violated(violation)
        except (Mistake, RecursionError) as error:
            return self._violated(of_error(error, self._checks.doing))
        return self._result(Cause.NONE, "no violation was found", exhaustive=True)

    def _explore(self) -> None:
        self._begin()
        take = self._queue.popleft
        if self._order is Order.DEPTH_FIRST:
            take = self._queue.pop
        expand = self._expand_plainly if self._is_plain() else self._expand
        while self._queue:
            self.watch.look()
            if self.reporter.due(len(self.space)):
                self.reporter.report(self.progress())
            expand(take())
            self._numbers.expanded += 1

    def _is_plain(self) -> bool:
        """Whether a step to a state that was seen before needs no look."""
        checks, model = self._checks, self.model
        cut = checks.constraints or checks.action_constraints or checks.steps
        whole = not self._numbers.in_pieces
        return not (whole or cut or model.view or model.symmetry or self._keep_edges)

    def _begin(self) -> None:
        for state in self.model.initial_states():
            self._count()
            self._start = state
            inside = self._checks.admits(state)
            code = self._numbers.code(state)
            key = self._key(code)
            if inside and key in self._seen:
                continue
            if inside:
                self._make_room()
                self._seen[key] = self._found(self.space.add_initial(code))
            self._checks.initial_state(state)
        self._start = None
        self._newest_last(0)

    def _expand_plainly(self, number: int) -> None:
        """Follow every step from a state, and check the states that are new."""
        self._number, self._last = number, None
        oldest_new = len(self._queue)
        code = self.space.codes[number]
        count = self._numbers.news(code, self._seen, self._enter)
        self._generated += count
        self._end_of_steps(deadlocked=not count)
        self._newest_last(oldest_new)

    def _enter(self, code: Code, label: int) -> None:
        """Add a new state, and check it."""
        assert self._number is not None  # noqa: S101 - a step has a state before it
        self._make_room()
        self._last = (code, label)
        number = self.space.add(self._number, code, label)
        self._seen[code] = self._found(number)
        self._judge(code)
        self._last = None

    def _judge(self, code: Code) -> None:
        """Raise Violation if an invariant is false."""
        for conjunct in self._conjuncts:
            key = conjunct.key(code)
            if key not in conjunct.known:
                self._checks.doing = conjunct.name
                if not conjunct.holds(key):
                    raise violated_invariant(conjunct.name)
                self._checks.doing = None

    def _expand(self, number: int) -> None:
        """Check and follow every step from a state."""
        self._number, self._last = number, None
        oldest_new = len(self._queue)
        edges: list[tuple[int, int]] = []
        deadlocked = True
        for last in self._numbers.expand(self.space.codes[number]):
            self._count()
            deadlocked = False
            self._last = last
            target = self._follow(number, *last)
            if target is not None and self._keep_edges:
                edges.append((target, last[1]))
            self._last = None
        self._end_of_steps(deadlocked=deadlocked)
        if self._keep_edges:
            self.space.keep_edges(number, edges)
        self._newest_last(oldest_new)

    def _end_of_steps(self, *, deadlocked: bool) -> None:
        if deadlocked and self.model.check_deadlock:
            raise Violation(Cause.DEADLOCK, "deadlock: no action is enabled")

    def _follow(self, number: int, code: Code, label: int) -> int | None:
        """Check a step; return the number of its state if that is inside."""
        state, after = self.space.states[number], self._numbers.state(code)
        checks = self._checks
        inside = checks.admits_step(state, after)
        key = self._key(code)
        target = self._seen.get(key) if inside else None
        if target is None:
            if inside:
                self._make_room()
                target = self._found(self.space.add(number, code, label))
                self._seen[key] = target
            self._judge(code)
        checks.step(state, after)
        return target

    def _key_of_code(self) -> Callable[[Code], Value]:
        """Return what tells states apart: the view of their representative."""
        view, symmetry, state = (
            self.model.view,
            self.model.symmetry,
            self._numbers.state,
        )
        if view is not None and symmetry is not None:
            return lambda code: view(symmetry(state(code)))
        one = view or symmetry
        return (lambda code: one(state(code))) if one else (lambda code: code)

    def _make_room(self) -> None:
        self.watch.room_for(len(self.space) + 1)

    def _found(self, number: int) -> int:
        self._queue.append(number)
        self._depth = max(self._depth, self.space.depth(number))
        return number

    def _count(self) -> None:
        self._generated += 1
        if self._generated % _LOOK_EVERY == 0:
            self.watch.look()

    def _newest_last(self, oldest_new: int) -> None:
        """Have a depth-first search follow the model's first step first."""
        if self._order is Order.DEPTH_FIRST:
            new = [self._queue.pop() for _ in range(len(self._queue) - oldest_new)]
            self._queue.extend(new)

    def _nothing_found(self) -> None:
        self._number = None
        if not self.space.initial:
            message = "no state satisfies the initial predicate, so nothing was checked"
            raise Violation(Cause.NO_INITIAL_STATE, message)

    def _judge_behaviors(self) -> None:
        if self.model.temporal:
            from pyspec.explore.liveness import find_violation  # noqa: PLC0415 - slow

            found = find_violation(self.model, self.space, self.watch.look)
            if found is not None:
                raise found

    def _violated(self, violation: Violation) -> Result:
        return self._result(
            violation.cause,
            violation.message,
            name=violation.name,
            counterexample=violation.counterexample or self._way_here(),
            error=violation.error,
        )

    def _way_here(self) -> Counterexample | None:
        """Return the behavior that ends with what was looked at last."""
        if self._start is not None:
            return Counterexample(self._start)
        if self._number is None:
            return None
        last = () if self._last is None else (self._numbers.step(*self._last),)
        return self.space.way_to(self._number, *last)

    def _unfinished(self, cause: Cause, why: str) -> Result:
        distinct, queue = len(self.space), len(self._queue)
        so_far = f"{distinct:,} distinct states found, {queue:,} on the queue"
        return self._result(cause, f"{why} before a verdict: {so_far}")

    def progress(self) -> Progress:
        """Return how far it is; may be asked at any time."""
        return Progress(
            len(self.space),
            self._generated,
            len(self._queue),
            self._depth,
            self.watch.seconds,
        )

    def _result(  # noqa: PLR0913 - fields of a result
        self,
        cause: Cause,
        message: str,
        *,
        name: str | None = None,
        counterexample: Counterexample | None = None,
        error: PyspecError | None = None,
        exhaustive: bool = False,
    ) -> Result:
        so_far = self.progress()
        return Result(
            cause,
            message,
            name,
            counterexample,
            distinct=so_far.distinct,
            generated=so_far.generated,
            depth=so_far.depth,
            queue=so_far.queue,
            seconds=so_far.seconds,
            exhaustive=exhaustive,
            error=error,
        )
