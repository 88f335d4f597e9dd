"""Logs whose orders are too many: unknown, with how far the search got."""

from __future__ import annotations

from functools import cache

import pytest

from pyspec.conformance import Judgement, Limits, Spec, together
from pyspec.conformance.together import decide_together
from pyspec.tla2tools import find_toolchain
from pyspec.trace.model import Call, Event, Observation, Relation, Silent, Trace
from pyspec.trace.model import Path as Seen
from pyspec.values import ModelValue
from tests.conformance.replaying import spec_of

pytestmark = pytest.mark.java

# Each step depends on all before it, and nothing tells in which order they came.
SPEC = r"""---- MODULE Tangle ----
EXTENDS Integers
CONSTANT P
VARIABLE x
Init == x = 1
Step(p, k) == x' = (x * 31 + k) % 10007
Double == x < 5000 /\ x' = 2 * x
Stop(p) == x = -1 /\ x' = x
Next == \/ \E p \in P : (\E k \in 0..1000 : Step(p, k)) \/ Stop(p)
        \/ Double
====
"""
PROCESSES = [ModelValue(f"p{number}") for number in range(4)]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    return spec_of(tmp_path_factory.mktemp("tangle"), SPEC)


def logs(length: int, last: str, *silent: Silent) -> list[Trace]:
    return [
        Trace(
            "Tangle",
            tuple(
                Event(n + 1, (Call(last, (p,)) if n == length - 1 else step(p, n),))
                for n in range(length)
            ),
            constants={"P": frozenset(PROCESSES)},
            silent=silent,
            file=f"{p.name}.trace",
        )
        for p in PROCESSES
    ]


def step(process: ModelValue, number: int) -> Call:
    return Call("Step", (process, number * 7 % 1000))


def test_more_pairs_than_there_is_room_for_leave_it_unknown(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_PAIRS", 3_000)
    verdict = decide_together(spec, logs(50, "Stop"), cache(find_toolchain))
    assert verdict.judgement is Judgement.UNKNOWN
    assert "more than 3,000 pairs" in verdict.why
    assert f"{verdict.matched} of 200 events matched" in verdict.why
    assert verdict.matched >= 49


def test_a_limit_of_time_leaves_it_unknown(spec: Spec) -> None:
    limits = Limits(timeout_s=1.0)
    verdict = decide_together(spec, logs(100, "Stop"), cache(find_toolchain), limits)
    assert verdict.judgement is Judgement.UNKNOWN
    assert "1 s is up" in verdict.why
    assert 0 < verdict.matched < verdict.execution.total


def test_no_order_of_few_events_can_hide(spec: Spec) -> None:
    limits = Limits(explained=0)
    verdict = decide_together(spec, logs(3, "Stop"), cache(find_toolchain), limits)
    assert verdict.judgement is Judgement.REJECTED
    assert verdict.bound is None


def test_a_rejection_says_if_more_silent_steps_might_help(spec: Spec) -> None:
    """Four doublings make 16 of 1; with at most one for each gap there is none."""
    header = Trace("Tangle", constants={"P": frozenset(PROCESSES)})
    wanted = (1 << 4) * 31 % 10007
    for maximum, judgement, bound in [
        (None, Judgement.CONFORMS, None),
        (4, Judgement.CONFORMS, None),
        (1, Judgement.REJECTED, 1),
    ]:
        traces = [
            Trace(
                "Tangle",
                (Event(1, (Call("Step", (PROCESSES[0], 0)),), (seen(wanted),)),),
                constants=header.constants,
                silent=(Silent(Call("Double"), maximum),),
                file="p0.trace",
            ),
            Trace("Tangle", constants=header.constants, file="p1.trace"),
        ]
        limits = Limits(explained=0)
        verdict = decide_together(spec, traces, cache(find_toolchain), limits)
        assert verdict.judgement is judgement
        assert verdict.bound == bound


def seen(value: int) -> Observation:
    return Observation(Seen("x"), Relation.EQUALS, value, primed=True)
