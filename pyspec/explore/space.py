"""The states that a search has found, and how it came to each."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from pyspec.explore.numbered import States
from pyspec.explore.result import Counterexample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspec.explore.model import State, Step
    from pyspec.explore.numbered import Code, Numbers

__all__ = ["StateSpace"]


class StateSpace:
    """States, numbered from 0 in the order they were found, and their edges.

    A state is kept as its code; `states` builds it when it is asked for.
    Edges are there only if the search was told to keep them.
    """

    def __init__(self, numbers: Numbers) -> None:
        self.codes: list[Code] = []
        self.states: Sequence[State] = States(numbers, self.codes)
        self.initial: list[int] = []
        self._numbers = numbers
        self._parents = array("i")
        self._via = array("i")
        self._depths = array("i")
        self._starts: dict[int, tuple[int, int]] = {}
        self._targets = array("i")
        self._edge_labels = array("i")

    def __len__(self) -> int:
        return len(self.codes)

    def add_initial(self, code: Code) -> int:
        """Add an initial state; return its number."""
        number = self._add(code, -1, -1, 1)
        self.initial.append(number)
        return number

    def add(self, parent: int, code: Code, label: int) -> int:
        """Add the state that a step leads to; return its number."""
        return self._add(code, parent, label, self._depths[parent] + 1)

    def _add(self, code: Code, parent: int, label: int, depth: int) -> int:
        number = len(self.codes)
        self.codes.append(code)
        self._parents.append(parent)
        self._via.append(label)
        self._depths.append(depth)
        return number

    def keep_edges(self, source: int, edges: list[tuple[int, int]]) -> None:
        """Keep target and label of all edges that leave a state; once for each."""
        start = len(self._targets)
        for target, label in edges:
            self._targets.append(target)
            self._edge_labels.append(label)
        self._starts[source] = start, len(self._targets)

    def depth(self, number: int) -> int:
        """Return how many states lead to this one, itself included."""
        return self._depths[number]

    def targets(self, source: int) -> list[int]:
        """Return where the kept edges of a state lead, each target once."""
        start, end = self._starts.get(source, (0, 0))
        return list(dict.fromkeys(self._targets[start:end]))

    def edges(self, source: int) -> Iterator[tuple[int, Step]]:
        """Return the kept edges of a state, in the model's order."""
        for place in range(*self._starts.get(source, (0, 0))):
            target = self._targets[place]
            yield target, self._step(target, self._edge_labels[place])

    def step(self, source: int, target: int) -> Step | None:
        """Return the first kept step from one state to the other."""
        found = (step for end, step in self.edges(source) if end == target)
        return next(found, None)

    def way_to(self, number: int, *more: Step) -> Counterexample:
        """Return the behavior by which the search came to a state, and more."""
        steps = list(reversed(more))
        while self._parents[number] >= 0:
            steps.append(self._step(number, self._via[number]))
            number = self._parents[number]
        return Counterexample(self.states[number], tuple(reversed(steps)))

    def _step(self, number: int, label: int) -> Step:
        return self._numbers.step(self.codes[number], label)
