"""State graphs that TLC dumps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pyspec.errors import Mistake
from pyspec.tla2tools.dot import read_dot, read_dot_lines

if TYPE_CHECKING:
    from pathlib import Path

DUMP = r"""strict digraph DiskGraph {
nodesep=0.35;
subgraph cluster_graph {
color="white";
-7 [label="/\\ s = \"a\\\"b\\\\c\"\n/\\ x = 0",style = filled]
-7 -> 67 [label="Inc",color="black",fontcolor="black"];
67 [label="/\\ s = \"n] ; -> [label=\\\"q\\\"\"\n/\\ x = 1"];
-7 -> 67 [label="Inc",color="black",fontcolor="black"];
67 -> 67 [label="Next",color="black",fontcolor="black"];
67 -> 67 [label="Inc",color="2",fontcolor="2"];
{rank = same; -7;}
{rank = same; 67;}
}
}"""


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_nodes_have_states_and_edges_have_actions_once() -> None:
    graph = read_dot_lines(lines_of(DUMP))
    assert graph.nodes[-7] == {"state": {"s": 'a"b\\c', "x": 0}, "initial": True}
    assert graph.nodes[67]["state"] == {"s": 'n] ; -> [label="q"', "x": 1}
    assert not graph.nodes[67]["initial"]
    edges = sorted((s, t, d["action"]) for s, t, d in graph.edges(data=True))
    assert edges == [(-7, 67, "Inc"), (67, 67, "Inc"), (67, 67, "Next")]


def test_a_single_variable_and_no_labels_are_read() -> None:
    text = 'strict digraph D {\n1 [label="x = 0",style = filled]\n1 -> 1 [label=""];\n}'
    graph = read_dot_lines(lines_of(text))
    assert graph.nodes[1]["state"] == {"x": 0}
    assert list(graph.edges(keys=True)) == [(1, 1, "")]


def test_stuttering_that_is_drawn_for_liveness_is_no_step() -> None:
    loop = '-7 -> -7 [style="dashed"];\n67 -> 67 [style="dashed"];\n'
    with_loops = DUMP.replace("{rank = same; -7", loop + "{rank = same; -7")
    graph = read_dot_lines(lines_of(with_loops))
    plain = read_dot_lines(lines_of(DUMP))
    assert set(graph.edges(keys=True)) == set(plain.edges(keys=True))
    for wrong in ('-7 -> 67 [style="dashed"];', "67 -> 67 [style=];"):
        with pytest.raises(Mistake, match="not an edge"):
            read_dot_lines(lines_of(with_loops.replace("{rank", wrong + "\n{rank")))


def test_a_legend_is_not_part_of_the_graph() -> None:
    legend = (
        'subgraph cluster_legend {\nlabel = "Next State Actions"\nA [label="A"]\n}\n'
    )
    graph = read_dot_lines(lines_of(DUMP[:-1] + legend + "}"))
    assert sorted(graph) == [-7, 67]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cut off"),
        ("graph {\n}", "not a state graph"),
        (DUMP[:300], "cut off"),
        ('strict digraph D {\n1 -> 2 [label="A"];\n}', "not there"),
        ("strict digraph D {\n1 -> two [label=];\n}", "not an edge"),
        ('strict digraph D {\n1 [label="x = <<"]\n}', ""),
    ],
)
def test_a_dump_that_is_broken_is_a_mistake(text: str, message: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_dot_lines(lines_of(text), "g.dot")
    assert message in str(caught.value)
    assert caught.value.file == "g.dot"


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no such file"):
        read_dot(tmp_path / "none.dot")


def test_a_hundred_thousand_edges_take_seconds() -> None:
    nodes = 3_000
    lines = ["strict digraph D {\n"]
    for number in range(nodes):
        lines.append(f'{number} [label="/\\\\ x = {number}\\n/\\\\ y = {{1, 2}}"];\n')
        for step in range(33):
            target = (number + step) % nodes
            lines.append(f'{number} -> {target} [label="A",color="1",fontcolor="1"];\n')
    lines.append("}\n")
    start = time.process_time()
    graph = read_dot_lines(lines)
    assert graph.number_of_edges() == nodes * 33
    assert time.process_time() - start < 10
