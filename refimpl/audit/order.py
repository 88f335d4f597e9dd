"""Where the order of a set's elements, which hashes decide, can be seen."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refimpl.audit.meaning import Meaning

__all__ = ["iterations"]

_BLIND: Final = frozenset({"set", "frozenset", "sorted", "sum", "any", "all", "len"})
"""What gives the same for every order; so do `min` and `max` without a key."""
_LAZY: Final = frozenset({"map", "filter", "list", "tuple", "iter"})
_SEEING: Final = _LAZY | {"enumerate", "zip"}
_SET_METHODS: Final = frozenset(
    [
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "update",
        "issubset",
        "issuperset",
        "isdisjoint",
        "intersection_update",
        "difference_update",
    ]
)


def iterations(node: ast.AST, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Yield how this node goes through a set, and the text of the set."""
    if isinstance(node, ast.Call) and _is_blind(node, meaning):
        for argument in node.args:
            _excuse(argument)
    if getattr(node, "excused", False):
        return
    for what, given in _gone_through(node, meaning):
        inner = given.value if isinstance(given, ast.Starred) else given
        if meaning.is_set(inner):
            yield what, ast.unparse(inner)


def _gone_through(node: ast.AST, meaning: Meaning) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.For):
        yield "iterates over", node.iter
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        yield from (("iterates over", each.iter) for each in node.generators)
    elif isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load):
        stars = (each for each in node.elts if isinstance(each, ast.Starred))
        yield from (("unpacks", each) for each in stars)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List) and len(target.elts) > 1:
                yield "unpacks", node.value
    elif isinstance(node, ast.YieldFrom):
        yield "iterates over", node.value
    elif isinstance(node, ast.Call):
        yield from _calls(node, meaning)


def _calls(node: ast.Call, meaning: Meaning) -> Iterator[tuple[str, ast.AST]]:
    name = _name(node, meaning)
    if name in _SEEING or name.startswith("itertools.") or name == "collections.deque":
        yield from (("iterates over", each) for each in node.args)
    elif name in {"min", "max", "sorted"} and not _is_blind(node, meaning):
        yield from (("breaks ties by the place in", each) for each in node.args[:1])
    if name not in _BLIND:
        stars = (each for each in node.args if isinstance(each, ast.Starred))
        yield from (("unpacks", each) for each in stars)
    if isinstance(node.func, ast.Attribute):
        if node.func.attr == "pop" and not node.args:
            yield "takes any element of", node.func.value
        elif node.func.attr in {"join", "fromkeys", "extend"}:
            yield from (("iterates over", each) for each in node.args)


def _is_blind(node: ast.Call, meaning: Meaning) -> bool:
    """Whether a call gives the same for every order of what it is given."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in _SET_METHODS:
        return True
    name = _name(node, meaning)
    keys = [each.value for each in node.keywords if each.arg == "key"]
    if name in {"min", "max", "sorted"} and keys:
        return _is_total(keys[0])
    return name in _BLIND or name in {"min", "max"}


def _is_total(key: ast.expr) -> bool:
    """Whether a key surely tells elements apart: itself, or itself among others."""
    if isinstance(key, ast.Name):
        return key.id in {"repr", "str"}
    if not isinstance(key, ast.Lambda) or len(key.args.args) != 1:
        return False
    body = key.body
    parts = body.elts if isinstance(body, ast.Tuple) else [body]
    own = key.args.args[0].arg
    return any(isinstance(each, ast.Name) and each.id == own for each in parts)


def _excuse(node: ast.AST) -> None:
    """Let pass what is given to something that sees no order."""
    if isinstance(node, ast.Starred):
        node = node.value
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.List | ast.Tuple):
        node.excused = True  # type: ignore[union-attr]  # our own mark
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _LAZY
    ):
        node.excused = True  # type: ignore[attr-defined]  # our own mark
        for argument in node.args:
            _excuse(argument)


def _name(node: ast.Call, meaning: Meaning) -> str:
    thing = meaning.thing(node.func)
    return thing.name.removeprefix("builtins.") if thing is not None else ""
