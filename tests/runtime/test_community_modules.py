"""Our community modules: natives, and the definitions as TLC evaluates them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pyspec.language import modules_folder
from pyspec.language.runtime import ops
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import OURS, TABLE, native
from pyspec.language.runtime.order import order_of_names
from pyspec.language.runtime.sets import plain
from pyspec.tla2tools import Config, Job, Outcome, Verdict, find_toolchain, run
from pyspec.tla2tools.sany import parse
from pyspec.values import FALSE, TRUE, Fn, ModelValue, fn, record, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NAMES = ("m2", "m1")
M1, M2 = ModelValue("m1"), ModelValue("m2")
FILES = ("Json", "IOUtils", "CSV")
"""Modules of which TLA+ can say nothing."""


class Arg(NamedTuple):
    """A value or operator with its text in TLA+."""

    text: str
    value: Any


class Case(NamedTuple):
    """An expression and its value here."""

    text: str
    value: Any


def text(value: Any) -> str:  # noqa: ANN401 - any value
    if type(value) is int and value < 0:
        return f"(-{-value - 1} - 1)"
    if type(value) is tuple:
        return f"<<{', '.join(map(text, value))}>>"
    if type(value) is frozenset:
        return f"{{{', '.join(map(text, value))}}}"
    if type(value) is Fn and not value.is_record:
        pairs = (f"{text(key)} :> {text(of)}" for key, of in value.items())
        return f"({' @@ '.join(pairs)})"
    return show(value)


def args(*values: Any) -> tuple[Arg, ...]:  # noqa: ANN401 - any values
    return tuple(Arg(text(value), value) for value in values)


def sets(*members: Iterable[Any]) -> tuple[Arg, ...]:
    return args(*map(frozenset, members))


def graphs(*edges: Iterable[Any]) -> tuple[Arg, ...]:
    """Return graphs of the nodes 1..4 with these edges."""
    nodes = frozenset({1, 2, 3, 4})
    return args(*(record(node=nodes, edge=frozenset(each)) for each in edges))


def relation(pairs: set[tuple[int, int]], size: int) -> Any:  # noqa: ANN401 - a value
    places = product(range(1, size + 1), repeat=2)
    return fn({place: TRUE if place in pairs else FALSE for place in places})


# Neither commutative nor associative, so that a fold shows its order.
PAIR = (Arg("LAMBDA x, y : <<x, y>>", lambda x, y: (x, y)),)
PLUS = (Arg("LAMBDA x, y : x + y", ops.add),)
TWICE = (Arg("LAMBDA x : 2 * x", lambda x: ops.mul(2, x)),)
SMALL = (Arg("LAMBDA x : x < 3", lambda x: ops.lt(x, 3)),)
LESS = (Arg("LAMBDA x, y : x < y", ops.lt), Arg("LAMBDA x, y : x >= y", ops.ge))
FIRST = (Arg("LAMBDA S : CHOOSE x \\in S : \\A y \\in S : x >= y", max),)
INTS = args(-5, -1, 0, 1, 2, 3, 4, 9)
BITS = args(-(2**31), -6, -1, 0, 1, 5, 6, 12, 255, 2**31 - 1)
NUMBERS = sets([], [1], [3, 1], [5, -2, 4], [1, 2, 3, 4], range(1, 6))
SETS = (
    *NUMBERS[:3],
    *sets(["b", "a"], [M1, M2], [(1,), ()], [frozenset(), frozenset({1})]),
)
SEQUENCES = args((), (1,), (2, 1), (3, 1, 2), (1, 2, 1, 2, 1), (1, 1, 1), (1, 2))
TEXTS = args("", "a", "ab", "abab")
ANY_SEQUENCES = SEQUENCES + args(("a", "b"), ((1,), ()), (M1, M2, M1))
FUNCTIONS = (
    *SEQUENCES[:5],
    *args(record(b=1, a=2), fn({0: 5, 7: 5}), fn({M2: 1, M1: 3}), fn({(1, 2): 2})),
)
BAGS = args((), (2, 1), fn({5: 2}), fn({3: 1, 7: 2, 4: 3}), fn({0: 2}))
DIRECTED = graphs(
    [], [(1, 2)], [(1, 2), (2, 3), (3, 1)], [(1, 1), (2, 1), (4, 3)],
    [(1, 2), (2, 1), (2, 3), (3, 4), (4, 2)], [(1, 2), (1, 3), (2, 4), (3, 4)],
)  # fmt: skip
UNDIRECTED = graphs(
    [], [frozenset({1, 2})], [frozenset({1}), frozenset({1, 2}), frozenset({2, 3})],
    [frozenset(pair) for pair in ((1, 2), (3, 4))],
    [frozenset(pair) for pair in ((1, 2), (2, 3), (3, 4), (4, 1))],
)  # fmt: skip
RELATIONS = args(
    relation(set(), 3),
    relation({(1, 2), (2, 3)}, 3),
    relation({(1, 2), (2, 1), (3, 3)}, 3),
    relation({(1, 2), (2, 3), (3, 4), (4, 1)}, 4),
)
LOGS = args(
    (),
    ((1, 0), (0, 1), (2, 1)),
    ((2, 2), (1, 0), (2, 0), (1, 1)),
    ((1, 0), (1,), (0, 2)),
)
CLOCK = (Arg("LAMBDA line : line", lambda line: line),)
DOMAIN = (Arg("LAMBDA c : DOMAIN c", ops.domain),)
SOME_SETS = sets(
    [], [frozenset()], [frozenset({1, 2})],
    [frozenset({1, 2}), frozenset({2, 3}), frozenset({4})],
)  # fmt: skip
SOME_TEXTS = (
    *sets([], [()], [(1, 2), (1,)], [(1, 2, 3), (1, 2), (1, 2, 4)], [(1,), (2,)]),
    *sets(["abc", "abd"], ["b"], ["a", "b"]),
)
MORE = args(((1,), (2, 3)), ((),), ("ab", "", "c"), (5,), ())

CASES: dict[str, tuple[tuple[Arg, ...], ...]] = {
    "Folds!MapThenFoldSet": (PAIR, INTS[:1], TWICE, FIRST, NUMBERS),
    "Functions!Range": (FUNCTIONS,),
    "Functions!IsInjective": (FUNCTIONS,),
    "Functions!Injection": (SETS, SETS),
    "Functions!Bijection": (SETS, SETS),
    "Functions!FoldFunction": (PAIR, INTS[:1], FUNCTIONS),
    "Functions!FoldFunctionOnSet": (PAIR, INTS[:1], FUNCTIONS, NUMBERS[:3]),
    "Functions!SumFunction": (FUNCTIONS,),
    "Functions!SumFunctionOnSet": (FUNCTIONS, NUMBERS[:3]),
    "FiniteSetsExt!FoldSet": (PAIR, INTS[:1], SETS),
    "FiniteSetsExt!ReduceSet": (PAIR, SETS, INTS[:1]),
    "FiniteSetsExt!SumSet": (NUMBERS,),
    "FiniteSetsExt!ProductSet": (NUMBERS,),
    "FiniteSetsExt!MapThenSumSet": (TWICE, NUMBERS),
    "FiniteSetsExt!Quantify": (NUMBERS, SMALL),
    "FiniteSetsExt!kSubset": (INTS, SETS),
    "FiniteSetsExt!Max": (NUMBERS,),
    "FiniteSetsExt!Min": (NUMBERS,),
    "FiniteSetsExt!Choices": (SOME_SETS,),
    "SequencesExt!ToSet": (FUNCTIONS,),
    "SequencesExt!ToBag": (ANY_SEQUENCES,),
    "SequencesExt!SetToSeq": (SETS,),
    "SequencesExt!SetToSeqs": (SETS,),
    "SequencesExt!SetToSortSeq": (NUMBERS, LESS),
    "SequencesExt!SetToAllKPermutations": (SETS,),
    "SequencesExt!Contains": (SEQUENCES, INTS),
    "SequencesExt!IsSorted": (SEQUENCES, LESS),
    "SequencesExt!Reverse": (ANY_SEQUENCES,),
    "SequencesExt!SelectInSeq": (SEQUENCES, SMALL),
    "SequencesExt!SelectLastInSeq": (SEQUENCES, SMALL),
    "SequencesExt!SelectInSubSeq": (SEQUENCES, INTS[2:], INTS[2:], SMALL),
    "SequencesExt!SelectLastInSubSeq": (SEQUENCES, INTS[2:], INTS[2:], SMALL),
    "SequencesExt!FlattenSeq": (MORE,),
    "SequencesExt!IsPrefix": (ANY_SEQUENCES + TEXTS, ANY_SEQUENCES + TEXTS),
    "SequencesExt!IsSuffix": (ANY_SEQUENCES + TEXTS, ANY_SEQUENCES + TEXTS),
    "SequencesExt!Prefixes": (ANY_SEQUENCES + TEXTS,),
    "SequencesExt!Suffixes": (ANY_SEQUENCES + TEXTS,),
    "SequencesExt!CommonPrefixes": (SOME_TEXTS,),
    "SequencesExt!LongestCommonPrefix": (SOME_TEXTS,),
    "SequencesExt!SubSeqs": (ANY_SEQUENCES + TEXTS,),
    "SequencesExt!AllSubSeqs": (ANY_SEQUENCES,),
    "SequencesExt!ReplaceAllSubSeqs": (SEQUENCES, SEQUENCES, SEQUENCES),
    "SequencesExt!FoldSeq": (PAIR, INTS[:1], ANY_SEQUENCES),
    "SequencesExt!FoldLeft": (PAIR, INTS[:1], ANY_SEQUENCES),
    "SequencesExt!FoldRight": (PAIR, ANY_SEQUENCES, INTS[:1]),
    "SequencesExt!FoldLeftDomain": (PAIR, INTS[:1], ANY_SEQUENCES),
    "SequencesExt!FoldRightDomain": (PAIR, ANY_SEQUENCES, INTS[:1]),
    "BagsExt!FoldBag": (PAIR, INTS[:1], BAGS),
    "BagsExt!SumBag": (BAGS,),
    "BagsExt!ProductBag": (BAGS,),
    "Relation!TransitiveClosure": (RELATIONS, NUMBERS[:2] + sets([1, 2, 3])),
    "Graphs!SimplePath": (DIRECTED,),
    "UndirectedGraphs!SimplePath": (UNDIRECTED,),
    "Bitwise!&": (BITS, BITS),
    "Bitwise!|": (BITS, BITS),
    "Bitwise!^^": (BITS, BITS),
    "Bitwise!Not": (BITS,),
    "Bitwise!shiftR": (BITS, INTS[2:]),
    "Combinatorics!choose": (INTS[2:], INTS[2:]),
    "VectorClocks!CausalOrder": (LOGS, CLOCK, CLOCK, DOMAIN),
}
TEXT_CASES = ((*TEXTS, *args("x")), TEXTS, TEXTS)

# What is said of operators that have no native of their own.
FACTS = r"""
Restrict([a |-> 1, b |-> 2], {"a"}) = [a |-> 1]
RestrictDomain(<<5, 6, 7>>, LAMBDA i : i < 3) = <<5, 6>>
RestrictValues(<<5, 6, 7>>, LAMBDA v : v < 7) = <<5, 6>>
IsRestriction([a |-> 1], [a |-> 1, b |-> 2]) /\ ~IsRestriction(<<1, 2>>, <<1>>)
~IsRestriction([a |-> 2], [a |-> 1, b |-> 2])
Pointwise(<<1, 2>>, <<10, 20>>, LAMBDA x, y : y - x) = <<9, 18>>
Inverse(<<"a", "b">>, {1, 2}, {"b", "c"}) = [b |-> 2, c |-> 1]
AntiFunction([a |-> 1, b |-> 2]) = <<"a", "b">>
Surjection({1, 2}, {"a"}) = {<<"a", "a">>} /\ Surjection({1}, {1, 2}) = {}
ExistsInjection({1}, {1, 2}) /\ ~ExistsInjection({1, 2}, {1})
ExistsSurjection({1, 2}, {1}) /\ ~ExistsSurjection({1}, {}) /\ ExistsSurjection({}, {})
ExistsBijection({1, 2}, {"a", "b"}) /\ ~ExistsBijection({1}, {})
FlattenSet({{1}, {2, 3}, {}}) = 1..3 /\ SymDiff({1, 2}, {2, 3}) = {1, 3}
ChooseUnique({1, 2, 3}, LAMBDA x : x > 2) = 3
TupleOf({1, 2}, 2) = {<<1, 1>>, <<1, 2>>, <<2, 1>>, <<2, 2>>}
SeqOf({1}, 2) = {<<>>, <<1>>, <<1, 1>>} /\ BoundedSeq({1}, 2) = SeqOf({1}, 2)
Remove(<<1, 2, 1>>, 1) = <<2>> /\ ReplaceAll(<<1, 2, 1>>, 1, 0) = <<0, 2, 0>>
InsertAt(<<1, 2>>, 1, 0) = <<0, 1, 2>> /\ InsertAt(<<1, 2>>, 3, 0) = <<1, 2, 0>>
ReplaceAt(<<1, 2>>, 2, 0) = <<1, 0>> /\ RemoveAt(<<1, 2>>, 1) = <<2>>
RemoveFirst(<<1, 2, 1>>, 1) = <<2, 1>> /\ RemoveFirst(<<1>>, 2) = <<1>>
RemoveFirstMatch(<<1, 2, 3>>, LAMBDA x : x > 1) = <<1, 3>>
Cons(0, <<1>>) = <<0, 1>> /\ Snoc(0, <<1>>) = <<1, 0>>
Front(<<1, 2>>) = <<1>> /\ Front(<<>>) = <<>> /\ Last(<<1, 2>>) = 2
IsStrictPrefix(<<1>>, <<1, 2>>) /\ ~IsStrictPrefix(<<1>>, <<1>>)
IsStrictSuffix(<<2>>, <<1, 2>>) /\ ~IsStrictSuffix(<<1>>, <<1>>)
SeqMod(3, 3) = 3 /\ SeqMod(4, 3) = 1
Zip(<<1, 2, 3>>, <<"a", "b">>) = <<<<1, "a">>, <<2, "b">>>>
Interleave(<<1, 2>>, <<8, 9>>) = <<<<1>>, <<8>>, <<2>>, <<9>>>>
Interleave(<<>>, <<>>) = <<<<>>, <<>>>>
IndexFirstSubSeq(<<1, 2>>, <<0, 1, 2, 1, 2>>) = 2 /\ IndexFirstSubSeq(<<>>, <<3>>) = 1
ReplaceSubSeqAt(2, <<9>>, <<1, 2>>, <<0, 1, 2, 3>>) = <<0, 9, 3>>
ReplaceFirstSubSeq(<<9>>, <<1>>, <<0, 1, 1>>) = <<0, 9, 1>>
ReplaceFirstSubSeq(<<9>>, <<7>>, <<0, 1, 1>>) = <<0, 1, 1>>
ReplaceFirstSubSeq("x", "b", "abab") = "axab"
BagAdd(<<1>>, 1) = <<2>> /\ BagAdd([a |-> 1], "b") = [a |-> 1, b |-> 1]
BagAdd(<<1>>, 2) = <<1, 1>> /\ BagRemove(<<2, 1>>, 1) = <<1, 1>>
BagRemove(<<2, 1>>, 2) = <<2>> /\ BagRemove(<<2>>, 2) = <<2>>
BagRemoveAll(<<2, 3>>, 2) = <<2>>
MapThenFoldBag(+, 0, LAMBDA x : 10 * x, LAMBDA S : 0, <<2, 1>>) = 40
IsReflexiveUnder(<=, 1..3) /\ ~IsReflexiveUnder(<, 1..3)
IsIrreflexiveUnder(<, 1..3) /\ ~IsIrreflexiveUnder(<=, 1..3)
IsSymmetricUnder(=, 1..3) /\ ~IsSymmetricUnder(<, 1..3)
IsAntiSymmetricUnder(<=, 1..3) /\ ~IsAntiSymmetricUnder(LAMBDA x, y : TRUE, 1..2)
IsAsymmetricUnder(<, 1..3) /\ ~IsAsymmetricUnder(<=, 1..3)
IsTransitiveUnder(<, 1..3) /\ ~IsTransitiveUnder(LAMBDA x, y : y = x + 1, 1..3)
IsStrictlyPartiallyOrderedUnder(<, 1..3) /\ ~IsStrictlyPartiallyOrderedUnder(<=, 1..3)
IsPartiallyOrderedUnder(\subseteq, SUBSET {1, 2})
~IsTotallyOrderedUnder(\subseteq, SUBSET {1, 2}) /\ IsTotallyOrderedUnder(<=, 1..3)
IsStrictlyTotallyOrderedUnder(<, 1..3) /\ ~IsStrictlyTotallyOrderedUnder(#, 1..3)
ReflexiveTransitiveClosure(Succ, 1..3) = [x, y \in 1..3 |-> x <= y]
IsConnected([x, y \in 1..3 |-> y = (x % 3) + 1], 1..3) /\ ~IsConnected(Succ, 1..3)
IsDirectedGraph(Line) /\ ~IsDirectedGraph([node |-> {1}, edge |-> {<<1, 2>>}])
Cardinality(DirectedSubgraph(Line)) = 1 + 3 + (2 + 2 + 1) + 4
Transpose(Line) = [node |-> 1..3, edge |-> {<<2, 1>>, <<3, 2>>}]
~IsUndirectedGraph(Line) /\ IsUndirectedGraph(GraphUnion(Line, Transpose(Line)))
EmptyGraph \in UndirectedSubgraph(Line) /\ Cardinality(UndirectedSubgraph(Line)) = 8
<<1, 2, 3>> \in Path(Line) /\ <<>> \notin Path(Line) /\ <<1, 3>> \notin Path(Line)
AreConnectedIn(1, 3, Line) /\ ~AreConnectedIn(3, 1, Line) /\ ~AreConnectedIn(9, 9, Line)
IsStronglyConnected(GraphUnion(Line, Transpose(Line))) /\ ~IsStronglyConnected(Line)
ConnectionsIn(Line) = [m, n \in 1..3 |-> m <= n]
IsTreeWithRoot(Line, 3) /\ ~IsTreeWithRoot(Line, 1)
IsBipartiteWithPartitions(Line, {1, 3}, {2})
~IsBipartiteWithPartitions(Line, {1, 2}, {3})
~HasCycle(Line) /\ HasCycle(GraphUnion(Line, Transpose(Line))) /\ IsDag(Line)
Successors(Line, 1) = {2} /\ Predecessors(Line, 1) = {}
AllSuccessors(Line, {1, 2}) = {2, 3} /\ AllPredecessors(Line, {2, 3}) = {1, 2}
Ancestors(Line, 3) = {1, 2} /\ Descendants(Line, 3) = {}
Descendants(Line, 1) = {2, 3}
InDegree(Line, 1) = 0 /\ OutDegree(Line, 1) = 1
Roots(Line) = {1} /\ Leaves(Line) = {3}
Line \in Graphs(1..3) /\ Cardinality(Graphs({1, 2})) = 16
U!IsUndirectedGraph(Both) /\ ~U!IsLoopFreeUndirectedGraph(Both)
Cardinality(U!UndirectedSubgraph(Both)) = 1 + 2 + 1 + 1 + (4 + 2 + 1) + 4
<<1, 1, 2, 1>> \in U!Path(Both) /\ <<1, 3>> \notin U!Path(Both)
U!AreConnectedIn(1, 2, Both) /\ ~U!AreConnectedIn(1, 3, Both)
U!ConnectedComponents(Both) = {{1, 2}, {3}} /\ ~U!IsStronglyConnected(Both)
Both \in U!UndirectedGraphs(1..3)
factorial[5] = 120 /\ factorial[0] = 1
IsCausalOrder(<<<<1, 0>>, <<0, 1>>, <<2, 1>>>>, LAMBDA c : c)
~IsCausalOrder(<<<<1, 0>>, <<2, 1>>, <<0, 1>>>>, LAMBDA c : c)
IsCausalOrder(<<<<1>>, <<1, 1>>>>, LAMBDA c : c)
Add(Half(One), Half(Half(One))) = [num |-> 3, den |-> 4] /\ Add(Zero, One) = One
IsDyadicRational(Half(One)) /\ PrettyPrint(Half(One)) = "1/2"
atoi("42") = 42 /\ atoi("-17") = -17 /\ atoi("+0") = 0
zeroPadN(42, 5) = "00042" /\ zeroPadN(123, 2) = "123"
"""

HEAD = r"""---- MODULE Expressions ----
EXTENDS Integers, Sequences, FiniteSets, Bags, TLC, Folds, Functions,
        FiniteSetsExt, SequencesExt, BagsExt, Relation, Graphs, Bitwise,
        Combinatorics, VectorClocks, DyadicRationals, Json, IOUtils, CSV
CONSTANTS m2, m1
U == INSTANCE UndirectedGraphs
Line == [node |-> 1..3, edge |-> {<<1, 2>>, <<2, 3>>}]
Succ == [x, y \in 1..3 |-> y = x + 1]
Both == [node |-> 1..3, edge |-> {{1}, {1, 2}}]
Fields == [a |-> 1, b |-> 1]
Differs(i, e, v) == IF e = v THEN TRUE ELSE PrintT(<<"differs", i, e>>)
"""


def cases(key: str, domains: tuple[tuple[Arg, ...], ...]) -> Iterator[Case]:
    """Apply a native to all arguments; yield what it does not refuse."""
    module, name = key.split("!", 1)
    found = native(module, name)
    assert found is not None, key
    for row in product(*domains):
        texts = [arg.text for arg in row]
        if name.isidentifier():
            prefix = "U!" if module == "UndirectedGraphs" else ""
            expression = f"{prefix}{name}({', '.join(texts)})"
        else:
            expression = f"({texts[0]} {name} {texts[1]})"
        try:
            value = found.call(*(arg.value for arg in row))
        except EvaluationError:
            continue
        value = ops.value(value) if isinstance(value, bool) else plain(value)
        yield Case(expression, value)


def every_case() -> list[Case]:
    with order_of_names([*NAMES, "a", "b"]):
        every = [case for key, domains in CASES.items() for case in cases(key, domains)]
        return [*every, *cases("SequencesExt!ReplaceAllSubSeqs", TEXT_CASES)]


def facts() -> list[str]:
    return FACTS.strip().splitlines()


def module_of(folder: Path, conditions: Iterable[str]) -> Path:
    lines = "\n".join(f"ASSUME {condition}" for condition in conditions)
    module = folder / "Expressions.tla"
    module.write_text(f"{HEAD}{lines}\n====\n", encoding="utf-8")
    return module


def checked_by_tlc(folder: Path, conditions: Iterable[str]) -> Outcome:
    """Evaluate assumptions, one a line, in one run of TLC."""
    module = module_of(folder, conditions)
    config = Config(constants={name: ModelValue(name) for name in NAMES})
    return run(find_toolchain(), Job(module, config, library=(modules_folder(),)))


def test_every_native_is_compared() -> None:
    hidden = {("Graphs", "Reached"), ("UndirectedGraphs", "Reached")}
    ours = {key for key in TABLE if key[0] in OURS and key[0] not in FILES} - hidden
    assert {tuple(key.split("!", 1)) for key in CASES} == ours


def test_every_module_of_a_native_is_there() -> None:
    assert {f"{name}.tla" for name in OURS} <= {
        path.name for path in modules_folder().iterdir()
    }


@pytest.mark.java
def test_sany_has_nothing_to_say_of_them(tmp_path: Path) -> None:
    report = parse(find_toolchain(), module_of(tmp_path, ()), (modules_folder(),))
    assert report.errors == ()
    assert report.warnings == ()
    known = {name for name, _ in report.modules}
    assert known == {path.stem for path in modules_folder().iterdir()} | {"Expressions"}


@pytest.mark.java
def test_a_module_of_the_spec_s_own_folder_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "Functions.tla"
    own.write_text("---- MODULE Functions ----\nMine == 1\n====\n", encoding="utf-8")
    spec = tmp_path / "Spec.tla"
    spec.write_text(
        "---- MODULE Spec ----\nEXTENDS FiniteSetsExt, SequencesExt, VectorClocks\n"
        "Op == Mine + Len(SetToSeq({Max({1, 2})}))\n====\n",
        encoding="utf-8",
    )
    report = parse(find_toolchain(), spec, (modules_folder(),)).require()
    assert dict(report.modules)["Functions"] == own
    assert dict(report.modules)["Folds"] == modules_folder() / "Folds.tla"


@pytest.mark.java
def test_natives_are_what_tlc_makes_of_our_definitions(tmp_path: Path) -> None:
    known = every_case()
    assert len(known) > 1000
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
def test_definitions_mean_what_they_say(tmp_path: Path) -> None:
    outcome = checked_by_tlc(
        tmp_path, (f"Differs({i}, {fact}, TRUE)" for i, fact in enumerate(facts()))
    )
    assert outcome.verdict is Verdict.OK, outcome.message
    assert outcome.prints == ()


@pytest.mark.java
def test_a_wrong_value_would_be_noticed(tmp_path: Path) -> None:
    outcome = checked_by_tlc(tmp_path, ["Differs(1, Max({1, 2}), 1)"])
    assert outcome.prints == ('<<"differs", 1, 2>>',)


@pytest.mark.java
@pytest.mark.parametrize("name", ["ToJson(1)", 'JsonDeserialize("f")', "IOEnv.HOME"])
def test_tlc_says_that_it_needs_the_jar(tmp_path: Path, name: str) -> None:
    outcome = checked_by_tlc(tmp_path, [f"{name} = 1"])
    assert outcome.verdict is Verdict.ERROR
    assert "CommunityModules.jar" in outcome.message
