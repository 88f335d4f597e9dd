"""Expressions over a spec that stand in no file of it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.load import Source
    from pyspec.language.state import State
    from pyspec.values import Value

__all__ = ["evaluator"]

_MODULE: Final = "PyspecExpression"
_NAME: Final = "PyspecValue"
_REMEMBERED: Final = 256


def evaluator(source: Source) -> Callable[[str, State], Value]:
    """Return what evaluates TLA+ text in states of a spec.

    Each new text takes a run of SANY, half a second; the value of one that was
    compiled before takes microseconds.
    """

    @lru_cache(maxsize=_REMEMBERED)
    def function(text: str) -> Callable[[State], Value]:
        return _compiled(source, text)

    return lambda text, state: function(text)(state)


def _compiled(source: Source, text: str) -> Callable[[State], Value]:
    from pyspec.language.load import Source, compiled  # noqa: PLC0415 - it imports us

    _refuse(text)
    config: Any = replace(
        source.config,
        specification=None,
        init=None,
        next=None,
        invariants=(),
        properties=(),
        constraints=(),
        action_constraints=(),
        symmetry=None,
        view=_NAME,
    )
    with tempfile.TemporaryDirectory(prefix="pyspec-expression-") as folder:
        module = Path(folder) / f"{_MODULE}.tla"
        head = f"---- MODULE {_MODULE} ----\nEXTENDS {source.module.stem}\n"
        module.write_text(f"{head}{_NAME} ==\n{text}\n====\n", encoding="utf-8")
        made = Source(module, config, (Path(folder), *source.folders))
        try:
            spec = compiled(made).spec()
        except Mistake as problem:
            raise _of_the_text(problem, text) from None
    view = spec.view
    if view is None:
        raise Mistake("the expression has no value", found=text)
    return view


def _refuse(text: str) -> None:
    """Refuse text that is more than an expression."""
    if not text.strip() or "====" in text or "----" in text or "==" in _plain(text):
        raise Mistake(
            "this is no expression", expected="one expression of TLA+", found=text
        )


def _plain(text: str) -> str:
    """Return the text without the LETs in which definitions may stand."""
    return "" if "LET" in text else text


def _of_the_text(problem: Mistake, text: str) -> Mistake:
    """Return an error about the text, which is what its reader knows of."""
    return Mistake(f"the expression cannot be evaluated: {problem.message}", found=text)
