"""Fuzzing the readers of text: a result or a Mistake, and nothing else.

The test runs for a moment.  For a long run, with coverage if atheris is
installed and by random mutation otherwise:

    python tests/fuzz/test_fuzz_text.py [SECONDS [SEED]]
"""

from __future__ import annotations

import importlib
import random
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.errors import Mistake
from pyspec.tla2tools.config import parse_config
from pyspec.trace import parse_trace, write_trace
from pyspec.trace.text import event_by_grammar, plain_event
from pyspec.values import parse, show
from pyspec.values.build import UnfitError
from pyspec.values.grammar import Place
from pyspec.values.parse import (
    NotPlainError,
    parse_by_grammar,
    parse_plain,
    parse_state,
    parse_state_by_grammar,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS: Final = {
    "value": [
        b'[type |-> "Prepared", rm |-> r1, LET |-> {1, -2, {}}]',
        b'( 2 :> <<1, TRUE>> @@\n  "a b" :> {} )',
        rb"SUBSET {1, 2} (* c (* d *) *) \* e",
        rb'[{1} -> {2, 3}] \X ((1..3 \cup {r1}) \ {"a\"b\\c"})',
        b"[x: {1}, y: UNION {{2}, {3}}]",
    ],
    "state": [
        b'/\\ x = 1\n/\\ rmState = (r1 :> "a" @@ r2 :> "b")\n/\\ y = null\n',
        b"x = <<1,\n   {2} >>",
    ],
    "config": [
        b"SPECIFICATION Spec\nCONSTANTS N = 3 RM = {r1, {r2}} \\* c\n  F <- G\n",
        b"""INIT I NEXT N INVARIANTS A B PROPERTY P CONSTANT A!B <- [M] C D = [M] "x"
CHECK_DEADLOCK FALSE SYMMETRY S TYPE_CONSTRAINT T (* c *)""",
    ],
    "trace": [
        rb"""---- TRACE X ---- \* format 1
CONSTANT RM = {r1,
 r2}, N = 3
META "a b" = 1
SILENT Lose(_) MAX 3, B
EXPECT rejected at 2
INIT /\ x = [a |-> 1]
  /\ y = (1 :> 2)
1 @r1 t=3.5ms vc=[r1 |-> 2] A(r1, _) ; B /\ x[r1].f' = "p" /\ M!z \in {1}
2 @"a b" ? /\ {1} \subseteq Len(y)' /\ r1 \in Op(1)[2, 3]
4 SKIP \* nothing
LOOP 1
====
""",
        b"---- TRACE Y ----\n1 A\n2 B(1..2)\nEND crashed\n====\n",
    ],
}
TOKENS: Final = [
    *[b"{", b"}", b"[", b"]", b"(", b")", b"<<", b">>", b",", b"|->", b":>", b"@@"],
    *[b'"', b"\\", b"\\*", b"(*", b"*)", b"..", b"-", b"'", b"/\\", b"\\in", b"="],
    *[b"\n", b" ", b"\t", b"\x00", b"\xff", "\u00a0é".encode(), b"SUBSET ", b"Len("],
    *[
        b"INIT",
        b"CONSTANT",
        b"END",
        b"LOOP 0",
        b"====",
        b"----",
        b"_",
        b"?",
        b";",
        b"!",
    ],
    *[b"99999999999", b"1", b"t=", b"vc=", b"@", b"<-", b"TRUE", b"TRACE", b"EXPECT "],
]


def check_value(text: str) -> None:
    """Read a value; what the fast reader reads, the grammar reads alike."""
    value = parse(text)
    assert parse(show(value)) == value
    assert parse_by_grammar(text) == value


def check_state(text: str) -> None:
    """Read a state, likewise."""
    assert parse_state(text) == parse_state_by_grammar(text)


def check_config(text: str) -> None:
    """Read a cfg; what can be written is read back."""
    config = parse_config(text)
    assert parse_config(config.text()) == config


def check_trace(text: str) -> None:
    """Read a trace; it can be written and read back."""
    for line in text.split("\n"):
        _check_event(line)
    trace = parse_trace(text)
    assert parse_trace(write_trace(trace)) == trace


def _check_event(line: str) -> None:
    try:
        event = plain_event(line)
    except (NotPlainError, UnfitError):
        return
    assert event_by_grammar(line, Place(line)) == event


CHECKS: Final[dict[str, Callable[[str], None]]] = {
    "value": check_value,
    "state": check_state,
    "config": check_config,
    "trace": check_trace,
}


def check(kind: str, raw: bytes) -> None:
    """Read any bytes as this kind of text: a Mistake is as good as a result."""
    text = raw.decode(errors="replace")
    try:
        plain = parse_plain(text)
    except NotPlainError:
        pass
    else:
        assert parse_by_grammar(text) == plain
    try:
        CHECKS[kind](text)
    except Mistake as error:
        check_message(error)


def check_message(mistake: Mistake) -> None:
    """See that no name of lark's is in a message."""
    assert "__" not in (mistake.expected or "")
    assert str(mistake)


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


def run(seconds: float, seed: int) -> int:
    """Check mutants until the time is over; return how many."""
    chance = random.Random(seed)  # noqa: S311 - one seed, one run
    corpus = [(kind, raw) for kind, some in CORPUS.items() for raw in some]
    done = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        kind, raw = chance.choice(corpus)
        changed = mutant(chance, raw)
        try:
            check(kind, changed)
        except BaseException:
            sys.stderr.write(f"seed {seed}: as a {kind}: {changed!r}\n")
            raise
        done += 1
    return done


@pytest.mark.parametrize("kind", CORPUS)
def test_the_corpus_itself_is_read(kind: str) -> None:
    for raw in CORPUS[kind]:
        CHECKS[kind](raw.decode())


def test_mutated_texts_give_a_result_or_a_mistake() -> None:
    assert run(seconds=2.0, seed=1) > 0


def test_a_reader_that_crashes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(text: str) -> None:
        raise ValueError(text)

    monkeypatch.setitem(CHECKS, "value", crash)
    with pytest.raises(ValueError, match=r"\w"):
        run(seconds=5.0, seed=2)


def _run_atheris() -> None:
    atheris = importlib.import_module("atheris")

    def one(raw: bytes) -> None:
        kinds = sorted(CHECKS)
        check(kinds[raw[0] % len(kinds)] if raw else "value", raw[1:])

    atheris.instrument_all()
    atheris.Setup(sys.argv[:1], one)
    atheris.Fuzz()


if __name__ == "__main__":
    try:
        _run_atheris()
    except ImportError:
        given = [float(argument) for argument in sys.argv[1:3]]
        seconds, seed = [*given, 60.0, 0.0][:1] + [*given[1:], 0.0][:1]
        sys.stderr.write(f"{run(seconds, int(seed))} mutants, nothing found\n")
