"""Handlers that never return: they are ended, and named.

Twice a second the main thread looks whether anything has happened since the last
time.  What runs outside of Python's bytecode cannot be interrupted so: then the
process ends itself, and leaves in a file where it was.
"""

from __future__ import annotations

import ast
import contextlib
import faulthandler
import os
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.campaign.fuzzing.blame import method_of
from pyspec.errors import near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import TextIO

__all__ = ["Stuck", "Watch", "method_in"]

_EVERY_S: Final = 0.5
_WALL: Final = 30
"""A handler that waits uses no time of the processor: so many times the limit."""
_DEAF: Final = 10
"""So many times the limit, outside of bytecode."""
_DEAF_S: Final = 10.0, 1e6
"""But not so short that it is over between two looks, or so long that no clock has it.
"""


class Stuck(BaseException):
    """A method of a process does not return.

    No Exception, so that an implementation that catches all of these ends, too.
    """

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(f"{method} did not return within {seconds:g} s")
        self.method = method


class Watch:
    """Watches over one implementation in this process's main thread.

    `limit_s` is time of the processor between two events.  `hopeless` is called,
    before the process ends, if the method catches even `Stuck`; `report` is the
    file where Python writes the place that it cannot be interrupted at.
    """

    def __init__(
        self, limit_s: float, hopeless: Callable[[Stuck], None], report: TextIO
    ) -> None:
        self.events = 0
        self._limit_s = limit_s
        self._hopeless = hopeless
        self._report = report
        self._parent = os.getppid()
        self._running = False
        self._seen = -1
        self._since = 0.0, 0.0
        self._raised = 0

    def event(self) -> None:
        """Something happened."""
        self.events += 1

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Watch while an implementation runs.

        The clock is free again afterwards: limits of replay need it.
        """
        self._seen, self._raised, self._running = -1, 0, True
        before = signal.signal(signal.SIGALRM, self._look)
        self._listen()
        signal.setitimer(signal.ITIMER_REAL, _EVERY_S, _EVERY_S)
        try:
            yield
        finally:
            self._running = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            faulthandler.cancel_dump_traceback_later()

    def _listen(self) -> None:
        self._report.seek(0)
        self._report.truncate()
        least_s, most_s = _DEAF_S
        deaf_s = min(max(_DEAF * self._limit_s, least_s), most_s)
        faulthandler.dump_traceback_later(deaf_s, exit=True, file=self._report)

    def _look(self, signum: int, frame: FrameType | None) -> None:
        del signum
        if os.getppid() != self._parent:
            os._exit(1)  # nobody is left who would read what comes of this
        if not self._running:
            return
        self._listen()
        now = time.process_time(), time.monotonic()
        if self._seen != self.events:
            self._seen, self._since = self.events, now
            return
        used_s, passed_s = now[0] - self._since[0], now[1] - self._since[1]
        if used_s < self._limit_s and passed_s < _WALL * self._limit_s:
            return
        method = method_of(frame)
        if method is not None:
            self._end(Stuck(method, self._limit_s))

    def _end(self, stuck: Stuck) -> None:
        self._raised += 1
        if self._raised > 2:  # noqa: PLR2004 - it has been told twice
            self._hopeless(stuck)
            os._exit(1)
        raise stuck


def method_in(report: str) -> str | None:
    """Return the method that Python's own report of a process's end names.

    The report has the innermost frame first; what `respond` has called is the
    implementation's.
    """
    frames = re.findall(r'^  File "(.*)", line (\d+) in (\S+)$', report, re.MULTILINE)
    for place, (file, _, name) in enumerate(frames):
        if name == "_attempt" and file.endswith("steps.py") and place:
            inner, line, method = frames[place - 1]
            owner = _class_at(Path(inner), int(line))
            return f"{owner}{method} ({near(inner)}:{line})"
    return None


def _class_at(file: Path, line: int) -> str:
    """Return `Class.` for the class that a line is in; "" if nobody knows."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""
    names = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and node.lineno <= line <= (node.end_lineno or line)
    ]
    return f"{names[-1]}." if names else ""
