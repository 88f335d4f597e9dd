"""The reader of TLC's frames: nesting, noise, cuts; it loses no text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.tla2tools.messages import (
    Item,
    Message,
    MessageReader,
    Severity,
    Text,
    read_messages,
)

SAMPLES = Path(__file__).parents[1] / "data" / "tlc-samples"
OUTPUTS = sorted([*SAMPLES.glob("out/*.out"), *SAMPLES.glob("dumptrace/*.out")])


def start(code: int, severity: int = 0) -> str:
    return f"@!@!@STARTMSG {code}:{severity} @!@!@"


def end(code: int) -> str:
    return f"@!@!@ENDMSG {code} @!@!@"


def pieces(item: str | Item) -> list[str]:
    if isinstance(item, str):
        return [item]
    if isinstance(item, Text):
        return [item.line]
    return [piece for part in item.parts for piece in pieces(part)]


def test_a_frame_is_one_message() -> None:
    (message,) = read_messages([start(2110, 1), "Invariant I is violated.", end(2110)])
    expected = Message(2110, Severity.ERROR, ("Invariant I is violated.",))
    assert message == expected


def test_frames_nest_and_may_start_within_a_line() -> None:
    lines = [
        start(1000, 1),
        "The exception was a tlc2.tool.EvalException",
        f": {start(2184)}",
        "Attempted to apply Head to the empty sequence.",
        end(2184),
        end(1000),
    ]
    (message,) = read_messages(lines)
    assert isinstance(message, Message)
    assert [one.code for one in message.walk()] == [1000, 2184]
    assert message.children[0].body == "Attempted to apply Head to the empty sequence."
    assert message.body == "The exception was a tlc2.tool.EvalException\n: "
    assert message.complete


def test_a_message_comes_with_the_line_that_completes_it() -> None:
    reader = MessageReader()
    assert reader.feed(start(2200)) == []
    assert reader.feed("Progress") == []
    assert reader.inside
    assert reader.feed(end(2200)) == [Message(2200, Severity.INFO, ("Progress",))]
    assert not reader.inside


def test_lines_outside_of_frames_are_text() -> None:
    assert list(read_messages(["Parsing file A.tla", start(1), end(1), '"hello"'])) == [
        Text("Parsing file A.tla"),
        Message(1, Severity.INFO, ()),
        Text('"hello"'),
    ]


def test_what_a_spec_prints_cannot_pose_as_a_frame() -> None:
    printed = '"@!@!@STARTMSG 2110:1 @!@!@"'
    assert list(read_messages([printed])) == [Text(printed)]


def test_half_a_printed_line_before_a_frame_is_kept() -> None:
    items = list(read_messages(['"a"' + start(2200), "x", end(2200)]))
    assert items == [Text('"a"'), Message(2200, Severity.INFO, ("x",))]


def test_a_frame_that_a_kill_cut_is_incomplete() -> None:
    (message,) = read_messages([start(2217, 4), "1: <Initial predicate>", "/\\ x ="])
    assert isinstance(message, Message)
    assert not message.complete
    assert message.body == "1: <Initial predicate>\n/\\ x ="


def test_an_outer_end_cuts_the_frames_inside() -> None:
    (message,) = read_messages([start(1000, 1), start(2184), "x", end(1000)])
    assert isinstance(message, Message)
    assert message.complete
    assert not message.children[0].complete


def test_an_end_without_a_start_is_text() -> None:
    assert list(read_messages([end(7)])) == [Text(end(7))]


def test_codes_and_severities_never_seen_are_read_like_others() -> None:
    (message,) = read_messages([start(99999, 7), end(99999)])
    assert message == Message(99999, Severity.OTHER, ())


def test_deep_nesting_is_bounded() -> None:
    items = list(read_messages([start(1)] * 100_000))
    assert len(items) == 1
    repr(items)


MARKER = re.compile(r"@!@!@(?:STARTMSG \d+:\d|ENDMSG \d+) @!@!@\s*$")
LINE = st.one_of(
    st.builds(start, st.integers(0, 3), st.integers(0, 9)),
    st.builds(end, st.integers(0, 3)),
    st.builds(lambda text, code: text + start(code), st.text(), st.integers(0, 3)),
    st.builds(lambda text, code: text + end(code), st.text(), st.integers(0, 3)),
    st.text(),
    st.text(alphabet="@! STARMGEND:0123456789 \t"),
)


@given(st.lists(LINE.map(lambda line: line.replace("\n", "").replace("\r", ""))))
def test_any_lines_are_read_and_no_text_is_lost(lines: list[str]) -> None:
    read = [piece for item in read_messages(lines) for piece in pieces(item)]
    left = "".join(read)
    for line in lines:
        text = MARKER.sub("", line)
        place = left.find(text)
        assert place >= 0, line
        left = left[place + len(text) :]


@pytest.mark.parametrize("file", OUTPUTS, ids=lambda file: file.name)
def test_recorded_output_has_only_complete_messages(file: Path) -> None:
    items = list(read_messages(file.read_text().splitlines()))
    messages = [item for item in items if isinstance(item, Message)]
    assert messages[0].code == 2262
    assert all(one.complete for message in messages for one in message.walk())
    assert not any("@!@!@" in piece for item in items for piece in pieces(item))
