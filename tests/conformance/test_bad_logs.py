"""Logs that an adapter reads: what is broken is told with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec.conformance.adapters import adapt_file, read_records
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from pathlib import Path

ADAPTER = """
from pyspec.conformance.adapters import Header
from pyspec.trace.model import AnyStep, Event

def adapt(records):
    yield Header("k", "M", {})
    for record in records:
        yield "k", Event(
            record.field("n"), (AnyStep(),), process="a", time_ns=record.data["t"],
            line=record.line,
        )
"""
GOOD = b'{"n": 1, "t": 5}\n'


@pytest.mark.parametrize(
    ("more", "column", "message"),
    [
        (b"nonsense\n", 1, "not JSON"),
        (b"[1]\n", 1, "one JSON object"),
        (b'{"n": 2, "n": 3}\n', 10, "twice"),
        (b'{"n": NaN}\n', 7, "no number"),
        (b'{"n": "\xff"}\n', 8, "not UTF-8"),
        (b'{"n": %s}\n' % (b"9" * 5000), 7, "4000 digits"),
        (b"[" * 100_000 + b"\n", 322, "deeper than 320"),
        (b'{"n": 2, "t"', 13, "not JSON"),
        (b'{"n": "' + b"a" * (1 << 20) + b'"}\n', None, "too long"),
    ],
)
def test_a_broken_record_is_a_mistake(
    tmp_path: Path, more: bytes, column: int | None, message: str
) -> None:
    log = tmp_path / "log.ndjson"
    log.write_bytes(GOOD + more)
    with pytest.raises(Mistake, match=message) as caught:
        list(read_records(log))
    found = caught.value
    assert (found.file, found.line, found.column) == (str(log), 2, column)
    assert ("cut off" in (found.hint or "")) is not more.endswith(b"\n")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b'{"n": 2, "t": 4}\n', "event 2 of trace 'k': the clock of a runs backwards"),
        (b'{"n": 1, "t": 6}\n', "does not come after"),
    ],
)
def test_events_of_an_adapter_are_in_order(
    tmp_path: Path, record: bytes, message: str
) -> None:
    log, adapter = tmp_path / "log.ndjson", tmp_path / "adapter.py"
    adapter.write_text(ADAPTER, encoding="utf-8")
    log.write_bytes(GOOD + record)
    with pytest.raises(Mistake, match=message):
        adapt_file(log, adapter)
    log.write_bytes(GOOD + b'{"n": 2, "t": 5}\n')
    assert len(adapt_file(log, adapter).traces["k"].events) == 2
