"""Cutting compiled actions and predicates into pieces that use few variables.

Most actions of a distributed system read few of the variables and change
fewer.  So a search may remember what each piece of Next gave for the values
that it read, which occur far more often than whole states do: seven voters
have 300,000 states, and 5,000 pairs of what a voter's actions read.

This works on the source that the compiler wrote.  Of that it knows only: the
parameters are the variables, names are unique, and each step is a `yield` of
name, arguments and the tuple of all variables.  What has another form stays
whole, which costs time and nothing else.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Part", "Piece", "parts_of", "pieces_of"]


_MOST_PIECES: Final = 400
"""Beyond that, telling which are independent takes longer than it saves."""


class Piece(NamedTuple):
    """Some disjuncts of Next.

    - reads: the places of the variables that it needs, ascending; `steps`
      takes their values in this order
    - writes: the places of the variables that it may change, ascending
    - steps: gives action, arguments and the new values of `writes`
    """

    reads: tuple[int, ...]
    writes: tuple[int, ...]
    steps: Callable[..., Iterable[tuple[str, tuple[Any, ...], tuple[Any, ...]]]]


class Part(NamedTuple):
    """Some conjuncts of a state predicate; `holds` takes the values of `reads`."""

    reads: tuple[int, ...]
    holds: Callable[..., bool]


def pieces_of(source: str, function: Callable[..., Any]) -> tuple[Piece, ...]:
    """Cut the function of the source that gives a state's successors.

    Together the pieces give the same steps, in an order that depends on the
    source alone.
    """
    whole = _definitions(source)[function.__name__]
    variables = [parameter.arg for parameter in whole.args.args]
    steps = _yields(whole.body)
    if not all(_is_step(each, len(variables)) for each in steps) or _is_large(whole):
        every = tuple(range(len(variables)))
        return (Piece(every, every, function),)
    groups = [part for group in _grouped(whole.body) for part in _split(group)]
    return tuple(_piece(group, variables, function.__globals__) for group in groups)


def _is_large(whole: ast.FunctionDef) -> bool:
    """Whether cutting would take too long, or meet functions inside of this one."""
    inner = (each for each in ast.walk(whole) if isinstance(each, ast.FunctionDef))
    return len(_yields(whole.body)) > _MOST_PIECES or any(
        each is not whole for each in inner
    )


def parts_of(source: str, function: Callable[..., bool]) -> tuple[Part, ...]:
    """Cut a function of the source that returns a condition on a state.

    The condition is that all parts hold, asked in this order.
    """
    definitions = _definitions(source)
    whole = definitions[function.__name__]
    variables = [parameter.arg for parameter in whole.args.args]
    if len(whole.body) != 1 or not isinstance(whole.body[0], ast.Return):
        return (Part(tuple(range(len(variables))), function),)
    found: list[tuple[tuple[int, ...], list[ast.expr]]] = []
    for conjunct in _conjuncts(_value(whole), definitions):
        reads = _places(variables, _names([conjunct]))
        if not found or found[-1][0] != reads:
            found.append((reads, []))
        found[-1][1].append(conjunct)
    return tuple(
        Part(reads, _condition(conjuncts, reads, variables, function.__globals__))
        for reads, conjuncts in found
    )


# ------------------------------------------------------------------ actions


def _grouped(body: Iterable[ast.stmt]) -> list[list[ast.stmt]]:
    """Return statements in groups, each up to one that gives steps."""
    groups: list[list[ast.stmt]] = [[]]
    body = [statement for statement in body if not _is_idle(statement)]
    for statement in body:
        groups[-1].append(statement)
        if _yields([statement]):
            groups.append([])
    groups = [group for group in groups if group]
    return groups if _independent(groups) else [body]


def _split(group: list[ast.stmt]) -> list[list[ast.stmt]]:
    r"""Distribute a loop or condition: \E b : A \/ B is (\E b : A) \/ (\E b : B)."""
    first = group[0]
    if len(group) != 1 or not isinstance(first, ast.For | ast.If) or first.orelse:
        return [group]
    inner = [part for each in _grouped(first.body) for part in _split(each)]
    return [[_around(first, part)] for part in inner]


def _around(outer: ast.For | ast.If, body: list[ast.stmt]) -> ast.stmt:
    if isinstance(outer, ast.If):
        return ast.If(outer.test, body, [])
    return ast.For(outer.target, outer.iter, body, [])


def _is_idle(statement: ast.stmt) -> bool:
    """Whether it does nothing: `pass`, or the `if False: yield` of a generator."""
    if isinstance(statement, ast.Pass):
        return True
    test = statement.test if isinstance(statement, ast.If) else None
    return isinstance(test, ast.Constant) and test.value is False


def _independent(groups: list[list[ast.stmt]]) -> bool:
    """Whether no group uses what another has assigned."""
    assigned = [_assigned(group) for group in groups]
    return not any(
        (_names(group) - mine) & theirs
        for group, mine in zip(groups, assigned, strict=True)
        for theirs in assigned
        if theirs is not mine
    )


def _piece(group: list[ast.stmt], variables: list[str], space: dict[str, Any]) -> Piece:
    text = "\n".join(ast.unparse(ast.fix_missing_locations(each)) for each in group)
    body = ast.parse(text).body  # a copy, since cut loops share what they loop over
    writes = _written(body, variables)
    for each in _yields(body):
        after = _parts(each)[2]
        kept = [after.elts[place] for place in writes]
        _parts(each)[2] = ast.Tuple(kept, ast.Load())
    reads = _places(variables, _names(body))
    never = ast.parse("if False: yield").body  # a generator even without steps
    names = [variables[place] for place in reads]
    return Piece(reads, writes, _made([*never, *body], names, space))


def _written(body: list[ast.stmt], variables: list[str]) -> tuple[int, ...]:
    """Return the places where some step has anything but the variable itself."""
    return tuple(
        place
        for place, name in enumerate(variables)
        if any(
            not (isinstance(value, ast.Name) and value.id == name)
            for value in (_parts(each)[2].elts[place] for each in _yields(body))
        )
    )


def _made(
    body: list[ast.stmt], names: list[str], space: dict[str, Any]
) -> Callable[..., Any]:
    """Return a function of these names, in the compiled code's own namespace."""
    empty = ast.parse(f"def piece({', '.join(names)}): pass")
    definition = empty.body[0]
    assert isinstance(definition, ast.FunctionDef)  # noqa: S101 - written just above
    definition.body = body
    local: dict[str, Any] = {}
    code = compile(ast.fix_missing_locations(empty), "<piece>", "exec")
    exec(code, space, local)  # noqa: S102 - the compiler's own code, rearranged
    made: Callable[..., Any] = local["piece"]
    return made


def _is_step(each: ast.Yield, variables: int) -> bool:
    if not isinstance(each.value, ast.Tuple) or len(each.value.elts) != 3:  # noqa: PLR2004 - action, arguments, state
        return False
    after = each.value.elts[2]
    return isinstance(after, ast.Tuple) and len(after.elts) == variables


def _parts(each: ast.Yield) -> list[Any]:
    """Return action, arguments and state of a step, to look at or to replace."""
    assert isinstance(each.value, ast.Tuple)  # noqa: S101 - `_is_step` said so
    return each.value.elts


# ------------------------------------------------------------------ predicates


def _conjuncts(
    node: ast.expr, definitions: dict[str, ast.FunctionDef]
) -> Iterator[ast.expr]:
    """Return the conjuncts, those of operators that are conjunctions as well."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for value in node.values:
            yield from _conjuncts(value, definitions)
        return
    body = _opened(node, definitions)
    if body is None:
        yield node
    else:
        yield from _conjuncts(body, definitions)


def _opened(node: ast.expr, definitions: dict[str, ast.FunctionDef]) -> ast.expr | None:
    """Return the body of an operator that is applied to names; None for all else."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    definition = definitions.get(node.func.id)
    if definition is None or len(definition.body) != 1:
        return None
    given = [each.id for each in node.args if isinstance(each, ast.Name)]
    if not isinstance(definition.body[0], ast.Return) or len(given) != len(node.args):
        return None
    body = ast.parse(ast.unparse(_value(definition)), mode="eval").body
    parameters = [parameter.arg for parameter in definition.args.args]
    renamed = dict(zip(parameters, given, strict=True))
    for each in ast.walk(body):
        if isinstance(each, ast.Name):
            each.id = renamed.get(each.id, each.id)
    return body


def _condition(
    conjuncts: list[ast.expr],
    reads: tuple[int, ...],
    variables: list[str],
    space: dict[str, Any],
) -> Callable[..., bool]:
    all_of = conjuncts[0]
    if len(conjuncts) > 1:
        all_of = ast.BoolOp(ast.And(), conjuncts)
    return _made([ast.Return(all_of)], [variables[place] for place in reads], space)


def _value(definition: ast.FunctionDef) -> ast.expr:
    """Return the expression of a function that is just `return e`."""
    only = definition.body[0]
    assert isinstance(only, ast.Return)  # noqa: S101 - the callers looked
    assert only.value is not None  # noqa: S101 - compiled code returns something
    return only.value


# ------------------------------------------------------------------ names


def _definitions(source: str) -> dict[str, ast.FunctionDef]:
    return {
        each.name: each
        for each in ast.parse(source).body
        if isinstance(each, ast.FunctionDef)
    }


def _names(body: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(
        each.id
        for statement in body
        for each in ast.walk(statement)
        if isinstance(each, ast.Name)
    )


def _assigned(body: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(
        each.id
        for statement in body
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def _places(variables: list[str], names: frozenset[str]) -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(variables) if name in names)


def _yields(body: Iterable[ast.AST]) -> list[ast.Yield]:
    """Return the steps that statements give; not the `yield` of nothing."""
    return [
        each
        for statement in body
        for each in ast.walk(statement)
        if isinstance(each, ast.Yield) and each.value is not None
    ]
