"""A process that runs what it is told: `python -m pyspec.campaign.fuzzing.worker`.

It reads tasks from standard input and writes what comes of them to standard
output, each as a line of JSON; it ends with the end of its input.  The first line
is what it is started for (`Orders`), the others are {"do": "run", ...} and
{"do": "shrink", ...}.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pyspec.campaign.fuzzing.findings import Store, command_again
from pyspec.campaign.fuzzing.given import faults_of
from pyspec.campaign.fuzzing.judge import Failure, Judge
from pyspec.campaign.fuzzing.reached import Conjuncts
from pyspec.campaign.fuzzing.shrink import Shrinking
from pyspec.campaign.fuzzing.subject import Subject
from pyspec.campaign.fuzzing.watch import Stuck, Watch
from pyspec.errors import Bug, PyspecError
from pyspec.garbage import collect_seldom
from pyspec.tla2tools import find_toolchain
from pyspec.trace.model import End

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyspec.campaign.fuzzing.findings import Found
    from pyspec.campaign.fuzzing.judge import Ran
    from pyspec.campaign.fuzzing.shrink import Small
    from refimpl.protocol import Faults

__all__ = ["Orders", "Worker"]

_STORED_EVERY_S = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a worker is started for; all of it plain JSON.

    - events: the most of one run
    - calm: events without a fault after those, in some runs
    - handler_s: time of the processor that a handler may take
    - stuck: the file that says where a process was that could not be interrupted
    """

    slug: str
    broken: str | None
    file: str | None
    variant: str | None
    folder: str
    events: int
    calm: int
    handler_s: float
    conjuncts: bool
    stuck: str
    java: str | None = None
    jar: str | None = None

    @property
    def subject(self) -> Subject:
        """Return what is run."""
        return Subject(self.slug, self.broken, self.file, self.variant)


class Worker:
    """Runs, holds to the spec, stores what fails, and shrinks."""

    def __init__(self, orders: Orders, out: TextIO, stuck: TextIO) -> None:
        self._orders = orders
        self._out = out
        self._watch = Watch(orders.handler_s, self._hopeless, stuck)
        paths = [Path(each) if each else None for each in (orders.java, orders.jar)]
        toolchain = cache(partial(find_toolchain, java=paths[0], jar=paths[1]))
        subject, calm = orders.subject, orders.calm
        self._judge = Judge(subject, toolchain, self._watch, calm=calm)
        self._store = Store(Path(orders.folder), orders.subject)
        if orders.conjuncts:
            constants = self._judge.protocol.constants
            self._judge.conjuncts = Conjuncts(self._judge.spec, constants, toolchain)

    def work(self, tasks: TextIO) -> None:
        """Do what is asked, line by line."""
        conjuncts = self._judge.conjuncts
        self._say({"ready": conjuncts.table() if conjuncts else []})
        for line in tasks:
            task = json.loads(line)
            if task["do"] == "run":
                self._run_all(task["runs"])
            else:
                self._shrink(task)

    def _say(self, message: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    # -------------------------------------------------------- running

    def _run_all(self, runs: Sequence[Sequence[Any]]) -> None:
        """Run one after the other; the rest is given back after one that failed."""
        for place, (seed, settings) in enumerate(runs):
            self._say({"began": [seed, settings]})
            try:
                told = self._run(seed, settings)
            except PyspecError as error:
                again = self._again(seed, settings)
                error.hint = error.hint or f"This was in {again}"
                raise
            self._say({"ran": told})
            if "finding" in told:
                self._say({"done": runs[place + 1 :]})
                return
        self._say({"done": []})

    def _run(self, seed: int, settings: Sequence[str]) -> dict[str, Any]:
        faults = self._drawn(settings)
        ran = self._judge.drawn(seed, faults, self._orders.events)
        told: dict[str, Any] = {
            "seed": seed,
            "settings": settings,
            "events": len(ran.trace.events),
            "rested": ran.trace.end is End.QUIESCENT,
            "circled": ran.circled,
            "tally": ran.tally.as_json(),
            "unknown": ran.unknown,
        }
        if ran.failure is not None:
            found = self._stored(self._store.name(seed, settings), ran, seed, settings)
            told["finding"] = {**ran.failure._asdict(), **dataclasses.asdict(found)}
        return told

    def _drawn(self, settings: Sequence[str]) -> Faults:
        return faults_of(self._judge.protocol, "none", settings)

    def _stored(self, name: str, ran: Ran, seed: int, settings: Sequence[str]) -> Found:
        """Write what failed at once; then again, with what happened."""
        found = self._store.add(
            name, ran, self._judge.protocol, seed, self._facts(ran, seed, settings)
        )
        if ran.failure is None or ran.failure.what == "stuck":
            return found
        again = self._judge.drawn(
            seed, self._drawn(settings), self._orders.events, noted=True
        )
        if again.trace != ran.trace:
            return dataclasses.replace(found, why_no_schedule="it did not happen again")
        return self._store.add(
            name, again, self._judge.protocol, seed, self._facts(ran, seed, settings)
        )

    def _facts(self, ran: Ran, seed: int, settings: Sequence[str]) -> dict[str, Any]:
        failure = ran.failure or Failure("raised", "")
        return {
            **failure._asdict(),
            "seed": seed,
            "settings": list(settings),
            "again": self._again(seed, settings),
        }

    def _again(self, seed: int, settings: Sequence[str]) -> str:
        orders = self._orders
        return command_again(orders.subject, seed, settings, orders.events, orders.calm)

    # -------------------------------------------------------- shrinking

    def _shrink(self, task: Mapping[str, Any]) -> None:
        seed, settings = task["seed"], task["settings"]
        failure = Failure(*task["failure"])
        name = self._store.name(seed, settings) + ".small"
        stored_s = 0.0

        def store(small: Small) -> Found:
            facts = self._facts(small.ran, seed, settings)
            return self._store.add(
                name, small.ran, small.protocol, shrinking.seed, facts
            )

        def better(small: Small) -> None:
            nonlocal stored_s
            self._say({"smaller": len(small.ran.trace.events), "runs": small.runs})
            if time.monotonic() > stored_s + _STORED_EVERY_S:
                store(small)
                stored_s = time.monotonic()

        shrinking = Shrinking(
            self._judge,
            seed,
            self._drawn(settings),
            failure,
            events=self._orders.events,
            seconds=task["seconds"],
            better=better,
        )
        small = shrinking.shrunk()
        if small is None:
            self._say({"shrunk": None})
            return
        self._say(
            {
                "shrunk": {
                    **dataclasses.asdict(store(small)),
                    "happenings": len(small.ran.happenings),
                    "processes": sum(len(r.ids) for r in small.protocol.roles),
                    "runs": small.runs,
                    "is_least": small.is_least,
                }
            }
        )

    # -------------------------------------------------------- the worst

    def _hopeless(self, stuck: Stuck) -> None:
        """Say where a method was that cannot be ended; this process is."""
        self._say({"stuck": [stuck.method, str(stuck)]})


def main() -> None:
    """Work until the input ends; what goes wrong is the last message."""
    collect_seldom()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an implementation prints is no message
    try:
        orders = Orders(**json.loads(sys.stdin.readline()))
        with open(orders.stuck, "w+", encoding="utf-8") as stuck:  # noqa: PTH123 - a plain file for the interpreter
            Worker(orders, out, stuck).work(sys.stdin)
    except PyspecError as error:
        _last_word(out, int(error.exit), str(error))
    except Exception as error:  # noqa: BLE001 - told as a bug
        import traceback  # noqa: PLC0415 - for a bug alone

        text = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        _last_word(out, int(Bug.exit), text)


def _last_word(out: TextIO, code: int, message: str) -> None:
    """Tell the master what went wrong; if it has gone, nobody is left to tell."""
    try:
        out.write(json.dumps({"error": {"exit": code, "message": message}}) + "\n")
        out.flush()
    except BrokenPipeError:
        os._exit(code)  # what is left in the buffer would be complained about


if __name__ == "__main__":
    main()
