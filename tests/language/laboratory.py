r"""The laboratory: a corpus of small modules, and what TLC says of each.

A case is a module with a cfg beside it, in the folder of the feature that it
is about; a module without a cfg is there to be extended or instantiated.  Its
first line states the intended class:

    \* expect: ok | violates P | deadlock | assertion | error

All else is asked of TLC, never written down.  Answers are kept by the content
of module, cfg and jar, so a corpus that did not change costs no JVM.
"""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import itertools
import json
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.errors import Mistake
from pyspec.tla2tools import Behavior, Cause, Job, Verdict, run_all
from pyspec.tla2tools.cache import cache_folder, replacing
from pyspec.tla2tools.dot import read_dot_lines
from pyspec.values import Value, show_state
from pyspec.values.parse import parse_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspec.tla2tools import Outcome, Toolchain

__all__ = ["CORPUS", "Answer", "Case", "Edge", "State", "ask", "cases"]

CORPUS: Final = Path(__file__).parent
LIMIT_S: Final = 60  # of one run; these take half a second
FORMAT: Final = 3  # of a kept answer; raise it when answers have other contents

State: TypeAlias = tuple[Value | None, ...]
Edge: TypeAlias = tuple[State, str, State]
Record: TypeAlias = dict[str, Any]  # JSON, as it is kept


def ask(
    toolchain: Toolchain, cases: Sequence[Case], *, parallel: int = 2
) -> dict[str, Answer]:
    """Return TLC's answer for each case, by the case's name.

    Kept answers are taken as they are; for the others TLC runs, `parallel` at
    a time.  What could not be decided (no time, no memory) is not kept.
    """
    kept = {case.name: _kept(toolchain, case) for case in cases}
    missing = [case for case in cases if kept[case.name] is None]
    records = {name: record for name, record in kept.items() if record is not None}
    records |= dict(_asked(toolchain, missing, parallel))
    return {case.name: Answer.of(records[case.name], case.name) for case in cases}


def cases(corpus: Path = CORPUS) -> list[Case]:
    """Return the cases of a corpus, by feature and name."""
    return [Case(path) for path in sorted(corpus.glob("*/*.cfg"))]


@dataclass(frozen=True, slots=True)
class Case:
    """One module to compare engines on; named by its cfg."""

    config: Path

    @property
    def name(self) -> str:
        """Feature and module: `except/NestedPaths`."""
        return f"{self.feature}/{self.config.stem}"

    @property
    def feature(self) -> str:
        """The folder."""
        return self.config.parent.name

    @property
    def module(self) -> Path:
        """The module's file."""
        return self.config.with_suffix(".tla")

    @property
    def expect(self) -> str:
        """The class that the module states: `ok`, `violates Inv`, ...

        Raises Mistake if its first line states none.
        """
        first = self.module.read_text(encoding="utf-8").partition("\n")[0]
        stated = _EXPECT.fullmatch(first)
        if stated is None:
            raise Mistake(
                "the module does not say what to expect of it",
                file=self.module,
                line=1,
                expected=r"\* expect: ok | violates P | deadlock | assertion | error",
                found=first,
            )
        return stated[1]

    def files(self) -> list[Path]:
        """Return all that the answer depends on: also what it may extend."""
        helpers = sorted(
            path
            for path in self.module.parent.glob("*.tla")
            if not path.with_suffix(".cfg").exists()
        )
        return [self.module, self.config, *helpers]


_EXPECT: Final = re.compile(
    r"\\\* expect: (ok|violates \w+|deadlock|assertion|error)\s*"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of a case.

    - variables: in TLC's order, which is not the module's; see `ordered`
    - states, initial, edges: the graph, as far as it was visited; states are
      tuples in the order of `variables`.  A VIEW or SYMMETRY leaves one state
      of each class, and which one it is depends on the engine.
    - complete: every reachable state was visited, and the graph has all edges
    - distinct: how many distinct states the engine counts; None if it does not
      say
    - behavior: the states of the counterexample; `back_to` is the number, from
      1, of the state where a lasso closes, `stutters` that it stays in the
      last one for ever
    """

    verdict: Verdict
    cause: Cause
    message: str
    property: str | None
    distinct: int | None
    variables: tuple[str, ...]
    states: frozenset[State]
    initial: frozenset[State]
    edges: frozenset[Edge]
    complete: bool
    behavior: tuple[State, ...] = ()
    back_to: int | None = None
    stutters: bool = False
    prints: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: Record, name: str) -> Answer:
        """Read a kept answer."""
        graph = read_dot_lines(record["dot"].splitlines(keepends=True), name)
        nodes: dict[int, dict[str, Any]] = dict(graph.nodes.items())
        at = {node: tuple(data["state"].values()) for node, data in nodes.items()}
        behavior = list(map(parse_state, record["behavior"]))
        shown = itertools.chain((data["state"] for data in nodes.values()), behavior)
        edges = ((at[a], label, at[b]) for a, b, label in graph.edges(keys=True))
        return cls(
            verdict=Verdict(record["verdict"]),
            cause=Cause(record["cause"]),
            message=record["message"],
            property=record["property"],
            distinct=record["distinct"],
            variables=next(map(tuple, shown), ()),
            states=frozenset(at.values()),
            initial=frozenset(at[node] for node in nodes if nodes[node]["initial"]),
            edges=frozenset(edges),
            complete=record["complete"],
            behavior=tuple(tuple(state.values()) for state in behavior),
            back_to=record["back_to"],
            stutters=record["stutters"],
            prints=tuple(record["prints"]),
        )

    def ordered(self, variables: Sequence[str]) -> Answer:
        """Return the answer with its states in another order of the variables.

        Raises ValueError if they are not the same variables.
        """
        if not self.variables:
            return self
        if set(variables) != set(self.variables):
            raise ValueError(f"{list(variables)} are not {list(self.variables)}")
        places = [self.variables.index(name) for name in variables]

        def moved(state: State) -> State:
            return tuple(state[place] for place in places)

        return replace(
            self,
            variables=tuple(variables),
            states=frozenset(map(moved, self.states)),
            initial=frozenset(map(moved, self.initial)),
            edges=frozenset((moved(a), name, moved(b)) for a, name, b in self.edges),
            behavior=tuple(map(moved, self.behavior)),
        )

    @builtins.property  # a field of this class has the name
    def stated(self) -> str:
        """The class, in the words of a module's first line.

        Anything that is none of them (no time, no memory) says its cause.
        """
        if self.verdict is Verdict.OK:
            return "ok"
        if self.cause in {Cause.DEADLOCK, Cause.ASSERTION}:
            return str(self.cause.value)
        if self.verdict is Verdict.VIOLATED:
            return f"violates {self.property}"
        refused = self.cause in _ERRORS
        return "error" if refused else f"undecided: {self.cause.value}"


_ERRORS: Final = frozenset(
    {Cause.EVALUATION, Cause.RECURSION, Cause.ASSUMPTION, Cause.NO_INITIAL_STATE}
)


# --------------------------------------------------------------------------
# Asking TLC, and keeping what it said


def _asked(
    toolchain: Toolchain, missing: Sequence[Case], parallel: int
) -> Iterator[tuple[str, Record]]:
    with tempfile.TemporaryDirectory(prefix="laboratory-") as folder:
        dumps = [Path(folder) / f"{number}.dot" for number in range(len(missing))]
        jobs = [
            Job(case.module, dump=dump, timeout_s=LIMIT_S, expected_states=100)
            for case, dump in zip(missing, dumps, strict=True)
        ]
        for number, outcome in run_all(toolchain, jobs, parallel=parallel):
            record = _record(outcome, dumps[number])
            if outcome.verdict is not Verdict.UNKNOWN:
                _keep(_place(toolchain, missing[number]), record)
            yield missing[number].name, record


def _record(outcome: Outcome, dump: Path) -> Record:
    behavior = outcome.findings[0].behavior if outcome.findings else Behavior()
    return {
        "verdict": outcome.verdict.value,
        "cause": outcome.cause.value,
        "message": outcome.message,
        "property": outcome.property,
        "distinct": outcome.distinct,
        "complete": outcome.exhaustive or _searched(outcome),
        "behavior": [show_state(state) for state in behavior.states],
        "back_to": behavior.back_to,
        "stutters": behavior.stutters,
        "prints": list(outcome.prints),
        "dot": _whole(dump),
    }


def _searched(outcome: Outcome) -> bool:
    """Whether all states were found before a liveness property was checked."""
    return outcome.cause is Cause.PROPERTY and outcome.queue == 0


_EMPTY: Final = "strict digraph DiskGraph {\n}\n"


def _whole(dump: Path) -> str:
    """Return the dump; an empty graph for one that an error cut off."""
    try:
        text = dump.read_text(encoding="utf-8")
        read_dot_lines(text.splitlines(keepends=True))
    except (OSError, Mistake):
        return _EMPTY
    return text


def _place(toolchain: Toolchain, case: Case) -> Path:
    said = hashlib.sha256(f"{FORMAT}|{toolchain.jar.sha256}".encode())
    for file in case.files():
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        said.update(f"|{file.name}|{content}".encode())
    return cache_folder() / "laboratory" / f"{said.hexdigest()[:32]}.json"


def _kept(toolchain: Toolchain, case: Case) -> Record | None:
    try:
        text = _place(toolchain, case).read_text(encoding="utf-8")
        record: Record = json.loads(text)
    except (OSError, ValueError):
        return None
    return record


def _keep(place: Path, record: Record) -> None:
    with contextlib.suppress(OSError), replacing(place) as part:
        part.write_text(json.dumps(record), encoding="utf-8")
