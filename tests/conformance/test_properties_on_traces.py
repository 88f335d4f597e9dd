"""Properties and fairness of traces of a real spec: verdicts, texts, exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pyspec.cli import run as command
from pyspec.conformance import (
    Judgement,
    NativeEngine,
    TlcEngine,
    Truth,
    Verdict,
    ask,
    claiming,
    load_spec,
)
from pyspec.conformance.claimed import Claimed
from pyspec.conformance.expectation import exit_of, unmet
from pyspec.conformance.prose import lines_of
from pyspec.errors import Exit, Mistake
from pyspec.tla2tools import find_toolchain, parse_config
from pyspec.trace import parse_trace

if TYPE_CHECKING:
    from pyspec.conformance import Spec

pytestmark = pytest.mark.java

# A lamp for each of P, and a bulb inside that nobody sees.
LAMPS = r"""---- MODULE Lamps ----
EXTENDS Integers
CONSTANT P
VARIABLES on, worn, n
vars == <<on, worn, n>>
Init == on = [p \in P |-> FALSE] /\ worn \in [P -> BOOLEAN] /\ n = 0
Press(p) == /\ ~on[p] /\ ~worn[p]
            /\ on' = [on EXCEPT ![p] = TRUE] /\ n' = n + 1 /\ UNCHANGED worn
Release(p) == /\ on[p]
              /\ on' = [on EXCEPT ![p] = FALSE] /\ UNCHANGED <<worn, n>>
Wear(p) == /\ ~worn[p]
           /\ worn' = [worn EXCEPT ![p] = TRUE] /\ UNCHANGED <<on, n>>
Mend == /\ \E p \in P : worn[p]
        /\ worn' = [p \in P |-> FALSE] /\ UNCHANGED <<on, n>>
Forget == n > 0 /\ n' = 0 /\ UNCHANGED <<on, worn>>
Next == \/ \E p \in P : Press(p) \/ Release(p) \/ Wear(p)
        \/ Mend
        \/ Forget
Spec == /\ Init /\ [][Next]_vars
        /\ \A p \in P : WF_vars(Release(p)) /\ SF_vars(Press(p))
        /\ WF_vars(Mend \/ Forget)
Quiet == Init /\ [][Next]_vars /\ [](n < 3)
Unfair == Init /\ [][Next]_vars
Wears == Init /\ [][Next]_vars /\ WF_vars(\E p \in P : ~on[p] /\ Wear(p))
Shabby == Init /\ [][Next]_vars /\ [](\E p \in P : worn[p])

First == CHOOSE p \in P : TRUE
Rest == P \ {First}
Comes(p) == <>(on[p] /\ p \in P)
Parts(p, q) == p # q => <>(on[p] /\ ~on[q])
Exists(q) == <>(\E p \in P : on[p] /\ p = q)
Whole == <>({p \in P : on[p]} = P)
Differ(p, q) == <>(on[p] # on[q] /\ p # q)
Others == \A p \in {First}, q \in Rest : Comes(q)
Apart == \A p \in {First}, q \in Rest : Parts(q, p)
Within == \A p \in Rest : Exists(p)
Sets == \A p \in P : Whole
Again == \A p \in Rest : Comes(p)
Swapped == \A p \in {First}, q \in Rest : Differ(p, q) /\ Differ(q, p)

Few == n < 2
AlwaysFew == []Few
Dark == \A p \in P : ~on[p]
AtFirst == Dark
GoesOut == \A p \in P : on[p] ~> ~on[p]
Lit == \A p \in P : []<>on[p]
EachOnce == \A p \in P : <>on[p]
Sound == \A p \in P : ~worn[p]
StaysDark == <>[]Dark
GetsWell == <>Sound
Recovers == []<>Sound
Mended == WF_vars(Mend)
OnlyGrows == [][n' >= n]_n
Ten == n \div 0 = 10
Act == n' = n
Takes(p) == on[p]
Broken == \EE x : x = 1
====
"""
HEAD = "---- TRACE Lamps ----\nCONSTANT P = {a, b}\n"


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lamps") / "Lamps.tla"
    text = LAMPS.replace("Broken == \\EE x : x = 1\n", "")
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def spec(lamps: Path) -> Spec:
    return load_spec(find_toolchain, lamps)


@pytest.fixture(scope="module")
def judge(spec: Spec) -> Any:  # noqa: ANN401 - a function
    engine = NativeEngine(find_toolchain)

    def judged(lines: str, *names: str, spec: Spec = spec) -> Verdict:
        trace = parse_trace(f"{HEAD}{lines}\n====\n", file="t.trace")
        [verdict] = engine.decide([ask(claiming(spec, names), trace)])
        return verdict

    return judged


def text(verdict: Verdict) -> str:
    return "\n".join(lines_of(verdict))


def truth(verdict: Verdict) -> Truth:
    (found,) = verdict.properties
    return found.truth


# ------------------------------------------------------------ what is owed

MEND = "WF_vars(Mend \\/ Forget)"
NEW = "INIT /\\ worn = (a :> FALSE @@ b :> FALSE)\n"
OWES = {
    "END quiescent": "owes Press(a), Press(b)",
    "1 Wear(a)\nEND quiescent": "owes Press(b), WF_vars(Mend \\/ Forget)",
    "1 Press(a)\nEND quiescent": "owes Release(a), Press(b), WF_vars(Mend \\/ Forget)",
    "1 Press(a)\n2 Release(a)\nEND cut": "conforms",
    "1 Press(a)\n2 Release(a)\n3 Forget\nLOOP 0": "owes Press(b)",
    "1 Press(a)\n2 Press(b)\n3 Release(a)\n4 Release(b)\n5 Forget\nLOOP 0": "conforms",
    "1 Press(a)\n2 Wear(b)\n3 Mend\nLOOP 1": "owes Release(a), Press(b)",
}


@pytest.mark.parametrize("lines", OWES)
def test_what_fairness_demands_and_does_not_get_is_owed(
    judge: Any,  # noqa: ANN401 - a function
    lines: str,
) -> None:
    assert judge(NEW + lines).headline == OWES[lines]


def test_silent_steps_may_do_what_is_owed(judge: Any) -> None:  # noqa: ANN401
    lines = f"{NEW}1 Press(a)\n2 Wear(b)\n3 Forget\n"
    assert judge(f"{lines}END quiescent").owed == ("Release(a)", MEND)
    silent = f"SILENT Release(_)\nSILENT Mend\n{lines}END quiescent"
    # What was released may be pressed again, and what was mended, too.
    assert judge(silent).owed == ("Release(a)", "Press(b)")
    assert not judge(silent).fairness.everywhere
    bounded = f"SILENT Release(b)\nSILENT Mend MAX 0\n{lines}END quiescent"
    assert judge(bounded).owed == ("Release(a)", MEND)


def test_what_one_owes_is_said_if_behaviors_owe_different_things(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    alike = "{(a :> TRUE @@ b :> TRUE), (a :> FALSE @@ b :> FALSE)}"
    verdict = judge(f"INIT /\\ worn \\in {alike}\nEND quiescent")
    assert not verdict.fairness.everywhere
    assert verdict.owed == ("WF_vars(Mend \\/ Forget)",)
    assert "one owes this, and none just a part of it" in text(verdict)


def test_a_spec_without_fairness_owes_nothing(lamps: Path, judge: Any) -> None:  # noqa: ANN401
    for config in ("SPECIFICATION Unfair", "INIT Init\nNEXT Next"):
        found = load_spec(find_toolchain, lamps, parse_config(config))
        verdict = judge("1 Press(a)\nEND quiescent", spec=found)
        assert (verdict.headline, verdict.fairness) == ("conforms", None)


def test_what_a_spec_assumes_besides_fairness_is_demanded_too(
    spec: Spec,
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    found = replace(spec, claimed=Claimed("Quiet", wanted=True))
    press = f"{NEW}1 Press(a)\n2 Release(a)\n3 Press(a)\n4 Release(a)\n5 Press(a)\n"
    verdict = judge(f"{press}END quiescent", spec=found)
    assert verdict.owed == ("[](n < 3)",)
    assert judge(f"{press}LOOP 4", spec=found).judgement is Judgement.REJECTED
    assert judge("1 Press(a)\nEND quiescent", spec=found).headline == "conforms"


# ------------------------------------------------------------ loops


def test_a_loop_that_cannot_be_repeated_is_rejected_in_its_round(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    verdict = judge("1 Press(a)\n2 Wear(a)\n3 Release(a)\nLOOP 0")
    assert verdict.headline == "rejected at 1"
    assert verdict.why == "in round 2 of LOOP 0"
    assert (
        judge(
            "SILENT Mend\n1 Press(a)\n2 Wear(a)\n3 Release(a)\n4 Forget\nLOOP 0"
        ).judgement
        is Judgement.CONFORMS
    )


def test_a_loop_whose_states_never_recur_is_unknown(judge: Any) -> None:  # noqa: ANN401
    verdict = judge("1 Press(a)\n2 Release(a)\nLOOP 0")
    assert verdict.judgement is Judgement.UNKNOWN
    assert "came to new states in each of" in verdict.why
    assert "2 of 2 events matched" in verdict.why
    assert exit_of(verdict) is Exit.UNDECIDED


# ------------------------------------------------------------ properties

TRUTHS = {
    ("1 Press(a)", "Few"): Truth.SATISFIED,
    ("1 Press(a)\n2 Press(b)", "Few"): Truth.VIOLATED,
    ("1 Press(a)\n2 Press(b)", "AlwaysFew"): Truth.VIOLATED,
    ("1 Press(a) ; Press(b)\n2 Forget", "Few"): Truth.VIOLATED,
    ("1 Press(a) ; Forget ; Press(b)", "Few"): Truth.SATISFIED,
    ("1 Press(a)", "Dark"): Truth.VIOLATED,
    ("1 Press(a)", "OnlyGrows"): Truth.SATISFIED,
    ("1 Press(a)\n2 Forget", "OnlyGrows"): Truth.VIOLATED,
    ("1 Press(a)", "EachOnce"): Truth.PENDING,
    ("1 Press(a)\n2 Press(b)", "EachOnce"): Truth.SATISFIED,
    ("1 Press(a)\n2 Press(b)\n3 Forget\nEND quiescent", "EachOnce"): Truth.SATISFIED,
    ("1 Press(a)\n2 Release(a)", "GoesOut"): Truth.PENDING,
    ("1 Press(a)\nEND quiescent", "GoesOut"): Truth.VIOLATED,
    ("1 Press(a)\n2 Release(a)\n3 Forget\nLOOP 0", "Lit"): Truth.VIOLATED,
    ("1 Press(a)\n2 Release(a)\n3 Forget\nLOOP 0", "GoesOut"): Truth.SATISFIED,
    ("1 Press(a)\n2 Release(a)\n3 Forget\nEND quiescent", "StaysDark"): Truth.SATISFIED,
    ("1 Press(a)\n2 Release(a)\n3 Forget\nLOOP 0", "StaysDark"): Truth.VIOLATED,
    ("1 Press(a)\n2 Release(a)", "StaysDark"): Truth.PENDING,
}


@pytest.mark.parametrize(("lines", "name"), TRUTHS)
def test_each_property_is_satisfied_violated_or_pending(
    judge: Any,  # noqa: ANN401 - a function
    lines: str,
    name: str,
) -> None:
    assert truth(judge(lines, name)) is TRUTHS[lines, name]


def test_states_that_a_later_event_refutes_violate_nothing(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    assert judge("1 Press(a)", "Sound").properties[0].possible
    # b was not worn when it was pressed, so it never was.
    assert truth(judge("1 Press(a)\n2 Press(b)", "Sound")) is Truth.SATISFIED
    # Whether b is worn is a matter of taste, but in the end it was.
    later = "1 Press(a)\n2 SKIP /\\ worn[b] = TRUE"
    assert truth(judge(later, "Sound")) is Truth.VIOLATED


def test_what_some_matching_behaviors_violate_is_possible(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    verdict = judge("1 Press(a)", "Sound")
    (found,) = verdict.properties
    assert found.possible
    assert verdict.headline == "conforms"
    assert text(verdict).splitlines()[1:] == [
        "  Sound: possibly violated: by some of the behaviors that match, not by all",
        "    violated if at first worn = (a :> FALSE @@ b :> TRUE)",
        "    not violated if at first worn = (a :> FALSE @@ b :> FALSE)",
    ]


def test_a_violation_says_since_when(judge: Any) -> None:  # noqa: ANN401
    verdict = judge("1 Press(a)\n5 Press(b)\n7 Forget", "Few")
    assert text(verdict).splitlines() == [
        "t.trace: violates Few (3 events)",
        "  Few: violated by event 5",
    ]


def test_a_violation_within_an_event_is_by_that_event(judge: Any) -> None:  # noqa: ANN401
    verdict = judge("3 SKIP\n5 Press(a) ; Press(b) ; Forget\n7 Wear(a)", "Few")
    assert "  Few: violated by event 5" in text(verdict)
    loop = judge(
        "3 Press(a) ; Press(b) ; Forget\n4 Release(_)\n5 Release(_)\nLOOP 0", "Few"
    )
    assert "  Few: violated by event 3" in text(loop)


def test_a_violation_by_a_silent_step_is_by_the_event_that_shows_it(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    lines = "SILENT Wear(b)\n1 Press(a)\n2 SKIP /\\ worn[b] = TRUE\n3 Forget"
    assert "  Sound: violated by event 2" in text(judge(lines, "Sound"))
    verdict = judge(
        f"SILENT Wear(b)\n{NEW}1 SKIP /\\ worn[b] = TRUE\nEND quiescent", "Sound"
    )
    assert "  Sound: violated by event 1" in text(verdict)


def test_a_violation_after_the_last_event_is_by_none(
    spec: Spec,
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    wears = replace(spec, claimed=Claimed("Wears", wanted=True))
    lines = f"SILENT Wear(b)\n{NEW}1 Press(a)\nEND quiescent"
    verdict = judge(lines, "Sound", spec=wears)
    assert text(verdict).splitlines()[1:] == ["  Sound: violated"]


def test_what_comes_in_each_round_is_not_waited_for(judge: Any) -> None:  # noqa: ANN401
    verdict = judge(f"{NEW}1 Press(a)\n2 Release(a)\n3 Forget\nLOOP 0", "Lit")
    assert verdict.properties[0].obligations == ("waits for on[b]",)


def test_a_fairness_that_is_a_property_is_waited_for_as_it_stands(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    verdict = judge(f"{NEW}1 Wear(a)\nEND quiescent", "Mended")
    (found,) = verdict.properties
    assert found.obligations == ("waits for WF_vars(Mend) since event 1",)


WAITS = {
    "Others": r"waits for on[Q] /\ Q \in P",
    "Apart": r"waits for on[Q] /\ ~on[F]",
    "Within": r"waits for \E p \in P : on[p] /\ p = Q",
    "Sets": r"waits for {p \in P : on[p]} = P",
    "Again": r"waits for on[Q] /\ Q \in P",
    "Swapped": r"waits for on[p] # on[q] /\ p # q",  # each stands for each
}


@pytest.mark.parametrize("name", WAITS)
def test_names_are_told_as_what_they_stand_for_there(
    judge: Any,  # noqa: ANN401 - a function
    name: str,
) -> None:
    (found,) = judge(NEW, name).properties
    for first, rest in ("ab", "ba"):
        wanted = WAITS[name].replace("Q", rest).replace("F", first)
        if wanted in found.obligations:
            return
    raise AssertionError(found.obligations)


def test_what_only_unfair_behaviors_get_is_waited_for(
    spec: Spec,
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    found = replace(spec, claimed=Claimed("Shabby", wanted=True))
    lines = "SILENT Mend\nSILENT Wear(b)\n1 Press(a)\n2 Release(a)\n"
    loop = f"{lines}3 Forget /\\ worn'[b] = TRUE\nLOOP 0"
    (recovers,) = judge(loop, "Recovers", spec=found).properties
    assert (recovers.truth, len(recovers.obligations)) == (Truth.VIOLATED, 1)
    unfair = replace(spec, claimed=Claimed("Unfair", wanted=True))
    assert truth(judge(loop, "Recovers", spec=unfair)) is Truth.PENDING


def test_only_what_every_behavior_waits_for_is_told(judge: Any) -> None:  # noqa: ANN401
    worn = "1 SKIP /\\ worn[a] = TRUE"
    sure = judge(worn, "GetsWell")
    assert sure.properties[0].obligations == ("waits for Sound",)
    maybe = judge("1 SKIP", "GetsWell")
    assert truth(maybe) is Truth.PENDING
    assert maybe.properties[0].obligations == ()


def test_open_obligations_are_told_with_names_and_since_when(
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    verdict = judge("1 Press(a)\n2 Wear(a)\n4 Press(b)\n5 Release(b)", "GoesOut")
    (found,) = verdict.properties
    assert found.obligations == ("waits for ~on[a] since event 1",)
    calm = judge("1 Press(a)\n2 Release(a)", "GoesOut")
    assert calm.properties[0].obligations == ()
    nothing = "there is nothing that every behavior owes so far"
    assert f"GoesOut: pending: {nothing}" in text(calm)


def test_properties_of_a_cfg_are_judged_as_tlc_takes_them(
    lamps: Path,
    judge: Any,  # noqa: ANN401 - a function
) -> None:
    config = parse_config("SPECIFICATION Unfair\nINVARIANT Few\nPROPERTY Dark GoesOut")
    found = load_spec(find_toolchain, lamps, config)
    verdict = judge("1 Press(a)\nEND quiescent", spec=found)
    told = {each.name: each.truth for each in verdict.properties}
    assert told == {
        "Few": Truth.SATISFIED,
        "Dark": Truth.SATISFIED,  # of the initial state alone
        "GoesOut": Truth.VIOLATED,
    }


# ------------------------------------------------------------ expectations

EXPECTED = {
    "EXPECT violates Few\n1 Press(a)\n2 Press(b)": Exit.FINE,
    "EXPECT violates Few\n1 Press(a)": Exit.VIOLATION,
    "EXPECT violates Few\n1 Release(a)": Exit.VIOLATION,
    "EXPECT violates GoesOut\n1 Press(a)": Exit.VIOLATION,  # it is pending
    "EXPECT owes Release(a)\n1 Press(a)\nEND quiescent": Exit.FINE,
    "EXPECT owes Release(_)\n1 Press(a)\nEND quiescent": Exit.FINE,
    "EXPECT owes Release\n1 Press(a)\nEND quiescent": Exit.FINE,
    "EXPECT owes Release(b)\n1 Press(a)\nEND quiescent": Exit.VIOLATION,
    "EXPECT owes Release(a)\n1 Press(a)\nEND cut": Exit.VIOLATION,
    # Some behavior owes it, and another one something else.
    "EXPECT owes Press(b)\nSILENT Release(_)\nSILENT Mend\n"
    f"{NEW}1 Press(a)\n2 Wear(b)\n3 Forget\nEND quiescent": Exit.VIOLATION,
    f"EXPECT owes Press(First)\n{NEW}END quiescent": Exit.FINE,
    "EXPECT conforms\n1 Press(a)\nEND quiescent": Exit.VIOLATION,
    "EXPECT conforms\n1 Press(a)\nEND crashed": Exit.FINE,
    "1 Press(a)\nEND quiescent": Exit.VIOLATION,
}


@pytest.mark.parametrize("lines", EXPECTED)
def test_the_exit_code_says_whether_it_is_as_expected(
    judge: Any,  # noqa: ANN401 - a function
    lines: str,
) -> None:
    verdict = judge(lines)
    assert exit_of(verdict) is EXPECTED[lines]
    if "EXPECT" in lines:
        assert (unmet(verdict) is None) == (EXPECTED[lines] is Exit.FINE)


def test_tlc_says_what_it_is_not_asked(spec: Spec) -> None:
    engine = TlcEngine(find_toolchain())
    lines = {
        "1 Press(a)\nEND quiescent": (Judgement.CONFORMS, Exit.FINE),
        "EXPECT owes Release(a)\n1 Press(a)\nEND quiescent": (
            Judgement.CONFORMS,
            Exit.UNDECIDED,
        ),
        "EXPECT violates Few\n1 Press(a)": (Judgement.CONFORMS, Exit.UNDECIDED),
        "1 Press(a)\n2 Release(a)\nLOOP 0": (Judgement.UNKNOWN, Exit.UNDECIDED),
    }
    traces = [parse_trace(f"{HEAD}{each}\n====\n", file="t.trace") for each in lines]
    verdicts = engine.decide([ask(spec, trace) for trace in traces])
    assert [(v.judgement, exit_of(v)) for v in verdicts] == list(lines.values())
    assert "only the native engine" in text(verdicts[0])


# ------------------------------------------------------------ mistakes

WRONG = {
    "Fewer": "Fewer is not defined in module Lamps",
    "Takes": "Takes takes arguments and cannot be a property",
    "Act": "Act is an action, not a property",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_property_is_refused(judge: Any, name: str) -> None:  # noqa: ANN401
    with pytest.raises(Mistake, match=WRONG[name]):
        judge("1 Press(a)", name)
    with pytest.raises(Mistake, match=f"EXPECT violates {name}: {WRONG[name]}"):
        judge(f"EXPECT violates {name}\n1 Press(a)")


def test_a_property_without_value_costs_the_others_nothing(spec: Spec) -> None:
    traces = ["EXPECT violates Ten\n1 Press(a)", "EXPECT violates Few\n1 Press(a)"]
    parsed = [parse_trace(f"{HEAD}{each}\n====\n", file="t.trace") for each in traces]
    engine = NativeEngine(find_toolchain)
    verdicts = engine.decide([ask(spec, trace) for trace in parsed])
    judged = [verdict.judgement for verdict in verdicts]
    assert judged == [Judgement.MALFORMED, Judgement.CONFORMS]
    assert "its properties cannot be judged" in verdicts[0].why


def test_a_fairness_that_nobody_can_judge_is_told_and_not_asked_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "Lamps.tla"
    odd = "/\\ WF_vars(n \\div 0 = 10 /\\ Forget)"
    text_ = LAMPS.replace("Broken == \\EE x : x = 1\n", "")
    text_ = text_.replace("/\\ WF_vars(Mend \\/ Forget)", odd)
    file.write_text(text_, encoding="utf-8")
    found = load_spec(find_toolchain, file)
    engine = NativeEngine(find_toolchain)
    lines = ("1 Press(a)\nEND quiescent", "EXPECT owes Press(b)\nEND quiescent")
    traces = [parse_trace(f"{HEAD}{each}\n====\n", file="t.trace") for each in lines]
    first, second = engine.decide([ask(found, trace) for trace in traces])
    assert first.judgement is Judgement.CONFORMS
    assert "not judged: fairness:" in text(first)
    assert second.judgement is Judgement.MALFORMED


# ------------------------------------------------------------ the command


def test_the_command_judges_properties_and_prints_json(
    lamps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.trace"
    file.write_text(
        f"{HEAD}{NEW}1 Press(a)\n2 Wear(b)\nEND quiescent\n====\n", encoding="utf-8"
    )
    asked = ["replay", str(file), "--spec", str(lamps), "--property", "GoesOut"]
    assert run(*asked, "--json") == Exit.VIOLATION
    data = json.loads(capsys.readouterr().out)
    schema = Path(__file__).parents[2] / "docs/schemas/replay.schema.json"
    jsonschema.validate(data, json.loads(schema.read_text(encoding="utf-8")))
    [row] = data["traces"]
    assert row["verdict"] == "conforms"
    assert row["fairness"]["owed"] == ["Release(a)", MEND]
    assert row["properties"] == [
        {
            "name": "GoesOut",
            "verdict": "violated",
            "obligations": ["waits for ~on[a] since event 1"],
            "possible": False,
            "since": None,
            "witnesses": [],
        }
    ]
    assert run(*asked, "--engine", "tlc") == Exit.MISTAKE
    assert run(*asked[:-1], "Fewer") == Exit.MISTAKE
    assert "Did you mean Few?" in capsys.readouterr().err


def run(*arguments: str) -> int:
    return int(command([*arguments]))
