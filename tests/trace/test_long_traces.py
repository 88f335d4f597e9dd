"""A trace whose events stay in its file is the same trace."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.cli import run
from pyspec.errors import Mistake
from pyspec.trace import long, parse_trace, read_trace
from pyspec.trace.long import read_long_trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.trace.model import Trace

GOLDEN = sorted((Path(__file__).parents[2] / "traces/commit").rglob("*.trace"))
HEAD = "---- TRACE Door ----\n"
ENDINGS = [
    "1 Open\n2 Close\nEND cut\n====\n",
    "1 Open\n2 Close\nLOOP 0\n",
    "3 Open\n5 Close\n6 Open\nLOOP 5\n",
    "3 Open\n5 Close\nLOOP 4\n",
    "3 Open\n5 Close\nLOOP 5\n",
    "LOOP 0\n",
    "",
    "1 Open\n2 Clo",
    "1 Open\n1 Close\n",
    "1 Open\n2 Close)\n",
    "1 Open\nEND\n",
    "END quiescent\n1 Open\n",
]
EXPECTING = [
    "",
    "EXPECT conforms\n",
    "EXPECT rejected at 5\n",
    "EXPECT rejected at 2\n",
]


def read(reader: Callable[[Path], Trace], file: Path) -> object:
    """What a reader makes of a file, the Mistake included."""
    try:
        trace = reader(file)
    except Mistake as mistake:
        return str(mistake), mistake.line, mistake.column
    return trace, tuple(trace.events), trace.damage


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("expecting", EXPECTING)
def test_it_is_read_as_any_other(tmp_path: Path, expecting: str, ending: str) -> None:
    file = tmp_path / "door.trace"
    file.write_text(HEAD + expecting + ending)
    found, same = read(read_long_trace, file), read(read_trace, file)
    if isinstance(found, tuple) and len(found[1:2]) and isinstance(found[1], tuple):
        assert found[1:] == same[1:]  # type: ignore[index] # both are traces
    else:
        assert found == same


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_events_are_those_of_the_file(file: Path) -> None:
    events, same = read_long_trace(file).events, read_trace(file).events
    assert len(events) == len(same)
    assert [*events] == [*events] == [*same]
    assert events[-1] == same[-1]
    assert events[0] == same[0]
    assert events[1:4] == same[1:4]
    assert events[len(same) :] == ()
    with pytest.raises(IndexError):
        events[len(same)]


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "door.trace"
    file.write_text(HEAD + "1 Open\n")
    trace = read_long_trace(file)
    file.write_text(HEAD + "1 Open\n2 Close\n")
    with pytest.raises(Mistake, match="changed while"):
        tuple(trace.events)


def test_memory_does_not_grow_with_the_events(tmp_path: Path) -> None:
    file = tmp_path / "door.trace"
    with file.open("w") as stream:
        stream.write(HEAD)
        for number in range(1, 20_001):
            stream.write(f"{number} t={number}us Open /\\ x' = 1\n")
    tracemalloc.start()
    try:
        events = read_long_trace(file).events
        kept = sum(event.number for event in events)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.clear_traces()
        assert peak < 1 << 20
        whole = parse_trace(file.read_text())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak > 8 << 20  # so that the measure measures
    assert kept == sum(event.number for event in whole.events)


@pytest.mark.java
def test_replay_says_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(file) for file in GOLDEN]
    assert run(["replay", *files]) == 0
    said = capsys.readouterr().out
    monkeypatch.setattr(long, "LONG_BYTES", 0)
    assert run(["replay", *files]) == 0
    assert capsys.readouterr().out == said
