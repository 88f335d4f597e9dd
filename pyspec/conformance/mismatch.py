"""Why no step of a trace spec matches the next line of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.errors import PyspecError
from pyspec.language.excerpts import Excerpts, short
from pyspec.language.load import twin
from pyspec.language.logs import LEVEL
from pyspec.language.runtime.errors import EvaluationError, text_of
from pyspec.tla2tools.modules import involved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspec.conformance.log_search import LogSearch
    from pyspec.language.load import Source
    from pyspec.language.noted import Note, Noted
    from pyspec.language.program import Step
    from pyspec.language.reasons import Reason
    from pyspec.language.state import State
    from pyspec.language.twin import Twin
    from pyspec.tla2tools import Toolchain

__all__ = ["Mismatch", "Told", "mismatches"]

_MOST_STATES: Final = 5
_MOST_SHOWN: Final = 3
_MOST_ENABLED: Final = 8


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A conjunct that is false, behind others that are true.

    - text, file, line: the conjunct, and where it stands
    - action: the operators around it, the outermost first
    - values: pairs of a text and the value that it has
    - inside: lines that say what in it is false
    - state: pairs of a variable and its value in the candidate state
    """

    text: str
    file: str
    line: int
    action: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    inside: tuple[str, ...] = ()
    state: tuple[tuple[str, str], ...] = ()


class Told(NamedTuple):
    """What there is to say: the nearest mismatches, and what is enabled."""

    reasons: tuple[Mismatch, ...] = ()
    enabled: tuple[str, ...] = ()


def mismatches(
    search: LogSearch,
    source: Source,
    toolchain: Callable[[], Toolchain] | None,
    noted: Callable[[], Noted],
) -> Told:
    """Ask the states that have matched most why nothing matches more.

    What cannot be evaluated once more is left out: the verdict stands.
    """
    try:
        return _Teller(search, source, toolchain, noted().anew()).told()
    except (PyspecError, RecursionError, SyntaxError):
        return Told()


class _Teller:
    def __init__(
        self,
        search: LogSearch,
        source: Source,
        toolchain: Callable[[], Toolchain] | None,
        noted: Noted,
    ) -> None:
        files = involved(source.module, source.folders)
        self.search = search
        self.excerpts = Excerpts(files)
        self.twin: Twin = twin(source, toolchain)
        self.noted = noted

    def told(self) -> Told:
        """Return the nearest mismatches, and what was enabled but did not match."""
        notes: list[tuple[Note, State]] = []
        enabled: dict[str, None] = {}
        for number in self.search.furthest[:_MOST_STATES]:
            state = self.search.states[number]
            found = self.of_state(number, state, enabled)
            notes += [(note, state) for note in found]
        deepest = max((note.depth for note, _ in notes), default=0)
        nearest: dict[object, Mismatch] = {}
        for note, state in notes:
            if note.depth == deepest and note.place.at is not None:
                nearest.setdefault(note.place, self.mismatch(note, state))
        return Told(
            tuple(nearest.values())[:_MOST_SHOWN], tuple(enabled)[:_MOST_ENABLED]
        )

    def of_state(
        self, number: int, state: State, enabled: dict[str, None]
    ) -> Iterator[Note]:
        """Return what is false of steps from a state, and of those cut off."""
        self.search.registers[LEVEL] = self.search.levels[number]
        try:
            steps = list(self.search.spec.successors(state))
            for step in steps:
                if step.state != state:
                    enabled[_call(step)] = None
                yield from self.noted.of_cut(state, step.state)
            yield from self.noted.of_steps(state)
        except EvaluationError:
            return

    def mismatch(self, note: Note, state: State) -> Mismatch:
        """Put a note into words."""
        place = note.place
        assert place.at is not None  # noqa: S101 - the caller looked
        values = note.values
        count = len(place.parts) if len(values) >= len(place.parts) else 0
        operands = zip(map(self.excerpts.text, place.parts), values, strict=False)
        names = zip(place.names, values[count:], strict=False)
        shown = {
            text: short(value)
            for text, value in (*operands, *names)
            if text and text != text_of(value)
        }
        variables = self.search.spec.variables
        return Mismatch(
            text=self.excerpts.text(place.at),
            file=self.excerpts.file(place.at.module),
            line=place.at.line,
            action=place.inside,
            values=tuple(shown.items()),
            inside=tuple(self.inside(note, state)),
            state=tuple(zip(variables, map(short, state), strict=True)),
        )

    def inside(self, note: Note, state: State) -> Iterator[str]:
        """Say what is false in an operator that a conjunct applies."""
        name, count = note.place.operator, len(note.place.parts)
        if name is None or len(note.values) < count:
            return
        found: Reason | None = self.twin.explain_step(
            name, note.values[:count], state, state
        )
        for leaf in found.leaves() if found is not None else ():
            if not leaf.holds and leaf.place:
                yield f"{leaf.text} is false  {leaf.place}"
                yield from (f"    {text} = {value}" for text, value in leaf.values)


def _call(step: Step) -> str:
    arguments = ", ".join(map(text_of, step.arguments))
    return f"{step.action}({arguments})" if arguments else step.action
