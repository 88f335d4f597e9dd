"""How far long work is: a live line on a terminal, plain lines elsewhere.

Always on standard error, so that standard output is the result alone.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from pyspec.tla2tools import Progress

PLAIN_EVERY_S: Final = 10.0


class Reporter:
    """Shows the progress of several named jobs; a context manager."""

    def __init__(self, names: list[str], *, quiet: bool = False) -> None:
        self.names = names
        self.quiet = quiet
        self.live = not quiet and sys.stderr.isatty()
        self.bars: Bars | None = None
        self.tasks: dict[int, TaskID] = {}
        self.told: dict[int, float] = {}

    def __enter__(self) -> Self:
        if self.live:
            self.bars = _bars()
            self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del kind, error, traceback
        if self.bars is not None:
            self.bars.stop()

    def update(self, index: int, progress: Progress) -> None:
        """Show how far a job is."""
        self.say(index, describe(progress))

    def say(self, index: int, text: str) -> None:
        """Show a job's state in words."""
        if self.bars is not None:
            if index not in self.tasks:
                self.tasks[index] = self.bars.add_task(self.names[index], total=None)
            self.bars.update(self.tasks[index], state=text)
        elif not self.quiet:
            now = time.monotonic()
            if now - self.told.setdefault(index, now) >= PLAIN_EVERY_S:
                self.told[index] = now
                print(f"{self.names[index]}: {text}", file=sys.stderr, flush=True)  # noqa: T201

    def done(self, index: int) -> None:
        """Take a job that has finished off the screen."""
        if self.bars is not None and index in self.tasks:
            self.bars.remove_task(self.tasks.pop(index))


def describe(progress: Progress) -> str:
    """`1,146 states, 288 distinct, 12 on queue, depth 4, 5,000/s`."""
    parts = [f"{progress.states:,} states"]
    if progress.distinct is not None:
        parts.append(f"{progress.distinct:,} distinct")
    if progress.queue is not None:
        parts.append(f"{progress.queue:,} on queue")
    if progress.depth is not None:
        parts.append(f"depth {progress.depth}")
    if progress.rate is not None:
        parts.append(f"{progress.rate // 60:,}/s")
    return ", ".join(parts)


def _bars() -> Bars:
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress as Bars  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
        console=Console(stderr=True),
        transient=True,
    )
