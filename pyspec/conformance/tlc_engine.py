"""Replay decided by TLC: many questions in one run of a generated module.

Questions about one spec with one set of constants share a JVM.  A question
that makes TLC stop with an evaluation error is found by halving the batch, so
that it costs the others nothing but time.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pyspec.conformance.explain import Probe, explain
from pyspec.conformance.module import generate
from pyspec.conformance.verdict import Judgement, Verdict
from pyspec.errors import Interrupted, Unavailable, Undecided
from pyspec.tla2tools import Cause, Job, run
from pyspec.values import show

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from pyspec.conformance.question import Question
    from pyspec.tla2tools import Outcome, Toolchain


class Engine(Protocol):
    """Whatever can answer questions; answers come in the questions' order."""

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        """Answer each question."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run of TLC may use: seconds of wall time, MiB of memory.

    `explained` is how many rejections of a run are explained, as each needs
    its share of a further run.
    """

    timeout_s: float | None = None
    memory_mb: int | None = None
    unbounded_s: float = 10.0
    explained: int = 20


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
        verdicts = self.verdicts(batch)
        verdicts = [self.without_bound(verdict) for verdict in verdicts]
        return self.explained(verdicts)

    def verdicts(self, batch: Sequence[Question]) -> list[Verdict]:
        """Halve a batch that TLC cannot finish until the culprit stands alone."""
        reached, outcome = self.reach(batch)
        if outcome.cause in _FINISHED | {Cause.TIMEOUT, Cause.MEMORY}:
            limited = outcome.cause not in _FINISHED
            if limited and len(batch) > 1:
                return [v for part in _halves(batch) for v in self.verdicts(part)]
            return [
                _verdict(question, position, outcome)
                for question, position in zip(batch, reached, strict=True)
            ]
        if len(batch) > 1:
            return [v for part in _halves(batch) for v in self.verdicts(part)]
        return [_failed(batch[0], reached[0], outcome)]

    def reach(
        self,
        batch: Sequence[Question],
        *,
        unbounded: bool = False,
    ) -> tuple[list[int], Outcome]:
        """Return how many events of each trace some behavior matches.

        -1 if not even an initial state fits.
        """
        tag = _tag()
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
            _events_matched(position, owners)
            for position, owners in zip(best, generated.events, strict=True)
        ]
        return reached, outcome

    def without_bound(self, verdict: Verdict) -> Verdict:
        """Drop `with at most n silent steps` if no number of them helps."""
        if verdict.bound is None:
            return verdict
        engine = TlcEngine(
            self.toolchain,
            replace(self.limits, timeout_s=self.limits.unbounded_s),
            stop=self.stop,
        )
        reached, outcome = engine.reach([verdict.question], unbounded=True)
        if outcome.cause in _FINISHED and reached[0] == verdict.matched:
            return replace(verdict, bound=None)
        return verdict

    def explained(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Ask TLC again at the first impossible events: what would have fitted?"""
        rejected = [
            place
            for place, verdict in enumerate(verdicts)
            if verdict.judgement is Judgement.REJECTED and verdict.event is not None
        ][: self.limits.explained]
        for part in self.probed([verdicts[place] for place in rejected]):
            verdicts[rejected.pop(0)] = part
        return verdicts

    def probed(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Explain rejections in one run; one by one if TLC stumbles over it.

        A verdict stands without an explanation if TLC cannot give one.
        """
        if not verdicts:
            return []
        probes = [Probe(verdict, _tag()) for verdict in verdicts]
        questions = [verdict.question for verdict in verdicts]
        generated = generate(
            questions,
            name=_NAME,
            tag=_tag(),
            probes={
                index: (probe.place, probe.formula)
                for index, probe in enumerate(probes)
            },
        )
        outcome = self.run(generated.text, generated.config, questions[0])
        if outcome.cause in _FINISHED:
            return [
                replace(
                    verdict,
                    explanation=explain(
                        probe, printed_values(outcome.prints, probe.tag)
                    ),
                )
                for verdict, probe in zip(verdicts, probes, strict=True)
            ]
        if len(verdicts) == 1:
            return verdicts
        return [v for verdict in verdicts for v in self.probed([verdict])]

    def run(
        self,
        text: str,
        config: str,
        question: Question,
        size: int | None = None,
    ) -> Outcome:
        """Run TLC on a generated module in a private folder."""
        spec = question.spec
        with tempfile.TemporaryDirectory(prefix="pyspec-replay-") as folder:
            module = Path(folder, f"{_NAME}.tla")
            module.write_text(text, encoding="utf-8")
            cfg = Path(folder, f"{_NAME}.cfg")
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


def _tag() -> str:
    """Return a word that no spec prints by chance."""
    return f"px{secrets.token_hex(6)}"


def _batches(questions: Sequence[Question]) -> Iterator[list[int]]:
    """Group questions of one spec and constants, so that no run is too large."""
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for index, question in enumerate(questions):
        constants = tuple(
            sorted((name, show(v)) for name, v in question.constants.items()),
        )
        groups[(id(question.spec.facts), constants)].append(index)
    for indices in groups.values():
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


def _halves(batch: Sequence[Question]) -> Iterator[Sequence[Question]]:
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


def _events_matched(position: int, owners: tuple[int, ...]) -> int:
    """Events wholly before a position; -1 before the initial state."""
    if position == 0:
        return -1
    if position > len(owners):
        return owners[-1] + 1 if owners else 0
    return owners[position - 1]


def _verdict(question: Question, matched: int, outcome: Outcome) -> Verdict:
    events = question.trace.events
    if matched == len(events):
        return Verdict(question, Judgement.CONFORMS, matched)
    if outcome.cause not in _FINISHED:
        return Verdict(
            question,
            Judgement.UNKNOWN,
            max(matched, 0),
            why=f"{outcome.message}; {max(matched, 0)} of {len(events)} events matched",
        )
    bounds = [silent.maximum for silent in question.trace.silent]
    known = [bound for bound in bounds if bound is not None]
    return Verdict(
        question,
        Judgement.REJECTED,
        max(matched, 0),
        event=events[matched] if matched >= 0 else None,
        bound=max(known) if known and matched >= 0 else None,
        why="no initial state has what INIT observes" if matched < 0 else "",
    )


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
