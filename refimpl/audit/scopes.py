"""Which names a function binds itself, and with what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeAlias

__all__ = ["Bound", "Comprehension", "Scope", "bindings", "scope_of"]

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Bound: TypeAlias = ast.expr | str | None
"""What a name is bound to: a value, the dotted name of an import, or None."""
Scope: TypeAlias = Mapping[str, list[Bound]]

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def scope_of(node: ast.AST) -> Scope:
    """Return what a function, lambda or comprehension binds."""
    found: dict[str, list[Bound]] = {}
    elsewhere: set[str] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        _add(found, _parameters(node.args))
        for statement in node.body:
            _add(found, bindings(statement))
            elsewhere |= _declared_elsewhere(statement)
    elif isinstance(node, ast.Lambda):
        _add(found, _parameters(node.args))
        _add(found, bindings(node.body))
    elif isinstance(node, _COMPREHENSIONS):
        for generator in node.generators:
            _add(found, ((name, None) for name in _targets(generator.target)))
    return {name: bound for name, bound in found.items() if name not in elsewhere}


def bindings(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    """Yield names that a statement binds in its own scope, and to what."""
    yield from _bound_to(node)
    if isinstance(node, _INNER):
        return
    inside = isinstance(node, _COMPREHENSIONS)
    for child in ast.iter_child_nodes(node):
        if not (inside and isinstance(child, ast.comprehension)):
            yield from bindings(child)


def _bound_to(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            else:
                yield from ((name, None) for name in _targets(target))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.annotation
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id, node.value
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node)
    else:
        yield from ((name, None) for name in _bound_by(node))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Bound]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}"
        else:
            top = alias.name.partition(".")[0]
            yield alias.asname or top, alias.name if alias.asname else top


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.For | ast.AsyncFor):
        yield from _targets(node.target)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from _targets(node.optional_vars)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        yield from filter(None, [node.name])
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _targets(target: ast.AST) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _parameters(arguments: ast.arguments) -> Iterator[tuple[str, Bound]]:
    plain = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from ((each.arg, each.annotation) for each in plain)
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            yield rest.arg, None


def _declared_elsewhere(statement: ast.AST) -> set[str]:
    """Names that are declared global or nonlocal."""
    if isinstance(statement, _INNER):
        return set()
    if isinstance(statement, ast.Global | ast.Nonlocal):
        return set(statement.names)
    inner = map(_declared_elsewhere, ast.iter_child_nodes(statement))
    return {name for names in inner for name in names}


def _add(found: dict[str, list[Bound]], pairs: Iterator[tuple[str, Bound]]) -> None:
    for name, bound in pairs:
        found.setdefault(name, []).append(bound)
