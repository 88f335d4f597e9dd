"""The same runs again, in a process where all else is different."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from refimpl.audit.booted import classes_of, load
from refimpl.audit.sources import method_at
from refimpl.triggers import ImplementationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Difference", "repeated", "watched"]

TIMEOUT_S: Final = 60.0
"""A run that takes longer is taken to have no end."""
_PROGRAM: Final = "from refimpl.audit.child import main; main()"


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a run must not depend on."""

    hash_seed: str = "0"
    clock_s: int = 0
    chance: str = "one"
    backwards: bool = False
    watch: bool = False


_FIRST: Final = _Setting()
_OTHERS: Final = tuple(
    _Setting(hash_seed, clock_s, f"other {hash_seed}", backwards=True)
    for hash_seed, clock_s in (("1", 86_400), ("20231", 40_000_000), ("77", 7))
)
"""Several hash seeds, for two elements of a set have one of two orders."""
_SINGLY: Final[Mapping[str, str]] = {
    "hash_seed": "the hash seed",
    "clock_s": "the wall clock",
    "chance": "Python's own random generator",
    "backwards": "the runs before it",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs of one seed that are not the same.

    - number: of the first event that differs; 0 if it is before the events
    - first, other: the two lines of the traces, or what was raised
    - where: class and method whose step the event is, if it is one of a process
    - causes: what, changed alone, makes a difference too
    """

    seed: int
    number: int
    first: str
    other: str
    where: str | None
    causes: tuple[str, ...]

    def __str__(self) -> str:
        causes = " and ".join(self.causes)
        why = f"depends on {causes}" if causes else "differs from one run to the next"
        seen = f", first seen in {self.where}" if self.where else ""
        return (
            f"seed {self.seed}: event {self.number} {why}{seen}\n"
            f"  once   {self.first}\n  then   {self.other}"
        )


def repeated(
    where: str,
    seeds: Sequence[int],
    *,
    max_events: int = 500,
    timeout_s: float = TIMEOUT_S,
) -> Difference | None:
    """Run each seed in processes that differ in all but the seed; compare the traces.

    `where` is a slug or "module:NAME" of a `Protocol`.  Hash seed, wall clock,
    Python's own random generator, the order of the runs and the process id differ.
    Returns the first event of the least seed that is not the same, None if there is
    none.  ImplementationError if a run has no end, or the module cannot be imported.
    """
    runs = _Runs(where, max_events, timeout_s)
    first, *others = runs.of(seeds, [_FIRST, *_OTHERS])
    for seed, other in itertools.product(seeds, others):
        if first[seed] != other[seed]:
            setting = _OTHERS[others.index(other)]
            return runs.difference(seed, first[seed], other[seed], setting)
    return None


def watched(
    where: str,
    seeds: Sequence[int],
    *,
    max_events: int = 500,
    timeout_s: float = TIMEOUT_S,
) -> tuple[str, ...]:
    """Return what audited runs raise, by a process of its own, each thing once.

    `where` is a slug or "module:NAME" of a `Protocol`.  ImplementationError if a run
    has no end all the same, as in a loop within C.
    """
    runs = _Runs(where, max_events, timeout_s)
    [found] = runs.of(seeds, [dataclasses.replace(_FIRST, watch=True)])
    told = {
        _timeless(error): error for _, error in reversed([*found.values()]) if error
    }
    return tuple(reversed(told.values()))


_Run = tuple[str, str]
"""The text of a trace, and what was raised."""


class _Runs:
    """Runs of one protocol, in processes of their own."""

    def __init__(self, where: str, max_events: int, timeout_s: float) -> None:
        self.where = where
        self.max_events = max_events
        self.timeout_s = timeout_s

    def of(
        self, seeds: Sequence[int], settings: Sequence[_Setting]
    ) -> list[Mapping[int, _Run]]:
        """Return the runs under each setting, by seed; two settings at a time."""
        with tempfile.TemporaryDirectory(prefix="audit-") as folder:
            found: list[Mapping[int, _Run]] = []
            for number in range(0, len(settings), 2):
                started = [
                    _Child(self, seeds, setting, Path(folder, f"{number}-{place}"))
                    for place, setting in enumerate(settings[number : number + 2])
                ]
                try:
                    found += [each.runs() for each in started]
                finally:
                    for each in started:
                        each.stop()
            return found

    def difference(
        self, seed: int, first: _Run, other: _Run, setting: _Setting
    ) -> Difference:
        """Say where two runs part, and what makes them do so."""
        number, once, then = _parting(_lines(first), _lines(other))
        causes = tuple(self._causes(seed, setting))
        return Difference(seed, number, once, then, self._method(once, then), causes)

    def _causes(self, seed: int, setting: _Setting) -> Iterator[str]:
        """Yield what makes a difference alone; nothing if the same run differs too."""
        seeds = [seed, seed + 1, seed + 2]
        alone = [_with(name, setting) for name in _SINGLY]
        first, again, *others = self.of(seeds, [_FIRST, _FIRST, *alone])
        if again[seed] != first[seed]:
            return
        for name, runs in zip(_SINGLY.values(), others, strict=True):
            if runs[seed] != first[seed]:
                yield name

    def _method(self, *lines: str) -> str | None:
        """Return the method whose action one of the lines records."""
        words = [re.findall(r"\w+", line) for line in lines]
        for cls in classes_of(load(self.where)):
            for handler in cls.handlers:
                if any(handler.mark.template.name in each for each in words):
                    return f"{cls.__name__}.{handler.method}"
        return None


class _Child:
    """A process that runs some seeds."""

    def __init__(
        self, runs: _Runs, seeds: Sequence[int], setting: _Setting, out: Path
    ) -> None:
        self.where = runs.where
        self.seeds = [*reversed(seeds)] if setting.backwards else [*seeds]
        self.timeout_s = runs.timeout_s
        self.longest_s = (len(seeds) + 1) * runs.timeout_s + 30
        self.out = out
        job = {
            "where": runs.where,
            "seeds": self.seeds,
            "out": str(out),
            "clock_s": setting.clock_s,
            "chance": setting.chance,
            "watch": setting.watch,
            "max_events": runs.max_events,
            "timeout_s": runs.timeout_s,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": setting.hash_seed,
                "PYTHONPATH": os.pathsep.join(
                    each or str(Path.cwd()) for each in sys.path
                ),
            },
        )
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(BrokenPipeError):  # it says why when it is waited for
            self.process.stdin.write(json.dumps(job))
            self.process.stdin.close()
        self.process.stdin = None

    def runs(self) -> Mapping[int, _Run]:
        """Wait for it, and return its runs by seed."""
        _, errors = self.process.communicate(timeout=self.longest_s)
        lines = self.out.read_text("utf-8").splitlines() if self.out.exists() else []
        found = {seed: (text, error) for seed, text, error in map(json.loads, lines)}
        if self.process.returncode == 0:
            return found
        if "Timeout (" in errors:
            left = [seed for seed in self.seeds if seed not in found]
            raise ImplementationError(
                f"seed {left[0] if left else self.seeds[-1]} has no end within "
                f"{self.timeout_s:g} s: {_stuck(errors)}"
            )
        last = errors.strip().rpartition("\n")[2]
        raise ImplementationError(f"{self.where} cannot be run: {last}")

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


def _with(name: str, other: _Setting) -> _Setting:
    """Return the first setting with one thing of another."""
    changes = {name: getattr(other, name)}
    return dataclasses.replace(_FIRST, **changes)


def _stuck(errors: str) -> str:
    """Say where a process was when its time was over, innermost first."""
    frames = re.findall(r'File "(.*)", line (\d+) in (\S+)', errors)
    for file, line, _name in frames:
        method = method_at(file, int(line))
        if method is not None:
            return f"it is in {method} ({file}:{line})"
    return f"it is in {frames[0][2]} ({frames[0][0]}:{frames[0][1]})" if frames else "?"


def _lines(run: _Run) -> list[str]:
    text, error = run
    return text.splitlines() if not error else [f"raised {error}"]


def _parting(first: Sequence[str], other: Sequence[str]) -> tuple[int, str, str]:
    """Return the number of the first event that differs, and both lines."""
    pairs = itertools.zip_longest(first, other, fillvalue="(nothing)")
    once, then = next((a, b) for a, b in pairs if a != b)
    numbers = (re.match(r"\s*(\d+) ", line) for line in (once, then))
    number = next((int(each[1]) for each in numbers if each), 0)
    return number, once.strip(), then.strip()


def _timeless(error: str) -> str:
    """Leave out of what was raised what is of one run alone."""
    return re.sub(r"; in |; \S+ on .*", "", re.sub(r"\d+", "0", error))
