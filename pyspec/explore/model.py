"""What can be explored: anything that has initial states and successors."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from pyspec.language.state import State, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from pyspec.language.temporal import Formula
    from pyspec.values import Value

__all__ = ["Model", "State", "Step", "naming"]


def naming(model: object) -> AbstractContextManager[object]:
    """Return a block in which a model chooses among names in its own order.

    A model that has no `naming` of its own does without.
    """
    own = getattr(model, "naming", None)
    return nullcontext() if own is None else own()


class Model(Protocol):
    """A spec with constants, compiled or written by hand.

    Everything here is pure.  Predicates and successors may raise Mistake where
    the spec cannot be evaluated; an AssertionFails is a violation.
    """

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables."""
        ...

    def initial_states(self) -> Iterator[State]:
        """Return the initial states; may repeat some."""
        ...

    def successors(self, state: State) -> Iterator[Step]:
        """Return the steps from a state; may repeat some.

        Their order decides which counterexample is found and where a random
        walk leads, so it must not depend on the hash seed.
        """
        ...

    @property
    def invariants(self) -> Mapping[str, Callable[[State], bool]]:
        """Predicates on every reachable state."""
        ...

    @property
    def initial_properties(self) -> Mapping[str, Callable[[State], bool]]:
        """Properties that are state predicates: about initial states only."""
        ...

    @property
    def step_properties(self) -> Mapping[str, Callable[[State, State], bool]]:
        """Properties `[][A]_v`, as the predicate `[A]_v` on a step."""
        ...

    @property
    def constraints(self) -> Sequence[Callable[[State], bool]]:
        """CONSTRAINT: a state outside is checked, but not explored further."""
        ...

    @property
    def action_constraints(self) -> Sequence[Callable[[State, State], bool]]:
        """ACTION_CONSTRAINT: a step outside is checked, but not followed."""
        ...

    @property
    def check_deadlock(self) -> bool:
        """Whether a state without any step is a violation."""
        ...

    @property
    def temporal(self) -> Mapping[str, Formula]:
        """Temporal properties by name."""
        ...

    @property
    def fairness(self) -> Sequence[Formula]:
        """What the spec assumes of its behaviors besides Init and Next."""
        ...

    @property
    def view(self) -> Callable[[State], Value] | None:
        """VIEW: states with the same view count as one."""
        ...

    @property
    def symmetry(self) -> Callable[[State], State] | None:
        """SYMMETRY: the representative of the states that count as one."""
        ...
