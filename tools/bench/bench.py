"""Benchmarks against peers, as ratios within one run.

Machines are noisy and CI's are shared, so nothing here is a timed test: each
pair of programs runs alternately, several times, and what counts is the ratio
of the medians of CPU time (user and system, of the process and all its
children).  Run it with nothing else on the machine:

    python tools/bench/bench.py [--repeat N] [--only NAME]

and put its table into tools/bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyspec.tla2tools import find_toolchain

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
SPECS = HERE / "specs"


@dataclass(frozen=True)
class Cost:
    """What a program took: seconds of CPU, with its children, and of wall time."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True)
class Pair:
    """Our program and its peer; `bound` is the most that the ratio may be."""

    name: str
    ours: Sequence[str]
    peer: Sequence[str]
    bound: float


def measure(command: Sequence[str]) -> Cost:
    """Run a program to its end, with its output thrown away."""
    folder = tempfile.mkdtemp(prefix="bench-")
    began = time.monotonic()
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if child.returncode:
        message = f"exit code {child.returncode}: {' '.join(command)}"
        raise SystemExit(message)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began)


def pairs() -> list[Pair]:
    """Return what is compared."""
    tools = find_toolchain()
    pyspec = [sys.executable, "-m", "pyspec"]

    def check(size: int) -> list[str]:
        config = str(SPECS / f"Ballot{size}.cfg")
        spec = str(SPECS / "Ballot.tla")
        return [*pyspec, "check", spec, "--config", config, "--workers", "1"]

    def plain(size: int) -> list[str]:
        # The same cfg without CHECK_DEADLOCK, which TLC 2.15 does not know.
        source = (SPECS / f"Ballot{size}.cfg").read_text(encoding="utf-8")
        lines = [x for x in source.splitlines() if not x.startswith("CHECK_DEADLOCK")]
        config = Path(tempfile.gettempdir()) / f"bench-ballot{size}.cfg"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [
            str(tools.java.path),
            "-cp",
            str(tools.jar.path),
            "tlc2.TLC",
            "-deadlock",
            "-config",
            str(config),
            str(SPECS / "Ballot"),
        ]

    return [
        Pair("tiny check (under 1,000 states)", check(3), plain(3), 0.7),
        Pair("check of 300,000 states", check(7), plain(7), 1.05),
    ]


def compare(pair: Pair, repeat: int) -> str:
    """Return a row of the table."""
    measure(pair.ours)  # the first run makes the AOT cache
    time.sleep(8)
    ours, peer = [], []
    for _ in range(repeat):
        ours.append(measure(pair.ours))
        peer.append(measure(pair.peer))
    mine = statistics.median(cost.cpu_s for cost in ours)
    theirs = statistics.median(cost.cpu_s for cost in peer)
    mine_wall = statistics.median(cost.wall_s for cost in ours)
    their_wall = statistics.median(cost.wall_s for cost in peer)
    return (
        f"| {pair.name} | {mine:.2f} ({mine_wall:.2f}) | "
        f"{theirs:.2f} ({their_wall:.2f}) | {mine / theirs:.2f} | {pair.bound} |"
    )


def start_up(repeat: int) -> str:
    """Return the row for `pyspec --help`, which has no peer but a bound in seconds."""
    command = [sys.executable, "-m", "pyspec", "--help"]
    costs = [measure(command) for _ in range(repeat)]
    cpu = statistics.median(cost.cpu_s for cost in costs)
    wall = statistics.median(cost.wall_s for cost in costs)
    bare = statistics.median(
        measure([sys.executable, "-c", "import click"]).cpu_s for _ in range(repeat)
    )
    return (
        f"| `pyspec --help` | {cpu:.3f} ({wall:.2f}) | "
        f"{bare:.3f} (python, import click) | {cpu / bare:.2f} | 0.15 s |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    print("| what | ours: CPU s (wall) | peer: CPU s (wall) | ratio | bound |")
    print("|---|---|---|---|---|")
    for pair in pairs():
        if chosen.only in pair.name:
            print(compare(pair, chosen.repeat), flush=True)
    if chosen.only in "pyspec --help":
        print(start_up(chosen.repeat), flush=True)


if __name__ == "__main__":
    main()
