"""Failing runs on the disk: a trace, a schedule, and how to see it again.

Each file appears whole or not at all, and before anything else is done with the
run: whoever is killed then loses nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyspec.campaign.fuzzing.calm import CALM
from pyspec.campaign.fuzzing.history_file import history_line
from pyspec.campaign.fuzzing.schedule_file import schedule_lines
from pyspec.errors import Mistake, Unavailable
from pyspec.trace.model import End
from pyspec.trace.write import write_trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pyspec.campaign.fuzzing.judge import Failure, Ran
    from pyspec.campaign.fuzzing.subject import Subject
    from pyspec.trace.model import Trace
    from refimpl.protocol import Protocol
    from refimpl.sim.schedule import Happening

__all__ = ["Found", "Store", "command_again", "replaced"]


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a run: a history if it has clients, a schedule if there is one."""

    trace: str | None
    events: int
    schedule: str | None = None
    history: str | None = None
    why_no_schedule: str = ""


def command_again(
    subject: Subject,
    seed: int,
    settings: Sequence[str],
    events: int,
    calm: int = CALM,
) -> str:
    """Return the command that runs exactly this again."""
    words = ["pyspec", "fuzz", *subject.options, "--seed", str(seed)]
    words += ["--events", str(events), "--faults", "none"]
    words += ["--calm", str(calm)] if calm != CALM else []
    for each in settings:
        words += ["--set", each]
    return shlex.join(words)


class Store:
    """Writes what fails into one folder."""

    def __init__(self, folder: Path, subject: Subject) -> None:
        self.folder = folder
        self.subject = subject

    def name(self, seed: int, settings: Sequence[str]) -> str:
        """Return the name of a finding's files: other faults, another name."""
        key = json.dumps([self.subject.options, list(settings)])
        return f"seed-{seed}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"

    def add(
        self,
        name: str,
        ran: Ran,
        protocol: Protocol,
        seed: int,
        facts: dict[str, Any],
    ) -> Found:
        """Write a run that failed; what it says of itself goes into NAME.json."""
        end = End.CRASHED if _broke_off(ran.failure) else ran.trace.end
        trace, why_no_trace = self._trace(name, replace(ran.trace, end=end))
        schedule, why = self._schedule(name, ran, protocol, seed)
        history = self._history(name, ran)
        found = Found(trace, len(ran.trace.events), schedule, history, why)
        about = {**facts, "events": found.events, "why_no_trace": why_no_trace}
        lines = json.dumps(about, indent=2) + "\n"
        replaced(self.folder / f"{name}.json", [lines])
        return found

    def _trace(self, name: str, trace: Trace) -> tuple[str | None, str]:
        path = self.folder / f"{name}.trace"
        try:
            text = write_trace(trace)
        except Mistake as error:  # a value that no trace can have
            return None, error.message
        replaced(path, [text])
        return str(path), ""

    def lost(self, name: str, facts: dict[str, Any]) -> None:
        """Write what is known of a run whose process ended before it could."""
        lines = json.dumps(facts, indent=2) + "\n"
        replaced(self.folder / f"{name}.json", [lines])

    def _schedule(
        self, name: str, ran: Ran, protocol: Protocol, seed: int
    ) -> tuple[str | None, str]:
        happenings: list[Happening] = [*ran.happenings, *ran.settled]
        if not happenings:
            return None, ""
        path = self.folder / f"{name}.schedule"
        end = ran.trace.end if isinstance(ran.trace.end, End) else End.CUT
        try:
            of = protocol, seed, end, happenings, ran.clocks
            lines = [*schedule_lines(*of, variant=self.subject.variant)]
        except Mistake as error:
            return None, error.message
        replaced(path, lines)
        return str(path), ""

    def _history(self, name: str, ran: Ran) -> str | None:
        if not ran.history:
            return None
        path = self.folder / f"{name}.history.ndjson"
        replaced(path, map(history_line, ran.history))
        return str(path)

    def sweep(self, processes: Iterable[int]) -> None:
        """Remove what these processes, which have ended, did not write whole."""
        for number in processes:
            for path in self.folder.glob(f".seed-*.{number}"):
                with contextlib.suppress(OSError):
                    path.unlink()


def _broke_off(failure: Failure | None) -> bool:
    return failure is not None and failure.what in {"raised", "stuck", "died"}


def replaced(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all, and onto the disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        reason = error.strerror or str(error)
        raise Unavailable(f"cannot be written: {reason}", file=path) from None
