r"""Temporal formulas over states and steps.

A formula is true or false of a behavior, an infinite sequence of states: a
StatePredicate of its first state, an ActionPredicate of its first step, and
the others as in TLA+.  `And(())` is TRUE, `Or(())` is FALSE.

`\A x \in S : F(x)` is an And with a part for each x.  An ActionPredicate gets
each step of a behavior, also those that change no variable: for `[A]_v` it
must be true and for `<<A>>_v` false of them if v does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.state import State
    from pyspec.values import Value

__all__ = [
    "About",
    "ActionPredicate",
    "Always",
    "And",
    "Equivalent",
    "Eventually",
    "Formula",
    "Implies",
    "LeadsTo",
    "Not",
    "Or",
    "StatePredicate",
    "StrongFairness",
    "WeakFairness",
    "eventually_always",
    "infinitely_often",
]

Formula: TypeAlias = Union[
    "StatePredicate",
    "ActionPredicate",
    "Not",
    "And",
    "Or",
    "Implies",
    "Equivalent",
    "Always",
    "Eventually",
    "LeadsTo",
    "WeakFairness",
    "StrongFairness",
]
OfState: TypeAlias = "Callable[[State], bool]"
OfStep: TypeAlias = "Callable[[State, State], bool]"


class About(NamedTuple):
    """Where a formula stands in its module, for people.

    - place: module, line, column, last line, last column (from 1, inclusive)
    - names: what bound names, or parameters that stand for them, mean in its text
    - action, arguments: of fairness, the operator that it is about; "" if it is
      about none, and None if the arguments have no value by themselves
    """

    place: tuple[str, int, int, int, int] | None
    names: tuple[tuple[str, Value], ...] = ()
    action: str = ""
    arguments: tuple[Value, ...] | None = ()


Telling: TypeAlias = "Callable[[], About] | None"


@dataclass(frozen=True, slots=True)
class StatePredicate:
    """A predicate on the first state."""

    holds: OfState
    about: Telling = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ActionPredicate:
    """A predicate on the first step: `[A]_v` or `<<A>>_v`.

    With a `guard` it is false where the guard is, and is not even asked.
    """

    holds: OfStep
    guard: StatePredicate | None = None
    about: Telling = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """~F."""

    body: Formula


@dataclass(frozen=True, slots=True)
class And:
    r"""F /\ G /\ ... ."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    r"""F \/ G \/ ... ."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Implies:
    """F => G."""

    premise: Formula
    conclusion: Formula


@dataclass(frozen=True, slots=True)
class Equivalent:
    """F <=> G."""

    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Always:
    """[]F."""

    body: Formula


@dataclass(frozen=True, slots=True)
class Eventually:
    """<>F."""

    body: Formula


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """F ~> G."""

    premise: Formula
    conclusion: Formula


@dataclass(frozen=True, slots=True)
class WeakFairness:
    """WF_v(A): `enabled` is ENABLED <<A>>_v, `taken` is <<A>>_v.

    `taken` is only asked of steps from states where `enabled` is true.
    """

    enabled: OfState
    taken: OfStep
    about: Telling = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StrongFairness:
    """SF_v(A), with the parts of WF_v(A)."""

    enabled: OfState
    taken: OfStep
    about: Telling = field(default=None, compare=False, repr=False)


def infinitely_often(body: Formula) -> Formula:
    """Return []<>F."""
    return Always(Eventually(body))


def eventually_always(body: Formula) -> Formula:
    """Return <>[]F."""
    return Eventually(Always(body))
