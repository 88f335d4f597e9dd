"""What TLC would make of a log is told as it is, first stop first."""

from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING, Any, Final

import pytest

from pyspec.conformance import idioms, log_search, trace_spec
from pyspec.conformance.idioms import Idiom
from pyspec.conformance.trace_spec import LogVerdict, TraceSpec
from pyspec.conformance.verdict import Judgement
from pyspec.errors import Mistake
from pyspec.explore.limits import Limits, Stopped
from pyspec.explore.result import Cause
from pyspec.tla2tools import Job, find_toolchain
from pyspec.tla2tools import run as run_tlc
from pyspec.tla2tools.classify import Cause as TlcCause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.java

HEAD: Final = r"""EXTENDS Naturals, Sequences, TLC, Json, IOUtils
Log == ndJsonDeserialize(IOEnv.JSON)
"""
DO: Final = r"""
Do(k) == \/ k.op = "add" /\ x' = x + 1
         \/ k.op = "nop" /\ x' = x
         \/ k.op = "any" /\ x' \in {0, 5}
"""
COUNTED: Final = rf"""
VARIABLES x, l
{DO}
Init == x = 0 /\ l = 1
Next == l <= Len(Log) /\ Do(Log[l]) /\ l' = l + 1
Spec == Init /\ [][Next]_<<x, l>> /\ WF_<<x, l>>(Next)
NotDone == l <= Len(Log)
Done == <>[](l = Len(Log) + 1)
Deep == TLCGet("stats").diameter - 1 = Len(Log)
"""
LEVELLED: Final = rf"""
VARIABLE x
{DO}
Init == x = 0
Next == LET i == TLCGet("level") IN i <= Len(Log) /\ Do(Log[i])
Spec == Init /\ [][Next]_x
View == <<x, TLCGet("level")>>
NotDone == TLCGet("level") <= Len(Log)
Deep == TLCGet("stats").diameter - 1 = Len(Log)
"""
FREE: Final = "SPECIFICATION Spec CHECK_DEADLOCK FALSE "
ADD: Final = {"op": "add"}
NOP: Final = {"op": "nop"}
ANY: Final = {"op": "any"}
BAD: Final = {"op": "bad"}


def spec_of(folder: Path, body: str, cfg: str, **more: Any) -> TraceSpec:  # noqa: ANN401 - its fields
    """Return a trace spec made of text."""
    head = more.pop("head", HEAD)
    (folder / "T.tla").write_text(f"---- MODULE T ----\n{head}{body}\n====\n")
    (folder / "T.cfg").write_text(cfg)
    return TraceSpec(folder / "T.tla", toolchain=find_toolchain, **more)


def log_of(folder: Path, *lines: Mapping[str, Any]) -> Path:
    """Write a log."""
    file = folder / "log.ndjson"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def judge(
    folder: Path,
    body: str,
    cfg: str,
    *lines: Mapping[str, Any],
    **more: Any,  # noqa: ANN401 - fields of a TraceSpec
) -> LogVerdict:
    return spec_of(folder, body, cfg, **more).verdict(log_of(folder, *lines))


def accepts(verdict: LogVerdict) -> dict[str | None, bool | None]:
    return {check.name: check.accepts for check in verdict.checks}


def warned(verdict: LogVerdict) -> str:
    return "\n".join(verdict.warnings)


CONFORMS: Final = Judgement.CONFORMS
REJECTED: Final = Judgement.REJECTED


# ------------------------------------------------------------ what is set when


def test_register_that_an_invariant_sets_is_seen_by_the_postcondition(
    tmp_path: Path,
) -> None:
    body = COUNTED + (
        "ASSUME TLCSet(1, 0)\n"
        "Most == IF l > TLCGet(1) THEN TLCSet(1, l) ELSE TRUE\n"
        "All == TLCGet(1) = Len(Log) + 1\n"
    )
    spec = spec_of(tmp_path, body, f"{FREE} INVARIANT Most POSTCONDITION All")
    good = spec.verdict(log_of(tmp_path, ADD, NOP))
    assert (good.judgement, accepts(good), good.warnings) == (
        CONFORMS,
        {"All": True},
        (),
    )
    assert good.properties[0].verdict == "satisfied"
    bad = spec.verdict(log_of(tmp_path, ADD, BAD))
    assert (bad.judgement, accepts(bad)) == (REJECTED, {"All": False})


def test_postcondition_that_misses_what_an_invariant_says_last_is_blind(
    tmp_path: Path,
) -> None:
    body = COUNTED + (
        "ASSUME TLCSet(1, 0)\n"
        "Most == IF l > TLCGet(1) THEN TLCSet(1, l) ELSE TRUE\n"
        "All == TLCGet(1) >= Len(Log)\n"
    )
    found = judge(tmp_path, body, f"{FREE} INVARIANT Most POSTCONDITION All", ADD, ADD)
    assert "leaves the last line of the log unmatched" in warned(found)


def test_invariant_is_judged_with_the_registers_of_its_moment(tmp_path: Path) -> None:
    body = COUNTED + (
        "ASSUME TLCSet(1, 0)\n"
        "Twice == TLCGet(1) < 2 /\\ TLCSet(1, TLCGet(1) + 1)\n"
        "Once == TLCGet(1) < 1 /\\ TLCSet(1, 1)\n"
    )
    for name, verdict in (("Twice", "satisfied"), ("Once", "violated")):
        found = judge(
            tmp_path, body, f"{FREE} INVARIANT {name} POSTCONDITION Deep", ADD
        )
        assert [each.verdict for each in found.properties] == [verdict]
        assert accepts(found)["Deep"] is (True if name == "Twice" else None)


def test_initial_state_outside_of_a_constraint_is_asked(tmp_path: Path) -> None:
    body = COUNTED + (
        "Two == x \\in {0, 1} /\\ l = 1\n"
        "ASSUME TLCSet(1, 0)\n"
        "Zero == x = 0\n"
        "Never == x = 0 \\/ TLCGet(1) = 1\n"
    )
    cfg = "INIT Two NEXT Next CHECK_DEADLOCK FALSE CONSTRAINT Zero POSTCONDITION Deep "
    found = judge(tmp_path, body, f"{cfg} INVARIANT Never", NOP)
    assert (found.judgement, accepts(found)) == (CONFORMS, {"Deep": None})


def test_state_that_is_cut_off_is_asked_with_the_registers_of_its_moment(
    tmp_path: Path,
) -> None:
    body = COUNTED + (
        "ASSUME TLCSet(1, 0)\nFew == x < 5\nNever == x < 5 \\/ TLCGet(1) = 1\n"
    )
    cfg = f"{FREE} CONSTRAINT Few INVARIANT Never POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, ANY)
    assert (found.judgement, accepts(found)) == (CONFORMS, {"Deep": None})


def test_number_of_states_counts_where_the_last_line_is_not_matched(
    tmp_path: Path,
) -> None:
    body = COUNTED + 'Few == TLCGet("distinct") = 2\nSome == TLCGet("distinct") > 0\n'
    few = judge(tmp_path, body, f"{FREE} POSTCONDITION Few", ADD)
    assert (accepts(few), few.warnings) == ({"Few": True}, ())
    some = judge(tmp_path, body, f"{FREE} POSTCONDITION Some", ADD)
    assert "leaves the last line of the log unmatched" in warned(some)


def test_invariant_may_be_what_has_tlc_leave(tmp_path: Path) -> None:
    body = COUNTED + 'Leave == l > Len(Log) => TLCSet("exit", TRUE)\n'
    cfg = f"{FREE} INVARIANT Leave POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, ADD, ADD)
    assert [(check.idiom, check.accepts) for check in found.checks] == [
        (Idiom.POSTCONDITION, True),
        (Idiom.EXIT, True),
    ]
    assert not found.warnings


def test_registers_are_those_of_the_moment_when_tlc_leaves(tmp_path: Path) -> None:
    body = COUNTED + (
        "ASSUME TLCSet(1, 0)\n"
        "Most == IF l > TLCGet(1) THEN TLCSet(1, l) ELSE TRUE\n"
        'Leave == l = Len(Log) => TLCSet("exit", TRUE)\n'
        "All == TLCGet(1) = Len(Log) + 1\n"
    )
    cfg = f"{FREE} CONSTRAINT Most Leave POSTCONDITION All"
    found = judge(tmp_path, body, cfg, ADD, ADD, ADD)
    assert found.judgement is CONFORMS
    assert accepts(found) == {"All": False, None: True}


def test_tlc_that_leaves_in_the_initial_state_sees_no_step(tmp_path: Path) -> None:
    body = COUNTED + 'Leave == TLCSet("exit", TRUE)\n'
    cfg = f"{FREE} CONSTRAINT Leave POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, ADD, ADD)
    assert (found.judgement, accepts(found)["Deep"]) == (CONFORMS, False)


def test_property_is_not_known_where_tlc_leaves_before(tmp_path: Path) -> None:
    body = COUNTED + 'Leave == l = Len(Log) => TLCSet("exit", TRUE)\n'
    found = judge(tmp_path, body, f"{FREE} CONSTRAINT Leave PROPERTY Done", ADD, ADD)
    assert accepts(found)["Done"] is None


def test_invariant_that_tlc_leaves_before_is_not_violated(tmp_path: Path) -> None:
    body = COUNTED + 'Leave == l = 2 => TLCSet("exit", TRUE)\n'
    cfg = f"{FREE} CONSTRAINT Leave INVARIANT NotDone"
    found = judge(tmp_path, body, cfg, ADD, ADD, ADD)
    assert (found.judgement, accepts(found)["NotDone"]) == (CONFORMS, False)


def test_constraint_is_asked_of_states_that_view_hides(tmp_path: Path) -> None:
    body = COUNTED + (
        "ASSUME TLCSet(1, 0)\n"
        "Most == IF x > TLCGet(1) THEN TLCSet(1, x) ELSE TRUE\n"
        "All == TLCGet(1) = 5\n"
        "View == l\n"
    )
    cfg = f"{FREE} CONSTRAINT Most VIEW View POSTCONDITION All"
    assert accepts(judge(tmp_path, body, cfg, ANY)) == {"All": True}


def test_level_is_0_where_there_is_no_state(tmp_path: Path) -> None:
    body = COUNTED + (
        'Begin == Init /\\ TLCGet("level") = 0\n'
        'AtEnd == TLCGet("level") = 0 /\\ TLCGet("stats").initial = 1\n'
    )
    cfg = "INIT Begin NEXT Next CHECK_DEADLOCK FALSE POSTCONDITION AtEnd"
    found = judge(tmp_path, body, cfg, ADD)
    assert (found.judgement, accepts(found)) == (CONFORMS, {"AtEnd": True})


# ------------------------------------------------------------ what stops TLC


def test_postcondition_is_not_asked_after_a_violated_invariant(tmp_path: Path) -> None:
    body = COUNTED + "Small == x < 1\n"
    cfg = f"{FREE} INVARIANT Small POSTCONDITION Deep PROPERTY Done"
    found = judge(tmp_path, body, cfg, NOP, ADD)
    assert accepts(found) == {"Deep": None, "Done": None}
    assert "INVARIANT Small violated" in found.checks[0].says
    fine = judge(tmp_path, body, cfg, NOP, NOP)
    assert accepts(fine) == {"Deep": True, "Done": True}


def test_invariant_is_violated_on_a_branch_that_does_not_match(tmp_path: Path) -> None:
    body = COUNTED + (
        "Small == x < 4\n"
        "Next2 == Next /\\ (x = 5 => FALSE)\n"
        "Spec2 == Init /\\ [][Next2]_<<x, l>>\n"
    )
    cfg = "SPECIFICATION Spec2 CHECK_DEADLOCK FALSE INVARIANT Small POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, ANY, NOP)
    assert found.judgement is CONFORMS
    assert [each.verdict for each in found.properties] == ["satisfied"]
    assert accepts(found) == {"Deep": None}


@pytest.mark.parametrize("name", ["Grows", "Begins"])
def test_violated_property_of_steps_stops_tlc(tmp_path: Path, name: str) -> None:
    body = COUNTED + "Grows == [][x' > x]_l\nBegins == x = 1\n"
    cfg = f"{FREE} PROPERTY {name} POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, NOP, NOP)
    assert accepts(found) == {"Deep": None}
    assert f"PROPERTY {name} violated" in found.checks[0].says


def test_steps_that_a_constraint_cuts_off_are_checked_by_tlc(tmp_path: Path) -> None:
    body = COUNTED + "Grows == [][x' < 5]_l\nFew == x' < 5\n"
    cfg = f"{FREE} PROPERTY Grows ACTION_CONSTRAINT Few POSTCONDITION Deep"
    assert accepts(judge(tmp_path, body, cfg, ANY)) == {"Deep": None}


def test_postcondition_is_not_asked_after_a_violated_property(tmp_path: Path) -> None:
    body = COUNTED + "Never == <>[](l > Len(Log) + 1)\nYes == TRUE\n"
    cfg = f"{FREE} PROPERTY Never POSTCONDITION Yes"
    found = judge(tmp_path, body, cfg, ADD)
    assert accepts(found) == {"Yes": None, "Never": False}


def test_error_behind_the_log_is_told(tmp_path: Path) -> None:
    body = COUNTED + (
        "Next2 == Do(Log[l]) /\\ l' = l + 1\nSpec2 == Init /\\ [][Next2]_<<x, l>>\n"
    )
    cfg = "SPECIFICATION Spec2 CHECK_DEADLOCK FALSE POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, ADD)
    assert (found.judgement, accepts(found)) == (CONFORMS, {"Deep": None})
    assert "TLC stops with an error behind the log" in warned(found)


def test_error_behind_what_tlc_stops_at_is_not_told(tmp_path: Path) -> None:
    body = COUNTED + (
        "Next2 == Do(Log[l]) /\\ l' = l + 1\nSpec2 == Init /\\ [][Next2]_<<x, l>>\n"
    )
    cfg = "SPECIFICATION Spec2 CHECK_DEADLOCK FALSE INVARIANT NotDone"
    found = judge(tmp_path, body, cfg, ADD)
    assert (accepts(found), found.warnings) == ({"NotDone": True}, ())


def test_assert_that_fails_on_another_branch_is_told(tmp_path: Path) -> None:
    body = COUNTED + (
        'Next2 == Next /\\ (x\' = 5 => Assert(FALSE, "five"))\n'
        "Spec2 == Init /\\ [][Next2]_<<x, l>>\n"
    )
    cfg = "SPECIFICATION Spec2 CHECK_DEADLOCK FALSE POSTCONDITION Deep"
    found = judge(tmp_path, body, cfg, ANY)
    assert (found.judgement, accepts(found)) == (CONFORMS, {"Deep": None})
    assert "TLC stops with Assert is false: five" in warned(found)


def test_invariant_is_asked_of_states_outside_of_a_constraint(tmp_path: Path) -> None:
    body = COUNTED + "Inside == l <= Len(Log)\n"
    cfg = f"{FREE} CONSTRAINT Inside INVARIANT NotDone"
    found = judge(tmp_path, body, cfg, ADD, ADD)
    assert (found.judgement, accepts(found)) == (REJECTED, {"NotDone": True})
    assert "outside of a CONSTRAINT" in found.why
    assert "with 2 lines matched" in found.checks[0].says


def test_state_that_is_cut_off_stops_tlc_before_a_later_one(tmp_path: Path) -> None:
    body = COUNTED + "Far == l = 1 \\/ x # 0\nZero == l = 1 \\/ x # 0\nFive == x # 5\n"
    for order in ("Zero Five", "Five Zero"):
        cfg = f"{FREE} CONSTRAINT Far INVARIANT {order} POSTCONDITION Deep"
        [check] = judge(tmp_path, body, cfg, ANY).checks
        assert "INVARIANT Zero violated" in check.says


def test_invariant_that_the_end_meets_is_no_check_of_it(tmp_path: Path) -> None:
    body = COUNTED + "Few == l \\in 1..(Len(Log) + 1)\n"
    found = judge(tmp_path, body, f"{FREE} INVARIANT Few", ADD)
    assert found.checks == ()
    assert [(each.name, each.verdict) for each in found.properties] == [
        ("Few", "satisfied")
    ]


def test_invariant_that_is_violated_too_early_is_found_out(tmp_path: Path) -> None:
    body = COUNTED + "TooFew == l < Len(Log)\n"
    spec = spec_of(tmp_path, body, f"{FREE} INVARIANT TooFew")
    good = spec.verdict(log_of(tmp_path, ADD, ADD))
    assert "before the last line of the log is matched" in warned(good)
    bad = spec.verdict(log_of(tmp_path, ADD, BAD))
    assert "accepts this log, which does not match" in warned(bad)


# ------------------------------------------------------------ states taken for one


def test_state_at_another_level_is_the_same_for_tlc(tmp_path: Path) -> None:
    found = judge(tmp_path, LEVELLED, f"{FREE} POSTCONDITION Deep", ADD, NOP, ADD)
    assert (found.judgement, accepts(found)) == (CONFORMS, {"Deep": False})
    assert "without a VIEW that has the level" in warned(found)
    cfg = f"{FREE} VIEW View POSTCONDITION Deep"
    found = judge(tmp_path, LEVELLED, cfg, ADD, NOP, ADD)
    assert (accepts(found), found.warnings) == ({"Deep": True}, ())


def test_symmetry_hides_what_matches(tmp_path: Path) -> None:
    body = r"""
CONSTANTS a, b
VARIABLES x, l
Init == x = {} /\ l = 1
Next == /\ l <= Len(Log)
        /\ l' = l + 1
        /\ \/ Log[l].op = "any" /\ x' \in {{a}, {b}}
           \/ Log[l].op = "a" /\ x = {a} /\ UNCHANGED x
           \/ Log[l].op = "b" /\ x = {b} /\ UNCHANGED x
Spec == Init /\ [][Next]_<<x, l>>
Same == Permutations({a, b})
Deep == TLCGet("stats").diameter - 1 = Len(Log)
"""
    cfg = f"{FREE} CONSTANTS a = a b = b SYMMETRY Same POSTCONDITION Deep"
    found = [
        judge(tmp_path, body, cfg, ANY, {"op": which}, ANY) for which in ("a", "b")
    ]
    assert [each.judgement for each in found] == [CONFORMS, CONFORMS]
    assert sorted(accepts(each)["Deep"] is True for each in found) == [False, True]
    assert "SYMMETRY Same takes states that differ for one" in "".join(
        map(warned, found)
    )


def test_deep_search_does_not_say_what_order_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = COUNTED + "Last == TLCSet(1, x)\nFive == TLCGet(1) = 5\n"
    cfg = f"{FREE} CONSTRAINT Last POSTCONDITION Five"
    assert accepts(judge(tmp_path, body, cfg, ANY, NOP))["Five"] is not None
    monkeypatch.setattr(log_search, "_WIDE", 0)
    assert accepts(judge(tmp_path, body, cfg, ANY, BAD)) == {"Five": None}
    found = judge(tmp_path, COUNTED, f"{FREE} POSTCONDITION Deep", ANY, BAD)
    assert accepts(found) == {"Deep": False}


def test_deep_search_does_not_say_how_deep_tlc_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = COUNTED + (
        "Hidden == x = 0 /\\ x' = 1 /\\ l' = l\n"
        "Next2 == Next \\/ Hidden\nSpec2 == Init /\\ [][Next2]_<<x, l>>\n"
    )
    cfg = "SPECIFICATION Spec2 CHECK_DEADLOCK FALSE POSTCONDITION Deep"
    monkeypatch.setattr(log_search, "_AFTERWARDS", 0)
    assert accepts(judge(tmp_path, body, cfg, ANY, BAD))["Deep"] is True
    monkeypatch.setattr(log_search, "_WIDE", 0)
    assert accepts(judge(tmp_path, body, cfg, ANY, BAD))["Deep"] is None


def test_deep_search_does_not_say_when_tlc_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = COUNTED + 'Leave == x = 1 => TLCSet("exit", TRUE)\n'
    cfg = f"{FREE} CONSTRAINT Leave POSTCONDITION Deep"
    assert accepts(judge(tmp_path, body, cfg, NOP, ADD, ADD))["Deep"] is False
    monkeypatch.setattr(log_search, "_WIDE", 0)
    assert accepts(judge(tmp_path, body, cfg, NOP, ADD, ADD))["Deep"] is None


def test_deep_search_does_not_say_which_violation_is_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "_WIDE", 0)
    body = COUNTED + "Small == x < 5\n"
    cfg = f"{FREE} INVARIANT NotDone Small"
    assert accepts(judge(tmp_path, body, cfg, ANY, NOP)) == {"NotDone": None}


# ------------------------------------------------------------ properties


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("x # 5", "possible"),
        ("x # 9", "satisfied"),
        ("l < 2", "violated"),
        ('x = x /\\ TLCGet("level") < 2', "violated"),
        ("[][x' # 5]_l", "possible"),
        ("[][x' > 8]_l", "violated"),
        ("[][x' < 8]_l", "satisfied"),
        ("x = 1", "violated"),
        ("x = 0", "satisfied"),
        ("x = 1 /\\ [][x' < 8]_l", "violated"),
        ("x = 0 /\\ [][x' < 8]_l", "satisfied"),
    ],
)
def test_property_is_judged_on_all_behaviors_that_match(
    tmp_path: Path, claim: str, verdict: str
) -> None:
    is_step = "[]" in claim or claim in {"x = 1", "x = 0"}
    word = "PROPERTY" if is_step else "INVARIANT"
    body = f"{COUNTED}Claim == {claim}\n"
    for lines in ((ANY,), (ANY, NOP)):
        found = judge(tmp_path, body, f"{FREE} {word} Claim", *lines)
        assert [each.verdict for each in found.properties] == [verdict]


def test_property_may_be_met_by_what_view_hides(tmp_path: Path) -> None:
    body = COUNTED + "View == l\nFive == l = 1 \\/ x = 5\n"
    found = judge(tmp_path, body, f"{FREE} VIEW View INVARIANT Five", ANY)
    assert [each.verdict for each in found.properties] == ["possible"]


def test_property_about_the_end_is_not_known_of_what_view_hides(tmp_path: Path) -> None:
    body = COUNTED + (
        "View == l\nOdd == <>[](l = Len(Log) + 1 /\\ x \\in 0..9)\n"
        'Leveled == <>[](l = Len(Log) + 1 /\\ TLCGet("level") > 0)\n'
    )
    for name, of_merged in (("Done", True), ("Odd", None), ("Leveled", None)):
        cfg = f"{FREE} VIEW View PROPERTY {name}"
        assert accepts(judge(tmp_path, body, cfg, NOP))[name] is True
        assert accepts(judge(tmp_path, body, cfg, ANY))[name] is of_merged


def test_property_about_the_end_is_not_known_of_a_deep_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "_WIDE", 0)
    cfg = f"{FREE} PROPERTY Done"
    assert accepts(judge(tmp_path, COUNTED, cfg, NOP, BAD))["Done"] is None


def test_queue_is_that_of_the_moment(tmp_path: Path) -> None:
    body = COUNTED + (
        'Alone == <>[](l = Len(Log) + 1 /\\ TLCGet("queue") = 0)\n'
        'Some == <>[](l = Len(Log) + 1 /\\ TLCGet("queue") < 2)\n'
    )
    for name, holds in (("Alone", False), ("Some", True)):
        found = judge(tmp_path, body, f"{FREE} PROPERTY {name}", ANY)
        assert accepts(found)[name] is holds


def test_stuttering_is_not_told_as_enabled(tmp_path: Path) -> None:
    body = (
        LEVELLED
        + "Free == x' \\in {x, x + 1}\nFreely == Init /\\ [][Free]_x\n"
        + (
            'At == LET i == TLCGet("level") IN i <= Len(Log) /\\ Do(Log[i])\n'
            "Stay == UNCHANGED x\nStays == Init /\\ [][Stay]_x\n"
        )
    )
    more = "CHECK_DEADLOCK FALSE VIEW View ACTION_CONSTRAINT At"
    found = judge(tmp_path, body, f"SPECIFICATION Freely {more}", BAD)
    assert found.enabled == ("Free",)
    found = judge(tmp_path, body, f"SPECIFICATION Stays {more}", BAD)
    assert found.enabled == ()


# ------------------------------------------------------------ files


def test_log_that_is_not_read_is_a_mistake(tmp_path: Path) -> None:
    other = tmp_path / "other.ndjson"
    other.write_text(json.dumps(ADD))
    head = HEAD.replace("IOEnv.JSON", "IOEnv.OTHER")
    env = {"OTHER": str(other)}
    with pytest.raises(Mistake, match="Log is not read from this log") as raised:
        judge(tmp_path, COUNTED, FREE, BAD, head=head, environment=env)
    assert str(other) in str(raised.value)
    head = HEAD.replace("IOEnv.JSON", json.dumps(str(other)))
    with pytest.raises(Mistake, match="Log is not read from this log"):
        judge(tmp_path, COUNTED, FREE, BAD, head=head, allow_io=True)


def test_log_that_is_rewritten_at_once_is_read_again(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, COUNTED, FREE)
    spec.verdict(log_of(tmp_path, ADD))
    for line in (BAD, ADD, BAD, NOP, BAD) * 10:
        found = spec.verdict(log_of(tmp_path, line))
        assert (found.judgement is REJECTED) is (line is BAD)


def test_postcondition_writes_once_and_with_the_right_numbers(tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    body = COUNTED + (
        f"Told == /\\ ndJsonSerialize({json.dumps(str(out))}, "
        '<<TLCGet("stats").diameter>>)\n        /\\ Deep\n'
    )
    cfg = f"{FREE} POSTCONDITION Told"
    found = judge(tmp_path, body, cfg, ADD, ADD, allow_io=True)
    assert (accepts(found), out.read_text()) == ({"Told": True}, "3\n")
    out.unlink()
    found = judge(tmp_path, body, cfg, ADD, ADD)
    assert (accepts(found), out.exists()) == ({"Told": None}, False)
    assert "may not do unasked" in found.checks[0].says


# ------------------------------------------------------------ what counts

GUARDED: Final = r"""
VARIABLES x, l
Init == x = 0 /\ l = {init}
Next == {guard} /\ x' = Log[{line}].v /\ x' > x {more} /\ l' = l + 1
Spec == Init /\ [][Next]_<<x, l>>
"""


@pytest.mark.parametrize(
    ("init", "guard", "line", "more"),
    [
        (1, "l # Len(Log) + 1", "l", "/\\ (l < Len(Log) => Log[l + 1].v > 0)"),
        (1, "l /= Len(Log) + 1", "l", ""),
        (0, "l # Len(Log)", "l + 1", ""),
        (0, "l' <= Len(Log)", "l'", ""),
        (0, "l < Len(Log)", "l + 1", ""),
        (2, "l - 1 \\in DOMAIN Log", "l - 1", ""),
        (1, "Len(Log) + 1 > l", "l", ""),
    ],
)
def test_count_is_told_by_guards_and_lines(
    tmp_path: Path, init: int, guard: str, line: str, more: str
) -> None:
    body = GUARDED.format(init=init, guard=guard, line=line, more=more)
    if "l'" in guard + line:
        body = body.replace(f"{guard} /\\ ", "").replace(
            "Next == ", f"Next == l' = l + 1 /\\ {guard} /\\ "
        )
    spec = spec_of(tmp_path, body, FREE)
    for values, matched in (((1, 2, 3), 3), ((1, 2, 2), 2), ((0, 1, 2), 0)):
        found = spec.verdict(log_of(tmp_path, *({"v": v} for v in values)))
        assert (found.matched, found.judgement is CONFORMS) == (matched, matched == 3)
        assert "before any step" not in warned(found)


@pytest.mark.parametrize(
    ("init", "guard", "line"),
    [(1, "l < Len(Log)", "l"), (0, "l + 1 < Len(Log)", "l + 1")],
)
def test_guard_that_leaves_the_last_line_unread_tells_no_count(
    tmp_path: Path, init: int, guard: str, line: str
) -> None:
    body = GUARDED.format(init=init, guard=guard, line=line, more="")
    lines = [{"v": 1}, {"v": 2}]
    with pytest.raises(Mistake, match="how l counts lines of Log"):
        judge(tmp_path, body, FREE, *lines)
    found = judge(tmp_path, body, FREE, *lines, index=f"l-{init}")
    assert (found.judgement, found.matched) == (REJECTED, 1)


def test_initial_line_may_be_read_by_init(tmp_path: Path) -> None:
    body = GUARDED.format(init=1, guard="l < Len(Log)", line="l + 1", more="")
    body = body.replace("x = 0", "x = Log[1].v")
    found = judge(tmp_path, body, FREE, {"v": 1}, {"v": 2})
    assert found.judgement is CONFORMS
    assert "1 line is taken for matched before any step" in warned(found)


@pytest.mark.parametrize("index", [None, "l+1"])
def test_count_may_be_less_than_the_lines_that_are_matched(
    tmp_path: Path, index: str | None
) -> None:
    body = GUARDED.format(init=0, guard="l + 1 < Len(Log)", line="l + 2", more="")
    body = body.replace("x = 0", "x = Log[1].v")
    for value, matched in ((3, 3), (2, 2)):
        lines = [{"v": 1}, {"v": 2}, {"v": value}]
        found = judge(tmp_path, body, FREE, *lines, index=index)
        assert found.matched == matched


def test_count_that_cannot_be_is_asked_for(tmp_path: Path) -> None:
    body = r"""
VARIABLE x
Init == x = 0
Next == x' \in {x, x + 1}
Spec == Init /\ [][Next]_x
At == LET i == TLCGet("level") - 1 IN i > 0 => i <= Len(Log) /\ Log[i].v = x
View == <<x, TLCGet("level")>>
"""
    cfg = f"{FREE} CONSTRAINT At VIEW View"
    lines = [{"v": 1}, {"v": 1}, {"v": 2}]
    with pytest.raises(Mistake, match="how level counts lines of Log"):
        judge(tmp_path, body, cfg, *lines)
    assert judge(tmp_path, body, cfg, *lines, index="level-1").judgement is CONFORMS
    found = judge(tmp_path, body, cfg, *lines, {"v": 4}, index="level-1")
    assert (found.judgement, found.matched) == (REJECTED, 3)


def test_index_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="-1 lines would be matched before any step"):
        judge(tmp_path, COUNTED, FREE, ADD, index="l-2")


# ------------------------------------------------------------ places, and time


@pytest.mark.parametrize(
    ("more", "cfg", "place"),
    [
        ("ASSUME Log[1].zip = 1", "", "T.tla:17:8:"),
        ("Con == Log[1].zip = 1", "CONSTRAINT Con", "T.tla:17:8:"),
        ("View == Log[1].zip", "VIEW View", "T.tla:17:9:"),
    ],
)
def test_error_has_its_line_and_column(
    tmp_path: Path, more: str, cfg: str, place: str
) -> None:
    with pytest.raises(Mistake, match="has no field zip") as raised:
        judge(tmp_path, COUNTED + more, f"{FREE} {cfg}", ADD)
    assert place in str(raised.value)


def test_error_in_what_the_log_is_has_its_line_and_column(tmp_path: Path) -> None:
    head = HEAD.replace("Log ==", "Log ==\n ").replace("IOEnv.JSON", "IOEnv.NOPE")
    with pytest.raises(Mistake, match="has no field NOPE") as raised:
        judge(tmp_path, COUNTED, FREE, ADD, head=head)
    assert "T.tla:4:21:" in str(raised.value)


def test_rejection_stays_one_when_there_is_no_time_to_explain_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        raise Stopped(Cause.TIMEOUT, "time is up")

    monkeypatch.setattr(trace_spec, "said_of", late)
    spec = spec_of(tmp_path, COUNTED, f"{FREE} INVARIANT NotDone", limits=Limits(60))
    bad = spec.verdict(log_of(tmp_path, ADD, BAD))
    assert (bad.judgement, bad.matched, bad.line) == (REJECTED, 1, 2)
    assert "no time to tell what TLC would say" in warned(bad)
    good = spec.verdict(log_of(tmp_path, ADD, ADD))
    assert good.judgement is CONFORMS


def test_check_says_what_there_was_no_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idioms, "process_time", itertools.count(0, 100).__next__)
    body = COUNTED + "Small == x < 9\n"
    cfg = f"{FREE} INVARIANT Small POSTCONDITION Deep"
    [check] = judge(tmp_path, body, cfg, ADD).checks
    assert check.accepts is True
    assert "no time to ask" in check.says


# ------------------------------------------------------------ TLC itself


def some_spec(rng: random.Random) -> tuple[str, str, bool]:
    """Return a trace spec, its cfg, and whether deadlocks are looked for."""
    acts = [
        rf'\/ k.op = "{op}" /\ {rng.choice(GUARDS)} /\ {rng.choice(EFFECTS)}'
        for op in "abcc"[: rng.randint(3, 4)]
    ]
    silent = rng.choice(["FALSE", "FALSE", *SILENT])
    body = "\n".join(
        [
            "VARIABLES x, y, l",
            "vars == <<x, y, l>>",
            "Match(k) ==",
            *(f"  {act}" for act in acts),
            f"Read == {rng.choice(READS)} /\\ Match(Log[l]) /\\ l' = l + 1",
            f"Next == Read \\/ ({silent})",
            f"Init == x = 0 /\\ y \\in 0..{rng.randint(0, 1)} /\\ l = 1",
            "Spec == Init /\\ [][Next]_vars /\\ WF_vars(Next)",
            f"Small == x < {rng.randint(1, 3)}",
            PARTS,
        ]
    )
    cfg = "SPECIFICATION Spec\n"
    for word, names, odds in CFG:
        cfg += "".join(f"{word} {name}\n" for name in names if rng.random() < odds)
    if rng.random() < 0.2:
        cfg += f"VIEW {rng.choice(['ViewA', 'ViewB'])}\n"
    return body, cfg, rng.random() < 0.4


GUARDS: Final = ("TRUE", "x < 2", "x > 0", "y = 0", "x # y", "~(y = 1)")
EFFECTS: Final = (
    "x' = x + 1 /\\ y' = y",
    "x' = x /\\ y' \\in {0, 1}",
    "x' \\in {0, 1} /\\ y' = 1 - y",
    "x' \\in {k.v, x} /\\ UNCHANGED y",
    "x' = 1 - (x % 2) /\\ y' \\in {0, 1}",
    "x' = 0 /\\ y' = 1 /\\ Assert(x # 2, \"two\")",
)
SILENT: Final = (
    "y = 0 /\\ y' = 1 /\\ UNCHANGED <<x, l>>",
    "UNCHANGED vars",
    "l > Len(Log) /\\ UNCHANGED vars",
)
READS: Final = ("l <= Len(Log)", "l \\in DOMAIN Log", "l # Len(Log) + 1", "TRUE")
PARTS: Final = r"""
NotDone == l <= Len(Log)
Range == l \in 1..(Len(Log) + 1)
Early == l < Len(Log)
Done == <>[](l = Len(Log) + 1)
Grows == [][x' >= x]_vars
Inside == l <= Len(Log)
Near == y = 0 \/ x # 1
Steady == y' = 0 \/ x' # 1
ViewA == <<x, l>>
ViewB == l
"""
CFG: Final = (
    ("INVARIANT", ("NotDone", "Range", "Early", "Small"), 0.3),
    ("PROPERTY", ("Done", "Grows"), 0.25),
    ("CONSTRAINT", ("Inside", "Near"), 0.15),
    ("ACTION_CONSTRAINT", ("Steady",), 0.25),
)


class _Caught:
    """What a search came to, for a comparison with TLC."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said = ""
        known = idioms.said_of

        def spied(search: Any, program: Any, config: Any, spec: Any) -> Any:  # noqa: ANN401 - as it is
            judge = idioms._Judge(search, program, config, spec)
            self.said = judge.stopped() or next(
                (
                    "PROPERTY"
                    for check in judge.checks()
                    if check.idiom is Idiom.PROPERTY and check.accepts is False
                ),
                f"nothing, {search.diameter} deep, {len(search.states)} states",
            )
            return known(search, program, config, spec)

        monkeypatch.setattr(trace_spec, "said_of", spied)

    def of(self, spec: TraceSpec, log: Path) -> str:
        """Return in one word what TLC would stop at."""
        try:
            spec.verdict(log)
        except Mistake:
            return "error"
        word = self.said.split()[0]
        return (
            "error" if self.said.startswith("an error") else _WORDS.get(word, self.said)
        )


_WORDS: Final = {
    "INVARIANT": "invariant",
    "PROPERTY": "property",
    "Assert": "error",
    "a": "deadlock",
}
_CAUSES: Final = {
    TlcCause.INVARIANT: "invariant",
    TlcCause.PROPERTY: "property",
    TlcCause.ACTION_PROPERTY: "property",
    TlcCause.DEADLOCK: "deadlock",
    TlcCause.ASSERTION: "error",
    TlcCause.EVALUATION: "error",
}


def compare_with_tlc(
    folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    """Return what TLC is said to do, and what it does."""
    rng = random.Random(seed)  # noqa: S311 - a test
    body, cfg, deadlock = some_spec(rng)
    lines = [
        {"op": rng.choice("aabc"), "v": rng.randint(0, 2)}
        for _ in range(rng.randint(1, 4))
    ]
    checked = "TRUE" if deadlock else "FALSE"
    spec = spec_of(folder, body, f"{cfg}CHECK_DEADLOCK {checked}\n", index="l-1")
    with monkeypatch.context() as patch:
        said = _Caught(patch).of(spec, log_of(folder, *lines))
    literal = ", ".join(f'[op |-> "{each["op"]}", v |-> {each["v"]}]' for each in lines)
    plain = folder / "plain"
    plain.mkdir(exist_ok=True)
    head = f"EXTENDS Naturals, Sequences, TLC\nLog == <<{literal}>>\n"
    (plain / "T.tla").write_text(f"---- MODULE T ----\n{head}{body}\n====\n")
    (plain / "T.cfg").write_text(cfg)
    job = Job(plain / "T.tla", deadlock=deadlock, workers=1)
    found = run_tlc(find_toolchain(), job)
    counted = f"nothing, {found.depth} deep, {found.distinct} states"
    return said, _CAUSES.get(found.cause, counted)


@pytest.mark.parametrize("seed", range(4))
def test_tlc_stops_where_it_is_said_to(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, does = compare_with_tlc(tmp_path, seed, monkeypatch)
    assert said == does


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 160))
def test_tlc_stops_where_it_is_said_to_more_often(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, does = compare_with_tlc(tmp_path, seed, monkeypatch)
    assert said == does
