"""Which state variables an expression looks at, and which names are free in it.

Compiled operators are functions of just the variables that they use, so that
`Op'` and an instantiated `M!Op` are calls of the same function with other
arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyspec.language import ir

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A declared name, or a parameter, and whether it is primed.
Use: TypeAlias = tuple["ir.Declared | ir.Name", bool]
DeclaredUse: TypeAlias = tuple[ir.Declared, bool]

_BOTH = frozenset({"UNCHANGED", "$SquareAct", "$AngleAct"})


class Uses:
    """Answers for one root module.

    `roots` are its constants, which are global; `overrides` stand for other
    operators, and `stands` for declared constants that are operators.
    """

    def __init__(
        self,
        roots: frozenset[ir.Declared],
        overrides: Mapping[ir.Definition, ir.Definition] | None = None,
        stands: Mapping[ir.Declared, ir.Definition] | None = None,
    ) -> None:
        self._roots = roots
        self._overrides = overrides or {}
        self._stands = stands or {}
        self._known: dict[ir.Definition, frozenset[Use]] = {}

    def of_definition(self, definition: ir.Definition) -> tuple[DeclaredUse, ...]:
        """Return what an operator uses, in an order that never changes."""
        return ordered(self._all_of(definition))

    def of(self, node: ir.Node) -> tuple[DeclaredUse, ...]:
        """Return what an expression uses."""
        for definition in applied(node):
            self._all_of(definition)
        return ordered(frozenset(self._walk(node)))

    def primed(self, definition: ir.Definition) -> frozenset[ir.Name]:
        """Return the parameters whose new value an operator asks for."""
        found = self._all_of(definition)
        return frozenset(
            each for each in definition.parameters if (each, True) in found
        )

    def _all_of(self, definition: ir.Definition) -> frozenset[Use]:
        if definition not in self._known:
            self._solve(definition)
        return self._known[definition]

    def _solve(self, definition: ir.Definition) -> None:
        """Iterate over all that it applies until nothing is added."""
        pending, group = [definition], [definition]
        while pending:
            body = pending.pop().body
            for each in applied(body) if body is not None else ():
                for other in (each, *self._instead(each)):
                    if other not in group and other not in self._known:
                        group.append(other)
                        pending.append(other)
        for each in group:
            self._known[each] = frozenset()
        changed = True
        while changed:
            changed = False
            for each in group:
                if each.body is not None:
                    found = frozenset(self._walk(each.body))
                    changed = changed or found != self._known[each]
                    self._known[each] = found

    def _instead(self, definition: ir.Definition) -> Iterator[ir.Definition]:
        if definition in self._overrides:
            yield self._overrides[definition]

    def _of_operator(
        self, definition: ir.Definition, arguments: tuple[ir.Node, ...]
    ) -> Iterator[Use]:
        """Return what it uses when it is applied to these."""
        definition = self._overrides.get(definition, definition)
        given = dict(zip(definition.parameters, arguments, strict=False))
        for used, primed in self._known.get(definition, frozenset()):
            if used in given:
                for inner, was in self._walk(given[used]):
                    yield inner, primed or was
            else:
                yield used, primed

    def _walk(  # noqa: C901, PLR0912 - one table of how a node uses variables
        self, node: ir.Node
    ) -> Iterator[Use]:
        match node:
            case ir.Reference(to=to):
                if isinstance(to, ir.Declared) and to in self._stands:
                    yield from self._standing(to)
                elif to not in self._roots:
                    yield (to, False)
            case ir.Instance():
                yield from self._substituted(node)
            case ir.Builtin(name="'"):
                yield from ((d, True) for d, _ in self._parts(node))
            case ir.Builtin(name=name) if name in _BOTH:
                yield from self._both(node)
            case ir.Builtin(name="ENABLED"):
                yield from ((d, p) for d, p in self._parts(node) if not p)
            case ir.Builtin(name="\\cdot"):
                first, second = node.arguments
                yield from ((d, p) for d, p in self._walk(first) if not p)
                yield from ((d, p) for d, p in self._walk(second) if p)
            case ir.Apply(operator=ir.Definition() as definition):
                yield from self._of_operator(definition, node.arguments)
                yield from self._parts(node)
            case ir.Operator(operator=ir.Definition() as definition):
                yield from self._of_operator(definition, ())
            case ir.Apply(operator=operator) | ir.Operator(operator=operator):
                if isinstance(operator, ir.Declared) and operator in self._stands:
                    yield from self._standing(operator)
                elif operator not in self._roots:
                    yield (operator, False)  # type: ignore[misc]
                yield from self._parts(node)
            case _:
                yield from self._parts(node)

    def _standing(self, declared: ir.Declared) -> Iterator[Use]:
        """Return what the operator uses that stands for a constant."""
        stands = self._stands[declared]
        self._all_of(stands)
        yield from self._of_operator(stands, ())

    def _parts(self, node: ir.Node) -> Iterator[Use]:
        for part in parts(node):
            yield from self._walk(part)

    def _both(self, node: ir.Builtin) -> Iterator[Use]:
        """Arguments that are read before and after the step."""
        *action, subscript = node.arguments
        for part in action:
            yield from self._walk(part)
        for declared, _ in self._walk(subscript):
            yield (declared, False)
            yield (declared, True)

    def _substituted(self, node: ir.Instance) -> Iterator[Use]:
        meaning = dict(node.substitution)
        for used, primed in self._walk(node.body):
            if used in meaning:
                for inner, was in self._walk(meaning[used]):
                    yield (inner, primed or was)
            else:
                yield (used, primed)


def ordered(uses: frozenset[Use]) -> tuple[DeclaredUse, ...]:
    """Sort what is declared by name; two of one name belong to different modules."""
    declared = [
        (used, primed) for used, primed in uses if isinstance(used, ir.Declared)
    ]
    return tuple(sorted(declared, key=lambda use: (use[0].text, use[1], use[0].number)))


def parts(  # noqa: C901 - one table of what nodes are made of
    node: ir.Node,
) -> Iterator[ir.Node]:
    """Return the expressions directly inside of one, LET definitions' bodies too."""
    match node:
        case ir.Apply(arguments=inside) | ir.Builtin(arguments=inside):
            yield from inside
        case ir.Binding():
            for bound in node.bounds:
                if bound.within is not None:
                    yield bound.within
            yield from node.arguments
        case ir.Except():
            yield node.base
            for update in node.updates:
                yield from update.path
                yield update.value
        case ir.Let():
            for definition in node.definitions:
                if definition.body is not None:
                    yield definition.body
            yield node.body
        case ir.Instance():
            for _, meant in node.substitution:
                yield meant
            yield node.body


def applied(node: ir.Node) -> Iterator[ir.Definition]:
    """Return the definitions that an expression applies or passes on."""
    match node:
        case ir.Apply(operator=ir.Definition() as definition):
            yield definition
        case ir.Operator(operator=ir.Definition() as definition):
            yield definition
    for part in parts(node):
        yield from applied(part)


def free_names(node: ir.Node) -> frozenset[ir.Name]:
    """Return parameters and bound names that an expression takes from outside."""
    found: set[ir.Name] = set()
    match node:
        case ir.Reference(to=ir.Name() as name):
            found.add(name)
        case ir.Apply(operator=ir.Name() as name):
            found.add(name)
        case ir.Operator(operator=ir.Name() as name):
            found.add(name)
    for part in parts(node):
        found |= free_names(part)
    return frozenset(found - bound_names(node))


def bound_names(node: ir.Node) -> set[ir.Name]:
    """Return the names that a node itself binds for its parts."""
    match node:
        case ir.Binding():
            return {name for bound in node.bounds for name in bound.names}
        case ir.Except():
            return {update.old for update in node.updates}
        case ir.Let():
            return {name for each in node.definitions for name in each.parameters}
    return set()
