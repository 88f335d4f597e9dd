"""Compare the native engine with what tlaplus/Examples says of its models.

    python -m tools.examples.compare FOLDER [--library FOLDER]... [--tlc]

Each model runs in a process of its own.  What is known is kept in a work
folder, as JSON lines; another run goes on from there.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil

from pyspec.errors import Exit, Mistake, PyspecError
from pyspec.language import modules_folder
from pyspec.tla2tools import Cause, Job, Verdict, find_toolchain, run
from tools.examples.manifest import Model, read
from tools.examples.report import Row, summary, write
from tools.examples.verdicts import MOST_STATES, Truth, judge, truth_of
from tools.examples.worker import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyspec.tla2tools import Outcome

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
_MB: Final = 1024 * 1024
_STARTING_S: Final = 60  # Python, SANY and the compiler, beside the search
_LOOK_EVERY_S: Final = 0.2
TIMED_STATES: Final = 60_000


def main() -> None:
    """Run the comparison and write its tables."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers end, too
    try:
        sys.exit(_compare(options))
    except PyspecError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit)
    except KeyboardInterrupt:
        print("interrupted: the same command goes on from here", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)


def _compare(options: argparse.Namespace) -> Exit:
    for folder in options.library:
        if not folder.is_dir():
            raise Mistake("there is no such folder of modules", file=folder)
    models = [model for model in read(options.folder) if _wanted(model, options)]
    work = Journal(options.work / "ours.jsonl"), Journal(options.work / "tlc.jsonl")
    ours, theirs = work
    if options.fresh:
        ours.forget({model.name for model in models})
    if options.again:
        ours.forget({r.model.name for r in _rows(models, ours, theirs) if not r.fine})
    if not options.tables:
        _ask(models, ours, options)
    if options.tlc:
        _ask_tlc(_untold(models, theirs, timed=options.time), theirs, options)
    everything = _rows(models, ours, theirs)
    print(summary(everything))
    if not options.only:
        write(everything, options.out)
    return Exit.FINE if all(row.fine for row in everything) else Exit.VIOLATION


def _wanted(model: Model, options: argparse.Namespace) -> bool:
    if options.only:
        return any(part in model.name for part in options.only)
    return options.large or (model.distinct or 0) <= MOST_STATES


def _rows(models: Sequence[Model], ours: Journal, theirs: Journal) -> list[Row]:
    found = []
    for model in models:
        record, told = ours.records.get(model.name), theirs.records.get(model.name)
        if record is None:
            continue
        tlc = Truth(told["result"], told["distinct"]) if told else None
        truth, answer = truth_of(model, tlc), Answer(**record["answer"])
        answer = replace(answer, said=without_folder(answer.said, model))
        verdict, tlc_s = judge(truth, answer), told["wall_s"] if told else None
        found.append(Row(model, truth, answer, verdict, record["wall_s"], tlc_s))
    return found


def without_folder(said: str, model: Model) -> str:
    """Return a message with paths as the manifests have them."""
    root = str(model.config).removesuffix(model.name)
    return said.replace(root, "")


class Journal:
    """Records by the name of a model: JSON lines, of which the last counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for record in map(_record, path.read_text("utf-8").splitlines()):
                if record is not None:
                    self.records[record["name"]] = record

    def add(self, record: dict[str, Any]) -> None:
        """Keep a record, on disk before anything else happens."""
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            self.records[record["name"]] = record
            file.write(f"\n{json.dumps(record)}\n")  # the last line may be torn

    def forget(self, names: set[str]) -> None:
        """Forget some models, so that they are asked again."""
        for name in names & self.records.keys():
            del self.records[name]


def _record(line: str) -> dict[str, Any] | None:
    """Read a line; None for one that was torn when a run ended."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "name" in record else None


# --------------------------------------------------------------------------
# Our engine


def _ask(models: Sequence[Model], ours: Journal, options: argparse.Namespace) -> None:
    missing = (model for model in models if model.name not in ours.records)
    todo = sorted(missing, key=_effort)
    stop = threading.Event()

    def ask(model: Model) -> None:
        if not stop.is_set():
            began = time.monotonic()
            answer = _answer(model, options, stop)
            wall = round(time.monotonic() - began - answer.export_s, 2)
            if not stop.is_set():
                record = {"name": model.name, "answer": asdict(answer)}
                ours.add({**record, "wall_s": wall})

    _together(ask, todo, options.jobs, stop, lambda model: _line(model, ours))


def _effort(model: Model) -> tuple[int, int]:
    """Small ones go first: by states, as far as they are known, or TLC's time."""
    states = model.distinct or 0
    return (0, states) if states else (1, model.seconds or 0)


def _together(
    ask: Callable[[Model], None],
    todo: Sequence[Model],
    jobs: int,
    stop: threading.Event,
    line: Callable[[Model], str],
) -> None:
    """Ask for all, some at a time, with a line for each; Ctrl-C stops them."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(ask, model): model for model in todo}
        try:
            for number, done in enumerate(as_completed(waiting), start=1):
                done.result()
                print(f"{number}/{len(todo)} {line(waiting[done])}", flush=True)
        except BaseException:
            stop.set()
            raise


def _line(model: Model, ours: Journal) -> str:
    record = ours.records[model.name]
    answer = Answer(**record["answer"])
    verdict = judge(truth_of(model), answer)
    return f"{model.name}: {verdict.of} {verdict.why[:100]} [{record['wall_s']} s]"


def _answer(model: Model, options: argparse.Namespace, stop: threading.Event) -> Answer:
    """Ask a worker, and end it if it takes too much."""
    command = [
        sys.executable,
        str(HERE / "worker.py"),
        json.dumps(_job(model, options)),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    environment["PYTHONPATH"] = _path()
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=tempfile.gettempdir(),
            env=environment,
            start_new_session=True,
        ) as worker,
    ):
        reason = _watch(worker, options, stop)
        out.seek(0)
        lines = out.read().splitlines() or [""]
    return Answer("limit", said=reason) if reason else _read(lines[-1])


def _path() -> str:
    """Return the path of modules: PYTHONPATH first, then this checkout."""
    return os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))


def _job(model: Model, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "module": str(model.module),
        "config": str(model.config),
        "library": [str(folder) for folder in _library(options)],
        "deadlock": model.deadlock,
        "seconds": options.seconds,
        "memory_mb": options.memory_mb,
        "states": MOST_STATES,
        "allow_io": options.allow_io,
        "as_tlc": options.as_tlc,
    }


def _library(options: argparse.Namespace) -> tuple[Path, ...]:
    """Return the folders of modules: our own first, as they have natives."""
    return (modules_folder(), *options.library)


def _watch(
    worker: subprocess.Popen[Any], options: argparse.Namespace, stop: threading.Event
) -> str:
    """Wait for a worker; end it, and say why, if it breaks a limit."""
    until = time.monotonic() + options.seconds + _STARTING_S
    for reason in _reasons(worker, until, 1.5 * options.memory_mb, stop):
        if reason:
            os.killpg(worker.pid, signal.SIGKILL)
            return reason
    return ""


def _reasons(
    worker: subprocess.Popen[Any], until: float, most_mb: float, stop: threading.Event
) -> Iterator[str]:
    while worker.poll() is None:
        if stop.is_set():
            yield "stopped"
        if time.monotonic() > until:
            yield "it did not end in time, not even to say so"
        if _used_mb(worker.pid) > most_mb:
            yield f"it used more than {most_mb:.0f} MB"
        time.sleep(_LOOK_EVERY_S / 4)


def _used_mb(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / _MB
    except psutil.Error:
        return 0.0


def _read(line: str) -> Answer:
    try:
        return Answer(**json.loads(line))
    except (ValueError, TypeError):
        return Answer("crash", said=f"the worker died: {line[:200]}")


# --------------------------------------------------------------------------
# TLC


def _untold(models: Sequence[Model], theirs: Journal, *, timed: bool) -> list[Model]:
    """Return what TLC has to be asked for: counts that no manifest has.

    With `timed`, also models that are small enough to compare times.
    """
    missing = (model for model in models if model.name not in theirs.records)
    return [
        model
        for model in sorted(missing, key=_effort)
        if model.distinct is None
        or model.result is None
        or (timed and model.distinct <= TIMED_STATES)
    ]


def _ask_tlc(
    models: Sequence[Model], theirs: Journal, options: argparse.Namespace
) -> None:
    toolchain, stop = find_toolchain(), threading.Event()

    def ask(model: Model) -> None:
        job = Job(
            model.module,
            config=model.config,
            library=_library(options),
            deadlock=model.deadlock,
            timeout_s=options.seconds,
            memory_mb=options.memory_mb,
        )
        began = time.monotonic()
        outcome = run(toolchain, job, stop=stop)
        wall = round(time.monotonic() - began, 2)
        if not stop.is_set():
            theirs.add({"name": model.name, **_told(outcome), "wall_s": wall})

    def line(model: Model) -> str:
        told = theirs.records[model.name]
        return f"{model.name}: TLC says {told['result']}, {told['distinct']} states"

    _together(ask, models, 1, stop, line)


def _told(outcome: Outcome) -> dict[str, Any]:
    """Return TLC's result and, of a search that ended, its count."""
    result = "success" if outcome.verdict is Verdict.OK else _TOLD.get(outcome.cause)
    said = "" if result else f"{outcome.cause.value}: {outcome.message}"[:300]
    ended = outcome.verdict is not Verdict.UNKNOWN
    distinct = outcome.distinct if ended else None
    return {"result": result, "distinct": distinct, "said": said}


_TOLD: Final = {
    Cause.ASSUMPTION: "assumption failure",
    Cause.DEADLOCK: "deadlock failure",
    Cause.INVARIANT: "safety failure",
    Cause.ASSERTION: "safety failure",
    Cause.ACTION_PROPERTY: "safety failure",
    Cause.PROPERTY: "liveness failure",
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="compare", description=__doc__)
    add = parser.add_argument
    add("folder", type=Path, help="a checkout of tlaplus/Examples")
    add("--library", type=Path, action="append", default=[], help="folder of modules")
    add("--work", type=Path, default=Path(tempfile.gettempdir(), "pyspec-examples"))
    add("--out", type=Path, default=HERE, help="where the tables go")
    add("--only", action="append", help="models with this in their name; no tables")
    add("--jobs", type=int, default=1)
    add("--seconds", type=float, default=120.0, help="of a search")
    add("--memory-mb", type=int, default=3000)
    add("--fresh", action="store_true", help="ask our engine anew")
    add("--again", action="store_true", help="likewise where it did not agree")
    add("--allow-io", action="store_true", help="let specs read and write files")
    add("--as-tlc", action="store_true", help="judge liveness of cut graphs, too")
    add("--large", action="store_true", help="also models known to be too large")
    add("--tables", action="store_true", help="only write the tables anew")
    add("--tlc", action="store_true", help="ask TLC for what no manifest says")
    add("--time", action="store_true", help="with --tlc: for the time of small models")
    return parser.parse_args()


if __name__ == "__main__":
    main()
