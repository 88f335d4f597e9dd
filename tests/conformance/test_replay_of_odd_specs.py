"""Specs that are legal and odd: names, precedence, scopes, layout, values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import (
    Judgement,
    Limits,
    NativeEngine,
    Spec,
    TlcEngine,
    Verdict,
    ask,
    load_spec,
)
from pyspec.errors import Mistake
from pyspec.tla2tools import Toolchain, find_toolchain, parse_config
from pyspec.trace import parse_trace

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.java

# Variables t and n, tabs, a library with LOCAL names that the root has too,
# an instance, registers of TLC, sets by IF, fields named like parameters.
ODD = r"""---- MODULE Odd ----
EXTENDS Lib, Sequences, TLC
CONSTANTS P, Nil, Op(_)
VARIABLES t, n, log, int, flag, rec
vars == <<t, n, log, int, flag, rec>>
odd == <<int, flag, rec>>
S == {7, 8}
In == INSTANCE Inner WITH v <- n
Same(i) == i
Init == t = Nil /\ n = 0 /\ log = <<>>
        /\ int = 0 /\ flag = TRUE /\ rec = [a |-> 0]
Pair(i, j) == int' = i /\ n' = j /\ UNCHANGED <<t, log, flag, rec>>
Flag(b) == flag' = b /\ UNCHANGED <<t, n, log, int, rec>>
Count(i) == /\ TLCSet(1, 99) /\ TLCSet(2, 99)
            /\ n' = n + Op(i) /\ UNCHANGED <<t, log, odd>>
Recv(p, m) ==
  /\ m \in [p : P, type : {"a"}]
  /\ t' = m.p /\ UNCHANGED <<n, log, odd>>
Tabbed(i) ==
	/\	n < 100
	/\ n' = i	/\ UNCHANGED <<t, log, odd>>
SomeTabbed ==
	\/	n > 90 /\	\E i \in 30..40 : Tabbed(i)
	\/	\E i \in 10..20 : Tabbed(i)
Put(p) == log' = Append(log, p) /\ UNCHANGED <<t, n, odd>>
Take(p) ==
  /\ log # <<>>
  /\ Head(log) = p
  /\ log' = Tail(log) /\ UNCHANGED <<t, n, odd>>
Guarded(i) ==
  /\ n # i
  /\ t # Nil
  /\ n' = 50 /\ UNCHANGED <<t, log, odd>>
Hidden(i) == n' = i /\ UNCHANGED <<t, log, odd>>
LOCAL Private == n' = 9 /\ UNCHANGED <<t, log, odd>>
Named == "nil"
Say(w) == t' = w /\ UNCHANGED <<n, log, odd>>
Key(k) == rec' = k /\ UNCHANGED <<t, n, log, int, flag>>
Next ==
  \/ \E i \in IF n = 0 THEN 1..2 ELSE {9}, j \in IF n = 0 THEN 1..2 ELSE {9} :
        Pair(i, j)
  \/ \E k \in 1..3 : Flag(k = 1 \/ k = 2)
  \/ \E k \in 1..2 : Count(IF k = 1 THEN 10 ELSE 20)
  \/ \E p \in P, m \in [p : P, type : {"a"}] : Recv(p, m)
  \/ SomeTabbed
  \/ \E p \in P : Put(p) \/ Take(p)
  \/ \E i \in 1..2 : Guarded(i)
  \/ LET k == 30
         Hid(i) == Hidden(i + k) IN \E i \in 1..2 : Hid(i)
  \/ Private
  \/ \E i \in 1..2 : In!Jump(i) /\ UNCHANGED <<t, log, odd>>
  \/ LibStep(n, n') /\ UNCHANGED <<t, log, odd>>
  \/ Say(Named)
  \/ \E k \in {[a |-> -1], [a |-> 2]} : Key(k)
Spec == Init /\ [][Next]_vars
====
"""
LIB = r"""---- MODULE Lib ----
EXTENDS Integers
LOCAL S == {60, 61}
LibStep(old, new) == \E s \in S : new = s /\ old < s
====
"""
INNER = r"""---- MODULE Inner ----
EXTENDS Naturals
VARIABLE v
LOCAL S == 3
Seen == v + S
Jump(i) == v < 40 /\ v' = v + 40 + i
====
"""
HEAD = "---- TRACE Odd ----\nCONSTANT P = {a, b}, Nil = Nil\n"


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def odd(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Spec:
    folder = tmp_path_factory.mktemp("odd")
    library = folder / "library"
    library.mkdir()
    (library / "Lib.tla").write_text(LIB, encoding="utf-8")
    (library / "Inner.tla").write_text(INNER, encoding="utf-8")
    file = folder / "Odd.tla"
    file.write_text(ODD, encoding="utf-8")
    config = parse_config("CONSTANT Op <- Same\n")
    return load_spec(toolchain, file, config, (library,))


Replay = Callable[..., list[Verdict]]


@pytest.fixture(scope="module")
def replay(toolchain: Toolchain, odd: Spec) -> Replay:
    engine = TlcEngine(toolchain, Limits(timeout_s=120, unbounded_s=1))

    def decide(*traces: str) -> list[Verdict]:
        parsed = [
            parse_trace(f"{HEAD}{lines}\n====\n", file="t.trace") for lines in traces
        ]
        return engine.decide([ask(odd, trace) for trace in parsed])

    return decide


DECIDED = {
    "1 Pair(1, 2) /\\ int' = 1": "conforms",
    "1 Pair(2, 3)": "rejected at 1",  # 3 is not in the second IF
    "1 Pair(3, 1)": "rejected at 1",
    "1 Pair(_, 2) /\\ int' = 2 /\\ n' = 2": "conforms",
    "1 Pair(_, 3)": "rejected at 1",
    "1 Flag(TRUE)\n2 Flag(FALSE)": "conforms",
    "1 Flag(_) /\\ flag' \\in {TRUE}": "conforms",
    "1 Count(10)\n2 Count(20) /\\ n' = 30": "conforms",
    "1 Count(25)": "rejected at 1",
    "1 Count(_) /\\ n' = 15": "rejected at 1",
    '1 Recv(a, [p |-> b, type |-> "a"]) /\\ t\' = b': "conforms",
    "1 Recv(a, _) /\\ t' = b": "conforms",
    '1 Recv(a, [p |-> b, type |-> "b"])': "rejected at 1",
    "1 Tabbed(_) /\\ n' = 5": "rejected at 1",
    "1 Tabbed(5)": "rejected at 1",
    "1 Tabbed(15)\n2 ? /\\ n' = 16": "conforms",
    "1 Hidden(31)": "conforms",
    "1 Hidden(1)": "rejected at 1",
    "1 ? /\\ n' = 32": "conforms",
    "1 ? /\\ n' = 9": "conforms",
    "1 In!Jump(2) /\\ n' = 42 /\\ In!Seen' = 45": "conforms",
    "1 In!Jump(_) /\\ n' = 43": "rejected at 1",
    "1 In!Jump(3)": "rejected at 1",
    "1 ? /\\ n' = 61\n2 ? /\\ n' = 60": "rejected at 2",
    "1 ? /\\ n' = 7": "rejected at 1",  # in the root's S, not in the library's
    "1 Key([a |-> -1]) /\\ rec.a' = -1": "conforms",
    "1 Key([a |-> -2147483648])": "rejected at 1",
    '1 Key([THEN |-> 1, b |-> "\\"\\\\ é"])': "rejected at 1",
    '1 Say("nil") /\\ t = Nil /\\ t\' = Named': "conforms",
    "SILENT Put(_) MAX 0\n1 Take(a)": (
        "rejected at 1 with at most 0 silent steps per gap"
    ),
    "SILENT Put(a) MAX 1, Put(b) MAX 3\n1 Take(b) ; Take(a) /\\ Len(log) = 5": (
        "rejected at 1 with at most 1 silent steps per gap"
    ),
    "4 Count(10)\n999999999999 Count(25)": "rejected at 999999999999",
    "": "conforms",
}


def test_verdicts_on_an_odd_spec(replay: Replay) -> None:
    verdicts = replay(*DECIDED)
    found = {
        lines: verdict.headline
        for lines, verdict in zip(DECIDED, verdicts, strict=True)
    }
    assert found == DECIDED


def test_verdicts_of_the_native_engine_on_an_odd_spec(odd: Spec) -> None:
    engine = NativeEngine(find_toolchain, Limits(unbounded_s=1))
    traces = {
        lines: parse_trace(f"{HEAD}{lines}\n====\n", file="t.trace")
        for lines in DECIDED
    }
    verdicts = engine.decide([ask(odd, trace) for trace in traces.values()])
    found = {
        lines: verdict.headline for lines, verdict in zip(traces, verdicts, strict=True)
    }
    assert found == DECIDED


def test_explanations_on_an_odd_spec(replay: Replay) -> None:
    empty, second, nearest, value, skipped = replay(
        "1 Take(a)",  # Head of the empty sequence has no value
        "1 Count(10)\n2 ? ; Guarded(10)",  # what is false comes after `?`
        "SILENT Say(_) MAX 1\n1 Guarded(1) /\\ n' = 51",
        "1 Say(Named) /\\ t' = Named /\\ n' = 11",
        "1 Pair(_, _)\n2 ? /\\ n' = 61\n3 SKIP ; Guarded(61)",
    )
    [guard] = empty.explanation.guards
    assert guard.text == "log # <<>>"
    assert guard.values == (("log", "<<>>"),)
    assert second.explanation.step == "Guarded(10)"
    assert len(second.explanation.guards) == 1
    assert not nearest.explanation.guards
    assert [d.observed for d in nearest.explanation.differences] == ["n' = 51"]
    assert [d.observed for d in value.explanation.differences] == ["n' = 11"]
    assert [g.text for g in skipped.explanation.guards] == ["n # 61", "t # Nil"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("1 Private", ["Private is not an action"]),
        ("1 Count(10)\n2 Hidden(_)", ["t.trace:4", "the arguments of Hidden"]),
        ("SILENT Hidden", ["the arguments of Hidden"]),
        ("1 Count(2147483648)", ["t.trace:3", "32 bits"]),
        ("CONSTANT Op = 1", ["constant Op has two values"]),
    ],
)
def test_what_cannot_be_asked_is_said_before_tlc_runs(
    odd: Spec,
    lines: str,
    words: list[str],
) -> None:
    with pytest.raises(Mistake) as caught:
        ask(odd, parse_trace(f"{HEAD}{lines}\n====\n", file="t.trace"))
    for word in words:
        assert word in str(caught.value)


def test_one_bad_trace_of_many_costs_one_more_run(
    replay: Replay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = []
    run = TlcEngine.run

    def counting(engine: TlcEngine, *args: object, **options: object) -> object:
        runs.append(args)
        return run(engine, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(TlcEngine, "run", counting)
    good = ["1 Count(10)"] * 40
    verdicts = replay(*good, "1 Count(10)\n2 Count(10) /\\ n = {}", *good)
    assert verdicts[40].judgement is Judgement.MALFORMED
    assert {v.judgement for v in (*verdicts[:40], *verdicts[41:])} == {
        Judgement.CONFORMS,
    }
    assert len(runs) == 2


def test_modules_of_one_name_are_told_apart(
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    text = (
        "---- MODULE Same ----\nEXTENDS Naturals\nVARIABLE px\n"
        "Init == px = 0\nStep == px' = px + {n}\nNext == Step\n====\n"
    )
    questions = []
    for n in (1, 2):
        file = tmp_path / str(n) / "Same.tla"
        file.parent.mkdir()
        file.write_text(text.format(n=n), encoding="utf-8")
        trace = parse_trace("---- TRACE Same ----\n1 Step /\\ px' = 1\n====\n")
        questions.append(ask(load_spec(toolchain, file), trace))
    first, second = TlcEngine(toolchain).decide(questions)
    assert first.headline == "conforms"
    assert second.headline == "rejected at 1"


def test_a_spec_with_names_like_replay_s_own_is_refused(
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    file = tmp_path / "Ours.tla"
    file.write_text(
        "---- MODULE Ours ----\nVARIABLE pxT\n"
        "Init == pxT = 0\nNext == pxT' = 1\n====\n",
        encoding="utf-8",
    )
    with pytest.raises(Mistake, match="pxT has the form of the names"):
        load_spec(toolchain, file)
