"""Bounds that hold inside of one evaluation too: time, memory, recursion.

A search looks at its limits between states.  An expression that never ends, or
that builds a huge set, is ended from a signal, or by the system's refusal to
give memory.  All of it is for the main thread of a program; elsewhere, and on
systems without such signals, the search's own looks are all there is.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = ["bounded_memory", "deep_recursion", "ticking"]

TICK_S: Final = 0.2
_DOORS: Final = frozenset({"__enter__", "__exit__"})
_NEAR: Final = 3
"""Frames: contextlib's own, the generator that it runs, and a helper of this."""
_MB: Final = 1 << 20
_HEADROOM_MB: Final = 64
_FRAMES: Final = 12_000
_STACK_MB: Final = 96  # what Linux leaves below the stack, with room to spare


@contextlib.contextmanager
def ticking(look: Callable[[], None], every_s: float = TICK_S) -> Iterator[None]:
    """Call `look` now and then while the body runs; it may raise to end it."""
    if not _in_charge():
        yield
        return

    def tick(signum: int, frame: FrameType | None) -> None:
        del signum
        if not _is_delicate(frame):
            look()

    before = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, every_s, every_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _is_delicate(frame: FrameType | None) -> bool:
    """Whether an exception would do harm here; the next tick comes soon.

    In a destructor it would be lost.  While a block is being opened or closed, it
    would leave the block open, and what that holds as it is.
    """
    for _ in range(_NEAR):
        if frame is None:
            return False
        code = frame.f_code
        if code.co_name in _DOORS or "weakref" in code.co_filename:
            return True
        frame = frame.f_back
    return False


def _in_charge() -> bool:
    """Whether signals reach this thread, and nobody else waits for this one."""
    if not hasattr(signal, "setitimer") or not _in_main_thread():
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def bounded_memory(limit_mb: float | None) -> Iterator[None]:
    """Have the system refuse memory well beyond a limit: then MemoryError.

    The limit is that of the resident memory of the whole process; ticks end
    the work before, unless one step takes all at once.
    """
    used_mb = _data_mb()
    if limit_mb is None or used_mb is None or not _in_main_thread():
        yield
        return
    import resource  # noqa: PLC0415 - not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int((max(limit_mb, used_mb) + _HEADROOM_MB) * _MB)
    if soft != resource.RLIM_INFINITY:
        wanted = min(wanted, soft)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_mb() -> float | None:
    """Return what counts for RLIMIT_DATA; None where nobody says."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(ln.split()[1]) / 1024 for ln in lines if "VmData" in ln)
    except (OSError, ValueError, StopIteration):
        return None


@contextlib.contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow the recursion that specs need, and no more than the stack can bear."""
    before = sys.getrecursionlimit()
    _deepen_stack()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@cache
def _deepen_stack() -> None:
    """Let the stack grow as far as it may; once is enough for a process."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
        wanted = _STACK_MB * _MB
        if soft != resource.RLIM_INFINITY and soft < wanted:
            fits = hard == resource.RLIM_INFINITY or hard >= wanted
            resource.setrlimit(resource.RLIMIT_STACK, (wanted if fits else hard, hard))
