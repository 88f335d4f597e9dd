"""All behaviors of a trace spec, for as long as they match its log.

As TLC searches, but to the end: what TLC calls a violation does not stop it,
since the question is how far the log can be matched.  What it says is remembered
with the moment at which TLC would have said it.

States are told apart as TLC does: by their variables, or by a VIEW or SYMMETRY.  A
log that is not matched may still be then, by states that were taken for others, or
by one that comes back at another level where the spec looks at that; so there is
another search that tells all apart.
"""

from __future__ import annotations

from collections import deque
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

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

__all__ = ["Count", "LogSearch", "Registers", "Stop", "UnevaluableError", "When"]

When: TypeAlias = tuple[float, float]
"""A moment of TLC's search: which state's steps were followed, and how far."""

_WIDE: Final = 2_000
"""States waiting above which the newest is followed first: one match will do."""
_AFTERWARDS: Final = 2_000
"""States looked at beyond twice as many as it took until the log was matched."""
_DEADLOCK: Final = "a deadlock"


def violated(what: str) -> str:
    """Return what TLC stops at where an invariant or a property is false."""
    return f"{what} violated"


def without_value(what: str, error: EvaluationError) -> str:
    """Return what TLC stops at where an invariant or a property has no value."""
    return f"{what}, which has no value: {error.message}"


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

    when: When
    matched: int
    registers: Registers


class Stop(NamedTuple):
    """What TLC would have stopped at, and when."""

    when: When
    what: str


_STATISTICS: Final = (
    "queue",
    "distinct",
    "initial",
    "generated",
    "diameter",
    "duration",
)
"""What TLCGet says of the search, each by itself and all under "stats"."""


class Registers(dict[Any, Any]):
    """What TLCGet says of this search, besides what TLCSet has set."""

    def __init__(self, numbered: Mapping[int, Value]) -> None:
        super().__init__(numbered)
        self.update({LEVEL: 0, "exit": False, "stats": None})
        self.update(dict.fromkeys(_STATISTICS, 0), diameter=1)

    def again(self) -> Registers:
        """Return a copy."""
        found = Registers({})
        found.update(self)
        return found

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - any values
        """Return the value of a register."""
        if key == "stats":
            return record(**{name: self[name] for name in _STATISTICS}, worker=0)
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
      state went first; merged: whether states that differ were taken for one,
      and blurred: the variables in which any of these differ;
      skewed: whether a state was found again at another level
    - dead: states without any step; cut: how many of a state's steps
      constraints cut off
    - outside: the most lines matched by a state outside of a CONSTRAINT
    - outsiders: the states that constraints cut off, with when and at which
      level; cut_off: those steps
    - asserted: what Assert said first, and where
    - stops: what TLC would have stopped at, in that order; failed: the first of
      these that was an error of the spec, or an Assert
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
        apart: bool = False,
        asked: Mapping[str, Callable[[State], bool]] | None = None,
        steady: bool = True,
        watched: Sequence[StatePredicate] = (),
    ) -> None:
        """Prepare a search.

        - timed: whether steps depend on the level; apart: whether all states
          are told apart then, and by what VIEW and SYMMETRY say otherwise
        - asked: invariants that look at registers, or set them, so that it
          matters when they are asked
        - steady: whether constraints say the same of a state each time
        """
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
        self.blurred: set[str] = set()
        self.skewed = False
        self.outside = -1
        self.outsiders: dict[State, tuple[When, int]] = {}
        self.cut_off: list[tuple[int, State]] = []
        self.asserted: tuple[int | None, AssertionFails] | None = None
        self.stops: list[Stop] = []
        self.failed = ""
        self.before: dict[int, dict[int, Value]] = {}
        self.left: Left | None = None
        self.diameter = 1
        self.seconds = 0.0
        self.watched = watched
        self.seen_by: list[dict[int, bool]] = [{} for _ in watched]
        self.asked = asked or {}
        self.answers: dict[str, dict[int, bool]] = {name: {} for name in self.asked}
        self._timed = timed
        self.is_apart = apart
        self._view = None if apart else spec.view
        self._symmetry = None if apart else spec.symmetry
        self._merging = self._view is not None or self._symmetry is not None
        self._steady = steady and not self._merging
        self._watch = watch
        self._known: dict[Any, int] = {}
        self._queue: deque[int] = deque()
        self._began = perf_counter()
        self._constraints = spec.constraints
        self._action_constraints = spec.action_constraints
        self._keeps_outsiders = bool(spec.invariants)
        self._keeps_cut_off = bool(spec.step_properties)

    # ------------------------------------------------------------ searching

    def run(self) -> None:
        """Search; raises Stopped at a limit, and UnevaluableError."""
        with self.spec.naming():
            self._begin()
            while self._queue and not self._enough():
                self._watch.look()
                self.deep = self.deep or len(self._queue) > _WIDE
                self._expand(self._queue.pop() if self.deep else self._queue.popleft())
        self.whole = not self._queue
        self.seconds = perf_counter() - self._began

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
                number = None
                inside = self._is_inside(state, 1)
                if inside:
                    number = self._enter(state, 1, None, None)
                    if number is not None:
                        self.initial.append(number)
                else:
                    self._cut_off(-1, state)
                if number is not None or not inside:
                    self._ask(state, 1, -1, number)
                self.registers[LEVEL] = 0
        except AssertionFails as error:
            self.asserted = (None, error)
            self._fail((-1, inf), error.message)
        except EvaluationError as error:
            raise UnevaluableError(None, error) from None
        self.registers["initial"] = self.registers["generated"]
        self._leave(-1)

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
            self._fail((number, inf), error.message)
        except EvaluationError as error:
            if not self._is_done(number):  # what is behind the log is no matter
                raise UnevaluableError(number, error) from None
            self._fail((number, inf), f"an error behind the log: {error.message}")
        else:
            if not count:
                self.dead.append(number)
                if self.spec.program.check_deadlock:
                    self._stop((number, inf), _DEADLOCK)
        self.registers["queue"] = len(self._queue)
        self._look_at(number)
        self._leave(number)

    def _leave(self, number: int) -> None:
        """Note where TLC is if the spec has it leave: it ends with this state."""
        if self.left is None and self.registers.left:
            self._tell(None)
            when = (number, inf)
            self.left = Left(when, self.matched, self.registers.again())

    def _fail(self, when: When, what: str) -> None:
        self.failed = self.failed or what
        self._stop(when, what)

    def _stop(self, when: When, what: str) -> None:
        self.stops.append(Stop(when, what))

    def _follow(self, number: int, step: Step) -> None:
        """Take a step, unless a constraint cuts it off."""
        self.registers["generated"] += 1
        state, level = step.state, self.levels[number] + 1
        known = self._known.get(self._key(state, level)) if self._steady else None
        inside = known is not None or self._is_inside(state, level)
        self.registers[LEVEL] = level - 1
        constraints = self._action_constraints
        before = self.states[number]
        if not inside or not all(each(before, state) for each in constraints):
            self.cut[number] = self.cut.get(number, 0) + 1
            self._cut_off(number, state)
            self._ask(state, level, number, None)
            return
        known = self._seen(state, level)
        if known is None:
            known = self._enter(state, level, number, step)
            if known is not None:
                self._ask(state, level, number, known)
                self.registers["queue"] = len(self._queue)
        if known is not None:
            self.targets[number].append(known)

    def _is_inside(self, state: State, level: int) -> bool:
        self.registers[LEVEL] = level
        inside = all(each(state) for each in self._constraints)
        if not inside:
            self.outside = max(self.outside, self.count.lines(state, level))
        return inside

    def _cut_off(self, number: int, state: State) -> None:
        """Remember what is not followed: TLC checks it all the same."""
        level = 1 if number < 0 else self.levels[number] + 1
        if self._keeps_outsiders and state not in self.outsiders:
            self._watch.room_for(len(self.states) + len(self.outsiders) + 1)
            self.outsiders[state] = (number, self._place(None)), level
        if self._keeps_cut_off and number >= 0:
            self._watch.room_for(len(self.states) + len(self.cut_off) + 1)
            self.cut_off.append((number, state))

    def _place(self, number: int | None) -> float:
        """Return when in the steps of one state another, or None, was found."""
        return len(self.states) - 0.5 if number is None else number

    def when(self, number: int) -> When:
        """Return when a state was found."""
        return (self.parents[number], self._place(number))

    def _ask(self, state: State, level: int, source: int, number: int | None) -> None:
        """Ask the invariants for which it matters when they are asked."""
        self.registers[LEVEL] = level
        when = (source, self._place(number))
        for name, holds in self.asked.items():
            try:
                answer = bool(holds(state))
            except EvaluationError as error:
                self._stop(when, without_value(f"INVARIANT {name}", error))
                return
            if number is not None:
                self.answers[name][number] = answer
            if not answer:
                self._stop(when, violated(f"INVARIANT {name}"))
        if number is not None and number == self.furthest[0]:
            self.before[self.matched] = self.registers.numbered

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
        self.registers.update(distinct=number + 1, diameter=self.diameter)
        self.targets.append([])
        self.parents.append(-1 if parent is None else parent)
        self.steps.append(step)
        self._queue.append(number)
        self._note(number)
        return number

    def _seen(self, state: State, level: int) -> int | None:
        """Return the number of a state that is known, or was taken for this one."""
        number = self._known.get(self._key(state, level))
        if number is not None:
            skewed = self.levels[number] != level
            self.skewed = self.skewed or skewed
            if (self._timed and skewed) or self.states[number] != state:
                self._merge(self.states[number], state)
        return number

    def _merge(self, known: State, state: State) -> None:
        """Note that a state was taken for another."""
        self.merged = True
        names = self.spec.variables
        pairs = zip(names, known, state, strict=True)
        self.blurred.update(name for name, one, two in pairs if one != two)

    def _key(self, state: State, level: int) -> object:
        if self.is_apart and self._timed:
            return (state, level)
        if self._symmetry is not None:
            state = self._symmetry(state)
        if self._view is None:
            return state
        self.registers[LEVEL] = level
        return self._view(state)

    def _note(self, number: int) -> None:
        """Remember how far the log was matched."""
        lines = self.lines(number)
        if lines > self.matched:
            self.matched, self.furthest = lines, []
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
        known[LEVEL] = 0 if number is None else self.levels[number]
        known["queue"], known["distinct"] = len(self._queue), len(self.states)
        known["diameter"] = self.diameter
        known["duration"] = int(perf_counter() - self._began)

    def _look_at(self, number: int) -> None:
        """Ask what is watched of a state once its steps are known, as TLC does."""
        if not self.watched:
            return
        self.registers[LEVEL] = self.levels[number]
        for predicate, known in zip(self.watched, self.seen_by, strict=True):
            known[number] = bool(predicate.holds(self.states[number]))

    # ------------------------------------------------------------ behaviors

    @property
    def ended(self) -> Registers | None:
        """What TLC's registers would say at its end, if that is known."""
        if self.deep and (self.skewed or self.merged or self.registers.numbered):
            return None
        if self.left is not None:
            return None if self.deep else self.left.registers
        return self.registers if self.whole else None

    @property
    def decided(self) -> bool:
        """Whether it is known if the log is matched."""
        apart = self.is_apart or not self.merged
        return self.accepted is not None or (self.whole and apart)

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
