"""One run of an implementation, and what is wrong with it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from pyspec.campaign.fuzzing.blame import described, method_that_raised
from pyspec.campaign.fuzzing.calm import Calm, is_at_rest, settle
from pyspec.campaign.fuzzing.history_file import history_line
from pyspec.campaign.fuzzing.reached import Reached, Tally
from pyspec.campaign.fuzzing.simulation import steered_meta
from pyspec.campaign.fuzzing.watch import Stuck
from pyspec.conformance import Judgement, Limits, Monitor, NativeEngine, ask, load_spec
from pyspec.conformance.claimed import claimed_of, compile_claims
from pyspec.conformance.histories import HistoryWalk, read_history, spec_of
from pyspec.errors import Mistake
from pyspec.language.temporal import StrongFairness, WeakFairness
from pyspec.trace.model import Call, End, Expectation, Expected, Loop
from refimpl.sim.recorder import Recorder
from refimpl.sim.schedule import Schedule
from refimpl.sim.steered import Steered
from refimpl.sim.world import World
from refimpl.triggers import ImplementationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyspec.campaign.fuzzing.calm import Circle
    from pyspec.campaign.fuzzing.reached import Conjuncts
    from pyspec.campaign.fuzzing.subject import Subject
    from pyspec.campaign.fuzzing.watch import Watch
    from pyspec.conformance import Question, Spec, Verdict
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Event, Trace
    from pyspec.values import Value
    from refimpl.history import HistoryEvent
    from refimpl.protocol import Faults, Protocol
    from refimpl.sim.schedule import Clock, Happening
    from refimpl.sim.system import System
    from refimpl.triggers import ProcessId

__all__ = ["Failure", "Judge", "Ran"]

What: TypeAlias = Literal["rejected", "owes", "history", "raised", "stuck", "died"]


class Failure(NamedTuple):
    """What is wrong with a run.

    - what: how it was found: an event that is no step of the spec, an action that
      is owed, a history that is not linearizable, an exception, a method that does
      not return, a process that died
    - where: the action, or the method
    - why: in a line, for people
    - event: the number of the event that was rejected
    """

    what: What
    where: str
    why: str = ""
    event: int | None = None

    @property
    def sign(self) -> tuple[str, str]:
        """What two failures have in common that are taken for the same."""
        return self.what, self.where.partition(" (")[0]


@dataclass(slots=True)
class Ran:
    """A run: its trace so far, and how it failed, if it did.

    - happenings: what happened, if somebody asked for it
    - settled: and what came of it when nothing more went wrong
    - clocks: of processes whose clock was not the world's, if somebody asked
    - circled: what it does for ever without rest was judged
    - unknown: a limit was hit, so nobody knows; why
    """

    trace: Trace
    failure: Failure | None = None
    tally: Tally = field(default_factory=Tally)
    happenings: list[Happening] = field(default_factory=list)
    settled: list[Happening] = field(default_factory=list)
    clocks: Mapping[ProcessId, Clock] = field(default_factory=dict)
    history: Sequence[HistoryEvent] = ()
    circled: bool = False
    unknown: str = ""


class _Rejected(Exception):
    """The spec does not allow what has happened."""


class Judge:
    """Runs one implementation, and holds it to its spec while it runs.

    `calm`: so many events without a fault some runs have at last, if they do not
    rest; fairness is judged of these.
    """

    def __init__(
        self,
        subject: Subject,
        toolchain: Callable[[], Toolchain],
        watch: Watch | None = None,
        *,
        calm: int = 0,
    ) -> None:
        self.subject = subject
        self.protocol = subject.protocol()
        self.spec = load_spec(toolchain, subject.spec())
        self.toolchain = toolchain
        self.conjuncts: Conjuncts | None = None
        self.watch = watch
        self.calm = calm
        self._monitors: list[tuple[Trace, Monitor]] = []
        self._looked_into = Counter[str]()
        self._fair: WeakKeyDictionary[Monitor, set[frozenset[object]]]
        self._fair = WeakKeyDictionary()
        self._may_know: bool | None = None
        self._objects: dict[str, Spec] = {}

    def drawn(
        self,
        seed: int,
        faults: Faults,
        events: int,
        *,
        protocol: Protocol | None = None,
        noted: bool = False,
    ) -> Ran:
        """Run what chance decides; `noted`: keep what happened, too.

        Of some seeds, each time the same, the run ends with a calm.
        """
        run = _Run(self, protocol or self.protocol)
        schedule = Schedule() if noted else None
        world = World(
            run.protocol, seed, faults, recorder=run.recorder, schedule=schedule
        )
        run.meta = world.meta()
        happenings = schedule.happenings if schedule else []
        clocks = schedule.clocks if schedule else {}
        before = 0

        def go() -> End:
            nonlocal before
            end = world.run(events)
            if end is End.CUT and self.calm and seed % _CALM_EVERY == 0:
                run.calm, before = Calm(world), len(happenings)
                end = world.calm(
                    self.calm, lambda: run.happened(len(happenings) - before)
                )
            return end

        ran = run.over(world, go)
        if not ran.circled:
            before = len(happenings)  # a calm is a part of the run like any other
        ran.happenings, ran.settled = happenings[:before], happenings[before:]
        if run.circle:
            ran.settled = ran.settled[: run.circle.happenings]
        ran.clocks = clocks
        return ran

    def steered(  # noqa: PLR0913 - what is steered, and where it ends
        self,
        seed: int,
        happenings: Iterable[Happening],
        *,
        protocol: Protocol | None = None,
        rest: frozenset[str] | None = None,
        events: int = 1 << 20,
        clocks: Mapping[ProcessId, Clock] | None = None,
    ) -> Ran:
        """Let these things happen, as far as they can.

        `rest`: then let happen what happens by itself, until nothing more does or
        for as long as a calm is; roles of these names stay down.
        """
        run = _Run(self, protocol or self.protocol)
        names = {name for role in run.protocol.roles for name in role.ids}
        kept = {name: clock for name, clock in (clocks or {}).items() if name in names}
        system = Steered(run.protocol, seed, run.recorder, clocks=kept)
        run.meta, run.shows_shortest = steered_meta(seed, self.subject), True
        taken: list[Happening] = []
        settled: list[Happening] = []

        def steer() -> End:
            system.start()
            for each in happenings:
                taken.append(each)
                if not system.take(each):
                    taken.pop()
            if rest is None:
                return End.CUT
            run.calm = Calm(system) if self.calm else None
            most = max(events, len(run.events) + self.calm)
            for each in settle(system, rest, most):
                settled.append(each)
                run.happened(len(settled))
            return End.QUIESCENT if is_at_rest(system, rest) else End.CUT

        ran = run.over(system, steer)
        ran.happenings = taken
        end = run.circle.happenings if run.circle else len(settled)
        ran.settled, ran.clocks = settled[:end], kept
        return ran

    # -------------------------------------------------------- for its runs

    def monitor(self, header: Trace) -> Monitor:
        """Return a monitor that has seen nothing; one serves for all runs alike."""
        for known, monitor in self._monitors:
            if known == header:
                monitor.restart()
                return monitor
        limits = Limits(unbounded_s=0, explained=0)
        monitor = Monitor(self.spec, header, self.toolchain, limits)
        self._monitors = [*self._monitors[-3:], (header, monitor)]
        return monitor

    def reached(self) -> Reached:
        """Return what notes what a run reaches."""
        return Reached(self.conjuncts, self._looked_into)

    def owed(self, trace: Trace, monitor: Monitor) -> Verdict | None:
        """Return the verdict on a run that came to rest, if it owes something.

        Fairness is about what happens for ever, so that where it ends decides.
        """
        ends: frozenset[object] = frozenset(monitor.states)
        fair = self._fair.setdefault(monitor, set())
        if ends in fair:
            return None
        verdict = self.held(trace)
        if verdict.owed:
            return verdict
        unjudged = verdict.fairness is not None and verdict.fairness.unjudged
        if not unjudged and self._ends_decide(verdict.question) and len(fair) < _MOST:
            fair.add(ends)
        return None

    def held(self, trace: Trace) -> Verdict:
        """Return the verdict on a whole run."""
        limits = Limits(unbounded_s=0, explained=0)
        engine = NativeEngine(self.toolchain, limits)
        (verdict,) = engine.decide([ask(self.spec, trace)])
        return verdict

    def _ends_decide(self, question: Question) -> bool:
        """Whether all that Spec assumes is weak and strong fairness.

        Whether `<>P` was met before, the last state could not tell.
        """
        if self._may_know is None:
            claimed = claimed_of(question)
            claims = compile_claims(
                question.spec, question.constants, claimed, self.toolchain
            )
            self._may_know = all(
                isinstance(each, WeakFairness | StrongFairness)
                for each in claims.fairness
            )
        return self._may_know

    def refuted(
        self, history: Sequence[HistoryEvent], kind: str
    ) -> tuple[Failure | None, str]:
        """Say why a history is not linearizable, or why nobody knows.

        One in which no client has done anything yet is.
        """
        if not history:
            return None, ""
        with tempfile.TemporaryDirectory(prefix="pyspec-") as folder:
            path = Path(folder) / "history.ndjson"
            path.write_text("".join(map(history_line, history)), encoding="utf-8")
            try:
                read = read_history(path, kind)
            except Mistake as error:
                why = f"line {error.line} of its history: {error.message}"
                return Failure("history", kind, why), ""
        spec = self._objects.get(kind)
        if spec is None:
            spec = self._objects[kind] = load_spec(self.toolchain, spec_of(kind))
        limits = Limits(timeout_s=60, unbounded_s=0, explained=0)
        engine = NativeEngine(self.toolchain, limits, walk=HistoryWalk)
        for verdict in engine.decide([ask(spec, t) for t in read.traces.values()]):
            if verdict.judgement is Judgement.REJECTED:
                line = verdict.event.line if verdict.event else None
                why = f"the history is not linearizable, as line {line} shows"
                return Failure("history", kind, why), ""
            if verdict.judgement is not Judgement.CONFORMS:
                return None, f"its history was not decided: {verdict.why}"
        return None, ""


_MOST = 1 << 16
_CALM_EVERY = 4
"""Of so many runs that do not rest one has a calm."""


class _Run:
    """One run, from its first event to its judgement."""

    def __init__(self, judge: Judge, protocol: Protocol) -> None:
        self.judge = judge
        self.protocol = protocol
        self.events: list[Event] = []
        self.recorder = Recorder(protocol, sink=self._event)
        self.reached = judge.reached()
        self.meta: Mapping[str, Value] = {}
        self.monitor: Monitor | None = None
        self.verdict: Verdict | None = None
        self.calm: Calm | None = None
        self.circle: Circle | None = None
        self.shows_shortest = False

    def _event(self, event: Event) -> None:
        """Hold an event to the spec; _Rejected ends the run."""
        self.events.append(event)
        monitor = self._begun()
        before = monitor.states
        self.verdict = monitor.take(event)
        if self.judge.watch is not None:
            self.judge.watch.event()  # what the spec took is not the handler's time
        if self.verdict is not None:
            raise _Rejected
        self.reached.note(event, monitor.arguments, before, monitor.states)

    def happened(self, happenings: int) -> None:
        """Note that so much has happened in the calm."""
        if self.calm is not None:
            states = self._begun().states
            self.calm.note(len(self.events), states, happenings)

    def _begun(self) -> Monitor:
        if self.monitor is None:
            self.monitor = self.judge.monitor(self.recorder.header({}))
        return self.monitor

    def over(self, system: System, go: Callable[[], End]) -> Ran:
        """Run to the end, and judge."""
        failure, end = None, End.CUT
        try:
            end = self._watched(go)
        except _Rejected:
            pass
        except Stuck as error:
            failure = Failure("stuck", error.method, str(error))
        except Exception as error:
            failure = _raised(error)
            if failure is None:
                raise
        trace = replace(
            self.recorder.header(self.meta), events=tuple(self.events), end=end
        )
        ran = Ran(trace, failure, self.reached.done(), history=system.history)
        if failure is None:
            self._judge(ran)
        return ran

    def _watched(self, go: Callable[[], End]) -> End:
        if self.judge.watch is None:
            return go()
        with self.judge.watch.running():
            return go()

    def _judge(self, ran: Ran) -> None:
        """Say what is wrong with a run that ended well."""
        monitor = self._begun()
        verdict = self.verdict or monitor.verdict
        if verdict.judgement is Judgement.UNKNOWN:
            ran.unknown = verdict.why
        elif verdict.judgement is not Judgement.CONFORMS:
            ran.failure = _rejected(verdict)
            ran.trace = _expecting(ran.trace, ran.failure)
            return
        kind = self.protocol.history
        if kind is not None:
            ran.failure, why = self.judge.refuted(ran.history, kind)
            ran.unknown = ran.unknown or why
        if ran.failure is not None or ran.unknown:
            return
        if ran.trace.end is End.QUIESCENT:
            self._blame(ran, self.judge.owed(ran.trace, monitor))
        elif self.calm is not None:
            self._judge_circle(ran, self.calm)

    def _judge_circle(self, ran: Ran, calm: Calm) -> None:
        """Judge what the run does for ever; of a steered one show the shortest."""
        circle = calm.longest(self.judge.calm)
        if circle is None:
            return
        ran.circled = True
        whole = self.judge.held(self._going_round(ran, circle))
        if not whole.owed:
            return
        shorter = calm.shorter(circle) if self.shows_shortest else ()
        for each in shorter:
            verdict = self.judge.held(self._going_round(ran, each))
            if verdict.owed == whole.owed:
                circle, whole = each, verdict
                break
        self.circle = circle
        ran.trace = self._going_round(ran, circle)
        self._blame(ran, whole)

    def _going_round(self, ran: Ran, circle: Circle) -> Trace:
        """Return the trace of going round in this circle for ever."""
        events = self.events[: circle.end]
        back_to = events[circle.start - 1].number if circle.start else 0
        return replace(ran.trace, events=tuple(events), end=Loop(back_to))

    def _blame(self, ran: Ran, verdict: Verdict | None) -> None:
        if verdict is None or verdict.fairness is None:
            return
        calls = [each.call for each in verdict.fairness.owed if each.call]
        names = ", ".join(sorted({each.action for each in calls})) or "fairness"
        ran.failure = Failure("owes", names, verdict.headline)
        if calls:
            expect = Expectation(Expected.OWES, call=calls[0])
            ran.trace = replace(ran.trace, expect=expect)


def _rejected(verdict: Verdict) -> Failure:
    event = verdict.event
    if event is None:
        return Failure("rejected", "INIT", verdict.why or "no initial state matches")
    step = event.steps[-1]
    name = step.action if isinstance(step, Call) else "SKIP"
    return Failure("rejected", name, verdict.why or verdict.headline, event.number)


def _expecting(trace: Trace, failure: Failure) -> Trace:
    if failure.event is None:
        return trace
    return replace(trace, expect=Expectation(Expected.REJECTED, event=failure.event))


def _raised(error: Exception) -> Failure | None:
    """Return an implementation's exception; None for one of our own."""
    where = method_that_raised(error)
    if where is None and not _is_of_protocol(error):
        return None
    return Failure("raised", f"{where or 'a step'}", described(error))


def _is_of_protocol(error: Exception) -> bool:
    """Whether the framework refuses what an implementation does."""
    return isinstance(error, ImplementationError)
