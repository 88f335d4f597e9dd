"""State graphs that TLC writes with `-dump dot,actionlabels`.

A node is TLC's fingerprint of a state.  The same state has the same node in
two dumps only if both runs had the same `-fp`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import networkx as nx

from pyspec.errors import Mistake
from pyspec.values.parse import parse_state

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["StateGraph", "read_dot", "read_dot_lines"]

if TYPE_CHECKING:
    StateGraph: TypeAlias = nx.MultiDiGraph[int]
else:
    StateGraph = nx.MultiDiGraph

_LABEL: Final = r'\[label="((?:[^"\\]|\\.)*)"'
_STATE: Final = r"(-?\d{1,20})"
_EDGE: Final = re.compile(rf"{_STATE} -> {_STATE}(?: {_LABEL}.*)?;?\s*\Z")
_NODE: Final = re.compile(rf"{_STATE} {_LABEL}(.*)\];?\s*\Z")
_STUTTERING: Final = re.compile(rf'{_STATE} -> \1 \[style="dashed"\];?\s*\Z')
_ESCAPE: Final = re.compile(r"\\(.)")


def read_dot(path: Path | str) -> StateGraph:
    """Read a dump into a graph.

    Nodes have `state` (dict of variable to value, None where TLC has `null`)
    and `initial`; edges have `action`, which is also their key, so that a
    step that several arguments allow is one edge.  A dump without
    `actionlabels` gives the action "".  The dashed loops that TLC draws for
    liveness properties are left out: stuttering is no step of Next.

    Raises Mistake if the file is missing, is no such dump, or was cut off.
    """
    try:
        with Path(path).open(encoding="utf-8") as file:
            return read_dot_lines(file, str(path))
    except FileNotFoundError as cause:
        raise Mistake("there is no such file", file=path) from cause
    except UnicodeDecodeError as cause:
        raise Mistake("not a dump of TLC: it is not UTF-8", file=path) from cause


def read_dot_lines(lines: Iterable[str], name: str = "<dump>") -> StateGraph:
    """Read the lines of a dump; see `read_dot`."""
    graph: StateGraph = nx.MultiDiGraph()
    number, last = 0, ""
    for number, line in enumerate(lines, start=1):
        try:
            _read_line(graph, line, first=number == 1)
        except Mistake as mistake:
            raise Mistake(mistake.message, file=name, line=number) from mistake
        last = line if line.strip() else last
    if not last.rstrip().endswith("}"):
        raise Mistake(
            "the dump is cut off",
            file=name,
            line=number,
            expected='"}" at its end',
            hint="TLC was ended before it finished the file",
        )
    _check(graph, name)
    return graph


def _read_line(graph: StateGraph, line: str, *, first: bool) -> None:
    if first:
        if not line.startswith(("strict digraph", "digraph")):
            raise Mistake("not a state graph as TLC dumps it")
    elif edge := _EDGE.match(line):
        action = _unescaped(edge[3] or "")
        graph.add_edge(int(edge[1]), int(edge[2]), key=action, action=action)
    elif node := _NODE.match(line):
        state = parse_state(_unescaped(node[2]))
        graph.add_node(int(node[1]), state=state, initial="filled" in node[3])
    elif line.startswith(_STATES) and "->" in line and not _STUTTERING.match(line):
        raise Mistake(f"not an edge: {line.strip()[:80]}")


_STATES: Final = tuple("-0123456789")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], text)


def _check(graph: StateGraph, name: str) -> None:
    """Every edge must lead from and to a state that the file shows."""
    for node, data in graph.nodes(data=True):
        if "state" not in data:
            raise Mistake(f"an edge names state {node}, which is not there", file=name)
