"""Walking a model: searches, random walks, the state graph, liveness.

A model (`Model`) is anything with initial states and successors.  `check`
visits every reachable state and judges invariants, deadlock and properties of
steps, then temporal properties under fairness; `simulate` judges random
walks.  Nothing here knows TLA+ syntax or runs TLC.

    model       what can be explored
    result      verdict, cause, counterexample
    search      breadth-first and depth-first
    walks       random walks
    graph       the state graph, for networkx
    liveness    fair behaviors against temporal formulas; below it
                normal, valuation, automaton, product, fair and lasso
"""

from typing import TYPE_CHECKING

from pyspec.lazy import lazily

if TYPE_CHECKING:
    from pyspec.explore.graph import state_graph, to_networkx
    from pyspec.explore.limits import NO_LIMITS, Limits, Progress
    from pyspec.explore.liveness import Graph, Lasso, find_lasso
    from pyspec.explore.model import Model, State, Step
    from pyspec.explore.result import STUTTER, Cause, Counterexample, Result, Verdict
    from pyspec.explore.search import Order, Search, check
    from pyspec.explore.walks import End, Walk, simulate, walk

__all__ = [
    "NO_LIMITS",
    "STUTTER",
    "Cause",
    "Counterexample",
    "End",
    "Graph",
    "Lasso",
    "Limits",
    "Model",
    "Order",
    "Progress",
    "Result",
    "Search",
    "State",
    "Step",
    "Verdict",
    "Walk",
    "check",
    "find_lasso",
    "simulate",
    "state_graph",
    "to_networkx",
    "walk",
]

__getattr__ = lazily(
    __name__,
    {
        "graph": ["state_graph", "to_networkx"],
        "limits": ["Limits", "NO_LIMITS", "Progress"],
        "liveness": ["Graph", "Lasso", "find_lasso"],
        "model": ["Model", "State", "Step"],
        "result": ["Cause", "Counterexample", "Result", "STUTTER", "Verdict"],
        "search": ["Order", "Search", "check"],
        "walks": ["End", "Walk", "simulate", "walk"],
    },
)
