"""What of the spec runs have reached: actions, what followed what, and conjuncts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pyspec.conformance.coverage import (
    parts_of,
    place_of,
    touching_calls,
    whole_actions,
)
from pyspec.conformance.walk import shape_of
from pyspec.errors import PyspecError
from pyspec.language.touched import Step
from pyspec.trace.model import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from pyspec.conformance import Spec
    from pyspec.conformance.walk import Shape
    from pyspec.language.state import State
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Event
    from pyspec.values import Value

__all__ = ["Conjuncts", "Reached", "Tally"]

_FIRST: Final = 12
"""Of each pair of actions so many steps are looked into, whatever comes later."""
_EVERY: Final = 64
"""Of all other steps, one of so many: to look into one takes a millisecond."""

SKIPPED: Final = "SKIP"


@dataclass(slots=True)
class Tally:
    """Counts of runs: `followed` of pairs `A > B`, `parts` by their places."""

    actions: Counter[str] = field(default_factory=Counter)
    followed: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add another's counts."""
        self.actions.update(other.actions)
        self.followed.update(other.followed)
        self.parts.update(other.parts)

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return an object for another process."""
        return {
            "actions": dict(self.actions),
            "followed": dict(self.followed),
            "parts": dict(self.parts),
        }

    @classmethod
    def of_json(cls, data: Mapping[str, Mapping[str, int]]) -> Tally:
        """Return what `as_json` gave."""
        return cls(*(Counter(data[name]) for name in ("actions", "followed", "parts")))

    @property
    def features(self) -> set[str]:
        """All that was reached, each by a word of its own."""
        return {*self.actions, *self.followed, *self.parts}


class Conjuncts:
    """Tells which parts of an action a step went through."""

    def __init__(
        self,
        spec: Spec,
        constants: Mapping[str, Value],
        toolchain: Callable[[], Toolchain],
    ) -> None:
        """Compile what tells; it takes some seconds the first time."""
        facts = self._facts = spec.facts
        whole = [*whole_actions(facts)]
        given = [(action, (True,) * len(known)) for action, known in whole]
        shapes = [*dict.fromkeys((*whole, *given))]
        self._names: dict[Shape, str] = {s: f"pxC_{n}" for n, s in enumerate(shapes)}
        self._touching = touching_calls(spec, constants, self._names, toolchain)
        self.parts = parts_of(self._touching, facts, facts.actions)
        self._known = {action: frozenset(parts) for action, parts in self.parts.items()}

    def step(
        self,
        call: Call,
        arguments: tuple[Value, ...],
        before: State,
        after: State,
    ) -> tuple[str, Step] | None:
        """Return a step to be looked into; None for a form of a call that is rare."""
        name = self._names.get(shape_of(call, self._facts))
        return (
            None
            if name is None
            else (call.action, Step(name, arguments, before, after))
        )

    def touched(self, steps: Iterable[tuple[str, Step]]) -> Counter[str]:
        """Count the parts that these steps went through, each as `A: place`."""
        steps, found = list(steps), Counter[str]()
        places = self._touching.touched([step for _, step in steps], lambda: None)
        for (action, _), touched in zip(steps, places, strict=True):
            own = self._known.get(action, frozenset())
            there = {place_of(at) for at in touched or ()}
            found.update(f"{action}: {place}" for place in there & own)
        return found

    def table(self) -> list[dict[str, Any]]:
        """Return all parts, for people."""
        return [
            {
                "key": f"{action}: {place}",
                "action": action,
                "file": part.file,
                "line": part.line,
                "column": part.column,
                "role": part.role,
                "text": part.text,
            }
            for action, parts in self.parts.items()
            for place, part in parts.items()
        ]


class Reached:
    """Notes what one run reaches.

    What is looked into depends on what was before it, in this run and in those
    before: never on time.
    """

    def __init__(self, conjuncts: Conjuncts | None, before: Counter[str]) -> None:
        self.tally = Tally()
        self._conjuncts = conjuncts
        self._before = before
        self._last = ""
        self._steps: list[tuple[str, Step]] = []

    def note(
        self,
        event: Event,
        arguments: Callable[[Call], tuple[Value, ...]],
        before: AbstractSet[State],
        after: AbstractSet[State],
    ) -> None:
        """Note an event, and the states that the spec may have been in."""
        step = event.steps[-1]
        name = step.action if isinstance(step, Call) else SKIPPED
        pair = f"{self._last} > {name}"
        self.tally.actions[name] += 1
        if self._last:
            self.tally.followed[pair] += 1
        self._last = name
        if self._conjuncts is None or not isinstance(step, Call):
            return
        self._before[pair] += 1
        number = self._before[pair]
        is_wanted = number <= _FIRST or number % _EVERY == 0
        if is_wanted and len(before) == len(after) == 1:
            (old,), (new,) = islice(before, 1), islice(after, 1)
            made = self._conjuncts.step(step, arguments(step), old, new)
            if made is not None:
                self._steps.append(made)

    def done(self) -> Tally:
        """Return what was reached."""
        if self._conjuncts is not None and self._steps:
            try:
                self.tally.parts = self._conjuncts.touched(self._steps)
            except PyspecError:
                self._conjuncts = None
        return self.tally
