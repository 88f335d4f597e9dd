"""Logs of other tools: the shape of etcd's and Inria's."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.errors import Mistake
from pyspec.trace import (
    UNKNOWN,
    AnyStep,
    Call,
    Event,
    Observation,
    Path,
    Relation,
    parse_trace,
    write_trace,
)
from pyspec.trace.etcd import read_etcd_stream
from pyspec.trace.inria import read_inria_stream
from pyspec.values import ModelValue, Value, record

if TYPE_CHECKING:
    from pyspec.trace.reading import Reading


def lines(*records: object) -> io.BytesIO:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in records]
    return io.BytesIO("".join(f"{text}\n" for text in texts).encode())


def etcd(*records: object) -> Reading:
    return read_etcd_stream(lines(*records), "Raft.ndjson", None)


def inria(*records: object, model_values: frozenset[str] = frozenset()) -> Reading:
    return read_inria_stream(lines(*records), "TwoPhase.ndjson", None, model_values)


def elected(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    event = {"name": "BecomeLeader", "nid": "1", **more}
    return {"tag": "trace", "ts": "17", "event": event}


# ------------------------------------------------------------- etcd


def test_names_and_processes_of_etcd_become_events_and_the_rest_is_counted() -> None:
    state = {"term": 2, "vote": "1"}
    reading = etcd(
        {"tag": "config", "config": {"N": 3}},
        elected(state=state, msg={"type": "MsgVote"}),
        {"tag": "other"},
        elected(nid=2, state=state),
    )
    assert reading.trace.module == "Raft"
    assert reading.trace.events == (
        Event(1, (Call("BecomeLeader"),), process="1"),
        Event(2, (Call("BecomeLeader"),), process="2"),
    )
    assert [event.line for event in reading.trace.events] == [2, 4]
    assert reading.trace.meta == {"tag": "config", "config": record(N=3)}
    assert reading.ignored == {
        "ts": 2,
        "event.state.term": 2,
        "event.state.vote": 2,
        "event.msg.type": 1,
        'records with the tag "other"': 1,
    }
    assert any("adapter" in note for note in reading.notes)
    assert parse_trace(write_trace(reading.trace)) == reading.trace


def test_a_log_of_etcd_may_begin_with_its_size_or_with_an_event() -> None:
    assert etcd({"N": 5}, elected()).trace.meta == {"N": 5}
    assert etcd(elected()).trace.meta == {}


@pytest.mark.parametrize(
    ("records", "line"),
    [
        ([], None),
        ([{"tag": "config"}], None),
        ([elected(name="a b")], 1),
        ([elected(name=1)], 1),
        ([elected(name="SKIP")], 1),
        ([elected(nid=[])], 1),
        ([elected(nid=True)], 1),
        ([{"tag": "trace"}], 1),
        ([{"tag": "trace", "event": "A"}], 1),
        ([{"tag": "trace", "event": {}}], 1),
        ([elected(), {"N": 5}], 2),
        ([elected(), "{"], 2),
        ([elected(), "[]"], 2),
        ([elected(), '{"tag": NaN}'], 2),
        ([elected(), '{"tag": 1, "tag": 2}'], 2),
    ],
)
def test_a_broken_log_of_etcd_is_a_mistake(
    records: list[object], line: int | None
) -> None:
    with pytest.raises(Mistake) as caught:
        etcd(*records)
    assert caught.value.file == "Raft.ndjson"
    assert caught.value.line == line


def test_a_torn_log_keeps_what_came_before() -> None:
    raw = json.dumps(elected()).encode()
    reading = read_etcd_stream(io.BytesIO(raw + b"\n" + raw[:20]), "Raft.log", None)
    assert len(reading.trace.events) == 1
    assert reading.trace.damage is not None


# ------------------------------------------------------------- Inria


def update(op: str, *args: object, path: tuple[object, ...] = ()) -> dict[str, Any]:
    return {"op": op, "path": list(path), "args": list(args)}


def seen(*updates: dict[str, Any], **more: Any) -> tuple[Observation, ...]:  # noqa: ANN401 - as inria
    reading = inria({"event": "A", "x": list(updates)}, **more)
    return reading.trace.events[0].observations


def x(
    value: Value, relation: Relation = Relation.EQUALS, *selectors: Value
) -> Observation:
    return Observation(Path("x", (), selectors), relation, value, primed=True)


def test_an_event_of_inria_has_arguments_and_a_process() -> None:
    reading = inria(
        {"RM": ["r1"]},
        {
            "clock": 1,
            "event": "Prepare",
            "event_args": ["r1", ["a"]],
            "sender": "uuid",
            "desc": "text",
        },
        {"clock": 2, "x": [update("Replace", 1)]},
        {"event": "__exception", "desc": "it broke"},
        model_values=frozenset({"r1"}),
    )
    assert reading.trace.events == (
        Event(1, (Call("Prepare", (ModelValue("r1"), UNKNOWN)),), process="uuid"),
        Event(2, (AnyStep(),), (x(1),)),
    )
    assert reading.trace.meta == {"RM": ("r1",)}
    assert reading.ignored == {
        "clock": 2,
        "desc": 1,
        "arguments that JSON does not tell the value of": 1,
        "exceptions of the implementation": 1,
    }
    assert parse_trace(write_trace(reading.trace)) == reading.trace


@pytest.mark.parametrize(
    ("updates", "observations"),
    [
        ([update("Replace", "a")], [x("a")]),
        ([update("Update", "a")], [x("a")]),
        ([update("Replace", "a", path=("r1", 2))], [x("a", Relation.EQUALS, "r1", 2)]),
        (
            [update("Replace", ["a"])],
            [x(frozenset({("a",), frozenset({"a"})}), Relation.ONE_OF)],
        ),
        ([update("AddElement", "a")], [x("a", Relation.CONTAINS)]),
        (
            [update("AddElements", ["a", "b"])],
            [x(frozenset({"a", "b"}), Relation.INCLUDES)],
        ),
        ([update("Clear")], [x(frozenset())]),
        (
            [update("UpdateRec", {"a": 1, "b": 2}, path=("r",))],
            [x(1, Relation.EQUALS, "r", "a"), x(2, Relation.EQUALS, "r", "b")],
        ),
        ([update("InitWithValue", {"a": 1})], [x(1, Relation.EQUALS, "a")]),
        # Of two updates of one part, what is true in the end.
        ([update("Replace", 1), update("Replace", 2)], [x(2)]),
        ([update("Clear"), update("AddElement", "a")], [x("a", Relation.CONTAINS)]),
        ([update("AddElement", "a"), update("RemoveElement", "a")], []),
        ([update("Replace", 1), update("Add", 1)], []),
        ([update("Replace", 1), update("Unchanged")], [x(1)]),
        (
            [update("AddElement", "a"), update("AddElement", "b")],
            [x("a", Relation.CONTAINS), x("b", Relation.CONTAINS)],
        ),
        (
            [update("Replace", 1, path=("a",)), update("Replace", 2, path=("b",))],
            [x(1, Relation.EQUALS, "a"), x(2, Relation.EQUALS, "b")],
        ),
        ([update("Replace", 1, path=("a",)), update("Replace", 2)], [x(2)]),
        (
            [update("Replace", {"a": 1, "b": 2}), update("Add", 2, path=("a",))],
            [],
        ),
    ],
)
def test_updates_become_what_is_true_after_them(
    updates: list[dict[str, Any]], observations: list[Observation]
) -> None:
    assert seen(*updates) == tuple(observations)


@pytest.mark.parametrize(
    "op",
    [
        *("AppendElement", "RemoveElement", "RemoveKey", "AddToBag", "RemoveFromBag"),
        *("Add", "Sub", "Increment", "Init", "Unchanged", "OfOurOwn", "a b"),
    ],
)
def test_an_update_that_no_observation_can_tell_is_counted(op: str) -> None:
    reading = inria({"event": "A", "x": [update(op, 1)]})
    assert reading.trace.events[0].observations == ()
    [(what, count)] = reading.ignored.items()
    assert op in what
    assert count == 1


def test_what_null_stands_for_is_not_known() -> None:
    nulls = [update("Replace", None), update("AddElements", ["a", None])]
    reading = inria(
        {"event": "A", "event_args": [None], "x": nulls[:1], "y": nulls[1:]}
    )
    assert reading.trace.events == (Event(1, (Call("A", (UNKNOWN,)),)),)
    assert sum(reading.ignored.values()) == 3


def test_a_clock_that_runs_backwards_is_told() -> None:
    reading = inria({"event": "A", "clock": 2}, {"event": "B", "clock": 1})
    assert any("line 2" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("records", "line"),
    [
        ([], None),
        ([{"N": 1}], None),
        ([{"event": "A"}, {"event": "a b"}], 2),
        ([{"event": "A"}, {"event": 1}], 2),
        ([{"event": "A"}, {"event": "SKIP"}], 2),
        ([{"event": "A"}, {"x": 1}], 2),
        ([{"event": "A"}, {"x": [1]}], 2),
        ([{"event": "A"}, {"x": [{"path": []}]}], 2),
        ([{"event": "A"}, {"x": [{"op": ["Replace"]}]}], 2),
        ([{"event": "A"}, {"x y": [update("Clear")]}], 2),
        ([{"event": "A"}, {"Len": [update("Clear")]}], 2),
        ([{"event": "A"}, {"x": [{"op": "Clear", "path": "a"}]}], 2),
        ([{"event": "A"}, {"x": [{"op": "Clear", "path": [None]}]}], 2),
        ([{"event": "A"}, {"x": [{"op": "Clear", "args": 1}]}], 2),
        ([{"event": "A"}, {"x": [update("Replace", 1.5)]}], 2),
        ([{"event": "A"}, {"x": [update("AddElements", 1)]}], 2),
        ([{"event": "A"}, {"x": [update("UpdateRec", 1)]}], 2),
        ([{"event": "A", "event_args": 1}], 1),
        ([{"event": "A", "event_args": [1.5]}], 1),
        ([{"event": "A"}, '{"event": "B", "event": "C"}'], 2),
        ([{"event": "A"}, "{"], 2),
    ],
)
def test_a_broken_trace_of_inria_is_a_mistake(
    records: list[object], line: int | None
) -> None:
    with pytest.raises(Mistake) as caught:
        inria(*records)
    assert caught.value.file == "TwoPhase.ndjson"
    assert caught.value.line == line


def test_an_array_with_too_many_readings_is_counted_not_enumerated() -> None:
    nested: Any = "a"
    for _ in range(90):
        nested = [nested, [nested]] if isinstance(nested, str) else [nested]
    reading = inria({"event": "A", "x": [update("Replace", nested)]})
    assert reading.trace.events[0].observations == ()
    assert sum(reading.ignored.values()) == 1


def test_a_value_that_nests_too_deep_is_a_mistake() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = {"a": deep}
    with pytest.raises(Mistake, match="nests deeper"):
        seen(update("Replace", deep))
