"""Fuzz the readers: by coverage if atheris is installed, else by chance alone.

    python -m tools.fuzz.fuzz [--seconds N] [--seed N] [--reader NAME]... [--out FOLDER]

Readers take turns, each in a process of its own whose memory is limited; with
an odd seed by chance, as with --random.  A finding is kept as a file in the
folder, one for each place in the code.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import importlib
import json
import os
import random
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tools.fuzz.mutants import LONGEST, json_mutant, mutant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.fuzz.readers import Reader

MOST_SECONDS: Final = 2.0
"""How long a reader may take for one input, in seconds of the processor."""

MOST_MEMORY: Final = 3 << 30
_TURN_S: Final = 60.0
_HANGS_S: Final = 60
_WATCHED: Final = 50  # inputs at a time


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; return 1 if anything was found."""
    options = _options(arguments)
    if options.turn:
        _turn(options)
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + options.seconds
    names = options.reader or _names()
    turn = min(_TURN_S, options.seconds / len(names))
    seed = options.seed
    while (left := until - time.monotonic()) > 1:
        for name in names:
            _in_a_process(name, seed, min(turn, left), options)
            if time.monotonic() >= until:
                break
        seed += 1
    return _tell(options.out)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reader", action="append", help="default: all, in turns")
    parser.add_argument("--out", type=Path, default=Path("/tmp/pyspec-fuzz"))  # noqa: S108 - of whoever runs it
    parser.add_argument("--random", action="store_true", help="even with atheris")
    parser.add_argument("--turn", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _names() -> list[str]:
    return list(importlib.import_module("tools.fuzz.readers").READERS)


def _in_a_process(
    name: str, seed: int, seconds: float, options: argparse.Namespace
) -> None:
    command = [sys.executable, "-m", "tools.fuzz.fuzz", "--turn", "--reader", name]
    command += ["--seed", str(seed), "--seconds", str(seconds)]
    command += ["--out", str(options.out), *(["--random"] if options.random else [])]
    with (options.out / "log.txt").open("ab") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode:
        died = options.out / f"died.{name.replace(' ', '_')}.{seed}"
        died.write_text(f"exit code {done.returncode}: see log.txt\n", encoding="utf-8")


def _tell(out: Path) -> int:
    done = _lines(out / "counts.jsonl")
    for name in sorted({one["reader"] for one in done}):
        of = [one for one in done if one["reader"] == name]
        inputs, kept = (sum(one[key] for one in of) for key in ("inputs", "accepted"))
        cpu = sum(one["cpu_s"] for one in of)
        worst = max(one["slowest_s"] for one in of)
        print(
            f"{name:10} {inputs:>9,} inputs, {kept:>9,} accepted, "
            f"{cpu:8.0f} s, slowest {worst:.2f} s"
        )
    print(f"{sum(one['cpu_s'] for one in done):.0f} s of the processor in all")
    found = sorted(out.glob("found.*.txt")) + sorted(out.glob("died.*"))
    for path in found:
        print(path)
    return 1 if found else 0


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --------------------------------------------------------------------------
# One turn, in its own process


class Watch:
    """Gives inputs to a reader, and keeps those that it should not fail for.

    One that hangs ends the whole process, with its stack, if it `may_end` it.
    """

    def __init__(self, reader: Reader, out: Path, *, may_end: bool = False) -> None:
        self.reader = reader
        self.may_end = may_end
        self.out = out
        self.current = out / f"current.{os.getpid()}.bin"
        self.inputs = self.accepted = 0
        self.slowest_s = 0.0

    def check(self, raw: bytes) -> None:
        """Give one input."""
        if self.may_end and self.inputs % _WATCHED == 0:
            faulthandler.dump_traceback_later(_HANGS_S, exit=True)
        self.current.write_bytes(raw)
        start = time.process_time()
        try:
            self.accepted += self.reader.check(raw)
        except Exception as error:  # noqa: BLE001 - any is a finding
            self.keep(raw, _place_of(error), traceback.format_exc(limit=-12))
        took = time.process_time() - start
        self.inputs += 1
        self.slowest_s = max(self.slowest_s, took)
        if took > MOST_SECONDS:
            self.keep(raw, f"slow.{int(took)}", f"{took:.1f} s\n")

    def keep(self, raw: bytes, place: str, why: str) -> None:
        """Keep an input, the shortest for each place."""
        name = f"found.{self.reader.name.replace(' ', '_')}.{place}"
        kept = self.out / f"{name}.bin"
        if not kept.exists() or kept.stat().st_size > len(raw):
            kept.write_bytes(raw)
            (self.out / f"{name}.txt").write_text(why, encoding="utf-8")

    def found(self) -> list[Path]:
        """Return why each input was kept, as files."""
        return sorted(self.out.glob("found.*.txt"))

    def close(self, start: float) -> None:
        """Note how much was done."""
        self.current.unlink()
        row = {
            "reader": self.reader.name,
            "inputs": self.inputs,
            "accepted": self.accepted,
            "cpu_s": round(time.process_time() - start, 1),
            "slowest_s": round(self.slowest_s, 3),
        }
        with (self.out / "counts.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(row)}\n")


def _place_of(error: Exception) -> str:
    """Return the innermost place in our code, as `AssertionError.text.85`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/pyspec/" in one.filename] or list(frames)
    last = ours[-1]
    return f"{type(error).__name__}.{Path(last.filename).stem}.{last.lineno}"


def _turn(options: argparse.Namespace) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    atheris = None if options.random or options.seed % 2 else _atheris()
    with _instrumented(atheris):
        readers = importlib.import_module("tools.fuzz.readers").READERS
    reader: Reader = readers[options.reader[0]]
    watch = Watch(reader, options.out, may_end=True)
    start = time.process_time()
    if atheris is None:
        by_chance(watch, options.seconds, options.seed)
        watch.close(start)
    else:
        _by_coverage(atheris, watch, start, options)


def _atheris() -> Any:  # noqa: ANN401 - a module without types
    try:
        return importlib.import_module("atheris")
    except ImportError:
        return None


def _instrumented(atheris: Any) -> contextlib.AbstractContextManager[Any]:  # noqa: ANN401 - as above
    if atheris is None:
        return contextlib.nullcontext()
    instrumented: contextlib.AbstractContextManager[Any] = atheris.instrument_imports(
        include=["pyspec.trace", "pyspec.values", "pyspec.tla2tools", "pyspec.catalog"]
    )
    return instrumented


def changed(chance: random.Random, reader: Reader, raw: bytes) -> bytes:
    """Return a mutant of an input, which fits the reader's language."""
    if raw.lstrip()[:1] in {b"{", b"["} and chance.random() < 0.6:  # noqa: PLR2004 - mostly
        return json_mutant(chance, raw)
    return mutant(chance, raw, reader.tokens)


def by_chance(watch: Watch, seconds: float, seed: int) -> None:
    """Give mutants of the corpus for some seconds."""
    chance = random.Random(seed)  # noqa: S311 - one seed, one run
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = chance.choice(watch.reader.corpus)
        watch.check(changed(chance, watch.reader, raw))


def _by_coverage(
    atheris: Any,  # noqa: ANN401 - as above
    watch: Watch,
    start: float,
    options: argparse.Namespace,
) -> None:
    corpus = options.out / "corpus" / watch.reader.name.replace(" ", "_")
    corpus.mkdir(parents=True, exist_ok=True)
    for place, raw in enumerate(watch.reader.corpus):
        (corpus / f"seed{place}").write_bytes(raw)
    until = time.monotonic() + options.seconds

    def one(raw: bytes) -> None:
        watch.check(raw)
        if time.monotonic() >= until:
            watch.close(start)
            os._exit(0)  # libFuzzer takes any other end for a crash

    flags = [f"-max_len={LONGEST}", f"-timeout={5 * _HANGS_S}", "-rss_limit_mb=0"]
    flags += [f"-seed={options.seed + 1}", f"-artifact_prefix={options.out}/died."]
    atheris.Setup(
        [sys.argv[0], str(corpus), *flags], one, custom_mutator=_mutator(atheris, watch)
    )
    atheris.Fuzz()


def _mutator(
    atheris: Any,  # noqa: ANN401 - as above
    watch: Watch,
) -> Callable[[bytes, int, int], bytes]:
    def mutate(raw: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311 - libFuzzer's own
        if chance.random() < 0.2:  # noqa: PLR2004 - libFuzzer's turn
            mutated: bytes = atheris.Mutate(raw, longest)
            return mutated
        return changed(chance, watch.reader, raw)[:longest]

    return mutate


if __name__ == "__main__":
    sys.exit(main())
