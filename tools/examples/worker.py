"""Ask the native engine about one model, in a process of its own.

    python -m tools.examples.worker JOB

JOB is JSON: module, config, library (folders), deadlock, seconds, memory_mb,
states, allow_io, as_tlc.  The last line of standard output is the answer, an
`Answer` as JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake, PyspecError
from pyspec.explore import Cause, Limits, check, liveness
from pyspec.explore.liveness import refuse_cuts
from pyspec.language.compiled import compile_spec
from pyspec.language.runtime.modules.outside import allow_io
from pyspec.language.runtime.modules.tlc import dice
from pyspec.tla2tools import find_toolchain, read_config, sany

if TYPE_CHECKING:
    from pyspec.explore import Model, Result
    from pyspec.tla2tools import Config

__all__ = ["Answer", "answer"]

_RECURSION: Final = 20_000
_LONGEST: Final = 300  # letters of a message


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine says of a model.

    - end: "answered", "refused" (by name: `said`), "limit" or "crash"
    - result: as manifests say it, if it is answered
    - distinct: states found, as far as the search went
    - unchecked: properties that the engine left out
    - unsound: temporal properties that it refuses by name, since CONSTRAINT,
      VIEW or SYMMETRY cut the graph; the rest is judged without them
    - trusting: such properties that were judged on the cut graph all the same,
      as TLC does
    - export_s: SANY; 0 if its tree was kept.  compile_s, search_s: the engine
    """

    end: str
    result: str | None = None
    property: str | None = None
    distinct: int | None = None
    said: str = ""
    at: str = ""
    unchecked: tuple[str, ...] = ()
    unsound: tuple[str, ...] = ()
    trusting: tuple[str, ...] = ()
    export_s: float = 0.0
    compile_s: float = 0.0
    search_s: float = 0.0


def answer(job: dict[str, Any]) -> Answer:
    """Parse, compile and search; whatever goes wrong is an answer, too."""
    dice.set(random.Random(0))  # noqa: S311 - no secret
    work = _Work(job)
    try:
        work.run()
    except Mistake as error:
        place = f" ({error.place})" if error.place else ""
        return replace(work.so_far, end="refused", said=error.message + place)
    except MemoryError:
        return replace(work.so_far, end="limit", said="Python has no more memory")
    except Exception as error:  # noqa: BLE001 - a crash is an answer, too
        said = f"{type(error).__name__}: {error}"[:_LONGEST]
        return replace(work.so_far, end="crash", said=said, at=_place(error))
    return work.so_far


def _place(error: Exception) -> str:
    """Return where an exception was raised."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(at.filename).name}:{at.lineno} {at.name}"


class _Work:
    """The stages of one job, and the answer as far as it is known."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.so_far = Answer("crash")

    def run(self) -> None:
        """Go through all stages."""
        job, module = self.job, Path(self.job["module"])
        allow_io.set(job.get("allow_io", False))
        folders = [Path(each) for each in job["library"]]
        config = read_config(job["config"])
        if job["deadlock"] is not None:
            config = replace(config, check_deadlock=job["deadlock"])
        toolchain, clock = find_toolchain(), _Clock()
        xml = sany.export_xml(toolchain, module, folders)
        self.note(export_s=clock.lap())
        model, unchecked = compiled(xml, config, _own(module))
        self.note(compile_s=clock.lap(), unchecked=unchecked)
        if model is None:
            self.note(end="answered", result="success", distinct=0)
        else:
            self.prepare(model)
            limits = Limits(job["seconds"], job["memory_mb"], job["states"])
            self.note(**told(check(model, limits=limits)))
            self.note(search_s=clock.lap())

    def prepare(self, model: Any) -> None:  # noqa: ANN401 - a Spec
        """Leave out what no cut graph can decide, or have it judged as TLC does."""
        names = of_a_cut(model)
        if names and self.job.get("as_tlc"):
            liveness.refuse_cuts = lambda model: None  # noqa: ARG005 - it refuses nothing
            self.note(trusting=names)
        elif names:
            model.__dict__["temporal"] = {}
            self.note(unsound=names)

    def note(self, **known: Any) -> None:  # noqa: ANN401 - fields of an answer
        """Add to the answer."""
        self.so_far = replace(self.so_far, **known)


class _Clock:
    def __init__(self) -> None:
        self.then = time.perf_counter()

    def lap(self) -> float:
        """Return the seconds since the last lap."""
        then, self.then = self.then, time.perf_counter()
        return round(self.then - then, 3)


def _own(module: Path) -> frozenset[str]:
    """Return the modules beside this one; what others there are is standard."""
    return frozenset(file.stem for file in module.parent.glob("*.tla"))


def told(result: Result) -> dict[str, Any]:
    """Say a result of the search as manifests do."""
    known = {"distinct": result.distinct, "property": result.property}
    if result.cause in _LIMITS:
        return {**known, "end": "limit", "said": result.message}
    if result.cause in _RESULTS:
        word = "safety failure" if _is_initial(result) else _RESULTS[result.cause]
        return {**known, "end": "answered", "said": result.message, "result": word}
    error = str(result.error) if result.error else result.message
    return {**known, "end": "refused", "said": error.replace("\n", " ")[:_LONGEST]}


def _is_initial(result: Result) -> bool:
    """Whether a property is violated by an initial state, so by no lasso."""
    behavior = result.counterexample
    lasso = behavior is None or behavior.stutters or behavior.back_to is not None
    return result.cause is Cause.PROPERTY and not lasso


_LIMITS: Final = frozenset({Cause.TIMEOUT, Cause.MEMORY, Cause.STATES})
_RESULTS: Final = {
    Cause.NONE: "success",
    Cause.DEADLOCK: "deadlock failure",
    Cause.INVARIANT: "safety failure",
    Cause.ASSERTION: "safety failure",
    Cause.ACTION_PROPERTY: "safety failure",
    Cause.PROPERTY: "liveness failure",
}


def compiled(
    xml: bytes, config: Config, own: frozenset[str]
) -> tuple[Model | None, tuple[str, ...]]:
    """Return a model to search, and the properties that it leaves out.

    None for a cfg without behaviors, whose assumptions hold.
    """
    spec: Any = compile_spec(xml, config, lambda name: name not in own)
    if not config.has_behaviors:
        return None, ()
    return spec, tuple(
        name for name in config.properties if name not in spec.properties
    )


def of_a_cut(model: Model) -> tuple[str, ...]:
    """Return the temporal properties that no cut graph can decide."""
    try:
        refuse_cuts(model)
    except Mistake:
        return tuple(model.temporal)
    return ()


def main() -> None:
    """Answer the job on the command line."""
    job = json.loads(sys.argv[1])
    sys.setrecursionlimit(_RECURSION)
    print()
    try:
        print(json.dumps(asdict(answer(job))))
    except PyspecError as error:
        print(json.dumps(asdict(Answer("crash", said=error.message))))


if __name__ == "__main__":
    main()
