"""What TLC and the native engine say of generated terms, many in one JVM.

TLC evaluates each constant definition before it starts, and goes on when one
cannot be evaluated: a definition that prints its value tells all, and one that
prints nothing was refused.  Machines share a spec, of which `which` picks one;
there the first error ends a run, so machines that were refused leave it and
the others run again.
"""

from __future__ import annotations

import contextlib
import functools
import re
import signal
import tempfile
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.errors import Mistake, PyspecError
from pyspec.language.compiled import Spec, compile_spec
from pyspec.language.runtime.modules.tlc import printer
from pyspec.language.runtime.order import order_of_names
from pyspec.tla2tools import Config, Job, Outcome, Verdict, run, sany
from pyspec.tla2tools.dot import read_dot
from pyspec.values import ModelValue
from pyspec.values.parse import parse
from tests.language_generated.generate import PRELUDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.language.compiled import State
    from pyspec.tla2tools import Toolchain
    from tests.language_generated.generate import Machine, Term

__all__ = ["Refused", "Walk", "compare_machines", "compare_terms", "compared_again"]

IDLE: Final = r"""
vars == <<which, step, v1, v2, v3>>
Init == which = 0 /\ step = 0 /\ v1 = 0 /\ v2 = 0 /\ v3 = 0
Next == UNCHANGED vars"""
MODEL_VALUES: Final = ("m2", "m1", "m3")
CONSTANTS: Final = {name: ModelValue(name) for name in MODEL_VALUES}
NAMES: Final = (*MODEL_VALUES, "c", "a", "b", "")  # as the prelude has them
HEAD: Final = f"---- MODULE Generated ----{PRELUDE}"
STEPS: Final = 2
MOST_STATES: Final = 300  # of one machine; a larger one is left out
LIMIT_S: Final = 2.0  # of one term or machine here; a slower one is left out
TLC_LIMIT_S: Final = 240.0


@dataclass(frozen=True, slots=True)
class Refused:
    """No value; `bug` if it ended in a way that no user should see."""

    why: str = field(default="", compare=False)
    bug: bool = False


class SlowError(Exception):
    """It takes too long, or has too many states."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A machine's initial states and labelled edges."""

    initial: frozenset[Any]
    edges: frozenset[Any]


Said: TypeAlias = Any
"""A value or a Walk; or Refused or SlowError: why there is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the two say of one term or machine."""

    subject: Any
    ours: Said
    theirs: Said

    @property
    def decided(self) -> bool:
        return not isinstance(self.ours, SlowError)

    @property
    def sort(self) -> tuple[str, str]:
        """What kind of answers these are."""
        return _sort(self.ours), _sort(self.theirs)

    @property
    def tolerable(self) -> bool:
        """Whether it may be one of the differences that decision 6 names.

        Values of unlike kinds are compared here where the answer is certain;
        and sets are compared earlier than TLC does, or never.  What is no bag is
        refused where TLC looks at no more of it than it needs.
        """
        if self.sort == ("refused", "answered"):
            why = self.ours.why
            return "cannot be compared" in why or "a bag, that is" in why
        return self.sort == ("answered", "refused")

    @property
    def agrees(self) -> bool:
        """Whether they are equal; values whose text no parser takes, by text."""
        same = self.ours == self.theirs and "fails" not in self.sort
        return same or not self.decided


def _sort(said: Said) -> str:
    if isinstance(said, Refused):
        return "fails" if said.bug else "refused"
    return "undecided" if isinstance(said, SlowError) else "answered"


# --------------------------------------------------------------------------
# Terms


def compare_terms(toolchain: Toolchain, terms: Sequence[Term]) -> list[Comparison]:
    """Evaluate terms here and in one run of TLC."""
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        module = Module(toolchain, Path(folder), _definitions(terms))
        ours = _our_values(module)
        theirs = _their_values(module, without_slow(ours))
    return [
        Comparison(terms[at], ours[at], theirs.get(at, Refused()))
        for at in sorted(ours)
    ]


def compared_again(
    toolchain: Toolchain, comparisons: Sequence[Comparison]
) -> list[Comparison]:
    """Evaluate the same terms here once more, and keep what TLC said."""
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        lines = _definitions([each.subject for each in comparisons])
        ours = _our_values(Module(toolchain, Path(folder), lines))
    return [replace(each, ours=ours[at]) for at, each in enumerate(comparisons)]


def _definitions(terms: Iterable[Term]) -> dict[int, str]:
    return {at: f"e{at} == Says({at}, {term})" for at, term in enumerate(terms)}


@dataclass
class Module:
    """A module of generated definitions, by number; `tail` writes Init and Next."""

    toolchain: Toolchain
    folder: Path
    lines: dict[int, str]
    tail: Callable[[Iterable[int]], str] = lambda _: IDLE

    @property
    def file(self) -> Path:
        return self.folder / "Generated.tla"

    def write(self, places: Iterable[int]) -> None:
        """Write the module with some of its definitions."""
        places = list(places)
        body = "\n".join(self.lines[at] for at in places)
        text = f"{HEAD}{body}\n{self.tail(places)}\n====\n"
        self.file.write_text(text, encoding="utf-8")

    def xml(self) -> bytes:
        """Return SANY's tree of what SANY takes: other definitions are dropped."""
        while True:
            self.write(self.lines)
            try:
                return sany.export_xml(self.toolchain, self.file)
            except Mistake as mistake:
                self._drop(mistake)

    def _drop(self, mistake: Mistake) -> None:
        first = HEAD.count("\n") + 1
        for at, text in self.lines.items():
            first += text.count("\n") + 1
            if mistake.line is not None and mistake.line < first:
                del self.lines[at]
                return
        raise mistake

    def checked(self, places: Iterable[int], dump: Path | None = None) -> Outcome:
        """Return what TLC says of some of its definitions."""
        self.write(places)
        config = Config(constants=CONSTANTS, init="Init", next="Next")
        job = Job(self.file, config, deadlock=False, timeout_s=TLC_LIMIT_S, dump=dump)
        return run(self.toolchain, job)


def _our_values(module: Module) -> dict[int, Said]:
    xml = module.xml()
    found: dict[int, Said] = {}
    for names in _compilable(xml, list(module.lines), found):
        spec = _compiled(xml, names)
        idle = (0,) * len(spec.variables)
        for at in names:
            found[at] = _printed(functools.partial(spec.invariants[f"e{at}"], idle))
    return found


def _compiled(xml: bytes, places: Iterable[int]) -> Spec:
    config = Config(
        constants=CONSTANTS,
        init="Init",
        next="Next",
        words=NAMES,
        invariants=tuple(f"e{at}" for at in places),
    )
    return compile_spec(xml, config, lambda name: name != "Generated")


def _compilable(
    xml: bytes, places: list[int], found: dict[int, Said]
) -> Iterator[list[int]]:
    """Yield groups that compile together; one that does not alone is refused."""
    try:
        _compiled(xml, places)
    except Exception as error:  # noqa: BLE001 - each is an answer
        if len(places) == 1:
            found[places[0]] = _refusal(error)
            return
        half = len(places) // 2
        yield from _compilable(xml, places[:half], found)
        yield from _compilable(xml, places[half:], found)
    else:
        yield places


def _refusal(error: Exception) -> Refused:
    fair = isinstance(error, PyspecError | RecursionError)
    return Refused(f"{type(error).__name__}: {error}", bug=not fair)


def _printed(evaluate: Callable[[], object]) -> Said:
    """Return the value that an evaluation prints, or why there is none."""
    texts: list[str] = []

    def ask() -> Said:
        token = printer.set(texts.append)
        try:
            evaluate()
        finally:
            printer.reset(token)
        return _value(texts[-1])

    return _answer(ask)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Raise SlowError in what takes too long."""

    def stop(*_: object) -> None:
        raise SlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def without_slow(ours: Mapping[int, Said]) -> list[int]:
    return [at for at, said in ours.items() if not isinstance(said, SlowError)]


def _their_values(module: Module, places: Iterable[int]) -> dict[int, Said]:
    outcome = module.checked(places)
    if outcome.verdict is not Verdict.OK:
        raise Mistake(f"TLC does not evaluate the terms: {outcome.message}")
    printed = re.split(r"(?m)^(?=<< ?\d+,)", "\n".join(outcome.prints))
    return {
        int(re.match(r"<< ?(\d+)", text)[1]): _value(text)  # type: ignore[index]
        for text in printed
        if text.strip()
    }


def _value(text: str) -> Said:
    """Return the value of `<<number, value>>`; its text if that is no value."""
    try:
        pair: Any = parse(text)
        value = pair[1]
    except (Mistake, ValueError, TypeError):
        return " ".join(text.split())
    return value


# --------------------------------------------------------------------------
# Machines


def compare_machines(
    toolchain: Toolchain, machines: Sequence[Machine], *, refusals: int = 10**9
) -> list[Comparison]:
    """Walk machines here and in TLC.

    Each refusal costs a run of TLC, so no more than `refusals` of those that
    are refused here are compared, and the others left out.
    """
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        lines = {
            at: "\n".join(machine.lines(at, STEPS))
            for at, machine in enumerate(machines)
        }
        module = Module(toolchain, Path(folder), lines, _behavior)
        ours = _our_walks(module)
        answered = [at for at, said in ours.items() if isinstance(said, Walk)]
        refused = [at for at, said in ours.items() if isinstance(said, Refused)]
        theirs = _their_walks(module, answered)
        for at in refused[:refusals]:
            theirs |= _their_walks(module, [at])
    return [
        Comparison(machines[at], ours[at], said) for at, said in sorted(theirs.items())
    ]


def _behavior(places: Iterable[int]) -> str:
    r"""Return Init and Next of several machines."""
    places = list(places)
    initial = " ".join(rf"\/ Init{at}" for at in places)
    steps = " ".join(rf"\/ Next{at}" for at in places)
    return f"Init == {initial}\nNext == {steps}"


def _our_walks(module: Module) -> dict[int, Said]:
    """Walk all machines in one spec; alone if one of them spoils it."""
    xml = module.xml()
    try:
        with order_of_names(NAMES):
            spec = _machine(xml, "Init", "Next")
            initial = list(spec.initial_states())
    except Exception:  # noqa: BLE001 - who is to blame is asked next
        return {at: _walked_alone(xml, at) for at in module.lines}
    which = spec.variables.index("which")
    starts: dict[int, list[State]] = {at: [] for at in module.lines}
    for state in initial:
        starts[state[which]].append(state)
    return {at: _answer(functools.partial(walked, spec, starts[at])) for at in starts}


def _machine(xml: bytes, initial: str, step: str) -> Spec:
    config = Config(constants=CONSTANTS, init=initial, next=step, words=NAMES)
    return compile_spec(xml, config, lambda name: name != "Generated")


def _walked_alone(xml: bytes, at: int) -> Said:
    def walk() -> Walk:
        spec = _machine(xml, f"Init{at}", f"Next{at}")
        return walked(spec, list(spec.initial_states()))

    return _answer(walk)


def _answer(ask: Callable[[], Said]) -> Said:
    """Return what is answered, or why nothing is; what it prints is lost."""
    token = printer.set(lambda _: None)
    try:
        with order_of_names(NAMES), _limited():
            return ask()
    except SlowError as slow:
        return slow
    except Exception as error:  # noqa: BLE001 - each is an answer
        return _refusal(error)
    finally:
        printer.reset(token)


def walked(spec: Spec, starts: Sequence[State]) -> Walk:
    """Walk a spec, breadth first."""
    edges, seen, todo = set(), set(starts), deque(starts)
    while todo:
        state = todo.popleft()
        for step in spec.successors(state):
            edges.add((state, step.action, step.state))
            if step.state not in seen:
                seen.add(step.state)
                todo.append(step.state)
        if len(seen) > MOST_STATES:
            raise SlowError
    order = sorted(range(len(spec.variables)), key=lambda i: spec.variables[i])

    def moved(state: State) -> State:
        return tuple(state[place] for place in order)

    return Walk(
        frozenset(map(moved, starts)),
        frozenset((moved(a), label, moved(b)) for a, label, b in edges),
    )


def _their_walks(module: Module, places: Sequence[int]) -> dict[int, Said]:
    """Run TLC until no machine is refused any more."""
    found: dict[int, Said] = {}
    left = list(places)
    while left:
        dump = module.folder / "graph.dot"
        outcome = module.checked(left, dump)
        if outcome.verdict is Verdict.OK:
            return found | _walks(dump, left)
        culprit = _culprit(outcome, left)
        found[culprit] = Refused(outcome.message)
        left.remove(culprit)
    return found


def _culprit(outcome: Outcome, left: Sequence[int]) -> int:
    """Return the machine that the run ended in: the last one that printed."""
    if len(left) == 1:
        return left[0]
    if outcome.verdict is Verdict.UNKNOWN or not outcome.prints:
        raise Mistake(f"TLC does not tell which machine is wrong: {outcome.message}")
    return int(outcome.prints[-1])


def _walks(dump: Path, places: Iterable[int]) -> dict[int, Said]:
    graph = read_dot(dump)
    states = {
        node: tuple(value for _, value in sorted(data["state"].items()))
        for node, data in graph.nodes.items()
    }
    which = {node: data["state"]["which"] for node, data in graph.nodes.items()}
    initial: dict[int, set[Any]] = {at: set() for at in places}
    edges: dict[int, set[Any]] = {at: set() for at in places}
    for node, data in graph.nodes.items():
        if data["initial"]:
            initial[which[node]].add(states[node])
    for one, other, label in graph.edges(keys=True):
        edges[which[one]].add((states[one], label, states[other]))
    return {at: Walk(frozenset(initial[at]), frozenset(edges[at])) for at in initial}
