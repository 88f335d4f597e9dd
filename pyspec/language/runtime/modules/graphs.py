"""Relation, Graphs and UndirectedGraphs: what is reached, and by which paths.

`Reached` is no operator for users: the others of these modules rest on it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.language.runtime.modules.functions import require_few
from pyspec.language.runtime.ops import apply, field, function_n, truth, value
from pyspec.language.runtime.order import V
from pyspec.language.runtime.sets import elements, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]

Edges: TypeAlias = dict[V, list[V]]
"""The nodes that edges lead to, from each node."""


def transitive_closure(r: V, s: V) -> V:
    """Return what is related by one step or more, as a function to booleans."""
    every = tuple(map(plain, elements(s)))
    related = {
        x: {y for y in every if truth(apply(r, (x, y)), "this relation")} for x in every
    }
    for middle in every:
        for x in every:
            if middle in related[x]:
                related[x] |= related[middle]
    return function_n(lambda x, y: value(y in related[x]), s, s)


def reached(pair: Callable[[V], tuple[V, ...]], g: V, nodes: V) -> frozenset[V]:
    """Return the nodes that paths from some nodes lead to, those included."""
    edges = _edges(pair, g)
    found = set(map(plain, elements(nodes)))
    waiting = list(found)
    while waiting:
        new = [n for n in edges.get(waiting.pop(), ()) if n not in found]
        found.update(new)
        waiting += new
    return frozenset(found)


def simple_paths(pair: Callable[[V], tuple[V, ...]], g: V) -> frozenset[V]:
    """Return the paths that come to no node twice."""
    edges = _edges(pair, g)
    paths: list[tuple[V, ...]] = [(node,) for node in edges]
    for path in paths:  # which grows
        more = [(*path, n) for n in edges[path[-1]] if n not in path]
        require_few(len(paths) + len(more), "this set of paths", g)
        paths += more
    return frozenset(paths)


def _edges(pair: Callable[[V], tuple[V, ...]], g: V) -> Edges:
    edges: Edges = {node: [] for node in map(plain, elements(field(g, "node")))}
    for edge in elements(field(g, "edge")):
        for start, end in _both(pair(plain(edge))):
            if start in edges and end in edges:
                edges[start].append(end)
    return edges


def _both(ends: tuple[V, ...]) -> Iterable[tuple[V, V]]:
    """Return the directions of an edge; none if it is not one."""
    return zip(ends[::2], ends[1::2], strict=True)


def _directed(edge: V) -> tuple[V, ...]:
    return edge if type(edge) is tuple and len(edge) == 2 else ()  # noqa: PLR2004 - a pair


def _undirected(edge: V) -> tuple[V, ...]:
    if type(edge) is not frozenset or not 0 < len(edge) <= 2:  # noqa: PLR2004 - a pair
        return ()
    first, *others = edge
    return (first, others[0], others[0], first) if others else (first, first)


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Relation", "TransitiveClosure"): transitive_closure,
    ("Graphs", "Reached"): partial(reached, _directed),
    ("Graphs", "SimplePath"): partial(simple_paths, _directed),
    ("UndirectedGraphs", "Reached"): partial(reached, _undirected),
    ("UndirectedGraphs", "SimplePath"): partial(simple_paths, _undirected),
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
