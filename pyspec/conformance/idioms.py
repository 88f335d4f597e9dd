"""What TLC would make of a trace spec's cfg, and whether it could say no.

TLC has no exit code for "this log does not match", so cfgs bend others to it.
There are five ways (`Idiom`).  Each is judged as TLC does; a `Check` says what
it makes of this log, and `blind` why it would say so of other logs too.  TLC says
one thing of a run: what comes after the first `Stop` it never says.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import inf
from time import process_time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.conformance.log_search import Stop, violated, without_value
from pyspec.explore.liveness import Graph, find_lasso
from pyspec.language.logs import LEVEL
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import outside, tlc
from pyspec.language.temporal import ActionPredicate, StatePredicate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspec.conformance.log_search import LogSearch, Registers, When
    from pyspec.language.logs import LogProgram, Survey
    from pyspec.language.program import Spec
    from pyspec.language.state import State
    from pyspec.language.temporal import Formula
    from pyspec.tla2tools import Config

__all__ = ["Check", "Idiom", "Said", "asked_of", "predicates_of", "said_of"]


class Idiom(enum.Enum):
    """How a cfg tells a log that matches from one that does not."""

    POSTCONDITION = "postcondition"
    PROPERTY = "property"
    DEADLOCK = "deadlock"
    INVARIANT = "invariant"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Check:
    """One of the cfg's checks.

    `accepts` is None if what TLC would say is not known, and `says` how it
    would say it.  `blind` is why it cannot tell logs apart, if it cannot.
    """

    idiom: Idiom
    name: str | None
    accepts: bool | None
    says: str
    blind: str = ""

    def warnings(self, *, accepted: bool) -> Iterator[str]:
        """Return what is to be warned of, given whether the log matches."""
        if self.blind:
            yield f"{self.subject} {self.blind}"
        elif self.accepts is not None and self.accepts is not accepted:
            has = "matches" if accepted else "does not match"
            does = "accepts" if self.accepts else "rejects"
            yield f"{self.subject} {does} this log, which {has} the spec: {self.says}"

    @property
    def subject(self) -> str:
        """What a sentence about it begins with."""
        word = _WORDS[self.idiom]
        return f"{word} {self.name}" if self.name else word


_WORDS: Final = {
    Idiom.POSTCONDITION: "POSTCONDITION",
    Idiom.PROPERTY: "PROPERTY",
    Idiom.DEADLOCK: "the check for deadlock",
    Idiom.INVARIANT: "INVARIANT",
    Idiom.EXIT: 'TLCSet("exit", TRUE)',
}


class Said(NamedTuple):
    """What TLC says: the cfg's checks, and the error or Assert that it stops at."""

    checks: tuple[Check, ...]
    failed: str


def said_of(search: LogSearch, program: LogProgram, config: Config, spec: Spec) -> Said:
    """Return what TLC says, judged on what a search found."""
    judge = _Judge(search, program, config, spec)
    checks = tuple(judge.checks())
    fails = bool(search.failed) and judge.stopped() == search.failed
    return Said(checks, search.failed if fails else "")


def predicates_of(spec: Spec, survey: Survey) -> tuple[StatePredicate, ...]:
    """Return what is to be asked of each state while TLC's numbers are as then."""
    return tuple(
        part
        for name in _end_properties(spec, survey)
        for part in _predicates(spec.temporal[name])
    )


def asked_of(spec: Spec, survey: Survey) -> dict[str, Callable[[State], bool]]:
    """Return the invariants for which it matters when they are asked."""
    return {
        name: holds
        for name, holds in spec.invariants.items()
        if survey.registers.get(name, frozenset()) - {LEVEL}
    }


def _end_properties(spec: Spec, survey: Survey) -> list[str]:
    """Return the temporal properties about the end of the log."""
    return [name for name in spec.temporal if name in survey.about_end]


class _Asked(NamedTuple):
    """When TLC asks something, at which level, and of what."""

    when: When
    level: int
    given: tuple[State, ...]


class _Judge:
    def __init__(
        self, search: LogSearch, program: LogProgram, config: Config, spec: Spec
    ) -> None:
        self.search = search
        self.program = program
        self.survey = program.survey
        self.config = config
        self.spec = spec
        self.accepted = search.accepted is not None
        self.ends = [name for name in spec.invariants if self.is_about_end(name)]
        self.until = process_time() + max(_LEAST_S, search.seconds)

    def checks(self) -> Iterator[Check]:
        """Return all that the cfg checks."""
        properties = [
            self.property(name) for name in _end_properties(self.spec, self.survey)
        ]
        if self.config.postcondition is not None:
            yield self.postcondition(self.config.postcondition, properties)
        yield from properties
        for name in self.ends:
            yield self.invariant(name)
        if self.config.check_deadlock is not False and self.search.dead:
            yield self.deadlock(self.search.dead[0])
        if any("exit" in names for names in self.survey.registers.values()):
            yield self.exit()

    # ------------------------------------------------------------ what stops TLC

    @cached_property
    def stops(self) -> list[Stop]:
        """What TLC would have stopped at, the first first; of each kind the first."""
        found = list(self.search.stops)
        with self.spec.naming():
            for name, holds in self.spec.invariants.items():
                if name not in self.search.asked:
                    found += self.first_false(f"INVARIANT {name}", holds, self.states())
            for name, begins in self.spec.initial_properties.items():
                found += self.first_false(f"PROPERTY {name}", begins, self.initial())
            for name, allows in self.spec.step_properties.items():
                found += self.first_false(f"PROPERTY {name}", allows, self.steps())
        return sorted(found)

    def first_false(
        self, what: str, holds: Callable[..., bool], asked: Iterator[_Asked]
    ) -> Iterator[Stop]:
        """Return when something is false first, if there is time to ask."""
        for number, (when, level, given) in enumerate(asked):
            if not number % 100 and process_time() > self.until:
                self.hurried = True
                return
            self.search.registers[LEVEL] = level
            try:
                if holds(*given):
                    continue
            except EvaluationError as error:
                yield Stop(when, without_value(what, error))
            else:
                yield Stop(when, violated(what))
            return

    def states(self) -> Iterator[_Asked]:
        """Return all states as TLC asks, those that a constraint cut off too."""
        search = self.search
        own = (
            _Asked(search.when(number), search.levels[number], (state,))
            for number, state in enumerate(search.states)
        )
        others = (
            _Asked(when, level, (state,))
            for state, (when, level) in search.outsiders.items()
        )
        yield from sorted((*own, *others), key=lambda asked: asked.when)

    def initial(self) -> Iterator[_Asked]:
        search = self.search
        for number in search.initial:
            yield _Asked(search.when(number), 1, (search.states[number],))

    def steps(self) -> Iterator[_Asked]:
        """Return all steps as TLC asks, those that a constraint cut off too."""
        search, states = self.search, self.search.states
        followed = (
            (number, states[target])
            for number, targets in enumerate(search.targets)
            for target in targets
        )
        for number, after in sorted(
            (*followed, *search.cut_off), key=lambda step: step[0]
        ):
            given = (states[number], after)
            yield _Asked((number, inf), search.levels[number], given)

    hurried = False
    """Whether there was no time to ask all that TLC asks."""

    def stopped(self, when: When = (inf, inf), but: str = "") -> str:
        """Return what TLC stops at before a moment; empty if at nothing."""
        left = self.search.left
        for stop in self.stops:
            if stop.when >= when or stop.what == but:
                continue
            if left is not None and left.when < stop.when:
                break
            return stop.what
        return ""

    def unless_stopped(self, check: Check) -> Check:
        """Return what TLC says at its end, unless it stops before."""
        what = self.stopped()
        if what:
            return replace(check, accepts=None, says=_stops(what), blind="")
        if self.hurried:
            return replace(check, says=f"{check.says}, {_HURRIED}")
        return check

    # ------------------------------------------------------------ postcondition

    def postcondition(self, name: str, properties: list[Check]) -> Check:
        """Evaluate it with the numbers of the whole search."""
        check = Check(Idiom.POSTCONDITION, name, None, _NOT_WHOLE)
        for each in properties:
            if each.accepts is False:
                return replace(check, says=_stops(f"{each.subject} violated"))
        ended = self.search.ended
        if ended is None or self.is_stopped:
            return self.unless_stopped(check)
        blind = self.blindness(ended) if self.accepted else ""
        holds = self.holds(ended)
        if isinstance(holds, outside.WithheldError):
            return replace(check, says=f"not known: {holds.message}")
        if isinstance(holds, EvaluationError):
            says = f"it has no value: {holds.message}"
            return self.unless_stopped(replace(check, accepts=False, says=says))
        says = "it holds" if holds else "it fails"
        return self.unless_stopped(
            replace(check, accepts=holds, says=says, blind=blind)
        )

    @property
    def is_stopped(self) -> bool:
        return bool(self.stopped())

    def blindness(self, ended: Registers) -> str:
        """Say that it would hold had the last line not been matched, if so."""
        search, left, shorter = self.search, self.search.left, ended.again()
        before = search.before.get(search.length - 1)
        if before is None:
            return ""
        if left is None or left.matched >= search.length:
            pairs = enumerate(search.levels)
            levels = [at for n, at in pairs if search.lines(n) < search.length]
            shorter.update(diameter=max(levels), distinct=len(levels))
        for key in ended.numbered:
            del shorter[key]
        shorter.update(before)
        token = outside.discarding.set(True)
        try:
            holds = self.holds(shorter)
        finally:
            outside.discarding.reset(token)
        if holds is not True:
            return ""
        return (
            "is also true of a run that leaves the last line of the log unmatched, "
            "so it can accept what does not match"
        )

    def holds(self, ended: Registers) -> bool | EvaluationError:
        """Return whether the postcondition does, or why it has no value."""
        assert self.program.postcondition is not None  # noqa: S101 - the callers looked
        registers = ended.again()
        registers[LEVEL] = 0  # as TLC has it where there is no state
        if self.search.left is None:
            registers["queue"] = 0
        token = tlc.registers.set(registers)
        try:
            with self.spec.naming():
                function = self.spec._space[self.program.postcondition]  # noqa: SLF001 - as Steps
                return bool(function())
        except EvaluationError as error:
            return error
        finally:
            tlc.registers.reset(token)

    # ------------------------------------------------------------ the others

    def property(self, name: str) -> Check:
        """Judge a temporal property on all that was searched."""
        check = Check(Idiom.PROPERTY, name, None, _NOT_WHOLE)
        search = self.search
        if self.is_stopped:
            return self.unless_stopped(check)
        if search.left is not None:
            return replace(check, says=_PARTIAL)
        if not search.whole or search.deep or self.is_blurred(name):
            return check
        lasso = find_lasso(self.graph(), self.fairness(), self.formula(name))
        if lasso is None:
            return self.unless_stopped(replace(check, accepts=True, says="it holds"))
        return self.unless_stopped(replace(check, accepts=False, says="it is violated"))

    def is_blurred(self, name: str) -> bool:
        """Whether states were taken for one of which this says different things."""
        if not self.search.merged:
            return False
        looks_at = self.survey.variables[name] | self.survey.registers.get(name, set())
        return not looks_at.isdisjoint({*self.search.blurred, LEVEL, "?"})

    def graph(self) -> Graph:
        """Return the states by their numbers, so that none is taken for another."""
        numbers = [(number,) for number in range(len(self.search.states))]
        targets = self.search.targets
        return Graph(numbers, self.search.initial, lambda n: dict.fromkeys(targets[n]))

    def formula(self, name: str) -> Formula:
        known = {
            id(predicate): seen
            for predicate, seen in zip(
                self.search.watched, self.search.seen_by, strict=True
            )
        }
        found: Formula = self.numbered(self.spec.temporal[name], known)
        return found

    def fairness(self) -> list[Formula]:
        return [self.numbered(each, {}) for each in self.spec.fairness]

    def numbered(self, formula: Any, known: Mapping[int, Mapping[int, bool]]) -> Any:  # noqa: ANN401 - parts of formulas
        """Return a formula over numbers of states instead of states."""
        states = self.search.states
        match formula:
            case StatePredicate(holds=holds) if id(formula) in known:
                seen = known[id(formula)]
                return StatePredicate(lambda s: seen[s[0]])
            case StatePredicate(holds=holds):
                return StatePredicate(lambda s: holds(states[s[0]]))
            case ActionPredicate(holds=allows, guard=guard):
                return ActionPredicate(
                    lambda s, n: allows(states[s[0]], states[n[0]]),
                    None if guard is None else self.numbered(guard, known),
                )
            case tuple():
                return tuple(self.numbered(each, known) for each in formula)
        if hasattr(formula, "enabled"):
            enabled, taken = formula.enabled, formula.taken
            return type(formula)(
                lambda s: enabled(states[s[0]]),
                lambda s, n: taken(states[s[0]], states[n[0]]),
            )
        inside = (getattr(formula, each.name) for each in fields(formula))
        return type(formula)(*(self.numbered(each, known) for each in inside))

    def is_about_end(self, name: str) -> bool:
        """Whether an invariant is about nothing but the end, where it is false."""
        survey, count = self.survey, self.search.count
        is_alone = survey.variables.get(name, {""}) <= {count.by}
        if name not in survey.about_end or not is_alone or not self.search.states:
            return False
        if "exit" in survey.registers[name]:
            return False
        level = number = self.search.length + count.ahead
        end = list(self.search.states[0])
        if count.place is not None:
            end[count.place], level = number, self.search.length + 1
        registers = self.search.registers.again()
        registers[LEVEL] = level
        token = tlc.registers.set(registers)
        try:
            with self.spec.naming():
                return not self.spec.invariants[name](tuple(end))
        except EvaluationError:
            return True
        finally:
            tlc.registers.reset(token)

    def invariant(self, name: str) -> Check:
        """An invariant that the end of the log violates: that is success."""
        check = Check(Idiom.INVARIANT, name, None, _NOT_WHOLE)
        search = self.search
        false = violated(f"INVARIANT {name}")
        own = [stop for stop in self.stops if stop.what == false]
        first = own[0].when if own else (inf, inf)
        if search.deep and (search.merged or any(s not in own for s in self.stops)):
            return check
        what = self.stopped(first, false)
        over = search.whole or (search.left is not None and not search.deep)
        if what:
            accepts = None if own or not over else False
            return replace(check, accepts=accepts, says=_stops(what))
        if own and (search.left is None or first <= search.left.when):
            return self.false_at_end(check, first)
        if not over or self.hurried:
            return check
        return replace(check, accepts=False, says="it is not violated, as it should be")

    def false_at_end(self, check: Check, when: When) -> Check:
        """Say how much of the log was matched where it was false first."""
        search = self.search
        if when[1] == int(when[1]):
            lines = search.lines(int(when[1]))
        else:
            others = search.outsiders.items()
            found = (
                search.count.lines(state, level)
                for state, (at, level) in others
                if at == when
            )
            lines = next(found, search.outside)
        says = f"it is violated with {_lines(lines)} matched, as intended"
        early = lines < search.length and self.accepted
        return replace(check, accepts=True, says=says, blind=_EARLY if early else "")

    def deadlock(self, dead: int) -> Check:
        """A search that ends in a deadlock, whether the log is matched or not."""
        search = self.search
        what = self.stopped((dead, inf))
        lines = _lines(search.lines(dead))
        says = f"TLC stops with a deadlock after {lines}"
        if what:
            says = f"TLC stops with {what}"
        elif search.left is not None and search.left.when < (dead, inf):
            says = f"TLC leaves with {_lines(search.left.matched)} matched"
        elif search.deep:
            says = "TLC stops with a deadlock, if with nothing else before"
        return Check(
            Idiom.DEADLOCK,
            None,
            None,
            says,
            blind="cannot tell logs apart: what matches ends in a deadlock as well as "
            "what does not",
        )

    def exit(self) -> Check:
        """A search that leaves early, with the exit code of one that does not."""
        left = self.search.left
        alone = self.config.postcondition is None and not _end_properties(
            self.spec, self.survey
        )
        what = self.stopped()
        accepts = left is not None
        says = "TLC goes on to the end"
        if what:
            says, accepts = f"TLC stops with {what}", False
        elif left is not None:
            says = f"TLC leaves with {_lines(left.matched)} matched"
        return Check(Idiom.EXIT, None, accepts, says, _ALONE if alone else "")


_NOT_WHOLE: Final = "not known: the search was not TLC's to the end"
_PARTIAL: Final = "not known: TLC leaves before it has seen all behaviors"
_HURRIED: Final = "unless an invariant that there was no time to ask is violated"
_EARLY: Final = (
    "is violated before the last line of the log is matched, so it can accept what "
    "does not match"
)
_LEAST_S: Final = 2.0
"""How long invariants are asked of all states, only to tell whether TLC stops: so
long, or as long as the search took if that is more."""
_ALONE: Final = (
    "is the cfg's only check, and TLC's exit code is the same whether it leaves early "
    "or not"
)


def _stops(what: str) -> str:
    return f"TLC stops with {what} before it could say so"


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number:,} lines"


def _predicates(formula: Any) -> Iterator[StatePredicate]:  # noqa: ANN401 - parts of formulas
    """Return the predicates on states in a formula."""
    if isinstance(formula, StatePredicate):
        yield formula
    elif isinstance(formula, tuple):
        for each in formula:
            yield from _predicates(each)
    elif hasattr(formula, "__dataclass_fields__"):
        for each in fields(formula):
            yield from _predicates(getattr(formula, each.name))
