"""A protocol's dossier, point by point.

Each point is a function that yields rows; a row is one check with its result.
The points are those that `docs/guide/dossier.md` explains, in its order.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.campaign.both import MOST_COMPARED, Both, compare_edges
from pyspec.campaign.claims import (
    Settings,
    check_claims,
    decides,
    expected,
    job_of,
)
from pyspec.campaign.driven import Effort
from pyspec.campaign.files import implementation_files
from pyspec.campaign.judged import Judged
from pyspec.campaign.mutation import unnoticed
from pyspec.campaign.native import Native
from pyspec.campaign.reached import reach
from pyspec.campaign.recordings import recordings, replay_recording
from pyspec.campaign.schedules import implementation_of, run_schedules, try_broken
from pyspec.catalog import Says
from pyspec.conformance import Limits, NativeEngine, TlcEngine, ask, load_spec
from pyspec.conformance.expectation import unmet
from pyspec.conformance.prose import lines_of
from pyspec.counts import counted
from pyspec.errors import Exit, Mistake, Undecided, near
from pyspec.tla2tools import read_config, sany
from pyspec.trace import read_trace
from pyspec.trace.model import Expected
from refimpl.audit.booted import classes_of
from refimpl.audit.reading import read
from refimpl.audit.repeating import repeated, watched
from refimpl.audit.words import Words, match
from refimpl.process import ImplementationError
from refimpl.protocol import find_broken

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyspec.campaign.claims import ClaimResult
    from pyspec.catalog import Protocol
    from pyspec.conformance import Engine, Spec
    from pyspec.language import Application, Facts
    from pyspec.tla2tools import Config, Job, Toolchain
    from pyspec.trace.model import Trace
    from refimpl.process import Process
    from refimpl.protocol import Protocol as Implementation

FEWEST_BROKEN: Final = 2
FEWEST_TRACES: Final = 2
DRIVEN_S: Final = 120.0
"""What driving an implementation by its spec may take; it takes a few as a rule."""
AUDITED: Final = 20
"""Runs of an implementation that are watched."""
REPEATED: Final = 10
"""Runs of an implementation that are made again in other processes."""
NATIVE_S: Final = 60.0
"""What the native engine may take for one claim; beyond that it is left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One check: `what` was looked at, what was found, and why it is red.

    `left` marks one that was not made, because it takes too long or cannot be.
    """

    point: str
    what: str
    found: str
    problems: tuple[str, ...] = ()
    exit: Exit = Exit.FINE
    left: bool = False

    @property
    def passed(self) -> bool:
        """Whether it was made and nothing is wrong."""
        return self.exit is Exit.FINE and not self.left


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to do.

    `runs` random schedules from `seed` on; `jobs` runs of TLC at a time;
    `nightly` claims too, which take minutes.
    """

    runs: int = 200
    seed: int = 0
    jobs: int = 1
    nightly: bool = False
    timeout_s: float | None = None
    memory_mb: int | None = None


class Verification:
    """Runs the points of one protocol's dossier; iterate over `rows()`."""

    def __init__(
        self,
        protocol: Protocol,
        toolchain: Toolchain,
        plan: Plan,
        *,
        say: Callable[[str], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        self.protocol = protocol
        self.toolchain = toolchain
        self.plan = plan
        self.say = say
        self.stop = stop
        self.results: list[ClaimResult] = []
        self.nexts: dict[object, tuple[Application, ...]] = {}
        limits = Limits(timeout_s=plan.timeout_s, memory_mb=plan.memory_mb)
        self.engine: Engine = TlcEngine(toolchain, limits, stop=stop)
        self.judge = Judged(
            self.engine, NativeEngine(lambda: toolchain, limits, stop=stop)
        )

    def rows(self) -> Iterator[Row]:
        """Yield the rows of every point, as they are found."""
        broken = False
        for row in self.modules():
            broken = broken or row.exit is not Exit.FINE
            yield row
        yield from self.page()
        yield from self.facts()
        if broken:
            return  # nothing can be checked or replayed against such modules
        yield from self.claims()
        yield from self.completeness()
        yield from self.engines()
        spec = load_spec(self.toolchain, self.protocol.spec)
        yield from self.implementation(spec)
        yield from self.traces(spec)

    # ------------------------------------------------------------ 1: modules

    def modules(self) -> Iterator[Row]:
        """SANY accepts every module."""
        files = sorted(self.protocol.folder.glob("*.tla"))
        if self.protocol.spec not in files:
            yield _red("modules", self.protocol.spec.name, "missing")
        if self.protocol.model_module not in files:
            yield _red("modules", self.protocol.model_module.name, "missing")
        for file in files:
            self.say(f"parsing {file.name}")
            report = sany.parse(self.toolchain, file)
            problems = tuple(str(error) for error in report.errors)
            found = f"{len(problems)} errors" if problems else "parses"
            yield _row("modules", file.name, found, problems, Exit.MISTAKE)

    # ------------------------------------------------------------ 1: claims

    def claims(self) -> Iterator[Row]:
        """TLC says what protocol.toml claims."""
        claims = [c for c in self.protocol.claims if self.plan.nightly or not c.nightly]
        if not claims:
            yield _red("claims", "protocol.toml", "no claim is made")
        found: dict[int, ClaimResult] = {}
        for done, result in check_claims(
            self.protocol,
            claims,
            self.toolchain,
            settings=Settings(
                timeout_s=self.plan.timeout_s,
                memory_mb=self.plan.memory_mb,
                coverage=True,
            ),
            parallel=self.plan.jobs,
            progress=lambda index, progress: self.say(
                f"{len(found)} of {len(claims)} claims; "
                f"{claims[index].config}: {progress.states:,} states",
            ),
            stop=self.stop,
        ):
            found[done] = result
            self.say(f"{len(found)} of {len(claims)} claims")
        self.results = [found[index] for index in sorted(found)]
        yield from map(_claim_row, self.results)
        for claim in self.protocol.claims:
            if claim not in claims:
                yield Row("claims", claim.config, "left for --nightly", left=True)

    def engines(self) -> Iterator[Row]:
        """The native engine agrees on each claim, where it can soon decide."""
        settings = Settings(
            timeout_s=min(self.plan.timeout_s or NATIVE_S, NATIVE_S),
            memory_mb=self.plan.memory_mb,
        )
        both = Both(self.toolchain, Native())
        for done, result in enumerate(self.results):
            self.say(f"native engine: {done} of {len(self.results)} claims")
            if decides(result.outcome):
                job = job_of(self.protocol, result.claim, settings)
                yield self._agreement(both, job, result)

    def _agreement(self, both: Both, job: Job, result: ClaimResult) -> Row:
        """Hold the native engine to what TLC found out about a claim."""
        name, states = result.claim.config, result.outcome.distinct or 0
        if states > MOST_COMPARED:
            found = f"left out: {states:,} states, more than {MOST_COMPARED:,}"
            return Row("engines", name, found, left=True)
        joined = both.joined(job, result.outcome, stop=self.stop)
        ours = joined.parts[1]
        if joined.difference is not None:
            problems = (joined.difference,)
            return Row("engines", name, "they differ", problems, Exit.BUG)
        if not decides(ours):
            return Row("engines", name, f"left out: {ours.message}", left=True)
        if not result.outcome.exhaustive:
            return Row("engines", name, f"both: {ours.message}")
        edges = compare_edges(job, self.toolchain, both.how)
        found = f"both: {ours.message}, {edges.compared:,} labelled edges"
        if edges.difference is None:
            return Row("engines", name, found)
        return Row("engines", name, "they differ", (edges.difference,), Exit.BUG)

    # ------------------------------------------------------------ 2, 3

    def completeness(self) -> Iterator[Row]:
        """Safety, liveness, fairness and refinement are claimed; all can fail."""
        spec = load_spec(self.toolchain, self.protocol.model_module)
        checked, violated, temporal = self._properties(spec.facts)
        yield _judged(
            "claims",
            "safety and liveness",
            f"{len(checked)} properties claimed to hold",
            [
                *([] if checked - temporal else ["no safety property is claimed"]),
                *([] if temporal else ["no liveness property is claimed"]),
            ],
        )
        never = sorted(checked - violated)
        yield _judged(
            "claims",
            "each property can fail",
            f"{len(checked & violated)} of {len(checked)} are violated by some claim",
            [
                f"{name} holds in every model: no mutant shows that it can fail"
                for name in never
            ],
        )
        yield self._taken()
        yield self._named_operators()

    def _properties(self, facts: Facts) -> tuple[set[str], set[str], set[str]]:
        """Names claimed to hold, names shown violated, and those that are temporal."""
        checked: set[str] = set()
        violated: set[str] = set()
        temporal: set[str] = set()
        for claim in self.protocol.claims:
            config = read_config(self.protocol.folder / claim.config)
            if claim.says is Says.HOLDS:
                checked |= {*config.invariants, *config.properties}
                temporal |= set(config.properties)
            elif claim.property:
                violated.add(claim.property)
        live = {
            name
            for name in temporal
            if name in facts.operators and facts.operators[name].level > ACTION_LEVEL
        }
        return checked, violated, live

    def _taken(self) -> Row:
        r"""Every action of Next is taken in some model.

        A model may wrap an action (`MCCommit == Commit /\ ...`); its steps then
        carry the wrapper's name.
        """
        taken: set[str] = set()
        for result in self.results:
            if result.claim.kind == "mutant":
                continue
            names = {a.action for a in result.outcome.coverage if a.generated}
            config = read_config(self.protocol.folder / result.claim.config)
            taken |= names | {
                place.action
                for place in self._applications(config)
                if place.label in names
            }
        base = load_spec(self.toolchain, self.protocol.spec).facts
        missing = [name for name in base.actions if name not in taken]
        return _judged(
            "claims",
            "each action happens",
            f"{len(base.actions) - len(missing)} of {len(base.actions)} are taken",
            [f"{name} is never taken in any model" for name in missing],
        )

    def _applications(self, config: Config) -> tuple[Application, ...]:
        """Where a model's own Next applies actions; read once for each Next."""
        key = (config.specification, config.next)
        if key not in self.nexts:
            facts = load_spec(self.toolchain, self.protocol.model_module, config).facts
            self.nexts[key] = facts.applications
        return self.nexts[key]

    def _named_operators(self) -> Row:
        """What claims say they mutate is what their cfg overrides."""
        problems = []
        mutants = 0
        for claim in self.protocol.claims:
            if claim.kind != "mutant":
                continue
            mutants += 1
            config = read_config(self.protocol.folder / claim.config)
            problems += [
                f"{claim.config} says that it mutates {name} but does not override it"
                for name in claim.mutates
                if name not in config.overrides
            ]
        if not mutants:
            problems.append("no claim is a mutant: a wrong variant that must be caught")
        return _judged("claims", "mutants", f"{mutants} mutants", problems)

    # ------------------------------------------------------------ 4

    def implementation(self, spec: Spec) -> Iterator[Row]:
        """The implementation conforms; broken ones are rejected."""
        slug = self.protocol.slug
        path = f"refimpl/{self.protocol.family}/{slug}.py"
        try:
            found = implementation_of(slug)
        except KeyError:
            yield _red("implementation", path, "missing")
            return
        except ImplementationError as error:
            yield _red("implementation", path, str(error))
            return
        unmade = _unmade(found)
        if unmade is not None:
            yield _red("implementation", path, unmade)
            return
        yield self.words(found, spec)
        yield self.pairing(found, spec)
        yield self.apart(found)
        self.say("watching audited runs")
        watching = self.audited_runs(found)
        yield watching
        if not watching.passed:
            return  # no schedule of it can be trusted to end, or to be one
        self.say("repeating runs under other conditions")
        yield self.repeated_runs(found)
        seeds = range(self.plan.seed, self.plan.seed + self.plan.runs)
        self.say(f"replaying {self.plan.runs} random schedules")
        before = self.judge.compared
        ran = run_schedules(found, seeds, spec, self.judge)
        yield _judged(
            "implementation",
            "random schedules",
            f"{ran.runs - len(ran.failures)} of {ran.runs} conform, "
            f"{ran.events:,} events; TLC decided {self.judge.compared - before}, too",
            [line for verdict in ran.failures[:3] for line in lines_of(verdict)],
        )
        unseen = [name for name in spec.facts.actions if not ran.actions[name]]
        yield _judged(
            "implementation",
            "each action happens",
            f"{len(spec.facts.actions) - len(unseen)} of {len(spec.facts.actions)} "
            "actions occur",
            [f"no schedule has an event {name}" for name in unseen],
        )
        for variant, configured in found.configurations:
            yield self.driven(configured, variant)
        yield from self.broken(slug, spec)

    def driven(self, found: Implementation, variant: str = "") -> Row:
        """Driven by its spec, the implementation takes each action, and no other."""
        self.say("driving the implementation by its spec")
        what = ", ".join(filter(None, ("driven by its spec", variant)))
        effort = Effort(seed=self.plan.seed, seconds=DRIVEN_S)
        declared = self.protocol.unreached
        try:
            reached = reach(
                found, self.protocol.spec, lambda: self.toolchain, effort, declared
            )
        except (Mistake, Undecided) as error:
            problems = tuple(str(error).splitlines())
            return _row("implementation", what, "it cannot be", problems, error.exit)
        problems = tuple(reached.problems)
        return Row("implementation", what, reached.headline, problems, reached.exit)

    def words(self, found: Implementation, spec: Spec) -> Row:
        """Each action and variable that it names is the spec's, and the other way."""
        facts = spec.facts
        operators = {
            name: (operator.level, operator.parameters)
            for name, operator in facts.operators.items()
        }
        matched = match(found, Words(facts.actions, operators, facts.variables))
        actions = counted(len(facts.actions), "action")
        variables = counted(len(facts.variables), "variable")
        return _judged(
            "implementation",
            "the words of the spec",
            "; ".join((f"{actions}, {variables}", *matched.notes)),
            list(matched.problems),
        )

    def apart(self, found: Implementation) -> Row:
        """It knows nothing of the world but its context, nor do the broken ones."""
        protocols = [configured for _, configured in found.configurations]
        protocols += [each.protocol for each in find_broken(found.slug)]
        classes = {cls: None for each in protocols for cls in classes_of(each)}
        makers = [role.make for each in protocols for role in each.roles]
        return _judged(
            "implementation",
            "nothing but its context",
            f"{len(classes)} classes of processes, and what they call",
            [str(finding) for finding in read(classes, makers)],
        )

    def audited_runs(self, found: Implementation) -> Row:
        """Its processes change no message, none of their own values, and end."""
        problems: list[str] = []
        try:
            for where, seeds in self.shares(found, AUDITED):
                problems += watched(where, seeds)
        except ImplementationError as error:
            problems = [str(error)]
        told = f"{min(self.plan.runs, AUDITED)} watched"
        return _judged("implementation", "audited runs", told, problems)

    def repeated_runs(self, found: Implementation) -> Row:
        """A seed is one trace, whatever the machine, the day and the hash seed."""
        problems: list[str] = []
        try:
            for where, seeds in self.shares(found, REPEATED):
                difference = repeated(where, seeds)
                problems += str(difference).splitlines() if difference else []
        except ImplementationError as error:
            problems = [str(error)]
        number = min(self.plan.runs, REPEATED)
        told = f"{number} repeated under other hashes, clocks and chance"
        return _judged("implementation", "one seed, one trace", told, problems)

    def shares(
        self, found: Implementation, most: int
    ) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield each configuration and its share of so many seeds, or of all."""
        first, configurations = self.plan.seed, found.configurations
        seeds = range(first, first + min(self.plan.runs, most))
        for place, (variant, _) in enumerate(configurations):
            where = "/".join(filter(None, (self.protocol.slug, variant)))
            yield where, seeds[place :: len(configurations)]

    def pairing(self, found: Implementation, spec: Spec) -> Row:
        """Each enabling conjunct of an action has its guard.

        A conjunct that speaks of the network has none: the message is what
        triggers the handler.
        """
        problems = [
            problem
            for process in classes_of(found)
            for problem in _unguarded(process, spec.facts, found.network)
        ]
        return _judged(
            "implementation",
            "spec and code side by side",
            "each enabling conjunct has a guard",
            problems,
        )

    def broken(self, slug: str, spec: Spec) -> Iterator[Row]:
        """Broken implementations are found where they break the protocol."""
        self.say("replaying broken implementations")
        results = try_broken(slug, spec, self.judge)
        for result in results:
            at = result.verdict.headline if result.verdict else "conforms"
            yield _judged(
                "implementation",
                f"broken: {result.broken.name}",
                at,
                [result.problem] if result.problem else [],
            )
        if len(results) < FEWEST_BROKEN:
            yield _red(
                "implementation",
                "broken implementations",
                f"{len(results)}; at least {FEWEST_BROKEN} must be found",
            )

    # ------------------------------------------------------------ 5

    def traces(self, spec: Spec) -> Iterator[Row]:
        """Golden traces and real ones have their expected verdicts."""
        files = sorted(self.protocol.traces.glob("*.trace"))
        read = [read_trace(file) for file in files]
        yield from self.golden(read, spec)
        kinds = [trace.expect.verdict for trace in read if trace.expect]
        for wanted in (Expected.CONFORMS, Expected.REJECTED):
            number = kinds.count(wanted)
            if number < FEWEST_TRACES:
                yield _red(
                    "traces",
                    f"golden traces, {wanted.value}",
                    f"{number}, at least {FEWEST_TRACES} are required",
                )
        self.say("mutating what golden traces observe")
        yield self.mutated(read, spec)
        for recording in recordings(self.protocol.slug):
            self.say(f"replaying {recording.log.name}")
            done = replay_recording(recording, spec, self.engine)
            used = done.records - sum(done.ignored.values())
            yield _judged(
                "traces",
                recording.log.name,
                f"{counted(len(done.verdicts), 'trace')}, "
                f"{used} of {done.records} records used",
                list(done.problems),
            )

    def golden(self, read: list[Trace], spec: Spec) -> Iterator[Row]:
        """Each has its expected verdict."""
        asked = [ask(spec, trace) for trace in read]
        for verdict in self.judge.decide(asked):
            trace = verdict.question.trace
            name = trace.file.rpartition("/")[2] if trace.file else trace.module
            if trace.expect is None:
                yield _red("traces", name, "it has no EXPECT line")
                continue
            missed = unmet(verdict)
            detail = list(lines_of(verdict)) if missed else []
            yield _judged(
                "traces",
                name,
                verdict.headline,
                [missed, *detail] if missed else [],
            )

    def mutated(self, read: list[Trace], spec: Spec) -> Row:
        """Each observed field of a conforming trace matters."""
        conforming = [
            trace
            for trace in read
            if trace.expect and trace.expect.verdict is Expected.CONFORMS
        ]
        tried, missed = unnoticed(conforming, spec, self.judge)
        return _judged(
            "traces",
            "each observed field matters",
            f"{tried - len(missed)} of {tried} changed observations are rejected",
            missed if tried else ["no trace that conforms observes anything"],
        )

    # ------------------------------------------------------------ 6

    def page(self) -> Iterator[Row]:
        """The page is there and tells of every claim."""
        page = self.protocol.page
        if not page.exists():
            yield _red("page", page.name, "missing")
            return
        text = page.read_text(encoding="utf-8")
        stems = [claim.config.removesuffix(".cfg") for claim in self.protocol.claims]
        untold = [stem for stem in stems if not re.search(rf"\b{stem}\b", text)]
        yield _judged(
            "page",
            page.name,
            f"tells of {len(stems) - len(untold)} of {len(stems)} claims",
            [f"it does not mention {stem}" for stem in untold],
        )

    def facts(self) -> Iterator[Row]:
        """Sources, fault model and what is left out are told; nothing is a TODO."""
        protocol = self.protocol
        yield _judged(
            "page",
            "protocol.toml",
            f"{counted(len(protocol.sources), 'source')}, "
            f"{counted(len(protocol.faults), 'kind')} of fault, "
            f"{counted(len(protocol.left_out), 'thing')} left out",
            [
                f"no {what}"
                for what, told in (
                    ("[[sources]]: which paper or book it is from", protocol.sources),
                    ("[faults]: what each fault is in the spec", protocol.faults),
                    ("left_out: what the sources have beyond it", protocol.left_out),
                )
                if not told
            ],
        )
        todo = list(_left_to_do(self._texts()))
        found = f"TODO in {counted(len(todo), 'line')}"
        yield _judged("page", "left to do", found, todo)

    def _texts(self) -> Iterator[Path]:
        """The files that people write for a protocol."""
        for path in sorted(self.protocol.folder.iterdir()):
            if path.suffix in {".tla", ".cfg", ".toml", ".md"}:
                yield path
        yield from implementation_files(self.protocol)


ACTION_LEVEL: Final = 2
_TODO: Final = re.compile(r"""\bTODO\b.*?(?=\s*(?:\*\)|"?$))""")


def _left_to_do(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            if found := _TODO.search(line):
                yield f"{near(file)}:{number}: {found[0]}"


def _unmade(implementation: Implementation) -> str | None:
    """Say why its processes cannot be made, if they cannot."""
    try:
        classes_of(implementation)
    except Exception as error:  # noqa: BLE001 - the implementation may raise anything
        notes = "; ".join(getattr(error, "__notes__", ()))
        return f"{type(error).__name__}: {error}; {notes}"
    return None


def _unguarded(
    process: type[Process],
    facts: Facts,
    network: str | None,
) -> Iterator[str]:
    """Name the actions whose method has fewer guards than the spec's action."""
    for handler in process.handlers:
        operator = facts.operators.get(handler.mark.template.name)
        name = f"{process.__name__}.{handler.method}"
        if operator is None:
            continue  # `words` says so
        wanted = [
            guard
            for guard in operator.guards
            if not (network and guard.text and re.search(rf"\b{network}\b", guard.text))
        ]
        count = _guards_of(process, handler.method)
        if count < len(wanted):
            texts = "; ".join(
                f"{guard.text} (line {guard.location.line})" for guard in wanted
            )
            yield f"{name} has {count} guards; {operator.name} has: {texts}"


def _guards_of(process: type[Process], method: str) -> int:
    """Count the calls of guard() in a method's own source."""
    source = textwrap.dedent(inspect.getsource(getattr(process, method)))
    return sum(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "guard"
        for node in ast.walk(ast.parse(source))
    )


def _claim_row(result: ClaimResult) -> Row:
    outcome = result.outcome
    states = f", {outcome.distinct:,} states" if outcome.distinct is not None else ""
    return _row(
        "claims",
        result.claim.config,
        f"{expected(result.claim)}{states}",
        (result.unmet,) if result.unmet else (),
        result.exit,
    )


def _judged(point: str, what: str, found: str, problems: list[str]) -> Row:
    return _row(point, what, found, tuple(problems), Exit.VIOLATION)


def _red(point: str, what: str, found: str) -> Row:
    return Row(point, what, found, (), Exit.VIOLATION)


def _row(
    point: str,
    what: str,
    found: str,
    problems: tuple[str, ...],
    code: Exit,
) -> Row:
    return Row(point, what, found, problems, code if problems else Exit.FINE)
