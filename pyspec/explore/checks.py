"""Judging single states and steps, for searches and walks alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.errors import Mistake
from pyspec.explore.result import Cause, Counterexample
from pyspec.language.runtime.errors import AssertionFails

if TYPE_CHECKING:
    from pyspec.errors import PyspecError
    from pyspec.explore.model import Model, State

__all__ = ["Checks", "Violation", "of_error", "violated_invariant"]


class Violation(Exception):
    """What is wrong with a state or step.  Never leaves explore.

    `counterexample` is filled in by whoever knows how it came to this.
    """

    def __init__(
        self,
        cause: Cause,
        message: str,
        name: str | None = None,
        error: PyspecError | None = None,
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message
        self.name = name
        self.error = error
        self.counterexample: Counterexample | None = None


def violated_invariant(name: str) -> Violation:
    """Return what is to be raised for a false invariant."""
    return Violation(Cause.INVARIANT, f"invariant {name} is violated", name)


class Checks:
    """The predicates of a model, ready to be asked.

    `doing` is the name of the property being evaluated, so that an error can
    be blamed on it; None while the model computes initial states or steps.
    """

    def __init__(self, model: Model) -> None:
        self.invariants = tuple(model.invariants.items())
        self.steps = tuple(model.step_properties.items())
        self.initial = tuple(model.initial_properties.items())
        self.constraints = tuple(model.constraints)
        self.action_constraints = tuple(model.action_constraints)
        self.doing: str | None = None

    def state(self, state: State) -> None:
        """Raise Violation if an invariant is false."""
        for name, holds in self.invariants:
            self.doing = name
            if not holds(state):
                raise violated_invariant(name)
        self.doing = None

    def initial_state(self, state: State) -> None:
        """Raise Violation if something is wrong with an initial state."""
        self.state(state)
        for name, holds in self.initial:
            self.doing = name
            if not holds(state):
                message = f"property {name} is violated by an initial state"
                raise Violation(Cause.PROPERTY, message, name)
        self.doing = None

    def step(self, state: State, after: State) -> None:
        """Raise Violation if a step property is false."""
        for name, holds in self.steps:
            self.doing = name
            if not holds(state, after):
                message = f"action property {name} is violated"
                raise Violation(Cause.ACTION_PROPERTY, message, name)
        self.doing = None

    def admits(self, state: State) -> bool:
        """Whether the state is inside the constraints."""
        return all(inside(state) for inside in self.constraints)

    def admits_step(self, state: State, after: State) -> bool:
        """Whether the step and the state after it are inside the constraints."""
        return self.admits(after) and all(
            inside(state, after) for inside in self.action_constraints
        )


def of_error(error: Mistake | RecursionError, name: str | None) -> Violation:
    """Return what an error amounts to that evaluating the model raised."""
    if isinstance(error, RecursionError):
        message = "the spec recurses too deeply"
        return Violation(Cause.RECURSION, message, name, Mistake(message))
    if isinstance(error, AssertionFails):
        return Violation(Cause.ASSERTION, error.message, name, error)
    return Violation(Cause.EVALUATION, error.message, name, error)
