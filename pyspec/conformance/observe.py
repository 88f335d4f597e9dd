"""What an observation says of a state, and of the new value of one variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.equality import eq
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules.sequences import length
from pyspec.trace.model import Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyspec.language.state import State
    from pyspec.language.stepping import Look
    from pyspec.trace.model import Observation, Path
    from pyspec.values import Value

    Root: TypeAlias = Callable[[State], Value]

__all__ = ["Exactly", "holds", "looks_of"]

Exactly: TypeAlias = "tuple[Value] | None"
"""The one value that a variable may have, if there is just one."""


def holds(observation: Observation, root: Value) -> bool:
    """Whether an observation is true of its root's value.

    A path that is absent makes it false.  Values that TLA+ cannot compare
    raise EvaluationError.
    """
    found = _part(observation.path, root)
    return bool(found) and _relates(observation, found[0])


def _part(path: Path, value: Value) -> tuple[Value, ...]:
    """Return the value that a path leads to, or nothing."""
    for selector in path.selectors:
        if not sets.contains(ops.domain(value), selector):
            return ()
        value = ops.apply(value, selector)
    return (length(value),) if path.length else (value,)


def _relates(observation: Observation, found: Value) -> bool:
    match observation.relation:
        case Relation.EQUALS:
            return eq(found, observation.value)
        case Relation.ONE_OF:
            return sets.contains(observation.value, found)
        case Relation.CONTAINS:
            return sets.contains(found, observation.value)
    return ops.subseteq(observation.value, found)


def looks_of(
    observations: Iterable[Observation], variables: Sequence[str]
) -> tuple[tuple[Look, ...], tuple[Exactly, ...]]:
    """Return what is looked at in each variable's new value.

    Only as much as a single value tells; what cannot be evaluated of it is
    left to whoever looks at the whole state.
    """
    grouped: dict[str, list[Observation]] = {name: [] for name in variables}
    for each in observations:
        if each.path.root in grouped:
            grouped[each.path.root].append(each)
    return (
        tuple(_look(found) for found in grouped.values()),
        tuple(_exactly(found) for found in grouped.values()),
    )


def _look(observations: Sequence[Observation]) -> Look:
    if not observations:
        return None

    def look(value: Value) -> bool:
        try:
            return all(holds(each, value) for each in observations)
        except EvaluationError:
            return True

    return look


def _exactly(observations: Sequence[Observation]) -> Exactly:
    for each in observations:
        whole = not each.path.selectors and not each.path.length
        if whole and each.relation is Relation.EQUALS:
            return (each.value,)
    return None
