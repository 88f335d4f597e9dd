r"""What fuzzing has found, each as small as it gets.

A reader raised something else than a Mistake, took longer than a moment or far
more memory than its input has, or wrote what it could not read back.
"""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any, Final

import pytest

from pyspec.errors import Mistake
from pyspec.tla2tools.counterexample import behavior_of
from pyspec.tla2tools.messages import Message, Severity
from pyspec.trace import (
    Event,
    Observation,
    Path,
    Relation,
    Skip,
    Trace,
    parse_trace,
    write_trace,
)
from pyspec.trace.ndjson import parse_ndjson, write_ndjson
from pyspec.trace.write import checked_messages
from pyspec.values import parse, show
from pyspec.values.itf import to_itf
from tools.fuzz.readers import READERS, same

TITLE: Final = b"---- TRACE X ----\n"
MOST_SECONDS: Final = 2.0
MOST_BYTES: Final = 400 << 20


def dump(**changed: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a counterexample of one step, with parts of its action changed."""
    states = [[1, {"x": 0}], [2, {"x": 1}]]
    step = [states[0], {"name": "A", **changed}, states[1]]
    return json.dumps({"counterexample": {"state": states, "action": [step]}}).encode()


def printed(code: int, severity: int, *lines: bytes) -> bytes:
    """Return a message of TLC."""
    text = b"\n".join(lines)
    head = b"@!@!@STARTMSG %d:%d @!@!@" % (code, severity)
    return b"%s\n%s\n@!@!@ENDMSG %d @!@!@\n" % (head, text, code)


def of_states(*texts: bytes) -> bytes:
    """Return TLC's output with a counterexample of these states."""
    states = [
        printed(2217, 4, b"%d: <A line 1, col 1 to line 1, col 2 of module M>" % n, one)
        for n, one in enumerate(texts, start=1)
    ]
    return b"".join([printed(2110, 1, b"Invariant Inv is violated."), *states])


DIGITS: Final = b"9" * 5000
INFO: Final = (2186, 2194, 2199, 2200, 2221, 2772)
REFUSED: Final = {
    "many updates of a variable": (
        "inria",
        json.dumps(
            {"event": "A", "x": [{"op": "Replace", "path": [n]} for n in range(9000)]}
        ).encode(),
    ),
    "a protocol with a key of many parts": ("protocol", b"a." * 30_000 + b"a = 1"),
    "a protocol without tables": ("protocol", b'title = "a"\n'),
    "a protocol with a long number": ("protocol", b"a = " + DIGITS),
    "a dump's step back to an object": (
        "raw dump",
        dump().replace(b"[2, {", b"[{}, {"),
    ),
    "a dump's parameters that are a number": ("raw dump", dump(parameters=1)),
    "a dump's parameter that is an object": ("raw dump", dump(parameters=[{}])),
    "a dump's context that is a text": (
        "raw dump",
        dump(parameters=["p"], context="p"),
    ),
    "a dump's location that is a list": ("raw dump", dump(location=[1])),
    "a dump that is no UTF-8": ("raw dump", b'{"counterexample": "\xff"}'),
    "a variable called Len": ("text", TITLE + b"1 A /\\ {1} \\subseteq Len\n"),
    "a time that is too late to be written": (
        "text",
        TITLE + b"1 t=" + b"9" * 30 + b".999s A\n",
    ),
    "a time that is too late for the text": (
        "ndjson",
        b'{"format": 1, "module": "X"}\n'
        b'{"event": 1, "time_ns": 1%s, "steps": ["?"]}\n' % (b"0" * 30),
    ),
    "a path longer than values are deep": (
        "text",
        TITLE + b"1 A /\\ x" + b"[1]" * 101 + b" = 1\n",
    ),
    "many intervals": (
        "text",
        TITLE
        + b"".join(b"%d A /\\ x \\in 1..%d\n" % (n, 99_000 + n) for n in range(1, 90)),
    ),
    "a product of many sets": (
        "value",
        b"(1..60000) \\X " + b"{1} \\X " * 8000 + b"{1}",
    ),
    "records of many fields": (
        "value",
        b"[b: 1..60000, " + b", ".join(b"a%d: {1}" % n for n in range(5000)) + b"]",
    ),
    "a name without a letter": ("value", b"_" * 65_000),
    "numbers and underscores": (
        "trace",
        TITLE + b"1 A /\\ x = " + b"1_" * 30_000 + b"\n",
    ),
    "an integer with one digit too many": (
        "itf value",
        b'{"#bigint": "-1%s"}' % (b"0" * 4000),
    ),
}
ACCEPTED: Final = {
    "a cfg of many constants": (
        "config",
        b"CONSTANT " + b"\n".join(b"C%d = 1" % n for n in range(4000)),
    ),
    "messages of TLC that are mostly blanks": (
        "output",
        b"".join(printed(code, 0, b"<A" + b" line 1, col 1 to" * 3000) for code in INFO)
        + b"".join(printed(code, 0, b" " * 50_000) for code in INFO),
    ),
    "a label of an action that is mostly blanks": (
        "tlc",
        of_states(b"x = 1", b"x = 2").replace(b"<A ", b"<A" + b" " * 60_000),
    ),
    "a line of SANY's that is mostly blanks": (
        "chatter",
        b"Parsing file " + b" a" * 10 + b" " * 50_000 + b"b",
    ),
    "one set in each of many states": (
        "output",
        of_states(*[b"x = 1..99000"] * 500),
    ),
    "a count of many digits": (
        "tlc",
        of_states(b"x = 1", b"x = 2")
        + printed(2199, 0, b"%s states generated, 1 distinct states found" % DIGITS),
    ),
    "a line of many digits": (
        "tlc",
        of_states(b"x = 1", b"x = 2").replace(b"line 1", b"line " + DIGITS),
    ),
    "a state of many digits": ("tlc", of_states(b"x = 1", b"x = %s" % DIGITS)),
    "states in other orders": (
        "tlc",
        of_states(b"/\\ x = 1\n/\\ y = 2", b"/\\ y = 2\n/\\ x = 1"),
    ),
    "states of many intervals": (
        "output",
        of_states(*(b"x = 1..%d" % (99_000 + n) for n in range(90))),
    ),
    "EXPECT of an event that is torn": (
        "text",
        TITLE + b"EXPECT rejected at 2\n1 A\n2 B",
    ),
    "EXPECT of an event that is not there yet": (
        "text",
        TITLE + b"EXPECT rejected at 2\n1 A\n",
    ),
    "a name with many digits as its value": (
        "etcd",
        b'{"#bigint": "%s"}\n{"tag": "trace", "event": {"name": "A"}}\n' % DIGITS,
    ),
    "a negative integer of most digits": (
        "itf value",
        b'{"#bigint": "-%s"}' % (b"9" * 4000),
    ),
}


def check(name: str, raw: bytes) -> bool:
    """Give an input to a reader; say if it was accepted, in time and memory."""
    tracemalloc.start()
    start = time.process_time()
    try:
        accepted = READERS[name].check(raw)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_BYTES
    assert time.process_time() - start < 5 * MOST_SECONDS, "tracing takes its time"
    return accepted


@pytest.mark.parametrize("finding", REFUSED)
def test_what_fuzzing_found_is_refused(finding: str) -> None:
    assert not check(*REFUSED[finding])


@pytest.mark.parametrize("finding", ACCEPTED)
def test_what_fuzzing_found_is_read_and_written(finding: str) -> None:
    assert check(*ACCEPTED[finding])


def test_one_interval_again_and_again_is_one_value() -> None:
    lines = b"".join(b"%d A /\\ x \\in 1..99000\n" % n for n in range(1, 90))
    events = parse_trace((TITLE + lines).decode()).events
    assert len({id(event.observations[0].value) for event in events}) == 1


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("digits", [4001, 4300, 5000])
def test_an_integer_that_could_not_be_read_back_is_not_written(
    sign: int, digits: int
) -> None:
    number = sign * 10 ** (digits - 1)
    with pytest.raises(Mistake, match="too many digits"):
        to_itf(frozenset({number}))
    with pytest.raises(Mistake, match="too many digits"):
        show((number,))
    smaller = sign * (10**4000 - 1)
    same(parse(show(smaller)), smaller)


def test_ten_thousand_states_are_read_in_a_moment() -> None:
    messages = [
        Message(2217, Severity.STATE, (f"{n}: <A>", f"x = {n}")) for n in range(10_000)
    ]
    start = time.process_time()
    assert len(behavior_of(messages).states) == 10_000
    assert time.process_time() - start < MOST_SECONDS


def test_ten_thousand_messages_are_named_in_a_moment() -> None:
    names = tuple(f"m{n}" for n in range(10_000))
    start = time.process_time()
    assert checked_messages(names) == names
    assert time.process_time() - start < MOST_SECONDS


def test_a_number_too_long_to_be_read_back_is_not_written() -> None:
    with pytest.raises(Mistake, match="4000 digits"):
        write_ndjson(Trace("X", (Event(10**4000, (Skip(),)),)))


def test_a_path_too_long_to_be_read_back_is_not_written() -> None:
    seen = Observation(Path("x", (), (1,) * 101), Relation.EQUALS, 1, primed=True)
    trace = Trace("X", (Event(1, (Skip(),), (seen,)),))
    for write in (write_trace, write_ndjson):
        with pytest.raises(Mistake, match="100 levels"):
            write(trace)


@pytest.mark.parametrize("write", [write_trace, write_ndjson])
def test_a_clock_that_runs_backwards_is_not_written(write: Any) -> None:  # noqa: ANN401 - either
    events = tuple(Event(n, (Skip(),), process="a", time_ns=9 - n) for n in (1, 2))
    with pytest.raises(Mistake, match="event 2: the clock of a runs backwards"):
        write(Trace("X", events))


def test_clocks_of_different_processes_are_not_compared() -> None:
    events = tuple(
        Event(n, (Skip(),), process=who, time_ns=time_ns, clock={who: 9 - n})
        for n, (who, time_ns) in enumerate([("a", 9), ("b", 1), ("a", 9)], start=1)
    )
    trace = Trace("X", events[:2])
    same(parse_trace(write_trace(trace)), trace)
    same(parse_ndjson(write_ndjson(trace)), trace)


@pytest.mark.parametrize("entry", ["SILENT A, SKIP", "EXPECT owes SKIP", "SILENT SKIP"])
def test_no_step_is_called_skip(entry: str) -> None:
    """It was read as the name of an action, and could not be written."""
    with pytest.raises(Mistake, match="no action can be called SKIP") as caught:
        parse_trace(f"---- TRACE X ----\n{entry}\nEND cut\n")
    assert caught.value.line == 2
