"""The states that a search has found, and how it came to each."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, TypeAlias

from pyspec.explore.model import State, Step
from pyspec.explore.result import Counterexample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.values import Value

__all__ = ["StateSpace"]

Label: TypeAlias = "tuple[str, tuple[Value, ...]]"


class StateSpace:
    """States, numbered from 0 in the order they were found, and their edges.

    Edges are there only if the search was told to keep them.  Numbers are
    kept in arrays: a million edges take some 16 MB.
    """

    def __init__(self) -> None:
        self.states: list[State] = []
        self.initial: list[int] = []
        self._parents = array("q")
        self._via = array("q")
        self._depths = array("q")
        self._labels: dict[Label, int] = {}
        self._labels_in_order: list[Label] = []
        self._starts = array("q")
        self._ends = array("q")
        self._targets = array("q")
        self._edge_labels = array("q")

    def __len__(self) -> int:
        return len(self.states)

    def add_initial(self, state: State) -> int:
        """Add an initial state; return its number."""
        number = self._add(state, -1, -1, 1)
        self.initial.append(number)
        return number

    def add(self, parent: int, step: Step) -> int:
        """Add the state that a step leads to; return its number."""
        label = self._label(step)
        return self._add(step.state, parent, label, self._depths[parent] + 1)

    def _add(self, state: State, parent: int, label: int, depth: int) -> int:
        self.states.append(state)
        self._parents.append(parent)
        self._via.append(label)
        self._depths.append(depth)
        self._starts.append(0)
        self._ends.append(0)
        return len(self.states) - 1

    def _label(self, step: Step) -> int:
        label = (step.action, step.arguments)
        number = self._labels.setdefault(label, len(self._labels_in_order))
        if number == len(self._labels_in_order):
            self._labels_in_order.append(label)
        return number

    def keep_edges(self, source: int, edges: list[tuple[int, Step]]) -> None:
        """Keep all edges that leave a state; once for each state."""
        self._starts[source] = len(self._targets)
        for target, step in edges:
            self._targets.append(target)
            self._edge_labels.append(self._label(step))
        self._ends[source] = len(self._targets)

    def depth(self, number: int) -> int:
        """Return how many states lead to this one, itself included."""
        return self._depths[number]

    def targets(self, source: int) -> list[int]:
        """Return where the kept edges of a state lead, each target once."""
        inside = self._targets[self._starts[source] : self._ends[source]]
        return list(dict.fromkeys(inside))

    def edges(self, source: int) -> Iterator[tuple[int, Step]]:
        """Return the kept edges of a state, in the model's order."""
        for place in range(self._starts[source], self._ends[source]):
            target = self._targets[place]
            label = self._labels_in_order[self._edge_labels[place]]
            yield target, Step(*label, self.states[target])

    def step(self, source: int, target: int) -> Step | None:
        """Return the first kept step from one state to the other."""
        found = (step for end, step in self.edges(source) if end == target)
        return next(found, None)

    def way_to(self, number: int, *more: Step) -> Counterexample:
        """Return the behavior by which the search came to a state, and more."""
        steps = list(reversed(more))
        while self._parents[number] >= 0:
            label = self._labels_in_order[self._via[number]]
            steps.append(Step(*label, self.states[number]))
            number = self._parents[number]
        return Counterexample(self.states[number], tuple(reversed(steps)))
