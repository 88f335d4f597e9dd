"""Rejections name their cause, and both engines say the same of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run
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
from pyspec.conformance.prose import lines_of
from pyspec.tla2tools import find_toolchain
from pyspec.trace import Trace, parse_trace, read_trace
from tests.conformance.replaying import natively, spec_of

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
TRACES = ROOT / "traces/commit/two_phase_commit"
SCHEMA = json.loads((ROOT / "docs/schemas/replay.schema.json").read_text("utf-8"))

POST = r"""---- MODULE Post ----
EXTENDS Naturals, Sequences
CONSTANTS P, Most
VARIABLES box, sent, seen
vars == <<box, sent, seen>>
Init == box = [p \in P |-> <<>>] /\ sent = {} /\ seen = [p \in P |-> 0]
Ready(p) ==
  /\ Len(box[p]) < Most
  /\ p \notin sent
Put(p, m) == box' = [box EXCEPT ![p] = Append(@, m)]
Get(p) ==
  /\ box[p] # <<>>
  /\ box' = [box EXCEPT ![p] = Tail(@)]
Send(p, m) ==
  /\ Ready(p)
  /\ Put(p, m)
  /\ sent' = sent \cup {p}
  /\ UNCHANGED seen
Receive(p) ==
  /\ Get(p)
  /\ IF Head(box[p]) > 1
       THEN seen[p] < Most /\ seen' = [seen EXCEPT ![p] = @ + 1]
       ELSE UNCHANGED seen
  /\ UNCHANGED sent
Steal(p) ==
  /\ \E q \in P : q # p /\ Len(box[q]) > 1 /\ Get(q)
  /\ UNCHANGED <<sent, seen>>
Forget ==
  /\ LET all == P IN sent = all
  /\ sent' = {}
  /\ UNCHANGED <<box, seen>>
Guess(n) ==
  /\ UNCHANGED <<box, sent>>
  /\ seen' \in [P -> {n}]
Next ==
  \/ \E p \in P, m \in 1..3 : Send(p, m)
  \/ \E p \in P : Receive(p) \/ Steal(p)
  \/ Forget
  \/ \E n \in 1..2 : Guess(n)
====
"""
HEAD = "---- TRACE Post ----\nCONSTANT P = {a, b}\nCONSTANT Most = 2\n"
LINES = POST.splitlines()
SENT = LINES.index("  /\\ p \\notin sent") + 1
EMPTY = LINES.index("  /\\ box[p] # <<>>") + 1


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    return spec_of(tmp_path_factory.mktemp("post"), POST)


def trace_of(lines: str) -> Trace:
    """Return a trace whose events begin on line 4."""
    return parse_trace(f"{HEAD}{lines}\n====\n", file="t.trace")


def explained(spec: Spec, traces: Sequence[Trace]) -> list[Verdict]:
    return natively(spec, traces, Limits(explained=len(traces), unbounded_s=0))


def told(verdict: Verdict, *, verbose: bool = False) -> str:
    return "\n".join(lines_of(verdict, verbose=verbose))


CASES = {
    "a conjunct of what a guard is defined as": (
        "1 Send(a, 1)\n2 Send(a, 2)",
        [
            f"Post.tla:{SENT}   a \\notin sent   is false",
            "      sent = {a}",
        ],
        ["Len(box"],
    ),
    "a conjunct inside of an operator that also assigns": (
        "1 Send(a, 1)\n2 Receive(b)",
        [
            f"Post.tla:{EMPTY}   box[b] # <<>>   is false",
            "      box[b] = <<>>",
        ],
        [],
    ),
    "a condition of the branch that is taken": (
        "1 Guess(2)\n2 Send(a, 3)\n3 Receive(a)",
        ["(Head(box[a]) > 1) => (seen[a] < Most)   is false", "seen[a] = 2"],
        [],
    ),
    "a condition under a quantifier": (
        "1 Send(a, 1)\n2 Steal(b)",
        ["\\E q \\in P : (q # b) /\\ (Len(box[q]) > 1) /\\ (box[q] # <<>>)"],
        [],
    ),
    "of steps that may have been meant the nearest": (
        "1 Send(a, 1)\n2 Send(_, 3) /\\ a \\in sent /\\ box[a]' = <<1, 3>>",
        ["nearest         Send(b, 3)", "observed        box[a]' = <<1, 3>>"],
        ["a \\notin sent"],
    ),
    "which of several steps is impossible": (
        "1 Send(a, 1) ; Receive(a) ; Receive(a)",
        ["impossible is its step Receive(a)", "box[a] # <<>>   is false"],
        [],
    ),
    "another step that would fit": (
        "1 Send(a, 1)\n2 Receive(b) /\\ box[a]' = <<>>",
        ["would fit       Receive(a)"],
        [],
    ),
    "of an unknown step those that come nearest": (
        "1 Send(a, 2)\n2 ? /\\ seen[a]' = 2 /\\ seen[b]' = 0",
        [
            "nearest         Receive(a) gives",
            "      seen[a]' = 1, not 2",
            "nearest         Guess(2) gives",
            "      seen[b]' = 2, not 0",
        ],
        ["Guess(1) gives", "Send(b, 1) gives"],
    ),
    "all the values that a step may give": (
        "1 Guess(_) /\\ seen[a]' = 7",
        [
            "nearest         Guess(1), Guess(2)",
            "observed        seen[a]' = 7",
            "the step gives  1 or 2",
        ],
        ["is false"],
    ),
    "arguments that Next does not take": (
        "1 Guess(9)",
        ["its action is possible here, but Next does not take it so"],
        ["is false"],
    ),
    "what was observed before the step": (
        "1 Send(a, 1) /\\ sent = {b}",
        ["observed        sent = {b}", "the spec has    {}"],
        ["is false"],
    ),
    "where a large value differs": (
        "1 Send(a, 1) /\\ box' = (a :> <<1>> @@ b :> <<2, 2, 2>>)",
        ["      Len(box[b])': observed 3, the step gives 0"],
        ["box[a]'"],
    ),
    "no step, though there was one": (
        "1 Send(a, 1)\n2 SKIP /\\ sent' = {}",
        ["observed        sent' = {}", "the step gives  {a}"],
        [],
    ),
    "a wrong start": (
        "INIT /\\ sent = {a}\n1 Send(b, 1)",
        ["observed        sent = {a}", "the spec has    {}"],
        ["enabled"],
    ),
    "one of several states": (
        "SILENT Send(_, _) MAX 1\n1 Receive(a) /\\ sent' = {b}",
        ["states were possible here; this is the nearest", "sent' = {b}"],
        [],
    ),
}


@pytest.fixture(scope="module")
def verdicts(post: Spec) -> dict[str, Verdict]:
    traces = [trace_of(lines) for lines, _, _ in CASES.values()]
    return dict(zip(CASES, explained(post, traces), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_an_explanation_names(case: str, verdicts: dict[str, Verdict]) -> None:
    _, present, absent = CASES[case]
    text = told(verdicts[case])
    assert verdicts[case].judgement is Judgement.REJECTED
    reasons = text.partition("enabled here")[0]
    for words in present:
        assert words in text
    for words in absent:
        assert words not in (reasons if words != "enabled" else text)


def test_tlc_says_the_same(post: Spec, verdicts: dict[str, Verdict]) -> None:
    limits = Limits(explained=len(CASES), unbounded_s=0)
    engine = TlcEngine(find_toolchain(), limits)
    questions = [ask(post, trace_of(lines)) for lines, _, _ in CASES.values()]
    for ours, theirs in zip(verdicts.values(), engine.decide(questions), strict=True):
        assert told(theirs, verbose=True) == told(ours, verbose=True)


@pytest.mark.nightly
def test_tlc_says_the_same_of_golden_traces() -> None:
    toolchain = find_toolchain()
    spec = load_spec(
        toolchain, ROOT / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
    )
    traces = [read_trace(file) for file in sorted(TRACES.glob("*.trace"))]
    ours = [v for v in explained(spec, traces) if v.judgement is Judgement.REJECTED]
    engine = TlcEngine(toolchain, Limits(unbounded_s=0))
    theirs = engine.decide([v.question for v in ours])
    assert [told(each) for each in ours] == [told(each) for each in theirs]
    assert len(ours) > 1


def test_it_fits_on_a_screen_unless_all_is_asked(post: Spec) -> None:
    people = ", ".join(f"p{number}" for number in range(40))
    head = f"---- TRACE Post ----\nCONSTANT P = {{{people}}}\nCONSTANT Most = 2\n"
    seen = " ".join(f"/\\ seen[p{number}]' = 9" for number in range(40))
    trace = parse_trace(f"{head}SILENT Guess(_)\n1 Send(p0, 1) {seen}\n====\n")
    [verdict] = explained(post, [trace])
    lines = list(lines_of(verdict))
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 240
    assert "  (... --verbose shows all)" in lines
    every = list(lines_of(verdict, verbose=True))
    assert sum("observed" in line for line in every) >= 40
    assert any(line.startswith("  here seen = ") for line in every)
    assert any(line.startswith("  candidate 2 of 3") for line in every)


def test_what_is_nearest_stands_in_json(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], post: Spec
) -> None:
    file = tmp_path / "t.trace"
    lines, _, _ = CASES["another step that would fit"]
    file.write_text(f"{HEAD}{lines}\n====\n", encoding="utf-8")
    assert run(["replay", str(file), "--spec", str(post.path), "--json"]) == 1
    said = json.loads(capfd.readouterr().out)
    Draft202012Validator(SCHEMA).validate(said)
    [row] = said["traces"]
    assert row["nearest"] == ["Receive(a)"]
    assert row["states"] == 1
    assert "box[b] # <<>> is false" in row["why"]


def test_a_rejection_that_was_explained_before_needs_no_java(post: Spec) -> None:
    def nowhere() -> None:
        raise AssertionError("SANY is not needed")

    trace = trace_of("1 Send(a, 1)\n2 Receive(b)")
    [before] = explained(post, [trace])
    engine = NativeEngine(nowhere)  # type: ignore[arg-type]  # it is not to be called
    [after] = engine.decide([ask(post, trace)])
    assert told(after) == told(before)
