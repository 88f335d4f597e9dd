"""Fairness and properties of traces, asked of TLC in another way.

For each trace a module is written whose behaviors are the matching ones: a
position in the trace goes along, and what the end says of it is assumed.  TLC
then says whether some of them is fair, and whether all, or none, satisfy P.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import NativeEngine, Truth, ask, claiming
from pyspec.tla2tools import Cause, Job, find_toolchain, parse_config, run
from pyspec.trace import parse_trace
from tests.conformance.replaying import spec_of

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.conformance import Spec, Verdict

pytestmark = pytest.mark.java

# A token that two processes pass around; `mood` is never observed.
SPEC = r"""---- MODULE Token ----
EXTENDS Integers
VARIABLES at, mood, wish
vars == <<at, mood, wish>>
P == {1, 2}
Init == at \in P /\ mood \in 0..1 /\ wish = [p \in P |-> FALSE]
Ask(p) == ~wish[p] /\ wish' = [wish EXCEPT ![p] = TRUE] /\ UNCHANGED <<at, mood>>
Serve(p) == /\ at = p /\ wish[p]
            /\ wish' = [wish EXCEPT ![p] = FALSE] /\ UNCHANGED <<at, mood>>
Pass == at' = 3 - at /\ UNCHANGED <<mood, wish>>
Swing == mood = 0 /\ mood' = 1 /\ UNCHANGED <<at, wish>>
Calm == mood = 1 /\ mood' = 0 /\ UNCHANGED <<at, wish>>
Next == \/ \E p \in P : Ask(p) \/ Serve(p)
        \/ Pass \/ Swing \/ Calm
Fair == /\ \A p \in P : SF_vars(Serve(p))
        /\ WF_vars(Calm)
Spec == Init /\ [][Next]_vars /\ Fair
Served == \A p \in P : wish[p] ~> ~wish[p]
Calms == []<>(mood = 0)
Still == <>[](\E p \in P : at = p /\ ~wish[p])
OneWish == \E p \in P : ~wish[p]
Order == at' = at => wish' # wish \/ mood' < mood
Orderly == <>[][Order]_vars
Moody == <>(mood = 1) => <>(mood = 1 /\ wish[1])
====
"""
PROPERTIES = {
    "Served": "Served",
    "Calms": "Calms",
    "Still": "Still",
    # As an invariant TLC would also ask it of states that later events refute.
    "OneWish": "~<>~OneWish",
    "Orderly": "Orderly",
    "Moody": "Moody",
}
DENIED = {"Orderly": "[]<><<~Order>>_vars"}
STEPS = ["Ask(1)", "Ask(2)", "Serve(1)", "Serve(2)", "Pass", "Pass", "Swing", "Calm"]
STEPS += ["Ask(_)", "Serve(_)", "?"]
SILENT = ["Swing", "Calm", "Ask(1)", "Pass"]
SEED = 7


def drawn(dice: random.Random) -> tuple[list[str], list[str], int | None]:
    """Return events, silent actions, and where the loop begins, if it is one."""
    events = [dice.choice(STEPS) for _ in range(dice.randint(2, 6))]
    silent = dice.sample(SILENT, dice.choice([0, 1, 1, 2]))
    back = dice.choice([None, *range(len(events))])
    return events, silent, back


def trace_of(events: list[str], silent: list[str], back: int | None) -> str:
    lines = ["---- TRACE Token ----", *(f"SILENT {name}" for name in silent)]
    lines += [f"{number} {step}" for number, step in enumerate(events, 1)]
    end = "END quiescent" if back is None else f"LOOP {back}"
    return "\n".join([*lines, end, "====", ""])


def formula(step: str) -> str:
    if step == "?":
        return "vars' # vars"
    return rf"\E q \in P : {step.replace('_', 'q')}" if "_" in step else step


def module_of(events: list[str], silent: list[str], back: int | None) -> str:
    last = len(events)
    moves = [
        f"pos = {place} /\\ {formula(step)} /\\ turn' = 1 - turn /\\ pos' = "
        f"{back if back is not None and place + 1 == last else place + 1}"
        for place, step in enumerate(events)
    ]
    quiet = " \\/ ".join(silent) or "FALSE"
    lines = [
        "---- MODULE Held ----",
        "EXTENDS Token",
        "VARIABLES pos, turn",
        "all == <<vars, pos, turn>>",
        "HInit == Init /\\ pos = 0 /\\ turn = 0",
        *(f"E{place} == Next /\\ {move}" for place, move in enumerate(moves)),
        f"Quiet == Next /\\ ({quiet}) /\\ pos <= {last} /\\ UNCHANGED <<pos, turn>>",
        f"Rest == pos = {last} /\\ pos' = {last + 1} /\\ UNCHANGED <<vars, turn>>",
        "HNext == Quiet \\/ Rest" + "".join(f" \\/ E{place}" for place in range(last)),
        f"Ends == <>(pos = {last + 1})"
        if back is None
        else "Ends == []<>(turn = 0) /\\ []<>(turn = 1)",
        "Matching == HInit /\\ [][HNext]_all /\\ Ends",
        "MatchingFair == Matching /\\ Fair",
        "Nobody == <>(pos = 99)",
        *(f"Is{name} == {text}" for name, text in PROPERTIES.items()),
        *(
            f"Not{name} == {DENIED.get(name, f'~({text})')}"
            for name, text in PROPERTIES.items()
        ),
        "====",
        "",
    ]
    return "\n".join(lines)


class Oracle:
    """TLC's answers about one module."""

    def __init__(self, folder: Path, text: str) -> None:
        self.module = folder / "Held.tla"
        self.module.write_text(text, encoding="utf-8")

    def holds(self, specification: str, name: str) -> bool:
        config = parse_config(f"SPECIFICATION {specification}\nPROPERTY {name}")
        job = Job(module=self.module, config=config, deadlock=False)
        outcome = run(find_toolchain(), job)
        causes = {Cause.NONE, Cause.PROPERTY, Cause.ACTION_PROPERTY, Cause.INVARIANT}
        assert outcome.cause in causes, outcome.message
        return outcome.cause is Cause.NONE


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    return spec_of(tmp_path, SPEC)


def check(spec: Spec, dice: random.Random, names: int) -> str:
    """Compare one trace that conforms; return its verdict."""
    engine = NativeEngine(find_toolchain)
    while True:
        events, silent, back = drawn(dice)
        trace = parse_trace(trace_of(events, silent, back), file="t.trace")
        [verdict] = engine.decide([ask(claiming(spec, PROPERTIES), trace)])
        if verdict.headline.partition(" ")[0] != "rejected":
            break
    oracle = Oracle(spec.path.parent, module_of(events, silent, back))
    told = trace_of(events, silent, back)
    assert verdict.fairness is not None
    fair = not oracle.holds("MatchingFair", "Nobody")
    assert verdict.fairness.fair == fair, told
    assert not oracle.holds("Matching", "Nobody"), told
    behavior = "MatchingFair" if fair else "Matching"
    for name in dice.sample(sorted(PROPERTIES), names):
        all_do = oracle.holds(behavior, f"Is{name}")
        none_does = oracle.holds(behavior, f"Not{name}")
        assert truth(verdict, name) == (all_do, none_does), (name, told)
    return verdict.headline


def truth(verdict: Verdict, name: str) -> tuple[bool, bool]:
    (found,) = (each for each in verdict.properties if each.name == name)
    assert found.possible == (found.truth is Truth.PENDING)
    return found.truth is Truth.SATISFIED, found.truth is Truth.VIOLATED


def test_tlc_agrees_on_a_trace(spec: Spec) -> None:
    check(spec, random.Random(SEED), 1)  # noqa: S311 - to be repeated


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1, 13))
def test_tlc_agrees_on_many_traces(spec: Spec, seed: int) -> None:
    dice = random.Random(SEED + 100 * seed)  # noqa: S311 - to be repeated
    for _ in range(3):
        check(spec, dice, 2)
