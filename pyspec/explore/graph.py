"""The state graph of a model, for networkx.

Nodes and edges have the attributes that `pyspec.tla2tools.dot.read_dot` gives
TLC's dumps, so that the two can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyspec.explore.limits import NO_LIMITS, Limits, StopEvent
from pyspec.explore.search import Search

if TYPE_CHECKING:
    import networkx as nx

    from pyspec.explore.model import Model
    from pyspec.explore.result import Result
    from pyspec.explore.space import StateSpace

    NxGraph: TypeAlias = nx.MultiDiGraph[int]

__all__ = ["state_graph", "to_networkx"]


def state_graph(
    model: Model, *, limits: Limits = NO_LIMITS, stop: StopEvent | None = None
) -> tuple[NxGraph, Result]:
    """Search a model; return the graph as far as the search came, and its result.

    The graph is complete if the result is `exhaustive`.
    """
    search = Search(model, limits=limits, stop=stop, keep_edges=True)
    result = search.run()
    return to_networkx(search.space, model.variables), result


def to_networkx(space: StateSpace, variables: tuple[str, ...]) -> NxGraph:
    """Return a graph with a node for each state, numbered as in the space.

    Nodes have `state` (dict of variable to value) and `initial`; edges have
    `action`, which is also their key, so that a step that several arguments
    allow is one edge.
    """
    import networkx as nx  # noqa: PLC0415 - takes long, and few need it

    graph: NxGraph = nx.MultiDiGraph()
    initial = frozenset(space.initial)
    for number, state in enumerate(space.states):
        values = dict(zip(variables, state, strict=True))
        graph.add_node(number, state=values, initial=number in initial)
    for source in range(len(space)):
        for target, step in space.edges(source):
            graph.add_edge(source, target, key=step.action, action=step.action)
    return graph
