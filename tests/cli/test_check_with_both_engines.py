"""`pyspec check --engine both`: agreement, differences, and what is neither."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from pyspec.campaign import native
from pyspec.campaign.both import compare_edges, difference_of_graphs
from pyspec.campaign.native import Native
from pyspec.cli import run
from pyspec.errors import Exit
from pyspec.tla2tools import Cause, Job, Verdict, find_toolchain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyspec.tla2tools import Outcome
    from pyspec.tla2tools.dot import StateGraph

pytestmark = pytest.mark.java

STEPS = r"""---- MODULE Pair ----
EXTENDS Naturals
VARIABLES x, y
Init == x = 0 /\ y \in {0, 1}
Up(n) == x + n < 5 /\ x' = x + n /\ y' = y
Flip == x > 2 /\ y' = 1 - y /\ x' = x
Next == \/ \E n \in {1, 2} : Up(n)
        \/ Flip
Spec == Init /\ [][Next]_<<x, y>>
Small == x < 3
NotTwo == x # 2
Large == x < 9
Text == IF x = 4 THEN x + "a" = 1 ELSE TRUE
====
"""


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "Pair.tla"
    path.write_text(STEPS, encoding="utf-8")
    text = "SPECIFICATION Spec\nCHECK_DEADLOCK FALSE\n"
    for name in ("Pair", "Small", "NotTwo", "Large", "Text"):
        wanted = "" if name == "Pair" else f"INVARIANT {name}\n"
        (tmp_path / f"{name}.cfg").write_text(text + wanted, encoding="utf-8")
    two = f"{text}INVARIANTS NotTwo Small\n"
    (tmp_path / "Two.cfg").write_text(two, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def check(config: str, *options: str) -> int:
    arguments = ["check", "Pair.tla", "--engine", "both", "--config", config]
    return run([*arguments, *options])


def lying(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Job, Outcome], Outcome]
) -> None:
    """Let the native engine say something else."""
    honest = native.run

    def lie(job: Job, **options: Any) -> Outcome:  # noqa: ANN401 - passed on
        said: Outcome = honest(job, **options)
        return change(job, said)

    monkeypatch.setattr(native, "run", lie)


@pytest.mark.parametrize(
    ("config", "code"),
    [("Large", Exit.FINE), ("Small", Exit.VIOLATION), ("Two", Exit.VIOLATION)],
)
@pytest.mark.usefixtures("pair")
def test_where_both_agree_the_verdict_is_theirs(
    config: str, code: Exit, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check(config) == code
    told = capfd.readouterr()
    assert "native engine: " in told.out
    assert "differ" not in told.out


@pytest.mark.usefixtures("pair")
def test_json_has_what_each_engine_says(capfd: pytest.CaptureFixture[str]) -> None:
    assert check("Large", "--json") == Exit.FINE
    found = json.loads(capfd.readouterr().out)
    assert (found["engine"], found["difference"], found["report"]) == (
        "both",
        None,
        None,
    )
    engines = found["engines"]
    assert [engines[name]["engine"] for name in ("tlc", "native")] == ["tlc", "native"]
    assert engines["tlc"]["distinct"] == engines["native"]["distinct"] == 10


def test_another_number_of_states_is_our_bug_and_is_reported(
    pair: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lying(monkeypatch, lambda _, outcome: replace(outcome, distinct=9))
    assert check("Large", "--json") == Exit.BUG
    found = json.loads(capfd.readouterr().out)
    assert found["difference"] == ("TLC finds 10 distinct states, the native engine 9")
    report = (pair.parent / found["report"]).read_text(encoding="utf-8")
    for part in (
        found["difference"],
        "MODULE Pair",
        "INVARIANT Large",
        "Java",
        "TLC 2",
    ):
        assert part in report


@pytest.mark.usefixtures("pair")
def test_another_verdict_is_our_bug(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def blind(_: Job, outcome: Outcome) -> Outcome:
        return replace(
            outcome, verdict=Verdict.OK, cause=Cause.NONE, message="no violation"
        )

    lying(monkeypatch, blind)
    assert check("Small") == Exit.BUG
    out = capfd.readouterr().out
    assert "the engines differ, which is a bug of pyspec" in out
    assert "please send this report: pyspec-difference-Pair-" in out


@pytest.mark.usefixtures("pair")
def test_another_property_is_no_difference_if_both_are_violated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def other(job: Job, outcome: Outcome) -> Outcome:
        asked_alone = job.config_path is not None
        return replace(outcome, property="Small") if asked_alone else outcome

    lying(monkeypatch, other)
    assert check("Two") == Exit.VIOLATION

    def blind(job: Job, outcome: Outcome) -> Outcome:
        if job.config_path is None:  # asked for TLC's property alone
            return replace(outcome, verdict=Verdict.OK, cause=Cause.NONE)
        return replace(outcome, property="Small")

    lying(monkeypatch, blind)
    assert check("Two") == Exit.BUG


@pytest.mark.usefixtures("pair")
def test_what_one_engine_refuses_is_no_difference(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check("Text") == Exit.MISTAKE, "both refuse"
    capfd.readouterr()

    def refuses(_: Job, outcome: Outcome) -> Outcome:
        failed = type(outcome).failed(Cause.EVALUATION, "it cannot say this")
        return replace(failed, engine="native")

    lying(monkeypatch, refuses)
    assert check("Large") == Exit.MISTAKE
    out = capfd.readouterr().out
    assert "no violation was found" in out
    assert "native engine: it cannot say this" in out


@pytest.mark.usefixtures("pair")
def test_a_limit_of_one_engine_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(_: Job, outcome: Outcome) -> Outcome:
        return replace(outcome, verdict=Verdict.UNKNOWN, cause=Cause.TIMEOUT)

    lying(monkeypatch, slow)
    assert check("Large") == Exit.UNDECIDED


# ----------------------------------------------------------------- edges


def test_labelled_edges_are_compared_and_a_changed_guard_is_noticed(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = find_toolchain()
    job = Job(pair, pair.with_suffix(".cfg"))
    fine = compare_edges(job, toolchain, Native())
    assert fine.compared > 10
    assert fine.difference is None

    class Twisted(native.Run):
        """Its graph lacks the steps Flip."""

        def outcome(self) -> Outcome:
            found = super().outcome()
            edges = self.search.space.edges
            self.search.space.edges = lambda number: (
                (target, step)
                for target, step in edges(number)
                if step.action != "Flip"
            )
            return found

    monkeypatch.setattr(native, "Run", Twisted)
    found = compare_edges(job, toolchain, Native()).difference
    assert found is not None
    assert "other steps from this state" in found
    assert "only TLC has the step Flip" in found


def test_other_initial_states_are_noticed(pair: Path) -> None:
    toolchain = find_toolchain()
    job = Job(pair, pair.with_suffix(".cfg"))
    one = native.Run(job, lambda: toolchain, Native(keep_edges=True), None, None)
    one.outcome()
    graph: StateGraph = nx.MultiDiGraph()
    graph.add_node(0, state={"x": 0, "y": 0}, initial=True)
    space, variables = one.search.space, one.search.model.variables
    found = difference_of_graphs(graph, space, variables)
    assert found is not None
    assert found.startswith("other initial states\nonly native has\n")
