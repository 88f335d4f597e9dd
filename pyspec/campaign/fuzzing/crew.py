"""Processes that run: started, given work, heard, and ended with their master."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from pyspec.campaign.fuzzing.watch import method_in
from pyspec.errors import Bug, Exit, Mistake, PyspecError, Unavailable, Undecided

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from pyspec.campaign.fuzzing.worker import Orders

__all__ = ["Crew", "Hand"]

_CHUNK: Final = 1 << 16
_GRACE_S: Final = 5.0


class Hand:
    """One worker, and what it was last heard to do.

    - began: the seed and the settings of the run that it is in
    - given: the task that it has not ended, None if it waits for one
    - left: runs of that task which it has not begun
    """

    def __init__(self, process: subprocess.Popen[bytes], stuck: Path) -> None:
        self.process = process
        self.stuck = stuck
        self.began: tuple[int, list[str]] | None = None
        self.given: Mapping[str, Any] | None = None
        self.left: list[Any] = []
        self.is_ready = False
        self._rest = b""

    @property
    def output(self) -> int:
        """The descriptor of its messages."""
        assert self.process.stdout is not None  # noqa: S101 - a pipe was asked for
        return self.process.stdout.fileno()

    def give(self, task: Mapping[str, Any]) -> None:
        """Let it do a task."""
        self.given, self.left = task, [*task.get("runs", ())]
        self.write(json.dumps(task))

    def write(self, line: str) -> None:
        """Send it a line; that it has gone is heard soon."""
        assert self.process.stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()

    def heard(self) -> Iterator[dict[str, Any]]:
        """Yield its messages; {"gone": code} when there will be no more."""
        chunk = os.read(self.output, _CHUNK)
        if not chunk:
            yield {"gone": self.process.wait()}
            return
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            self._note(message)
            yield message

    def _note(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:
            self.is_ready = True
        elif "began" in message:
            seed, settings = message["began"]
            self.began = seed, settings
            del self.left[:1]
        elif "ran" in message:
            self.began = None
        elif "done" in message or "shrunk" in message:
            self.given = None
        elif "error" in message:
            raise _told(message["error"])

    def why_gone(self, code: int) -> tuple[str, str, str]:
        """Say how it failed, where, and why, if it has gone without a word."""
        method = method_in(self._report())
        if method is not None:
            return "stuck", method, f"{method} did not return"
        if code < 0:
            name = signal.Signals(-code).name
            return "died", name, f"the process that ran it was ended by {name}"
        return "died", f"exit {code}", f"the process that ran it ended with {code}"

    def _report(self) -> str:
        try:
            return self.stuck.read_text(encoding="utf-8")
        except OSError:
            return ""


def _told(problem: Mapping[str, Any]) -> PyspecError:
    kinds = {each.exit: each for each in (Mistake, Unavailable, Undecided)}
    kind = kinds.get(Exit(problem["exit"]), Bug)
    return kind(str(problem["message"]))


class Crew:
    """Workers with the same orders; a context manager that leaves none behind.

    The second starts when the first is ready: what the first has compiled the
    others find.  `started`: the number of each process that there was.
    """

    def __init__(self, orders: Orders, size: int) -> None:
        self.hands: list[Hand] = []
        self.started: list[int] = []
        self._orders = orders
        self._size = size
        self._selector = selectors.DefaultSelector()
        self._folder = tempfile.TemporaryDirectory(prefix="pyspec-")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for hand in [*self.hands]:
            self.dismiss(hand)
        self._selector.close()
        self._folder.cleanup()

    def start(self) -> None:
        """Start a worker."""
        stuck = Path(self._folder.name) / f"stuck-{len(self.started)}"
        process = subprocess.Popen(
            [sys.executable, "-m", "pyspec.campaign.fuzzing.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the master alone
        )
        self.started.append(process.pid)
        hand = Hand(process, stuck)
        orders = dataclasses.replace(self._orders, stuck=str(stuck))
        hand.write(json.dumps(dataclasses.asdict(orders)))
        self.hands.append(hand)
        self._selector.register(hand.output, selectors.EVENT_READ, hand)

    def messages(self, seconds: float) -> Iterator[tuple[Hand, dict[str, Any]]]:
        """Yield what is heard within this time, or nothing."""
        for key, _ in self._selector.select(seconds):
            hand: Hand = key.data
            for message in hand.heard():
                if "gone" in message:
                    self.dismiss(hand)
                yield hand, message
        ready = all(hand.is_ready for hand in self.hands)
        if ready and len(self.hands) < self._size:
            self.start()

    def dismiss(self, hand: Hand) -> None:
        """End a worker, whatever it is doing."""
        if hand not in self.hands:
            return
        self.hands.remove(hand)
        self._selector.unregister(hand.output)
        process = hand.process
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        process.terminate()
        until = time.monotonic() + _GRACE_S
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        process.kill()
        process.wait()

    def only(self, hand: Hand) -> None:
        """End all others, and start none."""
        self._size = 1
        for other in [*self.hands]:
            if other is not hand:
                self.dismiss(other)
