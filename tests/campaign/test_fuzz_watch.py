"""Methods that never return are ended, and named; nobody else is."""

from __future__ import annotations

import contextlib
import signal
import time
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.campaign.fuzzing.blame import failed, method_that_raised
from pyspec.campaign.fuzzing.watch import Stuck, Watch, method_in
from refimpl.commit.two_phase_commit import ResourceManager, two_phase_commit
from refimpl.protocol import Faults
from refimpl.sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT_S: Final = 0.2


class Looping(ResourceManager):
    """Never ends its first step."""

    def prepare(self) -> None:
        """Loop."""
        self.helped()

    def helped(self) -> None:
        """Loop, where another method called it."""
        while True:
            with contextlib.suppress(Exception):  # as careless code does
                self.id.upper()


class Failing(ResourceManager):
    """Raises in its first step."""

    def prepare(self) -> None:
        """Raise."""
        raise KeyError(self.id)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with (tmp_path / "report").open("w+", encoding="utf-8") as report:
        yield Watch(LIMIT_S, lambda _: None, report)


def run_of(rm: type[ResourceManager]) -> None:
    World(two_phase_commit(rm_class=rm), 1, Faults()).run()


def test_a_method_that_loops_is_named_with_its_class_and_line(watch: Watch) -> None:
    with pytest.raises(Stuck) as told, watch.running():
        run_of(Looping)
    assert told.value.method.startswith("Looping.prepare (")
    assert "test_fuzz_watch.py:" in told.value.method
    assert "did not return within 0.2 s" in str(told.value)


@pytest.mark.parametrize("limit_s", [1e-6, 1e17])
def test_any_limit_can_be_kept(limit_s: float, tmp_path: Path) -> None:
    with (tmp_path / "report").open("w+", encoding="utf-8") as report:
        watch = Watch(limit_s, lambda _: None, report)
        with watch.running():
            time.sleep(0.01)
            run_of(ResourceManager)


def test_the_clock_is_free_afterwards(watch: Watch) -> None:
    before = signal.getsignal(signal.SIGALRM)
    with watch.running():
        run_of(ResourceManager)
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_time_that_no_method_takes_is_nobodys_fault(watch: Watch) -> None:
    with watch.running():
        until = time.process_time() + 4 * LIMIT_S
        while time.process_time() < until:
            pass
        run_of(ResourceManager)


def test_who_raises_is_named() -> None:
    with pytest.raises(KeyError) as told:
        run_of(Failing)
    where = method_that_raised(told.value)
    assert where is not None
    assert where.startswith("Failing.prepare (")
    mistake = failed(told.value)
    assert mistake is not None
    assert "KeyError: 'r" in str(mistake)
    assert "of seed 1" in str(mistake), "when it was"


def test_what_is_no_implementations_fault_is_not_blamed_on_one() -> None:
    with pytest.raises(ZeroDivisionError) as told:
        _ = 1 // 0
    assert method_that_raised(told.value) is None
    assert failed(told.value) is None


REPORT: Final = """Timeout (0:00:02)!
Thread 0x00007f (most recent call first):
  File "{file}", line {line} in prepare
  File "/x/refimpl/steps.py", line 120 in _attempt
  File "/x/refimpl/steps.py", line 80 in _first
"""


def test_pythons_report_of_an_end_is_read(tmp_path: Path) -> None:
    code = tmp_path / "odd.py"
    code.write_text("class Odd:\n    def prepare(self):\n        pass\n", "utf-8")
    assert method_in(REPORT.format(file=code, line=3)) == f"Odd.prepare ({code}:3)"
    assert method_in(REPORT.format(file="/gone.py", line=3)) == "prepare (/gone.py:3)"
    assert method_in("") is None
    assert method_in("Segmentation fault\n") is None
