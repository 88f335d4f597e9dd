"""Clients ask what their workload says, and note what they asked and were told."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from pyspec.campaign.fuzzing.history_file import history_line
from pyspec.conformance import Judgement, Limits, NativeEngine, ask, load_spec
from pyspec.conformance.histories import HistoryWalk, read_history, spec_of
from pyspec.tla2tools import find_toolchain
from refimpl.clients import ASK, Client, Workload
from refimpl.consensus import raft_broken
from refimpl.consensus.raft import Server, raft
from refimpl.maps import FrozenMap
from refimpl.process import (
    Context,
    Message,
    Process,
    ProcessId,
    action,
    guard,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role
from refimpl.sim import World
from refimpl.store import Answer, Operation, Store, Value
from tests.refimpl.linearizable import is_linearizable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from refimpl.history import HistoryEvent

MS = 1_000_000
SERVER = ProcessId("s")
CLIENTS = (ProcessId("c1"), ProcessId("c2"), ProcessId("c3"))


@dataclass(frozen=True)
class Request(Message):
    sender: ProcessId
    number: int
    operation: Operation


@dataclass(frozen=True)
class Reply(Message):
    number: int
    answer: Answer


class Shop(Process):
    """A store in one place; it executes what it hears as often as it hears it."""

    store: Store = volatile(Store())

    @action("Serve(message)", on=Request)
    def serve(self, message: Request) -> None:
        self.store, answer = self.store.executed(message.operation)
        self.send(message.sender, Reply(message.number, answer))


class LyingShop(Shop):
    def serve(self, message: Request) -> None:
        _, answer = Store().executed(message.operation)
        self.store, _ = self.store.executed(message.operation)
        self.send(message.sender, Reply(message.number, answer))


class Customer(Client):
    """Asks once for each operation, and then supposes nothing."""

    number: int = volatile(0)

    @action("Ask(self.id)", on=ASK)
    def ask(self) -> None:
        if self.has_tried_enough:
            self.told(Answer("info"))
        else:
            self.number += 1
            self.send(SERVER, Request(self.id, self.number, self.asking()))
            self.be_patient()

    @action("Hear(message)", on=Reply)
    def hear(self, message: Reply) -> None:
        guard(message.number == self.number)
        guard(self.operation is not None)
        self.told(message.answer)


def shop(workload: Workload, server: type[Process] = Shop) -> Protocol:
    def customer(context: Context) -> Customer:
        return Customer(context, workload)

    return Protocol(
        slug="shop",
        module="Shop",
        roles=(
            Role(name="server", ids=(SERVER,), make=server),
            Role(name="client", ids=CLIENTS, make=customer),
        ),
    )


def history(
    workload: Workload, seed: int = 0, faults: Faults | None = None
) -> list[HistoryEvent]:
    world = World(shop(workload), seed, faults)
    world.run(5000)
    return world.history


ONCE = Workload(operations=20, tries=1)
LOSSY = Faults(losses=100, loss_percent=20)


# -------------------------------------------------------- what is asked


def test_each_client_asks_as_often_as_it_should() -> None:
    asked = Counter(e.process for e in history(ONCE) if e.happened.outcome == "invoke")
    assert asked == dict.fromkeys(CLIENTS, 20)


def test_a_client_waits_for_the_end_of_an_operation() -> None:
    for client in CLIENTS:
        mine = [e for e in history(ONCE, 3, LOSSY) if e.process == client]
        assert [e.happened.outcome == "invoke" for e in mine] == [True, False] * 20
        for one, two in pairwise(mine):
            if one.happened.outcome == "invoke":
                assert one.happened.function == two.happened.function


def test_functions_and_keys_are_those_of_the_workload() -> None:
    workload = Workload(operations=30, functions=("read", "write"), keys=("k",))
    happened = [event.happened for event in history(workload)]
    assert {each.function for each in happened} == {"read", "write"}
    assert {each.value[0] for each in happened if isinstance(each.value, tuple)} == {
        "k"
    }


def test_no_value_is_written_twice() -> None:
    written = [
        event.happened.value
        for event in history(ONCE)
        if event.happened[:2] == ("invoke", "write")
    ]
    assert len(set(written)) == len(written) > 10


def test_some_cas_succeed_and_some_fail() -> None:
    ends = Counter(
        event.happened.outcome
        for event in history(Workload(operations=60, keys=("x",), tries=1))
        if event.happened.function == "cas"
    )
    assert ends["ok"] > 3
    assert ends["fail"] > 3


def test_without_an_answer_nobody_knows() -> None:
    ends = Counter(e.happened.outcome for e in history(ONCE, 1, LOSSY))
    assert ends["info"] > 5
    assert ends["ok"] > 5
    assert history(ONCE, 1, Faults()) == history(ONCE, 1, Faults())
    assert not [e for e in history(ONCE, 1, Faults()) if e.happened.outcome == "info"]


def test_who_may_not_give_up_asks_until_there_is_an_answer() -> None:
    found = history(Workload(operations=5, functions=("read",)), 1, LOSSY)
    ends = Counter(event.happened.outcome for event in found)
    assert ends == {"invoke": 15, "ok": 15}


# -------------------------------------------------------- the store


def test_a_store_does_what_it_is_told() -> None:
    store, answer = Store().executed(Operation("read", "x"))
    assert answer == Answer("ok", None)
    store, answer = store.executed(Operation("cas", "x", "b", old="a"))
    assert (store, answer) == (Store(), Answer("fail"))
    store, answer = store.executed(Operation("cas", "x", "b", old=None))
    assert (store.contents, answer) == (FrozenMap({"x": "b"}), Answer("ok"))
    store, _ = store.executed(Operation("write", "y", 7))
    assert store.executed(Operation("read", "y")) == (store, Answer("ok", 7))
    assert store.executed(Operation("read", "x"))[1] == Answer("ok", "b")


def test_a_store_is_a_dictionary() -> None:
    chance, plain, store = random.Random(1), dict[str, object](), Store()  # noqa: S311
    for number in range(500):
        workload = Workload(keys=("x", "y", "z"))
        known = FrozenMap[str, Value]({"x": number - 1, "y": number - 2})
        asked = workload.drawn(chance, number, known)
        store, answer = store.executed(asked)
        if asked.function == "read":
            assert answer.value == plain.get(asked.key)
        elif asked.function == "write" or plain.get(asked.key) == asked.old:
            plain[asked.key] = number
            assert answer.outcome == "ok"
        else:
            assert answer.outcome == "fail"
        assert dict(store.contents) == plain


# -------------------------------------------------------- whether it is linearizable


def worlds(server: type[Process], seeds: range) -> list[World]:
    found = []
    for seed in seeds:
        workload = Workload(operations=8, tries=1)
        world = World(shop(workload, server), seed, LOSSY)
        world.run(5000)
        found.append(world)
    return found


def test_a_store_in_one_place_is_linearizable() -> None:
    assert all(is_linearizable(each.history) for each in worlds(Shop, range(20)))


def test_a_store_that_lies_is_not() -> None:
    lied = [is_linearizable(each.history) for each in worlds(LyingShop, range(20))]
    assert lied.count(False) > 10


def judged(histories: Sequence[list[HistoryEvent]], folder: Path) -> list[bool]:
    """Return what pyspec says of them."""
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    spec, found = load_spec(find_toolchain, spec_of("key-value")), []
    for number, events in enumerate(histories):
        path = folder / f"{number}.ndjson"
        path.write_text("".join(map(history_line, events)), encoding="utf-8")
        traces = read_history(path, "key-value").traces
        verdicts = engine.decide([ask(spec, trace) for trace in traces.values()])
        headlines = {verdict.judgement for verdict in verdicts}
        assert headlines <= {Judgement.CONFORMS, Judgement.REJECTED}
        found.append(headlines == {Judgement.CONFORMS})
    return found


@pytest.mark.java
def test_two_judges_of_histories_agree(tmp_path: Path) -> None:
    shops = [*worlds(Shop, range(6)), *worlds(LyingShop, range(6))]
    for cls in (Server, raft_broken.LocalReader, raft_broken.HastyLeader):
        busy = Workload(operations=20, think_ns=(0, 20 * MS))
        cut = Faults(partitions=6, partition_ns=(300 * MS, 900 * MS))
        for seed in (5, 19):
            world = World(raft(3, 3, server_class=cls, workload=busy), seed, cut)
            world.run(1500)
            shops.append(world)
    histories = [world.history for world in shops]
    expected = [is_linearizable(each) for each in histories]
    assert {*expected} == {True, False}
    assert judged(histories, tmp_path) == expected
