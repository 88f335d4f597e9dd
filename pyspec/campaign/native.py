"""Jobs decided by the native engine, with outcomes that read like TLC's."""

from __future__ import annotations

import contextlib
import contextvars
import random
import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from pyspec.errors import Interrupted, Mistake, PyspecError
from pyspec.explore.bounded import bounded_memory, deep_recursion, ticking
from pyspec.explore.limits import Limits, Stopped, Watch
from pyspec.explore.result import Cause as Found
from pyspec.language.load import compiled, locate, twin
from pyspec.tla2tools.chatter import Kind, SpecError
from pyspec.tla2tools.classify import Cause
from pyspec.tla2tools.counterexample import Behavior, to_trace
from pyspec.tla2tools.modules import involved
from pyspec.tla2tools.outcome import Finding, Outcome, Verdict
from pyspec.tla2tools.transcript import Progress
from pyspec.trace.model import Call, Location

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.explore.model import Model, Step
    from pyspec.explore.result import Counterexample, Result
    from pyspec.language.load import Source
    from pyspec.language.program import Spec
    from pyspec.tla2tools import Config, Job, Toolchain

__all__ = ["Native", "Run", "run", "run_all"]

MOST_PRINTS: Final = 10_000
SHARE_OF_MEMORY: Final = 0.8
_TRIAL: Final = 300
"""Distinct states up to which a model is searched before it is cut into pieces."""


@dataclass(frozen=True, slots=True)
class Native:
    """What a job does not say of a native run.

    `depth_first` follows the newest state first; `allow_io` lets the spec read
    and write files.  More than `states` distinct ones leave it undecided.
    `keep_edges` leaves all steps in `Run.search.space`.  Without
    `bound_by_system` memory is bounded by looks alone, as processes that start
    meanwhile would inherit the system's bound.
    """

    depth_first: bool = False
    allow_io: bool = False
    states: int | None = None
    keep_edges: bool = False
    bound_by_system: bool = True


def run_all(
    jobs: Sequence[Job],
    *,
    toolchain: Callable[[], Toolchain] | None = None,
    how: Native | None = None,
    progress: Callable[[int, Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Run jobs one after the other; yield (index, outcome) as they end."""
    for index, job in enumerate(jobs):

        def tell(far: Progress, index: int = index) -> None:
            if progress is not None:
                progress(index, far)

        yield index, run(job, toolchain=toolchain, how=how, progress=tell, stop=stop)


def run(
    job: Job,
    *,
    toolchain: Callable[[], Toolchain] | None = None,
    how: Native | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Search, or walk, and return what was found; errors are outcomes, too.

    `toolchain` is asked only if SANY must run.  On Ctrl-C `progress` is told
    how far it got, and KeyboardInterrupt goes on.
    """
    return Run(job, toolchain, how or Native(), progress, stop).outcome()


class Run:
    """One run; afterwards `search` has the states, if it was a search."""

    def __init__(
        self,
        job: Job,
        toolchain: Callable[[], Toolchain] | None,
        how: Native,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event | None,
    ) -> None:
        self.job = job
        self.how = how
        self.search: Any = None
        self._toolchain = toolchain
        self._progress = progress
        self._stop = stop
        self._files: Mapping[str, Path] = {}
        self._prints: list[str] = []
        self._dropped = 0
        walk = job.simulate
        self._seed = job.seed if walk is None else walk.seed
        self._dice = random.Random(self._seed)  # noqa: S311 - no secret
        self._untouched = self._dice.getstate()
        limit = job.memory_mb or _available_mb()
        self._watch = Watch(Limits(job.timeout_s, limit), stop)

    def outcome(self) -> Outcome:
        """Run, and return the outcome."""
        try:
            with deep_recursion(), ticking(self._look):
                found = self._found()
        except KeyboardInterrupt:
            self._tell()
            raise
        except MemoryError:
            found = _failed(Cause.MEMORY, f"{_NO_MEMORY} before a verdict")
        except Stopped as stopped:
            cause = _CAUSES.get(stopped.cause) or Cause(stopped.cause.value)
            found = _failed(cause, f"{stopped.message} before a verdict")
        except Interrupted:
            raise
        except Mistake as error:
            found = self._refused(error)
        except PyspecError as error:
            found = Outcome.of_error(error)
        except RecursionError:
            found = _failed(Cause.RECURSION, _TOO_DEEP)
        return self._complete(found)

    def _found(self) -> Outcome:
        job = self.job
        config = job.config or job.module.with_suffix(".cfg")
        source = locate(job.module, config, library=job.library)
        source = replace(source, config=_with_deadlock(source.config, job))
        _refuse_postcondition(source.config, config)
        self._files = involved(source.module, source.folders)
        program = compiled(source, self._toolchain, stop=self._stop)
        context = contextvars.copy_context()
        return context.run(self._evaluated, program.spec, source)

    def _evaluated(self, load: Callable[[], Spec], source: Source) -> Outcome:
        """Go on in a context of its own: what the spec prints and sets is ours."""
        from pyspec.language.runtime.modules import outside, tlc  # noqa: PLC0415 - slow

        outside.allow_io.set(self.how.allow_io)
        tlc.printer.set(self._print)
        tlc.dice.set(self._dice)
        self._begin()
        limit = self._watch.limits.memory_mb if self.how.bound_by_system else None
        with bounded_memory(limit):  # not before: SANY would inherit it
            spec = load()
            spec.twin = lambda: twin(source, self._toolchain)
            return self._explored(spec, source)

    def _begin(self) -> None:
        """Forget what the spec has printed and set so far."""
        from pyspec.language.runtime.modules import tlc  # noqa: PLC0415 - slow

        tlc.registers.set({})
        self._prints.clear()
        self._dropped = 0

    def _explored(self, spec: Spec, source: Source) -> Outcome:
        if not source.config.has_behaviors:
            held = "every ASSUME holds; there was nothing else to check"
            return Outcome(Verdict.OK, Cause.NONE, held, distinct=0, generated=0)
        model = _model(spec, source.config)
        if self.job.simulate is not None:
            return self._outcome(self._walked(model), model, source)
        return self._outcome(self._searched(model), model, source)

    def _walked(self, model: Model) -> Result:
        from pyspec.explore.walks import Simulation  # noqa: PLC0415 - few need it

        simulation = self.job.simulate
        assert simulation is not None  # noqa: S101 - the caller looked
        if model.temporal:
            names = ", ".join(model.temporal)
            raise Mistake(
                f"random walks do not judge temporal properties ({names})",
                hint="leave out --simulate, or the property; TLC's walks judge them",
            )
        self.search = Simulation(model, self._watch)
        first = simulation.seed
        walks = range(first, first + simulation.behaviors)
        walked: Result = self.search.run(walks, max(simulation.depth - 1, 0))
        return walked

    def _searched(self, model: Model) -> Result:
        """Search; at first as it is, since cutting a model into pieces takes long."""
        wanted = self.how.states
        if not self.how.allow_io and (wanted is None or wanted > _TRIAL):
            found = self._search(cast("Model", _Whole(model)), _TRIAL)
            if found.cause is not Found.STATES:
                return found
            self._begin()
        return self._search(model, wanted)

    def _search(self, model: Model, states: int | None) -> Result:
        from pyspec.explore.search import Order, Search  # noqa: PLC0415 - slow

        order = Order.DEPTH_FIRST if self.how.depth_first else Order.BREADTH_FIRST
        self.search = Search(model, order=order, keep_edges=self.how.keep_edges)
        self.search.watch = self._watch.of_states(states)
        found: Result = self.search.run()
        return found

    # ------------------------------------------------------- while it runs

    def _look(self) -> None:
        self._tell()
        self._watch.look()

    def _tell(self) -> None:
        if self._progress is not None and self.search is not None:
            far = self.search.progress()
            rate = int(far.generated / max(far.seconds, 0.001) * 60)
            searching = self.job.simulate is None
            self._progress(
                Progress(
                    far.generated,
                    far.distinct if searching else None,
                    far.queue if searching else None,
                    far.depth,
                    rate,
                )
            )

    def _print(self, line: str) -> None:
        if len(self._prints) < MOST_PRINTS:
            self._prints.append(line)
        else:
            self._dropped += 1

    # ------------------------------------------------------- outcomes

    def _complete(self, found: Outcome) -> Outcome:
        message, limit = found.message, self.job.memory_mb
        if limit is not None:
            message = message.replace(
                _NO_MEMORY, f"the limit of {limit:,} MB is reached"
            )
        return replace(
            found,
            message=message,
            engine="native",
            seconds=self._watch.seconds,
            prints=tuple(self._prints),
            prints_dropped=self._dropped,
            modules=MappingProxyType({n: str(f) for n, f in self._files.items()}),
            chance=None if self._dice.getstate() == self._untouched else self._seed,
            limited=found.cause is not Cause.MEMORY or self.job.memory_mb is not None,
        )

    def _refused(self, error: Mistake) -> Outcome:
        """Return the outcome of what could not even be begun."""
        from pyspec.tla2tools.sany import Unparsed  # noqa: PLC0415 - slow

        if isinstance(error, Unparsed):
            report = error.report
            return _failed(_parsing(report.errors), error.message, report.errors)
        cause = _cause_of(error)
        return _failed(cause, _in_words(error), [self._placed(error, cause)])

    def _placed(self, error: PyspecError, cause: Cause) -> SpecError:
        """Return an error with the file that its place is in."""
        file, line, column = error.file, error.line, error.column
        at = getattr(error, "at", None)
        if at is not None:
            file, line = at.module, at.line
            column = getattr(at, "column", None)
        if file is not None and file in self._files:
            file = str(self._files[file])
        kind = Kind.CONFIG if cause is Cause.CONFIG else Kind.EVALUATION
        message = _in_words(error)
        return SpecError(message, kind, file, line, column, hint=error.hint)

    def _outcome(self, found: Result, model: Model, source: Source) -> Outcome:
        error = found.error
        cause = _CAUSES.get(found.cause) or Cause(found.cause.value)
        if error is not None and "recurs" in error.message:
            cause = Cause.RECURSION
        behavior = _behavior(found.counterexample, model.variables, self._places())
        message = _in_words(error) if error else _message(found, behavior)
        finding = Finding(
            cause,
            message,
            found.property,
            behavior=behavior,
            counterexample=to_trace(
                behavior, source.module.stem, constants=source.config.constants
            ),
            reason=_reason(found),
        )
        walked = self.job.simulate is not None
        return Outcome(
            verdict=Verdict(found.verdict.value),
            cause=cause,
            message=message,
            property=found.property,
            hint=(error.hint if error else None) or _HINTS.get(cause),
            errors=(self._placed(error, cause),) if error else (),
            counterexample=finding.counterexample,
            states=behavior.states,
            findings=() if cause is Cause.NONE else (finding,),
            generated=found.generated,
            distinct=None if walked else found.distinct,
            depth=found.depth,
            queue=None if walked else found.queue,
            exhaustive=found.exhaustive,
        )

    def _places(self) -> Callable[[str], Location | None]:
        """Return what tells where an operator is defined."""
        texts: dict[str, str] = {}

        def place(name: str) -> Location | None:
            if not texts:
                for module, file in self._files.items():
                    texts[module] = file.read_text(encoding="utf-8", errors="replace")
            return _definition(name, texts)

        return place


class _Whole:
    """A model without its pieces."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a model has
        if name in {"pieces", "invariant_parts"}:
            raise AttributeError(name)
        return getattr(self._model, name)


_NO_MEMORY: Final = "Python has no more memory"  # as the search says it
_CAUSES: Final = {Found.STATES: Cause.TIMEOUT}
_TOO_DEEP: Final = (
    "evaluation does not end: a definition refers to itself without end, "
    "or an expression is nested too deeply"
)
_HINTS: Final = {
    Cause.DEADLOCK: "if the protocol may end there, do not check for deadlock",
    Cause.NO_INITIAL_STATE: "is Init, or a CONSTRAINT, FALSE for these constants?",
    Cause.RECURSION: "look for a recursive function or operator, and for an override "
    "that mentions what it overrides",
}


def _failed(cause: Cause, message: str, errors: Sequence[SpecError] = ()) -> Outcome:
    hint = errors[0].hint if errors else _HINTS.get(cause)
    return Outcome.failed(cause, message, hint=hint, errors=errors)


def _parsing(errors: Sequence[SpecError]) -> Cause:
    kinds = {error.kind for error in errors}
    if kinds & {Kind.SYNTAX, Kind.CIRCULAR, Kind.MODULE_NAME}:
        return Cause.PARSE
    return Cause.MISSING_FILE if Kind.MISSING_MODULE in kinds else Cause.SEMANTIC


def _cause_of(error: Mistake) -> Cause:
    if error.message.startswith("the assumption"):
        return Cause.ASSUMPTION
    if "recurs" in error.message:
        return Cause.RECURSION
    cfg = "cfg" in error.message or (error.file or "").endswith(".cfg")
    return Cause.CONFIG if cfg else Cause.EVALUATION


def _in_words(error: PyspecError) -> str:
    parts = [error.message]
    if error.expected is not None:
        parts.append(f"expected {error.expected}")
    if error.found is not None:
        parts.append(f"found {error.found}")
    return "; ".join(parts)


def _reason(found: Result) -> tuple[str, ...]:
    """Return what the engine knows of an error or a false predicate."""
    if found.reason is not None:
        return tuple(f"  {line}" for line in found.reason.lines())
    place = getattr(found.error, "where", None)
    return () if place is None else tuple(place.lines())


def _message(found: Result, behavior: Behavior) -> str:
    if found.cause not in {Found.INVARIANT, Found.DEADLOCK} or not behavior.states:
        return found.message
    steps = len(behavior.states) - 1
    after = f"after {steps} step{'' if steps == 1 else 's'}"
    return f"{found.message} {after if steps else 'in an initial state'}"


def _behavior(
    found: Counterexample | None,
    variables: tuple[str, ...],
    place: Callable[[str], Location | None],
) -> Behavior:
    if found is None:
        return Behavior()
    states = found.states if found.back_to is None else found.states[:-1]
    return Behavior(
        tuple(
            MappingProxyType(dict(zip(variables, state, strict=True)))
            for state in states
        ),
        tuple(_call(step, place) for step in found.steps),
        found.back_to,
        found.stutters,
    )


def _call(step: Step, place: Callable[[str], Location | None]) -> Call:
    if not step.action:
        return Call("stuttering")
    return Call(step.action, step.arguments, place(step.action))


def _definition(name: str, texts: Mapping[str, str]) -> Location | None:
    """Find where an operator is defined, by the look of its definition."""
    if not re.fullmatch(r"\w+", name):
        return None
    pattern = re.compile(rf"^[ \t]*({name})[ \t]*(?:\([^)\n]*\))?\s*==", re.MULTILINE)
    for module, text in texts.items():
        if match := pattern.search(text):
            line = text.count("\n", 0, match.start(1)) + 1
            column = match.start(1) - text.rfind("\n", 0, match.start(1))
            return Location(module, line, column, line, column + len(name) - 1)
    return None


def _refuse_postcondition(config: Config, file: Path | Config) -> None:
    """Refuse what would be left out, and so count as true."""
    if config.postcondition is not None:
        raise Mistake(
            f"the native engine does not evaluate POSTCONDITION {config.postcondition}",
            file=file if isinstance(file, Path) else None,
            hint="ask TLC (--engine tlc) with a jar that knows it, or leave it out",
        )


def _with_deadlock(config: Config, job: Job) -> Config:
    if job.deadlock is None:
        return config
    return replace(config, check_deadlock=job.deadlock)


def _available_mb() -> float | None:
    """Return how much memory this process may take without harm to others."""
    from pyspec.explore.limits import resident_mb  # noqa: PLC0415 - beside its use

    with (
        contextlib.suppress(OSError, ValueError, StopIteration),
        open(  # noqa: PTH123 - a file of the system
            "/proc/meminfo", encoding="ascii"
        ) as file,
    ):
        free = next(ln for ln in file if ln.startswith("MemAvailable"))
        return resident_mb() + SHARE_OF_MEMORY * int(free.split()[1]) / 1024
    return None


def _model(spec: Spec, config: Config) -> Model:
    """Return what is searched; refused if a property of the cfg is not judged."""
    left = [name for name in config.properties if name not in spec.properties]
    if left:
        raise Mistake(
            f"the native engine cannot judge the property {', '.join(left)}",
            hint="--engine tlc can",
        )
    return cast("Model", spec)  # its steps are a class of their own
