"""What of a spec a corpus of traces exercises, and what of the traces it sees.

Counted are the steps that lie on some behavior that matches a whole trace: what
merely was possible on the way, and led nowhere, exercises nothing.  What of an
action a step went through, its traced twin tells (`pyspec.language.touched`).
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.conformance.asking import Asker
from pyspec.conformance.behaviors import Kind, matching, settled
from pyspec.conformance.module import Formulas, Literals, drawn_at
from pyspec.conformance.read_order import read_order
from pyspec.conformance.verdict import Judgement
from pyspec.conformance.walk import Walk, shape_of
from pyspec.errors import Mistake, near
from pyspec.explore.bounded import deep_recursion, ticking
from pyspec.explore.limits import Limits as Bounds
from pyspec.explore.limits import Stopped, Watch
from pyspec.explore.result import Cause
from pyspec.language.load import Source
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.touched import Step, Touching, touching
from pyspec.tla2tools import Config
from pyspec.tla2tools.modules import search_path
from pyspec.tla2tools.process import Workspace
from pyspec.trace.model import AnyStep, Call
from pyspec.values import show
from pyspec.values.model import is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.conformance.behaviors import Matching, Node
    from pyspec.conformance.question import Question, Spec
    from pyspec.conformance.verdict import Verdict
    from pyspec.conformance.walk import Shape
    from pyspec.language import Facts
    from pyspec.language.state import State
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Location, Observation
    from pyspec.trace.model import Step as TraceStep
    from pyspec.values import Value

__all__ = [
    "Coverage",
    "How",
    "PartCoverage",
    "coverage_of",
    "parts_of",
    "place_of",
    "touching_calls",
    "whole_actions",
]

_NAME: Final = "PyspecCoverage"
_MOST_STEPS: Final = 500
"""Steps of matching behaviors that are looked at, of one step of one event."""


class How(NamedTuple):
    """How a trace named a step: by its action, as `?`, or not at all."""

    called: int = 0
    unknown: int = 0
    silent: int = 0

    def __add__(self, other: object) -> How:
        """Add two counts."""
        assert isinstance(other, How)  # noqa: S101 - nothing else is added
        return How(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


@dataclass(slots=True)
class PartCoverage:
    """A conjunct, disjunct or branch of an action.

    - held: in how many steps of events it was true on the way
    - refused: in how many rejections it was the condition that was false
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    role: str
    text: str
    held: int = 0
    refused: int = 0

    def is_inside(self, other: PartCoverage) -> bool:
        """Whether it stands inside of another part."""
        begins = (other.line, other.column) <= (self.line, self.column)
        other_end = other.end_line, other.end_column
        ends = (self.end_line, self.end_column) <= other_end
        return self is not other and self.file == other.file and begins and ends


@dataclass(slots=True)
class Coverage:
    """What traces exercise of one spec.

    - traces, events: those that conform, and were looked at
    - skipped: traces that conform and were not, with the reason
    - actions: each action of Next, how often it was matched
    - parts: what each action consists of, by the place of the part
    - observed: paths with `_` for the arguments of functions, and how often each
      was observed; unobserved: variables that never were
    - untold: actions of which nobody can tell whether a `?` was one of them
    - is_whole: False if of some event not all steps were looked at
    """

    module: str
    variables: tuple[str, ...]
    traces: int = 0
    events: int = 0
    skipped: list[str] = field(default_factory=list)
    actions: dict[str, How] = field(default_factory=dict)
    parts: dict[str, dict[str, PartCoverage]] = field(default_factory=dict)
    observed: Counter[str] = field(default_factory=Counter)
    looked_at: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)
    is_whole: bool = True

    @property
    def never(self) -> list[str]:
        """Actions that no step was by."""
        return [name for name, how in self.actions.items() if not how.total]

    @property
    def unobserved(self) -> list[str]:
        """Variables of which nothing was observed."""
        return [name for name in self.variables if name not in self.looked_at]

    def idle(self, action: str) -> list[PartCoverage]:
        """Parts of an action that never held in a step by it."""
        return [part for part in self.parts[action].values() if not part.held]

    def outermost_idle(self, action: str) -> list[PartCoverage]:
        """Those of them that are not inside of another."""
        idle = self.idle(action)
        return [part for part in idle if not any(map(part.is_inside, idle))]

    def add(self, other: Coverage) -> None:
        """Add what further traces exercise of the same spec."""
        self.traces += other.traces
        self.events += other.events
        self.skipped += other.skipped
        for name, how in other.actions.items():
            self.actions[name] = self.actions.get(name, How()) + how
        for name, parts in other.parts.items():
            own = self.parts.setdefault(name, {})
            for place, part in parts.items():
                if place in own:
                    own[place].held += part.held
                    own[place].refused += part.refused
                else:
                    own[place] = part
        self.observed.update(other.observed)
        self.looked_at |= other.looked_at
        self.untold |= other.untold
        self.is_whole = self.is_whole and other.is_whole


def coverage_of(
    verdicts: Sequence[Verdict],
    toolchain: Callable[[], Toolchain],
    *,
    seconds: float | None = None,
) -> list[Coverage]:
    """Return what traces exercise, for each spec in the order of its first trace.

    Of traces that do not conform only the conditions are counted that were false
    where they were rejected.  `seconds` is for each spec and its constants; traces
    that it does not suffice for are named in `skipped`.
    """
    found: dict[int, Coverage] = {}
    for group in _grouped(verdicts):
        made = _Counting(group, toolchain, seconds).counted()
        key = id(group[0].question.spec)
        if key in found:
            found[key].add(made)
        else:
            found[key] = made
    return list(found.values())


def _grouped(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Put verdicts of one spec with one set of constants together."""
    groups: dict[object, list[Verdict]] = {}
    for verdict in verdicts:
        question = verdict.question
        constants = sorted((n, show(v)) for n, v in question.constants.items())
        groups.setdefault((id(question.spec), repr(constants)), []).append(verdict)
    return list(groups.values())


class _Counting:
    """Counts for traces of one spec with one set of constants."""

    def __init__(
        self,
        group: Sequence[Verdict],
        toolchain: Callable[[], Toolchain],
        seconds: float | None,
    ) -> None:
        self.group = group
        self.spec: Spec = group[0].question.spec
        self.facts = self.spec.facts
        self.watch = Watch(Bounds(seconds))
        self.conform = [
            verdict.question
            for verdict in group
            if verdict.judgement is Judgement.CONFORMS
        ]
        asker = Asker.of(self.spec, group[0].question.constants, toolchain)
        self.asking = asker.asking([question.trace for question in self.conform])
        self.shapes = self._shapes()
        self.names = {shape: f"pxC_{n}" for n, shape in enumerate(self.shapes)}
        self.touching = self._touching(toolchain)
        self.coverage = self._empty()

    def counted(self) -> Coverage:
        """Go through all traces."""
        with deep_recursion():
            for question in self.conform:
                self._count(question)
        for verdict in self.group:
            self._refusals(verdict)
        return self.coverage

    # ------------------------------------------------------------ preparing

    def _shapes(self) -> list[Shape]:
        """Return the forms of calls in the traces, and of each action as a whole."""
        found: dict[Shape, None] = {}
        for question in self.conform:
            for call in _calls(question):
                found[shape_of(call, self.facts)] = None
        return list(found | dict.fromkeys(whole_actions(self.facts)))

    def _touching(self, toolchain: Callable[[], Toolchain]) -> Touching:
        constants = self.group[0].question.constants
        return touching_calls(self.spec, constants, self.names, toolchain)

    def _empty(self) -> Coverage:
        """Return what is to be counted."""
        actions = dict.fromkeys(self.facts.actions)
        actions |= dict.fromkeys(action for action, _ in self.shapes)
        told = {action for action, known in self.shapes if not any(known)}
        return Coverage(
            self.facts.module,
            self.facts.variables,
            actions=dict.fromkeys(actions, How()),
            parts=parts_of(self.touching, self.facts, actions),
            untold=set(self.facts.actions) - told,
            is_whole=self.touching.is_whole,
        )

    # ------------------------------------------------------------ counting

    def _count(self, question: Question) -> None:
        """Count the steps of one trace that conforms."""
        try:
            with ticking(self.watch.look):
                taken = list(self._taken(question))
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise
            self.coverage.skipped.append(f"{question.name}: {stopped.message}")
            return
        except EvaluationError as error:
            self.coverage.skipped.append(f"{question.name}: {error.message}")
            return
        for how, touched in taken:
            self._note(how, touched)
        self.coverage.traces += 1
        self.coverage.events += len(question.trace.events)
        self._observations(question)

    def _taken(
        self, question: Question
    ) -> Iterator[tuple[How, dict[str, frozenset[Location]]]]:
        """Return, for each step of an event, the actions that it may have been.

        With each action come the places that its steps went through.
        """
        trace = settled(question.trace)
        walk = Walk(self.asking, trace, _nothing)
        walk.start()
        found = matching(walk, walk.states, trace, _nothing)
        groups = _steps(found)
        for (place, part), pairs in groups.items():
            if place == _SILENT:
                calls = [each.call for each in trace.silent]
                yield How(silent=1), self._matched_by(calls, pairs)
                continue
            step = trace.events[place].steps[part]
            how = How(unknown=1) if isinstance(step, AnyStep) else How(called=1)
            yield how, self._matched(step, pairs)

    def _matched(
        self, step: TraceStep, pairs: Sequence[tuple[State, State]]
    ) -> dict[str, frozenset[Location]]:
        """Return the actions that a recorded step may have been."""
        if isinstance(step, Call):
            return self._matched_by([step], pairs)
        if not isinstance(step, AnyStep):
            return {}
        told = [action for action, known in self.shapes if not any(known)]
        every = [Call(action) for action in told if action in self.facts.actions]
        return self._matched_by(every, pairs)

    def _matched_by(
        self,
        calls: Sequence[Call],
        pairs: Sequence[tuple[State, State]],
    ) -> dict[str, frozenset[Location]]:
        """Return which of these calls some of the steps are, and through what."""
        found: dict[str, frozenset[Location]] = {}
        if len(pairs) > _MOST_STEPS:
            self.coverage.is_whole = False
        steps = [
            Step(
                self.names[shape_of(call, self.facts)],
                self.asking.arguments(call),
                before,
                after,
            )
            for call in calls
            for before, after in pairs[:_MOST_STEPS]
        ]
        touched = iter(list(self.touching.touched(steps, _nothing)))
        for call in calls:
            for places in islice(touched, min(len(pairs), _MOST_STEPS)):
                if places is None:
                    self.coverage.is_whole = False
                elif places:
                    found[call.action] = found.get(call.action, frozenset()) | places
        return found

    def _note(self, how: How, touched: Mapping[str, frozenset[Location]]) -> None:
        for action, places in touched.items():
            self.coverage.actions[action] += how
            for at in places:
                part = self.coverage.parts[action].get(place_of(at))
                if part is not None:
                    part.held += 1

    def _observations(self, question: Question) -> None:
        trace = question.trace
        every = [*trace.init, *(o for e in trace.events for o in e.observations)]
        self.coverage.observed.update(map(_form, every))
        self.coverage.looked_at.update(each.path.root for each in every)

    def _refusals(self, verdict: Verdict) -> None:
        """Count the conditions that were false where a trace was rejected."""
        step = verdict.event.steps[verdict.part] if verdict.event else None
        if not isinstance(step, Call):
            return
        places = {(g.file, g.line, g.column) for g in verdict.explanation.guards}
        for part in self.coverage.parts.get(step.action, {}).values():
            if (part.file, part.line, part.column) in places:
                part.refused += 1


# ------------------------------------------------------------ parts of actions


def whole_actions(facts: Facts) -> Iterator[Shape]:
    """Yield each action with no argument known, as far as a formula can say so."""
    for action in facts.actions:
        if action not in facts.operators:
            continue  # it is LOCAL: no formula can name it
        arity = len(facts.operators[action].parameters)
        with contextlib.suppress(Mistake):  # from where nothing can be drawn
            if arity:
                drawn_at(facts, action)
            yield action, (False,) * arity


def touching_calls(
    spec: Spec,
    constants: Mapping[str, Value],
    names: Mapping[Shape, str],
    toolchain: Callable[[], Toolchain],
) -> Touching:
    """Compile an operator for each form of a call, with these names."""
    formulas = Formulas(spec.facts, Literals())
    lines = [f"---- MODULE {_NAME} ----", f"EXTENDS {spec.facts.module}"]
    lines += [
        "pxTLC == INSTANCE TLC",
        "pxInt == INSTANCE Integers",
        "pxSeq == INSTANCE Sequences",
        f"pxInit == {spec.facts.init}",
        f"pxNext == {spec.facts.next}",
    ]
    for (action, known), name in names.items():
        texts = [f"pxA_{n}" if each else None for n, each in enumerate(known)]
        given = ", ".join(text for text in texts if text)
        head = f"{name}({given})" if given else name
        lines.append(f"{head} == {formulas.shaped(action, texts)}")
    config = Config(
        init="pxInit",
        next="pxNext",
        constants=dict(constants),
        overrides=dict(spec.overrides),
        words=read_order(spec, constants),
    )
    with Workspace() as workspace:
        module = workspace.path / f"{_NAME}.tla"
        module.write_text("\n".join([*lines, "====", ""]), encoding="utf-8")
        library = (spec.path.absolute().parent, *spec.library)
        source = Source(module, config, search_path(module, library))
        return touching(source, toolchain, list(names.values()))


def parts_of(
    touching: Touching, facts: Facts, actions: Iterable[str]
) -> dict[str, dict[str, PartCoverage]]:
    """Return what actions consist of, by place, none of it counted yet."""
    return {
        action: {
            place_of(part.at): PartCoverage(
                near(facts.file_of(part.at) or f"{part.at.module}.tla"),
                part.at.line,
                part.at.column,
                part.at.end_line,
                part.at.end_column,
                part.role.value,
                part.text,
            )
            for part in touching.parts(action)
        }
        for action in actions
    }


_SILENT: Final = -1


def _steps(found: Matching) -> dict[tuple[int, int], list[tuple[State, State]]]:
    """Return the steps of matching behaviors, by event and step of it."""
    groups: defaultdict[tuple[int, int], dict[tuple[State, State], None]] = defaultdict(
        dict
    )
    for number, targets in enumerate(found.targets):
        for target in targets:
            where = _where(found.nodes[number], found.nodes[target])
            if where is not None:
                pair = (found.nodes[number].key.state, found.nodes[target].key.state)
                groups[where][pair] = None
    return {where: list(pairs) for where, pairs in sorted(groups.items())}


def _where(node: Node, target: Node) -> tuple[int, int] | None:
    """Return the event, and the step of it, that leads from a node to another."""
    before, after = node.key, target.key
    if before.kind is Kind.TURN or after.kind is Kind.REST:
        return None
    if (before.place, before.part) == (after.place, after.part):
        return _SILENT, before.place
    return before.place, before.part


def _calls(question: Question) -> Iterator[Call]:
    yield from (silent.call for silent in question.trace.silent)
    for event in question.trace.events:
        yield from (step for step in event.steps if isinstance(step, Call))


def place_of(at: Location) -> str:
    """Return the key of a part: its module, where it begins, and where it ends."""
    return f"{at}-{at.end_line}:{at.end_column}"


def _form(observation: Observation) -> str:
    """Return a path without whose it is: `rmState[_]'`, `msg.type`."""
    path = observation.path
    text = path.root + ("(_)" if path.arguments else "")
    for selector in path.selectors:
        is_field = isinstance(selector, str) and is_name(selector)
        text += f".{selector}" if is_field else "[_]"
    return f"Len({text})" if path.length else text


def _nothing() -> None:
    """Time is looked at by the clock."""
