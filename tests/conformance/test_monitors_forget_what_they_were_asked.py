"""A stream may have no end: what a monitor remembers of it is bounded."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import Monitor, said
from pyspec.conformance.said import Heard, Said, distinct
from pyspec.trace.model import Call, Event, Observation, Path, Relation, Trace
from tests.conformance.replaying import spec_of, toolchain

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

CLOCK = r"""---- MODULE Clock ----
EXTENDS Naturals
VARIABLE n
Init == n = 0
Tick == n' = n + 1
Next == Tick
====
"""
MOST = 8


def ticks() -> Iterator[Event]:
    """Give events of which no two say the same."""
    now = Path("n")
    for number in range(1, 1_000):
        seen = Observation(now, Relation.EQUALS, number, primed=True)
        yield Event(number, (Call("Tick"),), (seen,))


@pytest.mark.java
def test_a_monitor_of_an_endless_stream_has_bounded_memory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(said, "_REMEMBERED", MOST)
    monitor = Monitor(spec_of(tmp_path, CLOCK), Trace("Clock", ()), toolchain)
    known = set()
    for event in islice(ticks(), 5 * MOST):
        assert monitor.take(event) is None
        known.add(len(monitor._asker.heard))
    assert known == set(range(1, MOST + 1))
    # What was forgotten is asked again, and has the answer that it had.
    rejected = monitor.take(next(ticks()))
    assert rejected is not None
    assert rejected.matched == 5 * MOST


def test_what_was_said_lately_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "_REMEMBERED", MOST)
    heard, events = Heard(), list(islice(ticks(), MOST + 1))
    says = list(map(Said, events))
    for each in says[:MOST]:
        heard.add(each)
    assert all(each in heard for each in says[:MOST])
    assert says[MOST] not in heard
    heard.add(says[MOST])
    assert len(heard) == 1
    assert says[MOST] in heard
    assert Said(events[MOST]) in heard
    assert list(distinct([*events[:2], *events[:2]])) == events[:2]
