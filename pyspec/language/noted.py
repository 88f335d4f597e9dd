"""Steps that say how far they came: which conjunct of an action was false last.

A generator of steps goes through the conjuncts of each action and gives up at
the first that is false.  Here it takes a note then; of all that were false, the
one behind most others that were true is the nearest to a step.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pyspec.language import ir
from pyspec.language.build import build
from pyspec.language.emit import Recipe, Scope
from pyspec.language.link import Compiler
from pyspec.language.nesting import room_for_depth
from pyspec.language.opened import OpeningEmitter
from pyspec.language.program import Program, Spec
from pyspec.language.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.language.emit import Linked
    from pyspec.language.state import State
    from pyspec.tla2tools import Config
    from pyspec.trace.model import Location

__all__ = ["Note", "Noted", "Place", "link_noted"]


@dataclass(frozen=True, slots=True)
class Place:
    """A conjunct: where it stands, what it applies, and in which operators.

    - parts: the places of its operands, whose values come first in a note
    - names: parameters and bound names, whose values come after those
    - operator: what it applies, if it is an operator of the spec; with as many
      arguments as it has parts
    - inside: the operators around it, the outermost first
    """

    at: Location | None
    parts: tuple[Location | None, ...]
    names: tuple[str, ...]
    operator: str | None
    inside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """That a conjunct was false, behind so many that were true."""

    place: Place
    depth: int
    values: tuple[Any, ...]


class Noted:
    """A spec whose steps take notes."""

    def __init__(self, compiler: Compiler, program: Program, cuts: list[str]) -> None:
        emitter = compiler.emitter
        assert isinstance(emitter, _NotingEmitter)  # noqa: S101 - made so
        self.spec = Spec(program)
        self._emitter = emitter
        self._cuts = cuts
        self._compiler = compiler

    def anew(self) -> Noted:
        """Return the same, with nothing that was computed once, such as a log."""
        return Noted(self._compiler, self.spec.program, self._cuts)

    def of_steps(self, state: State) -> list[Note]:
        """Return what was false of a step from a state."""
        return self._noted(self.spec.successors(state))

    def of_cut(self, state: State, after: State) -> list[Note]:
        """Return what was false of a step that an action constraint cuts off."""
        found: list[Note] = []
        for name in self._cuts:
            steps = self.spec._space[name](*state, *after)  # noqa: SLF001 - of one package
            with self.spec.naming():
                found += self._noted(steps)
        return found

    def _noted(self, steps: Iterator[Any]) -> list[Note]:
        emitter = self._emitter
        emitter.notes.clear()
        for _ in steps:
            pass
        return [
            Note(emitter.places[number], emitter.depths.get(number, 0), values)
            for number, values in emitter.notes.items()
        ]


def link_noted(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    sources: Mapping[str, str],
) -> Noted:
    """Compile a module as `link` does, to take notes."""
    with room_for_depth():
        compiler = Compiler(build(Tree(xml)), config, standard, sources, _NotingEmitter)
        emitter = compiler.emitter
        assert isinstance(emitter, _NotingEmitter)  # noqa: S101 - given above
        cuts = [
            emitter.cut(compiler.definition(name, "action constraint"))
            for name in config.action_constraints
        ]
        needed = replace(config, invariants=(), properties=(), postcondition=None)
        compiler.config = needed
        return Noted(compiler, compiler.program(), cuts)


class _NotingEmitter(OpeningEmitter[str]):
    """Writes a call of `noted` around each condition of an action."""

    def __init__(self, linked: Linked) -> None:
        super().__init__(linked)
        self.places: list[Place] = []
        self.depths: dict[int, int] = {}
        self.notes: dict[int, tuple[Any, ...]] = {}
        self.recipes["noted"] = Recipe("value", self.take)  # it is never kept

    def take(
        self, number: int, held: object, values: Callable[[], tuple[Any, ...]]
    ) -> object:
        """Take a note if a condition is false; of one conjunct, the first."""
        if not held and number not in self.notes:
            try:
                self.notes[number] = values()
            except Exception:  # noqa: BLE001 - nothing depends on what is shown
                self.notes[number] = ()
        return held

    def cut(self, definition: ir.Definition) -> str:
        """Write an action constraint as a generator of the steps that it lets be."""
        variables = self.module.variables
        before = {each: self.new("s") for each in variables}
        after = {each: self.new("n") for each in variables}
        scope = Scope(before=before, after=after)
        return self.generator(definition, [*before.values(), *after.values()], scope)

    # ------------------------------------------------------------ the walk

    def frame(self, definition: ir.Definition, scope: Scope) -> str:
        """Remember an operator by its name."""
        del scope
        return definition.name

    def tests(self, nodes: tuple[ir.Node, ...], scope: Scope) -> list[str]:
        """Take a note of each conjunct."""
        found = super().tests(nodes, scope)
        return [
            self.noting(node, text, scope)
            for node, text in zip(nodes, found, strict=False)
        ]

    def put(self, depth: int, text: str) -> None:
        """Take a note of a condition that stands alone."""
        node = self._acting
        plain = text.startswith("if ") and not text.startswith(("if noted(", "if not "))
        if plain and node is not None and not _is_branching(node):
            held = text.removeprefix("if ").removesuffix(":")
            text = f"if {self.noting(node, held, self._scope)}:"
        super().put(depth, text)

    def lift(self, lines: list[str]) -> list[str]:
        """Leave conditions where they are; find how many are before each."""
        tree = ast.parse("def f():\n" + "\n".join(lines))
        function = tree.body[0]
        assert isinstance(function, ast.FunctionDef)  # noqa: S101 - written just above
        _Depths(self.depths).block(function.body, 0)
        return lines

    # ------------------------------------------------------------ a note

    def noting(self, node: ir.Node, held: str, scope: Scope) -> str:
        """Return a condition that takes a note if it is false."""
        operands = _operands(node)
        values = [self._shown(each, scope) for each in operands]
        names = {
            name.text: text for name, text in scope.names.items() if not name.arity
        }
        self.places.append(
            Place(
                node.at,
                tuple(each.at for each in operands),
                tuple(names),
                _applied(node),
                self._opened,
            )
        )
        inside = "".join(f"{text}, " for text in (*values, *names.values()))
        return f"noted({len(self.places) - 1}, {held}, lambda: ({inside}))"

    def _shown(self, node: ir.Node, scope: Scope) -> str:
        """Return text of an operand's value."""
        return f"plain({self.value(node, scope)})"


class _Depths:
    """How many conditions are true where one is asked, at least."""

    def __init__(self, found: dict[int, int]) -> None:
        self.found = found
        self.gathered: dict[str, int] = {}

    def block(self, statements: Sequence[ast.stmt], depth: int) -> None:
        """Go through statements that stand behind so many conditions."""
        for each in statements:
            match each:
                case ast.If():
                    self.block(each.body, self.test(each.test, depth))
                    self.block(each.orelse, depth)
                case ast.For(iter=ast.Name(name)) if name in self.gathered:
                    self.block(each.body, max(depth, self.gathered[name]))
                case ast.For() | ast.FunctionDef():
                    self.block(each.body, depth)
                case ast.Expr(
                    ast.Call(func=ast.Attribute(value=ast.Name(name), attr="append"))
                ):
                    self.gathered[name] = max(self.gathered.get(name, 0), depth)

    def test(self, node: ast.expr, depth: int) -> int:
        """Number the notes of a condition; return how many are behind it."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for each in node.values:
                depth = self.test(each, depth)
            return depth
        match node:
            case ast.Call(func=ast.Name("noted"), args=[ast.Constant(int(number)), *_]):
                self.found[number] = depth
        return depth + 1


_BRANCHING: Final = frozenset({"$IfThenElse", "$Case", "=>"})


def _is_branching(node: ir.Node) -> bool:
    """Whether its condition decides what comes, and not whether anything does."""
    if isinstance(node, ir.Binding):
        return True
    return isinstance(node, ir.Builtin) and node.name in _BRANCHING


def _operands(node: ir.Node) -> tuple[ir.Node, ...]:
    """Return what a relation compares, or what an operator is applied to."""
    match node:
        case ir.Builtin(name="=" | "/=" | "\\in" | "\\notin" | "\\subseteq"):
            return tuple(each for each in node.arguments if not _is_literal(each))
        case ir.Apply(operator=ir.Definition()):
            return node.arguments if not any(map(_is_operator, node.arguments)) else ()
        case ir.Builtin(name="\\lnot", arguments=(inside,)):
            return _operands(inside)
    return ()


def _is_literal(node: ir.Node) -> bool:
    return isinstance(node, ir.Literal)


def _is_operator(node: ir.Node) -> bool:
    return isinstance(node, ir.Operator) or node.level > 1


def _applied(node: ir.Node) -> str | None:
    match node:
        case ir.Apply(operator=ir.Definition() as operator, arguments=given):
            if node.level <= 1 and not any(map(_is_operator, given)):
                return operator.name
    return None
