"""Trace specs as TLC's users write them: five ways to accept, one question."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from pyspec.cli import run
from pyspec.conformance import log_search
from pyspec.conformance.idioms import Idiom
from pyspec.conformance.trace_spec import LogVerdict, TraceSpec
from pyspec.conformance.verdict import Judgement
from pyspec.errors import Mistake
from pyspec.tla2tools import Job, find_toolchain
from pyspec.tla2tools import run as run_tlc
from pyspec.tla2tools.classify import Cause

pytestmark = pytest.mark.java
ROOT: Final = Path(__file__).parents[2]

LOCK = r"""---- MODULE Lock ----
EXTENDS Naturals
VARIABLES holder, turns
vars == <<holder, turns>>
Process == {"a", "b"}
Init == holder = "none" /\ turns = 0
Take(p) == holder = "none" /\ holder' = p /\ UNCHANGED turns
Give(p) == /\ holder = p
           /\ holder' = "none"
           /\ turns' = turns + 1
Next == \E p \in Process : Take(p) \/ Give(p)
Few == turns < 3
====
"""
LINES = """---- MODULE Lines ----
LOCAL INSTANCE Json
LOCAL INSTANCE IOUtils
Lines == ndJsonDeserialize(IOEnv.JSON)
====
"""
MATCHES = r"""
Of(k) == IF "by" \in DOMAIN k THEN {k.by} ELSE Process
Matches(k) ==
  \/ k.op = "take" /\ \E p \in Of(k) : Take(p)
  \/ k.op = "give" /\ \E p \in Of(k) : Give(p)
"""
COUNTED = rf"""---- MODULE Counted ----
EXTENDS Lock, Lines, Sequences, TLC
VARIABLE l
{MATCHES}
TraceInit == Init /\ l = 1
TraceNext == l <= Len(Lines) /\ Matches(Lines[l]) /\ l' = l + 1
TraceSpec == TraceInit /\ [][TraceNext]_<<l, vars>>
FairSpec == TraceSpec /\ WF_<<l, vars>>(TraceNext)
TraceMatched == <>[](l = Len(Lines) + 1)
NotMatched == l <= Len(Lines)
Leave == l = Len(Lines) + 1 => TLCSet("exit", TRUE)
LeaveTooEarly == l = Len(Lines) => TLCSet("exit", TRUE)
Often == TLCGet("stats").diameter >= Len(Lines)
OnlyLine == l
====
"""
LEVELLED = rf"""---- MODULE Levelled ----
EXTENDS Lock, Lines, Sequences, TLC
{MATCHES}
TraceSpec == Init /\ [][Next \/ UNCHANGED vars]_vars
OneLine == LET i == TLCGet("level")
           IN i <= Len(Lines) /\ Matches(Lines[i])
Here == TLCGet("level")
HereToo == Here <= Len(Lines) /\ Matches(Lines[Here])
View == <<vars, TLCGet("level")>>
Accepted == TLCGet("stats").diameter - 1 = Len(Lines)
====
"""
NO_DEADLOCK: Final = "CHECK_DEADLOCK FALSE"
BY_LEVEL: Final = "ACTION_CONSTRAINT OneLine VIEW View"
CFGS: Final = {
    Idiom.POSTCONDITION: (
        "Levelled",
        f"SPECIFICATION TraceSpec {BY_LEVEL} POSTCONDITION Accepted {NO_DEADLOCK}",
    ),
    Idiom.PROPERTY: (
        "Counted",
        "SPECIFICATION FairSpec PROPERTY TraceMatched CHECK_DEADLOCK FALSE",
    ),
    Idiom.DEADLOCK: ("Counted", "SPECIFICATION TraceSpec"),
    Idiom.INVARIANT: (
        "Counted",
        "SPECIFICATION TraceSpec INVARIANT NotMatched CHECK_DEADLOCK FALSE",
    ),
    Idiom.EXIT: (
        "Counted",
        "SPECIFICATION TraceSpec CONSTRAINT Leave CHECK_DEADLOCK FALSE",
    ),
}
CAN_FAIL: Final = {Idiom.POSTCONDITION, Idiom.PROPERTY, Idiom.INVARIANT}
GOOD: Final = (
    '{"op": "take", "by": "a", "ts": 1.5}',
    '{"op": "give", "by": "a", "ts": null}',
    '{"op": "take"}',
    '{"op": "give", "by": "b"}',
)
BAD: Final = (*GOOD[:1], '{"op": "give", "by": "b"}', *GOOD[2:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the modules."""
    made = tmp_path_factory.mktemp("specs")
    texts = {"Lock": LOCK, "Lines": LINES, "Counted": COUNTED, "Levelled": LEVELLED}
    for name, text in texts.items():
        (made / f"{name}.tla").write_text(text)
    return made


def spec_of(folder: Path, idiom: Idiom) -> TraceSpec:
    """Return the trace spec that accepts in this way."""
    return of_cfg(folder, *CFGS[idiom])


def of_cfg(folder: Path, module: str, cfg: str, **more: Any) -> TraceSpec:  # noqa: ANN401 - its fields
    """Return a trace spec with a cfg of this text."""
    config = folder / f"{abs(hash((module, cfg)))}.cfg"
    config.write_text(cfg)
    toolchain = find_toolchain
    return TraceSpec(folder / f"{module}.tla", config, toolchain=toolchain, **more)


def log(folder: Path, *lines: str) -> Path:
    """Write a log."""
    file = folder / "log.ndjson"
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def warned(verdict: LogVerdict) -> str:
    """Return all warnings as one text."""
    return "\n".join(verdict.warnings)


# ------------------------------------------------------------ the five idioms


@pytest.mark.parametrize("idiom", CFGS)
def test_good_log_conforms(folder: Path, idiom: Idiom) -> None:
    verdict = spec_of(folder, idiom).verdict(log(folder, *GOOD))
    assert verdict.judgement is Judgement.CONFORMS
    assert (verdict.matched, verdict.lines) == (4, 4)
    [check] = verdict.checks
    assert check.idiom is idiom
    assert bool(check.blind) is (idiom not in CAN_FAIL)


@pytest.mark.parametrize("idiom", CFGS)
def test_corrupted_log_is_rejected_at_its_line(folder: Path, idiom: Idiom) -> None:
    verdict = spec_of(folder, idiom).verdict(log(folder, "", *BAD))
    assert verdict.judgement is Judgement.REJECTED
    assert (verdict.matched, verdict.lines, verdict.line) == (1, 4, 3)
    [check] = verdict.checks
    assert check.idiom is idiom
    assert check.accepts is (None if idiom is Idiom.DEADLOCK else False)
    [found] = verdict.mismatches
    assert (found.text, found.file.rpartition("/")[2]) == ("holder = p", "Lock.tla")
    assert ("holder", '"a"') in found.values or 'holder = "a"' in str(found)


@pytest.mark.parametrize("idiom", CFGS)
@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (('{"op": "take", "by": "a"}', '{"op": "gi'), "log.ndjson:2: this is no JSON"),
        ((), "Lines has no line"),
        (('{"by": "a"}',), "op"),
    ],
)
def test_broken_log_is_a_mistake(
    folder: Path, idiom: Idiom, lines: tuple[str, ...], why: str
) -> None:
    with pytest.raises(Mistake) as raised:
        spec_of(folder, idiom).verdict(log(folder, *lines))
    assert why in str(raised.value)


@pytest.mark.parametrize("idiom", CFGS)
def test_missing_log_is_a_mistake(folder: Path, idiom: Idiom) -> None:
    with pytest.raises(Mistake, match="cannot be read"):
        spec_of(folder, idiom).verdict(folder / "none.ndjson")


# ------------------------------------------------------------ brute force


def matched_by_hand(lines: list[dict[str, str]]) -> int:
    """Return how many lines some schedule of the lock matches."""
    holders = {"none"}
    for number, line in enumerate(lines):
        who = {line["by"]} if "by" in line else {"a", "b"}
        if line["op"] == "take":
            holders = who if "none" in holders else set()
        else:
            holders = {"none"} if holders & who else set()
        if not holders:
            return number
    return len(lines)


def some_log(rng: random.Random) -> list[dict[str, str]]:
    """Return a log that often is nearly right."""
    lines = []
    for place in range(rng.randint(1, 7)):
        line = {"op": ("take", "give")[(place + (rng.random() < 0.1)) % 2]}
        if rng.random() < 0.6:
            line["by"] = rng.choice("ab")
        lines.append(line)
    return lines


@pytest.mark.parametrize("idiom", CFGS)
def test_random_logs_are_matched_as_far_as_by_hand(folder: Path, idiom: Idiom) -> None:
    spec, rng = spec_of(folder, idiom), random.Random(idiom.value)  # noqa: S311 - a test
    seen = set()
    for _ in range(20):
        lines = some_log(rng)
        verdict = spec.verdict(log(folder, *map(json.dumps, lines)))
        assert verdict.matched == matched_by_hand(lines), lines
        accepted = verdict.matched == len(lines)
        assert (verdict.judgement is Judgement.CONFORMS) is accepted
        seen.add(accepted)
        if not accepted:
            assert verdict.line == verdict.matched + 1
    assert seen == {True, False}


def test_level_by_another_name_is_no_constant(folder: Path) -> None:
    cfg = "SPECIFICATION TraceSpec ACTION_CONSTRAINT HereToo VIEW View"
    spec = of_cfg(folder, "Levelled", f"{cfg} POSTCONDITION Accepted {NO_DEADLOCK}")
    assert spec.verdict(log(folder, *GOOD)).judgement is Judgement.CONFORMS
    assert spec.verdict(log(folder, *BAD)).matched == 1


@pytest.mark.parametrize("idiom", [Idiom.POSTCONDITION, Idiom.INVARIANT])
def test_order_of_the_search_does_not_matter(
    folder: Path, idiom: Idiom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "_WIDE", 0)
    spec, rng = spec_of(folder, idiom), random.Random(1)  # noqa: S311 - a test
    for _ in range(20):
        lines = some_log(rng)
        verdict = spec.verdict(log(folder, *map(json.dumps, lines)))
        assert verdict.matched == matched_by_hand(lines), lines


def test_line_of_the_file_is_found_among_equal_ones(folder: Path) -> None:
    pair = ('{"op": "take", "by": "a"}', '{"op": "give", "by": "a"}')
    lines = (*pair, "", *pair, *pair, pair[1])
    verdict = spec_of(folder, Idiom.EXIT).verdict(log(folder, *lines))
    assert (verdict.matched, verdict.lines, verdict.line) == (6, 7, 8)


# ------------------------------------------------------------ TLC


def tla(line: dict[str, str]) -> str:
    """Return a line as a record of TLA+."""
    return "[" + ", ".join(f'{name} |-> "{text}"' for name, text in line.items()) + "]"


@pytest.mark.parametrize("idiom", [Idiom.PROPERTY, Idiom.INVARIANT, Idiom.DEADLOCK])
def test_checks_say_what_tlc_says(folder: Path, tmp_path: Path, idiom: Idiom) -> None:
    rng = random.Random(7)  # noqa: S311 - a test
    spec = spec_of(folder, idiom)
    for file in folder.glob("*.tla"):
        (tmp_path / file.name).write_text(file.read_text())
    for _ in range(3):
        lines = some_log(rng)
        [check] = spec.verdict(log(folder, *map(json.dumps, lines))).checks
        inside = ", ".join(map(tla, lines))
        text = f"---- MODULE Lines ----\nLines == <<{inside}>>\n====\n"
        (tmp_path / "Lines.tla").write_text(text)
        job = Job(tmp_path / "Counted.tla", config=spec.config)
        cause = run_tlc(find_toolchain(), job).cause
        expected = {
            Idiom.PROPERTY: Cause.NONE if check.accepts else Cause.PROPERTY,
            Idiom.INVARIANT: Cause.INVARIANT if check.accepts else Cause.NONE,
            Idiom.DEADLOCK: Cause.DEADLOCK,
        }
        assert cause is expected[idiom], lines


# ------------------------------------------------------------ checks that mislead


def test_exit_before_the_last_line_is_found_out(folder: Path) -> None:
    cfg = "SPECIFICATION TraceSpec CONSTRAINT LeaveTooEarly CHECK_DEADLOCK FALSE"
    spec = of_cfg(folder, "Counted", f"{cfg} POSTCONDITION Often")
    good = spec.verdict(log(folder, *GOOD))
    assert good.judgement is Judgement.CONFORMS
    assert "leaves the last line of the log unmatched" in warned(good)
    bad = spec.verdict(log(folder, *GOOD[:3], GOOD[2]))
    assert (bad.judgement, bad.matched) == (Judgement.REJECTED, 3)
    assert "POSTCONDITION Often accepts this log" in warned(bad)


def test_cfg_without_any_check_is_warned_of(folder: Path) -> None:
    spec = of_cfg(folder, "Counted", "SPECIFICATION TraceSpec CHECK_DEADLOCK FALSE")
    assert "says the same of every log" in warned(spec.verdict(log(folder, *GOOD)))
    assert spec.verdict(log(folder, *BAD)).judgement is Judgement.REJECTED


def test_what_a_view_hides_is_found(folder: Path) -> None:
    cfg = "SPECIFICATION TraceSpec VIEW OnlyLine CHECK_DEADLOCK FALSE"
    spec = of_cfg(folder, "Counted", cfg)
    verdict = spec.verdict(log(folder, *GOOD))
    assert verdict.judgement is Judgement.CONFORMS
    assert "VIEW OnlyLine takes states that differ for one" in warned(verdict)
    assert spec.verdict(log(folder, *BAD)).judgement is Judgement.REJECTED


def test_properties_are_judged_on_what_matches(folder: Path) -> None:
    cfg = "SPECIFICATION TraceSpec INVARIANT Few CHECK_DEADLOCK FALSE"
    spec = of_cfg(folder, "Counted", cfg)
    [few] = spec.verdict(log(folder, *GOOD)).properties
    assert (few.name, few.verdict) == ("Few", "satisfied")
    lines = ['{"op": "take"}', '{"op": "give"}'] * 3
    [few] = spec.verdict(log(folder, *lines)).properties
    assert (few.verdict, few.why) == ("violated", "first with 6 lines matched")


# ------------------------------------------------------------ what it may reach

TWO_FILES = """---- MODULE Lines ----
LOCAL INSTANCE Json
LOCAL INSTANCE IOUtils
LOCAL INSTANCE Sequences
Other == IF "CONFIG_PATH" \\in DOMAIN IOEnv THEN IOEnv.CONFIG_PATH ELSE "other.ndjson"
Lines == ndJsonDeserialize(IOEnv.JSON) \\o ndJsonDeserialize(Other)
====
"""


@pytest.fixture
def two_files(folder: Path, tmp_path: Path) -> Path:
    """Return a folder whose spec reads another file, too."""
    for file in folder.glob("*.tla"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "Lines.tla").write_text(TWO_FILES)
    (tmp_path / "other.ndjson").write_text(f"{GOOD[2]}\n{GOOD[3]}\n")
    return tmp_path


def test_only_named_files_are_read(
    two_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, cfg = CFGS[Idiom.INVARIANT]
    monkeypatch.chdir(two_files)
    file = log(two_files, *GOOD[:2])
    with pytest.raises(Mistake, match="which nobody has named"):
        of_cfg(two_files, module, cfg).verdict(file)
    named = {"CONFIG_PATH": str(two_files / "other.ndjson")}
    given = of_cfg(two_files, module, cfg, environment=named)
    assert given.verdict(file).matched == len(GOOD)
    trusted = of_cfg(two_files, module, cfg, allow_io=True)
    assert trusted.verdict(file).judgement is Judgement.CONFORMS


def test_own_environment_is_not_seen(
    two_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIG_PATH", str(two_files / "other.ndjson"))
    monkeypatch.chdir(two_files)
    with pytest.raises(Mistake, match=r"other\.ndjson"):
        of_cfg(two_files, *CFGS[Idiom.EXIT]).verdict(log(two_files, *GOOD[:2]))


# ------------------------------------------------------------ the command


def replay(folder: Path, idiom: Idiom, *more: object) -> int:
    spec = spec_of(folder, idiom)
    named = ("--trace-spec", spec.module, "--config", spec.config)
    return run(["replay", *map(str, (*named, *more))])


@pytest.mark.parametrize("idiom", CFGS)
def test_exit_codes_tell_causes_apart(
    folder: Path, tmp_path: Path, idiom: Idiom
) -> None:
    assert replay(folder, idiom, log(tmp_path, *GOOD)) == 0
    assert replay(folder, idiom, log(tmp_path, *BAD)) == 1
    assert replay(folder, idiom, log(tmp_path, "{")) == 2
    assert replay(folder, idiom, tmp_path / "none") == 2


def test_report_names_line_and_conjunct(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay(folder, Idiom.DEADLOCK, log(tmp_path, *BAD))
    told = capsys.readouterr().out
    assert "log.ndjson:2: rejected after 1 of 4 lines" in told
    assert "Lock.tla:8   holder = p   is false" in told
    assert "warning: the check for deadlock cannot tell logs apart" in told


def test_json_says_the_same(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay(folder, Idiom.EXIT, "--json", log(tmp_path, *BAD))
    printed = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs/schemas/replay.schema.json").read_text())
    jsonschema.validate(printed, schema)
    [trace] = printed["traces"]
    assert (trace["verdict"], trace["matched"], trace["line"]) == ("rejected", 1, 2)
    [check] = trace["checks"]
    assert (check["idiom"], check["accepts"], check["can_fail"]) == (
        "exit",
        False,
        False,
    )


@pytest.mark.parametrize(
    ("index", "lines"), [("l-1", 4), ("l", 4), ("l-0", None), ("turns", None)]
)
def test_index_says_what_counts(folder: Path, index: str, lines: int | None) -> None:
    spec = of_cfg(folder, *CFGS[Idiom.EXIT], index=index)
    if lines is None:
        try:
            verdict = spec.verdict(log(folder, *GOOD))
        except Mistake as error:
            assert "--index" in str(error)  # noqa: PT017 - one of the two happens
        else:
            assert index == "l-0"
            assert verdict.matched == 4
    else:
        assert spec.verdict(log(folder, *GOOD)).matched == lines


def test_options_that_do_not_go_together_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = log(tmp_path, *GOOD)
    assert replay(folder, Idiom.EXIT, "--spec", "raft", file) == 2
    assert "does not go with --trace-spec" in capsys.readouterr().err
    assert run(["replay", "--env", "A=1", str(file)]) == 2


def test_deadlock_comes_before_what_tlc_would_say_later(folder: Path) -> None:
    spec = of_cfg(folder, "Counted", "SPECIFICATION TraceSpec INVARIANT NotMatched")
    ends, dead = spec.verdict(log(folder, *GOOD)).checks
    assert (ends.accepts, dead.idiom) == (None, Idiom.DEADLOCK)
    assert "with a deadlock before" in ends.says
    ends, _ = spec.verdict(log(folder, *GOOD[:2])).checks
    assert ends.accepts is True
