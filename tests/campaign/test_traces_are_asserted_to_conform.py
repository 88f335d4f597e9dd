"""`assert_conforms` fails for whatever replay does not accept, and says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyspec import catalog
from pyspec.errors import Mistake
from pyspec.testing import assert_conforms
from refimpl.protocol import Faults, find, find_broken
from refimpl.sim import simulate

pytestmark = pytest.mark.java

TRACE = simulate(find("two_phase_commit"), 1, Faults())


def test_a_behavior_passes_whoever_names_its_spec() -> None:
    assert_conforms(TRACE)
    assert_conforms(TRACE, "two-phase-commit")
    assert_conforms(TRACE, catalog.find("two_phase_commit").spec)


def test_a_wrong_step_fails_with_the_reason() -> None:
    wrong = replace(TRACE, events=TRACE.events[3:])
    with pytest.raises(AssertionError, match="rejected at ") as raised:
        assert_conforms(wrong)
    assert "BagIn(" in str(raised.value)


def test_what_is_owed_fails() -> None:
    (resigned,) = [b for b in find_broken("two_phase_commit") if b.owes]
    trace = simulate(resigned.protocol, resigned.seeds[0], resigned.faults)
    with pytest.raises(AssertionError, match="TMSendDecision"):
        assert_conforms(trace)


def test_a_spec_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(
        Mistake, match="no protocol of the catalogue has a module Two"
    ) as raised:
        assert_conforms(replace(TRACE, module="Two"))
    assert 'assert_conforms(trace, "FILE.tla")' in str(raised.value)
