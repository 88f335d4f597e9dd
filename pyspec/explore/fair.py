"""Searching a graph for a loop that satisfies conditions on what recurs.

A loop with some set of recurring edges is *fair* if it has an edge of each set
in `often`, none of `never`, and for each pair (F, G) of `pairs` an edge of G
if it has one of F.  Such a loop exists in a strongly connected component if
and only if all of the component is fair, or is after taking out edges of an F
whose G it lacks (Emerson and Lei, "Modalities for model checking", 1987).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspec.explore.product import Node, Product

__all__ = ["Acceptance", "fair_lasso"]

_LOOK_EVERY: Final = 4096


class Acceptance(NamedTuple):
    """Conditions on the classes of the edges that recur."""

    often: tuple[frozenset[int], ...]
    never: frozenset[int]
    pairs: tuple[tuple[frozenset[int], frozenset[int]], ...]

    def wants(self, recurring: frozenset[int]) -> list[frozenset[int]]:
        """Return the sets that a loop among these classes has to visit."""
        pairs = (aim for premise, aim in self.pairs if premise & recurring)
        return [*self.often, *pairs]

    def missed(self, recurring: frozenset[int]) -> frozenset[int] | None:
        """Return the classes to take out; empty if fair, None if hopeless."""
        if not recurring or not all(aim & recurring for aim in self.often):
            return None
        return frozenset().union(
            *(premise & recurring for premise, aim in self.pairs if not aim & recurring)
        )


class _Part(NamedTuple):
    """Nodes, the classes of edges that must not be used, those inside."""

    nodes: list[Node]
    taken_out: frozenset[int]
    recurring: frozenset[int] = frozenset()


def fair_lasso(
    product: Product, acceptance: Acceptance, look: Callable[[], None]
) -> tuple[list[Node], list[Node]] | None:
    """Return a fair lasso: a prefix, and a loop that the prefix leads to.

    None if there is none.  A loop of one node is preferred, then one near to
    the initial nodes.
    """
    fair = list(_Components(product, acceptance, look).fair())
    if not fair:
        return None
    for part in sorted(fair, key=lambda part: min(part.nodes)):
        still = _standstill(product, acceptance, part)
        if still is not None:
            return product.way_to(still)[:-1], [still]
    nearest = min(fair, key=lambda part: min(part.nodes))
    loop = _Loop(product, nearest).through(acceptance.wants(nearest.recurring))
    return product.way_to(loop[0])[:-1], loop


def _standstill(product: Product, acceptance: Acceptance, part: _Part) -> Node | None:
    """Return the first node at which staying is fair."""
    for node in sorted(part.nodes):
        for edge in product.edges(node):
            kind = product.edge_classes[edge]
            stays = product.targets[edge] == node and kind not in part.taken_out
            if stays and acceptance.missed(frozenset({kind})) == frozenset():
                return node
    return None


class _Components:
    """Strongly connected components, taken apart until they are fair."""

    def __init__(
        self, product: Product, acceptance: Acceptance, look: Callable[[], None]
    ) -> None:
        self._product = product
        self._acceptance = acceptance
        self._look = look
        self._member = [0] * len(product)  # of which part being taken apart
        self._index = [0] * len(product)
        self._low = [0] * len(product)
        self._place = [0] * len(product)
        self._part = 0

    def fair(self) -> Iterator[_Part]:
        """Return the fair components."""
        whole = list(range(len(self._product)))
        todo = [_Part(whole, self._acceptance.never)]
        while todo:
            part = todo.pop()
            for component in self._components(part):
                missed = self._acceptance.missed(component.recurring)
                if missed:
                    taken_out = part.taken_out | missed
                    todo.append(_Part(component.nodes, taken_out))
                elif missed is not None:
                    yield component

    def _components(self, part: _Part) -> list[_Part]:
        components = self._strongly_connected(part)
        recurring: list[_Part] = []
        for nodes in components:
            self._part += 1
            for node in nodes:
                self._member[node] = self._part
            inside = self._classes_inside(nodes, part.taken_out)
            recurring.append(_Part(nodes, part.taken_out, inside))
        return recurring

    def _classes_inside(
        self, nodes: list[Node], taken_out: frozenset[int]
    ) -> frozenset[int]:
        """Return the classes of the edges among nodes marked as the last part."""
        product, member, part = self._product, self._member, self._part
        targets, classes = product.targets, product.edge_classes
        found: set[int] = set()
        for node in nodes:
            for edge in range(product.starts[node], product.starts[node + 1]):
                if member[targets[edge]] == part:
                    found.add(classes[edge])
        return frozenset(found - taken_out)

    def _strongly_connected(self, part: _Part) -> list[list[Node]]:
        """Tarjan's algorithm, with a list where it recurses."""
        self._part += 1
        for node in part.nodes:
            self._member[node] = self._part
            self._index[node] = 0
        components: list[list[Node]] = []
        stack: list[Node] = []
        usable = [True] * len(self._product.classes)
        for number in part.taken_out:
            usable[number] = False
        for root in part.nodes:
            if self._index[root] == 0:
                self._from(root, usable, stack, components)
        return components

    def _from(  # noqa: C901 - one loop, and the hot one
        self,
        root: Node,
        usable: list[bool],
        stack: list[Node],
        components: list[list[Node]],
    ) -> None:
        """Find the components reached from a root.

        A node has index 0 before it is visited, and -1 when its component is
        complete.
        """
        product, part, member = self._product, self._part, self._member
        index, low, place = self._index, self._low, self._place
        starts, targets, kinds = product.starts, product.targets, product.edge_classes
        path = [root]
        count = len(stack)
        while path:
            node = path[-1]
            if index[node] == 0:
                count += 1
                if count % _LOOK_EVERY == 0:
                    self._look()
                index[node] = low[node] = count
                place[node] = starts[node]
                stack.append(node)
            edge, end = place[node], starts[node + 1]
            while edge < end:
                target = targets[edge]
                if member[target] == part and usable[kinds[edge]]:
                    seen = index[target]
                    if seen == 0:
                        break
                    if 0 < seen < low[node]:
                        low[node] = seen
                edge += 1
            place[node] = edge
            if edge < end:
                path.append(targets[edge])
                continue
            path.pop()
            if path and low[node] < low[path[-1]]:
                low[path[-1]] = low[node]
            if low[node] == index[node]:
                components.append(_popped(stack, node, index))


def _popped(stack: list[Node], node: Node, index: list[int]) -> list[Node]:
    """Take a complete component, down to its first node, off the stack."""
    component: list[Node] = []
    while not component or component[-1] != node:
        component.append(stack.pop())
        index[component[-1]] = -1
    return component


class _Loop:
    """A loop inside a fair component."""

    def __init__(self, product: Product, part: _Part) -> None:
        self._product = product
        self._inside = frozenset(part.nodes)
        self._taken_out = part.taken_out
        self._entry = min(part.nodes)

    def through(self, aims: Iterable[frozenset[int]]) -> list[Node]:
        """Return the nodes of a loop with an edge of each set, entry first."""
        kinds, targets = self._product.edge_classes, self._product.targets
        left = list(aims)
        way: list[int] = []
        here = self._entry
        while left:
            wanted = frozenset[int]().union(*left)
            leg = self._way_by(here, wanted)
            way += leg
            here = targets[leg[-1]]
            met = {kinds[edge] for edge in leg}
            left = [aim for aim in left if not aim & met]
        if here != self._entry or not way:
            way += self._way(here, lambda edge: targets[edge] == self._entry)
        return [self._entry, *(targets[edge] for edge in way[:-1])]

    def _way_by(self, start: Node, aim: frozenset[int]) -> list[int]:
        """Return the edges of a shortest way whose last edge is of these classes."""
        kinds = self._product.edge_classes
        return self._way(start, lambda edge: kinds[edge] in aim)

    def _way(self, start: Node, is_aim: Callable[[int], bool]) -> list[int]:
        """Return the edges of a shortest way whose last edge is the aim."""
        came: dict[Node, tuple[Node, int]] = {}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            for edge in self._edges(node):
                if is_aim(edge):
                    return [*_back(came, start, node), edge]
                target = self._product.targets[edge]
                if target not in came and target != start:
                    came[target] = (node, edge)
                    queue.append(target)
        msg = "a strongly connected component is not connected"
        raise AssertionError(msg)

    def _edges(self, node: Node) -> Iterator[int]:
        product = self._product
        for edge in product.edges(node):
            usable = product.edge_classes[edge] not in self._taken_out
            if usable and product.targets[edge] in self._inside:
                yield edge


def _back(came: dict[Node, tuple[Node, int]], start: Node, node: Node) -> list[int]:
    way: list[int] = []
    while node != start:
        node, edge = came[node]
        way.append(edge)
    return way[::-1]
