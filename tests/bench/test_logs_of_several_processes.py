"""Five logs of 200 events each: with all of their order known, and with nothing."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pyspec.conformance import Judgement, Limits, load_spec
from pyspec.conformance.together import decide_together
from pyspec.tla2tools import find_toolchain

pytestmark = pytest.mark.java

BENCH = Path(__file__).parents[2] / "tools/bench"
COMMIT = BENCH.parents[1] / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
EVENTS = 200
LIMITS = Limits(explained=0)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a module of no package
    found = importlib.util.spec_from_file_location("bench_logs", BENCH / "logs.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, "bench_logs", module)  # for its dataclasses
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("clocked", [True, False], ids=["clocks", "no order"])
@pytest.mark.parametrize("protocol", ["mail", "commit"])
@pytest.mark.parametrize("broken", [False, True], ids=["conforming", "broken"])
def test_many_events_without_a_total_order_are_decided(
    program: Any,  # noqa: ANN401 - as above
    protocol: str,
    *,
    clocked: bool,
    broken: bool,
) -> None:
    make = getattr(program, protocol)
    spec = load_spec(cache(find_toolchain), _file(protocol))
    logs = make(program.SEED, EVENTS, clocked=clocked, broken=broken)
    verdict = decide_together(spec, logs, cache(find_toolchain), LIMITS)
    assert verdict.execution.total >= 5 * EVENTS
    expected = Judgement.REJECTED if broken else Judgement.CONFORMS
    assert verdict.judgement is expected
    if broken:
        culprit = "p2" if protocol == "mail" else "r3"
        assert culprit in [stand.process for stand in verdict.stuck]


def _file(protocol: str) -> Path:
    return COMMIT if protocol == "commit" else BENCH / "specs/Mail.tla"
