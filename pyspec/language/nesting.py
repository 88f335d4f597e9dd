"""Python's limits on nesting: twenty loops in one function, and how to keep to them.

A spec with thirty variables that each are drawn from a set is nothing unusual.
What is nested deeper than Python allows becomes a function of its own.
"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from sys import getrecursionlimit, setrecursionlimit
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["room_for_depth", "within_limits"]

_MOST_LOOPS: Final = 16
_DEEP: Final = 12_000
"""Python's frames while compiling: some ten for each level of nesting."""


def within_limits(lines: list[str], *, gives: bool) -> list[str]:
    """Return the body of a function with its deepest loops in functions of their own.

    `gives`: the function is a generator; else it returns True, or goes on.
    """
    loops = [line for line in lines if line.lstrip().startswith("for ")]
    if len(loops) <= _MOST_LOOPS:
        return lines
    head = "def f():\n"
    tree = ast.parse(head + "\n".join(lines))
    outer = tree.body[0]
    assert isinstance(outer, ast.FunctionDef)  # noqa: S101 - written just above
    _Outliner(gives=gives).into(outer, 0)
    text = ast.unparse(ast.fix_missing_locations(tree))
    return text.split("\n")[1:]


class _Outliner:
    """Moves loops that are too deep into functions."""

    def __init__(self, *, gives: bool) -> None:
        self._gives = gives
        self._made = 0

    def into(self, node: ast.AST, depth: int) -> None:
        """Go through all blocks of a statement."""
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(
                    node, name, [new for old in block for new in self.of(old, depth)]
                )

    def of(self, statement: ast.stmt, depth: int) -> list[ast.stmt]:
        """Return what stands for a statement."""
        if not isinstance(statement, ast.For):
            self.into(statement, depth)
            return [statement]
        if depth < _MOST_LOOPS:
            self.into(statement, depth + 1)
            return [statement]
        self.into(statement, 1)
        return self.moved(statement)

    def moved(self, loop: ast.For) -> list[ast.stmt]:
        """Return a function of a loop, and its call."""
        self._made += 1
        name = f"u{self._made}"
        idle = "    if False: yield\n" if self._gives else ""
        call = f"yield from {name}()" if self._gives else f"if {name}(): return True"
        made = ast.parse(f"def f():\n  def {name}():\n{idle}    pass\n  {call}").body[0]
        assert isinstance(made, ast.FunctionDef)  # noqa: S101 - written just above
        function = made.body[0]
        assert isinstance(function, ast.FunctionDef)  # noqa: S101 - written just above
        function.body[-1] = loop
        return made.body


@contextmanager
def room_for_depth() -> Iterator[None]:
    """Let nested expressions be compiled; say by name what is nested too deeply."""
    before = getrecursionlimit()
    setrecursionlimit(max(before, _DEEP))
    try:
        yield
    except (RecursionError, MemoryError) as error:
        raise _too_deep() from error
    except SyntaxError as error:
        if "too many" not in str(error):
            raise
        raise _too_deep() from error
    finally:
        setrecursionlimit(before)


def _too_deep() -> Mistake:
    return Mistake(
        "the spec is nested too deeply to be compiled",
        expected="some hundred levels of parentheses, IF, LET or quantifiers at most",
        hint="give names to inner expressions, in definitions of their own",
    )
