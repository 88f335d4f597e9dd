"""The text form of traces: reading, writing, and damage."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.errors import Bug, Mistake, Unavailable
from pyspec.testing.strategies import events, traces
from pyspec.trace import (
    UNKNOWN,
    AnyStep,
    Call,
    End,
    Event,
    Expectation,
    Expected,
    Loop,
    Observation,
    Path,
    Relation,
    Silent,
    Skip,
    Trace,
    TraceWriter,
    parse_trace,
    read_trace,
    write_trace,
)
from pyspec.trace.text import (
    MAX_LINE_BYTES,
    event_by_grammar,
    plain_event,
)
from pyspec.values import TRUE, ModelValue, record
from pyspec.values.build import UnfitError
from pyspec.values.grammar import Place
from pyspec.values.parse import NotPlainError

if TYPE_CHECKING:
    import pathlib

R1, R2 = ModelValue("r1"), ModelValue("r2")

EXAMPLE = r"""
    ---- TRACE TwoPhaseCommit ----                             \* format 1
    CONSTANT RM = {r1, r2}
    META     recorder = "refimpl", seed = 42
    SILENT   LoseMessage(_) MAX 3
    EXPECT   rejected at 4
    INIT     /\ rmState = [r1 |-> "working", r2 |-> "working"]
    1 @r1 t=3ms  RMPrepare(r1)      /\ rmState[r1]' = "prepared"
    2 @tm        TMRcvPrepared(_)   /\ tmPrepared' = {r1}
    3 @tm        ?                                             \* something happened
    4 @r2        RMChooseToAbort(r2) ; RMSendAborted(r2)       \* two steps
    5 @r1        SKIP                                          \* no step
    END quiescent
    ====
"""


def test_the_example_reads_as_meant() -> None:
    trace = parse_trace(EXAMPLE)
    working = record(r1="working", r2="working")
    assert trace == Trace(
        module="TwoPhaseCommit",
        constants={"RM": frozenset({R1, R2})},
        meta={"recorder": "refimpl", "seed": 42},
        silent=(Silent(Call("LoseMessage", (UNKNOWN,)), maximum=3),),
        expect=Expectation(Expected.REJECTED, event=4),
        init=(Observation(Path("rmState"), Relation.EQUALS, working, primed=False),),
        events=(
            Event(
                number=1,
                steps=(Call("RMPrepare", (R1,)),),
                observations=(
                    Observation(
                        Path("rmState", selectors=(R1,)),
                        Relation.EQUALS,
                        "prepared",
                        primed=True,
                    ),
                ),
                process="r1",
                time_ns=3_000_000,
            ),
            Event(
                2,
                (Call("TMRcvPrepared", (UNKNOWN,)),),
                (seen("tmPrepared' = {r1}"),),
                "tm",
            ),
            Event(3, (AnyStep(),), process="tm"),
            Event(
                4,
                (Call("RMChooseToAbort", (R2,)), Call("RMSendAborted", (R2,))),
                (),
                "r2",
            ),
            Event(5, (Skip(),), process="r1"),
        ),
        end=End.QUIESCENT,
    )
    assert [event.line for event in trace.events] == [8, 9, 10, 11, 12]
    assert trace.events[2].source is not None
    assert trace.events[2].source.endswith(r"\* something happened")
    assert parse_trace(write_trace(trace)) == trace


def trace_of(*lines: str, torn: str = "") -> Trace:
    return parse_trace(
        "".join(f"{line}\n" for line in ("---- TRACE X ----", *lines)) + torn
    )


def seen(text: str) -> Observation:
    (observation,) = trace_of(rf"1 A /\ {text}").events[0].observations
    return observation


def mistake_in(*lines: str, torn: str = "") -> Mistake:
    with pytest.raises(Mistake) as caught:
        trace_of(*lines, torn=torn)
    return caught.value


@pytest.mark.parametrize(
    ("text", "path", "relation", "value", "primed"),
    [
        ("x = 1", Path("x"), Relation.EQUALS, 1, False),
        ("x = r1", Path("x"), Relation.EQUALS, R1, False),
        ("x' = r1", Path("x"), Relation.EQUALS, R1, True),
        (r"x \in {1}", Path("x"), Relation.ONE_OF, frozenset({1}), False),
        (r"x' \in {1}", Path("x"), Relation.ONE_OF, frozenset({1}), True),
        (r"x \in 1..2", Path("x"), Relation.ONE_OF, frozenset({1, 2}), False),
        (r"r1 \in x", Path("x"), Relation.CONTAINS, R1, False),
        (r"r1 \in x'", Path("x"), Relation.CONTAINS, R1, True),
        (r"{1} \in x", Path("x"), Relation.CONTAINS, frozenset({1}), False),
        (r"{1} \subseteq x", Path("x"), Relation.INCLUDES, frozenset({1}), False),
        (
            r"[t |-> 1] \in x.f'",
            Path("x", selectors=("f",)),
            Relation.CONTAINS,
            record(t=1),
            True,
        ),
        ("x[1][r1].f' = 1", Path("x", (), (1, R1, "f")), Relation.EQUALS, 1, True),
        ("x'[1][r1].f = 1", Path("x", (), (1, R1, "f")), Relation.EQUALS, 1, True),
        ('x["a b"] = 1', Path("x", (), ("a b",)), Relation.EQUALS, 1, False),
        ("x[1, 2] = 1", Path("x", (), ((1, 2),)), Relation.EQUALS, 1, False),
        ("x[<<1, 2>>] = 1", Path("x", (), ((1, 2),)), Relation.EQUALS, 1, False),
        ("Op(r1, 2).f = 1", Path("Op", (R1, 2), ("f",)), Relation.EQUALS, 1, False),
        ("M!Op = 1", Path("M!Op"), Relation.EQUALS, 1, False),
        ("M!N!Op(1)' = 1", Path("M!N!Op", (1,)), Relation.EQUALS, 1, True),
        ("Len(x) = 1", Path("x", length=True), Relation.EQUALS, 1, False),
        ("Len(x[r1])' = 1", Path("x", (), (R1,), True), Relation.EQUALS, 1, True),  # noqa: FBT003 - a length
        ("Len(x[r1]') = 1", Path("x", (), (R1,), True), Relation.EQUALS, 1, True),  # noqa: FBT003 - a length
    ],
)
def test_observations_are_read(
    text: str, path: Path, relation: Relation, value: object, *, primed: bool
) -> None:
    observation = seen(text)
    assert observation.path == path
    assert observation.relation is relation
    assert observation.value == value
    assert observation.primed is primed


@pytest.mark.parametrize(
    "text",
    [
        "x'' = 1",
        "x' [1]' = 1",
        "Len(x')' = 1",
        "Len(Len(x)) = 1",
        "Len(<<1>>) = 1",
        "x = y.f",
        "x = y'",
        "1 = x",
        "1 = 1",
        r"1 \in {1}",
        r"x.f \in y.f",
        r"x' \in y",
        r"x \subseteq {1}",
        r"{1} \subseteq {1}",
        r"x \subseteq y",
        "x[] = 1",
        "x.f(1) = 2",
        "x",
        "x =",
        "x # 1",
        "",
    ],
)
def test_malformed_observations_are_refused_with_their_place(text: str) -> None:
    mistake = mistake_in(rf"1 A /\ {text}")
    assert mistake.line == 2
    assert mistake.column is not None


@pytest.mark.parametrize(
    ("time", "nanoseconds"),
    [
        ("5ns", 5),
        ("3us", 3_000),
        ("3ms", 3_000_000),
        ("0.000001ms", 1),
        ("1.5s", 1_500_000_000),
        ("12345678901.123456789s", 12_345_678_901_123_456_789),
        ("1.500000000000000s", 1_500_000_000),
        ("0s", 0),
    ],
)
def test_times_are_exact(time: str, nanoseconds: int) -> None:
    assert trace_of(f"1 t={time} A").events[0].time_ns == nanoseconds


@pytest.mark.parametrize(
    "time", ["1", "1m", "s", "-1s", "1e3s", "0.5ns", ".5s", "1.s", "9" * 99 + "s"]
)
def test_what_is_no_time_is_refused(time: str) -> None:
    assert mistake_in(f"1 t={time} A").line == 2


def test_processes_and_clocks_are_read() -> None:
    event = trace_of(r'1 @"node 1\"" vc=("a b" :> 1 @@ "c" :> 2) A').events[0]
    assert event.process == 'node 1"'
    assert event.clock == {"a b": 1, "c": 2}
    event = trace_of("1 @10.0.0.1:80/x-y vc=[r1 |-> 2]  A").events[0]
    assert event.process == "10.0.0.1:80/x-y"
    assert event.clock == {"r1": 2}
    assert trace_of("1 vc=<<>> A").events[0].clock == {}


@pytest.mark.parametrize("clock", ["1", "{1}", "[r1 |-> r2]", "(1 :> 2)", "<<1>>"])
def test_what_is_no_clock_is_refused(clock: str) -> None:
    assert mistake_in(f"1 vc={clock} A").line == 2


def test_a_bare_action_has_no_recorded_arguments() -> None:
    assert trace_of("1 A").events[0].steps == (Call("A", None),)
    assert trace_of("1 A(_)").events[0].steps == (Call("A", (UNKNOWN,)),)
    mistake = mistake_in("1 A()")
    assert mistake.expected == "_ or a value"
    assert mistake.found == ")"


def test_the_header_may_repeat_lines_and_go_on_over_them() -> None:
    trace = trace_of(
        "CONSTANTS RM = {r1,",
        "  \\* not the last, though it has a bracket: }",
        "  r2}, N = 3",
        "CONSTANT M = (1 :> 2 @@",
        "2 :> 3)",
        'META "a key" = 1',
        "META other = TRUE",
        "SILENT A(_) MAX 3, B",
        "SILENT C",
        r"INIT /\ x = 1",
        "",
        r"     /\ y = [a |-> {1,",
        "                   2}]",
        r"     /\ Len(z) = 2",
        "1 A",
    )
    assert trace.constants == {"RM": frozenset({R1, R2}), "N": 3, "M": (2, 3)}
    assert trace.meta == {"a key": 1, "other": TRUE}
    assert [silent.maximum for silent in trace.silent] == [3, None, None]
    assert [seen.path.root for seen in trace.init] == ["x", "y", "z"]
    assert trace.end is End.CUT
    assert trace.damage is None


@pytest.mark.parametrize(
    ("text", "expectation"),
    [
        ("conforms", Expectation(Expected.CONFORMS)),
        ("rejected at 1", Expectation(Expected.REJECTED, event=1)),
        ("violates M!P", Expectation(Expected.VIOLATES, property="M!P")),
        ("owes A(r1)", Expectation(Expected.OWES, call=Call("A", (R1,)))),
    ],
)
def test_expectations_are_read(text: str, expectation: Expectation) -> None:
    assert trace_of(f"EXPECT {text}", "1 A").expect == expectation


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["CONSTANT N = 1", "CONSTANT N = 1"], 3),
        (["META a = 1, a = 2"], 2),
        ([r"INIT /\ x = 1", r"INIT /\ y = 1"], 3),
        ([r"INIT /\ x' = 1"], 2),
        (["INIT"], 2),
        (["EXPECT conforms", "EXPECT conforms"], 3),
        (["EXPECT rejected"], 2),
        (["EXPECT rejected at 7", "1 A", "END cut"], 2),
        (["EXPECT fine"], 2),
        (["CONSTANT N = {1", "META a = 1"], 2),
        (["CONSTANT N = {1", "1 A", "2 B"], 3),
        (["SILENT A MAX"], 2),
        (["foo"], 2),
        (["1 A", "META a = 1"], 3),
        (["1 A", r"  /\ x = 1"], 3),
        (["1 A", "1 B"], 3),
        (["2 A", "1 B"], 3),
        (["0 A"], 2),
        (["1A"], 2),
        (["1"], 2),
        (["1 A B"], 2),
        (["1 A ;"], 2),
        (["1 SKIP(1)"], 2),
        (["1 A(r1"], 2),
        (["1 A (* never closed"], 2),
        (["1 A", "END tired"], 3),
        (["1 A", "LOOP"], 3),
        (["1 A", "END cut", "2 B"], 4),
        (["1 A", "====", "2 B"], 4),
        (["1 A", "LOOP 1"], 3),
        (["1 A", "LOOP 7"], 3),
        (["LOOP 0"], 2),
        (["---- TRACE Y ----"], 2),
    ],
)
def test_a_broken_line_is_a_mistake_with_its_place(
    lines: list[str], line: int | None
) -> None:
    assert mistake_in(*lines).line == line


def test_expected_and_found_are_said_in_words() -> None:
    mistake = mistake_in(r"1 @r1 RMPrepare(r1 /\ x = 1")
    assert str(mistake) == (
        "2:20: this event cannot be read\n  expected ) or ,\n  found    /"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "hello\n", "1 A\n", "---- TRACE X\n"])
def test_what_is_no_trace_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        parse_trace(text)


def test_another_format_is_refused_by_name() -> None:
    with pytest.raises(Mistake, match="format 2"):
        parse_trace("---- TRACE X ---- \\* format 2\n")


def test_ends_are_read() -> None:
    for end in End:
        assert trace_of("1 A", f"END {end.value}", "====").end is end
    assert trace_of("1 A", "2 A", "LOOP 0").end == Loop(0)
    assert trace_of("1 A", "2 A", "LOOP 1", "====").end == Loop(1)


@pytest.mark.parametrize(
    "torn",
    [
        "2 B(r1",
        "2 B",  # the beginning of `2 Better`
        r"2 B /\ x = 1",  # the beginning of 12
        "END quies",
        "LOOP 1",  # the beginning of 12
        "==",
        "\\* com",
        "2 B (* com",
        '2 B /\\ x = "\\',
        "\x00\x00\x00",
    ],
)
def test_a_torn_last_line_costs_only_itself(torn: str) -> None:
    trace = trace_of("1 A", torn=torn)
    assert [event.number for event in trace.events] == [1]
    assert trace.end is End.CUT
    if not torn.startswith("\\*"):
        assert trace.damage is not None
        assert "line 3" in trace.damage


def test_a_last_line_that_is_whole_needs_no_line_end() -> None:
    assert trace_of("1 A", torn="END quiescent").damage is None
    assert trace_of("1 A", "END quiescent", torn="====").damage is None


def test_a_torn_header_keeps_what_came_before() -> None:
    trace = trace_of("CONSTANT N = 1", "CONSTANT M = {1,", torn="2")
    assert trace.constants == {"N": 1}
    assert trace.damage is not None
    trace = trace_of(r"INIT /\ x = 1", torn=r"  /\ y = {")
    assert [observation.path.root for observation in trace.init] == ["x"]
    with pytest.raises(Mistake):
        parse_trace("---- TRACE Two")


@settings(deadline=None, max_examples=60)
@given(traces(), st.data())
def test_cutting_a_trace_anywhere_loses_only_the_line_that_was_cut(
    trace: Trace, data: st.DataObject
) -> None:
    text = write_trace(trace)
    first = text.index("\n") + 1
    cut = text[: data.draw(st.integers(first, len(text)))]
    whole = cut.count("\n", 0, cut.rfind("\n") + 1)
    assert parse_trace(cut).events == tuple(
        event for event in parse_trace(text).events if _line(event) <= whole
    )


def _line(event: Event) -> int:
    assert event.line is not None
    return event.line


@settings(deadline=None, max_examples=100)
@given(traces())
def test_what_is_written_is_read_back(trace: Trace) -> None:
    assert parse_trace(write_trace(trace)) == trace


@settings(deadline=None)
@given(events(7))
def test_events_read_fast_or_by_grammar_are_the_same(event: Event) -> None:
    line = write_trace(Trace("X", events=(event,))).split("\n")[1]
    assert event_by_grammar(line, Place(line)) == event
    with contextlib.suppress(NotPlainError):
        assert plain_event(line) == event


PIECES = ["1", " ", "@r1", "t=1s", "vc=[a |-> 1]", "A", "(", ")", "_", ",", "r1", ";"]
PIECES += [
    "/\\ ",
    "x",
    "'",
    ".",
    "[",
    "]",
    " = ",
    " \\in ",
    "{",
    "}",
    "SKIP",
    "?",
    "1 A ",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_fast_reader_of_events_reads_nothing_that_the_grammar_refuses(
    text: str,
) -> None:
    try:
        event = plain_event(f"1 {text}")
    except (NotPlainError, UnfitError):
        return
    assert event_by_grammar(f"1 {text}", Place(text)) == event


def test_the_usual_events_are_read_fast() -> None:
    for line in EXAMPLE.splitlines():
        text = line.split(r"\*")[0]
        if text.strip()[:1].isdigit():
            assert plain_event(text) == event_by_grammar(text, Place(text))


def test_a_file_is_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.strip().replace("\n", "\r\n").encode())
    trace = read_trace(path)
    assert trace == parse_trace(EXAMPLE)
    assert trace.file == str(path)


def test_a_missing_file_is_a_mistake(tmp_path: pathlib.Path) -> None:
    for path in (tmp_path / "none.trace", tmp_path):
        with pytest.raises(Mistake):
            read_trace(path)


def test_bytes_that_are_not_utf8_are_damage_only_in_the_last_line(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(b'---- TRACE X ----\n1 A\n2 B /\\ x = "\xc3')
    assert len(read_trace(path).events) == 1
    path.write_bytes(b'---- TRACE X ----\n1 A\n2 B /\\ x = "\xc3"\n3 A\n')
    with pytest.raises(Mistake) as caught:
        read_trace(path)
    assert caught.value.place == f"{path}:3:13"


def test_a_line_that_is_too_long_is_refused_early(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "long.trace"
    with path.open("wb") as file:
        file.write(b"---- TRACE X ----\n")
        file.truncate(1 << 40)  # sparse: no disk, and no memory would do
    with pytest.raises(Mistake, match="too long"):
        read_trace(path)
    with pytest.raises(Mistake, match="too long"):
        trace_of("1 A" + " " * MAX_LINE_BYTES)
    with pytest.raises(Mistake, match="too long"):
        trace_of("CONSTANT N = {", *["1," * 40_000] * 20)


def test_a_writer_writes_line_by_line(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.trace"
    trace = parse_trace(EXAMPLE)
    with TraceWriter.create(path, Trace(trace.module, meta={"seed": 1})) as writer:
        for event in trace.events:
            writer.event(event)
            assert read_trace(path).events[-1] == event
        writer.end(End.CRASHED)
        with pytest.raises(Bug):
            writer.event(trace.events[0])
        with pytest.raises(Bug):
            writer.end()
    assert read_trace(path).events == trace.events
    assert read_trace(path).end is End.CRASHED


def test_a_writer_that_stops_early_leaves_a_cut_trace() -> None:
    file = io.StringIO()
    writer = TraceWriter(file, Trace("X"))
    writer.event(Event(1, (Skip(),)))
    with pytest.raises(Mistake, match="increase"):
        writer.event(Event(1, (Skip(),)))
    assert parse_trace(file.getvalue()) == Trace("X", events=(Event(1, (Skip(),)),))


def test_a_writer_says_when_it_cannot_write(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Unavailable):
        TraceWriter.create(tmp_path / "no" / "folder.trace", Trace("X"))
    with pytest.raises(Unavailable):
        TraceWriter.create("/dev/full", Trace("X"))


X = Path("x")


@pytest.mark.parametrize(
    "trace",
    [
        Trace("not a name"),
        Trace("X", constants={"a b": 1}),
        Trace("X", meta={"a": "\ud800"}),
        Trace("X", events=(Event(1, ()),)),
        Trace("X", events=(Event(1, (Call("SKIP"),)),)),
        Trace("X", events=(Event(1, (Call("a b"),)),)),
        Trace("X", events=(Event(1, (Skip(),), time_ns=-1),)),
        Trace("X", events=(Event(2, (Skip(),)), Event(1, (Skip(),)))),
        Trace("X", events=(Event(0, (Skip(),)),)),
        Trace("X", init=(Observation(X, Relation.EQUALS, 1, primed=True),)),
        Trace("X", init=(Observation(X, Relation.ONE_OF, 1, primed=False),)),
        Trace("X", init=(Observation(Path("Len"), Relation.EQUALS, 1, primed=False),)),
        Trace("X", expect=Expectation(Expected.REJECTED)),
        Trace("X", silent=(Silent(Call("A"), -1),)),
        Trace("X", meta={"a": "x" * MAX_LINE_BYTES}),
    ],
)
def test_what_could_not_be_read_back_is_not_written(trace: Trace) -> None:
    with pytest.raises(Mistake):
        write_trace(trace)
