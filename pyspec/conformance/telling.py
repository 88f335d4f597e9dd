"""Temporal formulas and what is owed, as text of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.language.excerpts import Excerpts
from pyspec.language.facts import substitute
from pyspec.language.temporal import (
    About,
    ActionPredicate,
    Always,
    And,
    Eventually,
    Formula,
    Not,
    Or,
    StatePredicate,
    StrongFairness,
    WeakFairness,
)
from pyspec.trace.model import Call, Location
from pyspec.trace.write import show_call
from pyspec.values import show

if TYPE_CHECKING:
    from pyspec.language import Facts

__all__ = ["Teller"]

_UNKNOWN: Final = "a part of it"


class Teller:
    """Tells formulas of a spec's modules in the words of these."""

    def __init__(self, facts: Facts) -> None:
        self._excerpts = Excerpts(facts.sources)

    def owed(self, leaf: Formula) -> tuple[Call | None, str]:
        """Return the action that a conjunct of the fairness demands, and its text."""
        about = _about(leaf)
        if about is None or not isinstance(leaf, WeakFairness | StrongFairness):
            return None, self.formula(leaf)
        if not about.action:
            return None, self._text(about) or _UNKNOWN
        if about.arguments is None:
            return Call(about.action), about.action
        call = Call(about.action, about.arguments or None)
        return call, show_call(call)

    def waits(self, formula: Formula) -> str:
        """Return what must come true for a formula `<>F`."""
        inside = formula.body if isinstance(formula, Eventually) else formula
        if isinstance(inside, Always):
            return f"waits for {self.formula(inside.body)} to stay true"
        return f"waits for {self.formula(inside)}"

    def formula(self, formula: Formula) -> str:
        """Return the text of a formula, as far as it stands in a module."""
        match formula:
            case Or((Not(), ActionPredicate(guard=StatePredicate()) as taken)):
                return self._told(taken)  # only WF_v(A) has this
            case ActionPredicate(guard=StatePredicate()):
                return _UNKNOWN
            case Not(body):
                return f"~({self.formula(body)})"
            case And(parts):
                return " /\\ ".join(map(self._part, parts)) or "TRUE"
            case Or(parts):
                return " \\/ ".join(map(self._part, parts)) or "FALSE"
            case Always(body):
                return f"[]({self.formula(body)})"
            case Eventually(body):
                return f"<>({self.formula(body)})"
        return self._told(formula)

    def _told(self, formula: Formula) -> str:
        about = _about(formula)
        return (about and self._text(about)) or _UNKNOWN

    def _part(self, formula: Formula) -> str:
        text = self.formula(formula)
        return text if len(text) < 2 or " " not in text else f"({text})"  # noqa: PLR2004 - a name

    def _text(self, about: About) -> str:
        if about.place is None:
            return ""
        text = self._excerpts.text(Location(*about.place))
        names: dict[str, str | None] = {name: show(v) for name, v in about.names}
        return substitute(text, names) or text


def _about(formula: Formula) -> About | None:
    tell = getattr(formula, "about", None)
    return None if tell is None else tell()
