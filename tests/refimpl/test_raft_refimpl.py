"""Raft's implementation: it agrees, goes on, and takes steps of the spec.

The spec itself judges traces in the tests that need Java; the others look at logs,
leaders and clients' histories.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import Judgement, Limits, NativeEngine, ask, load_spec
from pyspec.tla2tools import find_toolchain
from pyspec.trace.model import Call, End, Event, Trace
from refimpl.clients import Workload
from refimpl.consensus import raft_broken
from refimpl.consensus.raft import (
    NIL,
    PROTOCOL,
    Entry,
    Position,
    RaftClient,
    Server,
    merge,
    raft,
    up_to_date,
)
from refimpl.consensus.raft_broken import BROKEN
from refimpl.process import ProcessId
from refimpl.protocol import Broken, Faults, find_broken
from refimpl.sim import Observe, World, simulate
from refimpl.sim.recorder import Recorder
from refimpl.store import Operation
from tests.refimpl.linearizable import is_linearizable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyspec.conformance import Spec
    from refimpl.protocol import Protocol

MS = 1_000_000
SPEC = Path(__file__).parents[2] / "specs/consensus/raft/Raft.tla"
BUSY = Workload(operations=30, think_ns=(0, 20 * MS))
CUT = Faults(partitions=6, partition_ns=(300 * MS, 900 * MS))


def run(
    protocol: Protocol, seed: int, faults: Faults | None = None, length: int = 1000
) -> World:
    recorder = Recorder(protocol, Observe.OWN)
    world = World(protocol, seed, faults, recorder=recorder)
    world.run(length)
    return world


def events(world: World) -> Sequence[Event]:
    assert world.recorder is not None
    return world.recorder.events


def action(event: Event) -> str:
    (step,) = event.steps
    assert isinstance(step, Call)
    return step.action


def servers(world: World) -> list[Server]:
    found = [node.process for node in world.nodes.values()]
    return [each for each in found if isinstance(each, Server)]


def clients(world: World) -> list[RaftClient]:
    found = [node.process for node in world.nodes.values()]
    return [each for each in found if isinstance(each, RaftClient)]


def elected(world: World) -> dict[int, set[str]]:
    """Return who became leader in which term, as was recorded."""
    terms: dict[str, int] = {}
    found = defaultdict[int, set[str]](set)
    for event in events(world):
        who = event.process or ""
        for fact in event.observations:
            if fact.path.root == "currentTerm":
                assert isinstance(fact.value, int)
                terms[who] = fact.value
        if action(event) == "BecomeLeader":
            found[terms[who]].add(who)
    return found


def is_safe(world: World) -> bool:
    """Whether what figure 3 of the paper promises holds where it can be seen."""
    logs = [each.log for each in servers(world)]
    applied = [each.log[: each.last_applied] for each in servers(world)]
    return (
        all(len(leaders) == 1 for leaders in elected(world).values())
        and all(do_match(one, two) for one in logs for two in logs)
        and all(is_prefix(one, two) for one in applied for two in applied)
        and all(is_executed_once(each) for each in servers(world))
    )


def do_match(one: Sequence[Entry], two: Sequence[Entry]) -> bool:
    """Whether logs that agree at an index agree before it."""
    same = [a.term == b.term for a, b in zip(one, two, strict=False)]
    last = max((i for i, agrees in enumerate(same, 1) if agrees), default=0)
    return one[:last] == two[:last]


def is_prefix(one: Sequence[Entry], two: Sequence[Entry]) -> bool:
    length = min(len(one), len(two))
    return one[:length] == two[:length]


def is_executed_once(server: Server) -> bool:
    return len(set(server.applied)) == len(server.applied)


# -------------------------------------------------------- it is right


@pytest.mark.parametrize("pre_vote", [False, True])
@pytest.mark.parametrize("size", [3, 5])
def test_servers_agree_whatever_goes_wrong(size: int, pre_vote: bool) -> None:  # noqa: FBT001
    protocol = raft(size, 2, pre_vote=pre_vote)
    for seed in range(10):
        world = run(protocol, seed)
        assert is_safe(world), seed
        assert is_linearizable(world.history), seed


def test_worse_weather_than_the_fault_model_is_safe_as_well() -> None:
    faults = Faults(
        losses=200,
        duplications=200,
        crashes=30,
        loss_percent=20,
        duplication_percent=20,
        crash_percent=5,
        latency_ns=(0, 100 * MS),
        latency="long tail",
        partitions=10,
        pauses=10,
        skew_ns=500 * MS,
        drift_ppm=50_000,
    )
    for seed in range(8):
        world = run(raft(3, 2, pre_vote=seed % 2 == 0), seed, faults, 2000)
        assert is_safe(world), seed
        assert is_linearizable(world.history), seed


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_all_is_answered_when_nothing_goes_wrong(size: int) -> None:
    for seed in range(5):
        world = run(raft(size, 2), seed, Faults(), 2500)
        assert all(each.seq == 9 for each in clients(world))
        assert (
            len({each.store for each in servers(world) if each.role == "leader"}) == 1
        )
        assert is_linearizable(world.history)


@pytest.mark.parametrize("pre_vote", [False, True])
def test_a_majority_goes_on_without_the_rest(pre_vote: bool) -> None:  # noqa: FBT001
    faults = Faults(crashes=2, crash_percent=2, stay_down=frozenset({"server"}))
    down = Counter[int]()
    for seed in range(5):
        world = run(raft(5, 1, pre_vote=pre_vote), seed, faults, 3000)
        down[5 - len(servers(world))] += 1
        assert all(each.seq == 9 for each in clients(world)), seed
    assert down[2] > 2


def test_without_a_majority_nothing_is_committed() -> None:
    faults = Faults(crashes=2, crash_percent=50, stay_down=frozenset({"server"}))
    world = run(raft(3, 1), 1, faults)
    assert [each.commit_index for each in servers(world)] == [0]
    assert [each.seq for each in clients(world)] == [1]


def test_every_action_of_the_spec_is_taken() -> None:
    taken = Counter(
        action(event)
        for pre_vote in (False, True)
        for seed in range(15)
        for event in events(run(raft(3, 2, pre_vote=pre_vote), seed))
    )
    assert set(taken) == set(actions_of_the_spec())
    assert min(taken.values()) >= 5


def test_a_command_is_executed_once_however_often_it_is_in_the_log() -> None:
    twice = 0
    for seed in range(12):
        for server in servers(run(raft(3, 2), seed)):
            committed = server.log[: server.last_applied]
            commands = {(entry.client, entry.seq) for entry in committed}
            assert {(each.client, each.seq) for each in server.applied} == commands
            twice += len(committed) > len(commands)
    assert twice > 2


def test_with_pre_votes_who_cannot_win_does_not_raise_its_term() -> None:
    """A server that nobody hears asks in vain."""
    faults = Faults(
        partitions=50,
        partition_kinds=frozenset({"one-way"}),
        partition_ns=(900 * MS, 1000 * MS),
    )
    terms = Counter[bool]()
    for seed in range(3):
        for pre_vote in (False, True):
            world = run(raft(3, 1, pre_vote=pre_vote), seed, faults, 2000)
            terms[pre_vote] += max(each.current_term for each in servers(world))
    assert terms[True] < terms[False]


# -------------------------------------------------------- its parts


def entries(*terms: int) -> tuple[Entry, ...]:
    client, read = ProcessId("c"), Operation("read", "x")
    return tuple(Entry(term, client, seq, read) for seq, term in enumerate(terms))


@pytest.mark.parametrize(
    ("log", "index", "sent", "merged"),
    [
        ((), 0, (1,), (1,)),
        ((1, 1, 2), 0, (), (1, 1, 2)),
        ((1, 1, 2), 1, (1,), (1, 1, 2)),
        ((1, 1, 2), 1, (3,), (1, 3)),
        ((1, 1, 2), 1, (1, 2, 3), (1, 1, 2, 3)),
        ((1, 1, 2), 3, (3,), (1, 1, 2, 3)),
    ],
)
def test_only_what_conflicts_goes(
    log: tuple[int, ...],
    index: int,
    sent: tuple[int, ...],
    merged: tuple[int, ...],
) -> None:
    found = merge(entries(*log), index, entries(*sent))
    assert tuple(entry.term for entry in found) == merged


def test_a_later_term_counts_more_than_a_longer_log() -> None:
    assert up_to_date(Position(1, 3), Position(9, 2))
    assert not up_to_date(Position(9, 2), Position(1, 3))
    assert up_to_date(Position(2, 2), Position(2, 2))
    assert not up_to_date(Position(1, 2), Position(2, 2))


# -------------------------------------------------------- it is like the spec


def actions_of_the_spec() -> list[str]:
    """Return the actions in the order of Next."""
    text = SPEC.read_text(encoding="utf-8")
    body = text.split("\nNext ==")[1].split("\n---")[0]
    return re.findall(r"\\/.*: (\w+)\(", body)


def test_methods_stand_in_the_order_of_the_spec() -> None:
    handlers: Iterable[str] = (
        handler.mark.template.name
        for cls in (Server, RaftClient)
        for handler in cls.handlers
    )
    by_processes = set(actions_of_the_spec()) - {
        "Crash",
        "LoseMessage",
        "DuplicateMessage",
    }
    assert [*handlers] == [a for a in actions_of_the_spec() if a in by_processes]


@pytest.mark.parametrize("cls", [Server, RaftClient])
def test_every_method_that_is_an_action_argues_for_itself(
    cls: type[Server | RaftClient],
) -> None:
    for handler in cls.handlers:
        assert getattr(cls, handler.method).__doc__
        spec = handler.mark.template.name
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in spec)
        assert handler.method == snake.lstrip("_")


def test_the_spec_does_not_see_the_operations() -> None:
    trace = simulate(PROTOCOL, 0)
    assert any(action(event) == "Apply" for event in trace.events)
    assert "operation" not in repr(trace.events)
    assert "answer" not in repr(trace.events)


def test_it_knows_nothing_of_the_simulator() -> None:
    program = (
        "import sys, refimpl.consensus.raft, refimpl.consensus.raft_broken; "
        "print([m for m in sys.modules if m.startswith('refimpl.sim')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


# -------------------------------------------------------- broken ones


def test_broken_implementations_are_found_by_the_slug() -> None:
    assert find_broken("raft") == BROKEN
    assert len({each.name for each in BROKEN}) == len(BROKEN) >= 12
    assert all(each.wrong for each in BROKEN)


@pytest.mark.parametrize(
    "cls",
    [
        raft_broken.LocalReader,
        raft_broken.SessionlessServer,
        raft_broken.HastyLeader,
        raft_broken.CredulousServer,
        raft_broken.TruncatingServer,
        raft_broken.StubbornServer,
    ],
)
def test_clients_of_a_broken_implementation_see_that(cls: type[Server]) -> None:
    protocol = raft(3, 3, server_class=cls, workload=BUSY)
    worlds = (run(protocol, seed, CUT, 1500) for seed in range(30))
    assert any(not is_linearizable(world.history) for world in worlds)


def test_the_same_runs_of_the_unbroken_one_are_linearizable() -> None:
    protocol = raft(3, 3, workload=BUSY)
    for seed in range(10):
        world = run(protocol, seed, CUT, 1500)
        assert is_linearizable(world.history)
        assert is_safe(world)


@pytest.mark.parametrize("name", ["stubborn_server", "sessionless_server"])
def test_what_the_paper_promises_is_seen_to_be_broken(name: str) -> None:
    protocol = next(each.protocol for each in BROKEN if each.name == name)
    assert any(not is_safe(run(protocol, seed, CUT, 1500)) for seed in range(40))


# -------------------------------------------------------- the spec judges


@pytest.fixture(scope="module")
def spec() -> Spec:
    return load_spec(find_toolchain(), SPEC)


def headlines(spec: Spec, traces: Sequence[Trace]) -> list[str]:
    engine = NativeEngine(find_toolchain, Limits(explained=0))
    return [v.headline for v in engine.decide([ask(spec, each) for each in traces])]


@pytest.mark.java
@pytest.mark.parametrize("pre_vote", [False, True])
def test_runs_are_behaviors_of_the_spec(spec: Spec, pre_vote: bool) -> None:  # noqa: FBT001
    traces = [
        simulate(raft(size, 2, pre_vote=pre_vote), seed, observe=observe)
        for size in (3, 5)
        for seed in range(2)
        for observe in (Observe.OWN, Observe.NAMES)
    ]
    assert set(headlines(spec, traces)) == {"conforms"}


@pytest.mark.java
def test_what_the_network_does_is_as_the_spec_has_it(spec: Spec) -> None:
    traces = [simulate(PROTOCOL, seed) for seed in range(3)]
    assert set(headlines(spec, traces)) == {"conforms"}
    first = tuple(traces[0].events)
    without = replace(traces[0], events=first[:20] + first[21:])
    assert headlines(spec, [without]) != ["conforms"]


@pytest.mark.java
@pytest.mark.parametrize("each", [pytest.param(e, id=e.name) for e in BROKEN])
def test_a_broken_implementation_is_rejected_where_it_says(
    each: Broken, spec: Spec
) -> None:
    engine = NativeEngine(find_toolchain, Limits(explained=0))
    seed = each.seeds[0]
    trace = simulate(each.protocol, seed, each.faults)
    (verdict,) = engine.decide([ask(spec, trace)])
    if each.owes:
        assert trace.end is End.QUIESCENT
        assert verdict.fairness is not None
        owed = {found.call.action for found in verdict.fairness.owed if found.call}
        assert each.owes in owed
    else:
        assert verdict.judgement is Judgement.REJECTED
        assert verdict.event is not None
        assert action(verdict.event) in each.rejected_at


@pytest.mark.java
def test_the_same_seeds_are_fine_for_the_unbroken_implementation(spec: Spec) -> None:
    traces = [
        simulate(raft(3, 2), each.seeds[0], each.faults, observe=Observe.OWN)
        for each in BROKEN
    ]
    assert set(headlines(spec, traces)) == {"conforms"}


def test_nobody_is_a_process_of_that_name() -> None:
    assert all(NIL not in role.ids for role in PROTOCOL.roles)
