"""Which parts of an action a step went through.

The traced twin of an action is evaluated on the two states of a step.  What it
evaluated to TRUE on the way down from there is why the step is one: the
conjuncts that held, the disjunct and the branch of IF that were taken.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.errors import PyspecError
from pyspec.language import ir
from pyspec.language.emit import CONJUNCTION, DISJUNCTION
from pyspec.language.load import Source, twin
from pyspec.language.traced import Detail
from pyspec.language.tracer import BOOLEANS
from pyspec.language.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.language.state import State
    from pyspec.language.tracer import Tracer
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Location
    from pyspec.values import Value

__all__ = ["Part", "Role", "Step", "Touching", "touching"]


class Role(enum.Enum):
    """What a part of an action is to what is around it."""

    CONJUNCT = "conjunct"
    DISJUNCT = "disjunct"
    THEN = "THEN"
    ELSE = "ELSE"
    ARM = "CASE"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an action, with its text on one line."""

    at: Location
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Two states, and the operator with arguments that may be true of them."""

    operator: str
    arguments: tuple[Value, ...]
    before: State
    after: State


def touching(
    source: Source,
    toolchain: Callable[[], Toolchain],
    operators: Sequence[str],
) -> Touching:
    """Return what tells of steps by these operators; it takes SANY, and a second."""
    plain = twin(source, toolchain)
    return Touching(plain._new_compiler, plain.excerpts._files, operators)  # noqa: SLF001 - a twin that tells more


class Touching(Twin):
    """The traced twin of operators that are asked of many steps."""

    def __init__(
        self,
        compiler: Callable[[], object],
        files: Mapping[str, object],
        operators: Sequence[str],
    ) -> None:
        """Compile them now."""
        super().__init__(compiler, files)  # type: ignore[arg-type]  # as Twin has them
        self._ask(lambda: None)
        self._functions = {name: self._with_parameters(name) for name in operators}

    @property
    def is_whole(self) -> bool:
        """Whether every part is traced: not if Python could not compile so much."""
        return self._emitter.detail is Detail.ALL

    def parts(self, name: str) -> tuple[Part, ...]:
        """Return the parts of an action in the order of their places.

        Of one that is LOCAL in its module nobody can tell any.
        """
        definition = self._compiled().module.definitions.get(name)
        if definition is None:
            return ()
        found: dict[Location, Part] = {}
        for part in _Parts(self).of(definition, frozenset()):
            found.setdefault(part.at, part)
        places = sorted(found, key=lambda at: (at.module, at.line, at.column))
        return tuple(found[at] for at in places)

    def touched(
        self, steps: Iterable[Step], look: Callable[[], None]
    ) -> Iterator[frozenset[Location] | None]:
        """Return the places that were true of each step; none if it is no such step.

        None where that cannot be evaluated.
        """
        found: list[frozenset[Location] | None] = []

        def question() -> None:
            for step in steps:
                look()
                found.append(self._of(step))

        self._ask(question)
        yield from found

    def _of(self, step: Step) -> frozenset[Location] | None:
        tracer = self._emitter.tracer
        tracer.begin(None)
        function = self._functions[step.operator]
        try:
            holds = function(*step.before, *step.after, *step.arguments)
        except (PyspecError, RecursionError):
            return None
        return frozenset(_true(tracer)) if holds else frozenset()

    def _with_parameters(self, name: str) -> Callable[..., bool]:
        """Compile an operator as a function of two states and its arguments."""
        compiler, emitter = self._compiled(), self._emitter
        definition = compiler.definition(name, "action")
        assert definition.body is not None  # noqa: S101 - SANY gives operators bodies
        start, known = len(emitter.lines), set(emitter.recipes)
        given = {each: emitter.new("a") for each in definition.parameters}
        scope = compiler.states(primed=True).bind(given)
        body = emitter.condition(definition.body, scope)
        function = emitter.new("i")
        inside = [*scope.before.values(), *scope.after.values(), *given.values()]
        emitter.lines += [f"def {function}({', '.join(inside)}):"]
        emitter.lines += [f"    return {body}", ""]
        new = {key: made for key, made in emitter.recipes.items() if key not in known}
        spec = self._loaded()
        spec.add("\n".join(emitter.lines[start:]), new)
        return spec.function(function)


def _true(tracer: Tracer) -> Iterator[Location]:
    """Return the places of what was true because of what is true around it."""
    todo = list(tracer.top.inside.values())
    while todo:
        record = todo.pop()
        if type(record.value) in BOOLEANS and record.value:
            at = tracer.positions[record.number].at
            if at is not None:
                yield at
            todo += record.inside.values()


class _Parts:
    """Finds the parts of an action, also in the operators that it applies."""

    def __init__(self, touching: Touching) -> None:
        self.excerpts = touching.excerpts
        self.overrides = touching._emitter.overrides  # noqa: SLF001 - of one module

    def of(
        self, definition: ir.Definition, opened: frozenset[ir.Definition]
    ) -> Iterator[Part]:
        """Return those of an operator's body."""
        definition = self.overrides.get(definition, definition)
        if definition.body is not None and definition not in opened:
            yield from self.inside(definition.body, opened | {definition})

    def inside(self, node: ir.Node, opened: frozenset[ir.Definition]) -> Iterator[Part]:
        """Return those of an expression, down to what is no action."""
        match node:
            case ir.Builtin(name=name) if name in CONJUNCTION:
                yield from self.each(node.arguments, Role.CONJUNCT, opened)
            case ir.Builtin(name=name) if name in DISJUNCTION:
                yield from self.each(node.arguments, Role.DISJUNCT, opened)
            case ir.Builtin(name="$IfThenElse", arguments=(_, yes, no)):
                yield from self.each((yes,), Role.THEN, opened)
                yield from self.each((no,), Role.ELSE, opened)
            case ir.Builtin(name="$Case", arguments=arms):
                pairs = [arm for arm in arms if isinstance(arm, ir.Builtin)]
                values = tuple(arm.arguments[-1] for arm in pairs)
                yield from self.each(values, Role.ARM, opened)
            case ir.Binding(name="$BoundedExists" | "$BoundedForall"):
                yield from self.inside(node.arguments[0], opened)
            case ir.Let() | ir.Instance():
                yield from self.inside(node.body, opened)
            case ir.Apply(operator=ir.Definition() as applied) if node.level >= _ACTION:
                yield from self.of(applied, opened)

    def each(
        self,
        nodes: tuple[ir.Node, ...],
        role: Role,
        opened: frozenset[ir.Definition],
    ) -> Iterator[Part]:
        for node in nodes:
            if node.at is not None:
                yield Part(node.at, role, self.excerpts.text(node.at))
            yield from self.inside(node, opened)


_ACTION: Final = 2
