r"""Shapes of expressions that specs have in common, found in the IR.

- {e}
- [x \in DOMAIN f \cup {k} |-> IF x = k THEN e ELSE f[x]], and with \ {k}
- a sum over a set that a recursive function takes apart by CHOOSE
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pyspec.language import ir
from pyspec.language.uses import parts

if TYPE_CHECKING:
    from collections.abc import Callable


def is_built(node: ir.Node) -> bool:
    """Whether an expression makes a value, rather than looking one up."""
    match node:
        case ir.Reference() | ir.Builtin(name="'" | "$FcnApply" | "$RcdSelect"):
            return False
    return True


def is_empty_set(node: ir.Node) -> bool:
    """Whether it is {}."""
    return (
        isinstance(node, ir.Builtin)
        and node.name == "$SetEnumerate"
        and not node.arguments
    )


def singleton(node: ir.Node) -> ir.Node | None:
    """Return e of {e}."""
    match node:
        case ir.Builtin(name="$SetEnumerate", arguments=(element,)):
            return element
    return None


def alike(a: ir.Node, b: ir.Node) -> bool:
    """Whether two expressions are the same name, or the same field of it."""
    match a, b:
        case ir.Reference(to=one), ir.Reference(to=other):
            return one is other
        case ir.Builtin(name=name), ir.Builtin(name=same) if name == same:
            if name not in {"$FcnApply", "$RcdSelect", "DOMAIN"}:
                return False
            return all(map(alike, a.arguments, b.arguments))
        case ir.Literal(value=value), ir.Literal(value=other_value):
            return type(value) is type(other_value) and value == other_value
    return False


# --------------------------------------------------------------- functions


def additions(
    node: ir.Binding,
) -> tuple[ir.Name, ir.Node, ir.Node, bool] | None:
    r"""Return x, f, k and whether k is removed, of [x \in DOMAIN f \cup {k} |-> e]."""
    if len(node.bounds) != 1 or node.bounds[0].pattern:
        return None
    bound = node.bounds[0]
    if len(bound.names) != 1 or not isinstance(bound.within, ir.Builtin):
        return None
    match bound.within:
        case ir.Builtin(
            name="\\union" | "\\cup" | "\\" as name,
            arguments=(ir.Builtin(name="DOMAIN", arguments=(function,)), other),
        ):
            key = singleton(other)
            if key is not None:
                return bound.names[0], function, key, name == "\\"
    return None


def specialised(
    node: ir.Node, name: ir.Name, function: ir.Node, key: ir.Node, *, is_key: bool
) -> ir.Node:
    r"""Return a function's body where x is the key, or is another of DOMAIN f."""
    if not isinstance(node, ir.Builtin) or node.name != "$IfThenElse":
        return node
    test, yes, no = node.arguments

    def inside(part: ir.Node) -> ir.Node:
        return specialised(part, name, function, key, is_key=is_key)

    if _is_in_domain(test, name, function):
        return (
            replace(node, arguments=(test, *map(inside, (yes, no))))
            if is_key
            else (inside(yes))
        )
    holds = _is_the_key(test, name, key)
    if holds is None:
        return node
    return inside(yes if holds is is_key else no)


def _is_in_domain(test: ir.Node, name: ir.Name, function: ir.Node) -> bool:
    match test:
        case ir.Builtin(
            name="\\in",
            arguments=(
                ir.Reference(to=to),
                ir.Builtin(name="DOMAIN", arguments=(other,)),
            ),
        ):
            return to is name and alike(other, function)
    return False


def _is_the_key(test: ir.Node, name: ir.Name, key: ir.Node) -> bool | None:
    """Return True for x = k, False for x # k, None for all else."""
    if not isinstance(test, ir.Builtin) or test.name not in {"=", "/="}:
        return None
    for one, other in (test.arguments, test.arguments[::-1]):
        if isinstance(one, ir.Reference) and one.to is name and alike(other, key):
            return test.name == "="
    return None


def is_application(node: ir.Node, function: ir.Node, name: ir.Name) -> bool:
    """Whether it is f[x]."""
    match node:
        case ir.Builtin(name="$FcnApply", arguments=(applied, ir.Reference(to=to))):
            return to is name and alike(applied, function)
    return False


# --------------------------------------------------------------- folds


class Fold(NamedTuple):
    """A sum of `part` for each element of a set, which it calls `name`, and `start`."""

    within: ir.Node
    name: ir.Definition
    part: ir.Node
    start: ir.Node


def fold_of(node: ir.Let, is_plus: Callable[[ir.Definition], bool]) -> Fold | None:
    r"""Return the sum that a LET computes by taking a set apart.

    `LET f[r \in SUBSET s] == IF r = {} THEN start ELSE
    LET x == CHOOSE x \in r : TRUE IN part + f[r \ {x}] IN f[s]`
    """
    match node:
        case ir.Let(
            definitions=(
                ir.Definition(
                    parameters=(),
                    body=ir.Binding(
                        name="$RecursiveFcnSpec",
                        bounds=(
                            ir.Bound(names=(own,)),
                            ir.Bound(
                                names=(rest,),
                                within=ir.Builtin(name="SUBSET", arguments=(every,)),
                            ),
                        ),
                        arguments=(ir.Builtin(name="$IfThenElse") as body,),
                    ),
                ) as function,
            ),
            body=ir.Builtin(
                name="$FcnApply",
                arguments=(ir.Apply(operator=applied), whole),
            ),
        ) if applied is function and alike(every, whole):
            return _fold(body, own, rest, whole, is_plus)
    return None


def _fold(
    body: ir.Builtin,
    own: ir.Name,
    rest: ir.Name,
    whole: ir.Node,
    is_plus: Callable[[ir.Definition], bool],
) -> Fold | None:
    match body.arguments:
        case (
            ir.Builtin(
                name="=",
                arguments=(
                    ir.Reference(to=emptied),
                    ir.Builtin(name="$SetEnumerate", arguments=()),
                ),
            ),
            start,
            ir.Let(
                definitions=(ir.Definition() as one,),
                body=ir.Apply(
                    operator=ir.Definition() as plus, arguments=(_, _) as sum_
                ),
            ),
        ) if emptied is rest and _is_any(one, rest) and is_plus(plus):
            for part, left in (sum_, sum_[::-1]):
                mentioned = any(
                    mentions(node, name)
                    for node in (part, start)
                    for name in (own, rest)
                )
                if _is_the_rest(left, own, rest, one) and not mentioned:
                    return Fold(whole, one, part, start)
    return None


def _is_any(one: ir.Definition, rest: ir.Name) -> bool:
    r"""Whether it is CHOOSE x \in rest : TRUE."""
    match one.body:
        case ir.Binding(
            name="$BoundedChoose",
            bounds=(ir.Bound(within=ir.Reference(to=to)),),
            arguments=(ir.Builtin(name="TRUE"),),
        ):
            return to is rest and not one.parameters
    return False


def _is_the_rest(
    node: ir.Node, own: ir.Name, rest: ir.Name, one: ir.Definition
) -> bool:
    r"""Whether it is own[rest \ {one}]."""
    match node:
        case ir.Builtin(
            name="$FcnApply",
            arguments=(
                ir.Reference(to=function),
                ir.Builtin(
                    name="\\",
                    arguments=(
                        ir.Reference(to=to),
                        ir.Builtin(
                            name="$SetEnumerate", arguments=(ir.Apply(operator=left),)
                        ),
                    ),
                ),
            ),
        ):
            return function is own and to is rest and left is one
    return False


def is_looked_at(node: ir.Node, name: ir.Name) -> bool:
    """Whether all that happens to a function is f[x] and DOMAIN f."""
    match node:
        case ir.Reference(to=to):
            return to is not name
        case ir.Operator() | ir.Instance():
            return False
        case ir.Builtin(name="$FcnApply" | "DOMAIN", arguments=(first, *others)):
            is_it = isinstance(first, ir.Reference) and first.to is name
            return (is_it or is_looked_at(first, name)) and all(
                is_looked_at(each, name) for each in others
            )
    return all(is_looked_at(part, name) for part in parts(node))


def mentions(node: ir.Node, name: object) -> bool:
    """Whether an expression refers to something."""
    match node:
        case ir.Reference(to=to) if to is name:
            return True
        case ir.Apply(operator=operator) if operator is name:
            return True
    return any(mentions(part, name) for part in parts(node))
