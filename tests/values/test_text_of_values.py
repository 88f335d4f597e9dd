"""Values as text: the grammar, the fast reader, and printing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.errors import Mistake
from pyspec.testing.strategies import values
from pyspec.values import (
    FALSE,
    TRUE,
    Fn,
    ModelValue,
    Value,
    canonical,
    fn,
    parse,
    record,
    show,
    show_state,
)
from pyspec.values.model import MAX_DEPTH
from pyspec.values.parse import (
    NotPlainError,
    parse_by_grammar,
    parse_plain,
    parse_state,
    parse_state_by_grammar,
)

R1, R2 = ModelValue("r1"), ModelValue("r2")

AS_TLC_PRINTS = {
    "1..3": frozenset({1, 2, 3}),
    "-3..-1": frozenset({-3, -2, -1}),
    "3..1": frozenset(),
    "-3": -3,
    "- 3": -3,
    "TRUE": TRUE,
    "BOOLEAN": frozenset({TRUE, FALSE}),
    "r1": R1,
    "2PC": ModelValue("2PC"),
    "Nat": ModelValue("Nat"),
    "<<>>": (),
    "<< >>": (),
    "{{}, {1}}": frozenset({frozenset(), frozenset({1})}),
    "<<1, <<2>>>>": (1, (2,)),
    '[type |-> "Prepared", rm |-> r1]': record(type="Prepared", rm=R1),
    '[LET |-> 1, TRUE |-> "x", 1a |-> 2, _a |-> 3]': fn(
        {"LET": 1, "TRUE": "x", "1a": 2, "_a": 3}
    ),
    "[a-b |-> 1, a b |-> 2]": fn({"a-b": 1, "a b": 2}),
    "(2 :> 4 @@ 3 :> <<1>>)": fn({2: 4, 3: (1,)}),
    "( 2 :> 4 @@\n  3 :> <<1>> )": fn({2: 4, 3: (1,)}),
    "(1 :> 5 @@ 2 :> 6)": (5, 6),
    '("" :> 1)': fn({"": 1}),
    "SUBSET {1, 2}": frozenset(map(frozenset, [(), (1,), (2,), (1, 2)])),
    "SUBSET SUBSET {}": frozenset({frozenset(), frozenset({frozenset()})}),
    "UNION {{1}, {2}}": frozenset({1, 2}),
    "[{1} -> {2, 3}]": frozenset({(2,), (3,)}),
    "[{} -> {}]": frozenset({()}),
    "[x: {1}, y: {2, 3}]": frozenset({record(x=1, y=2), record(x=1, y=3)}),
    r"{1, 2} \X {3}": frozenset({(1, 3), (2, 3)}),
    r"{1} \X {2} \X {3}": frozenset({(1, 2, 3)}),
    r"({1} \X {2}) \X {3}": frozenset({((1, 2), 3)}),
    r"{1} \cup {2} \cup 3..4": frozenset({1, 2, 3, 4}),
    r"{1, 2} \cap {2}": frozenset({2}),
    r"{1, 2} \ {2}": frozenset({1}),
    r'"a\"b\\c\nd\te\rf\fg"': 'a"b\\c\nd\te\rf\fg',
    '"a\nb\tc"': "a\nb\tc",
    r'"a\qb"': r"a\qb",
    r'"(* \* *)"': r"(* \* *)",
    "{1, \\* one\n 2 (* two (* and *) a half *)}": frozenset({1, 2}),
    "(1)": 1,
    "12345678901234567890": 12345678901234567890,
}


@pytest.mark.parametrize("text", AS_TLC_PRINTS)
def test_what_tlc_prints_is_read(text: str) -> None:
    assert parse(text) == AS_TLC_PRINTS[text]
    assert parse_by_grammar(text) == AS_TLC_PRINTS[text]


WRONG = {
    "": "a value",
    "{1, 2": ", or }",
    "{1,}": "a value",
    "[a |-> ]": "a value",
    "[a |-> 1, a |-> 2]": None,
    "(1 :> 2 @@ 1 :> 3)": None,
    "[a: {1}, a: {2}]": None,
    "(1, 2)": ")",
    "1.5": "the end",
    "x y": "the end",
    '"abc': "a value",
    r'"abc\"': "a value",
    r"SUBSET {1} \cup {2}": "the end",
    r"{1} \cup {2} \cap {3}": "the end",
    "\u00a0 1": "a value",
    "[a: 1]": None,
    "1 @@ 2": None,
    "STRING": None,
    "(* never closed": "*)",
    "1 -2": "the end",
    "--2": "a number",
    "1_0": "the end",
    "9" * 5000: None,
    "1..1000000": None,
    "-1..100000000000000000000000": None,
    "SUBSET (1..64)": None,
    "[1..99 -> 1..99]": None,
    "{1..60000, 2..60000}": None,
    r"1..999 \X 1..999": None,
    "[a: 1..999, b: 1..999]": None,
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_value_is_refused_in_words(text: str) -> None:
    with pytest.raises(Mistake) as caught:
        parse(text)
    assert caught.value.expected == WRONG[text] or WRONG[text] is None
    assert "__ANON" not in str(caught.value)
    assert "RBRACE" not in str(caught.value)


def test_a_mistake_says_file_line_and_column() -> None:
    with pytest.raises(Mistake) as caught:
        parse("{1,\n  2 ]}", file="a.trace", line=7)
    assert caught.value.place == "a.trace:8:5"
    assert caught.value.found == "]"


@settings(deadline=None)
@given(values())
def test_what_is_shown_is_read_back(value: Value) -> None:
    assert parse(show(value)) == value


@settings(deadline=None)
@given(values(), st.integers(1, 40))
def test_what_is_wrapped_is_read_back(value: Value, width: int) -> None:
    assert parse(show(value, width)) == value


@settings(deadline=None)
@given(values())
def test_the_fast_reader_agrees_with_the_grammar_on_values(value: Value) -> None:
    for text in (show(value), show(value, 8)):
        assert parse_by_grammar(text) == value
        assert _by_fast_reader(text) in (value, None)


PIECES = ["<<", ">>", "{", "}", "[", "]", "(", ")", ",", "|->", ":>", "@@", '"', "\\"]
PIECES += ["1", "-", "a", "_", ".", "..", " ", "\n", '"s"', "TRUE", "SUBSET", "(*"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_fast_reader_never_reads_what_the_grammar_refuses(text: str) -> None:
    try:
        value = parse_plain(text)
    except NotPlainError:
        return
    assert parse_by_grammar(text) == value


def _by_fast_reader(text: str) -> Value | None:
    try:
        return parse_plain(text)
    except NotPlainError:
        return None


def test_the_fast_reader_reads_plain_values() -> None:
    text = '[a |-> {1, -2}, b |-> <<"x", r1, TRUE>>, c |-> (2 :> {} @@ 3 :> {{}})]'
    assert parse_plain(text) == parse_by_grammar(text)


@pytest.mark.parametrize("depth", [MAX_DEPTH, 3_000, 100_000])
@pytest.mark.parametrize("pair", ["{ }", "( )", "<< >>", "[a|-> ]", "(2:> )"])
def test_deep_nesting_is_read_or_refused_by_name(depth: int, pair: str) -> None:
    opening, closing = pair.split()
    text = opening * depth + "1" + closing * depth
    if depth > MAX_DEPTH:
        with pytest.raises(Mistake, match="too deep"):
            parse(text)
    else:
        value = parse(text)
        assert parse(show(value)) == value == parse_by_grammar(text)
        assert len({value, parse_by_grammar(text)}) == 1


def test_showing_what_is_too_deep_is_refused_by_name() -> None:
    value: Value = ()
    for _ in range(3_000):
        value = (value,)
    with pytest.raises(Mistake, match="deeper"):
        show(value)


def test_a_hostile_string_takes_linear_time() -> None:
    with pytest.raises(Mistake):
        parse('"\\' * 200_000)
    with pytest.raises(Mistake):
        parse("(*" + '"\\' * 200_000)
    with pytest.raises(Mistake):
        parse("[a" * 50 + " " * 200_000 + "a" * 200_000)


def test_sets_and_functions_are_shown_in_canonical_order() -> None:
    some: list[Value] = [frozenset({2}), "b", 2, R2, (1,), TRUE, "a", R1, -1, FALSE, ()]
    text = '{FALSE, TRUE, -1, 2, "a", "b", r1, r2, <<>>, <<1>>, {2}}'
    assert show(frozenset(some)) == text
    assert show(frozenset(reversed(some))) == text
    assert show(fn([(R2, 1), (R1, 2)])) == "(r1 :> 2 @@ r2 :> 1)"


@settings(deadline=None)
@given(st.lists(values(), max_size=6))
def test_canonical_order_is_one_whatever_the_order_before(some: list[Value]) -> None:
    assert canonical(some) == canonical(reversed(some))


def test_records_are_shown_as_records_only_if_tla_takes_their_fields() -> None:
    assert show(record(a=1)) == "[a |-> 1]"
    assert show(fn({"a b": 1})) == '("a b" :> 1)'
    assert show(fn({"LET": 1})) == '("LET" :> 1)'
    assert show(fn({"WF_x": 1})) == '("WF_x" :> 1)'
    assert show(fn({"": 1})) == '("" :> 1)'
    assert show(fn({"a": 1, 2: 3})) == '(2 :> 3 @@ "a" :> 1)'


def test_wrapping_follows_tlc() -> None:
    value = fn({"aaaa": "b" * 20, "cc": frozenset({"d" * 14, "e" * 14}), "f": 1})
    assert show(value, 42) == (
        '[ aaaa |-> "bbbbbbbbbbbbbbbbbbbb",\n'
        "  cc |->\n"
        '      {"dddddddddddddd", "eeeeeeeeeeeeee"},\n'
        "  f |-> 1 ]"
    )


def test_a_model_value_has_a_name_that_can_be_read_back() -> None:
    for name in ("a b", "", "_", "12", "TRUE", "SUBSET", "a-b", "é"):
        with pytest.raises(Mistake):
            ModelValue(name)


def test_a_state_is_read() -> None:
    text = '/\\ x = 1\n/\\ y = << 1,\n   "/\\\\ z = 2" >>\n/\\ z = null\n\n'
    state = {"x": 1, "y": (1, "/\\ z = 2"), "z": None}
    assert parse_state(text) == parse_state_by_grammar(text) == state
    assert list(parse_state(text)) == ["x", "y", "z"]
    assert parse_state("x = 2") == {"x": 2}
    assert parse_state("x = null\n\n") == {"x": None}
    assert parse_state("x = {null}") == {"x": frozenset({ModelValue("null")})}


@pytest.mark.parametrize(
    "text",
    ["", "/\\ x = 1\n/\\ x = 2", "x = 1\ny = 2", "/\\ x", "x = 1\n/\\ y = 2", "x = {"],
)
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        parse_state(text)
    with pytest.raises(Mistake):
        parse_state_by_grammar(text)


def test_a_mistake_in_a_state_says_where() -> None:
    with pytest.raises(Mistake) as caught:
        parse_state("/\\ x = 1\n/\\ y = {1,,2}", file="t.out", line=10)
    assert caught.value.place == "t.out:11:11"


NAMES = st.sampled_from(["x", "y", "rmState", "_z", "2b"])


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.none() | values(), min_size=1))
def test_what_is_shown_as_a_state_is_read_back(state: dict[str, Value | None]) -> None:
    wanted = {
        name: None if value is ModelValue("null") else value
        for name, value in state.items()
    }
    for text in (show_state(state), show_state(state, 12)):
        assert parse_state(text) == wanted
        assert parse_state_by_grammar(text) == wanted


STATE_PIECES = ["/\\ ", "x", "y", " = ", "1", '"', "\n", "{", "}", "\\*", "null", "(*"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(STATE_PIECES), max_size=16).map("".join))
def test_states_read_fast_or_by_grammar_are_the_same(text: str) -> None:
    try:
        state = parse_state_by_grammar(text)
    except Mistake:
        with pytest.raises(Mistake):
            parse_state(text)
    else:
        assert parse_state(text) == state


def test_importing_values_does_not_import_lark() -> None:
    code = "import sys, pyspec.values, pyspec.trace; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_functions_and_tuples_with_equal_text_are_one_value() -> None:
    assert parse("(1 :> 2 @@ 2 :> 3)") == parse("<<2, 3>>")
    assert isinstance(parse("(0 :> 2 @@ 1 :> 3)"), Fn)
