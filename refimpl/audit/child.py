"""The program that runs a protocol in a process of its own.

The job, on standard input, is a JSON object: `where` (a slug, or module:NAME), `seeds`
in the order in which they are run, `out` (a file for one JSON line a run, `[seed,
trace, error]`), `clock_s` (how far the wall clock is moved), `chance` (seeds Python's
own generator), `watch` (an audited run), `max_events` and `timeout_s` (for a run).
"""

from __future__ import annotations

import datetime as dt
import faulthandler
import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from refimpl.protocol import Protocol

_CLOCKS: Final = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
_BILLION: Final = 1_000_000_000


def main() -> None:
    """Do the job that standard input asks for."""
    job = json.load(sys.stdin)
    faulthandler.dump_traceback_later(job["timeout_s"], exit=True)
    move_clocks(job["clock_s"])
    random.seed(job["chance"])
    from refimpl.audit.booted import load  # noqa: PLC0415 - after the clocks are moved

    protocol = load(job["where"])
    with Path(job["out"]).open("w", encoding="utf-8") as out:
        for seed in job["seeds"]:
            faulthandler.dump_traceback_later(job["timeout_s"], exit=True)
            text, error = run(protocol, seed, job["max_events"], watch=job["watch"])
            out.write(json.dumps([seed, text, error]) + "\n")
            out.flush()


def run(
    protocol: Protocol, seed: int, max_events: int, *, watch: bool
) -> tuple[str, str]:
    """Return the text of a trace, or what was raised instead."""
    from pyspec.trace import write_trace  # noqa: PLC0415 - after the clocks are moved
    from refimpl.audit.watching import audited  # noqa: PLC0415 - likewise
    from refimpl.sim import simulate  # noqa: PLC0415 - likewise

    runner = audited if watch else simulate
    try:
        return write_trace(runner(protocol, seed, max_events=max_events)), ""
    except Exception as error:  # noqa: BLE001 - the implementation may raise anything
        told = f"{type(error).__name__}: {error}"
        return "", "; ".join([told, *getattr(error, "__notes__", ())])


def move_clocks(by_s: int) -> None:
    """Let every clock of Python be so many seconds ahead."""
    for name in _CLOCKS:
        setattr(time, name, _moved(getattr(time, name), by_s))
        name_ns = f"{name}_ns"
        setattr(time, name_ns, _moved(getattr(time, name_ns), by_s * _BILLION))
    by = dt.timedelta(seconds=by_s)

    class Moved(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # noqa: ANN401 - as the original
            return super().now(tz) + by

        @classmethod
        def today(cls) -> Any:  # noqa: ANN401 - as the original
            return super().today() + by

        @classmethod
        def utcnow(cls) -> Any:  # noqa: ANN401 - as the original
            return super().now(dt.UTC).replace(tzinfo=None) + by

    class MovedDate(dt.date):
        @classmethod
        def today(cls) -> Any:  # noqa: ANN401 - as the original
            return super().today() + by

    vars(dt).update(datetime=Moved, date=MovedDate)


def _moved(clock: Callable[[], Any], by: int) -> Callable[[], Any]:
    return lambda: clock() + by
