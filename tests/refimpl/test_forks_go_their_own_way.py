"""A fork of a system is where the system is, and neither disturbs the other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from refimpl.commit.two_phase_commit import two_phase_commit
from refimpl.process import Process, ProcessId, Timer, action, volatile
from refimpl.protocol import Protocol, Role
from refimpl.sim.recorder import Recorder
from refimpl.sim.steered import Steered

if TYPE_CHECKING:
    from pyspec.trace.model import Event

PROTOCOL = two_phase_commit()
ROLL = Timer("ROLL")


class Die(Process):
    """Rolls itself."""

    face: int = volatile(0)

    def start(self) -> None:
        self.set_timer(ROLL, 1)

    @action("Roll", on=ROLL)
    def roll(self) -> None:
        self.face = self.context.rng.randrange(1 << 30)
        self.set_timer(ROLL, 1)


DIE = Protocol(
    slug="die",
    module="Die",
    roles=(Role(name="die", ids=(ProcessId("d"),), make=Die),),
)


def started(protocol: Protocol, seed: int) -> Steered:
    system = Steered(protocol, seed, Recorder(protocol))
    system.start()
    return system


def recorded(system: Steered) -> list[Event]:
    assert system.recorder is not None
    return system.recorder.events


def faces(system: Steered, rolls: int) -> list[int]:
    found = []
    for _ in range(rolls):
        (only,) = system.possible()
        assert system.take(only)
        process = system.nodes[ProcessId("d")].process
        assert isinstance(process, Die)
        found.append(process.face)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_chain_of_forks_is_one_run(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    straight = started(PROTOCOL, seed)
    system = started(PROTOCOL, seed)
    events: list[Event] = []
    for _ in range(40):
        happening = chance.choice([*system.possible()])
        aside = system.fork()
        assert aside.take(chance.choice([*aside.possible()]))
        system = system.fork()
        assert system.take(happening)
        assert straight.take(happening)
        events += recorded(system)
    assert events == recorded(straight)
    assert [*system.possible()] == [*straight.possible()]


def test_what_a_fork_does_is_not_done_to_the_system() -> None:
    system = started(PROTOCOL, 3)
    before = [*system.possible()]
    for happening in before:
        assert system.fork().take(happening)
    assert [*system.possible()] == before
    assert not recorded(system)
    assert system.now_ns == system.events == 0


def test_forks_draw_the_same_unless_they_draw_anew() -> None:
    system = started(DIE, 1)
    faces(system, 3)
    forks = [system.fork(), system.fork(), system.fork(draws=1), system.fork(draws=2)]
    first, second, third, fourth = (faces(fork, 4) for fork in forks)
    assert first == second == faces(system, 4)
    assert len({*first, *third, *fourth}) == 12
    assert faces(system.fork(draws=1), 4) == third
