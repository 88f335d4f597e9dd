"""What recorded output of TLC 2.15 and 2.19 means."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.errors import (
    Bug,
    Exit,
    Interrupted,
    Mistake,
    PyspecError,
    Unavailable,
    Undecided,
)
from pyspec.tla2tools.chatter import Kind
from pyspec.tla2tools.classify import Cause
from pyspec.tla2tools.outcome import Ending, Outcome, Question, Verdict, read_output
from pyspec.tla2tools.transcript import OutputReader, Progress
from pyspec.trace.model import End, Loop

if TYPE_CHECKING:
    from collections.abc import Mapping

OUT = Path(__file__).parents[1] / "data" / "tlc-samples" / "out"
FILES = sorted(OUT.glob("*.out"))


def lines_of(name: str) -> list[str]:
    return (OUT / name).read_text().splitlines()


def outcome_of(
    name: str, returncode: int | None = None, question: Question | None = None
) -> Outcome:
    err = OUT / name.replace(".out", ".err")
    stderr = err.read_text() if err.exists() else ""
    return read_output(
        lines_of(name), Ending(returncode, stderr=stderr), question or Question("Ok")
    )


# name without version: cause, property, length of the counterexample (None: none)
EXPECTED: Mapping[str, tuple[Cause, str | None, int | None]] = {
    "act": (Cause.ACTION_PROPERTY, "Stp", 2),
    "acteval": (Cause.EVALUATION, "ActEval", 1),
    "ainv": (Cause.ASSERTION, "AInv", 2),
    "always": (Cause.INVARIANT, "AlwaysSmall", 2),
    "asrtA": (Cause.ASSERTION, None, 2),
    "asrtB": (Cause.NONE, None, None),
    "asrtC": (Cause.EVALUATION, None, 2),
    "asrtF": (Cause.EVALUATION, None, 2),
    "asrtI": (Cause.NONE, None, None),
    "asrtM": (Cause.KILLED, None, None),
    "asrtP": (Cause.EVALUATION, None, 2),
    "assume": (Cause.ASSUMPTION, None, None),
    "badarg": (Cause.USAGE, None, None),
    "badname": (Cause.CONFIG, "Nope", None),
    "badsyn": (Cause.CONFIG, None, None),
    "ckdl": (Cause.PROPERTY, None, 3),
    "constf": (Cause.INVARIANT, "ConstF", None),
    "cont": (Cause.INVARIANT, "Constr", 2),
    "cov": (Cause.NONE, None, None),
    "dead": (Cause.DEADLOCK, None, 3),
    "eval": (Cause.EVALUATION, None, 2),
    "evalinv": (Cause.EVALUATION, "Bad", 2),
    "evall": (Cause.EVALUATION, None, None),
    "inita": (Cause.ASSERTION, None, None),
    "initeval": (Cause.EVALUATION, None, None),
    "initnone": (Cause.NO_INITIAL_STATE, None, None),
    "initpart": (Cause.EVALUATION, None, 0),
    "inv": (Cause.INVARIANT, "NoFour", 2),
    "invinit": (Cause.INVARIANT, "InvInit", 0),
    "live": (Cause.PROPERTY, None, 4),
    "miscfg": (Cause.MISSING_FILE, None, None),
    "mismod": (Cause.MISSING_FILE, None, None),
    "misspec": (Cause.MISSING_FILE, None, None),
    "noarg": (Cause.USAGE, None, None),
    "noconst": (Cause.CONFIG, None, None),
    "nonext": (Cause.CONFIG, None, None),
    "ok": (Cause.NONE, None, None),
    "only": (Cause.NO_INITIAL_STATE, None, None),
    "oom": (Cause.MEMORY, None, None),
    "parse": (Cause.PARSE, None, None),
    "prim": (Cause.CONFIG, "Prim", None),
    "propinit": (Cause.PROPERTY, "PropInit", 0),
    "rec": (Cause.RECURSION, None, 0),
    "sem": (Cause.SEMANTIC, None, None),
    "sigINT": (Cause.KILLED, None, None),
    "sigKILL": (Cause.KILLED, None, None),
    "sigTERM": (Cause.KILLED, None, None),
    "sim": (Cause.NONE, None, None),
    "siminv": (Cause.INVARIANT, "Constr", 2),
    "stutter": (Cause.PROPERTY, None, 3),
    "two": (Cause.PROPERTY, None, 4),
    "undef": (Cause.EVALUATION, None, 1),
    "used": (Cause.EVALUATION, None, 0),
}
# 2.15 does not know CHECK_DEADLOCK, and loses the trace of Assert and of Head(<<>>)
OLDER: Mapping[str, tuple[Cause, str | None, int | None]] = {
    "asrtA.15.out": (Cause.ASSERTION, None, None),
    "ckdl.15.out": (Cause.CONFIG, "CHECK_DEADLOCK", None),
    "eval.15.out": (Cause.EVALUATION, None, None),
}
RETURNCODES = {
    "asrtA.15.out": 75,
    "asrtA.19.out": 14,
    "eval.15.out": 75,
    "eval.19.out": 255,
    "cont.15.out": 0,
    "evall.15.out": 0,
    "initnone.15.out": 0,
    "act.15.out": 13,
    "ok.15.out": 0,
    "sim.15.out": 0,
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_recorded_output_has_its_cause_property_and_counterexample(file: Path) -> None:
    default = EXPECTED[file.name.split(".")[0]]
    cause, name, length = OLDER.get(file.name, default)
    outcome = outcome_of(file.name, RETURNCODES.get(file.name))
    assert outcome.cause is cause
    assert outcome.property == name
    trace = outcome.counterexample
    assert (None if trace is None else len(trace.events)) == length
    assert outcome.message
    assert "tlc2" not in outcome.message.replace("tlc2.TLC", "")


@pytest.mark.parametrize("name", sorted(RETURNCODES))
def test_the_exit_code_never_overrules_the_messages(name: str) -> None:
    for wrong in (0, 1, 12, 75, 255):
        if wrong and name == "sim.15.out":
            continue  # a simulation has no message for success
        assert outcome_of(name, wrong).cause is outcome_of(name).cause


@pytest.mark.parametrize(
    ("cause", "verdict", "code"),
    [
        (Cause.NONE, Verdict.OK, Exit.FINE),
        (Cause.INVARIANT, Verdict.VIOLATED, Exit.VIOLATION),
        (Cause.ASSERTION, Verdict.VIOLATED, Exit.VIOLATION),
        (Cause.ASSUMPTION, Verdict.ERROR, Exit.MISTAKE),
        (Cause.EVALUATION, Verdict.ERROR, Exit.MISTAKE),
        (Cause.MISSING_FILE, Verdict.ERROR, Exit.MISTAKE),
        (Cause.NO_INITIAL_STATE, Verdict.ERROR, Exit.MISTAKE),
        (Cause.TIMEOUT, Verdict.UNKNOWN, Exit.UNDECIDED),
        (Cause.MEMORY, Verdict.UNKNOWN, Exit.UNDECIDED),
        (Cause.STOPPED, Verdict.UNKNOWN, Exit.INTERRUPTED),
        (Cause.KILLED, Verdict.ERROR, Exit.ENVIRONMENT),
        (Cause.DISK, Verdict.ERROR, Exit.ENVIRONMENT),
        (Cause.TLC_BUG, Verdict.ERROR, Exit.BUG),
    ],
)
def test_every_cause_has_one_verdict_and_exit_code(
    cause: Cause, verdict: Verdict, code: Exit
) -> None:
    outcome = Outcome.failed(cause, "x")
    assert (outcome.verdict, outcome.exit) == (verdict, code)


def test_no_cause_was_forgotten() -> None:
    for cause in Cause:
        assert Outcome.failed(cause, "x").exit in Exit


def test_memory_without_a_limit_of_ours_is_the_environments() -> None:
    assert outcome_of("oom.15.out").exit is Exit.ENVIRONMENT
    limited = outcome_of("oom.15.out", question=Question(memory_mb=64))
    assert limited.exit is Exit.UNDECIDED


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("timeout", Cause.TIMEOUT),
        ("memory", Cause.MEMORY),
        ("stopped", Cause.STOPPED),
        ("signal", Cause.KILLED),
    ],
)
def test_a_run_that_was_ended_says_by_what_and_how_far_it_got(
    how: str, cause: Cause
) -> None:
    outcome = read_output(lines_of("asrtM.15.out"), Ending(-9, how))
    assert outcome.cause is cause
    assert "909,314 distinct states" in outcome.message


def test_a_violation_stands_even_if_the_run_was_killed_afterwards() -> None:
    lines = lines_of("inv.15.out")
    cut = next(i for i, line in enumerate(lines) if "Invariant NoFour" in line) + 2
    outcome = read_output(lines[:cut], Ending(-9, "timeout"))
    assert (outcome.verdict, outcome.property) == (Verdict.VIOLATED, "NoFour")


def test_a_counterexample_that_was_cut_says_so() -> None:
    lines = lines_of("inv.15.out")
    cut = next(i for i, line in enumerate(lines) if line.startswith("2: <Inc"))
    outcome = read_output(lines[: cut + 4], Ending(-9, "timeout"))
    assert outcome.counterexample is not None
    assert outcome.counterexample.damage
    whole = outcome_of("inv.15.out").counterexample
    assert whole is not None
    assert whole.damage is None


def test_a_stuttering_behavior_ends_quiescent_and_a_lasso_loops() -> None:
    ends = {
        name: outcome.counterexample.end
        for name in ("stutter.19.out", "live.19.out", "two.15.out", "dead.19.out")
        if (outcome := outcome_of(name)).counterexample is not None
    }
    assert ends == {
        "stutter.19.out": End.QUIESCENT,
        "live.19.out": Loop(1),
        "two.15.out": Loop(0),
        "dead.19.out": End.CUT,
    }


def test_the_only_temporal_property_of_the_cfg_is_the_violated_one() -> None:
    one = outcome_of("live.15.out", question=Question(temporal=("Live2",)))
    assert one.property == "Live2"
    assert one.message == "temporal property Live2 is violated"
    two = outcome_of("two.15.out", question=Question(temporal=("L1", "L2")))
    assert two.property is None
    assert two.candidates == ("L1", "L2")


@pytest.mark.parametrize(
    ("file", "cause"),
    [("propinit.15.out", Cause.PROPERTY), ("always.15.out", Cause.INVARIANT)],
)
def test_a_name_that_the_cfg_does_not_have_is_that_of_a_part(
    file: str, cause: Cause
) -> None:
    one = outcome_of(file, question=Question(temporal=("Both",)))
    assert (one.cause, one.property, one.candidates) == (cause, "Both", ())
    assert "Both is violated" in one.message
    two = outcome_of(file, question=Question(temporal=("Live", "Both")))
    assert (two.property, two.candidates) == (None, ("Live", "Both"))
    told = ("PropInit", "AlwaysSmall")
    assert outcome_of(file, question=Question(temporal=told)).property in told


def test_an_invariant_of_the_cfg_keeps_its_name_beside_properties() -> None:
    asked = Question(temporal=("Live",), invariants=("NoFour",))
    assert outcome_of("inv.15.out", question=asked).property == "NoFour"
    # the initial state is judged by properties, whatever an invariant is called
    asked = Question(temporal=("Live",), invariants=("PropInit",))
    assert outcome_of("propinit.15.out", question=asked).property == "Live"


def test_a_cfg_without_behaviors_asks_for_the_assumptions_only() -> None:
    outcome = outcome_of("only.15.out", 0, Question(behaviors=False))
    assert (outcome.verdict, outcome.cause) == (Verdict.OK, Cause.NONE)
    assert outcome.message == "every ASSUME holds; there was nothing else to check"
    assert outcome_of("assume.15.out", question=Question(behaviors=False)).cause is (
        Cause.ASSUMPTION
    )


def test_counts_are_those_of_the_end() -> None:
    outcome = outcome_of("ok.15.out", 0)
    counts = (outcome.generated, outcome.distinct, outcome.depth, outcome.queue)
    assert counts == (34, 14, 4, 0)
    assert outcome.exhaustive
    assert outcome.seconds == pytest.approx(0.433)
    assert outcome.version == "2.15 of Day Month 20?? (rev: d5b5a7f)"


def test_a_simulation_is_not_exhaustive() -> None:
    outcome = outcome_of("sim.15.out", 0)
    assert outcome.verdict is Verdict.OK
    assert not outcome.exhaustive
    assert (outcome.generated, outcome.distinct) == (16, None)


def test_prints_are_kept_apart_from_the_talk_of_sany_and_java() -> None:
    outcome = outcome_of("asrtB.15.out")
    assert outcome.prints == ('<<"hello", 0>>', '<<"hello", 1>>', '<<"hello", 2>>')


def test_coverage_has_each_action_and_its_expressions() -> None:
    outcome = outcome_of("cov.15.out")
    found = [(one.action, one.distinct, one.generated) for one in outcome.coverage]
    assert found == [("Init", 1, 1), ("Inc", 3, 3), ("Back", 0, 1)]
    lines = outcome.coverage[1].lines
    assert [(line.location.column, line.count, line.depth) for line in lines] == [
        (8, 3, 0),
        (8, 4, 1),
        (17, 3, 0),
        (31, 3, 0),
    ]


def test_continue_lists_every_violation() -> None:
    findings = outcome_of("cont.15.out", 0).findings
    assert [len(finding.behavior.states) for finding in findings] == [3, 4]
    assert {finding.property for finding in findings} == {"Constr"}


def test_progress_is_told_as_it_comes() -> None:
    told: list[Progress] = []
    reader = OutputReader(told.append)
    for line in lines_of("asrtM.15.out"):
        reader.feed(line)
    assert told == [Progress(909314, 909314, 909312, 2, 909314)]


@pytest.mark.parametrize("thousands", ["1,146", "1.146", "1\u202f146", "1146", "1'146"])
def test_counts_are_read_in_every_locale(thousands: str) -> None:
    told: list[Progress] = []
    reader = OutputReader(told.append)
    text = (
        f"Progress(4) at 2026-11-20 15:31:47: {thousands} states generated "
        f"({thousands} s/min), 288 distinct states found (7 ds/min), "
        f"0 states left on queue."
    )
    for line in ("@!@!@STARTMSG 2200:0 @!@!@", text, "@!@!@ENDMSG 2200 @!@!@"):
        reader.feed(line)
    assert told == [Progress(1146, 288, 0, 4, 1146)]


def test_an_evaluation_error_stands_at_its_innermost_expression() -> None:
    (error,) = outcome_of("eval.15.out").errors
    assert (error.file, error.line, error.column) == ("specs/Evl.tla", 6, 31)
    assert error.kind is Kind.EVALUATION


def test_a_variable_that_is_read_too_soon_is_an_error_at_its_place() -> None:
    outcome = outcome_of("used.15.out", 75)
    (error,) = outcome.errors
    assert (error.file, error.line, error.column) == ("specs/Used.tla", 4, 14)
    assert error.message == "y is read here before it has a value"


def test_a_variable_that_is_left_open_is_an_error_at_the_action() -> None:
    (error,) = outcome_of("undef.15.out").errors
    assert (error.file, error.line, error.column) == ("specs/Evl.tla", 10, 10)


def test_a_missing_module_is_no_parse_error_and_names_who_needs_it() -> None:
    outcome = outcome_of("mismod.15.out")
    assert outcome.cause is Cause.MISSING_FILE
    assert "NoSuchModule" in outcome.message
    assert outcome.errors[0].file == "specs/Mis.tla"


def test_java_that_does_not_start_is_the_environments() -> None:
    stderr = "Error: Could not create the Java Virtual Machine."
    outcome = read_output([], Ending(1, stderr=stderr))
    assert outcome.cause is Cause.JAVA
    assert outcome.exit is Exit.ENVIRONMENT
    assert "Could not create" in outcome.message


def test_an_end_without_verdict_or_error_is_never_ok() -> None:
    lines = lines_of("ok.15.out")
    success = next(i for i, line in enumerate(lines) if "STARTMSG 2193" in line)
    silent = lines[:success] + lines[success + 7 :]
    assert read_output(silent, Ending(0)).cause is Cause.TLC_BUG


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (Cause.SEMANTIC, Mistake),
        (Cause.TIMEOUT, Undecided),
        (Cause.KILLED, Unavailable),
        (Cause.STOPPED, Interrupted),
        (Cause.TLC_BUG, Bug),
    ],
)
def test_require_raises_whose_fault_it_is(
    cause: Cause, kind: type[PyspecError]
) -> None:
    with pytest.raises(kind):
        Outcome.failed(cause, "x").require()


def test_require_returns_a_verdict() -> None:
    for cause in (Cause.NONE, Cause.INVARIANT):
        assert Outcome.failed(cause, "x").require().cause is cause


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_output_cut_at_any_line_is_judged_and_never_ok_too_early(file: Path) -> None:
    lines = file.read_text().splitlines()
    whole = read_output(lines)
    for cut in range(len(lines)):
        outcome = read_output(lines[:cut], Ending(-9, "signal"))
        assert outcome.message
        if outcome.verdict is Verdict.OK:
            assert whole.cause in {Cause.NONE, Cause.NO_INITIAL_STATE}
        if outcome.verdict is Verdict.VIOLATED:
            assert whole.cause is outcome.cause


@pytest.mark.parametrize("file", FILES[::5], ids=lambda file: file.name)
def test_output_without_any_one_line_is_judged(file: Path) -> None:
    lines = file.read_text().splitlines()
    for gone in range(len(lines)):
        kept = itertools.chain(lines[:gone], lines[gone + 1 :])
        assert read_output(kept, Ending(0)).message
