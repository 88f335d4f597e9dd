"""Implementations that take no wrong step but stop too soon are found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pyspec import catalog
from pyspec.campaign.judged import Judged
from pyspec.campaign.schedules import run_schedules, try_broken
from pyspec.conformance import Judgement, NativeEngine, ask, load_spec
from pyspec.errors import Bug
from pyspec.tla2tools import find_toolchain
from refimpl.commit.two_phase_commit_broken import BROKEN
from refimpl.sim import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.conformance import Question, Spec, Verdict
    from refimpl.protocol import Broken

pytestmark = pytest.mark.java
SLUG = "two_phase_commit"
RESIGNED = next(broken for broken in BROKEN if broken.owes)


@pytest.fixture(scope="module")
def spec() -> Spec:
    return load_spec(find_toolchain, catalog.find(SLUG).spec)


@pytest.fixture
def engine() -> NativeEngine:
    return NativeEngine(find_toolchain)


def test_a_schedule_that_owes_something_is_a_failure(
    spec: Spec, engine: NativeEngine
) -> None:
    protocol = replace(RESIGNED.protocol, faults=RESIGNED.faults)
    ran = run_schedules(protocol, RESIGNED.seeds, spec, engine)
    assert len(ran.failures) == len(RESIGNED.seeds)
    assert all("owes TMSendDecision" in each.headline for each in ran.failures)


def test_a_broken_implementation_owes_what_is_meant(
    spec: Spec, engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(broken: Broken) -> str | None:
        found = "pyspec.campaign.schedules.find_broken"
        monkeypatch.setattr(found, lambda _: (broken,))
        [result] = try_broken(SLUG, spec, engine)
        return result.problem

    assert tried(RESIGNED) is None
    other = replace(RESIGNED, owes="TMCommit")
    assert tried(other) == "owes TMSendDecision(r3), not TMCommit"
    sound = replace(RESIGNED, faults=replace(RESIGNED.faults, losses=0))
    assert tried(sound) == "nothing is owed (conforms)"


class Accepts:
    """An engine that accepts everything; `asked` counts what it was asked."""

    def __init__(self, engine: NativeEngine) -> None:
        self.engine = engine
        self.asked = 0

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        self.asked += len(questions)
        return [
            replace(verdict, judgement=Judgement.CONFORMS, event=None)
            for verdict in self.engine.decide(questions)
        ]


def test_two_engines_that_differ_are_a_bug(spec: Spec, engine: NativeEngine) -> None:
    trace = simulate(RESIGNED.protocol, RESIGNED.seeds[0], RESIGNED.faults)
    wrong = ask(spec, replace(trace, events=trace.events[1:]))
    both = Judged(engine, engine)
    [verdict] = both.decide([wrong])
    assert verdict.judgement is Judgement.REJECTED
    for one, other in ((Accepts(engine), engine), (engine, Accepts(engine))):
        with pytest.raises(Bug, match="the engines differ"):
            Judged(one, other).decide([wrong])
    [owes] = both.decide([ask(spec, trace)])
    assert owes.owed == ("TMSendDecision(r3)",)


def test_of_many_traces_some_are_decided_twice(
    spec: Spec, engine: NativeEngine
) -> None:
    traces = [simulate(RESIGNED.protocol, seed) for seed in range(10)]
    events = sum(len(trace.events) for trace in traces)
    for share, expected in ((1, 10), (2, 5), (3, 4), (events, 1)):
        tlc = Accepts(engine)
        judge = Judged(tlc, engine, -(-events // share))
        judge.decide([ask(spec, trace) for trace in traces])
        assert tlc.asked == judge.compared == expected


def test_what_one_engine_does_not_know_the_other_says(
    spec: Spec, engine: NativeEngine
) -> None:
    class Unsure(Accepts):
        def decide(self, questions: Sequence[Question]) -> list[Verdict]:
            found = super().decide(questions)
            return [replace(each, judgement=Judgement.UNKNOWN) for each in found]

    trace = simulate(RESIGNED.protocol, RESIGNED.seeds[0], RESIGNED.faults)
    asked = [ask(spec, replace(trace, events=trace.events[1:]))]
    for one, other in ((Unsure(engine), engine), (engine, Unsure(engine))):
        [verdict] = Judged(one, other).decide(asked)
        assert verdict.judgement is Judgement.REJECTED
        assert verdict.question is asked[0]
    [verdict] = Judged(Unsure(engine), Unsure(engine)).decide(asked)
    assert verdict.judgement is Judgement.UNKNOWN
