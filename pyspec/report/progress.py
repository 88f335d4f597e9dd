"""How far long work is: a live line on a terminal, plain lines elsewhere.

Always on standard error, so that standard output is the result alone.
"""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Final, Self

from pyspec.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from pyspec.tla2tools import Progress

PLAIN_EVERY_S: Final = 10.0


class Reporter:
    """Shows the progress of several named jobs; a context manager.

    Left by Ctrl-C it raises Interrupted, which says how far the work got.
    """

    def __init__(self, names: list[str], *, quiet: bool = False) -> None:
        self.names = names
        self.quiet = quiet
        self.live = not quiet and sys.stderr.isatty()
        self.bars: Bars | None = None
        self.tasks: dict[int, TaskID] = {}
        self.told: dict[int, float] = {}
        self.states: dict[int, str] = {}
        self.finished = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del kind, traceback
        if self.bars is not None:
            self.bars.stop()
        if isinstance(error, KeyboardInterrupt | Interrupted):
            raise Interrupted(f"interrupted; {self.far()}") from None

    def update(self, index: int, progress: Progress) -> None:
        """Show how far a job is."""
        self.say(index, describe(progress))

    def say(self, index: int, text: str) -> None:
        """Show a job's state in words."""
        self.states[index] = text
        if self.live and self.bars is None:
            self.bars = _bars()  # only now: what ends at once shows none
            self.bars.start()
        if self.bars is not None:
            if index in self.tasks:
                self.bars.update(self.tasks[index], state=text)
            else:
                name = self.names[index]
                self.tasks[index] = self.bars.add_task(name, total=None, state=text)
        elif not self.quiet:
            now = time.monotonic()
            if now - self.told.setdefault(index, now) >= PLAIN_EVERY_S:
                self.told[index] = now
                print(f"{self.names[index]}: {text}", file=sys.stderr, flush=True)  # noqa: T201

    def done(self, index: int) -> None:
        """Take a job that has finished off the screen."""
        self.finished += 1
        self.states.pop(index, None)
        if self.bars is not None and index in self.tasks:
            self.bars.remove_task(self.tasks.pop(index))

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Take the live lines off the screen while results are printed."""
        if self.bars is None:
            yield
            return
        self.bars.stop()
        try:
            yield
        finally:
            self.bars.start()

    def far(self) -> str:
        """`3 of 27 done; A.cfg: 1,146 states, 288 distinct`."""
        under_way = [
            f"{self.names[index]}: {text}" for index, text in self.states.items()
        ]
        done = f"{self.finished} of {len(self.names)} done"
        return "; ".join(under_way if len(self.names) == 1 else [done, *under_way]) or (
            "nothing was decided yet"
        )


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
        # Results go to standard output, wherever that leads.
        redirect_stdout=False,
        redirect_stderr=False,
    )
