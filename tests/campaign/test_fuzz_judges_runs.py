"""Runs held to the spec while they happen, and made small if they fail."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.campaign.fuzzing.calm import is_at_rest, settle
from pyspec.campaign.fuzzing.given import ceiling_of
from pyspec.campaign.fuzzing.judge import Judge
from pyspec.campaign.fuzzing.reached import Conjuncts
from pyspec.campaign.fuzzing.shrink import Shrinking
from pyspec.campaign.fuzzing.subject import Subject
from pyspec.campaign.fuzzing.swarm import Steering, Swarm
from pyspec.conformance import Judgement, Limits, Monitor, NativeEngine, ask
from pyspec.conformance.coverage import coverage_of
from pyspec.conformance.expectation import unmet
from pyspec.tla2tools import find_toolchain
from pyspec.trace.model import End
from refimpl.protocol import Faults, find_broken
from refimpl.sim.recorder import Recorder
from refimpl.sim.steered import Steered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyspec.campaign.fuzzing.judge import Ran
    from pyspec.campaign.fuzzing.shrink import Small
    from pyspec.conformance import Question, Verdict
    from pyspec.trace.model import Trace
    from refimpl.sim.schedule import Happening

pytestmark = pytest.mark.java

SLUG: Final = "two_phase_commit"
BROKEN: Final = [each.name for each in find_broken(SLUG)]
toolchain = cache(find_toolchain)


@cache
def judge_of(broken: str | None = None) -> Judge:
    return Judge(Subject(SLUG, broken), toolchain)


def replayed(traces: Sequence[Trace]) -> list[Verdict]:
    """What `pyspec replay` says of whole traces."""
    spec = judge_of().spec
    engine = NativeEngine(toolchain, Limits(explained=0))
    return engine.decide([ask(spec, replace(t, expect=None)) for t in traces])


@cache
def faults(number: int) -> Faults:
    return faults_drawn()[number]


@cache
def faults_drawn() -> list[Faults]:
    steering = Steering(Swarm(ceiling_of(judge_of().protocol, "all", [])), 0)
    return [steering.draw() for _ in range(200)]


@cache
def failing(broken: str) -> tuple[int, Ran]:
    """The first seed that fails, and how."""
    for seed in range(200):
        ran = judge_of(broken).drawn(seed, faults(seed), 500)
        if ran.failure is not None:
            return seed, ran
    raise AssertionError(broken)


@cache
def small(broken: str) -> Small:
    seed, ran = failing(broken)
    assert ran.failure is not None
    judge = judge_of(broken)
    shrinking = Shrinking(
        judge, seed, faults(seed), ran.failure, events=500, seconds=120
    )
    found = shrinking.shrunk()
    assert found is not None
    return found


# ------------------------------------------------------------ judging


def test_runs_of_the_implementation_are_found_to_be_right() -> None:
    judge = judge_of()
    runs = [judge.drawn(seed, faults(seed), 500) for seed in range(15)]
    assert not [ran.failure for ran in runs if ran.failure]
    assert {v.headline for v in replayed([r.trace for r in runs])} == {"conforms"}
    assert sum(ran.trace.end is End.QUIESCENT for ran in runs) > 10


@pytest.mark.parametrize("broken", BROKEN)
def test_what_fails_is_what_replay_finds(broken: str) -> None:
    _, ran = failing(broken)
    meant = next(each for each in find_broken(SLUG) if each.name == broken)
    assert ran.failure is not None
    assert ran.failure.where in {*meant.rejected_at, meant.owes}
    (verdict,) = replayed([ran.trace])
    assert unmet(replace(verdict, question=_asked(verdict, ran.trace))) is None
    assert (verdict.event and verdict.event.number) == ran.failure.event


def _asked(verdict: Verdict, trace: Trace) -> Question:
    return replace(verdict.question, trace=trace)


def test_a_monitor_that_begins_again_forgets_the_run_before() -> None:
    judge, again = judge_of("hasty_tm"), None
    for seed in range(8):
        ran = judge.drawn(seed, faults(seed), 500)
        header = replace(ran.trace, events=(), meta={}, end=End.CUT, expect=None)
        fresh = Monitor(judge.spec, header, toolchain, Limits(explained=0))
        if again is None:
            again = Monitor(judge.spec, header, toolchain, Limits(explained=0))
        else:
            again.restart()
        for event in ran.trace.events:
            one, other = fresh.take(event), again.take(event)
            assert (one is None) == (other is None)
            assert fresh.states == again.states
        expected = ran.failure is not None and ran.failure.what == "rejected"
        assert (fresh.verdict.judgement is Judgement.REJECTED) == expected
        assert again.verdict.headline == fresh.verdict.headline


def test_what_is_reached_is_what_replay_says_is_covered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pyspec.campaign.fuzzing.reached._EVERY", 1)
    judge = Judge(Subject(SLUG), toolchain)
    constants = judge.protocol.constants
    judge.conjuncts = Conjuncts(judge.spec, constants, toolchain)
    runs = [judge.drawn(seed, faults(seed), 500) for seed in range(2)]
    (covered,) = coverage_of(replayed([ran.trace for ran in runs]), toolchain)
    counted = {
        f"{action}: {place}": part.held
        for action, parts in covered.parts.items()
        for place, part in parts.items()
        if part.held
    }
    found: dict[str, int] = {}
    for ran in runs:
        for key, number in ran.tally.parts.items():
            found[key] = found.get(key, 0) + number
    assert found == counted
    assert {row["key"] for row in judge.conjuncts.table()} >= set(found)


# ------------------------------------------------------------ shrinking


def taken_again(broken: str, happenings: Sequence[Happening]) -> Trace:
    """The trace of these happenings, without the judge."""
    protocol = small(broken).protocol
    recorder = Recorder(protocol)
    system = Steered(protocol, _seed(broken), recorder)
    system.take_all(happenings)
    owes = failing(broken)[1].failure
    end = End.CUT
    if owes is not None and owes.what == "owes":
        for _ in settle(system, frozenset(), 1000):
            pass
        end = End.QUIESCENT if is_at_rest(system, frozenset()) else End.CUT
    return recorder.trace({}, end)


def _seed(broken: str) -> int:
    seed = small(broken).ran.trace.meta["seed"]
    assert isinstance(seed, int)
    return seed


def sign_of(verdict: Verdict) -> str:
    """What a whole trace is rejected for, or owes."""
    if verdict.event is not None:
        return str(verdict.event.steps[0])
    return ", ".join(verdict.owed)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_shrunk_run_fails_likewise_and_nothing_of_it_can_be_left_out(
    broken: str,
) -> None:
    _, first = failing(broken)
    found = small(broken)
    assert found.is_least
    assert found.ran.failure is not None
    assert first.failure is not None
    assert found.ran.failure.sign == first.failure.sign
    assert len(found.ran.trace.events) <= len(first.trace.events)
    happenings = found.ran.happenings
    parts = [
        [*happenings[:place], *happenings[place + 1 :]]
        for place in range(len(happenings))
    ]
    whole, *less = replayed([taken_again(broken, p) for p in (happenings, *parts)])
    assert _is_meant(whole, first)
    assert not [verdict.headline for verdict in less if _is_meant(verdict, first)]


def _is_meant(verdict: Verdict, first: Ran) -> bool:
    failure = first.failure
    assert failure is not None
    return failure.where in sign_of(verdict)


def test_fewer_processes_are_tried() -> None:
    assert sum(len(role.ids) for role in small("forgetful_rm").protocol.roles) == 2
    assert sum(len(role.ids) for role in small("counting_tm").protocol.roles) == 3


def test_a_failure_that_does_not_come_again_is_not_shrunk() -> None:
    seed, ran = failing("hasty_tm")
    assert ran.failure is not None
    other = ran.failure._replace(where="RMPrepare")
    judge = judge_of("hasty_tm")
    found = Shrinking(judge, seed, faults(seed), other, events=500, seconds=9)
    assert found.shrunk() is None


def test_shrinking_ends_when_its_time_is_over() -> None:
    seed, ran = failing("counting_tm")
    assert ran.failure is not None
    judge = judge_of("counting_tm")
    shrinking = Shrinking(
        judge, seed, faults(seed), ran.failure, events=500, seconds=0.0
    )
    found = shrinking.shrunk()
    assert found is not None
    assert not found.is_least
    assert found.ran.failure is not None


# ------------------------------------------------------------ clients

CLIENTS: Final = """
from dataclasses import replace
from refimpl.commit.two_phase_commit import TransactionManager, two_phase_commit
from refimpl.process import guard

class Asking(TransactionManager):
    told = %d

    def rcv_prepared(self, message):
        guard(self.state == "init")
        self.note("invoke", "write", 1)
        self.prepared |= {message.rm}
        self.note("ok", "write", 1)
        self.note("invoke", "read")
        self.note("ok", "read", self.told)

PROTOCOL = replace(two_phase_commit(tm_class=Asking), history="register")
"""


@pytest.mark.parametrize(("told", "expected"), [(1, None), (2, "history")])
def test_what_clients_are_told_is_judged(
    told: int, expected: str | None, tmp_path: Path
) -> None:
    code = tmp_path / f"asking_{told}.py"
    code.write_text(CLIENTS % told, encoding="utf-8")
    judge = Judge(Subject(SLUG, file=str(code)), toolchain)
    ran = judge.drawn(1, Faults(), 500)
    assert ran.history
    assert (ran.failure and ran.failure.what) == expected
    if ran.failure is not None:
        assert ran.failure.where == "register"
        assert "not linearizable, as line 4 shows" in ran.failure.why
