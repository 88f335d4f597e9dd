"""Fuzzing the readers of JSON and of TLC's output: a trace or a Mistake, no more.

The test runs for a moment.  For a long run, by random mutation:

    python tests/fuzz/test_fuzz_json.py [SECONDS [SEED]]
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.errors import Mistake
from pyspec.tla2tools.formats import Format, read_stream
from pyspec.trace import parse_trace, write_trace
from pyspec.trace.itf import parse_itf, write_itf
from pyspec.trace.ndjson import parse_ndjson, write_ndjson

SAMPLES = Path(__file__).parents[1] / "data" / "tlc-samples"
SEEN: Final = rb"""---- TRACE X ---- \* format 1
CONSTANT RM = {r1, r2}, N = 3
META "a b" = 1
INIT /\ x = [a |-> 1] /\ y = (1 :> 2)
1 @r1 t=3.5ms vc=[r1 |-> 2] A(r1, _) /\ x' = ({} :> <<TRUE>>) /\ y' = "\n"
2 B /\ x' = [a |-> 1] /\ y' = (1 :> 2)
LOOP 0
"""
REST: Final = rb"""---- TRACE Y ----
SILENT Lose(_) MAX 3, B
EXPECT owes A(1)
1 @"a b" ? ; SKIP /\ {1} \subseteq Len(y)' /\ r1 \in Op(1)[2, 3] /\ x.f \in {1}
END crashed
"""
CORPUS: Final[dict[Format, list[bytes]]] = {
    Format.NDJSON: [
        write_ndjson(parse_trace(text.decode())).encode() for text in (SEEN, REST)
    ],
    Format.ITF: [
        write_itf(parse_trace(SEEN.decode())).encode(),
        b"""{"#meta": {"source": "M.tla"}, "params": ["N"], "vars": ["x", "a::y"],
 "states": [{"x": {"#map": [[1, true]]}, "a::y": {"#tup": []}, "N": 3},
  {"x": {"#set": [{"tag": "A", "value": 1}]}, "a::y": 2, "mbt::actionTaken": "A",
   "mbt::nondetPicks": {"p": 1}}], "loop": 0}""",
    ],
    Format.TLC: [
        (SAMPLES / "out" / name).read_bytes()
        for name in ("live.19.out", "cont.15.out", "undef.15.out")
    ],
    Format.DUMP: [(SAMPLES / "dumptrace" / "TPlive.json").read_bytes()],
    Format.ETCD: [
        b"""{"tag": "config", "N": 3}
{"tag": "trace", "ts": 1, "event": {"name": "A", "nid": "1", "state": {"t": 1}}}
{"tag": "other", "event": {}}
""",
    ],
    Format.INRIA: [
        b"""{"RM": ["r1"]}
{"clock": 1, "event": "A", "event_args": ["r1", [1]], "sender": "g", "desc": "d",
"x": [{"op": "Replace", "path": ["a", 1], "args": [{"1": [2]}]}]}
{"clock": 2, "x": [{"op": "AddElement", "path": [], "args": [1]}, {"op": "Clear"}],
"y": [{"op": "UpdateRec", "args": [{"a": [1]}]}, {"op": "Add", "args": [1]}]}
""".replace(b',\n"', b', "'),
    ],
}
TOKENS: Final = [
    *[b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\n", b" ", b"\x00", b"\xff"],
    *[b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-0", b"1.5", b"9" * 5000],
    *[b"[" * 2000, b'{"a":' * 500, b"[" * 150 + b"]" * 150, b"{}", b"[]", b'""'],
    *[b'{"#set":', b'"#bigint"', b'"#mv"', b'"#map"', b'"#meta"', b'"#unserializable"'],
    *[b'"format"', b'"event"', b'"loop"', b'"pyspec"', b'"op"', b'"tag"', b'"steps"'],
    *[b"\\ud800", b"\\u0000", "\u00e9\u2028".encode(), b"\xef\xbb\xbf", b'"SKIP"'],
    *[b"@!@!@STARTMSG 2217:4 @!@!@\n", b"@!@!@ENDMSG 2217 @!@!@\n", b"<<", b"|->"],
]


def check(form: Format | None, raw: bytes) -> int:
    """Read any bytes: what is read can be written and read back in each format."""
    try:
        readings = read_stream(io.BytesIO(raw), "fuzz", form)
    except Mistake as mistake:
        check_message(mistake)
        return 0
    for reading in readings:
        trace = reading.trace
        assert parse_ndjson(write_ndjson(trace)) == trace
        again = parse_trace(write_trace(trace))
        assert write_trace(again) == write_trace(trace)
        try:
            text = write_itf(trace)
        except Mistake:
            continue
        assert parse_itf(text).trace == trace
    return len(readings)


def check_message(mistake: Mistake) -> None:
    """See that a mistake says in which file it is."""
    assert str(mistake).startswith("fuzz")


def mutant(chance: random.Random, raw: bytes) -> bytes:
    """Change some bytes, or tokens, of a text."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        start = chance.randint(0, len(raw))
        end = min(len(raw), start + chance.choice((0, 1, 1, 2, 5, 20)))
        replacement = chance.choice(
            (b"", chance.choice(TOKENS), chance.randbytes(1), raw[start:end] * 2)
        )
        raw = raw[:start] + replacement + raw[end:]
    return raw


def run(seconds: float, seed: int) -> tuple[int, int]:
    """Check mutants until the time is over; return how many, and how many traces."""
    chance = random.Random(seed)  # noqa: S311 - one seed, one run
    corpus = [(form, raw) for form, some in CORPUS.items() for raw in some]
    done = read = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        form, raw = chance.choice(corpus)
        changed = mutant(chance, raw)
        try:
            read += check(chance.choice((form, form, None)), changed)
        except BaseException:
            sys.stderr.write(f"seed {seed}: as {form.value}: {changed!r}\n")
            raise
        done += 1
    return done, read


@pytest.mark.parametrize("form", CORPUS, ids=lambda form: form.value)
def test_the_corpus_itself_is_read_whether_its_format_is_said_or_not(
    form: Format,
) -> None:
    for raw in CORPUS[form]:
        assert check(form, raw)
        assert check(None, raw)


def test_mutated_files_give_traces_or_a_mistake() -> None:
    done, read = run(seconds=4.0, seed=1)
    assert done
    assert read, "some mutants are still traces"


def test_a_reader_that_crashes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("pyspec.tla2tools.formats.read_itf_stream", crash)
    with pytest.raises(ValueError, match="a bug"):
        run(seconds=5.0, seed=2)


KEYS: Final = """
    format module constants meta silent expect init event steps observations action
    arguments verdict root relation value primed selectors process time_ns clock end
    loop vars states #meta #set #map #bigint #mv #tup pyspec tag name nid op path args
    x counterexample state
"""


def json_values() -> st.SearchStrategy[Any]:
    """JSON of any shape, with keys that mean something."""
    keys = st.sampled_from(KEYS.split())
    plain = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    )
    return st.recursive(
        plain | st.sampled_from(["?", "SKIP", "A", "x", "equals", "trace", "Replace"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=12,
    )


@settings(max_examples=150)
@given(st.lists(json_values(), max_size=3), st.sampled_from([None, *CORPUS]))
def test_json_of_any_shape_gives_traces_or_a_mistake(
    data: list[Any], form: Format | None
) -> None:
    check(form, "".join(f"{json.dumps(one)}\n" for one in data).encode())


if __name__ == "__main__":
    given_ = [float(argument) for argument in sys.argv[1:3]]
    seconds_, seed_ = [*given_, 60.0, 0.0][:1] + [*given_[1:], 0.0][:1]
    mutants, kept = run(seconds_, int(seed_))
    sys.stderr.write(f"{mutants} mutants, {kept} traces, nothing found\n")
