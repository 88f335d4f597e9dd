"""A user's own trace spec, run as it stands: how much of a log does it match?

A trace spec reads its log itself (`ndJsonDeserialize(IOEnv.JSON)`) and was
written for TLC, whose exit code it bends to its question.  Here the question is
decided as such: does some behavior match every line?  What TLC would make of
the cfg is told besides, and where that could never say no (see `idioms`).

    log_search  all behaviors, for as long as they match
    idioms      what the cfg's own check says, and whether it can fail
    mismatch    why no step matches the next line
"""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, Final

from pyspec.conformance.idioms import Check, Said, asked_of, predicates_of, said_of
from pyspec.conformance.log_search import (
    Count,
    LogSearch,
    Registers,
    UnevaluableError,
)
from pyspec.conformance.verdict import Judgement
from pyspec.errors import Interrupted, Mistake, near
from pyspec.explore.bounded import bounded_memory, deep_recursion, ticking
from pyspec.explore.limits import Limits, Stopped, Watch
from pyspec.explore.result import Cause
from pyspec.language.load import Source, locate, noted, reading_a_log, twin
from pyspec.language.logs import LEVEL
from pyspec.language.runtime.errors import EvaluationError, text_of
from pyspec.language.runtime.modules import json_files, outside, tlc

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from pyspec.conformance.mismatch import Mismatch
    from pyspec.language.logs import LogProgram
    from pyspec.language.noted import Noted
    from pyspec.language.program import Spec
    from pyspec.tla2tools import Toolchain
    from pyspec.values import Value

__all__ = ["LogVerdict", "PropertyVerdict", "TraceSpec"]

_LOG_VARIABLES: Final = ("JSON", "TRACE_PATH")
"""What trace specs call the log in the environment."""
_AT_LEAST_S: Final = 10.0
"""Without a limit properties have the time that the log took, or this if it is more."""
_MOST_SHOWN: Final = 300
"""Characters of a line of the log, or of a value, that are shown."""


@dataclass(frozen=True, slots=True)
class PropertyVerdict:
    """What is so of a property on the behaviors that match the whole log.

    `verdict` is satisfied; violated, if every such behavior violates it;
    possible, if some does; or unknown.
    """

    name: str
    verdict: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """The answer for one log.

    - matched: how many of the `lines` of the log, as the spec reads it, some
      behavior matches
    - line: of the file, of the first that none does; None if there is none, or
      it cannot be told
    - why: one line of prose; text: the value of the line that does not match
    - candidates: how many states the spec may be in there
    - checks: what the cfg's own checks say; warnings: what to beware of
    """

    file: str
    spec: str
    judgement: Judgement
    matched: int | None = None
    lines: int | None = None
    line: int | None = None
    why: str = ""
    text: str = ""
    log: str = ""
    candidates: int = 0
    distinct: int = 0
    mismatches: tuple[Mismatch, ...] = ()
    enabled: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    properties: tuple[PropertyVerdict, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class TraceSpec:
    """A trace spec with its cfg, and what it may reach.

    - environment: variables besides those that name the log; what they name
      that is a file may be read
    - allow_io: whether it may read and write all files, and see the process's
      own environment
    - index: what counts lines, `l` or `l-1`, if the spec does not make it
      plain; log: the operator that is the log, likewise
    """

    module: Path
    config: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    allow_io: bool = False
    index: str | None = None
    log: str | None = None
    limits: Limits = field(default_factory=Limits)
    toolchain: Callable[[], Toolchain] | None = None
    stop: threading.Event | None = None

    def verdict(self, log: Path) -> LogVerdict:
        """Hold a log to the spec.

        Raises Mistake for what is wrong with the spec, the cfg or the log.
        """
        require_log(log)
        run = _Run(self, log)
        context = contextvars.copy_context()
        return context.run(run.verdict)

    @cached_property
    def source(self) -> Source:
        """The module and its cfg."""
        config = self.config or self.module.with_suffix(".cfg")
        return locate(self.module, config)

    @cached_property
    def program(self) -> LogProgram:
        """What it compiles to, made once for all logs."""
        program = reading_a_log(self.source, self.toolchain, stop=self.stop)
        if not self.source.config.has_behaviors:
            raise Mistake(
                "this cfg names no behavior, so no log can match",
                file=self.source.config.file,
                expected="SPECIFICATION, or INIT and NEXT",
            )
        return program

    @cached_property
    def noted(self) -> Noted:
        """What tells how far steps come, compiled when a log is rejected."""
        return noted(self.source, self.toolchain)


def require_log(log: Path) -> None:
    """Refuse what is no file that can be read."""
    try:
        with log.open("rb") as file:
            file.read(1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Mistake(f"this log cannot be read: {reason}", file=log) from None


class _Run:
    """One log held to a spec, in a context of its own."""

    def __init__(self, of: TraceSpec, log: Path) -> None:
        self.of = of
        self.file = log
        self.registers = Registers({})
        self.said: Said | None = None
        self.watch = Watch(of.limits, of.stop)
        self.began = process_time()
        self.search: LogSearch | None = None

    def verdict(self) -> LogVerdict:
        """Search, and tell what was found."""
        program = self.of.program
        outside.allow_io.set(self.of.allow_io)
        outside.granted.set(self.granted)
        json_files.stand_ins.set(True)
        tlc.registers.set(self.registers)
        tlc.printer.set(lambda _: None)
        try:
            with (
                deep_recursion(),
                ticking(self.watch.look),
                bounded_memory(self.watch.limits.memory_mb),
            ):
                found = self.decided(program)
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise Interrupted("interrupted while replaying") from None
            found = self.unknown(stopped.message)
        except MemoryError:
            found = self.unknown("Python has no more memory")
        except RecursionError:
            raise Mistake("the spec recurses too deeply", file=self.of.module) from None
        return replace(found, seconds=round(self.watch.seconds, 3))

    @cached_property
    def granted(self) -> outside.Grant:
        """What the spec may reach: what the user named, and no more."""
        variables = dict.fromkeys(_LOG_VARIABLES, str(self.file))
        variables |= self.of.environment
        named = [Path(text) for text in variables.values()]
        files = frozenset(path.resolve() for path in named if _is_file(path))
        return outside.Grant(files, variables)

    def decided(self, program: LogProgram) -> LogVerdict:
        """Load the spec, search, and judge."""
        spec = self.loaded(program)
        self.lines, log = self.log_of(spec, program)
        count = self.count_of(spec, program, log)
        survey, config = program.survey, self.of.source.config
        self.log, self.spec = log, spec

        def search(*, apart: bool) -> LogSearch:
            tlc.registers.set(registers := Registers(self.registers.numbered))
            self.search = LogSearch(
                spec,
                registers,
                count=count,
                length=len(self.lines),
                timed=count.place is None or self.is_timed,
                watch=self.watch,
                apart=apart,
                asked=asked_of(spec, survey),
                steady=not any(survey.registers.get(n) for n in config.constraints),
                watched=predicates_of(spec, survey),
            )
            return self.searched(self.search)

        found = search(apart=False)
        self.require_count(found)
        self.said = said_of(found, program, config, spec)
        outside.discarding.set(True)  # what is evaluated from now on TLC does not
        if found.accepted is None and found.merged:
            search(apart=True)
        return self.judged()

    @property
    def is_timed(self) -> bool:
        """Whether steps depend on their level, as far as can be told."""
        registers = self.of.program.survey.registers
        acting = ("", *self.of.source.config.constraints)
        return any({LEVEL, "?"} & registers[name] for name in acting)

    def searched(self, search: LogSearch) -> LogSearch:
        """Run a search; an error of the spec gets its place."""
        try:
            search.run()
        except UnevaluableError as error:
            raise self.unevaluable(error) from None
        return search

    def loaded(self, program: LogProgram) -> Spec:
        """Return the spec, alive; its assumptions are checked."""
        try:
            spec = program.program.spec()
        except EvaluationError as error:
            asked = twin(self.of.source, self.of.toolchain)
            raise asked.locate_load(error) from None
        spec.twin = lambda: twin(self.of.source, self.of.toolchain)
        return spec

    # ------------------------------------------------------------ the log

    def log_of(self, spec: Spec, program: LogProgram) -> tuple[tuple[Value, ...], str]:
        """Return the log as the spec reads it, and the operator that is it."""
        name = self.named_log(program)
        try:
            with spec.naming():
                value = spec._space[program.logs[name]]()  # noqa: SLF001 - as Steps
        except EvaluationError as error:
            nowhere = (None,) * len(spec.variables)  # the log looks at no state
            raise self.placed(error, name, nowhere) from None
        if type(value) is not tuple:
            raise Mistake(
                f"{name} is no sequence of lines",
                file=self.of.module,
                found=_short(value),
                hint="Name the operator that is the log with --log.",
            )
        self.require_read(name)
        if not value:
            raise Mistake(
                f"{name} has no line, so there is nothing to match", file=self.file
            )
        return value, name

    def require_read(self, name: str) -> None:
        """Refuse a spec that reads another file: it would say the same of any log."""
        found = self.granted.read
        if self.file.resolve() not in found:
            raise Mistake(
                f"{name} is not read from this log",
                file=self.file,
                expected="a spec that reads the file that JSON or TRACE_PATH in its "
                "environment (IOEnv) names",
                found=", ".join(sorted(map(str, found))) or "one that reads no file",
            )

    def named_log(self, program: LogProgram) -> str:
        survey = program.survey
        wanted = self.of.log
        if wanted is not None:
            if wanted in program.logs:
                return wanted
            raise Mistake(
                f"{wanted} is no operator that reads a log",
                file=self.of.module,
                expected=" or ".join(program.logs) or "one that reads a file",
            )
        counted = [
            each.log
            for each in survey.counting
            if self.of.index is None or each.by == _split(self.of.index)[0]
        ]
        if counted:
            return counted[0]
        if len(program.logs) == 1:
            return next(iter(program.logs))
        raise Mistake(
            "no operator of this spec is seen to be a log whose lines are counted",
            file=self.of.module,
            expected="a sequence read with ndJsonDeserialize, indexed with a "
            'variable or with TLCGet("level")',
            hint="Name the operator with --log and what counts lines with --index.",
        )

    def count_of(self, spec: Spec, program: LogProgram, log: str) -> Count:
        """Return what counts the lines of the log."""
        found = [each for each in program.survey.counting if each.log == log]
        by, ahead = (None, None) if self.of.index is None else _split(self.of.index)
        for each in found:
            if by in {None, each.by}:
                by = each.by
                ahead = each.ahead if ahead is None else ahead
                break
        if by is None or ahead is None:
            what = "what counts the lines" if by is None else f"how {by} counts lines"
            raise self.uncounted(what, log)
        if by != LEVEL and by not in spec.variables:
            raise Mistake(
                f"--index names {by}, which is no variable of {spec.name}",
                expected=f"{', '.join(spec.variables)} or {LEVEL}",
            )
        place = None if by == LEVEL else spec.variables.index(by)
        return Count(by, place, ahead)

    def require_count(self, search: LogSearch) -> None:
        """Refuse a count by which fewer than no lines are matched at first."""
        count = search.count
        fewest = min((search.lines(number) for number in search.initial), default=0)
        if fewest < 0 and self.of.index is None:
            raise self.uncounted(f"how {count.by} counts lines", self.log)
        if fewest < 0:
            raise Mistake(
                f"--index is wrong: {fewest} lines would be matched before any step",
                file=self.of.module,
                expected=f"what is taken from {count.by} to be less than {count.ahead}",
            )

    def uncounted(self, what: str, log: str) -> Mistake:
        """Return the error for lines that are counted in a way that is not plain."""
        return Mistake(
            f"it cannot be told {what} of {log}",
            file=self.of.module,
            hint="Say it with --index: l-1 if l is the number of the next line, "
            "l-0 if it is that of the last one that matched, level-1 for "
            'TLCGet("level").',
        )

    def line_of(self, number: int) -> int | None:
        """Return the line of the file that a line of the log is, from 1."""
        if self._places is None or not 0 <= number < len(self.lines):
            return None
        wanted = self.lines[number]
        if len(self._places) == len(self.lines):
            line, value = self._places[number]
            if value == wanted:
                return line
        for is_it in (lambda value: value is wanted, lambda value: value == wanted):
            found = [line for line, value in self._places if is_it(value)]
            if len(found) == 1:
                return found[0]
        return None

    @cached_property
    def _places(self) -> list[tuple[int, Value]] | None:
        """The lines of the file that are not blank, and the values on them."""
        try:
            values = json_files.nd_deserialize(str(self.file))
            text = self.file.read_text(encoding="utf-8-sig")
        except (EvaluationError, OSError, ValueError):
            return None
        numbers = [n for n, each in enumerate(text.split("\n"), 1) if each.strip()]
        return list(zip(numbers, values, strict=True))

    # ------------------------------------------------------------ judging

    def judged(self, *, explained: bool = True) -> LogVerdict:
        """Tell what the search found."""
        search = self.search
        assert search is not None  # noqa: S101 - it was run
        accepted = search.accepted is not None
        matched = min(max(search.matched, 0), len(self.lines))
        found = LogVerdict(
            file=str(self.file),
            spec=self.spec.name,
            judgement=Judgement.CONFORMS if accepted else Judgement.REJECTED,
            matched=matched,
            lines=len(self.lines),
            log=self.log,
            candidates=len(search.furthest),
            distinct=len(search.states),
            checks=self.said.checks if self.said is not None else (),
            warnings=tuple(self.warnings()),
        )
        if accepted:
            ends = {check.name for check in found.checks}
            return replace(found, properties=tuple(self.properties(ends)))
        return self.explained(found) if explained else self.rejected(found)

    def explained(self, found: LogVerdict) -> LogVerdict:
        """Add why no step matches the next line."""
        from pyspec.conformance.mismatch import mismatches  # noqa: PLC0415 - slow

        search, of = self.search, self.of
        assert search is not None  # noqa: S101 - as above
        told = mismatches(search, of.source, of.toolchain, lambda: of.noted)
        found = self.rejected(found)
        return replace(found, mismatches=told.reasons, enabled=told.enabled)

    def rejected(self, found: LogVerdict) -> LogVerdict:
        """Add which line no step matches."""
        matched, text = found.matched or 0, ""
        if matched < len(self.lines):
            text = _short(self.lines[matched])
        line, why = self.line_of(matched), self.why(matched)
        return replace(found, line=line, why=why, text=text)

    def why(self, matched: int) -> str:
        """Return one line about what is not as usual."""
        search = self.search
        assert search is not None  # noqa: S101 - as above
        if not search.states:
            if search.asserted is not None:
                return f"Assert in the initial predicate: {search.asserted[1].message}"
            return "no state satisfies the initial predicate and the constraints"
        if search.asserted is not None:
            return f"Assert failed: {search.asserted[1].message}"
        if search.outside > matched:
            return "the states that match more are outside of a CONSTRAINT"
        return ""

    def warnings(self) -> Iterator[str]:
        """Return what the user should know of the spec and its cfg."""
        search, said = self.search, self.said
        assert search is not None  # noqa: S101 - as above
        accepted = search.accepted is not None
        for check in said.checks if said is not None else ():
            yield from check.warnings(accepted=accepted)
        if accepted and said is not None and said.failed:
            yield f"TLC stops with {said.failed}, and so rejects this log"
        if said is None:
            yield "there was no time to tell what TLC would say"
        elif not said.checks:
            yield _UNCHECKED
        yield from self.counted_before(search)
        if accepted and self.misled:
            yield f"{self.merging} for one, and so TLC misses what matches"

    @staticmethod
    def counted_before(search: LogSearch) -> Iterator[str]:
        """Warn of lines that are matched before any step; Init may have read them."""
        lines = max((search.lines(number) for number in search.initial), default=0)
        if lines > 0:
            are = "1 line is" if lines == 1 else f"{lines:,} lines are"
            yield (
                f"{are} taken for matched before any step: if the initial states do "
                f"not read them, say with --index how {search.count.by} counts"
            )

    @property
    def merging(self) -> str:
        """What takes which states for one."""
        config = self.of.source.config
        by = [
            f"{word} {name}"
            for word, name in (("VIEW", config.view), ("SYMMETRY", config.symmetry))
            if name is not None
        ]
        if by:
            return f"{' and '.join(by)} takes states that differ"
        return "without a VIEW that has the level, TLC takes a state at other levels"

    @property
    def misled(self) -> bool:
        """Whether the log is matched by states alone that TLC does not look at."""
        return self.search is not None and self.search.is_apart

    # ------------------------------------------------------------ properties

    def properties(self, ends: set[str | None]) -> Iterator[PropertyVerdict]:
        """Judge properties on the behaviors that match."""
        search, spec = self.search, self.spec
        assert search is not None  # noqa: S101 - as above
        states = search.matching()
        judges: dict[str, _Judge] = {
            name: _Answered(search, search.answers[name])
            if name in search.answers
            else _OfState(search, self.looked_at(name), holds)
            for name, holds in spec.invariants.items()
            if name not in ends
        }
        for name, begins in spec.initial_properties.items():
            if name not in spec.step_properties:
                judges[name] = _Initially(search, None, begins)
        for name, allows in spec.step_properties.items():
            first = spec.initial_properties.get(name)
            judges[name] = _OfStep(search, self.looked_at(name), allows, first)
        ends_at = self.time_for_properties()
        for left, (name, judge) in zip(
            range(len(judges), 0, -1), judges.items(), strict=True
        ):
            now = process_time()
            judge.ends_at = now + max(ends_at - now, 0.0) / left
            yield self.property(name, states, judge)
        for name in spec.temporal:
            if name not in ends:
                why = "a temporal property is judged on infinite behaviors"
                yield PropertyVerdict(name, "unknown", why)

    def looked_at(self, name: str) -> tuple[int, ...] | None:
        """Return the places of the variables that decide a property; None of all."""
        survey = self.of.program.survey
        if survey.registers.get(name, _SOME):
            return None
        seen = survey.variables.get(name, frozenset())
        variables = enumerate(self.spec.variables)
        return tuple(place for place, each in variables if each in seen)

    def time_for_properties(self) -> float:
        """Return until when properties are judged: the log is decided already."""
        now, limit = process_time(), self.watch.limits.seconds
        if limit is not None:
            return now + limit - self.watch.seconds
        return now + max(_AT_LEAST_S, now - self.began)

    def property(self, name: str, states: set[int], is_bad: _Judge) -> PropertyVerdict:
        """Judge one property, in its share of the time."""
        search = self.search
        assert search is not None  # noqa: S101 - as above
        try:
            with self.spec.naming():
                always = search.every_match_meets(states, is_bad)
                some = always or is_bad.found or is_bad.any_of(states)
        except EvaluationError as error:
            return PropertyVerdict(name, "unknown", f"it has no value: {error.message}")
        except Stopped:
            if is_bad.found:
                return PropertyVerdict(name, "possible", is_bad.where)
            done = f"{len(is_bad.known):,} states and steps"
            why = f"judged on {done} in its share of the time; --timeout gives more"
            return PropertyVerdict(name, "unknown", why)
        if not some:
            return PropertyVerdict(name, "satisfied", "" if search.complete else _ONE)
        verdict = "violated" if always and search.complete else "possible"
        return PropertyVerdict(name, verdict, is_bad.where)

    # ------------------------------------------------------------ what is wrong

    def unknown(self, message: str) -> LogVerdict:
        """Return that a limit was hit, and how far it got."""
        search = self.search
        if search is not None and search.decided:
            return self.judged(explained=False)  # the rest was about TLC, or reasons
        matched = None if search is None else max(search.matched, 0)
        lines = None if search is None else search.length
        states = 0 if search is None else len(search.states)
        return LogVerdict(
            file=str(self.file),
            spec=self.of.module.stem,
            judgement=Judgement.UNKNOWN,
            matched=matched,
            lines=lines,
            distinct=states,
            why=f"{message}, with {states:,} states looked at",
        )

    def unevaluable(self, error: UnevaluableError) -> Mistake:
        """Return an error of the spec, with the line of the log it was at."""
        number, search = error.number, self.search
        assert search is not None  # noqa: S101 - it raised this
        state = None if number is None else search.states[number]
        if number is not None:
            search.registers[LEVEL] = search.levels[number]
        found = self.placed(error.error, None, state)
        line = 0 if number is None else search.lines(number)
        at = self.line_of(line)
        place = f"line {line + 1} of {self.log}"
        where = f"{near(self.file)}:{at}" if at is not None else near(self.file)
        found.message = f"{found.message} (at {place}, {where})"
        found.args = (found.message,)
        return found

    def placed(
        self,
        error: EvaluationError,
        doing: str | None,
        state: Any,  # noqa: ANN401 - a state
    ) -> Mistake:
        """Return the error with its place in the spec, if that can be told."""
        asked = twin(self.of.source, self.of.toolchain)
        found = asked.locate(error, doing, state)
        return found if isinstance(found, Mistake) else error


class _Judge:
    """Whether a state or a step is bad; remembers the first that was."""

    def __init__(self, search: LogSearch, places: tuple[int, ...] | None) -> None:
        self.search = search
        self.places = places
        self.first: int | None = None
        self.known: dict[tuple[int, int | None], bool] = {}
        self.ends_at = inf

    @property
    def found(self) -> bool:
        """Whether one was."""
        return self.first is not None

    @property
    def where(self) -> str:
        """Where that was."""
        if self.first is None:
            return ""
        number = self.search.lines(self.first)
        return f"first with {number} {'line' if number == 1 else 'lines'} matched"

    def __call__(self, number: int, after: int | None) -> bool:
        """Whether this is bad."""
        key = (number, after)
        if key not in self.known:
            if process_time() > self.ends_at:
                raise Stopped(Cause.TIMEOUT, "the property's share of the time is up")
            self.search.registers[LEVEL] = self.search.levels[number]
            self.known[key] = self.is_bad(number, after)
            if self.known[key] and self.first is None:
                self.first = number
        return self.known[key]

    def is_bad(self, number: int, after: int | None) -> bool:
        """Ask the property."""
        raise NotImplementedError

    def any_of(self, states: set[int]) -> bool:
        """Whether one of the states, or a step between two of them, is bad."""
        for number in sorted(states):
            if self(number, None):
                return True
            for target in self.search.targets[number]:
                if target in states and self(number, target):
                    return True
        return False


class _OfState(_Judge):
    def __init__(
        self,
        search: LogSearch,
        places: tuple[int, ...] | None,
        holds: Callable[[Any], bool],
    ) -> None:
        super().__init__(search, places)
        self.holds = holds
        self.same: dict[object, bool] = {}

    def is_bad(self, number: int, after: int | None) -> bool:
        """Ask once for all states that look the same."""
        if after is not None:
            return False
        state = self.search.states[number]
        if self.places is None:
            return not self.holds(state)
        key = tuple(state[place] for place in self.places)
        if key not in self.same:
            self.same[key] = not self.holds(state)
        return self.same[key]


class _Answered(_Judge):
    """An invariant that was asked when it mattered, and is not asked again."""

    def __init__(self, search: LogSearch, answers: Mapping[int, bool]) -> None:
        super().__init__(search, None)
        self.answers = answers

    def is_bad(self, number: int, after: int | None) -> bool:
        """Tell what was said of a state."""
        return after is None and not self.answers.get(number, True)


class _Initially(_OfState):
    def is_bad(self, number: int, after: int | None) -> bool:
        """Ask of initial states alone."""
        initial = self.search.parents[number] < 0
        return initial and super().is_bad(number, after)


class _OfStep(_Judge):
    def __init__(
        self,
        search: LogSearch,
        places: tuple[int, ...] | None,
        allows: Callable[[Any, Any], bool],
        first: Callable[[Any], bool] | None,
    ) -> None:
        super().__init__(search, places)
        self.allows = allows
        self.begins = first

    def is_bad(self, number: int, after: int | None) -> bool:
        """Ask of a step unless it changes nothing that the property looks at."""
        states = self.search.states
        if after is not None:
            one, other = states[number], states[after]
            if self.places is not None and all(one[n] == other[n] for n in self.places):
                return False
            return not self.allows(one, other)
        initial = self.search.parents[number] < 0
        return initial and self.begins is not None and not self.begins(states[number])


_UNCHECKED: Final = (
    "the cfg checks nothing that depends on how much of the log is matched: TLC says "
    "the same of every log"
)
_SOME: Final = frozenset({"?"})
_ONE: Final = "on the one matching behavior that was looked at"


def _split(index: str) -> tuple[str, int | None]:
    """Return what `l-1` names, and how much is taken from it."""
    import re  # noqa: PLC0415 - few need it

    match = re.fullmatch(r"\s*(\w+)\s*(?:([+-])\s*(\d+))?\s*", index)
    if match is None:
        raise Mistake(
            "--index is wrong", expected="a variable, as l or l-1", found=index
        )
    name, sign, number = match.groups()
    if number is None:
        return name, None
    return name, int(number) if sign == "-" else -int(number)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _short(value: Value) -> str:
    text = text_of(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
