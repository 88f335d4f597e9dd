"""What TLC would make of a trace spec's cfg, and whether it could say no.

TLC has no exit code for "this log does not match", so cfgs bend others to it.
There are five ways (`Idiom`).  Each is judged as TLC does; a `Check` says what
it makes of this log, and `blind` why it would say so of other logs too.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from pyspec.explore.liveness import Graph, find_lasso
from pyspec.language.logs import LEVEL
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.temporal import ActionPredicate, StatePredicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspec.conformance.log_search import LogSearch
    from pyspec.language.logs import LogProgram, Survey
    from pyspec.language.program import Spec
    from pyspec.language.temporal import Formula
    from pyspec.tla2tools import Config
    from pyspec.values import Value

__all__ = ["Check", "Idiom", "checks_of", "predicates_of"]


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


def checks_of(
    search: LogSearch, program: LogProgram, config: Config, spec: Spec
) -> tuple[Check, ...]:
    """Return the checks of a cfg, judged on what a search found."""
    judge = _Judge(search, program, config, spec)
    return tuple(judge.checks())


def predicates_of(spec: Spec, survey: Survey) -> tuple[StatePredicate, ...]:
    """Return what is to be asked of each state while TLC's numbers are as then."""
    return tuple(
        part
        for name in _end_properties(spec, survey)
        for part in _predicates(spec.temporal[name])
    )


def _end_properties(spec: Spec, survey: Survey) -> list[str]:
    """Return the temporal properties about the end of the log."""
    return [name for name in spec.temporal if name in survey.about_end]


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
        checked = config.check_deadlock is not False
        self.dead = next(iter(search.dead), None) if checked else None

    def checks(self) -> Iterator[Check]:
        """Return all that the cfg checks."""
        if self.config.postcondition is not None:
            yield self.postcondition(self.config.postcondition)
        for name in _end_properties(self.spec, self.survey):
            yield self.property(name)
        for name in self.spec.invariants:
            if self.is_about_end(name):
                yield self.invariant(name)
        found = self.deadlock()
        if found is not None:
            yield found
        if any("exit" in names for names in self.survey.registers.values()):
            yield self.exit()

    # ------------------------------------------------------------ postcondition

    def postcondition(self, name: str) -> Check:
        """Evaluate it with the numbers of the whole search."""
        check = Check(Idiom.POSTCONDITION, name, None, _NOT_WHOLE)
        ended = self.search.ended
        if self.dead is not None:
            return replace(check, says=_DEAD)
        if ended is None:
            return check
        holds = self.holds(ended, self.search.registers.numbered)
        if isinstance(holds, str):
            return replace(check, accepts=False, says=f"it has no value: {holds}")
        check = replace(check, accepts=holds, says="it holds" if holds else "it fails")
        return replace(check, blind=self.blindness(ended)) if self.accepted else check

    def blindness(self, ended: int) -> str:
        """Say that it would hold had the last line not been matched, if so."""
        left = self.search.left
        if left is None or left.matched >= self.search.length:
            ended -= 1
        before = self.search.before.get(self.search.length - 1)
        if before is None or self.holds(ended, before) is not True:
            return ""
        return (
            "is also true of a run that leaves the last line of the log unmatched, "
            "so it can accept what does not match"
        )

    def holds(self, diameter: int, numbered: Mapping[int, Value]) -> bool | str:
        """Return whether the postcondition does, or why it has no value."""
        assert self.program.postcondition is not None  # noqa: S101 - the callers looked
        registers = self.search.registers
        kept = dict(registers)
        for key in registers.numbered:
            del registers[key]
        registers.update(numbered)
        registers.update(diameter=diameter, distinct=len(self.search.states), queue=0)
        registers[LEVEL] = diameter
        try:
            with self.spec.naming():
                function = self.spec._space[self.program.postcondition]  # noqa: SLF001 - as Steps
                return bool(function())
        except EvaluationError as error:
            return error.message
        finally:
            registers.clear()
            registers.update(kept)

    # ------------------------------------------------------------ the others

    def property(self, name: str) -> Check:
        """Judge a temporal property on all that was searched."""
        check = Check(Idiom.PROPERTY, name, None, _NOT_WHOLE)
        if self.dead is not None:
            return replace(check, says=_DEAD)
        if not self.search.whole or self.search.deep:
            return check
        lasso = find_lasso(self.graph(), self.fairness(), self.formula(name))
        if lasso is None:
            return replace(check, accepts=True, says="it holds")
        return replace(check, accepts=False, says="it is violated")

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
        """Whether an invariant is about nothing but the end of the log."""
        survey, by = self.survey, self.search.count.by
        return name in survey.about_end and survey.variables[name] <= {by}

    def invariant(self, name: str) -> Check:
        """An invariant that the end of the log violates: that is success."""
        check = Check(Idiom.INVARIANT, name, None, _NOT_WHOLE)
        if "exit" in self.survey.registers.get(name, ()):
            return replace(check, idiom=Idiom.EXIT, **self.left())
        holds = self.spec.invariants[name]
        for number, state in enumerate(self.search.states):
            self.search.registers[LEVEL] = self.search.levels[number]
            with self.spec.naming():
                if holds(state):
                    continue
            if self.dead is not None and self.dead <= self.search.parents[number]:
                return replace(check, says=_DEAD)
            lines = _lines(self.search.lines(number))
            says = f"it is violated with {lines} matched, as intended"
            return replace(check, accepts=True, says=says)
        if self.dead is not None:
            return replace(check, accepts=False, says=_DEAD)
        if not self.search.whole:
            return check
        return replace(check, accepts=False, says="it is not violated, as it should be")

    def deadlock(self) -> Check | None:
        """A search that ends in a deadlock, whether the log is matched or not."""
        if self.dead is None:
            return None
        lines = _lines(self.search.lines(self.dead))
        return Check(
            Idiom.DEADLOCK,
            None,
            None,
            f"TLC stops with a deadlock after {lines}",
            blind="cannot tell logs apart: what matches ends in a deadlock as well as "
            "what does not",
        )

    def exit(self) -> Check:
        """A search that leaves early, with the exit code of one that does not."""
        return Check(Idiom.EXIT, None, **self.left())

    def left(self) -> dict[str, Any]:
        """Return whether the search left early, and why that says little."""
        left = self.search.left
        alone = self.config.postcondition is None and not _end_properties(
            self.spec, self.survey
        )
        return {
            "accepts": left is not None,
            "says": (
                "TLC goes on to the end"
                if left is None
                else f"TLC leaves with {_lines(left.matched)} matched"
            ),
            "blind": _ALONE if alone else "",
        }


_NOT_WHOLE: Final = "not known: the search was not TLC's to the end"
_DEAD: Final = "TLC stops with a deadlock before it could say so"
_ALONE: Final = (
    "is the cfg's only check, and TLC's exit code is the same whether it leaves early "
    "or not"
)


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
