"""Faults as text, the swarm that draws them, and what steers it."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import Final

import pytest

from pyspec.campaign.fuzzing.given import (
    PRESETS,
    Ceiling,
    ceiling_of,
    faults_of,
    settings_of,
)
from pyspec.campaign.fuzzing.swarm import Steering, Swarm
from refimpl.commit.two_phase_commit import two_phase_commit
from refimpl.protocol import Faults

PROTOCOL: Final = two_phase_commit()
COUNTED: Final = ("losses", "duplications", "crashes", "partitions", "pauses")


def drawn(ceiling: Ceiling, number: int = 400) -> list[Faults]:
    swarm, rng = Swarm(ceiling), random.Random(5)  # noqa: S311 - to be repeated
    found = [swarm.draw(rng) for _ in range(number)]
    return found + [swarm.vary(rng, each) for each in found]


def test_faults_come_back_from_their_text() -> None:
    for each in drawn(ceiling_of(PROTOCOL, "all", [])):
        assert faults_of(PROTOCOL, "none", settings_of(each)) == each


def test_every_field_can_be_set() -> None:
    odd = Faults(
        losses=1,
        duplications=2,
        crashes=3,
        loss_percent=4,
        duplication_percent=5,
        crash_percent=6,
        latency_ns=(7, 8_000),
        latency="long tail",
        fifo=True,
        downtime_ns=(0, 1_500_000),
        partitions=9,
        partition_kinds=frozenset({"one-way"}),
        partition_ns=(1, 2),
        pauses=10,
        pause_ns=(3, 4),
        calm_ns=(5, 6),
        skew_ns=11,
        drift_ppm=12,
        unsynced_percent=13,
        spared=frozenset({"rm", "tm"}),
        stay_down=frozenset({"rm"}),
    )
    plain = Faults()
    for each in fields(Faults):
        assert getattr(odd, each.name) != getattr(plain, each.name), each.name
    assert faults_of(PROTOCOL, "none", settings_of(odd)) == odd


def test_nothing_is_drawn_above_the_ceiling() -> None:
    for preset in PRESETS:
        ceiling = ceiling_of(PROTOCOL, preset, [])
        for each in drawn(ceiling):
            for kind in COUNTED:
                assert getattr(each, kind) <= getattr(ceiling.faults, kind)
            assert each.skew_ns <= ceiling.faults.skew_ns
            assert each.spared == ceiling.faults.spared


def test_each_kind_is_sometimes_there_and_sometimes_not() -> None:
    found = drawn(ceiling_of(PROTOCOL, "all", []))
    for kind in COUNTED:
        share = sum(getattr(each, kind) > 0 for each in found) / len(found)
        assert 0.3 < share < 0.7
    assert {each.fifo for each in found} == {True, False}
    assert {each.latency for each in found} == {"uniform", "long tail"}
    assert len({each.latency_ns for each in found}) > 5
    calm = [each for each in found if not any(getattr(each, k) for k in COUNTED)]
    assert calm


def test_what_somebody_sets_stays() -> None:
    settings = ["latency_ns=1ms..2ms", "losses=1", "loss_percent=33", "fifo=true"]
    for each in drawn(ceiling_of(PROTOCOL, "all", settings)):
        assert each.latency_ns == (1_000_000, 2_000_000)
        assert each.losses <= 1
        assert each.loss_percent == 33 or not each.losses
        assert each.fifo


def test_a_model_without_losses_or_crashes_is_given_none() -> None:
    reliable = replace(PROTOCOL, faults=Faults(fifo=True, skew_ns=5))
    ceiling = ceiling_of(reliable, "all", []).faults
    assert not ceiling.losses
    assert not ceiling.partitions
    assert not ceiling.crashes
    assert not ceiling.duplications
    assert ceiling.skew_ns == 5
    assert ceiling.pauses
    assert all(each.fifo for each in drawn(ceiling_of(reliable, "all", [])))


def test_equal_tellings_draw_equal_faults() -> None:
    def told(seed: int) -> list[Faults]:
        steering = Steering(Swarm(ceiling_of(PROTOCOL, "all", [])), seed)
        found = []
        for number in range(200):
            found.append(steering.draw())
            steering.learn(found[-1], number % 7)
        return found

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_what_reached_something_new_is_drawn_again() -> None:
    steering = Steering(Swarm(ceiling_of(PROTOCOL, "all", [])), 0)
    good = Faults(losses=1)
    steering.learn(good, 50)
    assert sum(steering.draw() == good for _ in range(200)) > 20
    for _ in range(40):
        steering.learn(good, 0)
    steering.learn(Faults(crashes=1), 50)
    assert sum(steering.draw() == good for _ in range(200)) < 5


@pytest.mark.parametrize("text", ["1ms", "1.5ms", "0", "20ms..20ms", "0ns..3s"])
def test_times_have_units(text: str) -> None:
    faults = faults_of(PROTOCOL, "none", [f"latency_ns={text}"])
    assert faults_of(PROTOCOL, "none", settings_of(faults)) == faults
