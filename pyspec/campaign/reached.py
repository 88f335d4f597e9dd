"""What driving an implementation by its spec showed, judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.campaign.driven import drive
from pyspec.conformance import Judgement, NativeEngine, ask, load_spec
from pyspec.conformance.prose import lines_of
from pyspec.errors import Exit
from pyspec.language.load import locate, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspec.campaign.driven import Driven, Effort, Label, Tally
    from pyspec.conformance import Verdict
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Trace
    from refimpl.protocol import Protocol

__all__ = ["Reached", "reach"]

_EXPLAINED: Final = 3
"""Differences whose reasons are looked for."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What was found, and what of it is wrong.

    - declared: actions that the implementation is said never to take, with reasons
    - owing: runs that came to an end while fairness demands an action
    - replay: what holds traces to the spec
    """

    driven: Driven
    declared: Mapping[str, str]
    owing: tuple[Verdict, ...]
    replay: Callable[[Sequence[Trace]], list[Verdict]]

    @property
    def headline(self) -> str:
        """How many actions were reached."""
        driven = self.driven
        taken = sum(tally.taken > 0 for tally in driven.by_action().values())
        told = f"{taken} of {len(driven.actions)} actions taken"
        if driven.untried:
            told += f", {len(driven.untried)} allowed nowhere"
        return f"{told}, {driven.places:,} places, {len(driven.pairs):,} pairs"

    @property
    def problems(self) -> list[str]:
        """What is wrong, the worst first."""
        found = [str(each) for each in self.driven.differences]
        found += [f"{each.headline}, at rest" for each in self.owing]
        return [*found, *self._misdeclared(), *self._unreached()]

    def reasons(self) -> Iterator[str]:
        """Yield why the spec does not allow the first of the steps that differ."""
        first = [each.trace for each in self.driven.differences if not each.raised]
        for verdict in self.replay(first[:_EXPLAINED]):
            if verdict.judgement is Judgement.REJECTED:
                yield from lines_of(verdict)

    @property
    def exit(self) -> Exit:
        """Undecided if time ran out and nothing but time may be missing."""
        if self.driven.differences or self.owing or any(self._misdeclared()):
            return Exit.VIOLATION
        if any(self._unreached()):
            return Exit.VIOLATION if self.driven.is_whole else Exit.UNDECIDED
        return Exit.FINE

    def _unreached(self) -> Iterator[str]:
        told = {each.label.action for each in self.driven.differences if each.label}
        told |= self.declared.keys()
        for label, tally in self.driven.unreached.items():
            if label.action not in told:
                yield f"unreached: {_in_vain(label, tally)}"

    def _misdeclared(self) -> Iterator[str]:
        known = self.driven.by_action()
        for name in self.declared:
            if name not in known:
                yield f"declared as unreached, but no action of the spec: {name}"
            elif known[name].taken:
                number = known[name].taken
                yield f"declared as unreached, but taken {number} times: {name}"


def reach(
    protocol: Protocol,
    module: Path,
    toolchain: Callable[[], Toolchain],
    effort: Effort,
    declared: Mapping[str, str],
) -> Reached:
    """Drive an implementation by its spec, and judge what came to an end.

    `declared` gives a reason for each action that it never takes.
    """
    source = locate(module, constants=protocol.constants)
    spec = named(source, toolchain).spec()
    driven = drive(protocol, spec, effort)

    def replay(traces: Sequence[Trace]) -> list[Verdict]:
        held = load_spec(toolchain, module)
        return NativeEngine(toolchain).decide([ask(held, each) for each in traces])

    ended = replay(driven.quiet) if driven.quiet else []
    owing = tuple(verdict for verdict in ended if _owes(verdict))
    return Reached(driven, declared, owing, replay)


def _owes(verdict: Verdict) -> bool:
    """Whether fairness demands an action where a run came to an end."""
    return verdict.fairness is not None and bool(verdict.fairness.owed)


def _in_vain(label: Label, tally: Tally) -> str:
    after = tally.after or ()
    steps = ", ".join(map(str, after)) or "the beginning"
    places = "1 place" if tally.allowed == 1 else f"{tally.allowed:,} places"
    return f"{label}, allowed in {places}; first after {steps}"
