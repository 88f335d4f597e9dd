"""Runs of an implementation made of a few numbers, for tests that draw them.

A *course* is what happened in a run, one thing after another.  `drawn` makes one
from any numbers: at each moment it orders what can happen, takes the first, and at
a few places another.  What comes first is benign: processes come back, messages
arrive in the order in which they were sent, and timers fire when they are due; faults
come last.  So smaller numbers are calmer runs, and fewer of them shorter ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, get_args

from pyspec.trace.model import End
from refimpl.protocol import Faults
from refimpl.sim.dice import Doom
from refimpl.sim.recorder import Recorder
from refimpl.sim.schedule import Kind
from refimpl.sim.steered import Steered
from refimpl.sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyspec.trace.model import Trace
    from pyspec.values import Value
    from refimpl import protocol as refimpl_protocol
    from refimpl.sim.schedule import Happening

    Implementation: TypeAlias = refimpl_protocol.Protocol

__all__ = [
    "Bounds",
    "Course",
    "FaultPlan",
    "Turn",
    "drawn",
    "faults_within",
    "run",
]


class _Printer(Protocol):
    """What Hypothesis, as IPython, prints values with."""

    def text(self, text: str) -> None: ...


Turn: TypeAlias = tuple[int, int]
"""Of which kind another thing happens: 0 without a fault, 1 a copy, 2 a loss,
3 a crash, 4 a crash amid the steps of a process; and which of them, from 0 and
around."""

_KINDS: Final = get_args(Kind)
_BENIGN: Final = ("restart", "deliver", "fire")


@dataclass(frozen=True, slots=True)
class Bounds:
    """At most so many faults of each kind in one run."""

    losses: int = 2
    copies: int = 2
    crashes: int = 2


@dataclass(frozen=True, slots=True)
class Course:
    """What happens in one run, in order; `seed` decides what processes draw."""

    protocol: Implementation
    happenings: tuple[Happening, ...]
    seed: int = 0

    def trace(self) -> Trace:
        """Let it happen; whatever the implementation raises is raised here."""
        system = Steered(self.protocol, self.seed, Recorder(self.protocol))
        system.take_all(self.happenings)
        goes_on = any(each.kind in _BENIGN for each in system.possible())
        meta: dict[str, Value] = {"recorder": "refimpl", "seed": self.seed}
        assert system.recorder is not None  # noqa: S101 - it was given
        return system.recorder.trace(meta, End.CUT if goes_on else End.QUIESCENT)

    def __repr__(self) -> str:
        lines = [_told(each) for each in self.happenings] or ["nothing"]
        happens = "".join(f"\n    {line}" for line in lines)
        return f"<{self.protocol.slug}, seed {self.seed}:{happens}>"

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:  # noqa: FBT001 - as printers call it
        del cycle
        printer.text(repr(self))


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """One run of the simulator: its seed, what goes wrong at most, how long."""

    protocol: Implementation
    seed: int
    faults: Faults
    max_events: int = 200

    def trace(self) -> Trace:
        """Simulate it; whatever the implementation raises is raised here."""
        return World(self.protocol, self.seed, self.faults).record(self.max_events)

    def __repr__(self) -> str:
        usual = Faults()
        given = {
            name: value
            for name in Faults.__dataclass_fields__
            if (value := getattr(self.faults, name)) != getattr(usual, name)
        }
        told = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"<{self.protocol.slug}, seed {self.seed}, {told or 'no faults'}>"

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:  # noqa: FBT001 - as printers call it
        del cycle
        printer.text(repr(self))


def faults_within(losses: int, copies: int, crashes: int) -> Faults:
    """Return a fault model with so many faults at most, each of them likely."""
    return Faults(
        losses=losses,
        duplications=copies,
        crashes=crashes,
        loss_percent=20,
        duplication_percent=20,
        crash_percent=10,
    )


def run(what: Course | FaultPlan) -> Trace:
    """Run an implementation as it was drawn, and return the trace."""
    return what.trace()


def drawn(
    protocol: Implementation,
    turns: Mapping[int, Turn],
    *,
    length: int,
    bounds: Bounds,
    seed: int = 0,
) -> Course:
    """Return the course of at most `length` happenings that these numbers stand for.

    `turns` are by the place of a happening, from 0; elsewhere the first thing that
    is no fault happens.  Where there is none, the next turn comes at once.  A turn
    to what cannot happen there is left out.

    It ends sooner where nothing but faults can happen and no turn is left, or where
    the implementation raises.
    """
    system = Steered(protocol, seed)
    system.start()
    used, left = _Used(bounds), sorted(turns.items(), reverse=True)
    course: list[Happening] = []
    while len(course) < length:
        chosen = _next(_choices(system, used), len(course), left)
        if chosen is None:
            break
        course.append(chosen)
        try:
            used.take(system, chosen)
        except Exception:  # noqa: BLE001 - whoever runs the course gets it, too
            break
    return Course(protocol, tuple(course), seed)


def _next(
    choices: tuple[list[Happening], ...], place: int, left: list[tuple[int, Turn]]
) -> Happening | None:
    """Return what happens next; takes the turns that it uses from those left."""
    benign = choices[0]
    while left and (left[-1][0] <= place or not benign):
        kind, which = left.pop()[1]
        among = choices[kind % len(choices)]
        if among:
            return among[which % len(among)]
    return benign[0] if benign else None


@dataclass(slots=True)
class _Used:
    """Counts faults; what is left of them."""

    bounds: Bounds
    counts: Counter[str] = field(default_factory=Counter)

    def allows(self, kind: str) -> bool:
        most: int = getattr(self.bounds, kind)
        return self.counts[kind] < most

    def take(self, system: Steered, happening: Happening) -> None:
        node = system.nodes[happening.who]
        was_up = node.process is not None
        if happening.kind == "copy":
            self.counts["copies"] += 1
        if happening.kind == "lose" or (happening.kind == "deliver" and not was_up):
            self.counts["losses"] += 1
        system.take(happening)
        if was_up and node.process is None:
            self.counts["crashes"] += 1


def _choices(system: Steered, used: _Used) -> tuple[list[Happening], ...]:
    """Return what can happen: without a fault, copies, losses, crashes, amid steps."""
    possible = [*system.possible()]
    of = {kind: [each for each in possible if each.kind == kind] for kind in _KINDS}
    up = {name for name, node in system.nodes.items() if node.process is not None}
    arriving = [each for each in of["deliver"] if each.who in up]
    vain = [each for each in of["deliver"] if each.who not in up]
    firing = sorted(of["fire"], key=lambda each: _due_ns(system, each))
    return (
        [*of["restart"], *arriving, *firing],
        of["copy"] if used.allows("copies") else [],
        [*of["lose"], *vain] if used.allows("losses") else [],
        of["crash"] if used.allows("crashes") else [],
        [*_amid(system, [*arriving, *firing])] if used.allows("crashes") else [],
    )


def _amid(system: Steered, happenings: Iterable[Happening]) -> Iterator[Happening]:
    """Yield what ends in a crash, if it takes several steps or forces its log."""
    for each in happenings:
        if system.nodes[each.who].role.crash is not None:
            yield replace(each, crash_after=1)
            yield replace(each, doom=(0, Doom.BEFORE))
            yield replace(each, doom=(0, Doom.AFTER))


def _due_ns(system: Steered, happening: Happening) -> int:
    assert happening.timer is not None  # noqa: S101 - it fires
    return system.nodes[happening.who].timers[happening.timer.name].due_ns


def _told(happening: Happening) -> str:
    """Return what happens, in words."""
    what = happening.timer.name if happening.timer else happening.message
    text = f"{happening.kind} {happening.who}" + (f": {what}" if what else "")
    if happening.crash_after is not None:
        return f"{text}, and crash after {happening.crash_after} steps"
    if happening.doom is not None:
        return f"{text}, and crash {happening.doom[1].value}"
    return text
