"""Other configurations of an implementation: named, run and judged like the first."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from pyspec import catalog
from pyspec.campaign.fuzzing.campaign import Plan
from pyspec.campaign.fuzzing.findings import command_again
from pyspec.campaign.fuzzing.given import Ceiling
from pyspec.campaign.fuzzing.subject import Subject
from pyspec.campaign.fuzzing.worker import Orders
from pyspec.campaign.schedules import actions_of, record, run_schedules
from pyspec.cli import run
from pyspec.conformance import NativeEngine, load_spec
from pyspec.errors import Exit
from pyspec.tla2tools import find_toolchain
from pyspec.trace import read_trace
from pyspec.values import boolean
from refimpl.audit.booted import load
from refimpl.protocol import Faults, Protocol, find
from refimpl.sim import simulate

PRE_VOTES = Subject("raft", variant="pre_votes")


def test_a_run_of_a_variant_has_its_constants_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "run.trace"
    words = ["simulate", "raft", "--variant", "pre-votes", "-o", str(file)]
    assert run(words) == 0
    trace = read_trace(file)
    assert trace.constants["PreVote"] == boolean(truth=True)
    assert trace.meta["variant"] == "pre_votes"
    assert PRE_VOTES.protocol() is find("raft").variants["pre_votes"]
    assert load("raft/pre_votes") is PRE_VOTES.protocol()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--variant", "pre_vote"], "Did you mean pre_votes?"),
        (["--variant", "a", "--broken", "counting_server"], "Leave out --variant"),
    ],
)
def test_a_variant_that_is_not_there_is_a_mistake(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("simulate", "fuzz", "drive"):
        assert run([command, "raft", *options]) == Exit.MISTAKE
        assert said in capsys.readouterr().err


def test_whoever_makes_a_run_again_is_told_the_variant() -> None:
    again = command_again(PRE_VOTES, 3, ["losses=1"], 50)
    assert again.startswith("pyspec fuzz raft --variant pre_votes --seed 3")
    assert PRE_VOTES.name == "raft, pre_votes"


def test_those_who_run_for_another_run_the_variant() -> None:
    ceiling = Ceiling(Faults(), frozenset())
    orders = Plan(subject=PRE_VOTES, ceiling=ceiling, folder=Path()).orders
    assert Orders(**asdict(orders)).subject == PRE_VOTES


def _taken(protocol: Protocol) -> set[str]:
    traces = [simulate(protocol, seed) for seed in range(15)]
    return {name for trace in traces for name in actions_of(trace)}


@pytest.mark.java
def test_configurations_together_do_all() -> None:
    """Without pre-votes five actions never happen, and with them one."""
    spec = load_spec(find_toolchain(), catalog.find("raft").spec)
    taken = {name: _taken(each) for name, each in find("raft").configurations}
    missing = {name: set(spec.facts.actions) - taken[name] for name in taken}
    assert missing["pre_votes"] == {"Timeout"}
    assert missing[""] == {
        "AskForPreVotes",
        "GrantPreVote",
        "RefusePreVote",
        "RcvPreVote",
        "WinPreVote",
    }


@pytest.mark.java
def test_configurations_take_turns() -> None:
    tools = cache(find_toolchain)
    spec = load_spec(tools(), catalog.find("raft").spec)
    found = run_schedules(find("raft"), range(2), spec, NativeEngine(tools))
    assert found.runs == 2
    assert not found.failures
    assert {"Timeout", "AskForPreVotes"} <= set(found.actions)


def test_a_variant_is_named_beside_the_seed() -> None:
    trace = record(PRE_VOTES.protocol(), 7, "pre_votes")
    assert trace.file == "<raft, pre_votes, seed 7>"
    assert trace.events == simulate(PRE_VOTES.protocol(), 7).events
