"""The names of messages that an event received and sent, in every format."""

from __future__ import annotations

import io
import json

import pytest

from pyspec.errors import Mistake
from pyspec.trace import parse_trace, write_trace
from pyspec.trace.model import Call, Event, Trace
from pyspec.trace.ndjson import read_ndjson_stream, write_ndjson


def event_of(line: str) -> Event:
    return parse_trace(f"---- TRACE X ----\n{line}\n").events[0]


@pytest.mark.parametrize(
    "line", ["1 @r1 recv=m1 send=m2,a:1/b-c.d A", "1 @r1 send=m2,a:1/b-c.d recv=m1 A"]
)
def test_messages_are_read_in_either_order(line: str) -> None:
    event = event_of(line)
    assert event.received == ("m1",)
    assert event.sent == ("m2", "a:1/b-c.d")


def test_an_action_may_be_called_send_or_recv() -> None:
    assert event_of("1 send=m send").steps == (Call("send"),)
    assert event_of("1 recv").steps == (Call("recv"),)


@pytest.mark.parametrize(
    "words", ["send=", "send=a,,b", "send=a,a", "send=a b", "send=a send=b", 'recv="a"']
)
def test_what_names_no_messages_is_refused(words: str) -> None:
    with pytest.raises(Mistake) as caught:
        event_of(f"1 {words} A")
    assert caught.value.line == 2


def test_messages_are_written_and_read_again() -> None:
    event = Event(1, (Call("A"),), sent=("m1", "m2"), received=("m0",))
    trace = Trace("X", (event,))
    assert parse_trace(write_trace(trace)) == trace
    lines = write_ndjson(trace).encode()
    assert read_ndjson_stream(io.BytesIO(lines), "x.ndjson") == trace


@pytest.mark.parametrize("names", [("a b",), ("",), ("a", "a"), ("é",)])
def test_what_no_trace_can_hold_is_not_written(names: tuple[str, ...]) -> None:
    trace = Trace("X", (Event(1, (Call("A"),), sent=names),))
    with pytest.raises(Mistake, match="message"):
        write_trace(trace)
    with pytest.raises(Mistake, match="message"):
        write_ndjson(trace)


@pytest.mark.parametrize("names", [[], ["a", "a"], ["a b"], [1], "a", None])
def test_json_that_names_no_messages_is_refused(names: object) -> None:
    lines = [{"format": 1, "module": "X"}, {"event": 1, "steps": ["?"], "sent": names}]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    with pytest.raises(Mistake) as caught:
        read_ndjson_stream(io.BytesIO(text.encode()), "x.ndjson")
    assert caught.value.line == 2
