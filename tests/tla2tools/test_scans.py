"""Scans of TLA+ text that need no parser: comments, overrides, broken units."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.tla2tools.overrides import self_mentions
from pyspec.tla2tools.plain import without_comments
from pyspec.tla2tools.recovery import without_unit
from pyspec.tla2tools.tlc import without_deadlock

SPECS = Path(__file__).parents[1] / "data" / "specs"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a \\* b\nc", "a     \nc"),
        ("a (* b (* c *) d *) e", "a                   e"),
        ('"(*" a (* " *) b', '"(*" a         b'),
        ('"\\" \\* x" y', '"\\" \\* x" y'),
        ("a (* b\nc", "a     \n "),
        ("(* \\* *) a", "         a"),
    ],
)
def test_comments_become_blanks(text: str, plain: str) -> None:
    assert without_comments(text) == plain


@given(st.text(alphabet='ab (*)\\"\n='))
def test_every_character_keeps_its_place(text: str) -> None:
    plain = without_comments(text)
    assert len(plain) == len(text)
    assert all(a in {b, " "} for a, b in zip(plain, text, strict=True))


@pytest.mark.parametrize(
    ("text", "rest", "check"),
    [
        ("INIT I", "INIT I", True),
        ("CHECK_DEADLOCK FALSE\nINIT I", "                    \nINIT I", False),
        ("CHECK_DEADLOCK\n TRUE", "              \n     ", True),
        ("\\* CHECK_DEADLOCK FALSE", "\\* CHECK_DEADLOCK FALSE", True),
        ("(* CHECK_DEADLOCK FALSE *)", "(* CHECK_DEADLOCK FALSE *)", True),
        ("INVARIANT CHECK_DEADLOCK", "INVARIANT CHECK_DEADLOCK", True),
    ],
)
def test_check_deadlock_is_taken_out_of_a_cfg(
    text: str, rest: str, *, check: bool
) -> None:
    assert without_deadlock(text) == (rest, check)


def mentions(**substitutions: str) -> list[tuple[str, int]]:
    found = self_mentions(substitutions, [SPECS / "Overridden.tla"])
    return [(one.operator, one.line) for one in found]


def test_an_override_that_mentions_what_it_overrides_is_found() -> None:
    assert mentions(Step="HastyStep") == [("Step", 9)]
    assert mentions(Inc="HastyInc") == [("Inc", 10)]
    assert mentions(Inc="LowInc") == [("Inc", 11)]


def test_a_bound_variable_of_another_module_is_no_mention(tmp_path: Path) -> None:
    root, other = tmp_path / "Root.tla", tmp_path / "Other.tla"
    root.write_text("---- MODULE Root ----\nEXTENDS Other\nOp == 1\n====\n")
    text = "---- MODULE Other ----\nDef == \\E Op \\in {1} : Op = 1\n====\n"
    other.write_text(text)
    assert self_mentions({"Op": "Def"}, [root, other]) == []
    other.write_text(text.replace("Def ==", "CONSTANT Op\nDef =="))
    assert len(self_mentions({"Op": "Def"}, [root, other])) == 1


def test_other_overrides_are_left_alone() -> None:
    assert mentions(Step="FineStep", Limit="Step", N="Undefined") == []


@pytest.mark.parametrize(
    "body",
    [
        "[Op |-> 1]",
        '"Op"',
        "r.Op",
        "M!Op",
        "[Op : {1}]",
        "[a : {1}, Op : {2}]",
        "Opera",
        "1 \\* Op",
        "(* Op *) 2",
        "[r EXCEPT !.Op = 1]",
    ],
)
def test_what_only_looks_like_a_mention_is_none(tmp_path: Path, body: str) -> None:
    file = tmp_path / "M.tla"
    file.write_text(f"---- MODULE M ----\nDef == {body}\nOp == 1\n====\n")
    assert self_mentions({"Op": "Def"}, [file]) == []


def test_a_bound_over_the_operator_is_a_mention(tmp_path: Path) -> None:
    file = tmp_path / "M.tla"
    file.write_text("---- MODULE M ----\nDef == \\E x \\in Op : x = 1\n====\n")
    assert len(self_mentions({"Op": "Def"}, [file])) == 1


def test_a_definition_inside_let_does_not_end_the_body(tmp_path: Path) -> None:
    file = tmp_path / "M.tla"
    file.write_text(
        "---- MODULE M ----\nDef == LET a == 1\n           b == 2\n"
        "       IN Op\nOther == 1\n====\n"
    )
    assert len(self_mentions({"Op": "Def"}, [file])) == 1


MODULE = """---- MODULE M ----
EXTENDS Integers
A == 1 +
B == 2
C == /\\ TRUE
     /\\ = 3
(* C == 4 *)
D == 5
====
"""


def test_the_unit_with_the_error_is_blanked_and_lines_stay() -> None:
    text = without_unit(MODULE, 6, 9)
    assert text is not None
    assert text.splitlines()[4:7] == [" " * 12, " " * 11, " " * 12]
    assert text.splitlines()[7] == "D == 5"
    assert len(text.splitlines()) == len(MODULE.splitlines())


def test_an_error_in_the_head_of_a_unit_is_the_fault_of_the_one_before() -> None:
    text = without_unit(MODULE, 4, 3)
    assert text is not None
    assert text.splitlines()[2].strip() == ""
    assert text.splitlines()[3] == "B == 2"


def test_the_frame_of_a_module_is_not_taken_out() -> None:
    assert without_unit(MODULE, 1, 3) is None
    assert without_unit("", 3, 3) is None


@given(st.text(alphabet="AB =\n-(*)"), st.integers(1, 9), st.integers(1, 9))
def test_blanking_keeps_the_length(text: str, line: int, column: int) -> None:
    rest = without_unit(text, line, column)
    assert rest is None or len(rest) == len(text)
