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

from histories import rows as histories  # type: ignore[import-not-found]  # a script
from replay import rows as replays  # type: ignore[import-not-found]  # likewise

from pyspec.tla2tools import find_toolchain

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
SPECS = HERE / "specs"
TRAINING_S = 10
FAST = 60_000  # states up to which the native engine is to be as fast as TLC
NATIVE = {
    "Tickets_tiny": 112,
    "Ballot3": 288,
    "Rumours_small": 492,
    "Pipeline_small": 752,
    "Parcels_small": 2_056,
    "Ring_small": 2_564,
    "Tickets_middle": 3_522,
    "Pipeline_middle": 10_192,
    "Rumours_middle": 10_464,
    "Parcels_middle": 14_236,
    "RaftLike_bag": 30_749,
    "RaftLike_middle": 55_479,
    "Ring_large": 119_151,
    "Pipeline_large": 227_872,
    "Ballot7": 296_448,
    "Ring_huge": 921_875,
}


@dataclass(frozen=True)
class Cost:
    """What a program took: seconds of CPU, with its children, and of wall time."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True)
class Pair:
    """Our program and its peer; `bound` is the most that the ratio may be.

    The ratio is of CPU time, or of wall time: what a user waits for.
    """

    name: str
    ours: Sequence[str]
    peer: Sequence[str]
    bound: float
    wall: bool = False


def measure(command: Sequence[str], folder: Path | None = None) -> Cost:
    """Run a program to its end in a folder, with its output thrown away."""
    # An installed package has its bytecode; an environment may keep Python from it.
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.monotonic()
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        message = f"exit code {child.returncode}: {' '.join(command)}"
        raise SystemExit(message)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began)


def pairs() -> list[Pair]:
    """Return what is compared."""
    tools = find_toolchain()
    plain = [str(tools.java.path), "-cp", str(tools.jar.path), "tlc2.TLC", "-deadlock"]

    def check(module: str, config: str) -> list[str]:
        command = [sys.executable, "-m", "pyspec", "check", module]
        return [*command, "--no-deadlock", "--config", config]

    def pair(name: str, config: str, bound: float) -> Pair:
        return Pair(
            name,
            ours=[*check("Ballot.tla", config), "--workers=1"],
            peer=[*plain, "-config", config, "Ballot"],
            bound=bound,
        )

    def native(config: str, states: int) -> Pair:
        module = Path(config).stem.partition("_")[0].rstrip("0123456789")
        return Pair(
            f"native check of {config} ({states:,} states)",
            ours=[*check(f"{module}.tla", config), "--engine=native"],
            peer=[*plain, "-workers", "1", "-config", config, module],
            bound=1.0 if states <= FAST else 2.0,
            wall=True,
        )

    return [
        pair("tiny check (288 states)", "Ballot3.cfg", 0.7),
        pair("check of 296,448 states", "Ballot7.cfg", 1.05),
        *(native(f"{name}.cfg", states) for name, states in NATIVE.items()),
    ]


def prepared(folder: Path) -> None:
    """Copy the specs, with cfgs that TLC 2.15 can read by itself.

    It does not know CHECK_DEADLOCK; and with absolute paths to both the module
    and the cfg it finds neither.
    """
    for module in SPECS.glob("*.tla"):
        shutil.copy(module, folder)
    for config in SPECS.glob("*.cfg"):
        lines = config.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith("CHECK_DEADLOCK")]
        (folder / config.name).write_text("\n".join(kept) + "\n", encoding="utf-8")


def compare(pair: Pair, repeat: int, folder: Path) -> str:
    """Return a row of the table."""
    measure(pair.ours, folder)
    ours, peer = [], []
    for _ in range(repeat):
        ours.append(measure(pair.ours, folder))
        peer.append(measure(pair.peer, folder))
    mine = statistics.median(cost.cpu_s for cost in ours)
    theirs = statistics.median(cost.cpu_s for cost in peer)
    mine_wall = statistics.median(cost.wall_s for cost in ours)
    their_wall = statistics.median(cost.wall_s for cost in peer)
    ratio = mine_wall / their_wall if pair.wall else mine / theirs
    return (
        f"| {pair.name} | {mine:.2f} ({mine_wall:.2f}) | "
        f"{theirs:.2f} ({their_wall:.2f}) | {ratio:.2f} | {pair.bound} |"
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
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        prepared(folder)
        chosen_pairs = [pair for pair in pairs() if chosen.only in pair.name]
        for pair in chosen_pairs[:1]:
            measure(pair.ours, folder)  # the first run on a machine trains the cache
            time.sleep(TRAINING_S)
        for pair in chosen_pairs:
            print(compare(pair, chosen.repeat, folder), flush=True)
    if chosen.only in "replay":
        for row in replays(chosen.repeat):
            print(row, flush=True)
    if chosen.only in "histories":
        for row in histories(chosen.repeat):
            print(row, flush=True)
    if chosen.only in "pyspec --help":
        print(start_up(chosen.repeat), flush=True)


if __name__ == "__main__":
    main()
