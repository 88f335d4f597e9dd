"""Thousands of constant expressions, evaluated here and by one run of TLC."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pyspec.language.runtime import ops
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import native
from pyspec.language.runtime.order import order_of_names
from pyspec.language.runtime.sets import (
    BOOLEAN,
    INT,
    NAT,
    STRING,
    LazySet,
    contains,
    elements,
    is_finite,
    plain,
)
from pyspec.tla2tools import Config, Job, Outcome, Verdict, find_toolchain, run
from pyspec.values import FALSE, TRUE, Fn, ModelValue, fn, record, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

NAMES = ("m2", "m1", "T_a", "T_b", "S_a")
FIELDS = ("a", "b", "zz", "dd", "cc")
M1, M2, TYPED, SAME, OTHER = (ModelValue(n) for n in ("m1", "m2", "T_a", "T_b", "S_a"))


LONGEST = 500
"""Characters of an expected value: SANY takes long over long ones."""


class Arg(NamedTuple):
    """A value with its text in TLA+."""

    text: str
    value: Any


class Case(NamedTuple):
    """An expression, and what it is here: a value, or None if refused."""

    text: str
    value: Any


def text(value: Any) -> str:  # noqa: ANN401 - any value
    """Return TLA+ that SANY takes: it knows no literal for the least integer."""
    if type(value) is int and value < 0:
        return f"(-{-value - 1} - 1)"
    if type(value) is tuple:
        return f"<<{', '.join(map(text, value))}>>"
    if type(value) is frozenset:
        return f"{{{', '.join(map(text, value))}}}"
    if type(value) is Fn and not value.is_record:
        pairs = (f"{text(key)} :> {text(of)}" for key, of in value.items())
        return f"({' @@ '.join(pairs)})"
    return repr(value) if isinstance(value, LazySet) else show(value)


def args(*values: Any) -> tuple[Arg, ...]:  # noqa: ANN401 - any values
    return tuple(Arg(text(value), value) for value in values)


def sets(*members: Iterable[Any]) -> tuple[Arg, ...]:
    return args(*map(frozenset, members))


INTS = args(-(2**31), -7, -2, 0, 1, 3, 31, 2**31 - 1)
SOME_INTS = args(-1, 0, 1, 2, 3)
ATOMS = args(0, 1, "a", "", "b", TRUE, FALSE, M1, M2, TYPED, SAME, OTHER)
SEQUENCES = args((), (1,), (2, 1), (3, 1, 2), ("a", "b"), ((1,), ()), (1, 1))
FUNCTIONS = args(
    record(a=1),
    record(a=2),
    record(b="a"),
    record(a=1, b="x"),
    fn({0: 1}),
    fn({0: "a", 2: 1}),
    fn({M1: 1, M2: 2}),
    fn({(1, 2): 2, (2, 1): 1}),
)
SETS = sets(
    [],
    [1],
    [2],
    [3, 1],
    [1, 2, 3],
    ["a"],
    ["b", "a"],
    [M1, M2],
    [M1, 5],
    [TRUE],
    [(1,), (1, 2), ()],
    [frozenset(), frozenset({2}), frozenset({1, 3})],
    [record(a=1), record(a=2), record(b=1)],
)
LAZY = (
    Arg("Nat", NAT),
    Arg("Int", INT),
    Arg("STRING", STRING),
    Arg("BOOLEAN", BOOLEAN),
    Arg("(1..5000)", ops.interval(1, 5000)),
    Arg("(3..1)", ops.interval(3, 1)),
    Arg("SUBSET {2, 1, 3}", ops.subset(frozenset({1, 2, 3}))),
    Arg("SUBSET {}", ops.subset(frozenset())),
    Arg("SUBSET Nat", ops.subset(NAT)),
    Arg("[{1, 2} -> {1, 2}]", ops.func_set(frozenset({1, 2}), frozenset({1, 2}))),
    Arg('[{"a"} -> {1, 2}]', ops.func_set(frozenset({"a"}), frozenset({1, 2}))),
    Arg("[{0} -> {1}]", ops.func_set(frozenset({0}), frozenset({1}))),
    Arg("[{1} -> Nat]", ops.func_set(frozenset({1}), NAT)),
    Arg("[{} -> {1}]", ops.func_set(frozenset(), frozenset({1}))),
    Arg("[a : {2, 1}]", ops.record_set(("a",), frozenset({1, 2}))),
    Arg(
        "[b : {1}, a : {2, 1}]",
        ops.record_set(("b", "a"), frozenset({1}), frozenset({1, 2})),
    ),
    Arg(r"({2, 1} \X {1, 2})", ops.product(frozenset({1, 2}), frozenset({1, 2}))),
    Arg(r"({} \X {1})", ops.product(frozenset(), frozenset({1}))),
    Arg("Seq({1, 2})", ops.seq_of(frozenset({1, 2}))),
    Arg(r"(Nat \ {1})", ops.setminus(NAT, frozenset({1}))),
    Arg(r"(Nat \cup {-1})", ops.cup(NAT, frozenset({-1}))),
    Arg(r"(Nat \cap Int)", ops.cap(NAT, INT)),
    Arg(r"{x \in Nat : x > 1}", ops.filter_set(NAT, lambda x: x > 1)),
    Arg("{Nat, Int}", frozenset({NAT, INT})),
)
BAGS = args((), (1,), (2, 1), fn({"a": 2}), fn({M1: 1, M2: 3}), (0,), record(a=1, b=2))
ANYTHING = (
    args(0, 1, "a", TRUE, M1, TYPED, SAME)
    + SEQUENCES[:3]
    + SEQUENCES[4:6]
    + FUNCTIONS[:5]
    + SETS[:5]
    + SETS[7:9]
)
PRINTED = ATOMS + SEQUENCES + FUNCTIONS + SETS[:7]


def call(module: str, name: str) -> Callable[..., Any]:
    found = native(module, name)
    assert found is not None
    return found.call


def cases(
    template: str, function: Callable[..., Any], *domains: tuple[Arg, ...]
) -> Iterator[Case]:
    """Apply a function to all arguments; the template has their places."""
    for row in product(*domains):
        filled = template.format(*(f"({arg.text})" for arg in row))
        try:
            value = function(*(arg.value for arg in row))
            value = ops.value(value) if isinstance(value, bool) else plain(value)
        except EvaluationError:
            value = None
        if len(text(value) if value is not None else "") < LONGEST:
            yield Case(filled, value)


def integer_cases() -> Iterator[Case]:
    for name in ("+", "-", "*", "^", r"\div", "%", "<", ">", r"\leq", r"\geq"):
        yield from cases(f"{{}} {name} {{}}", call("Naturals", name), INTS, INTS)
    yield from cases("-{}", call("Integers", "-."), INTS)
    yield from cases("{} .. {}", call("Naturals", ".."), SOME_INTS, SOME_INTS)
    yield from cases("{} + {}", call("Naturals", "+"), ATOMS, ATOMS)
    yield from cases("{} < {}", call("Naturals", "<"), ATOMS, ATOMS)


def set_cases() -> Iterator[Case]:
    every = SETS + LAZY
    numbers = SETS[:5] + SETS[7:9]
    finite = SETS + tuple(arg for arg in LAZY if is_finite(arg.value))
    yield from cases("{} = {}", ops.eq, ANYTHING, ANYTHING)
    yield from cases("{} # {}", ops.ne, ATOMS, ATOMS)
    comparable = [arg for arg in finite if not arg.text.startswith("[{")]
    yield from cases("{} = {}", ops.eq, finite, tuple(comparable))
    # A set of structures is not looked into on a miss, which TLC does.
    deep = ("<<1>>", "|->", "{{}")
    alike = [arg for arg in every if not any(part in arg.text for part in deep)]
    yield from cases(r"{1} \in {0}", contains, tuple(alike), ANYTHING)
    yield from cases(r"{} \cup {}", ops.cup, numbers, SETS)
    yield from cases(r"{} \cup {}", ops.cup, SETS, finite)
    empty = SETS[:1]  # beside which TLC takes anything
    yield from cases(r"{} \cup {}", ops.cup, empty, ATOMS)
    yield from cases(r"{} \cup {}", ops.cup, ATOMS, empty)
    yield from cases(r"{} \cap {}", ops.cap, ATOMS, empty)
    yield from cases(r"{} \cap {}", ops.cap, empty, ATOMS)
    yield from cases(r"{} \ {}", ops.setminus, empty, ATOMS)
    pairs = tuple(arg for arg in every if arg.text[0] != "[")
    infinite = tuple(arg for arg in LAZY if not is_finite(arg.value))
    for left, right in ((numbers, every), (finite[:8], SETS), (pairs[:8], infinite)):
        yield from cases(r"{} \cap {}", ops.cap, left, right)
        yield from cases(r"{} \ {}", ops.setminus, left, right)
        yield from cases(r"{} \subseteq {}", ops.subseteq, left, right)
    yield from cases(
        "UNION {{{}, {}}}", lambda s, t: ops.big_union(ops.set_of(s, t)), SETS, SETS
    )
    yield from cases("SUBSET {}", ops.subset, SETS)
    yield from cases("{{{}, {}}}", ops.set_of, ANYTHING, ANYTHING)
    yield from cases("IsFiniteSet({})", call("FiniteSets", "IsFiniteSet"), SETS)
    yield from cases(
        "Cardinality({})", call("FiniteSets", "Cardinality"), finite + ATOMS
    )


def order_cases() -> Iterator[Case]:
    mixed = sets(
        ["b", "cc", "zz"], [M1, M2], [M2, 3, 1], [(2,), (1, 1), (), (1,)],
        [record(b=1, a=2), record(a=1, b=3), record(a=1, cc=0), record(a=1, dd=0)],
        [fn({0: 5}), (2,), fn({3: 1}), fn({2: 1, 3: 1})],
        [frozenset({2}), frozenset({1, 3}), frozenset()],
    )  # fmt: skip
    finite = [arg for arg in mixed + SETS + LAZY[:-1] if is_finite(arg.value)]
    for source, value in finite:
        seen: list[Any] = []
        for one in list(elements(value))[:5]:
            but = text(frozenset(seen)) if seen else "{}"
            yield Case(rf"CHOOSE x \in {source} : x \notin {but}", one)
            seen.append(one)


def function_cases() -> Iterator[Case]:
    keys = args(0, 1, 2, "a", M1, (1, 2))
    functions = SEQUENCES + FUNCTIONS
    # TLC tells the empty tuple from the empty function (decision 0006).
    filled = tuple(each for each in functions if each.value != ())
    yield from cases("{}[{}]", ops.apply, functions, keys)
    yield from cases("DOMAIN {}", ops.domain, functions + ATOMS)
    yield from cases("{}.a", lambda r: ops.field(r, "a"), FUNCTIONS)
    yield from cases(
        "[{} EXCEPT ![{}] = 7]", lambda f, x: ops.except_at(f, x, 7), filled, keys
    )
    yield from cases(
        "[{} EXCEPT ![{}] = <<@>>]",
        lambda f, x: ops.except_with(f, x, lambda old: (old,)), filled, keys,
    )  # fmt: skip
    yield from cases(
        r"[x \in {} |-> <<x>>]", lambda s: ops.function(lambda x: (x,), s), SETS
    )
    yield from cases(
        r"[x \in {}, y \in {} |-> <<y, x>>]",
        lambda s, t: ops.function_n(lambda x, y: (y, x), s, t), SETS[:4], SETS[:6],
    )  # fmt: skip
    yield from cases(
        r"{{<<x, y>> : x \in {}, y \in {}}}",
        lambda s, t: ops.map_set(lambda x, y: (x, y), s, t), SETS[:4], SETS[:6],
    )  # fmt: skip
    yield from cases("{} :> {}", call("TLC", ":>"), ATOMS, SEQUENCES[:2])
    yield from cases("{} @@ {}", call("TLC", "@@"), functions, functions)


def sequence_cases() -> Iterator[Case]:
    every = SEQUENCES + FUNCTIONS[:1] + args(1, "", "ab")
    for name in ("Len", "Head", "Tail"):
        yield from cases(f"{name}({{}})", call("Sequences", name), every)
    yield from cases("Append({}, {})", call("Sequences", "Append"), every, ATOMS[:4])
    yield from cases(r"{} \o {}", call("Sequences", r"\o"), every, every)
    yield from cases(
        "SubSeq({}, {}, {})", call("Sequences", "SubSeq"), every, SOME_INTS, SOME_INTS
    )
    yield from cases(
        "SelectSeq({}, LAMBDA x : x > 1)",
        lambda s: call("Sequences", "SelectSeq")(s, lambda x: ops.gt(x, 1)), SEQUENCES,
    )  # fmt: skip
    yield from cases(
        "SortSeq({}, <)", lambda s: call("TLC", "SortSeq")(s, ops.lt), SEQUENCES
    )


def bag_cases() -> Iterator[Case]:
    for name in ("IsABag", "BagToSet", "BagCardinality", "SubBag"):
        yield from cases(f"{name}({{}})", call("Bags", name), BAGS)
    yield from cases("SetToBag({})", call("Bags", "SetToBag"), SETS)
    for name in ("(+)", "(-)", r"\sqsubseteq"):
        yield from cases(f"{{}} {name} {{}}", call("Bags", name), BAGS, BAGS)
    functions = args((0,), (-5, 2), fn({1: -2, 3: 0}))  # no bags, but with a (-)
    yield from cases("{} (-) {}", call("Bags", "(-)"), BAGS + functions, functions)
    for name in ("CopiesIn", "BagIn"):
        yield from cases(f"{name}({{}}, {{}})", call("Bags", name), ATOMS[:4], BAGS)
    yield from cases(
        "BagUnion({{{}, {}}})",
        lambda a, b: call("Bags", "BagUnion")(frozenset({a, b})),
        BAGS[:3],
        BAGS[:3],
    )
    yield from cases(
        "BagOfAll(LAMBDA x : IF x = x THEN 1 ELSE 0, {})",
        lambda b: call("Bags", "BagOfAll")(lambda _: 1, b),
        BAGS,
    )
    yield from cases("Permutations({})", call("TLC", "Permutations"), SETS)
    yield from cases("ToString({})", call("TLC", "ToString"), PRINTED)


def every_case() -> list[Case]:
    with order_of_names([*NAMES, *FIELDS]):
        return [
            *integer_cases(),
            *set_cases(),
            *order_cases(),
            *function_cases(),
            *sequence_cases(),
            *bag_cases(),
        ]


HEAD = """---- MODULE Expressions ----
EXTENDS Integers, Sequences, FiniteSets, Bags, TLC
CONSTANTS m2, m1, T_a, T_b, S_a
Fields == [a |-> 1, b |-> 1, zz |-> 1, dd |-> 1, cc |-> 1]
Differs(i, e, v) == IF e = v THEN TRUE ELSE PrintT(<<"differs", i, e>>)
"""


def checked_by_tlc(folder: Path, conditions: Iterable[str]) -> Outcome:
    """Evaluate assumptions, one a line, in one run of TLC."""
    module = folder / "Expressions.tla"
    lines = "\n".join(f"ASSUME {condition}" for condition in conditions)
    module.write_text(f"{HEAD}{lines}\n====\n", encoding="utf-8")
    config = Config(constants={name: ModelValue(name) for name in NAMES})
    return run(find_toolchain(), Job(module, config))


@pytest.mark.java
def test_expressions_have_the_values_that_tlc_gives_them(tmp_path: Path) -> None:
    known = [case for case in every_case() if case.value is not None]
    assert len(known) > 3000
    outcome = checked_by_tlc(
        tmp_path,
        (
            f"Differs({place}, {case.text}, {text(case.value)})"
            for place, case in enumerate(known)
        ),
    )
    assert outcome.verdict is Verdict.OK, outcome.message
    assert outcome.prints == ()


@pytest.mark.java
def test_a_wrong_value_would_be_noticed(tmp_path: Path) -> None:
    outcome = checked_by_tlc(tmp_path, ["Differs(1, 1 + 1, 2)", "Differs(2, 1 + 1, 3)"])
    assert outcome.prints == ('<<"differs", 2, 2>>',)


@pytest.mark.java
@pytest.mark.parametrize(
    "refused",
    [
        '1 = "a"',
        "<<1>> = <<2>> @@ [a |-> 1]",
        r"{1} \subseteq {TRUE}",
        "T_a = S_a",
        "SubSeq(<<1, 2>>, 1, 3) = <<>>",
        r"7 % (-2) = 1",
        "[a |-> 1].b = 1",
    ],
)
def test_tlc_refuses_what_is_refused_here(tmp_path: Path, refused: str) -> None:
    outcome = checked_by_tlc(tmp_path, [refused])
    assert outcome.verdict is Verdict.ERROR
    assert "cannot be evaluated" in outcome.message
