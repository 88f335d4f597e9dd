"""Which state variables an expression looks at, and which names are free in it.

Compiled operators are functions of just the variables that they use, so that
`Op'` and an instantiated `M!Op` are calls of the same function with other
arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.language import ir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# A declared name, or a parameter, and whether it is primed.
Use: TypeAlias = tuple["ir.Declared | ir.Name", "bool | str"]
DeclaredUse: TypeAlias = tuple[ir.Declared, bool]

_ASKED: Final = "ENABLED"
_SET: Final = "primed in ENABLED"
"""How a parameter is used inside of ENABLED; what is declared is only looked at."""

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
        self._of_nodes: dict[ir.Node, tuple[DeclaredUse, ...]] = {}

    def of_definition(self, definition: ir.Definition) -> tuple[DeclaredUse, ...]:
        """Return what an operator uses, in an order that never changes."""
        return ordered(self._all_of(definition))

    def of(self, node: ir.Node) -> tuple[DeclaredUse, ...]:
        """Return what an expression uses."""
        found = self._of_nodes.get(node)
        if found is None:
            for definition in applied(node):
                self._all_of(definition)
            found = self._of_nodes[node] = ordered(self._walk(node))
        return found

    def primed(self, definition: ir.Definition) -> frozenset[ir.Name]:
        """Return the parameters whose new value an operator asks for."""
        found = self._all_of(definition)
        return frozenset(
            each
            for each in definition.parameters
            if (each, True) in found or (each, _SET) in found
        )

    def tested(self, definition: ir.Definition) -> frozenset[ir.Name]:
        """Return the parameters that stand inside of ENABLED."""
        found = self._all_of(definition)
        return frozenset(
            each
            for each in definition.parameters
            if (each, _ASKED) in found or (each, _SET) in found
        )

    def around(self, definition: ir.Definition) -> frozenset[ir.Declared | ir.Name]:
        """Return what an operator uses that is none of its parameters."""
        used = {used for used, _ in self._all_of(definition)}
        return frozenset(used.difference(definition.parameters))

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
                    found = self._walk(each.body)
                    changed = changed or found != self._known[each]
                    self._known[each] = found

    def _instead(self, definition: ir.Definition) -> Iterator[ir.Definition]:
        if definition in self._overrides:
            yield self._overrides[definition]

    def _of_operator(
        self, definition: ir.Definition, given: tuple[frozenset[Use], ...]
    ) -> frozenset[Use]:
        """Return what it uses when it is applied to what uses these."""
        definition = self._overrides.get(definition, definition)
        meaning: dict[object, frozenset[Use]] = dict(
            zip(definition.parameters, given, strict=False)
        )
        return _with(meaning, self._known.get(definition, _NOTHING))

    def _walk(self, node: ir.Node) -> frozenset[Use]:
        match node:
            case ir.Reference(to=to):
                return self._named(to)
            case ir.Instance():
                meaning = {d: self._walk(meant) for d, meant in node.substitution}
                return _with(meaning, self._walk(node.body))
            case ir.Builtin(name="'"):
                return _primed(self._parts(node))
            case ir.Builtin(name=name) if name in _BOTH:
                *action, subscript = map(self._walk, node.arguments)
                plain = frozenset((used, False) for used, _ in subscript)
                return _NOTHING.union(*action, plain, _primed(plain))
            case ir.Builtin(name="ENABLED"):
                inside = self._parts(node)
                looked = frozenset(use for use in inside if not use[1])
                return looked | _enabled(inside)
            case ir.Builtin(name="\\cdot"):
                first, second = map(self._walk, node.arguments)
                return frozenset(
                    [use for use in first if not use[1]]
                    + [use for use in second if use[1]]
                )
            case ir.Apply(operator=ir.Definition() as definition):
                given = tuple(map(self._walk, node.arguments))
                return self._of_operator(definition, given).union(*given)
            case ir.Operator(operator=ir.Definition() as definition):
                return self._of_operator(definition, ())
            case ir.Apply(operator=operator) | ir.Operator(operator=operator):
                assert not isinstance(operator, ir.Definition)  # noqa: S101 - see above
                return self._named(operator) | self._parts(node)
        return self._parts(node)

    def _named(self, named: ir.Declared | ir.Name) -> frozenset[Use]:
        """Return what a name uses, or what stands for it."""
        if isinstance(named, ir.Declared) and named in self._stands:
            stands = self._stands[named]
            self._all_of(stands)
            return self._of_operator(stands, ())
        if named in self._roots:
            return _NOTHING
        return frozenset({(named, False)})

    def _parts(self, node: ir.Node) -> frozenset[Use]:
        return _NOTHING.union(*map(self._walk, parts(node)))


_NOTHING: frozenset[Use] = frozenset()


def _primed(uses: frozenset[Use]) -> frozenset[Use]:
    return frozenset((used, how or True) for used, how in uses)


def _enabled(uses: frozenset[Use]) -> frozenset[Use]:
    """Return what ENABLED asks of names: what stands for them may assign."""
    return frozenset(
        (used, _SET if how in {True, _SET} else _ASKED)
        for used, how in uses
        if isinstance(used, ir.Name)
    )


def _with(
    meaning: Mapping[Any, frozenset[Use]], uses: frozenset[Use]
) -> frozenset[Use]:
    """Return what is used if some names mean what uses these."""
    found: set[Use] = set()
    for use in uses:
        used, primed = use
        if used not in meaning:
            found.add(use)
        else:
            found |= _MEANT[primed](meaning[used])
    return frozenset(found)


_MEANT: Final[Mapping[bool | str, Callable[[frozenset[Use]], frozenset[Use]]]] = {
    False: lambda uses: uses,
    True: _primed,
    _ASKED: _enabled,
    _SET: lambda uses: _enabled(_primed(uses)),
}


def ordered(uses: frozenset[Use]) -> tuple[DeclaredUse, ...]:
    """Sort what is declared by name; two of one name belong to different modules."""
    declared = [
        (used, bool(primed)) for used, primed in uses if isinstance(used, ir.Declared)
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
            if definition.name == "LAMBDA" and definition.body is not None:
                yield from applied(definition.body)
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
