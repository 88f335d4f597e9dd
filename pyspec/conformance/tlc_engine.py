"""Replay decided by TLC: many questions in one run of a generated module.

Questions about one spec with one set of constants share a JVM.  A question
that makes TLC stop with an evaluation error is found by halving the batch, so
that it costs the others nothing but time.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from pyspec.conformance.claimed import claimed_of
from pyspec.conformance.explain import Detail, Probe, can_be_explained, explain
from pyspec.conformance.module import generate
from pyspec.conformance.verdict import Fairness, Judgement, Verdict
from pyspec.errors import Interrupted, Unavailable, Undecided
from pyspec.tla2tools import Cause, Job, run
from pyspec.tla2tools.process import Workspace
from pyspec.trace.model import End, Loop
from pyspec.values import show

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from pyspec.conformance.question import Question
    from pyspec.conformance.verdict import Explanation
    from pyspec.tla2tools import Outcome, Toolchain


T = TypeVar("T")


class Engine(Protocol):
    """Whatever can answer questions; answers come in the questions' order."""

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        """Answer each question."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run of TLC may use: seconds of wall time, MiB of memory.

    `unbounded_s` is for a run that looks whether more silent steps would help
    (0: nobody looks), and `unbounded_total_s` for all of these; `explained` is how
    many rejections of a run are explained, as each needs its share of a further
    run, and `explaining_s` is for that run.
    """

    timeout_s: float | None = None
    memory_mb: int | None = None
    unbounded_s: float = 10.0
    unbounded_total_s: float = 60.0
    explaining_s: float = 20.0
    explained: int = 20

    def within(self, seconds: float) -> Limits:
        """Return these limits with no more time than that."""
        timeout = seconds if self.timeout_s is None else min(seconds, self.timeout_s)
        return replace(self, timeout_s=timeout)


class TlcEngine:
    """Answers by TLC.  One JVM for a batch, a second if any is rejected."""

    def __init__(
        self,
        toolchain: Toolchain,
        limits: Limits | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self.toolchain = toolchain
        self.limits = limits or Limits()
        self.stop = stop

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        """Answer each question, in order."""
        answers: dict[int, Verdict] = {}
        for indices in _batches(questions):
            batch = [questions[index] for index in indices]
            answers.update(zip(indices, self.decide_batch(batch), strict=True))
        return [answers[index] for index in range(len(questions))]

    def decide_batch(self, batch: Sequence[Question]) -> list[Verdict]:
        """Answer questions of one spec and one set of constants."""
        return self.explained(self.without_bounds(self.verdicts(batch)))

    def verdicts(self, batch: Sequence[Question]) -> list[Verdict]:
        """Take out the culprit of a batch that TLC cannot finish.

        TLC tells it by the state at which it fails; where it does not, halving
        the batch finds it.
        """
        reached, outcome = self.reach(batch)
        if outcome.cause in _FINISHED | {Cause.TIMEOUT, Cause.MEMORY}:
            limited = outcome.cause not in _FINISHED
            if limited and len(batch) > 1:
                return [v for part in _halves(batch) for v in self.verdicts(part)]
            return [
                _verdict(question, place, outcome)
                for question, place in zip(batch, reached, strict=True)
            ]
        if outcome.cause is Cause.ASSUMPTION:  # the constants are those of all
            return [_failed(question, 0, outcome) for question in batch]
        culprit = 0 if len(batch) == 1 else _culprit(outcome, batch)
        if culprit is None:
            return [v for part in _halves(batch) for v in self.verdicts(part)]
        rest = [*batch[:culprit], *batch[culprit + 1 :]]
        verdicts = self.verdicts(rest) if rest else []
        failed = _failed(batch[culprit], reached[culprit].matched, outcome)
        return [*verdicts[:culprit], failed, *verdicts[culprit:]]

    def reach(
        self,
        batch: Sequence[Question],
        *,
        unbounded: bool = False,
    ) -> tuple[list[_Place], Outcome]:
        """Return how far some behavior matches each trace."""
        tag = fresh_tag()
        generated = generate(batch, name=_NAME, tag=tag, unbounded=unbounded)
        size = sum(map(len, generated.events)) + len(batch)
        outcome = self.run(generated.text, generated.config, batch[0], size)
        if outcome.prints_dropped:
            raise Undecided(
                f"TLC printed more lines than are kept, so {len(batch)} traces with "
                f"{size} events cannot be decided in one run",
                hint="Replay fewer or shorter traces at a time.",
            )
        best = [0] * len(batch)
        for trace, position in _positions(outcome.prints, tag):
            best[trace - 1] = max(best[trace - 1], position)
        reached = [
            _place(position, owners)
            for position, owners in zip(best, generated.events, strict=True)
        ]
        return reached, outcome

    def without_bounds(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Drop `with at most n silent steps` where no number of them helps.

        All at once, and one by one if TLC does not come to an end with all,
        while there is time: a bound that stays claims less, but nothing false.
        """
        bounded = [place for place, v in enumerate(verdicts) if v.bound is not None]
        if not bounded or self.limits.unbounded_s <= 0:
            return verdicts
        found = self.unbounded([verdicts[place] for place in bounded])
        if found is None and len(bounded) > 1:
            deadline = time.monotonic() + self.limits.unbounded_total_s
            found = []
            for place in bounded:
                if time.monotonic() > deadline:
                    break
                alone = self.unbounded([verdicts[place]])
                found.append(alone[0] if alone else -1)
        for place, matched in zip(bounded, found or (), strict=False):
            if matched == verdicts[place].matched:
                verdicts[place] = replace(verdicts[place], bound=None)
        return verdicts

    def unbounded(self, verdicts: list[Verdict]) -> list[int] | None:
        """Return how many events match with any number of silent steps, if known."""
        engine = TlcEngine(
            self.toolchain,
            self.limits.within(self.limits.unbounded_s),
            stop=self.stop,
        )
        questions = [verdict.question for verdict in verdicts]
        reached, outcome = engine.reach(questions, unbounded=True)
        if outcome.cause not in _FINISHED:
            return None
        return [place.matched for place in reached]

    def explained(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Ask TLC again at the first impossible events: what would have fitted?"""
        rejected = [
            place
            for place, verdict in enumerate(verdicts)
            if verdict.judgement is Judgement.REJECTED and can_be_explained(verdict)
        ][: self.limits.explained]
        parts = self.probed([verdicts[place] for place in rejected], Detail.FULL)
        for place, part in zip(rejected, parts, strict=True):
            verdicts[place] = part
        return verdicts

    def probed(self, verdicts: list[Verdict], detail: Detail) -> list[Verdict]:
        """Explain rejections; ask for less where TLC cannot tell everything.

        A verdict stands without an explanation if TLC cannot give any.
        """
        if not verdicts:
            return []
        found = self.probe(verdicts, detail)
        answers = [
            replace(verdict, explanation=explanation) if explanation else verdict
            for verdict, explanation in zip(verdicts, found, strict=True)
        ]
        mute = [place for place, one in enumerate(found) if one is None]
        if mute and detail.less is not None:
            less = self.probed([verdicts[place] for place in mute], detail.less)
            for place, verdict in zip(mute, less, strict=True):
                answers[place] = verdict
        return answers

    def probe(
        self,
        verdicts: Sequence[Verdict],
        detail: Detail,
    ) -> list[Explanation | None]:
        """Explain rejections in one run; without those that TLC stumbles over."""
        probes = [Probe(verdict, fresh_tag(), detail) for verdict in verdicts]
        questions = [probe.verdict.question for probe in probes]
        generated = generate(
            questions,
            name=_NAME,
            tag=fresh_tag(),
            probes={
                index: (probe.place, probe.verdict.part, probe.formula)
                for index, probe in enumerate(probes)
            },
        )
        hurried = TlcEngine(
            self.toolchain,
            self.limits.within(self.limits.explaining_s),
            stop=self.stop,
        )
        outcome = hurried.run(generated.text, generated.config, questions[0])
        if outcome.cause in _FINISHED and not outcome.prints_dropped:
            return [
                explain(probe, printed_values(outcome.prints, probe.tag))
                for probe in probes
            ]
        if len(verdicts) == 1 or outcome.cause is Cause.TIMEOUT:
            return [None] * len(verdicts)
        culprit = _culprit(outcome, questions)
        if culprit is None:
            parts = [self.probe(part, detail) for part in _halves(verdicts)]
            return [one for part in parts for one in part]
        rest = self.probe([*verdicts[:culprit], *verdicts[culprit + 1 :]], detail)
        return [*rest[:culprit], None, *rest[culprit:]]

    def run(
        self,
        text: str,
        config: str,
        question: Question,
        size: int | None = None,
    ) -> Outcome:
        """Run TLC on a generated module in a private folder."""
        spec = question.spec
        with Workspace() as workspace:
            module = workspace.path / f"{_NAME}.tla"
            module.write_text(text, encoding="utf-8")
            cfg = workspace.path / f"{_NAME}.cfg"
            cfg.write_text(config, encoding="utf-8")
            job = Job(
                module=module,
                config=cfg,
                library=(spec.path.parent, *spec.library),
                deadlock=False,
                workers=1,
                timeout_s=self.limits.timeout_s,
                memory_mb=self.limits.memory_mb,
                expected_states=size,
            )
            outcome = run(self.toolchain, job, stop=self.stop)
        if outcome.cause is Cause.STOPPED:
            raise Interrupted("interrupted while replaying")
        if outcome.cause in _ENVIRONMENT:
            raise Unavailable(outcome.message)
        return outcome


_NAME = "PyspecReplay"
# Of one run: each prints a line when it is first matched, and the bridge keeps
# 100,000 lines.
MOST_EVENTS = 30_000
# A batch in which no trace has the initial state that it observes is decided.
_FINISHED = frozenset({Cause.NONE, Cause.NO_INITIAL_STATE})
_ENVIRONMENT = frozenset({Cause.KILLED, Cause.DISK})


def fresh_tag() -> str:
    """Return a word that no spec prints by chance."""
    return f"px{secrets.token_hex(6)}"


def _batches(questions: Sequence[Question]) -> Iterator[list[int]]:
    """Group questions of one spec and constants, so that no run is too large."""
    for indices in grouped(questions):
        batch: list[int] = []
        size = 0
        for index in indices:
            events = len(questions[index].trace.events) + 1
            if batch and size + events > MOST_EVENTS:
                yield batch
                batch, size = [], 0
            batch.append(index)
            size += events
        yield batch


def grouped(questions: Sequence[Question]) -> list[list[int]]:
    """Return the places of questions of one spec and constants together."""
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for index, question in enumerate(questions):
        constants = tuple(
            sorted((name, show(v)) for name, v in question.constants.items()),
        )
        groups[(id(question.spec.facts), constants)].append(index)
    return list(groups.values())


def _culprit(outcome: Outcome, batch: Sequence[Question]) -> int | None:
    """Return the index of the question whose state TLC could not go on from."""
    last = outcome.states[-1] if outcome.states else {}
    trace = last.get("pxT")
    if isinstance(trace, int) and 1 <= trace <= len(batch):
        return trace - 1
    return None


def _halves(batch: Sequence[T]) -> Iterator[Sequence[T]]:
    middle = len(batch) // 2
    yield batch[:middle]
    yield batch[middle:]


def _positions(prints: Sequence[str], tag: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(
        rf'<<"{tag}",\s*(\d+),\s*(\d+)>>',
        "\n".join(prints),
    ):
        yield int(match.group(1)), int(match.group(2))


def printed_values(prints: Sequence[str], tag: str) -> list[str]:
    """Texts of the tuples that begin with a tag; TLC wraps long ones."""
    text = "\n".join(prints)
    found = []
    for match in re.finditer(rf'<<\s*"{tag}"', text):
        end = _closing(text, match.start())
        if end is not None:
            found.append(text[match.start() : end])
    return found


def _closing(text: str, start: int) -> int | None:
    """Return the place behind the `>>` that closes the tuple at `start`."""
    depth = 0
    for match in re.compile(r'"(?:\\.|[^"\\])*"|<<|>>').finditer(text, start):
        depth += {"<<": 1, ">>": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    return None


class _Place(NamedTuple):
    """How many events matched, and steps of the next; -1 before the initial state."""

    matched: int
    part: int = 0


def _place(position: int, owners: tuple[int, ...]) -> _Place:
    """Return what lies wholly before a position."""
    if position == 0:
        return _Place(-1)
    if position > len(owners):
        return _Place(owners[-1] + 1 if owners else 0)
    owner = owners[position - 1]
    return _Place(owner, position - 1 - owners.index(owner))


def _verdict(question: Question, place: _Place, outcome: Outcome) -> Verdict:
    events, matched = question.trace.events, place.matched
    if matched == len(events):
        return beyond_events(Verdict(question, Judgement.CONFORMS, matched))
    if outcome.cause not in _FINISHED:
        return Verdict(
            question,
            Judgement.UNKNOWN,
            max(matched, 0),
            why=f"{outcome.message}; {max(matched, 0)} of {len(events)} events matched",
        )
    return rejection(question, matched, place.part)


def beyond_events(verdict: Verdict) -> Verdict:
    """Return the verdict on a trace whose events match, with what TLC is not asked."""
    question = verdict.question
    end, claimed = question.trace.end, claimed_of(question)
    if isinstance(end, Loop):
        why = "whether a loop can be repeated for ever, only the native engine decides"
        return replace(verdict, judgement=Judgement.UNKNOWN, why=why)
    rests = end is End.QUIESCENT and claimed.specification is not None
    if not (claimed.names or rests):
        return verdict
    why = "fairness and properties, which only the native engine looks at"
    return replace(verdict, fairness=Fairness(unjudged=why))


def rejection(question: Question, matched: int, part: int = 0) -> Verdict:
    """Return the verdict on a trace of which so much matched; -1 events: no INIT."""
    events = question.trace.events
    bounds = [silent.maximum for silent in question.trace.silent]
    known = [bound for bound in bounds if bound is not None]
    return Verdict(
        question,
        Judgement.REJECTED,
        max(matched, 0),
        event=events[matched] if matched >= 0 else None,
        bound=min(known) if known and matched >= 0 else None,
        why=_without_start(question) if matched < 0 else "",
        part=part,
    )


def _without_start(question: Question) -> str:
    if question.trace.init:
        return "no initial state has what INIT observes"
    return f"{question.spec.facts.init} of the spec has no state at all"


def _failed(question: Question, matched: int, outcome: Outcome) -> Verdict:
    """TLC could not evaluate something: in the spec, or in what was observed."""
    events = question.trace.events
    event = events[matched] if 0 <= matched < len(events) else None
    return Verdict(
        question,
        Judgement.MALFORMED,
        max(matched, 0),
        event=event,
        why=f"TLC cannot evaluate this: {outcome.message}",
    )
