"""An answer agrees only if all that is known of the model is the same."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pyspec.errors import Mistake
from tools.examples.compare import Journal, without_folder
from tools.examples.manifest import Model
from tools.examples.report import Row, ledger, summary, table, write
from tools.examples.verdicts import Truth, counts, judge, truth_of
from tools.examples.worker import Answer, answer

SUCCESS = Answer("answered", result="success", distinct=12)
MODEL = Model("Clock.cfg", Path("Clock.tla"), Path("Clock.cfg"), "success", 12)
TWELVE = Truth("success", 12)


def row(given: Answer, model: Model = MODEL, tlc_s: float | None = None) -> Row:
    truth = truth_of(model)
    return Row(model, truth, given, judge(truth, given), 1.0, tlc_s)


def test_the_same_result_and_count_agree() -> None:
    assert judge(TWELVE, SUCCESS).of == "agrees"


@pytest.mark.parametrize(
    ("given", "of"),
    [
        (replace(SUCCESS, distinct=11), "differs"),
        (replace(SUCCESS, result="deadlock failure"), "differs"),
        (replace(SUCCESS, unchecked=("Live",)), "refused"),
        (Answer("refused", said="no ENABLED here"), "refused"),
        (Answer("limit", said="120 s are up"), "limit"),
        (Answer("crash", said="KeyError", at="emit.py:1"), "crash"),
    ],
)
def test_all_else_does_not_agree(given: Answer, of: str) -> None:
    verdict = judge(TWELVE, given)
    assert verdict.of == of
    assert verdict.why


def test_another_kind_of_failure_differs() -> None:
    given = Answer("answered", result="safety failure", distinct=3)
    assert judge(Truth("liveness failure", None), given).of == "differs"


def test_a_failure_missed_with_properties_left_out_is_not_an_agreement() -> None:
    given = replace(SUCCESS, unchecked=("Live",))
    assert judge(Truth("liveness failure", None), given).of == "refused"


def test_states_seen_before_a_violation_are_not_compared() -> None:
    given = Answer("answered", result="safety failure", distinct=3)
    assert judge(Truth("safety failure", 5), given).of == "agrees"


def test_what_nobody_knows_is_no_agreement() -> None:
    assert judge(Truth(None, None), SUCCESS).of == "unknown"


def test_tlc_says_what_the_manifest_does_not() -> None:
    uncounted = replace(MODEL, distinct=None)
    assert truth_of(uncounted, TWELVE) == TWELVE
    assert truth_of(uncounted, Truth("deadlock failure", 3)) == Truth("success", None)
    assert truth_of(MODEL, Truth("success", 99)) == TWELVE


def test_models_that_are_too_large_do_not_count() -> None:
    assert counts(MODEL, TWELVE, SUCCESS)
    assert not counts(MODEL, Truth("success", 120_001), SUCCESS)
    assert not counts(MODEL, Truth(None, 12), SUCCESS)
    assert not counts(MODEL, Truth("success", None), Answer("limit"))


def test_the_totals_are_those_of_models_that_count() -> None:
    large = replace(MODEL, name="Large.cfg", distinct=200_000)
    rows = [row(SUCCESS, tlc_s=2.0), row(Answer("limit"), large)]
    assert "Of the 1 that TLC finishes" in summary(rows)
    assert "1 agree (100.0%" in summary(rows)
    assert "No slower than TLC on 1 of the 1" in summary(rows)
    assert "| Large.cfg |  | limit | 1.0 |  | limit |" in table(rows)


def test_a_reason_is_kept_while_the_class_is_the_same(tmp_path: Path) -> None:
    refused, crash = Answer("refused", said='no "x"'), Answer("crash", said="oh")
    write([row(refused)], tmp_path)
    file = tmp_path / "ledger.toml"
    with file.open("a", encoding="utf-8") as out:
        out.write('reason = "no x yet"\n')
    write([row(refused)], tmp_path)
    assert ledger_of(file)["Clock.cfg"]["reason"] == "no x yet"
    write([row(crash)], tmp_path)
    assert "reason" not in ledger_of(file)["Clock.cfg"]


def test_what_agrees_is_not_in_the_ledger() -> None:
    assert "Clock" not in ledger([row(SUCCESS)], {})


def test_messages_do_not_say_where_the_checkout_is() -> None:
    model = replace(
        MODEL, name="specs/Clock.cfg", config=Path("/home/x/specs/Clock.cfg")
    )
    said = without_folder("no file (/home/x/specs/Clock.tla:3)", model)
    assert said == "no file (specs/Clock.tla:3)"


def test_a_torn_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.toml").write_text('["Clock', encoding="utf-8")
    with pytest.raises(Mistake, match="ledger"):
        write([row(SUCCESS)], tmp_path)


def test_a_journal_goes_on_after_a_torn_line(tmp_path: Path) -> None:
    place = tmp_path / "work" / "ours.jsonl"
    journal = Journal(place)
    journal.add({"name": "a", "n": 1})
    journal.add({"name": "b", "n": 1})
    journal.add({"name": "a", "n": 2})
    with place.open("a", encoding="utf-8") as file:
        file.write('{"name": "c", "n"')
    again = Journal(place)
    assert {name: found["n"] for name, found in again.records.items()} == {
        "a": 2,
        "b": 1,
    }
    again.add({"name": "d", "n": 1})
    assert set(Journal(place).records) == {"a", "b", "d"}


def job(folder: Path, module: str, config: str) -> dict[str, Any]:
    (folder / "Clock.tla").write_text(module, encoding="utf-8")
    (folder / "Clock.cfg").write_text(config, encoding="utf-8")
    return {
        "module": str(folder / "Clock.tla"),
        "config": str(folder / "Clock.cfg"),
        "library": [],
        "deadlock": None,
        "seconds": 30,
        "memory_mb": 4000,
        "states": 5,
    }


CLOCK = """---- MODULE Clock ----
EXTENDS Naturals
CONSTANT N
VARIABLE x
Init == x = 0
Next == x' = (x + 1) % N
Small == x < 3
====
"""
BEHAVIOR = "INIT Init\nNEXT Next\n"


@pytest.mark.java
@pytest.mark.parametrize(
    ("config", "end", "result", "distinct"),
    [
        ("CONSTANT N = 4\n" + BEHAVIOR, "answered", "success", 4),
        ("CONSTANT N = 9\n" + BEHAVIOR, "limit", None, 5),
        (
            "CONSTANT N = 4\nINVARIANT Small\n" + BEHAVIOR,
            "answered",
            "safety failure",
            3,
        ),
        (BEHAVIOR, "refused", None, None),
    ],
)
def test_the_engine_is_asked_and_answers(
    config: str, end: str, result: str | None, distinct: int | None, tmp_path: Path
) -> None:
    given = answer(job(tmp_path, CLOCK, config))
    assert (given.end, given.result) == (end, result)
    assert distinct is None or distinct <= (given.distinct or 0) <= distinct + 1


@pytest.mark.java
def test_a_module_that_does_not_parse_is_refused_by_name(tmp_path: Path) -> None:
    given = answer(job(tmp_path, CLOCK.replace("x + 1", "x +"), BEHAVIOR))
    assert given.end == "refused"
    assert given.said


def ledger_of(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
