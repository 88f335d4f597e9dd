"""Runs that depend on more than their seed are found, with what they depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refimpl.audit.repeating import repeated, watched
from refimpl.process import FrozenMap, ImplementationError, Process, volatile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODULE = """\
from __future__ import annotations

import datetime, itertools, random, time
from dataclasses import dataclass

from refimpl.process import *
from refimpl.protocol import Faults, Protocol, Role

TICK = Timer("tick")
SEEN: list[int] = []

@dataclass(frozen=True)
class Hello(Message):
    number: int

class Node(Process):
    declares = {"state": "state[self.id]"}
    state: int = volatile(0)

    def start(self) -> None:
        self.set_timer(TICK, 1000)

    @action("Tick(self.id)", on=TICK)
    def tick(self) -> None:
        BODY
        self.broadcast(Hello(self.state))

    @action("Take(self.id)", on=Hello)
    def take(self) -> None:
        self.state += 1

IDS = tuple(ProcessId(f"p{n}") for n in range(4))
PROTOCOL = Protocol(slug="x", module="X", roles=(Role(name="p", ids=IDS, make=Node),))
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give what writes a module that processes of their own can import."""

    def write(body: str) -> str:
        name = f"repeated_{abs(hash(body))}"
        text = MODULE.replace("BODY", body)
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return f"{name}:PROTOCOL"

    return write


nightly = pytest.mark.nightly


@pytest.mark.parametrize(
    ("body", "causes"),
    [
        pytest.param(
            "for at, name in enumerate(set(IDS)): self.state += at * int(name[1:])",
            ("the hash seed",),
            id="hashes",
        ),
        pytest.param(
            "self.state = int(time.time()) // 3000",
            ("the wall clock",),
            id="clock",
            marks=nightly,
        ),
        pytest.param(
            "self.state = datetime.date.today().toordinal()",
            ("the wall clock",),
            id="calendar",
            marks=nightly,
        ),
        pytest.param(
            "self.state = random.randrange(10**9)",
            ("Python's own random generator", "the runs before it"),
            id="chance",
            marks=nightly,
        ),
        pytest.param(
            "SEEN.append(1); self.state = len(SEEN)",
            ("the runs before it",),
            id="leak",
            marks=nightly,
        ),
        pytest.param(
            "self.state = time.perf_counter_ns()",
            (),
            id="nothing repeats",
            marks=nightly,
        ),
    ],
)
def test_what_differs_is_found_with_its_cause(
    written: Callable[[str], str], body: str, causes: tuple[str, ...]
) -> None:
    difference = repeated(written(body), range(2))
    assert difference is not None
    assert difference.causes == causes
    assert (difference.number, difference.where) == (1, "Node.tick")
    assert difference.first != difference.other
    assert all(
        each.startswith("1 @p0 ") for each in (difference.first, difference.other)
    )
    assert "event 1" in str(difference)
    assert "first seen in Node.tick" in str(difference)


def test_two_phase_commit_is_the_same_whatever_the_machine() -> None:
    assert repeated("two_phase_commit", range(5)) is None


def test_a_step_without_lines_and_end_is_found_from_outside(
    written: Callable[[str], str],
) -> None:
    with pytest.raises(
        ImplementationError, match=r"seed 0 has no end within 2 s: it is in Node\.tick"
    ):
        watched(written("sum(itertools.repeat(0))"), range(2), timeout_s=2)


def test_what_an_audited_run_raises_is_told_once(written: Callable[[str], str]) -> None:
    [told] = watched(written("1 // (self.id != 'p1')"), range(3))
    assert told.startswith("ZeroDivisionError: ")
    assert "; in Node.tick; p1 on Timer(name='tick') at t=1000ns of seed 0" in told


def test_a_module_that_cannot_be_imported_is_named() -> None:
    with pytest.raises(ImplementationError, match="nowhere:PROTOCOL cannot be run"):
        watched("nowhere:PROTOCOL", range(1))


def test_audited_runs_of_two_phase_commit_raise_nothing() -> None:
    assert watched("two_phase_commit", range(20)) == ()


def test_a_function_of_a_set_has_an_order_that_hashes_do_not_decide() -> None:
    class Tally(Process):
        votes: FrozenMap[str, int] = volatile(0, each="self.voters")

    found = Tally.fields["votes"].at_first({"voters": frozenset("hgfedcba")})
    assert isinstance(found, FrozenMap)
    assert [*found] == [*"abcdefgh"]
