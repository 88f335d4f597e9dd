"""What is to blame for a violation or an error, as far as the model can tell.

A model may know more than it must: `locate` gives an error its place in the
spec, and `explain` says why a predicate is false.  Either asks the model once
more, in a slow way, so it is done for the one result of an exploration.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyspec.explore.limits import Stopped
from pyspec.explore.result import Cause

if TYPE_CHECKING:
    from pyspec.errors import PyspecError
    from pyspec.explore.model import State
    from pyspec.explore.result import Result

__all__ = ["blamed"]


def blamed(result: Result, model: object) -> Result:
    """Return the result with the place of its error, or the reason of its violation."""
    try:
        if result.error is not None:
            return _located(result, getattr(model, "locate", None))
        return _explained(result, getattr(model, "explain", None))
    except (Stopped, MemoryError):
        return result  # the verdict stands without it


def _located(result: Result, locate: Any) -> Result:  # noqa: ANN401 - a model's own
    if locate is None or result.error is None:
        return result
    deep = result.cause is Cause.RECURSION
    error: PyspecError = result.error
    for steps in _steps(result):
        found = locate(
            RecursionError() if deep else result.error, result.property, *steps
        )
        if getattr(found, "where", None) is not None:
            error = found
            break
    return replace(result, error=error, message=error.message)


def _steps(result: Result) -> list[tuple[State | None, State | None]]:
    """Return what may have been judged: the last state, or the step to it."""
    behavior = result.counterexample
    if behavior is None:
        return [(None, None)]
    *before, last = behavior.states
    return [(last, None), *((each, last) for each in before[-1:])]


def _explained(result: Result, explain: Any) -> Result:  # noqa: ANN401 - a model's own
    behavior, name = result.counterexample, result.property
    if explain is None or behavior is None or name is None:
        return result
    if result.cause is Cause.ACTION_PROPERTY:
        return replace(result, reason=explain(name, *behavior.states[-2:]))
    first = result.cause is Cause.PROPERTY and not behavior.steps
    if result.cause is Cause.INVARIANT or (first and not behavior.stutters):
        return replace(result, reason=explain(name, behavior.states[-1]))
    return result
