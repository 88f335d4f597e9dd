"""What evaluating an expression can end in, other than a value.

TLC refuses what TLA+ leaves undefined (`1 = "a"`, `Head(<<>>)`) and what it
cannot compute (`Nat` enumerated).  So does this engine, in better words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.errors import Mistake
from pyspec.values.show import show

if TYPE_CHECKING:
    from pyspec.language.where import Where

__all__ = ["AssertionFails", "EvaluationError", "describe", "refused"]

_LONGEST = 300
"""Characters of a value in a message; the rest says more to nobody."""


class EvaluationError(Mistake):
    """An expression has no value: TLA+ does not say which, or TLC cannot tell.

    `at` is where in the spec, and `where` what led there, if that is known:
    whoever asks the traced code fills them in.
    """

    def __init__(
        self,
        message: str,
        *,
        at: object | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, expected=expected, found=found, hint=hint)
        self.at = at
        self.where: Where | None = None

    @property
    def place(self) -> str:
        """Where in the spec; empty if it is not known."""
        if self.file is not None or self.at is None:
            return super().place
        return str(self.at)

    def __str__(self) -> str:
        trail = () if self.where is None else self.where.lines()
        return "\n".join([super().__str__(), *trail])


class AssertionFails(EvaluationError):
    """`Assert(FALSE, out)` of module TLC was evaluated; a violation."""

    def __init__(self, out: object, *, at: object | None = None) -> None:
        text = out if isinstance(out, str) else describe(out)
        super().__init__(f"Assert is false: {text}", at=at)
        self.out = out


def refused(
    message: str,
    *,
    expected: str | None = None,
    found: object = None,
    hint: str | None = None,
) -> EvaluationError:
    """Return the error to raise; `found` is the value that does not fit."""
    shown = None if found is None else describe(found)
    return EvaluationError(message, expected=expected, found=shown, hint=hint)


def describe(value: object) -> str:
    """Return a value's text, shortened, and what kind of value it is."""
    return f"{text_of(value)} ({kind_of(value)})"


def text_of(value: object) -> str:
    """Return a value's text, shortened; lazy sets show how they were written."""
    try:
        text = show(value)  # type: ignore[arg-type] # may be lazy: see below
    except (AttributeError, KeyError, TypeError, Mistake):  # a lazy part has no text
        text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


_KINDS = {
    "int": "an integer",
    "str": "a string",
    "Bool": "a boolean",
    "ModelValue": "a model value",
    "frozenset": "a set",
    "tuple": "a tuple",
    "LazyFunction": "a function",
}


def kind_of(value: object) -> str:
    """Return a kind of value with its article: an integer, a set."""
    name = type(value).__name__
    if name == "Fn":
        return "a record" if value.is_record else "a function"  # type: ignore[attr-defined] # is an Fn
    return _KINDS.get(name, "a set")
