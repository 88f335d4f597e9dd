"""A state graph run together with the automaton of a formula.

Nodes are numbered in breadth-first order, so a smaller one is nearer to the
initial states.  Every edge has a *class*: edges of one class are alike in
which predicates are true of them and in which `<>` they put off.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspec.explore.automaton import Automaton, Numbers
    from pyspec.explore.valuation import Valuation

__all__ = ["Product"]

Node: TypeAlias = int
_LOOK_EVERY: Final = 1024


class Product:
    """The product; `classes[c]` is a mask's number and what is put off.

    Edges of a node are at places `starts[node]` up to `starts[node + 1]` of
    `targets` and `edge_classes`.
    """

    def __init__(
        self,
        valuation: Valuation,
        automaton: Automaton,
        initial: Iterable[int],
        look: Callable[[], None],
    ) -> None:
        self.starts = array("q", [0])
        self.targets = array("q")
        self.edge_classes = array("q")
        self.classes: list[tuple[int, Numbers]] = []
        self._class_numbers: dict[tuple[int, Numbers], int] = {}
        self._states = array("q")
        self._places = array("q")
        self._parents = array("q")
        self._nodes: list[array[int]] = []
        self._valuation = valuation
        self._automaton = automaton
        self._moves: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for state in initial:
            self._node(state, 0, -1)
        node = 0
        while node < len(self._states):
            if node % _LOOK_EVERY == 0:
                look()
            self._expand(node)
            node += 1

    def __len__(self) -> int:
        return len(self._states)

    def state(self, node: Node) -> int:
        """Return the number of the graph's state."""
        return self._states[node]

    def edges(self, node: Node) -> Iterator[int]:
        """Return the places of a node's edges."""
        return iter(range(self.starts[node], self.starts[node + 1]))

    def way_to(self, node: Node) -> list[Node]:
        """Return a shortest way from an initial node up to this one, inclusive."""
        way = [node]
        while self._parents[way[-1]] >= 0:
            way.append(self._parents[way[-1]])
        return way[::-1]

    def _expand(self, node: Node) -> None:
        valuation = self._valuation
        state, place = self._states[node], self._places[node]
        for edge in range(valuation.starts[state], valuation.starts[state + 1]):
            after = valuation.targets[edge]
            for next_place, number in self._moves_of(place, valuation.masks[edge]):
                self.targets.append(self._node(after, next_place, node))
                self.edge_classes.append(number)
        self.starts.append(len(self.targets))

    def _moves_of(self, place: int, mask: int) -> list[tuple[int, int]]:
        """Return automaton state and edge class of each way to go on."""
        moves = self._moves.get((place, mask))
        if moves is None:
            moves = self._moves[place, mask] = [
                (target, self._class(mask, put_off))
                for target, put_off in self._automaton.transitions(place, mask)
            ]
        return moves

    def _class(self, mask: int, put_off: Numbers) -> int:
        key = (mask, put_off)
        number = self._class_numbers.setdefault(key, len(self.classes))
        if number == len(self.classes):
            self.classes.append(key)
        return number

    def _node(self, state: int, place: int, parent: Node) -> Node:
        while place >= len(self._nodes):
            states = len(self._valuation.starts) - 1
            self._nodes.append(array("q", [-1]) * states)
        node = self._nodes[place][state]
        if node < 0:
            node = self._nodes[place][state] = len(self._states)
            self._states.append(state)
            self._places.append(place)
            self._parents.append(parent)
        return node
