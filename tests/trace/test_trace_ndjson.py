"""NDJSON of our own: reading, writing, damage, and its schema."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pyspec.errors import Bug, Mistake
from pyspec.testing.strategies import traces, values
from pyspec.trace import (
    Call,
    End,
    Event,
    Loop,
    Observation,
    Relation,
    Trace,
    parse_trace,
    read_trace,
    write_trace,
)
from pyspec.trace import Path as ValuePath
from pyspec.trace.ndjson import NdjsonWriter, parse_ndjson, read_ndjson, write_ndjson
from pyspec.trace.write import MAX_LINE_BYTES
from pyspec.values import FALSE, TRUE, ModelValue, Value, fn, record
from pyspec.values.from_itf import WrongJsonError, from_itf
from pyspec.values.itf import to_itf

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "traces").rglob("*.trace"))
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "trace.schema.json").read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA)

PRIMED = {"root": "x", "primed": True, "relation": "equals", "value": 1}
HEADER = '{"format": 1, "module": "X"}'
EVENT = '{"event": 1, "steps": ["?"]}'
SECOND = '{"event": 2, "steps": ["?"]}'


def trace_of(*lines: str, torn: str = "") -> Trace:
    return parse_ndjson("".join(f"{line}\n" for line in (HEADER, *lines)) + torn)


def mistake_in(*lines: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        trace_of(*lines)
    assert caught.value.line is not None
    return caught.value


def event_with(**parts: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps({"event": 1, "steps": ["?"], **parts})


def observing(**parts: Any) -> str:  # noqa: ANN401 - JSON
    return event_with(observations=[{**PRIMED, **parts}])


def problems(text: str) -> list[str]:
    """What the schema says of the lines of a trace."""
    lines = text.split("\n")[:-1]
    return [
        str(error)
        for line in lines
        for error in VALIDATOR.iter_errors(json.loads(line))
    ]


@settings(max_examples=100)
@given(traces())
def test_what_is_written_is_read_back_and_as_the_schema_says(trace: Trace) -> None:
    text = write_ndjson(trace)
    again = parse_ndjson(text)
    assert again == trace
    assert write_trace(again) == write_trace(trace)
    assert problems(text) == []


@settings(max_examples=60)
@given(traces())
def test_text_to_ndjson_to_text_changes_nothing(trace: Trace) -> None:
    text = write_trace(trace)
    assert write_trace(parse_ndjson(write_ndjson(parse_trace(text)))) == text


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_traces_go_through_ndjson_unchanged(path: Path) -> None:
    trace = read_trace(path)
    text = write_ndjson(trace)
    assert parse_ndjson(text) == trace
    assert problems(text) == []


def test_there_are_golden_traces() -> None:
    assert GOLDEN


def test_a_call_with_no_arguments_is_not_one_whose_arguments_are_unknown() -> None:
    events = (Event(1, (Call("A", ()),)), Event(2, (Call("A", None),)))
    assert parse_ndjson(write_ndjson(Trace("X", events))).events == events


def test_an_event_knows_its_line() -> None:
    events = trace_of("", EVENT, "  ", SECOND).events
    assert [event.line for event in events] == [3, 5]
    assert events[0].source == EVENT


def test_what_is_not_given_is_not_recorded() -> None:
    trace = trace_of(event_with(observations=[]))
    assert trace == Trace("X", (parse_trace("---- TRACE X ----\n1 ?\n").events))
    [observation] = trace_of(observing()).events[0].observations
    assert observation == Observation(ValuePath("x"), Relation.EQUALS, 1, primed=True)


def test_ends_are_read() -> None:
    for end in End:
        assert trace_of(EVENT, json.dumps({"end": end.value})).end is end
    assert trace_of(EVENT, SECOND, '{"loop": 1}').end == Loop(1)
    assert trace_of(EVENT).end is End.CUT


@given(values())
def test_values_are_read_back(value: Value) -> None:
    assert from_itf(json.loads(json.dumps(to_itf(value)))) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (1, 1),
        (-(10**30), -(10**30)),
        (True, TRUE),
        (False, FALSE),
        ({"#bigint": "-5"}, -5),
        ({"#bigint": "9" * 4000}, int("9" * 4000)),
        ({"#tup": [1]}, (1,)),
        ([1, True], (1, TRUE)),
        ({"#set": [1, True, 1]}, frozenset({1, TRUE})),
        ({"#map": [[2, "a"]]}, fn({2: "a"})),
        ({"#map": [[1, "a"]]}, ("a",)),
        ({"#map": []}, ()),
        ({}, ()),
        ({"#mv": "r1"}, ModelValue("r1")),
        ({"tag": "Some", "value": 1}, record(tag="Some", value=1)),
    ],
)
def test_json_stands_for_a_value(data: object, value: Value) -> None:
    read = from_itf(data)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "data",
    [
        None,
        1.5,
        {"#bigint": 5},
        {"#bigint": "5.0"},
        {"#bigint": "+5"},
        {"#bigint": "\u0665"},
        {"#bigint": "9" * 4001},
        {"#set": 1},
        {"#set": {"a": 1}},
        {"#map": [[1]]},
        {"#map": [[1, 2, 3]]},
        {"#map": [[1, 2], [1, 3]]},
        {"#map": {"a": 1}},
        {"#mv": "a b"},
        {"#mv": "TRUE"},
        {"#mv": 1},
        {"#unserializable": "Int"},
        {"#other": 1},
        {"#set": [], "more": 1},
        {"a": {"b": [None]}},
    ],
)
def test_other_json_stands_for_none(data: object) -> None:
    with pytest.raises(WrongJsonError):
        from_itf(data)
    wrong = event_with(steps=[{"action": "A", "arguments": [data]}])
    if data is not None:
        assert mistake_in(wrong).line == 2


def test_an_error_says_where() -> None:
    line = observing(value={"a": [1, {"#set": [1, {"#mv": "a b"}]}]})
    mistake = mistake_in(line)
    assert (mistake.line, mistake.column) == (2, line.index('"a b"') + 1)
    assert mistake.found == "a b"


@pytest.mark.parametrize(
    "lines",
    [
        ["1"],
        ["[]"],
        ["{"],
        ["{}"],
        ["not JSON"],
        [HEADER],
        [EVENT, HEADER],
        ['{"event": 0, "steps": ["?"]}'],
        ['{"event": -1, "steps": ["?"]}'],
        ['{"event": true, "steps": ["?"]}'],
        ['{"event": 1.0, "steps": ["?"]}'],
        ['{"event": "1", "steps": ["?"]}'],
        ['{"event": 1}'],
        ['{"event": 1, "steps": []}'],
        ['{"event": 1, "steps": "?"}'],
        ['{"event": 1, "steps": ["!"]}'],
        ['{"event": 1, "steps": [{"action": "SKIP"}]}'],
        ['{"event": 1, "steps": [{"action": "a b"}]}'],
        ['{"event": 1, "steps": [{"action": "A", "args": []}]}'],
        ['{"event": 1, "steps": [{"action": "A", "arguments": null}]}'],
        [EVENT, EVENT],
        [SECOND, EVENT],
        [event_with(process=1)],
        [event_with(time_ns=-1)],
        [event_with(time_ns=1.5)],
        [event_with(clock=[1])],
        [event_with(clock={"a": "1"})],
        [event_with(clock={"a": True})],
        [event_with(observation=[])],
        [event_with(observations={})],
        [observing(root="Len")],
        [observing(root="x.y")],
        [observing(relation="=")],
        [observing(relation=[])],
        [observing(relation="one_of")],
        [observing(relation="includes", value=[1])],
        [observing(primed=1)],
        [observing().replace('"primed": true, ', "")],
        [observing(selectors=1)],
        ['{"event": 1, "steps": ["?"], "event": 1}'],
        ['{"event": 1, "steps": ["?"], "time_ns": NaN}'],
        ['{"event": 1, "steps": ["?"], "time_ns": Infinity}'],
        ['{"event": 1, "steps": ["?"], "time_ns": 1e999}'],
        [f'{{"event": {"1" * 5000}, "steps": ["?"]}}'],
        ['{"event": 1, "steps": ["?"], "process": "\\ud800"}'],
        ['{"event": 1, "steps": ["?"], "process": "\x01"}'],
        ["[" * 100_000],
        [observing(value=json.loads("[" * 101 + "]" * 101))],
        ['{"end": "tired"}'],
        ['{"end": []}'],
        ['{"end": "cut", "more": 1}'],
        ['{"loop": 0}'],
        [EVENT, '{"loop": 1}'],
        [EVENT, '{"loop": 7}'],
        [EVENT, '{"end": "cut"}', SECOND],
        [EVENT, '{"end": "cut"}', '{"end": "cut"}'],
        [" " * MAX_LINE_BYTES + EVENT],
    ],
)
def test_a_broken_line_is_a_mistake_with_its_place(lines: list[str]) -> None:
    mistake = mistake_in(*lines)
    assert mistake.line == len(lines) + 1
    assert "__" not in str(mistake)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "{}",
        EVENT,
        '{"end": "cut"}',
        '{"format": 1}',
        '{"module": "X"}',
        '{"format": 2, "module": "X"}',
        '{"format": true, "module": "X"}',
        '{"format": 1.0, "module": "X"}',
        '{"format": 1, "module": "a b"}',
        '{"format": 1, "module": 1}',
        '{"format": 1, "module": "X", "constant": {}}',
        '{"format": 1, "module": "X", "constants": []}',
        '{"format": 1, "module": "X", "constants": {"a b": 1}}',
        '{"format": 1, "module": "X", "constants": {"N": 1, "N": 1}}',
        '{"format": 1, "module": "X", "silent": [{"action": "A", "maximum": -1}]}',
        '{"format": 1, "module": "X", "silent": {}}',
        '{"format": 1, "module": "X", "expect": "conforms"}',
        '{"format": 1, "module": "X", "expect": {"verdict": "fine"}}',
        '{"format": 1, "module": "X", "expect": {"verdict": "rejected"}}',
        '{"format": 1, "module": "X", "expect": {"verdict": ["owes"]}}',
        '{"format": 1, "module": "X", "expect": {"verdict": "conforms", "event": 1}}',
        '{"format": 1, "module": "X", "init": [1]}',
        json.dumps({"format": 1, "module": "X", "init": [PRIMED]}),
    ],
)
def test_a_broken_header_is_refused(header: str) -> None:
    with pytest.raises(Mistake) as caught:
        parse_ndjson(f"{header}\n{EVENT}\n", "a.ndjson")
    assert caught.value.place.startswith("a.ndjson:")


def test_what_the_schema_must_refuse_is_refused() -> None:
    for wrong in (
        {},
        {"format": 2, "module": "X"},
        {"format": 1},
        {"event": 1},
        {"event": 1, "steps": []},
        {"event": 1, "steps": ["?"], "more": 1},
        {"event": 1, "steps": [{"action": "A", "arguments": [1.5]}]},
        {"event": 1, "steps": [{"action": "A", "arguments": [{"#other": 1}]}]},
        {"end": "tired"},
        {"loop": -1},
        json.loads(observing(relation="one_of")),
        json.loads(observing(relation="=")),
    ):
        assert list(VALIDATOR.iter_errors(wrong)), wrong
    assert not list(VALIDATOR.iter_errors(json.loads(observing())))


def test_an_expectation_names_an_event_that_is_there() -> None:
    header = HEADER[:-1] + ', "expect": {"verdict": "rejected", "event": 7}}\n'
    assert parse_ndjson(header + EVENT + "\n").damage is None  # it may be cut off
    with pytest.raises(Mistake, match="event 7 is not in the trace") as caught:
        parse_ndjson(f'{header}{EVENT}\n{{"end": "cut"}}\n')
    assert caught.value.line == 1


@pytest.mark.parametrize("torn", ['{"ev', '{"event": 2, "steps": ["?"]', "{", "\x00"])
def test_a_torn_last_line_costs_only_itself(torn: str) -> None:
    trace = trace_of(EVENT, torn=torn)
    assert [event.number for event in trace.events] == [1]
    assert trace.damage is not None
    assert "line 3" in trace.damage


def test_a_last_line_that_is_whole_needs_no_line_end() -> None:
    trace = trace_of(EVENT, torn=SECOND)
    assert len(trace.events) == 2
    assert trace.damage is None


def test_a_last_line_that_is_whole_and_wrong_is_not_torn() -> None:
    for wrong in ('{"event": 2, "steps": [NaN]}', "[" * 5000, "1", '{"event": 2}'):
        with pytest.raises(Mistake):
            trace_of(EVENT, torn=wrong)


@settings(max_examples=40)
@given(traces(), st.data())
def test_cutting_a_trace_anywhere_loses_only_the_line_that_was_cut(
    trace: Trace, data: st.DataObject
) -> None:
    raw = write_ndjson(trace).encode()
    first = raw.index(b"\n") + 1
    cut = raw[: data.draw(st.integers(first, len(raw)))]
    kept = parse_ndjson_bytes(cut)
    whole = cut.count(b"\n") - 1
    assert kept.events in (trace.events[:whole], trace.events[: whole + 1])


def parse_ndjson_bytes(raw: bytes) -> Trace:
    from pyspec.trace.ndjson import read_ndjson_stream  # noqa: PLC0415 - used here only

    return read_ndjson_stream(io.BytesIO(raw), None)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"\xff\n", 1),
        (f"{HEADER}\n".encode() + b'{"event": 1, "process": "\xe9"}\n', 2),
        (f"{HEADER}\n".encode() + b'{"event": 1, "process": "\xe9"}', 2),
        (b"\xff\xfe{\x00", 1),
    ],
)
def test_what_is_not_utf8_is_a_mistake(raw: bytes, line: int) -> None:
    with pytest.raises(Mistake) as caught:
        parse_ndjson_bytes(raw)
    assert caught.value.line == line


def test_a_mark_of_byte_order_and_windows_ends_are_read() -> None:
    raw = f"\ufeff{HEADER}\r\n{EVENT}\r\n".encode()
    assert len(parse_ndjson_bytes(raw).events) == 1


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    for path in (tmp_path / "none.ndjson", tmp_path):
        with pytest.raises(Mistake) as caught:
            read_ndjson(path)
        assert caught.value.file == str(path)


def test_a_writer_writes_each_event_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    events = (Event(1, (Call("A"),)), Event(3, (Call("B", (TRUE, 1)),)))
    with NdjsonWriter.create(path, Trace("X", events[:1])) as writer:
        assert read_ndjson(path).events == events[:1]
        writer.event(events[1])
        assert read_ndjson(path) == Trace("X", events)
        with pytest.raises(Mistake, match="must increase"):
            writer.event(events[1])
        writer.end(End.CRASHED)
        with pytest.raises(Bug):
            writer.end()
        with pytest.raises(Bug):
            writer.event(Event(4, (Call("A"),)))
    assert read_ndjson(path).end is End.CRASHED


def deep(levels: int) -> Value:
    value: Value = 1
    for _ in range(levels):
        value = frozenset({value})
    return value


@pytest.mark.parametrize(
    "trace",
    [
        Trace("a b"),
        Trace("X", (Event(1, ()),)),
        Trace("X", (Event(0, (Call("A"),)),)),
        Trace("X", (Event(1, (Call("SKIP"),)),)),
        Trace("X", (Event(1, (Call("A"),), time_ns=-1),)),
        Trace("X", (Event(1, (Call("A"),)), Event(1, (Call("A"),)))),
        Trace("X", meta={"a": "\ud800"}),
        Trace("X", meta={"a": 10**4001}),
        Trace("X", meta={"a": 10**5000}),
        Trace("X", meta={"a": deep(101)}),
        Trace("X", meta={"a": deep(2000)}),
        Trace("X", meta={"a": "x" * MAX_LINE_BYTES}),
        Trace(
            "X",
            init=(Observation(ValuePath("x"), Relation.EQUALS, 1, primed=True),),
        ),
        Trace(
            "X",
            init=(Observation(ValuePath("x"), Relation.ONE_OF, 1, primed=False),),
        ),
        Trace(
            "X",
            init=(Observation(ValuePath("Len"), Relation.EQUALS, 1, primed=False),),
        ),
    ],
)
def test_what_could_not_be_read_back_is_not_written(trace: Trace) -> None:
    with pytest.raises(Mistake):
        write_ndjson(trace)


def test_the_deepest_value_is_written_and_read() -> None:
    trace = Trace("X", meta={"a": deep(100)})
    assert parse_ndjson(write_ndjson(trace)) == trace


def test_no_reader_takes_a_character_for_the_end_of_a_line() -> None:
    trace = Trace("X", meta={"a": "\x85\u2028\u2029\x1c\x0b\n"})
    text = write_ndjson(trace)
    assert len(text.splitlines()) == 2
    assert parse_ndjson(text) == trace
