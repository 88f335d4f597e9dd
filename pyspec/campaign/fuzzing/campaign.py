"""Many runs over several processes: drawn, held to the spec, shrunk if they fail."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyspec.campaign.fuzzing.calm import CALM
from pyspec.campaign.fuzzing.crew import Crew
from pyspec.campaign.fuzzing.findings import Store, command_again
from pyspec.campaign.fuzzing.given import settings_of
from pyspec.campaign.fuzzing.judge import Failure
from pyspec.campaign.fuzzing.reached import SKIPPED, Tally
from pyspec.campaign.fuzzing.swarm import Steering, Swarm
from pyspec.campaign.fuzzing.worker import Orders
from pyspec.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pyspec.campaign.fuzzing.crew import Hand
    from pyspec.campaign.fuzzing.given import Ceiling
    from pyspec.campaign.fuzzing.subject import Subject

__all__ = ["Campaign", "Finding", "Plan", "Result"]

_GONE_IDLE: Final = 10
"""Of so many processes in a row that end outside of a run each is replaced."""
_BATCH: Final = 8
"""Runs that a worker is given at a time; they are drawn before any of them ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run, how often, and when to stop.

    - seeds, seconds: whichever is over first; None: without end
    - only: run this seed alone, with the ceiling's faults as they are
    - failures: stop after so many failing runs
    - shrink_s: for each failure; 0: as it is
    """

    subject: Subject
    ceiling: Ceiling
    folder: Path
    seeds: int | None = None
    seconds: float | None = None
    only: int | None = None
    first_seed: int = 0
    jobs: int = 1
    events: int = 500
    failures: int = 1
    shrink_s: float = 60.0
    calm: int = CALM
    handler_s: float = 10.0
    conjuncts: bool = True
    java: Path | None = None
    jar: Path | None = None

    @property
    def orders(self) -> Orders:
        """What each worker is started for."""
        return Orders(
            slug=self.subject.slug,
            broken=self.subject.broken,
            file=self.subject.file,
            variant=self.subject.variant,
            folder=str(self.folder),
            events=self.events,
            calm=self.calm,
            handler_s=self.handler_s,
            conjuncts=self.conjuncts,
            stuck="",
            java=str(self.java) if self.java else None,
            jar=str(self.jar) if self.jar else None,
        )


@dataclass(slots=True)
class Finding:
    """A run that failed, where it is written down, and what it was shrunk to.

    - same: further runs that failed likewise
    """

    failure: Failure
    seed: int
    settings: list[str]
    again: str
    files: Mapping[str, Any]
    small: Mapping[str, Any] | None = None
    unrepeatable: bool = False
    same: int = 0


@dataclass(slots=True)
class Result:
    """What came of all runs so far.

    - rested: of the runs, those that came to rest
    - circled: and those that went round in a circle at last
    - unknown: why runs were not decided, and how many
    - parts: what the spec's actions consist of
    """

    runs: int = 0
    events: int = 0
    rested: int = 0
    circled: int = 0
    seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)
    unknown: Counter[str] = field(default_factory=Counter)
    parts: list[Mapping[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failed: int = 0

    def never(self, actions: tuple[str, ...]) -> list[str]:
        """Return those of the spec's actions that no event was by."""
        return [each for each in actions if not self.tally.actions[each]]

    @property
    def idle_parts(self) -> list[Mapping[str, Any]]:
        """Parts of actions that were reached, which no step went through."""
        return [
            each
            for each in self.parts
            if self.tally.actions[each["action"]] and not self.tally.parts[each["key"]]
        ]

    @property
    def rare(self) -> list[tuple[str, int]]:
        """Actions by how often they occurred, the rarest first."""
        return sorted(
            ((n, c) for n, c in self.tally.actions.items() if n != SKIPPED),
            key=lambda each: (each[1], each[0]),
        )


class Campaign:
    """Gives work to processes, and hears what comes of it.

    `result` is right at any time, whatever ends the campaign.
    """

    def __init__(self, plan: Plan, say: Callable[[str], None] = lambda _: None) -> None:
        self.plan = plan
        self.result = Result()
        self._say = say
        self._steering = Steering(Swarm(plan.ceiling), plan.first_seed)
        self._next = plan.first_seed
        self._again: list[list[Any]] = []
        self._features: set[str] = set()
        self._drawn: dict[int, Any] = {}
        self._began = time.monotonic()
        self._store = Store(plan.folder, plan.subject)
        self._gone_idle = 0

    def go(self) -> Result:
        """Run until the plan says to stop, then shrink what was found."""
        jobs = 1 if self.plan.only is not None else self.plan.jobs
        crew = Crew(self.plan.orders, jobs)
        try:
            with crew:
                self._run(crew)
                if self.plan.shrink_s:
                    self._shrink_all(crew)
        finally:
            self._store.sweep(crew.started)
        return self.result

    # -------------------------------------------------------- running

    def _run(self, crew: Crew) -> None:
        while True:
            for hand in crew.hands:
                if hand.is_ready and hand.given is None:
                    self._give(hand)
            if not any(hand.given or not hand.is_ready for hand in crew.hands):
                return
            for hand, message in crew.messages(0.2):
                self._heard(crew, hand, message)  # all of them: none comes twice
            if self.result.failed >= self.plan.failures:
                return
            self._tell()

    def _give(self, hand: Hand) -> None:
        runs = self._drawn_runs()
        if runs:
            hand.give({"do": "run", "runs": runs})

    def _drawn_runs(self) -> list[list[Any]]:
        plan = self.plan
        if self._again:
            runs, self._again = self._again, []
            return runs
        if plan.only is not None:
            is_first, self._next = self._next == plan.first_seed, -1
            return [[plan.only, settings_of(plan.ceiling.faults)]] if is_first else []
        if plan.seconds is not None and self._elapsed > plan.seconds:
            return []
        number = _BATCH
        if plan.seeds is not None:
            number = min(number, plan.first_seed + plan.seeds - self._next)
        return [self._draw() for _ in range(number)]

    def _draw(self) -> list[Any]:
        faults = self._steering.draw()
        seed, self._next = self._next, self._next + 1
        self._drawn[seed] = faults
        return [seed, settings_of(faults)]

    def _heard(self, crew: Crew, hand: Hand, message: Mapping[str, Any]) -> None:
        if "ready" in message:
            self.result.parts = message["ready"]
        elif "ran" in message:
            self._ran(message["ran"])
        elif "done" in message:
            self._again += message["done"]
        elif "stuck" in message and hand.began is not None:
            method, why = message["stuck"]
            self._lost(hand, Failure("stuck", method, why))
        elif "gone" in message:
            self._gone(crew, hand, message["gone"])

    def _ran(self, told: Mapping[str, Any]) -> None:
        result, tally = self.result, Tally.of_json(told["tally"])
        self._gone_idle = 0
        result.runs += 1
        result.events += told["events"]
        result.rested += told["rested"]
        result.circled += told["circled"]
        result.seconds = self._elapsed
        result.tally.add(tally)
        if told["unknown"]:
            result.unknown[told["unknown"]] += 1
        new = tally.features - self._features
        self._features |= new
        faults = self._drawn.pop(told["seed"], None)
        if faults is not None:
            self._steering.learn(faults, len(new))
        if "finding" in told:
            self._found(told["seed"], told["settings"], dict(told["finding"]))

    def _found(self, seed: int, settings: list[str], told: dict[str, Any]) -> None:
        failure = Failure(*(told.pop(name) for name in Failure._fields))
        self.result.failed += 1
        for known in self.result.findings:
            if known.failure.sign == failure.sign:
                known.same += 1
                return
        again = self._command(seed, settings)
        found = Finding(failure, seed, settings, again, told)
        found.unrepeatable = told.get("why_no_schedule") == "it did not happen again"
        self.result.findings.append(found)

    def _command(self, seed: int, settings: list[str]) -> str:
        plan = self.plan
        return command_again(plan.subject, seed, settings, plan.events, plan.calm)

    # -------------------------------------------------------- workers that go

    def _gone(self, crew: Crew, hand: Hand, code: int) -> None:
        """Blame the run that a worker was in when it ended; give back the others."""
        if hand.began is None:
            self._gone_idle += 1
            if not self.result.runs or self._gone_idle > _GONE_IDLE:
                raise Unavailable(
                    f"a process that was to run ended at once, with {code}"
                )
        else:
            what, where, why = hand.why_gone(code)
            self._lost(hand, Failure(what, where, why))  # type: ignore[arg-type]  # words of its own
        self._again += hand.left
        crew.start()

    def _lost(self, hand: Hand, failure: Failure) -> None:
        """Write down what is known of a run whose process has ended."""
        assert hand.began is not None  # noqa: S101 - the callers looked
        (seed, settings), hand.began = hand.began, None
        again = self._command(seed, settings)
        facts = {**failure._asdict(), "seed": seed, "settings": settings}
        name = self._store.name(seed, settings)
        self._store.lost(name, {**facts, "again": again})
        self._gone_idle = 0
        self.result.runs += 1
        self._drawn.pop(seed, None)
        self._found(seed, settings, {**failure._asdict(), "trace": None, "events": 0})

    # -------------------------------------------------------- shrinking

    def _shrink_all(self, crew: Crew) -> None:
        open_ = [each for each in self.result.findings if _can_shrink(each)]
        if not open_:
            return
        for finding in open_:
            hand = next(self._idle(crew))
            crew.only(hand)
            self._shrink(crew, hand, finding)

    def _idle(self, crew: Crew) -> Iterator[Hand]:
        """Yield a worker that waits, or soon will."""
        while True:
            for hand in crew.hands:
                if hand.is_ready and hand.given is None:
                    yield hand
            if not crew.hands:
                crew.start()
            for _ in crew.messages(0.2):
                pass

    def _shrink(self, crew: Crew, hand: Hand, finding: Finding) -> None:
        until = time.monotonic() + 2 * self.plan.shrink_s + 30
        hand.give(
            {
                "do": "shrink",
                "seed": finding.seed,
                "settings": finding.settings,
                "failure": list(finding.failure),
                "seconds": self.plan.shrink_s,
            }
        )
        while hand.given is not None and time.monotonic() < until:
            for _, message in crew.messages(0.2):
                if "smaller" in message:
                    self._tell_smaller(message)
                elif "shrunk" in message:
                    finding.small = message["shrunk"]
                    finding.unrepeatable = finding.small is None
                elif "gone" in message:
                    return

    # -------------------------------------------------------- progress

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _tell(self) -> None:
        result = self.result
        if not result.runs:
            self._say("compiling the spec, then the first runs")
            return
        rate = result.events / max(self._elapsed, 0.001)
        reached = sum(name != SKIPPED for name in result.tally.actions)
        text = (
            f"{result.runs:,} runs, {result.events:,} events, {rate:,.0f}/s, "
            f"{reached} actions, {len(result.tally.followed)} pairs of them"
        )
        self._say(text + (f", {result.failed} failed" if result.failed else ""))

    def _tell_smaller(self, message: Mapping[str, Any]) -> None:
        self._say(
            f"shrinking: {message['smaller']} events after {message['runs']} runs"
        )


def _can_shrink(finding: Finding) -> bool:
    return finding.failure.what not in {"stuck", "died"} and not finding.unrepeatable
