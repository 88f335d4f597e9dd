"""What verify says of implementations that break the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyspec import catalog
from pyspec.campaign import verify
from pyspec.campaign.verify import Plan, Row, Verification
from pyspec.conformance import Spec, load_spec
from pyspec.tla2tools import find_toolchain
from refimpl.commit.two_phase_commit import (
    PROTOCOL,
    Abort,
    Prepare,
    ResourceManager,
    two_phase_commit,
)
from refimpl.process import ImplementationError, action

pytestmark = pytest.mark.java


@pytest.fixture(scope="module")
def verification() -> Verification:
    return Verification(
        catalog.find("two_phase_commit"), find_toolchain(), Plan(runs=3)
    )


@pytest.fixture(scope="module")
def spec(verification: Verification) -> Spec:
    return load_spec(verification.toolchain, verification.protocol.spec)


class Misspelt(ResourceManager):
    """Calls an action by a name that the spec has not, and another by too few."""

    @action("RMPrepair(self.id)", on=Prepare)
    def prepare(self) -> None:
        """Vote yes."""

    @action("RMRcvAbortMsg(self.id, self.tm)", on=Abort)
    def rcv_abort_msg(self) -> None:
        """Abort."""


class Forked(ResourceManager):
    """Asks the disk by itself."""

    def start(self) -> None:
        """Begin."""
        self.context.storage.force({})


def test_the_words_of_the_reference_implementation_are_those_of_the_spec(
    verification: Verification, spec: Spec
) -> None:
    row = verification.words(PROTOCOL, spec)
    assert (row.passed, row.found) == (True, "19 actions, 7 variables")
    assert verification.apart(PROTOCOL).passed


def test_words_that_are_not_the_spec_s_are_red_and_named(
    verification: Verification, spec: Spec
) -> None:
    row = verification.words(two_phase_commit(rm_class=Misspelt), spec)
    assert row.problems == (
        "Misspelt.prepare: the spec has no action RMPrepair; did you mean RMPrepare?",
        (
            "Misspelt.rcv_abort_msg: RMRcvAbortMsg(self.id, self.tm) has 2 arguments; "
            "the spec has RMRcvAbortMsg(r)"
        ),
        (
            "nothing is the spec's action RMPrepare: no method, and none of lose=, "
            "duplicate=, ignore= and crash= (there is RMPrepair, which the spec "
            "has not)"
        ),
    )


def test_a_variable_that_nobody_tells_of_is_said_and_green(
    verification: Verification, spec: Spec
) -> None:
    row = verification.words(replace(PROTOCOL, network=None), spec)
    assert row.passed
    assert row.found.endswith("; no field is declared to be net")


def test_a_look_past_the_context_is_red(verification: Verification) -> None:
    row = verification.apart(two_phase_commit(rm_class=Forked))
    [problem] = row.problems
    assert (
        "Forked.start reaches into its disk (storage.force); use self.sync()" in problem
    )


def test_a_process_that_cannot_be_made_is_red_and_named(
    verification: Verification, spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unborn(ResourceManager):
        """Cannot be made."""

        def __init__(self, *_: object) -> None:
            raise ValueError("no such disk")

    unborn = two_phase_commit(rm_class=Unborn)
    monkeypatch.setattr(verify, "implementation_of", lambda _: unborn)
    [row] = verification.implementation(spec)
    assert (row.passed, row.what) == (False, "refimpl/commit/two_phase_commit.py")
    assert row.found == "ValueError: no such disk; when r1 of role rm is made"


def test_no_schedule_is_run_of_what_cannot_be_trusted_to_end(
    verification: Verification, spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> tuple[str, ...]:
        raise ImplementationError("seed 0 has no end")

    monkeypatch.setattr(verify, "watched", endless)
    rows: list[Row] = [*verification.implementation(spec)]
    assert [(row.what, row.problems) for row in rows if not row.passed] == [
        ("audited runs", ("seed 0 has no end",))
    ]
    assert rows[-1].what == "audited runs"
