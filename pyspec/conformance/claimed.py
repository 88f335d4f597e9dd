"""What behaviors are held to besides the events: fairness and properties.

The names are those of a cfg, of `--property`, and of a trace's EXPECT line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyspec.conformance.read_order import read_order
from pyspec.errors import Mistake
from pyspec.language.load import Source, compiled
from pyspec.language.temporal import ActionPredicate, Always, And, StatePredicate
from pyspec.tla2tools import Config
from pyspec.tla2tools.modules import search_path
from pyspec.tla2tools.process import Workspace
from pyspec.trace.model import Expected

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping

    from pyspec.conformance.question import Question, Spec
    from pyspec.language import Facts
    from pyspec.language.program import Spec as Compiled
    from pyspec.language.temporal import Formula
    from pyspec.tla2tools import Toolchain
    from pyspec.values import Value

__all__ = [
    "NOTHING",
    "Claimed",
    "Claims",
    "claimed_by",
    "claimed_of",
    "claiming",
    "compile_claims",
    "conjuncts",
]

_NAME: Final = "PyspecClaims"
_STATE, _ACTION, _TEMPORAL = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Claimed:
    """Names of a module's operators.

    - specification: whose fairness is assumed; None: nobody's
    - invariants: hold in every state
    - properties: PROPERTY, which of a state predicate means the initial state
    - wanted: whether the fairness was asked for, not only found in the module
    """

    specification: str | None = None
    invariants: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    wanted: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What is to be judged, each name once."""
        return tuple(dict.fromkeys((*self.invariants, *self.properties)))


NOTHING: Final = Claimed()


@dataclass(frozen=True, slots=True)
class Claims:
    """What is claimed, compiled.

    - fairness: what the specification assumes besides Init and Next
    - properties: formulas by name
    - lasting: names of those that say more than what holds of each state and step
    """

    fairness: tuple[Formula, ...]
    properties: Mapping[str, Formula]
    lasting: frozenset[str]

    def only(self, names: Iterable[str]) -> Claims:
        """Return these with some of the properties."""
        return replace(self, properties={name: self.properties[name] for name in names})


def claimed_by(facts: Facts, config: Config | None) -> Claimed:
    """Return what a cfg names; without one the fairness of `Spec`, if there is one.

    INIT and NEXT of a cfg mean that no fairness is assumed, as in TLC.
    """
    if config is None:
        return Claimed(_spec_of(facts))
    for name in (*config.invariants, *config.properties):
        _level(facts, name, config.file)
    own = config.init is not None or config.next is not None
    return Claimed(
        config.specification or (None if own else _spec_of(facts)),
        tuple(config.invariants),
        tuple(config.properties),
        wanted=config.specification is not None,
    )


def _spec_of(facts: Facts) -> str | None:
    found = facts.operators.get("Spec")
    return "Spec" if found is not None and found.level == _TEMPORAL else None


def claiming(spec: Spec, names: Iterable[str]) -> Spec:
    """Return the spec with further names to be judged.

    Of a state predicate it means that it holds in every state.
    """
    return replace(spec, claimed=_with(spec.claimed, spec.facts, names))


def _with(claimed: Claimed, facts: Facts, names: Iterable[str]) -> Claimed:
    known = claimed.names
    new = [name for name in dict.fromkeys(names) if name not in known]
    states = {name for name in new if _level(facts, name) <= _STATE}
    return replace(
        claimed,
        invariants=(*claimed.invariants, *(n for n in new if n in states)),
        properties=(*claimed.properties, *(n for n in new if n not in states)),
    )


def _level(facts: Facts, name: str, file: object = None) -> int:
    """Return a property's level; Mistake if the module has no such property."""
    operator = facts.operators.get(name)
    where = str(file) if file is not None else None
    if operator is None:
        close = difflib.get_close_matches(name, facts.operators, n=1)
        raise Mistake(
            f"{name} is not defined in module {facts.module}",
            file=where,
            expected="a property: a state predicate or a temporal formula",
            hint=f"Did you mean {close[0]}?"
            if close
            else "Name the module that defines it: --spec FILE.tla.",
        )
    if operator.parameters:
        message = f"{name} takes arguments and cannot be a property"
        raise Mistake(message, file=where)
    if operator.level == _ACTION:
        raise Mistake(
            f"{name} is an action, not a property", file=where, expected=f"[][{name}]_v"
        )
    return operator.level


def claimed_of(question: Question) -> Claimed:
    """Return what a trace is judged by: what its spec claims, and its EXPECT line."""
    claimed, expected = question.spec.claimed, question.trace.expect
    if expected is None:
        return claimed
    if expected.verdict is Expected.OWES:
        return replace(claimed, wanted=True)
    if expected.verdict is Expected.VIOLATES and expected.property is not None:
        return _with(claimed, question.spec.facts, [expected.property])
    return claimed


def compile_claims(
    spec: Spec,
    constants: Mapping[str, Value],
    claimed: Claimed,
    toolchain: Callable[[], Toolchain],
    stop: threading.Event | None = None,
) -> Claims:
    """Compile fairness and properties; Mistake for what cannot be judged.

    States are those that replay walks.
    """
    alias = {name: f"pxClaim_{n}" for n, name in enumerate(claimed.names)}
    lines = [
        f"---- MODULE {_NAME} ----",
        f"EXTENDS {spec.facts.module}",
        *(f"{ours} == {name}" for name, ours in alias.items()),
        "====",
        "",
    ]
    with Workspace() as workspace:
        module = workspace.path / f"{_NAME}.tla"
        module.write_text("\n".join(lines), encoding="utf-8")
        library = (spec.path.absolute().parent, *spec.library)
        config = _config(spec, constants, claimed, alias)
        source = Source(module, config, search_path(module, library))
        found = compiled(source, toolchain, stop=stop).spec()
    return Claims(
        tuple(leaf for formula in found.fairness for leaf in conjuncts(formula)),
        {name: _formula(found, ours) for name, ours in alias.items()},
        frozenset(name for name, ours in alias.items() if ours in found.temporal),
    )


def _config(
    spec: Spec,
    constants: Mapping[str, Value],
    claimed: Claimed,
    alias: Mapping[str, str],
) -> Config:
    alone = claimed.specification is None
    return Config(
        specification=claimed.specification,
        init=spec.facts.init if alone else None,
        next=spec.facts.next if alone else None,
        invariants=tuple(alias[name] for name in claimed.invariants),
        properties=tuple(alias[name] for name in claimed.properties),
        constants=dict(constants),
        overrides=dict(spec.overrides),
        words=read_order(spec, constants),
    )


def _formula(found: Compiled, name: str) -> Formula:
    """Put together what the compiler took apart: parts of one property."""
    parts: list[Formula] = []
    if name in found.initial_properties:
        parts.append(StatePredicate(found.initial_properties[name]))
    if name in found.invariants:
        parts.append(Always(StatePredicate(found.invariants[name])))
    if name in found.step_properties:
        parts.append(Always(ActionPredicate(found.step_properties[name])))
    if name in found.temporal:
        parts.append(found.temporal[name])
    return And(tuple(parts))


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """Return the parts of a conjunction, of those within it too."""
    if not isinstance(formula, And):
        return (formula,)
    return tuple(leaf for part in formula.parts for leaf in conjuncts(part))
