r"""Each way in which a trace can be broken: *malformed*, where, and what was expected.

Never *rejected*, which is a verdict on the system; never a traceback.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pyspec.cli import run
from pyspec.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.java

JOBS = r"""---- MODULE Jobs ----
EXTENDS Naturals, Sequences
CONSTANT Job
VARIABLES state, queue, count
Init == state = [j \in Job |-> "idle"] /\ queue = <<>> /\ count = 0
Enqueue(j) == /\ state[j] = "idle"
              /\ state' = [state EXCEPT ![j] = "queued"]
              /\ queue' = Append(queue, j)
              /\ UNCHANGED count
Run(j, n) == /\ state[j] = "queued"
             /\ state' = [state EXCEPT ![j] = "done"]
             /\ queue' = SelectSeq(queue, LAMBDA k : k # j)
             /\ count' = count + n
Next == \E j \in Job : Enqueue(j) \/ \E n \in 1..2 : Run(j, n)
Busy == {j \in Job : state[j] = "queued"}
====
"""
TITLE = "---- TRACE Jobs ----\n"
HEADER = TITLE + "CONSTANT Job = {j1, j2}\n"
EVENT = '1 @a t=1ms vc=[a |-> 1] Enqueue(j1) /\\ state[j1]\' = "queued"\n'
JSON_HEADER = (
    '{"format": 1, "module": "Jobs", "constants": '
    '{"Job": {"#set": [{"#mv": "j1"}, {"#mv": "j2"}]}}}\n'
)
JSON_EVENT = (
    '{"event": 1, "process": "a", "time_ns": 5, "clock": {"a": 2}, '
    '"steps": [{"action": "Enqueue", "arguments": [{"#mv": "j1"}]}]}\n'
)


@dataclass(frozen=True)
class Bad:
    """A broken trace; `place` is line:column, `said` words of the message."""

    name: str
    text: str | bytes
    place: str
    said: tuple[str, ...]
    form: str = "trace"


def after(text: str) -> str:
    """Return a trace whose second event, on line 4, is this."""
    return f"{HEADER}{EVENT}{text}\n"


def seen(text: str) -> str:
    """Return a trace whose event, on line 3, observes this from column 18 on."""
    return f"{HEADER}1 Enqueue(j1) /\\ {text}\n"


def second(old: str, new: str) -> str:
    """Return a trace in NDJSON with a second event, on line 3, like the first."""
    event = JSON_EVENT.replace('"event": 1', '"event": 2')
    assert old in event
    return JSON_HEADER + JSON_EVENT + event.replace(old, new)


def first(old: str, new: str) -> str:
    """Return a trace in NDJSON with an event, on line 2."""
    assert old in JSON_EVENT
    return JSON_HEADER + JSON_EVENT.replace(old, new)


TEXTS = (
    Bad("a line that is malformed", after("2 Run(j1, 1"), "4:12", ("expected )",)),
    Bad("a line that is nothing", after("hello"), "4:1", ("expected an event's",)),
    Bad("a byte 0", after("\0"), "4:1", ("expected an event's", "'\\x00'")),
    Bad("a value of another type", seen('count\' = "one"'), "3", ("expected two",)),
    Bad("a field of a number", seen("count.f' = 1"), "3", ("expected a function",)),
    Bad("Len of a number", seen("Len(count)' = 1"), "3", ("expected a sequence",)),
    Bad("an element of a number", seen("1 \\in count'"), "3", ("expected a set",)),
    Bad(
        "an argument of another type",
        HEADER + "1 Enqueue(5)\n",
        "3",
        ("expected an element of {j1, j2}",),
    ),
    Bad(
        "INIT of another type",
        HEADER + 'INIT /\\ count = "a"\n' + EVENT,
        "3",
        ("expected two",),
    ),
    Bad(
        "an argument outside the constants",
        HEADER + "1 Enqueue(j3)\n",
        "3:11",
        ("j3", "expected a value that the constants give"),
    ),
    Bad(
        "a value outside the constants",
        seen("queue' = <<j9>>"),
        "3:29",
        ("j9", "expected a value that the constants give"),
    ),
    Bad("an unknown variable", seen("stat' = 1"), "3:18", ("mean state?", "expected")),
    Bad(
        "an unknown action",
        HEADER + "1 Enqueu(j1)\n",
        "3:3",
        ("expected an action", "mean Enqueue?"),
    ),
    Bad("what is no action", HEADER + "1 Busy\n", "3:3", ("Enqueue, Run",)),
    Bad("an action's arity", HEADER + "1 Run(j1)\n", "3:3", ("expected Run(j, n)",)),
    Bad("an operator's arity", seen("Busy(1) = {}"), "3:18", ("expected Busy",)),
    Bad(
        "a variable with arguments",
        seen("count(7) = 0"),
        "3:18",
        ("expected count = ",),
    ),
    Bad("no header", EVENT, "1:1", ("expected ----",)),
    Bad("nothing", "", "1", ("expected ---- TRACE Name",)),
    Bad("two headers", HEADER + HEADER + EVENT, "3:1", ("one header", "expected")),
    Bad("a header later on", HEADER + EVENT + HEADER, "4:1", ("one header",)),
    Bad("a constant later on", after("CONSTANT N = 1"), "4:1", ("expected an event",)),
    Bad("a constant twice", HEADER + "CONSTANT Job = {j1}\n", "3:1", ("expected one",)),
    Bad(
        "a trace of another spec",
        "---- TRACE TwoPhaseCommit ----\nCONSTANT RM = {r1}\n1 RMPrepare(r1)\n",
        "1:",
        ("constant Job", "expected CONSTANT Job = ..."),
    ),
    Bad(
        "a constant that the spec does not have",
        HEADER + "CONSTANT N = 1\n" + EVENT,
        "3:10",
        ("N is not a constant", "expected a constant"),
    ),
    Bad(
        "a silent step that the spec does not have",
        HEADER + "SILENT Run(_, _),\n Lose(_)\n" + EVENT,
        "4:2",
        ("Lose", "expected an action"),
    ),
    Bad(
        "INIT of what the spec does not have",
        HEADER + "INIT /\\ count = 0\n  /\\ stat = 1\n" + EVENT,
        "4:6",
        ("stat", "expected a variable"),
    ),
    Bad("a number twice", after("1 Run(j1, 1)"), "4:1", ("expected a number above 1",)),
    Bad(
        "numbers that fall",
        HEADER + EVENT.replace("1", "3", 1) + "2 Run(j1, 1)\n",
        "4:1",
        ("expected a number above 3",),
    ),
    Bad(
        "a clock that runs backwards",
        after("2 @a t=0.5ms Run(j1, 1)"),
        "4:6",
        ("the clock of a runs backwards", "expected at least 1,000,000 ns"),
    ),
    Bad(
        "a vector clock that runs backwards",
        after("2 @a vc=[b |-> 1] Run(j1, 1)"),
        "4:6",
        ("the vector clock of a runs backwards at a", "expected at least 1"),
    ),
    Bad(
        "what is not UTF-8",
        after("2 @a Run(j1, 1) /\\ queue' = \"").encode().rstrip() + b'\xff"\n',
        "4:30",
        ("expected UTF-8", "found    the byte 0xff"),
    ),
    Bad("UTF-16", (HEADER + EVENT).encode("utf-16"), "1:1", ("expected UTF-8",)),
    Bad(
        "a bomb of braces",
        seen(f"count' = {'{' * 5000}{'}' * 5000}"),
        "3:127",
        ("expected at most 100",),
    ),
    Bad(
        "a bomb of parentheses",
        seen(f"count' = {'(' * 5000}1{')' * 5000}"),
        "3:127",
        ("expected at most 100",),
    ),
    Bad(
        "an interval of 10^9", seen("count' \\in 1..1000000000"), "3:29", ("more than",)
    ),
    Bad(
        "functions on 1..10^9",
        seen("count' \\in [1..1000000000 -> {0, 1}]"),
        "3:30",
        ("more than 100,000",),
    ),
    Bad("sets of sets", seen("count' \\in SUBSET (1..999)"), "3:29", ("more than",)),
    Bad("a number of 5,000 digits", seen(f"count' = {'9' * 5000}"), "3:27", ("4000",)),
    Bad(
        "a number of 33 bits",
        seen("count' = 4294967296"),
        "3:27",
        ("expected a number from -2147483648",),
    ),
    Bad("a number with an exponent", seen("count' = 1e999"), "3:27", ("expected",)),
    Bad(
        "a line of a megabyte",
        seen(f'count\' = "{"a" * (1 << 20)}"'),
        "3",
        ("expected at most 1,048,576 bytes",),
    ),
    Bad(
        "a path of 1,000 steps",
        seen(f"count{'[1]' * 1000}' = 1"),
        "3:18",
        ("at most 100 levels",),
    ),
    Bad(
        "a time later than any",
        HEADER + f"1 t={'9' * 40}s Enqueue(j1)\n",
        "3:3",
        ("for example t=3ms",),
    ),
    Bad("a loop to no event", HEADER + EVENT + "LOOP 7\n", "4:1", ("expected 0 or",)),
    Bad(
        "an event after the end",
        HEADER + EVENT + "END cut\n2 Run(j1, 1)\n",
        "5:1",
        ("expected ====",),
    ),
    Bad(
        "EXPECT of an event that is not there",
        HEADER + "EXPECT rejected at 9\n" + EVENT + "END cut\n",
        "3",
        ("expected the number of an event",),
    ),
    Bad(
        "EXPECT of a property that is not there",
        HEADER + "EXPECT violates Nope\n" + EVENT,
        "3:17",
        ("expected a property",),
    ),
    Bad(
        "a newer format",
        HEADER.replace("\n", " \\* format 2\n", 1) + EVENT,
        "1:1",
        ("expected format 1",),
    ),
)
JSONS = tuple(
    Bad(name, text, place, said, "ndjson")
    for name, text, place, said in (
        ("an unknown key", first('"steps"', '"seen": [], "steps"'), "2:71", ("seen",)),
        ("a key twice", first('"steps"', '"event": 2, "steps"'), "2:63", ("twice",)),
        ("NaN", first(": 5", ": NaN"), "2:41", ("no number",)),
        ("an exponent", first(": 5", ": 1e999"), "2:41", ("expected an integer",)),
        ("a number as text", first(": 1", ': "1"'), "2:11", ("expected an integer",)),
        ("two headers", JSON_HEADER * 2 + JSON_EVENT, "2:1", ("one header",)),
        ("no header", JSON_EVENT, "1:1", ('expected {"format": 1',)),
        ("a number twice", JSON_HEADER + JSON_EVENT * 2, "3:11", ("above 1",)),
        (
            "a clock that runs backwards",
            second('"time_ns": 5', '"time_ns": 4'),
            "3:41",
            ("expected at least 5 ns",),
        ),
        (
            "a vector clock that runs backwards",
            second('{"a": 2}', '{"a": 1}'),
            "3:53",
            ("expected at least 2",),
        ),
        (
            "a bomb of objects",
            first('{"a": 2}', '{"a":' * 3000 + "1" + "}" * 3000),
            "2:",
            ("deeper than 320 levels",),
        ),
        (
            "a bomb of arrays",
            first('{"#mv": "j1"}', "[" * 150 + "]" * 150),
            "2:",
            ("deeper than 100 levels",),
        ),
        (
            "half of a surrogate pair",
            first('"process": "a"', '"process": "\\ud800"'),
            "2:25",
            ("no character",),
        ),
        (
            "what is not UTF-8",
            (JSON_HEADER + JSON_EVENT).encode().replace(b'"a", ', b'"\xff", '),
            "2:26",
            ("expected UTF-8",),
        ),
        (
            "an unknown action",
            first("Enqueue", "Enqueu"),
            "2:85",
            ("expected an action", "mean Enqueue?"),
        ),
        (
            "a line broken in the middle",
            JSON_HEADER + '{"event": 1, "steps": \n' + JSON_EVENT,
            "2:23",
            ("not JSON", "found    the end"),
        ),
    )
)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "Jobs.tla"
    path.write_text(JOBS, encoding="utf-8")
    return path


def written(folder: Path, bad: Bad) -> Path:
    file = folder / f"bad.{bad.form}"
    file.write_bytes(bad.text if isinstance(bad.text, bytes) else bad.text.encode())
    return file


@pytest.mark.parametrize(
    "bad", TEXTS + JSONS, ids=lambda bad: f"{bad.form}: {bad.name}"
)
def test_a_broken_trace_is_malformed_at_its_place(
    bad: Bad, spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, bad)
    assert run(["replay", str(file), "--spec", str(spec)]) == Exit.MISTAKE
    said = "".join(capfd.readouterr())
    assert "malformed" in said
    place = bad.place if bad.place.endswith(":") else f"{bad.place}:"
    assert f"{file.name}:{place}" in said
    for word in bad.said:
        assert word in said
    for word in ("Traceback", "rejected", "a bug"):
        assert word not in said.replace("EXPECT rejected", "")


@pytest.mark.parametrize("form", ["trace", "ndjson"])
def test_the_traces_that_were_broken_conform(
    form: str, spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = HEADER + EVENT if form == "trace" else JSON_HEADER + JSON_EVENT
    file = written(tmp_path, Bad("", good, "", (), form))
    assert run(["replay", str(file), "--spec", str(spec)]) == Exit.FINE
    assert "conforms (1 event)" in capfd.readouterr().out


def test_as_json_it_is_malformed_with_file_and_line(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, Bad("", after("2 @a t=0s Run(j1, 1)"), "", ()))
    code = run(["replay", str(file), "--spec", str(spec), "--json"])
    assert code == Exit.MISTAKE
    (row,) = json.loads(capfd.readouterr().out)["traces"]
    assert (row["verdict"], row["line"]) == ("malformed", 4)
    assert row["file"] == str(file)
    assert "runs backwards" in row["why"]


@pytest.mark.parametrize("command", ["convert", "mutate"])
def test_other_commands_refuse_what_replay_refuses(
    command: str, spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, Bad("", after("1 Run(j1, 1)"), "", ()))
    more = ["--spec", str(spec)] if command == "mutate" else []
    assert run([command, str(file), *more]) == Exit.MISTAKE
    said = capfd.readouterr().err
    assert f"{file.name}:4:1" in said
    assert "Traceback" not in said


def test_a_file_that_shrinks_while_it_is_followed_is_malformed(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, Bad("", HEADER + EVENT, "", ()))

    def shrink() -> None:
        time.sleep(0.5)
        file.write_text(TITLE, encoding="utf-8")

    thread = threading.Thread(target=shrink)
    thread.start()
    code = run(["replay", str(file), "--spec", str(spec), "--follow", "--idle", "9s"])
    thread.join()
    said = capfd.readouterr().err
    assert code == Exit.MISTAKE
    assert "shorter" in said
    assert f"expected at least the {len(HEADER + EVENT)} bytes" in said


def test_a_followed_trace_is_refused_at_the_line_that_is_wrong(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, Bad("", after("2 @a t=0s Run(j1, 1)"), "", ()))
    code = run(["replay", str(file), "--spec", str(spec), "--follow", "--idle", "9s"])
    assert code == Exit.MISTAKE
    assert "bad.trace:4:6: the clock of a runs backwards" in capfd.readouterr().err
