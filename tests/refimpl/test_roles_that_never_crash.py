"""A role without a crash action never crashes, whatever the fault model allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyspec.trace.model import Call, Skip
from refimpl.protocol import Faults, find, find_broken
from refimpl.sim import simulate

MANY = Faults(crashes=50, crash_percent=100)


def crashed(seed: int, *, immortal: str | None) -> set[str]:
    """Names of the processes that crash in a run of two-phase commit."""
    protocol = find("two_phase_commit")
    roles = tuple(
        replace(role, crash=None) if role.name == immortal else role
        for role in protocol.roles
    )
    trace = simulate(replace(protocol, roles=roles), seed, MANY)
    steps = [(event.process, step) for event in trace.events for step in event.steps]
    assert not [step for _, step in steps if isinstance(step, Skip)]
    return {
        str(process)
        for process, step in steps
        if isinstance(step, Call) and step.action.endswith("Crash")
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_role_without_crash_action_never_crashes(seed: int) -> None:
    assert "tm" in crashed(seed, immortal=None)
    assert crashed(seed, immortal="tm") == {"r1", "r2", "r3"}


def test_a_protocol_without_broken_implementations_has_none() -> None:
    assert find_broken("no_such_protocol") == ()
