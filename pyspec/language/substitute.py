"""Expressions in the place of parameters: what TLA+ means by applying an operator.

Temporal and action-level arguments have no value that could be passed on, so
the operators that take them are opened.  Names are objects, so what is bound inside
of a body can be mistaken for something in an argument only if that argument
was taken out of the same body: then it gets a name of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspec.errors import Mistake
from pyspec.language import ir
from pyspec.language.uses import applied, bound_names, free_names, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspec.trace.model import Location

__all__ = ["level_of", "opened", "substituted"]

Meanings: TypeAlias = "Mapping[ir.Name, ir.Node]"
Anything: TypeAlias = "ir.Definition | ir.Name | ir.Declared"
Resolve: TypeAlias = "Callable[[Anything, Location | None], ir.Definition | None]"
"""What stands for an operator or a constant where it is used, if anything does."""
Levels: TypeAlias = "Mapping[ir.Declared, int]"


def opened(definition: ir.Definition, arguments: tuple[ir.Node, ...]) -> ir.Node:
    """Return the body of an operator with arguments in its parameters' places."""
    if definition.body is None or definition.recursive:
        what = "is recursive" if definition.recursive else "has no definition"
        raise _mistake(f"{definition.name} {what}", definition.at)
    meanings = dict(zip(definition.parameters, arguments, strict=True))
    return substituted(definition.body, meanings)


def substituted(node: ir.Node, meanings: Meanings) -> ir.Node:
    """Return an expression with others in the places of some names."""
    return _Substitution(meanings).of(node) if meanings else node


class _Substitution:
    """`copies` are the local operators whose bodies are changed by it."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self._copies: dict[ir.Definition, ir.Definition] = {}

    def of(self, node: ir.Node) -> ir.Node:
        changed = self._changed(node)
        level = max([changed.level, *(part.level for part in parts(changed))])
        return replace(changed, level=level) if level > changed.level else changed

    def _changed(self, node: ir.Node) -> ir.Node:
        match node:
            case ir.Reference(to=ir.Name() as name):
                return self._meanings.get(name, node)
            case ir.Apply():
                operator = self._operator(node.operator)
                arguments = self._all(node.arguments)
                return replace(node, operator=operator, arguments=arguments)
            case ir.Operator():
                return replace(node, operator=self._operator(node.operator))
            case ir.Builtin():
                return replace(node, arguments=self._all(node.arguments))
            case ir.Binding():
                return self._binding(node)
            case ir.Except():
                updates = tuple(map(self._update, node.updates))
                return replace(node, base=self.of(node.base), updates=updates)
            case ir.Let():
                return self._let(node)
            case ir.Instance():
                return self._instance(node)
        return node

    def _binding(self, node: ir.Binding) -> ir.Node:
        """Bind other names than those that the arguments take from outside."""
        own = {name for bound in node.bounds for name in bound.names}
        fresh = {name: ir.Name(name.text, name.arity) for name in own & self._taken()}
        bounds = tuple(self._bound(bound, fresh) for bound in node.bounds)
        inner = self
        if fresh:
            named = {old: ir.Reference(None, 0, new) for old, new in fresh.items()}
            inner = _Substitution({**self._meanings, **named})
            inner._copies = dict(self._copies)
        return replace(node, bounds=bounds, arguments=inner._all(node.arguments))

    def _taken(self) -> set[ir.Name]:
        """Return the names that the arguments take from outside."""
        return set().union(*map(_free, self._meanings.values()))

    def _all(self, nodes: tuple[ir.Node, ...]) -> tuple[ir.Node, ...]:
        return tuple(map(self.of, nodes))

    def _operator(self, operator: Anything) -> Anything:
        if isinstance(operator, ir.Name) and operator in self._meanings:
            meant = self._meanings[operator]
            assert isinstance(meant, ir.Operator)  # noqa: S101 - SANY looks at arities
            return meant.operator
        if not isinstance(operator, ir.Definition):
            return operator
        if operator.name == "LAMBDA" and operator not in self._copies:
            self._copy(operator)
        return self._copies.get(operator, operator)

    def _copy(self, definition: ir.Definition) -> None:
        """Have a local operator of its own if what it mentions is replaced."""
        if definition.body is None:
            return
        mentioned = _free(definition.body) & self._meanings.keys()
        if mentioned or any(each in self._copies for each in applied(definition.body)):
            self._copies[definition] = copy = replace(definition)
            copy.body = self.of(definition.body)
            copy.level = max(copy.level, copy.body.level)

    def _let(self, node: ir.Let) -> ir.Node:
        for definition in node.definitions:
            self._copy(definition)
        definitions = tuple(self._copies.get(each, each) for each in node.definitions)
        return replace(node, definitions=definitions, body=self.of(node.body))

    def _bound(self, bound: ir.Bound, fresh: Mapping[ir.Name, ir.Name]) -> ir.Bound:
        within = None if bound.within is None else self.of(bound.within)
        names = tuple(fresh.get(name, name) for name in bound.names)
        return replace(bound, names=names, within=within)

    def _update(self, update: ir.Update) -> ir.Update:
        return replace(update, path=self._all(update.path), value=self.of(update.value))

    def _instance(self, node: ir.Instance) -> ir.Node:
        """Keep an argument that mentions what the INSTANCE replaces out of it."""
        found = tuple((each, self.of(meant)) for each, meant in node.substitution)
        used = _free(node.body) & self._meanings.keys()
        replaced = {declared for declared, _ in found}
        caught = {name for name in used if self._mentions(name, replaced)}
        fresh = {name: ir.Declared(name.text, is_variable=True) for name in caught}
        inside: dict[ir.Name, ir.Node] = {
            name: self._meanings[name] for name in used - caught
        }
        for name, declared in fresh.items():
            meant = self._meanings[name]
            if meant.level > 1 or isinstance(meant, ir.Operator):
                raise _mistake(f"this argument cannot be put for {name.text}", meant.at)
            found += ((declared, meant),)
            inside[name] = ir.Reference(meant.at, meant.level, declared)
        return replace(node, substitution=found, body=substituted(node.body, inside))

    def _mentions(self, name: ir.Name, declared: set[ir.Declared]) -> bool:
        return bool(_declared(self._meanings[name], set()) & declared)


def _free(node: ir.Node) -> frozenset[ir.Name]:
    """Return the free names, those of a LAMBDA that is passed on included."""
    found = free_names(node)
    for part in parts(node):
        found |= _free(part) - bound_names(node)
    match node:
        case ir.Operator(operator=ir.Definition(name="LAMBDA", body=ir.Node() as body)):
            found |= _free(body)
    return found


def _declared(node: ir.Node, seen: set[ir.Definition]) -> set[ir.Declared]:
    """Return what is declared and mentioned by an expression, or by what it applies."""
    found: set[ir.Declared] = set()
    match node:
        case ir.Reference(to=to) | ir.Apply(operator=to) | ir.Operator(operator=to):
            if isinstance(to, ir.Declared):
                found.add(to)
            if isinstance(to, ir.Definition) and to not in seen:
                seen.add(to)
                found |= _declared(to.body, seen) if to.body is not None else set()
    for part in parts(node):
        found |= _declared(part, seen)
    return found


def level_of(node: ir.Node, resolve: Resolve, meant: Levels) -> int:
    """Return the level with what stands for operators and for declared names.

    SANY's level is that of the text, which knows of neither.
    """
    return _Level(resolve).of(node, meant)


class _Level:
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: dict[ir.Definition, int] = {}

    def of(self, node: ir.Node, meant: Levels) -> int:
        match node:
            case ir.Reference(to=ir.Declared() as declared):
                found = self._resolve(declared, node.at)
                if found is not None:
                    return self._of_definition(found, meant)
                return meant.get(declared, int(declared.is_variable))
            case ir.Instance():
                inner = {each: self.of(part, meant) for each, part in node.substitution}
                return level_of(node.body, self._resolve, {**meant, **inner})
            case ir.Let():
                return self.of(node.body, meant)
            case ir.Builtin(name="ENABLED"):
                return 1
        least = _LEAST.get(node.name, 0) if isinstance(node, _NAMED) else 0
        inside = max((self.of(part, meant) for part in parts(node)), default=0)
        match node:
            case ir.Apply(operator=operator) | ir.Operator(operator=operator):
                found = self._resolve(operator, node.at)
                if found is not None:
                    least = self._of_definition(found, meant)
        return max(least, inside)

    def _of_definition(self, definition: ir.Definition, meant: Levels) -> int:
        if definition not in self._known:
            self._known[definition] = 0  # of a recursive one, not known yet
            if definition.body is not None:
                self._known[definition] = self.of(definition.body, meant)
        return self._known[definition]


_NAMED: Final = (ir.Builtin, ir.Binding)
_LEAST: Final = {
    "UNCHANGED": 2,
    "$SquareAct": 2,
    "$AngleAct": 2,
    "'": 2,
    "\\cdot": 2,
    "[]": 3,
    "<>": 3,
    "~>": 3,
    "-+->": 3,
    "$WF": 3,
    "$SF": 3,
    "$TemporalExists": 3,
    "$TemporalForall": 3,
}


def _mistake(message: str, at: object) -> Mistake:
    return Mistake(
        message,
        file=getattr(at, "module", None),
        line=getattr(at, "line", None),
        column=getattr(at, "column", None),
    )
