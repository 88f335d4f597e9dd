r"""Conditions that do not depend on a loop leave it: they are asked once for it.

`\E i, j \in S : /\ P(i) /\ Q(i, j)` comes out of the emitter as two loops
around one condition.  Of `P(i)`, one answer is enough for all `j`; if it is
false, no `j` is looked at.  A condition is asked where it was asked first
before: with the loop's first element, in its place among the others.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["lifted"]

_HEAD: Final = "def f():\n"
_TOO_DEEP: Final = (SyntaxError, RecursionError, MemoryError)
_UNKNOWN: Final = ("e", "u")
"""What functions of the source begin with of which nobody knows what they do."""


def lifted(lines: list[str], has_effect: Callable[[str], bool]) -> list[str]:
    """Return the body of a generator with conditions where they are asked least.

    `has_effect` tells whether a global name stands for something that must be
    evaluated as often as it is written.
    """
    if not any(line.lstrip().startswith("for ") for line in lines):
        return lines
    try:
        tree = ast.parse(_HEAD + "\n".join(lines))
        _Lifter(tree, has_effect).generic_visit(tree)
        return ast.unparse(ast.fix_missing_locations(tree)).split("\n")[1:]
    except _TOO_DEEP:
        return lines  # it is as right as it was


class _Lifter(ast.NodeVisitor):
    """Goes through all loops, the outer ones first."""

    def __init__(self, tree: ast.AST, has_effect: Callable[[str], bool]) -> None:
        self.has_effect = has_effect
        self.effects: set[str] = set()
        for node in ast.walk(tree):  # a name is assigned before it is used
            if isinstance(node, ast.Assign) and not self.is_pure(node.value):
                self.effects.update(_names(*node.targets))

    def visit_For(self, loop: ast.For) -> None:
        """Take out of a loop what does not depend on it."""
        found = self.free_of(loop)
        taken = [_with(meaning, _taken(holder)) for holder, meaning in found]
        if taken:
            test = taken[0] if len(taken) == 1 else ast.BoolOp(ast.And(), taken)
            loop.iter = _guarded(loop.iter, test)
        self.generic_visit(loop)

    def free_of(self, loop: ast.For) -> Iterator[tuple[ast.If, _Meaning]]:
        """Return, for each leading condition to be taken out, the IF that has it.

        Whoever asks for the next one has taken the last one out.
        """
        bound = _names(loop.target)
        meaning: _Meaning = {}
        body = loop.body
        while True:
            inner = self.through(body, bound, meaning)
            if isinstance(inner, ast.For) and _same(inner.iter, loop.iter):
                bound |= _names(inner.target)
            elif isinstance(inner, ast.If) and not inner.orelse:
                while not _is_true(inner):
                    if not self.is_free(_first(inner.test), bound, meaning):
                        return
                    yield inner, meaning
            else:
                return
            body = inner.body

    def through(
        self, body: list[ast.stmt], bound: set[str], meaning: _Meaning
    ) -> ast.stmt | None:
        """Return the one statement of a body, behind what is assigned first."""
        *before, last = [each for each in body if not isinstance(each, ast.Pass)] or [
            ast.Pass()
        ]
        for each in before:
            if not isinstance(each, ast.Assign):
                return None
            target, value = each.targets[0], _with(meaning, each.value)
            if isinstance(target, ast.Name) and _is_plain(value):
                meaning[target.id] = value
            elif _is_thunk(value):
                bound |= _names(target)  # evaluated only where it is asked for
            else:
                return None
        return last

    def is_free(self, test: ast.expr, bound: set[str], meaning: _Meaning) -> bool:
        """Whether a condition is the same for all elements."""
        meant = _with(meaning, test)
        return self.is_pure(meant) and not _names(meant) & bound

    def is_pure(self, node: ast.AST) -> bool:
        """Whether evaluating it does nothing besides."""
        return not any(
            name in self.effects or name.startswith(_UNKNOWN) or self.has_effect(name)
            for name in _names(node)
            if name not in _SAFE
        )


_Meaning = dict[str, ast.expr]
"""What stands for names that were assigned: it may be evaluated anywhere."""

_SAFE: Final = frozenset({"eq", "every", "except_at", "except_with", "elements"})
"""Functions of the runtime that begin with the letters of unknown ones."""


def _names(*nodes: ast.AST) -> set[str]:
    return {
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name)
    }


def _same(one: ast.expr, other: ast.expr) -> bool:
    """Whether two loops go through one set, so that both do or neither does."""
    plain = isinstance(one, ast.Call) and all(
        isinstance(each, ast.Name) for each in one.args
    )
    return plain and ast.dump(one) == ast.dump(other)


def _first(test: ast.expr) -> ast.expr:
    return test.values[0] if _is_and(test) else test


def _is_and(test: ast.expr) -> TypeGuard[ast.BoolOp]:
    return isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)


def _is_true(holder: ast.If) -> bool:
    """Whether nothing is left of a condition."""
    return isinstance(holder.test, ast.Constant) and holder.test.value is True


def _taken(holder: ast.If) -> ast.expr:
    """Take the first condition out of an IF."""
    test = holder.test
    if _is_and(test):
        first, *rest = test.values
        holder.test = rest[0] if len(rest) == 1 else ast.BoolOp(ast.And(), rest)
        return first
    holder.test = ast.Constant(value=True)
    return test


def _guarded(values: ast.expr, test: ast.expr) -> ast.expr:
    """Return the elements, or none if the condition is false."""
    made = ast.parse("guarded(values, lambda: test)", mode="eval").body
    assert isinstance(made, ast.Call)  # noqa: S101 - written just above
    thunk = made.args[1]
    assert isinstance(thunk, ast.Lambda)  # noqa: S101 - as above
    made.args[0], thunk.body = values, test
    return made


def _is_plain(value: ast.expr) -> bool:
    """Whether it is a name, a literal, or a tuple of these."""
    if isinstance(value, ast.Tuple):
        return all(map(_is_plain, value.elts))
    return isinstance(value, ast.Name | ast.Constant)


def _is_thunk(value: ast.expr) -> bool:
    """Whether assigning it evaluates nothing."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        is_once = value.func.id == "once" and len(value.args) == 1
        return is_once and isinstance(value.args[0], ast.Lambda)
    return isinstance(value, ast.Lambda)


class _Meant(ast.NodeTransformer):
    """Puts what names stand for in their place; of a tuple, the part asked for."""

    def __init__(self, meaning: _Meaning) -> None:
        self.meaning = meaning

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.meaning.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Name("apply"),
                args=[ast.Tuple(elts=parts), ast.Constant(value=int(place))],
            ) if 1 <= place <= len(parts):
                return parts[place - 1]
        return node


def _with(meaning: _Meaning, value: ast.expr) -> ast.expr:
    if not meaning:
        return value
    copy = ast.parse(ast.unparse(value), mode="eval").body
    found: ast.expr = _Meant(meaning).visit(copy)
    return found
