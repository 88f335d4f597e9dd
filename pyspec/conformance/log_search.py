"""All behaviors of a trace spec, for as long as they match its log.

As TLC searches, but to the end: what TLC calls a violation does not stop it,
since the question is how far the log can be matched.  States are told apart by
their variables, and by their level where the spec looks at it; or by a VIEW, and
then a log that is not matched may still be, by states that were not looked at.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.errors import Mistake
from pyspec.language.logs import LEVEL
from pyspec.language.runtime.errors import AssertionFails, EvaluationError
from pyspec.values import TRUE, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.explore.limits import Watch
    from pyspec.language.program import Spec
    from pyspec.language.state import State, Step
    from pyspec.language.temporal import StatePredicate
    from pyspec.values import Value

__all__ = ["Count", "LogSearch", "Registers", "UnevaluableError"]

_WIDE: Final = 2_000
"""States waiting above which the newest is followed first: one match will do."""
_AFTERWARDS: Final = 2_000
"""States looked at beyond twice as many as it took until the log was matched."""


class Count(NamedTuple):
    """How many lines of the log a state has matched: a variable, less `ahead`.

    `place` is that of the variable in a state; None is the state's level.
    """

    by: str
    place: int | None
    ahead: int

    def lines(self, state: State, level: int) -> int:
        """Return the number of lines; Mistake if the variable holds no number."""
        value = level if self.place is None else state[self.place]
        if type(value) is not int:
            raise Mistake(
                f"{self.by} counts no lines: it is no number",
                found=repr(value),
                hint="Name what counts them with --index.",
            )
        return value - self.ahead


class Left(NamedTuple):
    """How far a search was when the spec had it leave: where TLC ends."""

    diameter: int
    matched: int


class Registers(dict[Any, Any]):
    """What TLCGet says of this search, besides what TLCSet has set."""

    def __init__(self, numbered: Mapping[int, Value]) -> None:
        super().__init__(numbered)
        self.update({LEVEL: 1, "exit": False, "stats": None})
        self.update(queue=0, distinct=0, generated=0, diameter=1, duration=0)

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - any values
        """Return the value of a register."""
        if key == "stats":
            names = ("queue", "distinct", "generated", "diameter", "duration")
            return record(**{name: self[name] for name in names})
        return super().__getitem__(key)

    @property
    def left(self) -> bool:
        """Whether TLCSet("exit", TRUE) was evaluated."""
        return self["exit"] is TRUE or self["exit"] is True

    @property
    def numbered(self) -> dict[int, Value]:
        """What TLCSet has set under numbers."""
        return {key: value for key, value in self.items() if type(key) is int}


class UnevaluableError(Exception):
    """The spec has no value somewhere; `number` is the state it was in, if any."""

    def __init__(self, number: int | None, error: EvaluationError) -> None:
        super().__init__(error.message)
        self.number = number
        self.error = error


class LogSearch:
    """One search.  Afterwards the states are numbered in the order found.

    - states, levels, targets: of each state; `targets` is where its steps lead
    - parents, steps: how it was found; -1 and None for initial states
    - matched: the most lines that a state has matched; furthest: those states
    - accepted: the first state that has matched the whole log, if any
    - whole: whether nothing was left to look at; deep: whether the newest
      state went first, so that levels are not TLC's; merged: whether VIEW took
      states for one that differ
    - dead: states without any step; cut: how many of a state's steps
      constraints cut off
    - outside: the most lines matched by a state outside of a CONSTRAINT
    - asserted: what Assert said first, and where
    - before: by a number of lines, the registers when so many were first matched
    - diameter: the level of the deepest state; 1 if there is none
    - left: how far it was when TLCSet("exit", TRUE) was evaluated, if it was
    """

    def __init__(  # noqa: PLR0913 - what is searched, all keyword-only
        self,
        spec: Spec,
        registers: Registers,
        *,
        count: Count,
        length: int,
        timed: bool,
        watch: Watch,
        view: Callable[[State], Value] | None = None,
        watched: Sequence[StatePredicate] = (),
    ) -> None:
        self.spec = spec
        self.registers = registers
        self.count = count
        self.length = length
        self.states: list[State] = []
        self.levels: list[int] = []
        self.targets: list[list[int]] = []
        self.parents: list[int] = []
        self.steps: list[Step | None] = []
        self.initial: list[int] = []
        self.dead: list[int] = []
        self.cut: dict[int, int] = {}
        self.matched = -1
        self.furthest: list[int] = []
        self.accepted: int | None = None
        self.whole = False
        self.deep = False
        self.merged = False
        self.outside = -1
        self.asserted: tuple[int | None, AssertionFails] | None = None
        self.before: dict[int, dict[int, Value]] = {}
        self.left: Left | None = None
        self.diameter = 1
        self.watched = watched
        self.seen_by: list[dict[int, bool]] = [{} for _ in watched]
        self._timed = timed
        self._view = view
        self.is_viewed = view is not None
        self._watch = watch
        self._known: dict[Any, int] = {}
        self._queue: deque[int] = deque()
        self._began = perf_counter()
        self._constraints = spec.constraints
        self._action_constraints = spec.action_constraints

    # ------------------------------------------------------------ searching

    def run(self) -> None:
        """Search; raises Stopped at a limit, and UnevaluableError."""
        self._begin()
        while self._queue and not self._enough():
            self._watch.look()
            self.deep = self.deep or len(self._queue) > _WIDE
            self._expand(self._queue.pop() if self.deep else self._queue.popleft())
        self.whole = not self._queue

    def _enough(self) -> bool:
        """Whether the log is matched, and more would only say what TLC says."""
        if self.accepted is None:
            return False
        if self.deep or self.left is not None:
            return True
        return len(self.states) > 3 * (self.accepted + 1) + _AFTERWARDS

    def _begin(self) -> None:
        self._tell(None)
        try:
            for state in self.spec.initial_states():
                self.registers["generated"] += 1
                if self._is_inside(state, 1):
                    number = self._enter(state, 1, None, None)
                    if number is not None:
                        self.initial.append(number)
        except AssertionFails as error:
            self.asserted = (None, error)
        except EvaluationError as error:
            raise UnevaluableError(None, error) from None

    def _expand(self, number: int) -> None:
        """Follow every step from a state."""
        self._tell(number)
        count = 0
        try:
            for step in self.spec.successors(self.states[number]):
                count += 1
                self._follow(number, step)
                self.registers[LEVEL] = self.levels[number]
        except AssertionFails as error:
            self.asserted = self.asserted or (number, error)
        except EvaluationError as error:
            if not self._is_done(number):  # what is behind the log is no matter
                raise UnevaluableError(number, error) from None
        else:
            if not count:
                self.dead.append(number)
        self.registers["queue"] = len(self._queue)
        self._look_at(number)
        if self.left is None and self.registers.left:
            self.left = Left(self.diameter, self.matched)

    def _follow(self, number: int, step: Step) -> None:
        """Take a step, unless a constraint cuts it off."""
        self.registers["generated"] += 1
        state, level = self.states[number], self.levels[number] + 1
        known = self._seen(step.state, level)
        inside = known is not None or self._is_inside(step.state, level)
        self.registers[LEVEL] = level - 1
        constraints = self._action_constraints
        if not inside or not all(each(state, step.state) for each in constraints):
            self.cut[number] = self.cut.get(number, 0) + 1
            return
        if known is None:
            known = self._enter(step.state, level, number, step)
        if known is not None:
            self.targets[number].append(known)

    def _is_inside(self, state: State, level: int) -> bool:
        self.registers[LEVEL] = level
        inside = all(each(state) for each in self._constraints)
        if not inside:
            self.outside = max(self.outside, self.count.lines(state, level))
        return inside

    def _enter(
        self, state: State, level: int, parent: int | None, step: Step | None
    ) -> int | None:
        """Add a state; return its number, or None if it is known."""
        key = self._key(state, level)
        if key in self._known:
            return None
        number = self._known[key] = len(self.states)
        self._watch.room_for(number + 1)
        self.states.append(state)
        self.levels.append(level)
        self.diameter = max(self.diameter, level)
        self.targets.append([])
        self.parents.append(-1 if parent is None else parent)
        self.steps.append(step)
        self._queue.append(number)
        self._note(number)
        return number

    def _seen(self, state: State, level: int) -> int | None:
        """Return the number of a state that is known, or was taken for this one."""
        number = self._known.get(self._key(state, level))
        if number is not None and self._view is not None:
            self.merged = self.merged or self.states[number] != state
        return number

    def _key(self, state: State, level: int) -> object:
        if self._view is not None:
            self.registers[LEVEL] = level
            return self._view(state)
        return (state, level) if self._timed else state

    def _note(self, number: int) -> None:
        """Remember how far the log was matched."""
        lines = self.lines(number)
        if lines > self.matched:
            self.matched, self.furthest = lines, []
            self.before[lines] = self.registers.numbered
        if lines == self.matched:
            self.furthest.append(number)
        if self.accepted is None and self._is_done(number):
            self.accepted = number

    def _is_done(self, number: int) -> bool:
        return self.lines(number) >= self.length

    def lines(self, number: int) -> int:
        """Return how many lines of the log a state has matched."""
        return self.count.lines(self.states[number], self.levels[number])

    # ------------------------------------------------------------ telling

    def _tell(self, number: int | None) -> None:
        """Have TLCGet say what is so now."""
        known = self.registers
        known[LEVEL] = 1 if number is None else self.levels[number]
        known["queue"], known["distinct"] = len(self._queue), len(self.states)
        known["diameter"] = self.diameter
        known["duration"] = int(perf_counter() - self._began)

    def _look_at(self, number: int) -> None:
        """Ask what is watched of a state once its steps are known, as TLC does."""
        if not self.watched:
            return
        self.registers[LEVEL] = self.levels[number]
        with self.spec.naming():
            for predicate, known in zip(self.watched, self.seen_by, strict=True):
                known[number] = bool(predicate.holds(self.states[number]))

    # ------------------------------------------------------------ behaviors

    @property
    def ended(self) -> int | None:
        """What TLC would have as the diameter at its end, if that is known."""
        if self.deep and not self._timed:
            return None
        if self.left is not None:
            return None if self.deep else self.left.diameter
        return self.diameter if self.whole else None

    @property
    def complete(self) -> bool:
        """Whether every behavior was looked at."""
        return self.whole and not self.merged

    def way_to(self, number: int) -> Iterator[int]:
        """Return the numbers of the states that led to one, itself first."""
        while number >= 0:
            yield number
            number = self.parents[number]

    def matching(self) -> set[int]:
        """Return the states of the behaviors that match the whole log.

        Where not all were looked at, those of one such behavior.
        """
        if self.accepted is None:
            return set()
        if not self.complete:
            return set(self.way_to(self.accepted))
        before: list[list[int]] = [[] for _ in self.states]
        for source, targets in enumerate(self.targets):
            for target in targets:
                before[target].append(source)
        pending = [n for n in range(len(self.states)) if self._is_done(n)]
        found = set(pending)
        while pending:
            for each in before[pending.pop()]:
                if each not in found:
                    found.add(each)
                    pending.append(each)
        return found

    def every_match_meets(
        self, states: set[int], is_bad: Callable[[int, int | None], bool]
    ) -> bool:
        """Whether each matching behavior has a state, or a step, that is bad.

        `states` are those of matching behaviors; `is_bad` is asked of a state
        and None, and of the states before and after a step.
        """
        pending = [n for n in self.initial if n in states and not is_bad(n, None)]
        seen = set(pending)
        while pending:
            each = pending.pop()
            if self._is_done(each):
                return False
            for target in self.targets[each]:
                if target in seen or target not in states:
                    continue
                if not is_bad(each, target) and not is_bad(target, None):
                    seen.add(target)
                    pending.append(target)
        return True
