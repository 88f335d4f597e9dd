"""Verdicts on random histories, held to a search of all orders of operations.

A key of a history is one small history, so that one file has hundreds of them.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from pyspec.conformance import (
    Judgement,
    Limits,
    NativeEngine,
    TlcEngine,
    ask,
    load_spec,
)
from pyspec.conformance.histories import (
    HistoryWalk,
    narrowing,
    operations,
    read_history,
    spec_of,
    traces,
)
from pyspec.conformance.histories.reading import Account, read_entries
from pyspec.conformance.walk import Walk
from pyspec.tla2tools import find_toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyspec.conformance import Engine
    from pyspec.trace import Trace
    from pyspec.values import Value

pytestmark = pytest.mark.java

SEED: Final = 20261121
DAILY: Final = 900
NIGHTLY: Final = 10_200
IN_A_FILE: Final = 300
KINDS: Final = {
    "register": ("read", "write"),
    "cas-register": ("read", "write", "cas"),
    "key-value": ("read", "write", "cas", "delete"),
}
NEVER: Final = 10**9


@dataclass
class Op:
    """An operation of a history: its places in time, and what was told of it."""

    client: str
    f: str
    value: Any
    begun: int
    fate: str = "pending"  # or ok, fail, info
    ended: int = NEVER


# ------------------------------------------------------------ by brute force


def linearizable(ops: Sequence[Op]) -> bool:
    """Try every order of the operations that respects time."""
    counting = [op for op in ops if op.fate != "fail"]
    return _some_order(counting, None)


def _some_order(left: list[Op], value: Any) -> bool:  # noqa: ANN401 - a register's
    if all(op.fate != "ok" for op in left):
        return True
    for op in left:
        rest = [other for other in left if other is not op]
        if any(other.ended < op.begun for other in rest if other.fate == "ok"):
            continue
        if op.f == "read":
            if op.fate == "ok" and op.value != value:
                continue
            after = value
        elif op.f == "cas":
            if op.value[0] != value:
                continue
            after = op.value[1]
        else:
            after = op.value
        if _some_order(rest, after):
            return True
    return False


def test_the_search_knows_a_stale_read_and_a_lost_write() -> None:
    write = Op("a", "write", 1, 0, "ok", 1)
    assert linearizable([write, Op("b", "read", 1, 2, "ok", 3)])
    assert not linearizable([write, Op("b", "read", None, 2, "ok", 3)])
    unknown = Op("a", "write", 1, 0, "info")
    assert linearizable([unknown, Op("b", "read", 1, 2, "ok", 3)])
    assert linearizable([unknown, Op("b", "read", None, 2, "ok", 3)])
    late = [Op("b", "read", 1, 2, "ok", 3), Op("b", "read", None, 4, "ok", 5)]
    assert not linearizable([unknown, *late])


# ------------------------------------------------------------ random histories


def random_history(chance: random.Random, names: Sequence[str]) -> list[Op]:
    """Return up to 8 operations of up to 4 clients.

    What reads are told is what an atomic object would say, or now and then
    anything; and now and then an update is confirmed that never happened.
    """
    clients = [f"c{n}" for n in range(chance.choice([1, 2, 3, 3, 4, 4]))]
    values = range(1, chance.randint(2, 4))
    told = _Object(chance, chance.choice([0, 0.2, 0.4, 0.7]), values)
    open_: dict[str, Op] = {}
    ops: list[Op] = []
    count = chance.randint(2, 8)
    for time in range(200):
        idle = [client for client in clients if client not in open_]
        if idle and len(ops) < count and chance.random() < 0.5:
            op = _asked(chance, names, values, chance.choice(idle), time)
            ops.append(op)
            open_[op.client] = op
        elif open_:
            op = chance.choice(list(open_.values()))
            if chance.random() < 0.5:
                told.happens(op)
            else:
                told.answers(op, time)
                del open_[op.client]
            if op.fate == "pending" and op.client not in open_:
                clients.remove(op.client)
    return ops


class _Object:
    """An atomic object, which lies now and then."""

    def __init__(
        self, chance: random.Random, wild: float, values: Sequence[int]
    ) -> None:
        self.chance, self.wild, self.values = chance, wild, values
        self.now: Any = None
        self.saw: dict[int, Any] = {}

    def happens(self, op: Op) -> None:
        """Let an operation take effect, unless it did."""
        if id(op) in self.saw or (op.f == "cas" and op.value[0] != self.now):
            return
        self.saw[id(op)] = self.now
        if op.f != "read":
            self.now = op.value[1] if op.f == "cas" else op.value

    def answers(self, op: Op, time: int) -> None:
        """Say what became of an operation, or do not."""
        if self.chance.random() < 0.9:
            self.happens(op)
        happened = id(op) in self.saw
        if self.chance.random() < 0.15:
            op.fate = self.chance.choice(["info", "pending"])
            return
        lies = self.chance.random() < self.wild
        op.fate = "ok" if happened != lies else "fail"
        if op.fate == "ok":
            op.ended = time
            if op.f == "read":
                told = self.saw.get(id(op), self.now)
                op.value = self.chance.choice([None, *self.values]) if lies else told


def _asked(
    chance: random.Random,
    names: Sequence[str],
    values: Sequence[int],
    client: str,
    time: int,
) -> Op:
    f = chance.choice(names)
    value: Any = None
    if f == "write":
        value = chance.choice(values)
    elif f == "cas":
        value = [chance.choice([None, *values]), chance.choice(values)]
    return Op(client, f, value, time)


def written(
    histories: Sequence[Sequence[Op]], path: Path, *, mixed: random.Random | None = None
) -> Path:
    """Write histories, each under a key of its own, one after another or mixed."""
    parts = [[*_lines(ops, f"k{key}")] for key, ops in enumerate(histories)]
    lines = [line for part in parts for line in part]
    if mixed is not None:
        order = [key for key, part in enumerate(parts) for _ in part]
        mixed.shuffle(order)
        lines = [parts[key].pop(0) for key in order]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def _lines(ops: Sequence[Op], key: str) -> Iterator[dict[str, Any]]:
    ends = {op.ended: op for op in ops if op.fate == "ok"}
    begins = {op.begun: op for op in ops}
    late = [op for op in ops if op.fate in {"fail", "info"}]
    for time in sorted({*ends, *begins}):
        op = begins.get(time) or ends[time]
        # Who failed or gave up has said so before it asks again.
        for other in [x for x in late if x.client == op.client and x.begun < time]:
            late.remove(other)
            yield _line(other, key, other.fate)
        yield _line(op, key, "invoke" if time in begins else "ok")
    for op in late:
        yield _line(op, key, op.fate)


def _line(op: Op, key: str, type_: str) -> dict[str, Any]:
    # Nobody answers a pending operation: its client's name is not used again.
    process = f"{op.client}-{key}" if op.fate == "pending" else op.client
    value = None if op.f == "read" and type_ == "invoke" else op.value
    return {"process": process, "type": type_, "f": op.f, "key": key, "value": value}


# ------------------------------------------------------------ both


def compared(  # noqa: PLR0913 - what is compared, and where
    engine: Engine,
    kind: str,
    chance: random.Random,
    count: int,
    folder: Path,
    *,
    path: Path | None = None,
) -> tuple[int, int]:
    """Return how many histories are linearizable, of how many; all must agree."""
    histories = [random_history(chance, KINDS[kind]) for _ in range(count)]
    history = read_history(written(histories, folder / "history.ndjson"), kind)
    spec = load_spec(find_toolchain, path or spec_of(kind))
    asked = [ask(spec, trace, key=str(key)) for key, trace in history.traces.items()]
    found = {verdict.question.key: verdict for verdict in engine.decide(asked)}
    good = 0
    for number, ops in enumerate(histories):
        verdict = found.get(f"k{number}")  # none: all of its operations failed
        fits = verdict is None or verdict.judgement is Judgement.CONFORMS
        assert verdict is None or verdict.judgement in {
            Judgement.CONFORMS,
            Judgement.REJECTED,
        }
        assert fits == linearizable(ops), (kind, number, ops)
        good += fits
    return good, count


def test_a_store_is_linearizable_if_each_key_is(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    spec = load_spec(find_toolchain, spec_of("key-value"))
    pairs = [
        [random_history(chance, KINDS["key-value"]) for _ in range(2)]
        for _ in range(60)
    ]
    asked = []
    for number, pair in enumerate(pairs):
        for key, ops in enumerate(pair):
            for op in ops:
                op.client = f"{op.client}-{key}"
        path = written(pair, tmp_path / f"{number}.ndjson", mixed=chance)
        asked.append(ask(spec, whole_trace(path)))
    for pair, verdict in zip(pairs, engine.decide(asked), strict=True):
        fits = verdict.judgement is Judgement.CONFORMS
        assert fits == all(map(linearizable, pair)), pair


def whole_trace(path: Path) -> Trace:
    """Return a store's history as one trace, and not one for each key."""
    account, kind = Account(), operations.KINDS["key-value"]
    entries = read_entries(path, account)
    found = operations.operations_of(entries, kind, path, account)
    shared = {f"c{n}-{k}" for n in range(4) for k in range(2)}
    assert all(str(op.process)[:4] in shared for op in found)
    trace = traces._trace(found, traces._Words(found, kind), path, account)
    # All have the same constants, so that they are compiled once.
    values: frozenset[Value] = frozenset(range(1, 4))
    clients: frozenset[Value] = frozenset(
        f"{name}{end}" for name in shared for end in ("", "-k0", "-k1")
    )
    same: dict[str, Value] = {
        "Value": values,
        "Key": frozenset({"k0", "k1"}),
        "Client": clients,
    }
    return replace(trace, constants={**trace.constants, **same})


def in_files(
    engine: Engine, seed: int, total: int, folder: Path, kinds: Sequence[str]
) -> tuple[int, int]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    sums = [0, 0]
    for number in range(total // IN_A_FILE):
        kind = kinds[number % len(kinds)]
        good, all_ = compared(engine, kind, chance, IN_A_FILE, folder)
        sums = [sums[0] + good, sums[1] + all_]
    return sums[0], sums[1]


def test_the_engine_agrees(tmp_path: Path) -> None:
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    good, total = in_files(engine, SEED, DAILY, tmp_path, [*KINDS])
    assert total / 4 < good < total * 9 / 10  # both are there


def test_the_engine_agrees_without_narrowing(tmp_path: Path) -> None:
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=Walk)
    in_files(engine, SEED + 1, 900, tmp_path, [*KINDS])


@pytest.mark.nightly
def test_the_engine_agrees_on_very_many(tmp_path: Path) -> None:
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    in_files(engine, SEED, NIGHTLY, tmp_path, [*KINDS])


def test_tlc_agrees(tmp_path: Path) -> None:
    engine = TlcEngine(find_toolchain(), Limits(explained=0))
    chance = random.Random(SEED)  # noqa: S311 - no secret
    for kind in KINDS:
        compared(engine, kind, chance, 30, tmp_path)


# What each would make of the spec: too much accepted, or too little.
MUTANTS: Final = {
    "a read sees what was before": (
        "seen |-> {}], object)",
        "seen |-> op.among], object)",
    ),
    "a lost update happens twice": (
        "lost' = lost (-) SetToBag({u})",
        "lost' = lost",
    ),
    "an update is done without effect": ('waiting[c].done # "no"', "TRUE"),
    "all may be overwritten unseen": (
        'w.done = "no" /\\ Overwrites(u, w.op)',
        'w.done = "no"',
    ),
    "nobody waits for a state": (
        "Wanted(s) == Awaited(s) \\/ \\E t \\in Onward({s}) : Awaited(t)",
        "Wanted(s) == FALSE",
    ),
    "lost updates lead nowhere": ("\\E t \\in Onward({s}) : Awaited(t)", "FALSE"),
    "nothing is overwritten unseen": ('!.done = "unseen"', '!.done = "no"'),
    "a read that waits sees nothing new": (
        "CASE IsRead(w.op) -> Seeing(w, s)",
        "CASE IsRead(w.op) -> w",
    ),
}


def test_a_wrong_spec_is_noticed(tmp_path: Path) -> None:
    noticed("nobody waits for a state", tmp_path)


@pytest.mark.nightly
@pytest.mark.parametrize("name", MUTANTS)
def test_each_wrong_spec_is_noticed(name: str, tmp_path: Path) -> None:
    noticed(name, tmp_path)


def noticed(name: str, tmp_path: Path) -> None:
    for file in spec_of("register").parent.glob("*.tla"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    right, wrong = MUTANTS[name]
    changed = tmp_path / "Linearizability.tla"
    text = changed.read_text("utf-8")
    assert text.count(right) == 1
    changed.write_text(text.replace(right, wrong), "utf-8")
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    path = tmp_path / spec_of("cas-register").name
    chance = random.Random(SEED)  # noqa: S311 - no secret
    with pytest.raises(AssertionError):
        compared(engine, "cas-register", chance, 1_000, tmp_path, path=path)


def test_leaving_out_what_is_worth_keeping_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "_is_as_good", lambda one, other: True)  # noqa: ARG005 - whatever they are
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    chance = random.Random(SEED)  # noqa: S311 - no secret
    with pytest.raises(AssertionError):
        compared(engine, "cas-register", chance, 300, tmp_path)
