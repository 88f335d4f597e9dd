"""The traced twin of compiled code: the same code, which tells what it does.

The fast code knows no positions.  When it fails, or somebody wants to know why
a predicate is false, the same question is asked of code in which a call of
`at` stands around each expression: `at(17, lambda: <text>, lambda: <names>)`.
The number is that of a `Position`.  The text is what the ordinary emitters
write, and is evaluated where and when it was; nothing is evaluated that the
fast code leaves out.
"""

from __future__ import annotations

import enum
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.language import ir
from pyspec.language.emit import CONJUNCTION, DISJUNCTION, Recipe
from pyspec.language.opened import OpeningEmitter
from pyspec.language.runtime.sets import enumerated, require_few
from pyspec.language.tracer import Once, Opened, Position, Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspec.language.emit import Linked, Scope
    from pyspec.trace.model import Location

__all__ = ["Detail", "TracedEmitter"]


class Detail(enum.IntEnum):
    """How much is traced: less where Python cannot compile more."""

    NOTHING = 0
    OUTLINE = 1
    MOST = 2
    ALL = 3


_DEEPEST: Final = {Detail.ALL: 10_000, Detail.MOST: 30, Detail.OUTLINE: 8}
_ATOM: Final = re.compile(r"\w+(\(\))?")
"""Text that other code may pass on unevaluated, so it stays as it is."""

_KINDS: Final = {
    **dict.fromkeys(CONJUNCTION, "and"),
    **dict.fromkeys(DISJUNCTION, "or"),
    "\\lnot": "not",
    "=>": "=>",
    "\\equiv": "<=>",
    "$BoundedForall": "forall",
    "$BoundedExists": "exists",
    "$IfThenElse": "if",
    "$Case": "case",
    "$SquareAct": "square",
    "$AngleAct": "angle",
    "UNCHANGED": "unchanged",
    "ENABLED": "enabled",
    "'": "inside",
    "$FcnApply": "function",
    **dict.fromkeys(("=", "/=", "\\in", "\\notin", "\\subseteq"), "relation"),
}
_ENUMERATING: Final = frozenset(
    {"$BoundedForall", "$BoundedExists", "$BoundedChoose", "$SetOfAll"}
)
_REFUSING: Final = ("no_case(", "unassigned(", "not_assigned(")


class _Frame(NamedTuple):
    """An operator that is written out where it is applied."""

    operator: str
    parameters: tuple[str, ...]
    at: Location | None
    outside: tuple[_Name, ...]


class _Name(NamedTuple):
    """A name in scope: its meaning, its text, and what to hand over for it."""

    of: object
    text: str
    given: str

    @property
    def label(self) -> str:
        """The name in the spec."""
        of = self.of
        return of.text if isinstance(of, ir.Name) else getattr(of, "name", "")


class _Atom(NamedTuple):
    """A variable inside of an expression."""

    at: Location | None
    label: str
    text: str


class TracedEmitter(OpeningEmitter[_Frame]):
    """Writes what the ordinary emitters write, with `at` around it."""

    allowed = Detail.ALL
    detail = Detail.ALL

    def __init__(self, linked: Linked) -> None:
        super().__init__(linked)
        self.positions: list[Position] = []
        self.tracer = Tracer(self.positions)
        called: dict[str, object] = {
            "at": self.tracer.at,
            "once": Once,
            "enumerated": enumerated,
            "require_few": require_few,
        }
        for name, function in called.items():  # this program is never kept
            self.recipes[name] = Recipe("value", function)
        self._node: ir.Node | None = None
        self._depth = 0
        self._shown: frozenset[tuple[object, str]] = frozenset()
        self._atoms: list[_Atom] = []

    # ------------------------------------------------------------ expressions

    def value(self, node: ir.Node, scope: Scope) -> str:
        """Return text of a value, traced; a literal cannot fail."""
        text = (
            super().value(node, scope)
            if isinstance(node, ir.Literal)
            else self._traced(node, scope, super().value)
        )
        is_statement = self._node is None and self._acting is not None
        return self._assigned(node, text) if is_statement else text

    def condition(self, node: ir.Node, scope: Scope) -> str:
        """Return text of a condition, traced."""
        return self._traced(node, scope, super().condition)

    def _traced(
        self, node: ir.Node, scope: Scope, emit: Callable[[ir.Node, Scope], str]
    ) -> str:
        if self._is_told_already(node) or not self._is_wanted():
            return emit(node, scope)
        names = _new_names(scope, self._shown)
        in_place = self._takes_in_place(self._node)
        before = (self._node, self._shown, self._atoms, self._depth)
        self._node, self._atoms, self._depth = node, [], self._depth + 1
        self._shown |= {(name.of, name.text) for name in names}
        try:
            text = emit(node, scope)
        finally:
            atoms = self._atoms
            self._node, self._shown, self._atoms, self._depth = before
        if not in_place and _is_atom(node) and _ATOM.fullmatch(text):
            self._atoms.extend(_atoms(node, text))
            return text
        return self._at(node, text, names, atoms)

    def _is_told_already(self, node: ir.Node) -> bool:
        """Whether what is around it is the same, or the name with its prime."""
        outer = self._node
        is_prime = isinstance(outer, ir.Builtin) and outer.name == "'"
        return node is outer or (is_prime and isinstance(node, ir.Reference))

    def _takes_in_place(self, outer: ir.Node | None) -> bool:
        """Whether an expression evaluates its parts where they stand."""
        if isinstance(outer, ir.Apply) and isinstance(outer.operator, ir.Definition):
            operator = self.overrides.get(outer.operator, outer.operator)
            return self.native(operator) is not None
        return isinstance(outer, ir.Builtin | ir.Binding | ir.Except)

    def _is_wanted(self) -> bool:
        return self._depth < _DEEPEST.get(self.detail, 0)

    def _at(
        self,
        node: ir.Node,
        text: str,
        names: list[_Name],
        atoms: list[_Atom],
        *,
        kind: str | None = None,
    ) -> str:
        """Put a call of `at` around a text."""
        around = self._opened if self._node is None else ()
        names, opened = _with_those_around(names, around)
        operator, parameters = self._operator(node)
        self.positions.append(
            Position(
                at=None if _is_old(node) else node.at,
                kind=kind or _kind(node),
                operator=operator,
                parameters=parameters,
                names=tuple(name.label for name in names),
                atoms=tuple((atom.at, atom.label) for atom in atoms),
                opened=opened,
                parts=self._parts(node),
            )
        )
        given = [name.given for name in names] + [atom.text for atom in atoms]
        more = f", lambda: ({', '.join(given)},)" if given else ""
        return f"at({len(self.positions) - 1}, lambda: {text}{more})"

    def _operator(self, node: ir.Node) -> tuple[str | None, tuple[str, ...]]:
        """Return the name of what is applied or referred to, and its parameters."""
        match node:
            case ir.Apply(operator=ir.Definition() as applied):
                applied = self.overrides.get(applied, applied)
                parameters = tuple(each.text for each in applied.parameters)
                return applied.name, parameters
            case ir.Apply(operator=ir.Name() | ir.Declared() as named):
                return named.text, ()
            case ir.Reference(to=named):
                return named.text, ()
            case ir.Builtin(name="$FcnApply", arguments=(ir.Reference(to=named), _)):
                return named.text, ()
            case ir.Builtin(name="$FcnApply", arguments=(ir.Apply() as function, _)):
                return self._operator(function)[0], ()
            case ir.Builtin(name=name) if _KINDS.get(name) == "relation":
                return name, ()
        return None, ()

    def _parts(self, node: ir.Node) -> tuple[Location | None, ...]:
        """Return the places of operands, or of what a subscript speaks of."""
        if not isinstance(node, ir.Builtin):
            return ()
        if node.name not in _STEPS:
            return tuple(part.at for part in node.arguments)
        subscript = node.arguments[-1]
        while isinstance(subscript, ir.Apply | ir.Instance):
            body = self._body(subscript)
            if body is None:
                break
            subscript = body
        if isinstance(subscript, ir.Builtin) and subscript.name == "$Tuple":
            return tuple(part.at for part in subscript.arguments)
        return (subscript.at,)

    def _body(self, node: ir.Apply | ir.Instance) -> ir.Node | None:
        if isinstance(node, ir.Instance):
            return node.body
        operator = node.operator
        if not isinstance(operator, ir.Definition) or operator.parameters:
            return None
        return self.overrides.get(operator, operator).body

    # ------------------------------------------------------------ sets

    def within(self, bound: ir.Bound, scope: Scope) -> str:
        """Blame the set itself if it cannot be enumerated."""
        text = super().within(bound, scope)
        outer = self._node or self._acting
        if not isinstance(outer, ir.Binding) or outer.name not in _ENUMERATING:
            return text
        if self._node is not None and bound is not outer.bounds[0]:
            return text  # nobody asks for its elements if the first set is empty
        function = "require_few" if self._node is None else "enumerated"
        return self._around(bound.within, function, text)

    def _assigned(self, node: ir.Node, text: str) -> str:
        r"""Blame the right side of `x' = e` or `x' \in S` if it has no value."""
        relation = self._acting
        if not isinstance(relation, ir.Builtin) or node is not relation.arguments[-1]:
            return text
        if relation.name == "\\in":
            return self._around(node, "require_few", text)
        return self._around(node, "plain", text) if relation.name == "=" else text

    def _around(self, node: ir.Node | None, function: str, text: str) -> str:
        if node is None or not self._is_wanted():
            return text
        return self._at(node, f"{function}({text})", [], [], kind="value")

    # ------------------------------------------------------------ actions

    def frame(self, definition: ir.Definition, scope: Scope) -> _Frame:
        """Remember an operator with its place, and with the names around it."""
        at = None if self._acting is None else self._acting.at
        parameters = tuple(each.text for each in definition.parameters)
        around = tuple(_new_names(scope, frozenset()))
        return _Frame(definition.name, parameters, at, around)

    def put(self, depth: int, text: str) -> None:
        """Trace statements that refuse."""
        if text.startswith(_REFUSING) and self._acting is not None:
            text = self._around(self._acting, "", text)
        super().put(depth, text)

    def lift(self, lines: list[str]) -> list[str]:
        """Leave conditions where the spec has them."""
        return lines

    # ------------------------------------------------------------ functions

    def write(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as it is
        """Write a function: nothing of where it is first called is around it."""
        with self._apart():
            super().write(*given, **named)

    def hoist(
        self, node: ir.Node, scope: Scope, emit: Callable[[ir.Node, Scope], str]
    ) -> str | None:
        """Write what is computed once: whoever asks first is told where it failed."""
        with self._apart():
            return super().hoist(node, scope, emit)

    def enabled(self, node: ir.Node, scope: Scope) -> str:
        """Write a function that tries to enumerate an action."""
        with self._apart():
            return super().enabled(node, scope)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        before = (self._node, self._acting, self._shown, self._atoms, self._opened)
        depth, self._depth = self._depth, 0
        self._node, self._acting, self._opened = None, None, ()
        self._shown, self._atoms = frozenset(), []
        try:
            yield
        finally:
            self._node, self._acting, self._shown, self._atoms, self._opened = before
            self._depth = depth


_STEPS: Final = frozenset({"UNCHANGED", "$SquareAct", "$AngleAct"})


def _kind(node: ir.Node) -> str:
    match node:
        case ir.Builtin() | ir.Binding():
            return _KINDS.get(node.name, "value")
        case ir.Apply():
            return "apply"
        case ir.Let() | ir.Instance():
            return "inside"
        case ir.Reference():
            return "name"
    return "value"


def _is_old(node: ir.Node) -> bool:
    """Whether it is the @ of EXCEPT, to which SANY gives the place of all."""
    return isinstance(node, ir.Reference) and node.to.text == "@"


def _is_atom(node: ir.Node) -> bool:
    """Whether it is a name: its text may be passed on before it is evaluated."""
    if isinstance(node, ir.Builtin) and node.name == "'":
        node = node.arguments[0]
    return isinstance(node, ir.Reference)


def _atoms(node: ir.Node, text: str) -> list[_Atom]:
    """Return the variable that a name is; in its own scope others show it."""
    inner, prime = node, ""
    if isinstance(node, ir.Builtin):
        inner, prime = node.arguments[0], "'"
    if isinstance(inner, ir.Reference) and isinstance(inner.to, ir.Declared):
        label = f"{inner.to.text}{prime}"
        return [_Atom(node.at, label, text)] if text.isidentifier() else []
    return []


def _with_those_around(
    names: list[_Name], frames: tuple[_Frame, ...]
) -> tuple[list[_Name], tuple[Opened, ...]]:
    """Add the names of operators written out around; the innermost comes first."""
    every, opened = list(names), []
    first = 0
    for frame in reversed(frames):
        own = tuple(range(first, len(every)))
        opened.append(Opened(frame.operator, frame.parameters, frame.at, own))
        first = len(every)
        every += frame.outside
    return every, tuple(opened)


def _new_names(scope: Scope, shown: frozenset[tuple[object, str]]) -> list[_Name]:
    """Return the names in scope that nothing around it hands over.

    What is computed only if it is asked for is handed over as it is.
    """
    found = [
        _Name(name, text, text.removesuffix("()"))
        for name, text in scope.names.items()
        if not name.arity and (name, text) not in shown
    ]
    return found + [
        _Name(definition, text, text)
        for definition, text in scope.operators.items()
        if not definition.parameters and (definition, text) not in shown
    ]
