"""Fuzzing the readers of histories: traces that can be asked, or a Mistake, no more.

The test runs for a moment.  For a long run, by random mutation:

    python tests/fuzz/test_fuzz_histories.py [SECONDS [SEED]]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.conformance.histories import HISTORIES, read_history
from pyspec.conformance.histories.edn import read_edn, shown
from pyspec.errors import Mistake
from pyspec.trace import parse_trace, write_trace

CORPUS: Final = [
    b"""{:process 0, :type :invoke, :f :write, :value [1 "a\\n\\u00e9"]} ; why
#tag{:process 1, :type :invoke, :f :read, :value [1 nil], :time 12.5, :x #{1 \\a}}
{:process :nemesis, :type :info, :f :start, :value {:n1 ["n2"]}}
{:process 0, :type :ok, :f :write, :value [1 "a\\n\\u00e9"]} #_{:process 7}
{:process 1, :type :ok, :f :read, :value [1 "a"]}
{:process 2, :type :invoke, :f :cas, :value [2 [nil :k]]}
""",
    b"""INFO  jepsen.core - Running
INFO  jepsen.util - 0\t:invoke\t:write\t1
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 0\t:ok\t:write\t1
INFO  jepsen.util - 1\t:ok\t:read\t1
INFO  jepsen.util - 2\t:invoke\t:cas\t[1 2]
INFO  jepsen.util - 2\t:info\t:cas\t:timed-out
""",
    b"""{"process": "a", "type": "invoke", "f": "put", "key": "x", "value": 1.5}
{"process": 1, "type": "invoke", "f": "get", "key": "y", "value": null}
{"process": "a", "type": "ok", "f": "put", "key": "x", "value": 1.5}
{"process": 1, "type": "ok", "f": "get", "key": "y", "value": [1, {"a": true}]}
{"process": 1, "type": "invoke", "f": "delete", "key": "y"}
""",
]
TOKENS: Final = [
    *[b"{", b"}", b"[", b"]", b"(", b")", b",", b":", b'"', b"\\", b"\n", b" ", b";"],
    *[b"#", b"#_", b"#{", b"^", b"'", b"\x00", b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf"],
    *[b"nil", b"true", b"NaN", b"-0", b"1.5", b"9" * 5000, b"1e999", b"-", b"+1"],
    *[b"[" * 2000, b"#a " * 500, b"[" * 90 + b"]" * 90, b"{}", b"[]", b'""', b"()"],
    *[b":process", b":type", b":invoke", b":ok", b":fail", b":info", b":f", b":value"],
    *[b":read", b":write", b":cas", b"jepsen.util - ", b"INFO", b'"\\ud800"', b"0"],
    *[b'"process"', b'"key"', b'"value"', b"[1 2]", b"[1 [2 3]]", b":nemesis"],
]


def judge(raw: bytes, folder: Path) -> None:
    """Read a history in each way; what comes of it can be written as a trace."""
    file = folder / "history"
    file.write_bytes(raw)
    for kind in HISTORIES:
        try:
            found = read_history(file, kind)
        except Mistake:
            continue
        for trace in found.traces.values():
            assert parse_trace(write_trace(trace)) == trace


def mutated(chance: random.Random) -> bytes:
    """Return a history with a few changes."""
    raw = bytearray(chance.choice(CORPUS))
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(raw))
        to = min(len(raw), at + chance.choice([0, 0, 1, 2, 8, 40]))
        new = chance.choice([b"", chance.choice(TOKENS), bytes(raw[at : at + 30])])
        raw[at:to] = new
    return bytes(raw)


@settings(max_examples=150, deadline=None)
@given(st.integers())
def test_a_changed_history_is_read_or_refused(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chance = random.Random(seed)  # noqa: S311 - no secret
        judge(mutated(chance), Path(folder))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_edn_or_refused(text: str) -> None:
    try:
        forms = read_edn(text)
    except Mistake:
        return
    again = read_edn(" ".join(map(shown, forms)))
    assert [*map(shown, again)] == [*map(shown, forms)]


def main() -> None:
    """Fuzz for so many seconds, from this seed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    end, count = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            raw = mutated(random.Random(seed + count))  # noqa: S311 - no secret
            try:
                judge(raw, Path(folder))
            except BaseException:
                sys.stderr.write(f"seed {seed + count}: {raw!r}\n")
                raise
            count += 1
    sys.stdout.write(f"{count} histories\n")


if __name__ == "__main__":
    main()
