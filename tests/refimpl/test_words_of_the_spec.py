"""What an implementation names is in its spec, and what the spec has is named."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from refimpl.audit.booted import classes_of
from refimpl.audit.words import Words, match
from refimpl.commit.two_phase_commit import (
    PROTOCOL,
    ResourceManager,
    two_phase_commit,
)
from refimpl.process import Message, Process, ProcessId, Timer, action, volatile
from refimpl.protocol import Protocol, Role

TICK = Timer("tick")

# The actions and variables of TwoPhaseCommit, written down by hand.
ONE = [
    "TMSendPrepare",
    "TMRcvPrepared",
    "TMRcvRefused",
    "TMSendDecision",
    "TMRcvAck",
    "RMPrepare",
    "RMVoteAgain",
    "RMRefuse",
    "RMChooseToAbort",
    "RMRcvCommitMsg",
    "RMRcvAbortMsg",
    "RMCrash",
    "RMRestart",
    "LoseMessage",
    "DuplicateMessage",
]
NONE = ["TMCommit", "TMAbort", "TMCrash", "TMRestart"]
VARIABLES = ("tmState", "tmPrepared", "tmAcked", "tmLog", "rmState", "rmLog", "net")
WORDS = Words(
    next=(*ONE, *NONE),
    operators={
        **dict.fromkeys(ONE, (2, ("rm",))),
        **dict.fromkeys(NONE, (2, ())),
        "TypeOK": (1, ()),
    },
    variables=VARIABLES,
)


def without(name: str) -> Words:
    """Return the words of a spec that has not this action."""
    left = {each: found for each, found in WORDS.operators.items() if each != name}
    return replace(
        WORDS, next=tuple(each for each in WORDS.next if each != name), operators=left
    )


def test_two_phase_commit_and_its_spec_have_the_same_words() -> None:
    matched = match(PROTOCOL, WORDS)
    assert (matched.problems, matched.notes) == ((), ())
    assert len(WORDS.next) == 19


@pytest.mark.parametrize("name", WORDS.next)
def test_an_action_that_the_spec_has_not_is_named_with_its_method(name: str) -> None:
    problems = match(PROTOCOL, without(name)).problems
    assert problems
    assert all(f"the spec has no action {name}" in each for each in problems)
    handlers = [
        f"{cls.__name__}.{handler.method}: "
        for cls in classes_of(PROTOCOL)
        for handler in cls.handlers
        if handler.mark.template.name == name
    ]
    others = ("lose= of", "duplicate= of", "ignore= of", "crash= of role")
    assert all(each.startswith((*handlers, *others)) for each in problems)


@pytest.mark.parametrize("name", WORDS.next)
def test_an_action_that_nothing_is_is_named(name: str) -> None:
    class Silent(ResourceManager):
        pass

    Silent.handlers = tuple(
        each for each in ResourceManager.handlers if each.mark.template.name != name
    )
    changed = replace(two_phase_commit(rm_class=Silent), duplicate=None)
    problems = match(changed, WORDS).problems
    if name.startswith("RM") and name != "RMCrash":
        assert f"nothing is the spec's action {name}: no method" in problems[0]
    assert "nothing is the spec's action DuplicateMessage" in problems[-1]


def test_a_misspelt_action_is_told_with_what_may_be_meant() -> None:
    renamed = replace(PROTOCOL, lose="LoseMesage(message)", ignore=None)
    problems = match(renamed, WORDS).problems
    assert problems == (
        (
            "lose= of the protocol: the spec has no action LoseMesage; "
            "did you mean LoseMessage?"
        ),
        (
            "nothing is the spec's action LoseMessage: no method, and none of lose=, "
            "duplicate=, ignore= and crash= (there is LoseMesage, which the spec "
            "has not)"
        ),
    )


# -------------------------------------------------------- a spec of one's own


@dataclass(frozen=True)
class Hello(Message):
    number: int


class Counter(Process):
    declares = {"count": "count[self.id]"}  # noqa: RUF012 - an example
    count: int = volatile(0)
    again: int = volatile(0)

    @action("Tick(self.id)", on=TICK)
    def tick(self) -> None:
        self.count += 1


def counting(kind: type[Process] = Counter, **more: str) -> Protocol:
    ids = (ProcessId("p"), ProcessId("q"))
    return Protocol(
        slug="counting",
        module="Counting",
        roles=(Role(name="p", ids=ids, make=kind),),
        **more,  # type: ignore[arg-type]
    )


SPEC = Words(("Tick",), {"Tick": (2, ("p",)), "Max": (1, ("p",))}, ("count", "other"))


def declaring(declares: dict[str, str]) -> type[Process]:
    return type("Declaring", (Counter,), {"declares": declares})


def test_a_variable_that_nobody_declares_is_a_note_and_no_mistake() -> None:
    matched = match(counting(), SPEC)
    assert matched.problems == ()
    assert matched.notes == ("no field is declared to be other",)


@pytest.mark.parametrize(
    ("declares", "complaint"),
    [
        (
            {"count": "cuont[self.id]"},
            "Declaring.count: the spec has no variable cuont; did you mean count?",
        ),
        (
            {"count": "count[self.id]", "again": "count[self.id]"},
            (
                "Declaring.again of p and Declaring.count of p are both declared to be "
                "count[p]"
            ),
        ),
        (
            {"count": "count"},
            (
                "Declaring.count of q and Declaring.count of p are both declared to be "
                "count"
            ),
        ),
        (
            {"count": "count[self.id]", "again": "count"},
            "Declaring.again: count is declared both with and without an argument",
        ),
    ],
)
def test_a_field_that_is_no_variable_or_another_s_is_found(
    declares: dict[str, str], complaint: str
) -> None:
    assert complaint in match(counting(declaring(declares)), SPEC).problems


def marked(text: str) -> type[Process]:
    class Marked(Counter):
        @action(text, on=TICK)
        def tick(self) -> None:
            self.count += 1

    return Marked


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "Tick(self.id, self.count)",
            (
                "Marked.tick: Tick(self.id, self.count) has 2 arguments; the spec has "
                "Tick(p)"
            ),
        ),
        ("Max(self.id)", "Marked.tick: Max is an operator of the spec but no action"),
        ("Tock(self.id)", "Marked.tick: the spec has no action Tock"),
    ],
)
def test_an_action_that_does_not_fit_is_found(text: str, complaint: str) -> None:
    assert complaint in match(counting(marked(text)), SPEC).problems


def test_an_action_without_its_arguments_is_a_note() -> None:
    matched = match(counting(marked("Tick")), SPEC)
    assert matched.problems == ()
    assert matched.notes[0] == (
        "Marked.tick records no arguments of Tick(p): replay tries all"
    )


def test_a_network_that_is_no_variable_is_found() -> None:
    found = match(counting(network="net"), SPEC).problems
    assert found == ("network= of the protocol: the spec has no variable net",)


def test_an_action_that_only_the_spec_has_is_found() -> None:
    words = replace(SPEC, next=("Tick", "Tock"), operators=SPEC.operators)
    assert match(counting(), words).problems == (
        (
            "nothing is the spec's action Tock: no method, and none of lose=, "
            "duplicate=, ignore= and crash="
        ),
    )
