"""A process that ends in the middle of its work costs nobody else's runs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.campaign.fuzzing.campaign import Campaign, Plan
from pyspec.campaign.fuzzing.crew import Hand
from pyspec.campaign.fuzzing.findings import Store
from pyspec.campaign.fuzzing.given import Ceiling
from pyspec.campaign.fuzzing.subject import Subject
from pyspec.errors import Unavailable
from refimpl.protocol import Faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBJECT = Subject("two_phase_commit")


class FakeCrew:
    """Counts the processes that it is to start."""

    def __init__(self) -> None:
        self.starts = 0

    def start(self) -> None:
        """Count."""
        self.starts += 1


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """Return a worker that listens to nothing."""
    words = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        yield Hand(process, tmp_path / "stuck")


def campaign(folder: Path) -> Campaign:
    return Campaign(
        Plan(subject=SUBJECT, ceiling=Ceiling(Faults(), frozenset()), folder=folder)
    )


def gone(campaign: Campaign, hand: Hand) -> int:
    """Let the worker have gone; return how many were started instead."""
    crew: Any = FakeCrew()
    campaign._gone(crew, hand, -9)
    return int(crew.starts)


def began(hand: Hand, seed: int) -> None:
    hand._note({"began": [seed, []]})


@pytest.mark.parametrize("is_amid", [False, True])
def test_the_runs_that_it_has_not_begun_are_given_back(
    hand: Hand, tmp_path: Path, *, is_amid: bool
) -> None:
    held = campaign(tmp_path)
    held.result.runs = 1
    hand.give({"do": "run", "runs": [[seed, []] for seed in range(5)]})
    began(hand, 0)
    hand._note({"ran": {}})
    if is_amid:
        began(hand, 1)
    assert gone(held, hand) == 1
    assert [seed for seed, _ in held._drawn_runs()] == [1, 2, 3, 4][is_amid:]
    assert held.result.failed == is_amid


def test_one_that_has_no_work_yet_is_replaced(hand: Hand, tmp_path: Path) -> None:
    held = campaign(tmp_path)
    held.result.runs = 1
    assert gone(held, hand) == 1


def test_nobody_tries_for_ever(hand: Hand, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="ended at once"):
        gone(campaign(tmp_path), hand)
    held = campaign(tmp_path)
    held.result.runs = 1
    for _ in range(10):
        assert gone(held, hand) == 1
    with pytest.raises(Unavailable, match="ended at once"):
        gone(held, hand)


def test_what_it_has_not_written_whole_is_removed(tmp_path: Path) -> None:
    names = ".seed-1-a.trace.12", ".seed-1-a.trace.312", "seed-1-a.trace", ".seed.12"
    for name in names:
        (tmp_path / name).touch()
    Store(tmp_path, SUBJECT).sweep([12, 13])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
