"""TLC's counterexamples as traces: text, and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.errors import Mistake
from pyspec.tla2tools.counterexample import (
    Behavior,
    behavior_of,
    read_dump_trace,
    to_trace,
    with_arguments,
)
from pyspec.tla2tools.messages import Message, Severity
from pyspec.tla2tools.outcome import Outcome, Question, read_output
from pyspec.trace.model import (
    UNKNOWN,
    Call,
    End,
    Event,
    Location,
    Loop,
    Observation,
    Relation,
)
from pyspec.trace.model import (
    Path as ValuePath,
)
from pyspec.values import ModelValue, fn, record

SAMPLES = Path(__file__).parents[1] / "data" / "tlc-samples"
DUMPS = SAMPLES / "dumptrace"
R1, R2 = ModelValue("r1"), ModelValue("r2")


def outcome_of(path: Path, module: str = "Ok") -> Outcome:
    return read_output(path.read_text().splitlines(), question=Question(module))


def state(number: int, label: str, text: str, code: int = 2217) -> Message:
    return Message(code, Severity.STATE, (f"{number}: {label}", *text.split("\n")))


def equals(name: str, value: int, *, primed: bool) -> Observation:
    return Observation(ValuePath(name), Relation.EQUALS, value, primed)


def test_a_behavior_is_init_and_one_event_per_step() -> None:
    trace = outcome_of(SAMPLES / "out" / "inv.15.out").counterexample
    assert trace is not None
    assert trace.module == "Ok"
    assert trace.init == (equals("x", 0, primed=False), equals("y", 0, primed=False))
    place = Location("Ok", 5, 11, 5, 39)
    first = trace.events[0]
    assert first == Event(
        1,
        (Call("Inc"),),
        (equals("x", 2, primed=True), equals("y", 2, primed=True)),
    )
    assert isinstance(first.steps[0], Call)
    assert first.steps[0].location == place
    assert trace.end is End.CUT


def test_a_lasso_has_the_step_that_closes_it() -> None:
    trace = outcome_of(SAMPLES / "out" / "live.15.out").counterexample
    assert trace is not None
    assert len(trace.events) == 4
    assert trace.end == Loop(1)
    assert trace.events[-1].steps == (Call("Inc"),)
    assert trace.events[-1].observations == trace.events[0].observations


def test_newer_jars_print_arguments() -> None:
    trace = outcome_of(DUMPS / "TPbad.out", "TP").counterexample
    assert trace is not None
    calls = [event.steps[0] for event in trace.events]
    assert calls == [
        Call("RMPrepare", (R1,)),
        Call("TMRcvPrepared", (R1,)),
        Call("RMPrepare", (R2,)),
        Call("TMRcvPrepared", (R2,)),
        Call("TMCommit"),
    ]


def test_newer_jars_name_the_temporal_property() -> None:
    outcome = outcome_of(DUMPS / "TPlive.out", "TP")
    assert outcome.property == "AllCommit"
    assert outcome.counterexample is not None
    assert outcome.counterexample.end is End.QUIESCENT


def test_a_null_is_not_observed() -> None:
    outcome = outcome_of(SAMPLES / "out" / "undef.15.out", "Evl")
    assert outcome.states[-1] == {"x": None}
    assert outcome.counterexample is not None
    assert outcome.counterexample.events[-1].observations == ()


def test_a_state_that_cannot_be_read_is_damage_and_no_exception() -> None:
    messages = [
        state(1, "<Initial predicate>", "x = 0"),
        state(2, "<A line 1, col 1 to line 1, col 2 of module M>", "x = <<<]"),
    ]
    trace = to_trace(behavior_of(messages), "M")
    assert trace is not None
    assert trace.damage is not None
    assert "state 2" in trace.damage
    assert trace.events[0].observations == ()


def test_a_way_back_to_nowhere_is_damage() -> None:
    messages = [
        state(1, "<Initial predicate>", "x = 0"),
        state(
            7, "Back to state: <A line 1, col 1 to line 1, col 2 of module M>", "", 2122
        ),
    ]
    behavior = behavior_of(messages)
    assert behavior.back_to is None
    assert behavior.damage is not None


def test_no_state_is_no_trace() -> None:
    assert to_trace(Behavior(), "M") is None


@given(st.lists(st.tuples(st.sampled_from([2216, 2217, 2218, 2122]), st.text())))
def test_any_state_messages_are_read(bodies: list[tuple[int, str]]) -> None:
    messages = [Message(code, Severity.STATE, (body,)) for code, body in bodies]
    to_trace(behavior_of(messages), "M")


def test_json_gives_arguments_and_marks_what_it_lost() -> None:
    text = (DUMPS / "TPbad.json").read_text()
    trace = read_dump_trace(text, model_values=("r1", "r2"))
    assert trace.module == "TP"
    assert [event.steps[0] for event in trace.events] == [
        Call("RMPrepare", (R1,)),
        Call("TMRcvPrepared", (R1,)),
        Call("RMPrepare", (R2,)),
        Call("TMRcvPrepared", (R2,)),
        Call("TMCommit", ()),
    ]
    observed = {one.path.root: one for one in trace.init}
    working = fn({R1: "working", R2: "working"})
    assert observed["rmState"].value == working
    assert observed["msgs"].relation is Relation.ONE_OF
    assert observed["msgs"].value == frozenset({(), frozenset()})
    last = {one.path.root: one for one in trace.events[1].observations}
    assert last["tmPrepared"].value == frozenset({(R1,), frozenset({R1})})


def test_json_of_a_stuttering_behavior_ends_quiescent() -> None:
    trace = read_dump_trace((DUMPS / "TPlive.json").read_text())
    assert trace.end is End.QUIESCENT
    assert len(trace.events) == 5


def test_json_of_a_lasso_loops() -> None:
    step = {"name": "Tick", "location": {"module": "M"}}
    text = json.dumps(
        {
            "counterexample": {
                "action": [
                    [[1, {"x": 0}], step, [2, {"x": 1}]],
                    [[2, {"x": 1}], step, [1, {"x": 0}]],
                ],
                "state": [[1, {"x": 0}], [2, {"x": 1}]],
            }
        }
    )
    trace = read_dump_trace(text)
    assert trace.end == Loop(0)
    assert trace.events[-1].observations == (equals("x", 0, primed=True),)


def test_json_lends_its_arguments_to_the_text_of_the_same_run() -> None:
    text = (DUMPS / "TPbad.json").read_text()
    behavior = outcome_of(DUMPS / "TPbad.out").findings[0].behavior
    bare = Behavior(behavior.states, tuple(Call(c.action) for c in behavior.calls))
    full = with_arguments(bare, text)
    assert full.calls[0] == Call("RMPrepare", (R1,))
    assert full.calls[-1] == Call("TMCommit", ())
    assert full.states is behavior.states


def test_json_of_another_run_lends_nothing() -> None:
    bare = Behavior(({"x": 1},), (Call("Other"),))
    assert with_arguments(bare, (DUMPS / "TPbad.json").read_text()) == bare


def test_json_objects_are_records_or_functions_of_integers() -> None:
    value = {"a": 1, "b": {"2": True}}
    states = [[1, {"f": value}], [2, {"f": value}]]
    step = {"name": "A", "context": {}, "parameters": ["p"]}
    action = [[states[0], step, states[1]]]
    text = json.dumps({"counterexample": {"action": action, "state": states}})
    trace = read_dump_trace(text, "M")
    from pyspec.values import TRUE  # noqa: PLC0415 - used here only

    assert trace.init[0].value == record(a=1, b=fn({2: TRUE}))
    assert trace.events[0].steps == (Call("A", (UNKNOWN,)),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"counterexample": {}}',
        '{"counterexample": {"state": 1}}',
        '{"counterexample": {"state": [[1, 2]], "action": []}}',
        '{"counterexample": {"state": [], "action": []}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_such_json_is_a_mistake(text: str) -> None:
    with pytest.raises(Mistake):
        read_dump_trace(text)
