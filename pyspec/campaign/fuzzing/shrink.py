"""A failing run, made small: what need not happen for it to fail is left out.

Each part of a schedule is a run of the protocol as well, so happenings are left
out by halves, by quarters, and in the end one by one (delta debugging: Zeller &
Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28(2),
2002).  Before that, all of a process and all of a kind at once, and processes
altogether.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from refimpl.sim.schedule import Happening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pyspec.campaign.fuzzing.judge import Failure, Judge, Ran
    from refimpl.protocol import Faults, Protocol
    from refimpl.sim.schedule import Clock
    from refimpl.triggers import ProcessId

__all__ = ["Shrinking", "Small"]

_FEW: Final = 32
"""Of so many happenings all pairs are tried."""

_SEEDS: Final = 40
"""Runs with fewer processes that are tried to fail likewise."""


@dataclass(frozen=True, slots=True)
class Small:
    """The smallest failing run that was found.

    - runs: how many were tried
    - is_least: no single happening can be left out; else the time was over
    """

    protocol: Protocol
    ran: Ran
    runs: int
    is_least: bool


class Shrinking:
    """Shrinks one failure of one seed within a time.

    `better` is called with each smaller run that fails likewise.
    """

    def __init__(  # noqa: PLR0913 - what is shrunk, and how
        self,
        judge: Judge,
        seed: int,
        faults: Faults,
        failure: Failure,
        *,
        events: int,
        seconds: float,
        better: Callable[[Small], None] = lambda _: None,
    ) -> None:
        self._judge = judge
        self.seed = seed
        self._faults = faults
        self._sign = failure.sign
        self._rest = faults.stay_down if failure.what == "owes" else None
        self._events = events
        self._seconds = seconds
        self._ends = self._until = time.monotonic() + seconds
        self._better = better
        self._runs = 0
        self._clocks: Mapping[ProcessId, Clock] = {}
        self._known: set[tuple[Happening, ...]] = set()

    def shrunk(self) -> Small | None:
        """Return the smallest run; None if the failure does not come again."""
        first = self._judge.drawn(self.seed, self._faults, self._events, noted=True)
        if first.failure is None or first.failure.sign != self._sign:
            return None
        self._protocol = self._judge.protocol
        best = self._steered(first)
        if best is None:
            return None
        self._best = best
        self._large_left_out(0.25)
        self._fewer_processes(0.25)
        self._until = self._ends
        is_least = self._left_out()
        return Small(self._protocol, self._best, self._runs, is_least)

    # -------------------------------------------------------- trying

    def _fails(self, happenings: Sequence[Happening]) -> Ran | None:
        """Return the run with these happenings if it fails likewise."""
        self._runs += 1
        ran = self._judge.steered(
            self.seed,
            happenings,
            protocol=self._protocol,
            rest=self._rest,
            events=2 * self._events,
            clocks=self._clocks,
        )
        fails = ran.failure is not None and ran.failure.sign == self._sign
        return ran if fails else None

    def _steered(self, drawn: Ran) -> Ran | None:
        """Return a run done again if it fails likewise, with right clocks if it can."""
        before = self._clocks
        for clocks in ({}, drawn.clocks):
            self._clocks = clocks
            found = self._fails(drawn.happenings)
            if found is not None:
                return found
        self._clocks = before
        return None

    def _try(self, happenings: Sequence[Happening]) -> bool:
        """Go on with these happenings if they fail likewise."""
        key = tuple(happenings)
        if key in self._known:
            return False
        self._known.add(key)
        found = self._fails(happenings)
        if found is None:
            return False
        self._best = found
        self._better(Small(self._protocol, found, self._runs, is_least=False))
        return True

    @property
    def _now(self) -> list[Happening]:
        return self._best.happenings

    @property
    def _over(self) -> bool:
        return time.monotonic() > self._until

    def _takes(self, share: float) -> None:
        """Let what begins now take this share of all the time."""
        until = time.monotonic() + share * self._seconds
        self._until = min(until, self._ends)

    # -------------------------------------------------------- fewer processes

    def _fewer_processes(self, share: float) -> None:
        """Each number of processes has to be compiled for: it may be in vain."""
        self._takes(share)
        while self._protocol.smaller is not None and not self._over:
            if not self._without_a_process(self._protocol.smaller()):
                return

    def _without_a_process(self, smaller: Protocol) -> bool:
        """Go on with fewer processes if what they do can fail likewise."""
        before, best = self._protocol, self._best
        self._protocol = smaller
        names = {name for role in smaller.roles for name in role.ids}
        found = self._fails([each for each in best.happenings if _is_of(each, names)])
        if found is None:
            found = self._found_anew()
        if found is None:
            self._protocol = before
            return False
        self._best = found
        self._known.clear()  # what was tried was tried with more processes
        self._better(Small(smaller, found, self._runs, is_least=False))
        return True

    def _found_anew(self) -> Ran | None:
        for seed in range(self.seed, self.seed + _SEEDS):
            if self._over:
                return None
            self._runs += 1
            ran = self._judge.drawn(
                seed, self._faults, self._events, protocol=self._protocol, noted=True
            )
            if ran.failure is not None and ran.failure.sign == self._sign:
                before, self.seed = self.seed, seed
                found = self._steered(ran)
                if found is not None:
                    return found
                self.seed = before
        return None

    # -------------------------------------------------------- fewer happenings

    def _large_left_out(self, share: float) -> None:
        """Leave out much at a time, which makes all further tries shorter."""
        self._takes(share)
        for part in self._large_parts():
            if self._over:
                return
            self._try([each for each in self._now if not part(each)])
        self._halves()

    def _halves(self) -> None:
        """Leave out half of it in a row, or a quarter, and so on."""
        size = len(self._now) // 2
        while size > 1:
            self._chunks(size)
            size //= 2

    def _left_out(self) -> bool:
        """Leave out what can be; return whether nothing more can, one by one."""
        self._halves()
        while not self._over:
            if not (self._chunks(1) or self._milder() or self._pairs()):
                return not self._over
        return False

    def _large_parts(self) -> Iterator[Callable[[Happening], bool]]:
        """Yield all that happens to a process, and all of a kind."""
        for name in sorted({each.who for each in self._now}):
            yield lambda each, name=name: name in {each.who, each.sender}  # type: ignore[misc]  # bound now
        for kind in ("lose", "copy", "fire"):
            yield lambda each, kind=kind: each.kind == kind  # type: ignore[misc]  # likewise
        yield lambda each: each.kind in {"crash", "restart"}

    def _chunks(self, size: int) -> bool:
        """Leave out so many in a row wherever that can be, from the end on."""
        any_left_out = False
        end = len(self._now)
        while end > 0 and not self._over:
            start = max(end - size, 0)
            if self._try([*self._now[:start], *self._now[end:]]):
                any_left_out = True
            end = min(start, len(self._now))
        return any_left_out

    def _pairs(self) -> bool:
        """Leave out two things that only go together, as a crash and its restart."""
        number = len(self._now)
        if number > _FEW:
            return False
        for later in range(number - 1, 0, -1):
            for sooner in range(later):
                gone = {sooner, later}
                less = [h for n, h in enumerate(self._now) if n not in gone]
                if self._over or self._try(less):
                    return not self._over
        return False

    def _milder(self) -> bool:
        """Let no crash come amid steps, and nothing survive one, where possible."""
        changed = False
        place = len(self._now)
        while place > 0 and not self._over:
            place = min(place, len(self._now)) - 1  # a try can make it shorter
            before, after = self._now[:place], self._now[place + 1 :]
            plainer = _plainer(self._now[place])
            if any(self._try([*before, each, *after]) for each in plainer):
                changed = True
        return changed


def _plainer(happening: Happening) -> Iterator[Happening]:
    """Yield a happening without its crash, and that crash alone."""
    plain = replace(happening, doom=None, crash_after=None, kept=())
    if plain != happening:
        yield plain
    if happening.doom is not None or happening.crash_after is not None:
        yield Happening("crash", happening.who, happening.at_ns)


def _is_of(happening: Happening, names: AbstractSet[ProcessId]) -> bool:
    sender = happening.sender
    return happening.who in names and (sender is None or sender in names)
