"""What SANY prints, in our words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pyspec.tla2tools.chatter import Kind, read_chatter

SYNTAX = """\
Parsing file /s/S1.tla
***Parse Error***
Was expecting "==== or more Module body"
Encountered "0" at line 4, column 15 and token "="

Residual stack trace follows:
Module definition starting at line 1, column 1.

Fatal errors while parsing TLA+ spec in file S1.tla

tla2sany.semantic.AbortException
*** Abort messages: 1

In module S1

Could not parse module S1 from file S1.tla

"""
SEMANTIC = """\
Parsing file /s/M1.tla
Parsing file /s/M1b.tla
Semantic processing of module M1b
Semantic errors:

*** Errors: 1

line 2, col 6 to line 2, col 9 of module M1b

Unknown operator: `nope'.



Semantic processing of module M1
Semantic errors:

*** Errors: 3

line 2, col 6 to line 2, col 9 of module M1b

Unknown operator: `nope'.


line 7, col 1 to line 7, col 12 of module M1

Operator Next already defined or declared.


line 10, col 9 to line 10, col 9 of module M1

Multiply-defined symbol 'x': this definition or declaration conflicts
with the one at line 4, col 11 to line 4, col 11 of module M1.


*** Warnings: 1

line 7, col 1 to line 7, col 12 of module M1

Multiple declarations or definitions for symbol Next.
This duplicates the one at line 6, col 1 to line 6, col 30 of module M1.


"""


def test_a_syntax_error_has_its_file_and_place_and_is_told_once() -> None:
    (error,) = read_chatter(SYNTAX.splitlines()).errors
    assert str(error) == (
        '/s/S1.tla:4:15: unexpected "0" after "="; expected ==== or more Module body'
    )
    assert error.kind is Kind.SYNTAX


def test_semantic_errors_come_all_and_once_each() -> None:
    found = read_chatter(SEMANTIC.splitlines())
    assert [str(error) for error in found.errors] == [
        "/s/M1b.tla:2:6: nope is not defined",
        "/s/M1.tla:7:1: Next is defined twice",
        "/s/M1.tla:10:9: x already has a meaning here, from M1:4:11",
    ]
    assert len(found.warnings) == 1
    assert found.files == {"M1": "/s/M1.tla", "M1b": "/s/M1b.tla"}


def test_a_token_that_is_none_is_a_syntax_error() -> None:
    lines = [
        "Parsing file /s/Lex.tla",
        r'Lexical error at line 2, column 10.  Encountered: "\n" (10), after : "\"abc"',
    ]
    (error,) = read_chatter(lines).errors
    assert str(error) == (
        '/s/Lex.tla:2:10: a string is not closed on its line: a " is missing'
    )


def test_operators_side_by_side_are_explained() -> None:
    lines = [
        "Parsing file /s/Oper.tla",
        "***Parse Error***",
        "",
        (
            "  Precedence conflict between ops = in block line 3, col 8 to line 3, "
            "col 8 of module Oper and =."
        ),
        "",
        "Residual stack trace follows:",
    ]
    (error,) = read_chatter(lines).errors
    assert (error.line, error.column) == (3, 8)
    assert "parentheses are needed" in error.message


def test_modules_in_a_circle_and_misnamed_files_are_explained() -> None:
    head = [
        "Parsing file /s/C.tla",
        "*** Abort messages: 1",
        "",
        "Unknown location",
        "",
    ]
    circle = [
        "Circular dependency among .tla files; dependency cycle is:",
        "",
        "  C.tla --> D.tla --> C.tla",
    ]
    (error,) = read_chatter([*head, *circle]).errors
    assert error.kind is Kind.CIRCULAR
    assert "C.tla --> D.tla --> C.tla" in error.message
    named = ["File name 'C' does not match the name 'D' of the top level module it."]
    (error,) = read_chatter([*head, *named]).errors
    assert error.message == "the file is called C.tla but holds module D"
    assert error.file == "/s/C.tla"


def test_newer_jars_name_the_jar_behind_the_file() -> None:
    line = "Parsing file /t/Naturals.tla (jar:file:/x.jar!/tla2sany/Naturals.tla)"
    assert read_chatter([line]).files == {"Naturals": "/t/Naturals.tla"}


PIECES = st.sampled_from([*SYNTAX.splitlines(), *SEMANTIC.splitlines(), "", "x"])


@given(st.lists(PIECES | st.text(), max_size=40))
def test_any_lines_are_read(lines: list[str]) -> None:
    for error in read_chatter(lines).errors:
        assert error.message
