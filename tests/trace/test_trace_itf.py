"""ITF: states of Apalache and Quint as traces, and counterexamples as ITF."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.errors import Mistake
from pyspec.testing.strategies import events, names, values, with_clocks
from pyspec.tla2tools import Question, read_output
from pyspec.trace import (
    AnyStep,
    Call,
    End,
    Event,
    Expectation,
    Expected,
    Loop,
    Observation,
    Relation,
    Silent,
    Skip,
    Step,
    Trace,
    parse_trace,
    write_trace,
)
from pyspec.trace import Path as ValuePath
from pyspec.trace.itf import parse_itf, read_itf, write_itf
from pyspec.trace.write import NO_ROOTS
from pyspec.values import TRUE, ModelValue, fn, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from pyspec.trace.reading import Reading
    from pyspec.values import Value

SAMPLES = Path(__file__).parents[1] / "data" / "tlc-samples"
OUTPUTS = sorted(SAMPLES.rglob("*.out"))


def itf(states: Sequence[dict[str, Any]], **more: Any) -> str:  # noqa: ANN401 - JSON
    names = [key for key in states[0] if key != "#meta"]
    return json.dumps({"vars": names, "states": states, **more})


def read(states: Sequence[dict[str, Any]], **more: Any) -> Reading:  # noqa: ANN401 - JSON
    return parse_itf(itf(states, **more), "Clock.itf.json")


def equals(name: str, value: Value, *, primed: bool = True) -> Observation:
    return Observation(ValuePath(name), Relation.EQUALS, value, primed)


def test_states_become_observations() -> None:
    trace = read([{"x": 0, "y": True}, {"x": {"#bigint": "1"}, "y": [1]}]).trace
    assert trace == Trace(
        "Clock",
        events=(Event(1, (AnyStep(),), (equals("x", 1), equals("y", (1,)))),),
        init=(equals("x", 0, primed=False), equals("y", TRUE, primed=False)),
    )


def test_a_state_like_the_one_before_is_no_step() -> None:
    steps = [event.steps for event in read([{"x": 1}, {"x": 1}, {"x": 2}]).trace.events]
    assert steps == [(Skip(),), (AnyStep(),)]


def test_actions_of_quint_are_named_and_its_choices_counted() -> None:
    picks = {"node": {"tag": "Some", "value": "n1"}}
    states = [
        {"m::x": 0, "mbt::actionTaken": "init", "mbt::nondetPicks": {}},
        {"m::x": 0, "mbt::actionTaken": "tick", "mbt::nondetPicks": picks},
        {"m::x": 1, "mbt::actionTaken": "q::step", "mbt::nondetPicks": picks},
    ]
    reading = read(states)
    trace = reading.trace
    assert [event.steps for event in trace.events] == [(Call("tick"),), (AnyStep(),)]
    assert trace.init == (equals("x", 0, primed=False),)
    assert sorted(reading.ignored.values()) == [1, 2]


def test_parameters_are_constants() -> None:
    states = [{"x": 0, "N": 3, "RM": {"#set": ["a"]}}, {"x": 1}]
    text = json.dumps({"params": ["N", "RM"], "vars": ["x"], "states": states})
    trace = parse_itf(text, module="M").trace
    assert trace.constants == {"N": 3, "RM": frozenset({"a"})}
    assert parse_itf(write_itf(trace)).trace == trace


def test_what_the_file_says_of_itself_is_kept() -> None:
    meta = {"source": "specs/Clock2.tla", "n": 1, "odd": [None], "more": {"a": 1}}
    reading = parse_itf(itf([{"x": 1}], **{"#meta": meta}), "a.itf.json")
    assert reading.trace.module == "Clock2"
    assert reading.notes == ()
    assert reading.trace.meta == {
        "source": "specs/Clock2.tla",
        "n": 1,
        "odd": "[null]",
        "more": record(a=1),
    }


def test_the_module_is_guessed_by_the_name_of_the_file_and_told() -> None:
    reading = read([{"x": 1}])
    assert reading.trace.module == "Clock"
    assert "Clock" in reading.notes[0]
    assert parse_itf(itf([{"x": 1}]), "a b.json", "M").trace.module == "M"
    with pytest.raises(Mistake, match="which module"):
        parse_itf(itf([{"x": 1}]), "a b.json")


def test_other_keys_of_a_state_are_counted() -> None:
    text = json.dumps(
        {
            "vars": ["x"],
            "states": [{"x": 1, "y": 2, "#meta": {"index": 0, "z": 1}}],
        }
    )
    assert parse_itf(text, "M.json").ignored == {
        "y, which is not in vars": 1,
        "#meta of a state: z": 1,
    }


@pytest.mark.parametrize(
    ("numbers", "loop", "end", "events"),
    [
        ([0, 1, 2], None, End.CUT, 2),
        ([0, 1, 2], 2, End.QUIESCENT, 2),
        ([0, 1, 2], 0, Loop(0), 3),
        ([0, 1, 2], 1, Loop(1), 3),
        ([0, 1, 2, 1], 1, Loop(1), 3),
        ([0, 1, 0], 0, Loop(0), 2),
        ([0], 0, End.QUIESCENT, 0),
    ],
)
def test_loops_are_read(
    numbers: list[int], loop: int | None, end: End | Loop, events: int
) -> None:
    trace = read([{"x": number} for number in numbers], loop=loop).trace
    assert trace.end == end
    assert len(trace.events) == events
    assert parse_trace(write_trace(trace)) == trace
    assert parse_itf(write_itf(trace)).trace == trace


_steps: SearchStrategy[Step] = st.sampled_from((Call("A", ()), Call("B"), AnyStep()))


@st.composite
def full_traces(draw: DrawFn) -> Trace:
    """Traces that observe every variable in every state."""
    variables = sorted(draw(st.sets(names().filter(_is_root), min_size=1, max_size=3)))
    count = draw(st.integers(0, 3))
    rows = [[draw(values(2)) for _ in variables] for _ in range(count + 1)]
    numbers = sorted(draw(st.sets(st.integers(1, 50), min_size=count, max_size=count)))
    constants = draw(st.dictionaries(names(), values(1), max_size=2))
    back = draw(st.integers(-2, count - 1)) if count else -1
    if back >= 0:
        rows[-1] = rows[back]
    quiescent = End.QUIESCENT if back == -1 else End.CUT
    end = Loop([0, *numbers][back]) if back >= 0 else quiescent
    return Trace(
        draw(names()),
        events=with_clocks(
            replace(
                draw(events(number)),
                steps=(draw(_steps),),
                observations=tuple(map(equals, variables, row)),
            )
            for number, row in zip(numbers, rows[1:], strict=True)
        ),
        constants={k: v for k, v in constants.items() if k not in variables},
        meta=draw(st.dictionaries(st.text(max_size=3), values(1), max_size=2)),
        init=tuple(
            equals(name, value, primed=False)
            for name, value in zip(variables, rows[0], strict=True)
        ),
        end=end,
    )


def _is_root(name: str) -> bool:
    return name not in NO_ROOTS


@settings(max_examples=60)
@given(full_traces())
def test_what_is_written_is_read_back(trace: Trace) -> None:
    reading = parse_itf(write_itf(trace))
    assert reading.trace == trace
    assert not reading.ignored
    assert not reading.notes


@pytest.mark.parametrize("path", OUTPUTS, ids=lambda path: path.stem)
def test_counterexamples_of_tlc_go_through_itf_unchanged(path: Path) -> None:
    lines = path.read_text(errors="replace").splitlines()
    for finding in read_output(lines, question=Question("M")).findings:
        trace = finding.counterexample
        if trace is None or path.stem.startswith("undef"):
            continue
        assert parse_itf(write_itf(trace)).trace == trace


FULL = parse_trace(
    r"""---- TRACE M ----
CONSTANT N = 1
INIT /\ x = 0 /\ y = r1
1 @p A(1) /\ x' = 1 /\ y' = r1
3 ? /\ x' = 0 /\ y' = r1
LOOP 0
"""
)


def without(number: int, **parts: Any) -> Trace:  # noqa: ANN401 - fields of an event
    events = [
        replace(event, **parts) if event.number == number else event
        for event in FULL.events
    ]
    return replace(FULL, events=tuple(events))


SEEN = FULL.events[1].observations


@pytest.mark.parametrize(
    ("trace", "words"),
    [
        (replace(FULL, silent=(Silent(Call("A")),)), "SILENT"),
        (replace(FULL, expect=Expectation(Expected.CONFORMS)), "EXPECT"),
        (replace(FULL, end=End.CRASHED), "END crashed"),
        (replace(FULL, end=Loop(1)), "LOOP 1: the last event does not lead back"),
        (replace(FULL, init=()), "INIT observes nothing"),
        (replace(FULL, init=FULL.init[:1]), "event 1: INIT does not observe y"),
        (replace(FULL, constants={"x": 1}), "x as a constant and a variable"),
        (without(3, observations=()), "event 3: it does not observe x"),
        (without(3, observations=SEEN[:1]), "event 3: it does not observe y"),
        (without(3, observations=(*SEEN, SEEN[0])), r"event 3: it observes x' = 0"),
        (
            without(3, steps=(Call("A"), Call("B"))),
            "event 3, which has 2 steps",
        ),
        (
            without(3, observations=(*SEEN, equals("x", 1, primed=False))),
            "event 3: it observes x = 1",
        ),
        (
            without(
                3,
                observations=(
                    Observation(
                        ValuePath("x"), Relation.ONE_OF, frozenset({1}), primed=True
                    ),
                    SEEN[1],
                ),
            ),
            r"event 3: it observes x' \\in {1}",
        ),
        (
            without(
                3,
                observations=(
                    Observation(
                        ValuePath("x", (), (1,)), Relation.EQUALS, 1, primed=True
                    ),
                    SEEN[1],
                ),
            ),
            r"event 3: it observes x\[1\]' = 1",
        ),
    ],
)
def test_what_itf_cannot_hold_is_named(trace: Trace, words: str) -> None:
    assert parse_itf(write_itf(FULL)).trace == FULL
    with pytest.raises(Mistake, match=words):
        write_itf(trace)


def test_model_values_keep_their_names() -> None:
    text = write_itf(FULL)
    assert '{"#mv": "r1"}' in text
    assert parse_itf(text).trace.init[1].value == ModelValue("r1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        "{}",
        '{"vars": ["x"]}',
        '{"vars": ["x"], "states": []}',
        '{"vars": ["x"], "states": {}}',
        '{"vars": "x", "states": [{"x": 1}]}',
        '{"vars": [1], "states": [{"x": 1}]}',
        '{"vars": ["x", "x"], "states": [{"x": 1}]}',
        '{"vars": ["a::x", "b::x"], "states": [{"a::x": 1, "b::x": 1}]}',
        '{"vars": ["x y"], "states": [{"x y": 1}]}',
        '{"vars": ["Len"], "states": [{"Len": 1}]}',
        '{"vars": ["x"], "states": [1]}',
        '{"vars": ["x"], "states": [{"y": 1}]}',
        '{"vars": ["x"], "states": [{"x": 1}, {}]}',
        '{"vars": ["x"], "states": [{"x": null}]}',
        '{"vars": ["x"], "states": [{"x": 1.5}]}',
        '{"vars": ["x"], "states": [{"x": NaN}]}',
        '{"vars": ["x"], "states": [{"x": 1, "x": 2}]}',
        '{"vars": ["x"], "states": [{"x": {"#unserializable": "Int"}}]}',
        '{"vars": ["x"], "states": [{"x": 1}], "loop": 1}',
        '{"vars": ["x"], "states": [{"x": 1}], "loop": -1}',
        '{"vars": ["x"], "states": [{"x": 1}], "loop": "0"}',
        '{"vars": ["x"], "states": [{"x": 1}], "loop": true}',
        '{"vars": ["x"], "states": [{"x": 1}], "#meta": 1}',
        '{"vars": ["x"], "states": [{"x": 1, "#meta": 1}]}',
        '{"vars": ["x"], "states": [{"x": 1}, {"x": 1, "#meta": {"pyspec": 1}}]}',
        '{"vars": [], "states": [{}, {"#meta": {"pyspec": {"a": 1}}}]}',
        '{"vars": ["x"], "states": [{"x": 1}], "params": ["N"]}',
        '{"vars": ["x"], "states": [{"x": 1}]} more',
        f'{{"vars": ["x"], "states": [{{"x": {"[" * 200 + "]" * 200}}}]}}',
        "[" * 100_000,
        '{"vars": ["x"], "states": [{"x": ' + "[" * 100_000,
    ],
)
def test_what_is_no_itf_is_a_mistake_with_its_place(text: str) -> None:
    with pytest.raises(Mistake) as caught:
        parse_itf(text, "a.itf.json", "M")
    assert caught.value.file == "a.itf.json"
    assert caught.value.line == 1


def test_an_error_says_in_which_state() -> None:
    text = '{"vars": ["x"],\n "states": [\n  {"x": 1},\n  {"x": [1, null]}\n]}'
    with pytest.raises(Mistake) as caught:
        parse_itf(text, "a.itf.json", "M")
    assert (caught.value.line, caught.value.column) == (4, 13)


def test_a_file_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "a.itf.json"
    path.write_bytes(b'{"vars": ["x"],\n "states": [{"x": "\xe9"}]}')
    with pytest.raises(Mistake, match="not UTF-8") as caught:
        read_itf(path)
    assert (caught.value.line, caught.value.column) == (2, 20)
    with pytest.raises(Mistake, match="cannot be read"):
        read_itf(tmp_path / "none.itf.json")


def test_functions_and_records_keep_their_kinds() -> None:
    values: list[Value] = [
        fn({0: 1}),
        record(a=1),
        fn({"#a": 1}),
        frozenset({(), frozenset()}),
        fn({(1, 2): TRUE}),
        10**40,
    ]
    for value in values:
        trace = Trace("M", init=(equals("x", value, primed=False),))
        assert parse_itf(write_itf(trace)).trace == trace
