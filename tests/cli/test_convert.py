"""`pyspec convert`: formats, files, what is told, and what goes wrong."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run
from pyspec.cli.convert_command import READABLE, WRITABLE
from pyspec.errors import Exit
from pyspec.trace import parse_trace, read_trace, write_trace
from pyspec.trace.itf import read_itf, write_itf
from pyspec.trace.ndjson import parse_ndjson, read_ndjson
from pyspec.trace.reading import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    Told = Callable[..., tuple[str, str]]

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "data" / "tlc-samples"
GOLDEN = ROOT / "traces" / "commit" / "two_phase_commit" / "no_faults.trace"
LASSO = SAMPLES / "out" / "live.19.out"
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "convert.schema.json").read_bytes())

ETCD = '{"tag": "trace", "ts": 1, "event": {"name": "A", "nid": "1", "state": {}}}\n'


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def told(capfdbinary: pytest.CaptureFixture[bytes]) -> Told:
    """Run a command that must end with a code; return what it says."""

    def tell(*arguments: object, code: Exit = Exit.FINE) -> tuple[str, str]:
        assert run(["convert", *map(str, arguments)]) == code
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in err
        return out.decode(), err.decode()

    return tell


def test_the_formats_are_those_of_the_code() -> None:
    assert sorted(READABLE) == sorted(form.value for form in Format)
    assert list(WRITABLE) == [form.value for form in list(Format)[:3]]


def test_a_trace_goes_to_standard_output_as_text(told: Told) -> None:
    out, err = told(GOLDEN)
    assert out == write_trace(read_trace(GOLDEN))
    assert not err


def test_the_ending_of_the_output_says_its_format(told: Told) -> None:
    told(GOLDEN, "-o", "a.ndjson")
    assert read_ndjson("a.ndjson") == read_trace(GOLDEN)
    told("a.ndjson", "-o", "b.trace")
    assert Path("b.trace").read_text(encoding="utf-8") == write_trace(
        read_trace(GOLDEN)
    )
    told(LASSO, "-o", "c.itf.json")
    told("c.itf.json", "-o", "d.jsonl")
    assert read_itf("c.itf.json").trace == read_ndjson("d.jsonl")
    told(GOLDEN, "--to", "ndjson", "-o", "e.trace")
    assert read_ndjson("e.trace") == read_trace(GOLDEN)


def test_standard_input_is_read(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, form in ((LASSO.read_bytes(), "itf"), (GOLDEN.read_bytes(), "ndjson")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        out, _ = told("-", "--to", form)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(out.encode())))
        again, _ = told("-")
        assert parse_trace(again).events


def test_a_mistake_in_standard_input_is_named_so(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b'{"format": 1, "module": "X"}\n{"event": 1}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    _, err = told("-", code=Exit.MISTAKE)
    assert "standard input:2:1: an event lacks" in err


def test_characters_are_utf8_whatever_the_locale_is(told: Told) -> None:
    Path("a.trace").write_text(
        '---- TRACE X ----\nMETA a = "\u00e9\u2028"\n', encoding="utf-8"
    )
    out, _ = told("a.trace", "--to", "ndjson")
    assert parse_ndjson(out).meta == {"a": "\u00e9\u2028"}


def test_what_is_not_carried_over_is_told(told: Told) -> None:
    Path("Raft.ndjson").write_text(ETCD * 3, encoding="utf-8")
    out, err = told("Raft.ndjson")
    assert [event.process for event in parse_trace(out).events] == ["1"] * 3
    assert "Raft.ndjson: not carried over: ts (3)" in err
    assert "adapter" in err


def test_damage_is_told(told: Told) -> None:
    Path("a.trace").write_text("---- TRACE X ----\n1 A\n2 B", encoding="utf-8")
    out, err = told("a.trace", "--to", "ndjson")
    assert len(parse_ndjson(out).events) == 1
    assert "line 3" in err


def test_the_module_and_model_values_can_be_named(told: Told) -> None:
    dump = SAMPLES / "dumptrace" / "TPbad.json"
    out, _ = told(dump, "--model-values", "r1, r2", "--module", "Other")
    assert out.startswith("---- TRACE Other ----")
    assert "RMPrepare(r1)" in out
    out, _ = told(dump)
    assert 'RMPrepare("r1")' in out


def test_one_of_several_counterexamples_is_taken(told: Told) -> None:
    several = SAMPLES / "out" / "cont.15.out"
    first, err = told(several)
    assert "the first of 2 counterexamples" in err
    assert told(several, "--nth", 1) == (first, "")
    second, _ = told(several, "--nth", 2)
    assert second != first
    _, err = told(several, "--nth", 3, code=Exit.MISTAKE)
    assert "--nth from 1 to 2" in err


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def problems(data: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [str(error) for error in Draft202012Validator(SCHEMA).iter_errors(data)]


def test_json_is_as_described(told: Told) -> None:
    Path("Raft.ndjson").write_text(ETCD, encoding="utf-8")
    out, err = told("Raft.ndjson", "--json")
    data = json.loads(out)
    assert not err
    assert problems(data) == []
    assert parse_trace(data["trace"]).events
    assert data["ignored"] == {"ts": 1}
    assert (data["from"], data["to"], data["output"]) == ("etcd", "text", None)
    out, _ = told("Raft.ndjson", "--json", "-o", "a.ndjson")
    data = json.loads(out)
    assert problems(data) == []
    assert (data["to"], data["output"], data["trace"]) == ("ndjson", "a.ndjson", None)
    out, _ = told("none", "--json", code=Exit.MISTAKE)
    assert problems(json.loads(out)) == []
    assert problems({**data, "events": "1"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.trace"], "none.trace: this trace cannot be read"),
        (["."], "cannot be read"),
        (["a.trace", "--module", "a b"], "--module"),
        (["a.trace", "--model-values", "r1,a b"], "--model-values"),
        (["a.trace", "--model-values", "TRUE"], "--model-values"),
        (["a.trace", "--nth", "0"], "--nth"),
        (["a.trace", "--nth", "2"], "--nth"),
        (["a.trace", "--to", "tlc"], "--to"),
        (["a.trace", "--from", "json"], "--from"),
        (["a.trace", "--from", "ndjson"], "a.trace:1:1: this is not JSON"),
        (["a.trace", "--from", "itf"], "a.trace:1:1: this is not JSON"),
        (["a.trace", "--from", "tlc"], "no counterexample"),
        (["a.trace", "--to", "itf"], "a.trace: ITF cannot hold"),
        (["a.trace", "-o", "no/such/folder"], "no such folder"),
        (["b.trace"], "b.trace:2:3: this event cannot be read"),
        (["c.ndjson"], "c.ndjson:2:22: this is no number of JSON"),
        (["d.json"], "d.json:1: this is no trace in a format that is known"),
        ([str(SAMPLES / "out" / "ok.19.out")], "no violation was found"),
        ([], "Missing argument"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    told: Told, arguments: list[str], words: str
) -> None:
    Path("a.trace").write_text("---- TRACE X ----\n1 A\n", encoding="utf-8")
    Path("b.trace").write_text("---- TRACE X ----\n1 %\n", encoding="utf-8")
    Path("c.ndjson").write_text(
        '{"format": 1, "module": "X"}\n{"event": 1, "steps":NaN}\n', encoding="utf-8"
    )
    Path("d.json").write_text("[1]", encoding="utf-8")
    out, err = told(*arguments, code=Exit.MISTAKE)
    assert words in err
    assert not out
    assert names() == ["a.trace", "b.trace", "c.ndjson", "d.json"]


def test_what_itf_cannot_hold_is_told_with_its_line(told: Told) -> None:
    text = "---- TRACE X ----\nINIT /\\ x = 1\n1 A /\\ x' = 2\n2 B\n"
    Path("a.trace").write_text(text, encoding="utf-8")
    _, err = told("a.trace", "--to", "itf", code=Exit.MISTAKE)
    assert "a.trace:4: ITF cannot hold event 2: it does not observe x" in err
    Path("b.trace").write_text(text.replace("2 B", "2 B /\\ x' = 1"), encoding="utf-8")
    out, _ = told("b.trace", "--to", "itf")
    assert out == write_itf(read_trace("b.trace"))


def test_a_file_is_written_in_one_step_and_keeps_its_mode(told: Told) -> None:
    target = Path("a.ndjson")
    target.write_text("before", encoding="utf-8")
    target.chmod(0o640)
    link = Path("link.ndjson")
    link.symlink_to(target)
    told(GOLDEN, "-o", link)
    assert link.is_symlink()
    assert read_ndjson(target) == read_trace(GOLDEN)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    told(target, "-o", target, "--to", "text")
    assert read_trace(target) == read_trace(GOLDEN)
    assert names() == ["a.ndjson", "link.ndjson"]


def test_what_fails_leaves_the_file_as_it_was(told: Told) -> None:
    target = Path("a.itf.json")
    target.write_text("before", encoding="utf-8")
    told(GOLDEN, "-o", target, code=Exit.MISTAKE)
    assert target.read_text(encoding="utf-8") == "before"
    assert names() == ["a.itf.json"]


def test_a_device_is_written_to_and_not_replaced(told: Told) -> None:
    before = Path("/dev/null").stat()
    told(GOLDEN, "-o", "/dev/null")
    after = Path("/dev/null").stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (before.st_ino, before.st_rdev) == (after.st_ino, after.st_rdev)
    _, err = told(GOLDEN, "-o", ".", code=Exit.ENVIRONMENT)
    assert "cannot be written" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_the_environments_fault(told: Told) -> None:
    _, err = told(GOLDEN, "-o", "/dev/full", code=Exit.ENVIRONMENT)
    assert "No space left" in err


@pytest.mark.java
def test_replay_takes_every_format(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ndjson"
    assert run(["convert", str(GOLDEN), "-o", str(path)]) == Exit.FINE
    log = tmp_path / "raft.ndjson"
    log.write_text(ETCD, encoding="utf-8")
    assert run(["replay", str(path), str(log)]) == Exit.MISTAKE
    said = capfd.readouterr()
    assert "a.ndjson: conforms" in said.out
    assert "only the names of actions" in said.err
    assert "--adapter" in said.err


def test_a_named_pipe_is_read_like_a_file(told: Told) -> None:
    import os  # noqa: PLC0415 - used here only
    import threading  # noqa: PLC0415 - used here only

    os.mkfifo("pipe")
    writer = threading.Thread(
        target=lambda: Path("pipe").write_bytes(LASSO.read_bytes())
    )
    writer.start()
    out, _ = told("pipe")
    writer.join()
    assert len(parse_trace(out).events) == 4
