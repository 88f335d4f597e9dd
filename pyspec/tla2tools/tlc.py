"""Running TLC: a job in, an outcome out.

Every run has its own folders for Java's temporary files and for TLC's states,
and fixed seeds, so that the same job gives the same answer.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake, PyspecError
from pyspec.tla2tools import sany
from pyspec.tla2tools.cache import cache_folder, digest, replacing
from pyspec.tla2tools.chatter import Kind, SpecError
from pyspec.tla2tools.classify import Cause
from pyspec.tla2tools.config import Config, parse_config
from pyspec.tla2tools.counterexample import to_trace, with_arguments
from pyspec.tla2tools.job import Job, Simulation
from pyspec.tla2tools.outcome import Ending, Outcome, Question, Verdict, judge
from pyspec.tla2tools.overrides import SelfMention, self_mentions
from pyspec.tla2tools.plain import without_comments
from pyspec.tla2tools.process import (
    REAP,
    JvmOptions,
    Reap,
    Size,
    Workspace,
    interruptible,
    run_java,
)
from pyspec.tla2tools.transcript import OutputReader, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pyspec.tla2tools.process import Finished
    from pyspec.tla2tools.toolchain import Toolchain

__all__ = ["Job", "Simulation", "run", "run_all"]


def run(
    toolchain: Toolchain,
    job: Job,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run TLC and return what it found; what is wrong with the job, too.

    Raises Unavailable if Java cannot be started.  On Ctrl-C the run is
    stopped, its folders are removed, and KeyboardInterrupt goes on.
    """
    try:
        prepared = _Prepared.of(job)
    except _Refused as refused:
        return refused.outcome
    outcome = _run(toolchain, _with_known_size(prepared), progress, stop)
    _keep_size(prepared, outcome)
    return _improved(toolchain, prepared, outcome, stop)


def _with_known_size(prepared: _Prepared) -> _Prepared:
    """Expect as many states as the same module and cfg had the last time.

    Only how Java compiles depends on it, so a wrong guess costs some time.
    """
    if prepared.job.expected_states is not None:
        return prepared
    try:
        size = int(_size_file(prepared.job).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return prepared
    return replace(prepared, job=replace(prepared.job, expected_states=size))


def _keep_size(prepared: _Prepared, outcome: Outcome) -> None:
    job = prepared.job
    known = outcome.exhaustive and outcome.distinct is not None
    if not known or job.expected_states is not None or job.config_path is None:
        return
    with contextlib.suppress(OSError), replacing(_size_file(job)) as part:
        part.write_text(str(outcome.distinct), encoding="ascii")


def _size_file(job: Job) -> Path:
    key = digest([str(job.module.absolute()), str(job.config_path)])
    return cache_folder() / "sizes" / key


class _Refused(Exception):
    """The run cannot start; this is its outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A job, looked at: its cfg's text, and what that says.

    `text` has CHECK_DEADLOCK taken out, which `deadlock` has; `changed` says
    whether it had one.  `config` is None if we cannot read the cfg; then
    `config_error` says why, and TLC may still think otherwise.
    """

    job: Job
    module: Path
    folders: tuple[Path, ...]
    text: str
    changed: bool
    deadlock: bool
    config: Config | None
    config_error: Mistake | None

    @classmethod
    def of(cls, job: Job) -> _Prepared:
        module = job.module.absolute()
        if missing := sany.missing_module(module):
            raise _refused(Cause.MISSING_FILE, missing)
        try:
            folders = sany.search_path(module, job.library)
        except Mistake as mistake:
            raise _refused(Cause.MISSING_FILE, _error_of(mistake)) from mistake
        original = _config_text(job)
        text, said = without_deadlock(original)
        config, error = _parsed(text, job.config_path)
        prepared = cls(
            job,
            module,
            folders,
            text,
            text != original or job.config_path is None,
            said if job.deadlock is None else job.deadlock,
            config,
            error,
        )
        if mention := next(iter(prepared.mentions()), None):
            raise _refused(Cause.OVERRIDE, _mention_error(mention))
        return prepared

    def mentions(self) -> list[SelfMention]:
        """Return overrides that mention what they override."""
        if self.config is None:
            return []
        elsewhere = self.config.module_overrides.items()
        substitutions = dict(self.config.overrides)
        substitutions |= {name: operator for name, (_, operator) in elsewhere}
        if not substitutions:
            return []
        involved = sany.involved(self.module, self.folders)
        return self_mentions(substitutions, involved.values())

    @property
    def question(self) -> Question:
        config = self.job.config_path
        constants = self.config.constants if self.config else {}
        return Question(
            module=self.module.stem,
            module_file=str(self.module),
            config_file=str(config) if config else None,
            temporal=tuple(self.config.properties) if self.config else (),
            invariants=tuple(self.config.invariants) if self.config else (),
            behaviors=self.config is None or self.config.has_behaviors,
            constants=MappingProxyType(dict(constants)),
            timeout_s=self.job.timeout_s,
            memory_mb=self.job.memory_mb,
        )


def _refused(cause: Cause, error: SpecError) -> _Refused:
    message = error.message
    if cause is Cause.MISSING_FILE and error.file and error.file not in message:
        message = f"{message}: {error.file}"
    return _Refused(Outcome.failed(cause, message, hint=error.hint, errors=[error]))


def _error_of(mistake: Mistake, kind: Kind = Kind.CONFIG) -> SpecError:
    parts = [mistake.message]
    if mistake.expected is not None:
        parts.append(f"expected {mistake.expected}")
    if mistake.found is not None:
        parts.append(f"found {mistake.found}")
    return SpecError(
        "; ".join(parts),
        kind,
        mistake.file,
        mistake.line,
        mistake.column,
        hint=mistake.hint,
    )


def _mention_error(mention: SelfMention) -> SpecError:
    return SpecError(
        mention.message,
        Kind.CONFIG,
        str(mention.file),
        mention.line,
        mention.column,
        mention.file.stem,
        hint=mention.hint,
    )


def _config_text(job: Job) -> str:
    if isinstance(job.config, Config):
        return job.config.text()
    path = job.config_path
    assert path is not None  # noqa: S101 - the two cases of Job.config
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as cause:
        error = SpecError("there is no such cfg", Kind.CONFIG, str(path))
        raise _refused(Cause.MISSING_FILE, error) from cause
    except (OSError, UnicodeDecodeError) as cause:
        error = SpecError(f"this cfg cannot be read: {cause}", Kind.CONFIG, str(path))
        raise _refused(Cause.CONFIG, error) from cause


_DEADLOCK: Final = re.compile(r"\bCHECK_DEADLOCK\s+(TRUE|FALSE)\b")


def without_deadlock(text: str) -> tuple[str, bool]:
    """Take CHECK_DEADLOCK out of a cfg; return the rest, and what it said.

    Lines keep their numbers.  Without it deadlock is checked, as in TLC.
    """
    check = True
    for match in reversed(list(_DEADLOCK.finditer(without_comments(text)))):
        check = match[1] == "TRUE"
        blank = re.sub(r"[^\n]", " ", match[0])
        text = text[: match.start()] + blank + text[match.end() :]
    return text, check


def _parsed(text: str, path: Path | None) -> tuple[Config | None, Mistake | None]:
    try:
        return parse_config(text, str(path) if path else "<cfg>"), None
    except Mistake as mistake:
        return None, mistake


def _run(
    toolchain: Toolchain,
    prepared: _Prepared,
    progress: Callable[[Progress], None] | None,
    stop: threading.Event | None,
) -> Outcome:
    with Workspace(_kept(prepared.job)) as workspace:
        files = _Files.of(prepared, workspace)
        reader = OutputReader(progress)
        dumps = prepared.job.dump is not None

        def on_line(line: str) -> Reap | None:
            reader.feed(line)
            return REAP if reader.transcript.finished and not dumps else None

        finished = run_java(
            toolchain,
            "tlc2.TLC",
            _arguments(toolchain, prepared, files),
            workspace=workspace,
            cwd=prepared.module.parent,
            on_line=on_line,
            jvm=_jvm(prepared),
            timeout_s=prepared.job.timeout_s,
            memory_mb=prepared.job.memory_mb,
            stop=stop,
        )
        outcome = judge(reader.close(), _ending(finished), prepared.question)
        return _with_json(outcome, files.json, prepared)


def _kept(job: Job) -> Path | None:
    """Return the folder for checkpoints, which stays; where -recover found one."""
    if job.checkpoint is not None:
        return job.checkpoint.absolute()
    return newest_checkpoint(job.recover).parent if job.recover else None


@dataclass(frozen=True, slots=True)
class _Files:
    """Where this run reads its cfg and writes its states and counterexample."""

    config: Path
    meta: Path
    json: Path

    @classmethod
    def of(cls, prepared: _Prepared, workspace: Workspace) -> _Files:
        job = prepared.job
        original = job.config_path
        config = original or workspace.path / "model.cfg"
        if prepared.changed:
            config = workspace.path / config.name
            config.write_text(prepared.text, encoding="utf-8")
        return cls(config, workspace.meta, workspace.path / "counterexample.json")


def _arguments(toolchain: Toolchain, prepared: _Prepared, files: _Files) -> list[str]:
    job = prepared.job
    arguments = ["-tool", "-metadir", str(files.meta), "-config", str(files.config)]
    arguments += ["-fp", str(job.fingerprint), "-workers", _workers(job.workers)]
    arguments += _search(job)
    if not prepared.deadlock:
        arguments.append("-deadlock")
    if job.keep_going:
        arguments.append("-continue")
    if job.coverage:
        arguments += ["-coverage", "1"]
    if job.dump is not None:
        arguments += ["-dump", "dot,actionlabels", str(_dump_base(job.dump))]
    if job.recover is not None:
        arguments += ["-recover", str(newest_checkpoint(job.recover))]
    features = toolchain.jar.features
    if job.arguments and features.dump_trace_json:
        arguments += ["-dumpTrace", "json", str(files.json)]
    if features.no_generate_spec_te:
        arguments.append("-noGenerateSpecTE")
    return [*arguments, *job.options, prepared.module.stem]


def _search(job: Job) -> list[str]:
    """Return how to search: all states, or random behaviors (num= ends them)."""
    if job.simulate is None:
        minutes = job.checkpoint_minutes if job.checkpoint else 0
        return ["-seed", str(job.seed), "-checkpoint", str(minutes)]
    walk = job.simulate
    number = f"num={walk.behaviors}"
    return ["-simulate", number, "-depth", str(walk.depth), "-seed", str(walk.seed)]


def _workers(workers: int | None) -> str:
    return str(workers or len(os.sched_getaffinity(0)))


def _dump_base(dump: Path) -> Path:
    """TLC puts `.dot` behind the name itself."""
    dump = dump.absolute()
    return dump.with_suffix("") if dump.suffix == ".dot" else dump


_CHECKPOINT: Final = re.compile(r"\d\d-\d\d-\d\d-\d\d-\d\d-\d\d(?:\.\d+)?\Z")


def newest_checkpoint(folder: Path) -> Path:
    """Return the newest checkpoint in a folder, or the folder if it is one.

    Raises Mistake if there is none.
    """
    folder = folder.absolute()
    if not folder.is_dir():
        raise Mistake("there is no such folder of checkpoints", file=folder)
    if _CHECKPOINT.match(folder.name):
        return folder
    found = sorted(one for one in folder.iterdir() if _CHECKPOINT.match(one.name))
    if not found:
        raise Mistake("there is no checkpoint in this folder", file=folder)
    return found[-1]


_SMALL: Final = 100_000  # distinct states; see pyspec.tla2tools.jvm


def _jvm(prepared: _Prepared) -> JvmOptions:
    states = prepared.job.expected_states
    size = Size.LARGE if states is not None and states > _SMALL else Size.SMALL
    return JvmOptions(
        size=Size.UNKNOWN if states is None else size,
        workers=int(_workers(prepared.job.workers)),
        extra=sany.library_option(prepared.folders[1:]),
    )


def _ending(finished: Finished) -> Ending:
    return Ending(
        returncode=None if finished.reaped else finished.returncode,
        how=finished.ended,
        signal=finished.signal,
        stderr=finished.stderr,
        seconds=finished.seconds,
        peak_rss_mb=finished.peak_rss_mb,
    )


def _with_json(outcome: Outcome, json: Path, prepared: _Prepared) -> Outcome:
    """Give the counterexample the arguments that only the JSON has."""
    if not outcome.findings or not json.is_file():
        return outcome
    first = outcome.findings[0]
    try:
        behavior = with_arguments(first.behavior, json.read_bytes())
    except Mistake:
        return outcome
    trace = to_trace(
        behavior,
        prepared.module.stem,
        constants=prepared.question.constants,
        meta=first.counterexample.meta if first.counterexample else None,
    )
    found = replace(first, behavior=behavior, counterexample=trace)
    findings = (found, *outcome.findings[1:])
    return replace(outcome, counterexample=trace, findings=findings)


# --------------------------------------------------------------------------
# What TLC does not say itself


def _improved(
    toolchain: Toolchain,
    prepared: _Prepared,
    outcome: Outcome,
    stop: threading.Event | None,
) -> Outcome:
    outcome = _placed(prepared, outcome)
    if outcome.cause is Cause.PARSE:
        return _with_all_errors(toolchain, prepared, outcome, stop)
    if outcome.cause is Cause.CONFIG and prepared.config_error is not None:
        error = _error_of(prepared.config_error)
        return replace(outcome, message=error.message, errors=(error,))
    if outcome.verdict is Verdict.VIOLATED and outcome.candidates:
        return _with_name(toolchain, prepared, outcome, stop)
    return outcome


def _placed(prepared: _Prepared, outcome: Outcome) -> Outcome:
    """Give files their full paths, and errors in the cfg their lines."""
    folder = prepared.module.parent
    modules = {name: str(folder / file) for name, file in outcome.modules.items()}
    errors = tuple(
        _config_placed(error, prepared)
        if error.kind is Kind.CONFIG
        else sany.placed(error, prepared.module)
        for error in outcome.errors
    )
    notes = prepared.config.notes if prepared.config else ()
    return replace(
        outcome,
        modules=MappingProxyType(modules),
        errors=errors,
        warnings=(*notes, *outcome.warnings),
    )


def _config_placed(error: SpecError, prepared: _Prepared) -> SpecError:
    """Find the word that an error is about in the cfg."""
    named = re.match(r"(?:\w+ )?(\w+) (?:of the cfg|is no invariant)", error.message)
    if error.line is not None or named is None:
        return error
    text = without_comments(prepared.text)
    match = re.search(rf"\b{re.escape(named[1])}\b", text)
    if match is None:
        return error
    line = text.count("\n", 0, match.start()) + 1
    column = match.start() - text.rfind("\n", 0, match.start())
    return replace(error, line=line, column=column)


def _with_all_errors(
    toolchain: Toolchain,
    prepared: _Prepared,
    outcome: Outcome,
    stop: threading.Event | None,
) -> Outcome:
    """TLC gives one syntax error; ask SANY for more."""
    try:
        report = sany.parse(toolchain, prepared.module, prepared.job.library, stop=stop)
    except PyspecError:
        return outcome
    return replace(outcome, errors=report.errors or outcome.errors)


def _with_name(
    toolchain: Toolchain,
    prepared: _Prepared,
    outcome: Outcome,
    stop: threading.Event | None,
) -> Outcome:
    """Check each temporal property alone; the first that is violated it is."""
    job, config = prepared.job, prepared.config
    if not job.name_property or config is None or job.simulate is not None:
        return outcome
    ends = None if job.timeout_s is None else time.monotonic() + job.timeout_s
    for name in outcome.candidates:
        left = None if ends is None else ends - time.monotonic()
        if left is not None and left <= 0:
            break
        alone = _alone(prepared, config, name, left)
        found = _run(toolchain, alone, None, stop)
        if found.verdict is Verdict.VIOLATED and found.property == name:
            return _named(outcome, found)
    return outcome


def _alone(
    prepared: _Prepared, config: Config, name: str, timeout_s: float | None
) -> _Prepared:
    only = replace(config, properties=(name,), invariants=())
    job = replace(
        prepared.job,
        config=only,
        deadlock=False,
        timeout_s=timeout_s,
        dump=None,
        coverage=False,
        checkpoint=None,
        recover=None,
    )
    return replace(
        prepared,
        job=job,
        text=only.text(),
        changed=True,
        deadlock=False,
        config=only,
    )


def _named(outcome: Outcome, alone: Outcome) -> Outcome:
    """Take the property and its behavior from the run that checked it alone."""
    return replace(
        outcome,
        cause=alone.cause,
        property=alone.property,
        candidates=(),
        message=alone.message,
        counterexample=alone.counterexample,
        states=alone.states,
        findings=(*alone.findings[:1], *outcome.findings[1:]),
    )


# --------------------------------------------------------------------------
# Many runs


def run_all(
    toolchain: Toolchain,
    jobs: Sequence[Job],
    *,
    parallel: int = 1,
    progress: Callable[[int, Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Run jobs, at most `parallel` at a time; yield (index, outcome) as they end.

    A job that fails is an outcome like any other.  If the iterator is closed,
    or Ctrl-C comes, or `stop` is set, the runs under way are stopped and
    their folders removed before this returns.
    """
    halt = threading.Event()
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    with interruptible(), _pool(parallel, halt) as pool:
        futures: list[Future[Outcome]] = []
        for index, job in enumerate(jobs):
            task = pool.submit(_one, toolchain, job, _told(progress, index), halt)
            task.add_done_callback(_announcement(done, index))
            futures.append(task)
        for _ in jobs:
            index = _await(done, stop, halt)
            yield index, futures[index].result()


@contextlib.contextmanager
def _pool(parallel: int, halt: threading.Event) -> Iterator[ThreadPoolExecutor]:
    """Threads whose runs are stopped when this is left, however it is left."""
    pool = ThreadPoolExecutor(max(parallel, 1), thread_name_prefix="tlc")
    try:
        yield pool
    finally:
        halt.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _await(
    done: queue.SimpleQueue[int], stop: threading.Event | None, halt: threading.Event
) -> int:
    while True:
        try:
            return done.get(timeout=_TICK_S)
        except queue.Empty:
            if stop is not None and stop.is_set():
                halt.set()


_TICK_S: Final = 0.1


def _announcement(
    done: queue.SimpleQueue[int], index: int
) -> Callable[[Future[Outcome]], None]:
    return lambda _: done.put(index)


def _told(
    progress: Callable[[int, Progress], None] | None, index: int
) -> Callable[[Progress], None] | None:
    if progress is None:
        return None
    return lambda news: progress(index, news)


def _one(
    toolchain: Toolchain,
    job: Job,
    progress: Callable[[Progress], None] | None,
    halt: threading.Event,
) -> Outcome:
    if halt.is_set():
        return Outcome.failed(Cause.STOPPED, "stopped before it started")
    try:
        return run(toolchain, job, progress=progress, stop=halt)
    except PyspecError as error:
        return Outcome.of_error(error)
