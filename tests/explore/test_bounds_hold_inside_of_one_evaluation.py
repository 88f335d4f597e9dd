"""Time, memory and recursion are bounded while one expression is evaluated."""

from __future__ import annotations

import contextlib
import itertools
import mmap
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pyspec.explore.bounded import bounded_memory, deep_recursion, ticking
from pyspec.explore.limits import Limits, Stopped, Watch, resident_mb
from pyspec.explore.result import Cause
from pyspec.language.runtime.order import Appearance, Naming, appearance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


def without_end() -> None:
    while True:
        pass


def test_a_loop_without_end_is_ended_when_time_is_up() -> None:
    watch = Watch(Limits(seconds=0.2))
    with pytest.raises(Stopped) as stopped, ticking(watch.look, 0.05):
        without_end()
    assert stopped.value.cause is Cause.TIMEOUT
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_who_catches_the_end_of_time_may_finish_in_peace() -> None:
    watch = Watch(Limits(seconds=0.1))
    ends = time.monotonic() + 0.5
    with ticking(watch.look, 0.05):
        with pytest.raises(Stopped):
            without_end()
        while time.monotonic() < ends:
            pass


def test_an_end_of_time_that_nobody_noticed_comes_again() -> None:
    watch = Watch(Limits(seconds=0.0))
    with pytest.raises(Stopped):
        watch.look()
    watch.look()
    watch._quiet_until = 0.0
    with pytest.raises(Stopped):
        watch.look()


class Interrupted(Exception):
    """The end of time, of this test."""


def look() -> None:
    raise Interrupted


def ticked_at(point: int, work: Callable[[], object]) -> bool:
    """Tick from a point on at which Python may take a signal; say if it was reached.

    Python takes them where a function begins, and after the call of one in C.
    """
    passed = 0

    def at_each(frame: FrameType, event: str, _: object) -> None:
        nonlocal passed
        if event in {"call", "c_return"}:
            passed += 1
            tick = signal.getsignal(signal.SIGALRM)
            if passed >= point and callable(tick):
                tick(signal.SIGALRM, frame)

    with ticking(look, 3600.0):
        try:
            sys.setprofile(at_each)
            work()
        except Interrupted:
            return True
        finally:
            sys.setprofile(None)
    return False


class Block:
    """A block that knows how often it is open; the work to do is that of a helper."""

    def __init__(self) -> None:
        self.times = 0

    def count(self, number: int) -> None:
        self.times = sum((self.times, number))

    def __enter__(self) -> None:
        self.count(1)

    def __exit__(self, *_: object) -> None:
        self.count(-1)

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        with self:
            yield


@pytest.mark.parametrize("kind", ["class", "generator"])
def test_the_end_of_time_leaves_no_block_open(kind: str) -> None:
    block = Block()

    def work() -> None:
        for _ in range(2):
            with block if kind == "class" else block.opened():
                sorted([3, 2])
            sorted([3, 2])

    points = 0
    while ticked_at(points + 1, work):
        assert block.times == 0, f"interrupted at point {points}"
        points += 1
    assert points > 10


def test_the_end_of_time_leaves_names_in_their_order() -> None:
    before = appearance.get()
    names = Appearance(["b", "a"])

    def work() -> None:
        with Naming(names):
            assert sorted(["a", "b"], key=appearance.get().rank) == ["b", "a"]

    for point in itertools.count(1):
        reached = ticked_at(point, work)
        assert appearance.get() is before
        if not reached:
            break
    assert point > 3


def test_in_another_thread_nothing_ticks_and_all_works() -> None:
    looked: list[str] = []

    def work() -> None:
        with ticking(lambda: looked.append("look"), 0.01), bounded_memory(1.0):
            time.sleep(0.05)
        looked.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert looked == ["done"]


BOUNDED = """
from pyspec.explore.bounded import bounded_memory
with bounded_memory(100):
    try:
        bytearray(500 << 20)
    except MemoryError:
        print("refused")
bytearray(500 << 20)
print("given")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count it")
def test_memory_far_beyond_the_limit_is_refused_and_afterwards_given() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["refused", "given"]


RECURSION = """
from pyspec.explore.bounded import deep_recursion
def through_c(n):
    return sum(sorted(map(through_c, [n + 1]), key=lambda x: through_c(x)))
with deep_recursion():
    try:
        through_c(0)
    except RecursionError:
        print("told")
"""


def test_recursion_without_end_is_an_error_and_no_crash() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RECURSION], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "told\n")
    before = sys.getrecursionlimit()
    with deep_recursion():
        assert sys.getrecursionlimit() > before
    assert sys.getrecursionlimit() == before


def test_resident_memory_is_that_of_this_process() -> None:
    # Pages asked of the system: malloc may hand out what earlier tests have freed,
    # which is resident already.
    with mmap.mmap(-1, 64 << 20) as block:
        before = resident_mb()
        for _ in range(64):
            block.write(bytes(1 << 20))
        assert 60 < resident_mb() - before < 80
