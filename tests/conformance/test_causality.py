"""What clocks and messages say of the order of several logs' events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec.conformance.causality import gathered
from pyspec.errors import Mistake
from pyspec.trace import parse_trace

if TYPE_CHECKING:
    from pyspec.trace.model import Trace


def log(name: str, *events: str, header: str = "") -> Trace:
    lines = ["---- TRACE Spec ----", *([header] if header else []), *events]
    return parse_trace("".join(f"{line}\n" for line in lines), f"{name}.trace")


def mistake_in(*traces: Trace) -> Mistake:
    with pytest.raises(Mistake) as caught:
        gathered(traces)
    return caught.value


def test_without_clocks_only_a_log_itself_is_in_order() -> None:
    found = gathered([log("a", "1 A", "2 A"), log("b", "1 B")])
    assert found.needs == (((0, 0), (1, 0)), ((0, 0),))
    assert [each.process for each in found.logs] == ["a", "b"]
    assert found.total == 3


def test_an_event_comes_after_all_that_its_clock_knows() -> None:
    found = gathered(
        [
            log("a", "1 @a vc=[a |-> 1] A", "2 @a vc=[a |-> 2] A"),
            log("b", "1 @b vc=[b |-> 1] B", "2 @b vc=[a |-> 1, b |-> 2] B"),
        ]
    )
    assert found.needs[1] == ((0, 0), (1, 1))


def test_a_clock_may_jump_over_what_was_not_recorded() -> None:
    found = gathered(
        [
            log("a", "1 @a vc=[a |-> 2] A", "2 @a vc=[a |-> 7] A"),
            log("b", "1 @b vc=[a |-> 5, b |-> 3] B", "2 @b vc=[a |-> 9, b |-> 8] B"),
        ]
    )
    assert found.needs[1] == ((1, 0), (2, 1))


def test_an_event_without_a_clock_stands_where_its_log_has_it() -> None:
    found = gathered(
        [
            log("a", "1 @a A", "2 @a vc=[a |-> 4] A", "3 @a A"),
            log("b", "1 @b vc=[a |-> 4, b |-> 1] B", "2 @b B"),
        ]
    )
    assert found.needs[1] == ((2, 0), (2, 1))


def test_what_comes_before_a_cause_comes_before_its_effect() -> None:
    found = gathered(
        [
            log("a", "1 send=m1 A"),
            log("b", "1 recv=m1 send=m2 B"),
            log("c", "1 recv=m2 C"),
        ]
    )
    assert found.needs[2] == ((1, 1, 0),)


def test_a_message_may_be_received_often() -> None:
    found = gathered([log("a", "1 send=m1 A"), log("b", "1 recv=m1 B", "2 recv=m1 B")])
    assert found.needs[1] == ((1, 0), (1, 1))


def test_one_file_of_several_processes_is_taken_apart() -> None:
    found = gathered([log("all", "1 @a A", "2 @b B", "3 @a A")])
    assert [(each.process, len(each.events)) for each in found.logs] == [
        ("a", 2),
        ("b", 1),
    ]
    assert found.needs[1] == ((0, 0),)


def test_processes_that_have_no_log_are_named() -> None:
    found = gathered([log("a", "1 @a vc=[a |-> 1, z |-> 3] A"), log("b", "1 B")])
    assert found.unrecorded == ("z",)


def test_headers_are_put_together() -> None:
    found = gathered(
        [
            log("a", "1 A", header="CONSTANT N = 1\nSILENT S MAX 2\nINIT /\\ x = 0"),
            log("b", "1 B", header="CONSTANT M = 2\nSILENT S MAX 2\nINIT /\\ x = 0"),
        ]
    )
    assert found.header.constants == {"N": 1, "M": 2}
    assert len(found.header.silent) == len(found.header.init) == 1


@pytest.mark.parametrize(
    ("events", "message", "line"),
    [
        (["1 @a vc=[a |-> 1] A", "2 @a vc=[a |-> 1] A"], "stands still", 3),
        (["1 @a vc=[b |-> 1] A"], "no entry for its own process a", 2),
        (["1 @a A", "2 @c A"], "the events of one process", 3),
        (["1 @a recv=m9 A"], "m9 is received and nowhere sent", 2),
        (["1 @a send=m1 A", "2 @a send=m1 A"], "m1 is sent twice", 3),
        (["1 @a recv=m1 A", "2 @a send=m1 A"], "comes before itself", None),
        (["1 @a send=m1 recv=m1 A"], "comes before itself", 2),
        (["1 @a vc=[a |-> 1, b |-> 1] A"], "comes before itself", 2),
    ],
)
def test_what_cannot_be_is_told_with_its_line(
    events: list[str], message: str, line: int | None
) -> None:
    error = mistake_in(log("a", *events), log("b", "1 @b vc=[a |-> 1, b |-> 1] B"))
    assert message in error.message
    assert error.file == "a.trace" or line is None
    assert error.line == line or line is None


def test_clocks_that_run_backwards_are_told() -> None:
    from dataclasses import replace  # noqa: PLC0415 - a reader would refuse it

    good = log("a", "1 @a vc=[a |-> 1, b |-> 4] A", "2 @a vc=[a |-> 2, b |-> 4] A")
    first, second = good.events
    bad = replace(good, events=(first, replace(second, clock={"a": 2, "b": 3})))
    error = mistake_in(bad, log("b", "1 B"))
    assert "runs backwards at b" in error.message
    assert error.line == 3
    twice = replace(good, events=(first, replace(second, number=1)))
    assert "must increase" in mistake_in(twice, log("b", "1 B")).message


def test_logs_that_do_not_belong_together_are_told() -> None:
    one = log("a", "1 A", header="CONSTANT N = 1")
    assert (
        "two values"
        in mistake_in(one, log("b", "1 B", header="CONSTANT N = 2")).message
    )
    assert (
        "different modules"
        in mistake_in(
            one, parse_trace("---- TRACE Other ----\n1 A\n", "b.trace")
        ).message
    )
    assert "two logs are of process a" in mistake_in(one, log("b", "1 @a B")).message
    assert (
        "repeats itself"
        in mistake_in(log("a", "1 A", "2 A", "LOOP 1"), log("b", "1 B")).message
    )
    several = [log(n, "1 A", header="EXPECT conforms") for n in "ab"]
    assert "more than one" in mistake_in(*several).message
    silent = [log(n, "1 A", header=f"SILENT S MAX {k}") for n, k in ("a1", "b2")]
    assert "silent S" in mistake_in(*silent).message
    assert "does not name its process" in mistake_in(log("a", "1 @a A", "2 A")).message
    owes = log("a", "1 A", header="EXPECT owes A")
    assert "not judged" in mistake_in(owes, log("b", "1 B")).message
    assert "at least one log" in mistake_in().message
