"""How soon fuzzing finds known mistakes, and how short what it finds is.

    python tools/bench/fuzzing.py raft [NAME ...] [--repeat N] [--jobs N]

Runs `pyspec fuzz SLUG --broken NAME` from several first seeds, and compares the
length of the shrunk trace with that of the shortest counterexample TLC has to the
same mistake in the spec, where there is one.  A trace ends where the implementation
first does what the spec does not allow; a counterexample goes on until a property
is violated.  Seconds are of wall time, of the whole command with shrinking; CPU
seconds are of all its processes.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from refimpl.protocol import find_broken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

APART: Final = 100_000
"""Between first seeds: no campaign gets as far as the next."""
LIMIT_S: Final = 600
TWINS: Final = {
    "raft": {
        "counting_server": "MCRaftCommitsByCounting.cfg",
        "forgetful_server": "MCRaftVoteNotPersisted.cfg",
        "credulous_server": "MCRaftNoUpToDateCheck.cfg",
        "truncating_server": "MCRaftTruncatesMatchingSuffix.cfg",
        "stubborn_server": "MCRaftNoStepDown.cfg",
    }
}
"""The claims whose mutants have the mistake of a broken implementation."""


@dataclass(frozen=True)
class Campaign:
    """What one run of the command found; `events` is None if it found nothing."""

    runs: int
    wall_s: float
    cpu_s: float
    events: int | None


def pyspec(*words: str) -> tuple[dict[str, Any], float, float]:
    """Run a command, and return what it prints with wall and CPU seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pyspec", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if not done.stdout:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout), time.monotonic() - began, cpu_s


def campaign(slug: str, name: str, first_seed: int, jobs: int) -> Campaign:
    """Fuzz until something is found, and shrink it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        words = ["fuzz", slug, "--broken", name, "--first-seed", str(first_seed)]
        words += ["--jobs", str(jobs), "--time", f"{LIMIT_S}s", "--out", folder]
        told, wall_s, cpu_s = pyspec(*words)
    lengths = [(each["small"] or each)["events"] for each in told["findings"]]
    return Campaign(told["runs"], wall_s, cpu_s, min(lengths, default=None))


def shortest(slug: str, name: str) -> int | None:
    """Return the number of steps of TLC's counterexample, if a claim is the twin."""
    config = TWINS.get(slug, {}).get(name)
    if config is None:
        return None
    told, _, _ = pyspec("check", slug, "--config", config)
    return int(told["claims"][0]["depth"]) - 1


def row(slug: str, name: str, repeat: int, jobs: int) -> str:
    """Return a line of the table."""
    every = range(0, repeat * APART, APART)
    found = [campaign(slug, name, seed, jobs) for seed in every]
    lengths = [each.events for each in found if each.events is not None]
    steps = shortest(slug, name)
    length = statistics.median(lengths) if lengths else None
    return _cells(
        name,
        f"{len(lengths)} of {repeat}",
        _median(each.runs for each in found),
        _median(each.wall_s for each in found),
        _median(each.cpu_s for each in found),
        "-" if length is None else f"{length:g} ({min(lengths)} to {max(lengths)})",
        "-" if steps is None else str(steps),
        "-" if steps is None or length is None else f"{length / steps:.2f}",
    )


def _median(numbers: Iterable[float]) -> str:
    return f"{statistics.median(numbers):.3g}"


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main(words: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slug")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(words)
    names = given.names or list(TWINS.get(given.slug, {}))
    names = names or [each.name for each in find_broken(given.slug)]
    heads = ("mistake", "found", "runs", "wall s", "CPU s", "events", "TLC", "ratio")
    print(_cells(*heads))
    print(_cells(*("---" for _ in heads)))
    for name in names:
        print(row(given.slug, name, given.repeat, given.jobs), flush=True)


if __name__ == "__main__":
    main()
