"""`read_any`: which format a file is in, and TLC's own two."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from pyspec.errors import Mistake
from pyspec.tla2tools.formats import Format, detect, read_any, read_stream
from pyspec.trace import (
    Call,
    End,
    Loop,
    Observation,
    Relation,
    parse_trace,
    read_trace,
    write_trace,
)
from pyspec.trace.itf import write_itf
from pyspec.trace.ndjson import parse_ndjson, write_ndjson
from pyspec.values import ModelValue, fn

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "data" / "tlc-samples"
GOLDEN = ROOT / "traces" / "commit" / "two_phase_commit" / "no_faults.trace"
R1, R2 = ModelValue("r1"), ModelValue("r2")

TEXT = "---- TRACE X ----\nINIT /\\ x = 0\n1 A /\\ x' = 1\n"
TRACE = parse_trace(TEXT)
STATE = [1, {"x": 0}]
DUMP = {
    "counterexample": {
        "state": [STATE, [2, {"x": 1}]],
        "action": [[STATE, {"name": "A", "location": {"module": "X"}}, [2, {"x": 1}]]],
    }
}
ETCD = '{"tag": "trace", "event": {"name": "A", "nid": "1"}}\n'
INRIA = '{"clock": 1, "x": [{"op": "Clear", "path": [], "args": []}]}\n'


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        (TEXT, "x", Format.TEXT),
        ("\ufeff\n" + TEXT, "x", Format.TEXT),
        (write_ndjson(TRACE), "x", Format.NDJSON),
        (write_ndjson(TRACE).replace('"format": 1, "m', '"m'), "x", Format.NDJSON),
        ("\ufeff" + write_ndjson(TRACE), "x", Format.NDJSON),
        (write_itf(TRACE), "x", Format.ITF),
        (json.dumps(json.loads(write_itf(TRACE))), "x.json", Format.ITF),
        (json.dumps(json.loads(write_itf(TRACE)), indent=4), "x.json", Format.ITF),
        (json.dumps(DUMP), "x.json", Format.DUMP),
        (json.dumps(DUMP, indent=1), "x.json", Format.DUMP),
        ("{", "x.itf.json", Format.ITF),
        ("{}", "x.ndjson", Format.NDJSON),
        ("{", "x.jsonl", Format.NDJSON),
        (ETCD, "x", Format.ETCD),
        ('{"N": 5}\n' + ETCD, "x.ndjson", Format.ETCD),
        ('{"tag": "config"}\n' + ETCD, "x", Format.ETCD),
        (INRIA, "x.ndjson", Format.INRIA),
        ('{"RM": ["r1"]}\n\n' + INRIA, "x", Format.INRIA),
        ('{"RM": ["r1"]}\n' + INRIA, "x", Format.INRIA),
        ("noise\n@!@!@STARTMSG 2262:0 @!@!@\n", "x", Format.TLC),
        ("", "x", None),
        ("hello", "x", None),
        ("[]", "x", None),
        ("[" * 100_000, "x", None),
        ("{" * 100_000, "x", None),
        ('{"a":' * 100_000, "x", None),
        ("{}", "x", None),
        ('{"event": "A", "seq": 1}\n', "x", None),
        ("\x00\xff", "x", None),
    ],
)
def test_a_format_is_found_by_what_a_file_begins_with(
    text: str, name: str, form: Format | None
) -> None:
    stream = io.BytesIO(text.encode())
    if form is None:
        with pytest.raises(Mistake) as caught:
            detect(stream, name)
        assert (caught.value.file, caught.value.line) == (name, 1)
    else:
        assert detect(stream, name) is form
        assert stream.tell() == 0


def test_a_line_that_is_longer_than_what_is_looked_at_is_no_problem() -> None:
    long = parse_trace(f'---- TRACE X ----\nMETA a = "{"x" * 200_000}"\n{TEXT[18:]}')
    for text in (write_ndjson(long), write_itf(long), write_trace(long)):
        [reading] = read_stream(io.BytesIO(text.encode()), "x")
        assert reading.trace == long


def test_a_user_of_tlc_without_tool_is_told_so() -> None:
    text = b"TLC2 Version 2.19\nRunning...\nState 1: <Initial predicate>\n/\\ x = 0\n"
    with pytest.raises(Mistake) as caught:
        detect(io.BytesIO(text), "a.out")
    assert "-tool" in str(caught.value)


def test_every_format_of_ours_gives_the_same_trace(tmp_path: Path) -> None:
    for name, text in (
        ("a.trace", TEXT),
        ("b.txt", TEXT),
        ("c.ndjson", write_ndjson(TRACE)),
        ("d.itf.json", write_itf(TRACE)),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        [reading] = read_any(path)
        assert reading.trace == TRACE
        assert reading.trace.file == str(path)
        [reading] = read_any(path, module="Other")
        assert reading.trace.module == "Other"


def test_a_long_text_in_a_file_of_any_name_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyspec.tla2tools.formats.MAX_DOCUMENT_BYTES", 20)
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert read_any(path)[0].trace == TRACE
    with pytest.raises(Mistake, match="too long"):
        read_stream(io.BytesIO(TEXT.encode()), "x")


def test_a_document_that_is_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = write_itf(TRACE)
    monkeypatch.setattr("pyspec.trace.records.MAX_DOCUMENT_BYTES", len(text) - 1)
    with pytest.raises(Mistake, match="too long"):
        read_stream(io.BytesIO(text.encode()), "x")


def test_a_text_from_a_pipe_may_be_torn() -> None:
    [reading] = read_stream(io.BytesIO(TEXT.encode() + b"2 B(\xc3"), "x")
    assert reading.trace.damage is not None
    assert reading.trace.events == TRACE.events
    assert reading.trace.file == "x"
    with pytest.raises(Mistake, match="not UTF-8"):
        read_stream(io.BytesIO(b"---- TRACE X ----\n1 A\xff\n2 A\n"), "x")
    [reading] = read_stream(io.BytesIO(GOLDEN.read_bytes()), "x")
    assert reading.trace == read_trace(GOLDEN)


def outputs_with_traces() -> list[Path]:
    names = {
        *("inv", "dead", "live", "stutter", "act", "asrtA"),
        *("eval", "evalinv", "undef", "cont", "two", "siminv"),
    }
    found = [
        path for path in SAMPLES.rglob("*.out") if path.name.split(".")[0] in names
    ]
    return sorted({*found, *SAMPLES.glob("dumptrace/*.out")})


@pytest.mark.parametrize("path", outputs_with_traces(), ids=lambda path: path.stem)
def test_counterexamples_of_every_tlc_are_read(path: Path) -> None:
    try:
        readings = read_any(path)
    except Mistake as mistake:
        assert path.name in {"asrtA.15.out", "eval.15.out"}
        assert "no counterexample" in mistake.message  # noqa: PT017 - as above
        return
    for reading in readings:
        trace = reading.trace
        assert trace.file == str(path)
        assert reading.form is Format.TLC
        assert (SAMPLES / "specs" / f"{trace.module}.tla").exists() or "TP" in str(path)
        assert parse_trace(write_trace(trace)) == trace
        assert parse_ndjson(write_ndjson(trace)) == trace
    assert len(readings) == (2 if path.name.startswith("cont") else 1)


@pytest.mark.parametrize("path", [*SAMPLES.glob("out/ok.*.out")], ids=str)
def test_a_run_without_violation_has_no_trace(path: Path) -> None:
    with pytest.raises(Mistake, match="no counterexample") as caught:
        read_any(path)
    assert caught.value.found == "no violation was found"


def test_the_module_of_a_run_is_the_one_that_sany_read_last() -> None:
    assert read_any(SAMPLES / "out" / "live.19.out")[0].trace.module == "Ok"
    assert read_any(SAMPLES / "out" / "live.19.out")[0].trace.end == Loop(1)
    assert read_any(SAMPLES / "dumptrace" / "TPlive.out")[0].trace.module == "TP"
    end = read_any(SAMPLES / "dumptrace" / "TPlive.out")[0].trace.end
    assert end is End.QUIESCENT


def test_output_that_is_not_utf8_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "a.out"
    path.write_bytes((SAMPLES / "out" / "inv.15.out").read_bytes() + b"\xe9\n")
    with pytest.raises(Mistake, match="not UTF-8"):
        read_any(path)


def test_a_dump_says_what_json_has_lost() -> None:
    path = SAMPLES / "dumptrace" / "TPbad.json"
    [reading] = read_any(path, model_values=["r1", "r2"])
    assert reading.form is Format.DUMP
    assert reading.trace.module == "TP"
    assert reading.trace.events[0].steps == (Call("RMPrepare", (R1,)),)
    seen = {one.path.root: one for one in reading.trace.init}
    assert seen["rmState"].value == fn({R1: "working", R2: "working"})
    assert seen["msgs"].relation is Relation.ONE_OF
    assert any("12 values" in note for note in reading.notes)
    assert parse_trace(write_trace(reading.trace)).init == reading.trace.init
    assert read_any(path)[0].trace.events[0].steps == (Call("RMPrepare", ("r1",)),)


def test_values_of_a_dump_that_are_not_observed_are_counted() -> None:
    wide: Any = [[["a"], ["b"]], [["c"], ["d"]], [["e"], ["f"]]]
    text = json.dumps(DUMP).replace('{"x": 1}', '{"x": ' + json.dumps(wide) + "}")
    [reading] = read_stream(io.BytesIO(text.encode()), "x")
    assert reading.trace.events[0].observations == ()
    assert reading.ignored == {"values that JSON does not tell enough of": 1}
    [whole] = read_stream(io.BytesIO(json.dumps(DUMP).encode()), "x")
    assert whole.ignored == {}
    [one] = whole.trace.events[0].observations
    assert isinstance(one, Observation)


def dump_with(**parts: object) -> str:
    """A dump, with parts of its one step replaced."""
    action = {"name": "A", "location": {"module": "X"}, **parts}
    step = [STATE, action, [2, {"x": 1}]]
    return json.dumps({"counterexample": {"state": [STATE], "action": [step]}})


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"counterexample": 1}',
        '{"counterexample": {"state": []}}',
        '{"counterexample": {"state": [], "action": []}}',
        '{"counterexample": {"state": {}, "action": []}}',
        '{"counterexample": {"state": [[1]], "action": []}}',
        '{"counterexample": {"state": [["1", {}]], "action": []}}',
        '{"counterexample": {"state": [[1, []]], "action": []}}',
        '{"counterexample": {"state": [[1, {"a b": 1}]], "action": []}}',
        '{"counterexample": {"state": [[1, {"x": 1, "x": 2}]], "action": []}}',
        '{"counterexample": {"state": [[1, {"x": NaN}]], "action": []}}',
        '{"counterexample": {"state": [[1, {}]], "action": [[]]}}',
        '{"counterexample": {"state": [[1, {}]], "action": [[[1, {}], {}, [2, {}]]]}}',
        '{"counterexample": {"state": [[1, {"x": ' + "[" * 100_000,
        dump_with(name=1),
        dump_with(name="a b"),
        dump_with(name="SKIP"),
        dump_with(parameters={}),
        dump_with(parameters=[1]),
        dump_with(context=[]),
        dump_with(location=1),
    ],
)
def test_what_is_no_dump_is_a_mistake_with_its_place(text: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_stream(io.BytesIO(text.encode()), "x.json", Format.DUMP, module="X")
    assert (caught.value.file, caught.value.line) == ("x.json", 1)
    assert read_stream(io.BytesIO(dump_with().encode()), "x.json")


@pytest.mark.parametrize("form", [None, *Format])
def test_a_file_that_cannot_be_read_is_a_mistake(
    tmp_path: Path, form: Format | None
) -> None:
    for path in (tmp_path / "none", tmp_path, tmp_path / "none.trace"):
        with pytest.raises(Mistake) as caught:
            read_any(path, form)
        assert caught.value.file == str(path)
    empty = tmp_path / "empty"
    empty.touch()
    with pytest.raises(Mistake) as caught:
        read_any(empty, form, module="X")
    assert caught.value.file == str(empty)
