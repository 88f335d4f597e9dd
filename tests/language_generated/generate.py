r"""A generator of small TLA+ expressions and actions, typed and seeded.

The same seed gives the same terms.  Most terms have the type that their place
wants, so that most of them have values; `wrong` is how often a place gets a
term of another type, so that refusals are compared too.

A term knows its parts, so that it can be made smaller; see `smaller`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "ACT",
    "BOOL",
    "INT",
    "PRELUDE",
    "Generator",
    "Kind",
    "Machine",
    "Machines",
    "Term",
]

PRELUDE: Final = r"""
EXTENDS Integers, Sequences, FiniteSets, Bags, TLC
CONSTANTS m2, m1, m3
VARIABLES which, step, v1, v2, v3
Fields == [c |-> 1, a |-> 1, b |-> 1]
Words == <<"b", "a", "", "c">>
Says(n, v) == PrintT(<<n, v>>)
Id(x) == x
First(x, y) == x
Second(x, y) == y
Near(x) == x..(x + 2)
Range(f) == {f[x] : x \in DOMAIN f}
Apply(F(_), x) == F(x)
Twice(F(_), x) == F(F(x))
Combine(F(_, _), x, y) == F(x, y)
Exists(S, P(_)) == \E x \in S : P(x)
Chosen(S, P(_)) == CHOOSE x \in S : P(x)
RECURSIVE Sum(_)
Sum(S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN x + Sum(S \ {x})
RECURSIVE Reverse(_)
Reverse(s) == IF s = <<>> THEN <<>> ELSE Append(Reverse(Tail(s)), Head(s))
Becomes(v, e) == v' = e
OneOf(v, S) == v' \in S
Keeps(v) == UNCHANGED v
Both(A, B) == A /\ B
Either(A, B) == A \/ B
If(c, A, B) == IF c THEN A ELSE B
Some(S, A(_)) == \E x \in S : A(x)
Every(S, A(_)) == \A x \in S : A(x)
"""
VARIABLES: Final = ("v1", "v2", "v3")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its name, the types that it is made of, names of fields."""

    name: str
    of: tuple[Kind, ...] = ()
    fields: tuple[str, ...] = ()


INT: Final = Kind("int")
BOOL: Final = Kind("bool")
STR: Final = Kind("str")
MODEL: Final = Kind("model")
ACT: Final = Kind("act")
ATOMS: Final = (INT, INT, INT, BOOL, STR, MODEL)
KEYS: Final = (INT, INT, STR, MODEL)


def a_set(of: Kind) -> Kind:
    return Kind("set", (of,))


@dataclass(frozen=True, slots=True)
class Term:
    """TLA+ text with parts that are terms.

    `binds` are names that mean something in its parts only; `uses` is the
    name that it is, if it is one.
    """

    kind: Kind
    parts: tuple[str | Term, ...]
    binds: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    @property
    def children(self) -> list[Term]:
        return [part for part in self.parts if isinstance(part, Term)]

    def free(self) -> frozenset[str]:
        """Return the names that it uses and does not bind."""
        inside = frozenset[str]().union(*(child.free() for child in self.children))
        return self.uses | (inside - self.binds)

    def size(self) -> int:
        """Return how many terms it is made of."""
        return 1 + sum(child.size() for child in self.children)

    def smaller(self) -> Iterator[Term]:
        """Yield terms of the same type that are smaller, the boldest first."""
        yield from (Term(self.kind, (text,)) for text in self._plainest())
        yield from (
            part
            for part in self._descendants()
            if part.kind == self.kind and part.free() <= self.free()
        )
        for place, part in enumerate(self.parts):
            if isinstance(part, Term):
                before, after = self.parts[:place], self.parts[place + 1 :]
                for other in part.smaller():
                    yield replace(self, parts=(*before, other, *after))

    def _plainest(self) -> list[str]:
        texts = PLAINEST.get(self.kind.name, [])
        return [text for text in texts if self.size() > 1 and text != str(self)]

    def _descendants(self) -> Iterator[Term]:
        for child in self.children:
            yield child
            yield from child._descendants()


PLAINEST: Final = {
    "int": ["0", "1", "2"],
    "bool": ["TRUE", "FALSE"],
    "str": ['"a"'],
    "model": ["m1"],
    "set": ["{}"],
    "seq": ["<<>>"],
    "bag": ["EmptyBag"],
    "act": ["TRUE", "FALSE"],
}

Signature: TypeAlias = tuple[tuple[Kind, ...], Kind]


@dataclass(frozen=True)
class Scope:
    """What may be named here, and how deep terms may still become."""

    depth: int
    names: dict[str, Kind] = field(default_factory=dict)
    operators: dict[str, Signature] = field(default_factory=dict)
    level: int = 0  # how many names were bound on the way

    def deeper(self) -> Scope:
        return replace(self, depth=self.depth - 1)

    def fresh(self) -> str:
        """Return a name that nothing around has; neighbours may have it too."""
        return f"x{self.level}"

    def several(self, count: int) -> list[str]:
        """Return names that nothing around has."""
        return [f"x{self.level + more}" for more in range(count)]

    def having(self, name: str, kind: Kind | None = None) -> Scope:
        """Return the scope inside of a name; without a type it is only taken."""
        names = self.names | ({name: kind} if kind else {})
        return replace(self, names=names, level=self.level + 1)

    def without(self, name: str) -> Scope:
        """Return the scope where a name means nothing any more."""
        left = {other: of for other, of in self.names.items() if other != name}
        return replace(self, names=left)

    def applying(self, name: str, signature: Signature) -> Scope:
        return replace(
            self,
            operators=self.operators | {name: signature},
            level=self.level + 1,
        )


Maker: TypeAlias = "Callable[[Kind, Scope], Term]"


class Generator:
    """Makes terms, by chance.

    - wrong: how often a place gets a term of another type
    - partial: how often a place gets what may have no value, as Head(s) has
    - lazy: what might never be asked for may have no value: arguments, values
      of a function that is only applied
    """

    def __init__(
        self,
        seed: object,
        *,
        wrong: float = 0.0,
        partial: float = 1.0,
        lazy: bool = True,
    ) -> None:
        self.random = random.Random(str(seed))  # noqa: S311 - repeatable, not secret
        self.wrong = wrong
        self.partial = partial
        self.lazy = lazy
        common = [
            self.conditional, self.conditional, self.cases, self.let, self.let_operator,
            self.let_recursive, self.chosen, self.applied, self.applied, self.prelude,
            self.lambda_applied, self.element, self.looked_up, self.component,
            self.field_of,
        ]  # fmt: skip
        own: dict[str, list[Maker]] = {
            "int": [*[self.arithmetic] * 8, *[self.counted] * 3],
            "bool": [
                *[self.connective] * 4, *[self.comparison] * 4, *[self.quantified] * 4,
                *[self.membership] * 4,
            ],
            "set": [
                *[self.set_of] * 3, *[self.filtered] * 4, *[self.mapped] * 4,
                *[self.merged] * 4, *[self.special_set] * 4,
            ],
            "seq": [*[self.sequence] * 3, *[self.sequence_operator] * 5],
            "tup": [*[self.pair] * 4, *[self.excepted] * 3],
            "rec": [*[self.record] * 4, *[self.excepted] * 4],
            "fun": [*[self.function] * 5, *[self.excepted] * 4, self.joined],
            "bag": [self.bag] * 8,
        }  # fmt: skip
        self.makers = {
            name: [*common, *makers, *makers] for name, makers in own.items()
        } | {"str": common, "model": common}

    # The choice of a term

    def term(self, kind: Kind, scope: Scope) -> Term:
        """Return a term of a type, most of the time."""
        if self.chance(self.wrong):
            kind = self.kind(1)
        if scope.depth <= 0 or self.chance(0.08):
            return self.leaf(kind, scope)
        make = self.random.choice(self.makers[kind.name])
        if make.__name__ in PARTIAL and not self.chance(self.partial):
            make = self.conditional
        return make(kind, scope.deeper())

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def kind(self, depth: int = 2) -> Kind:
        """Return a type, not too deep."""
        pick = self.random.choice
        name = pick(["atom", "atom", "set", "seq", "tup", "rec", "fun", "bag"])
        if depth <= 0 or name == "atom":
            return pick(ATOMS)
        inner = [self.kind(depth - 1) for _ in range(2)]
        if name == "rec":
            names = self.random.sample(["a", "b", "c"], 2)
            return Kind("rec", tuple(inner), tuple(sorted(names)))
        if name in {"fun", "bag"}:
            return Kind(name, (pick(KEYS), inner[0]))
        return Kind(name, tuple(inner) if name == "tup" else (inner[0],))

    def leaf(self, kind: Kind, scope: Scope) -> Term:
        known = [name for name, of in scope.names.items() if of == kind]
        if known and self.chance(0.8):
            name = self.random.choice(known)
            return Term(kind, (name,), uses=frozenset({name.rstrip("'")}))
        return self.literal(kind, scope)

    def literal(self, kind: Kind, scope: Scope) -> Term:
        pick = self.random.choice
        flat = replace(scope, depth=0)
        if kind.name == "int":
            return Term(kind, (pick(["0", "1", "2", "3", "(-1)"]),))
        if kind.name == "bool":
            return Term(kind, (pick(["TRUE", "FALSE"]),))
        if kind.name == "str":
            return Term(kind, (pick(['"a"', '"b"', '"c"', '""']),))
        if kind.name == "model":
            return Term(kind, (pick(["m1", "m2", "m3"]),))
        if kind.name == "set":
            return self.set_of(kind, flat)
        if kind.name == "fun":
            return self.function(kind, flat)
        simple = {"seq": self.sequence, "tup": self.pair, "rec": self.record}
        return simple.get(kind.name, self.bag)(kind, flat)

    def form(
        self,
        kind: Kind,
        scope: Scope,
        text: str,
        *holes: Kind | Term,
        binds: Sequence[str] = (),
    ) -> Term:
        """Fill the `?` of a text with terms, made here if only a type is given."""
        terms = [
            self.term(hole, scope) if isinstance(hole, Kind) else hole for hole in holes
        ]
        first, *texts = text.split("?")
        pairs = zip(terms, texts, strict=True)
        parts = (first, *(part for pair in pairs for part in pair))
        return Term(kind, parts, binds=frozenset(binds))

    def pick(self, *texts: str) -> str:
        return self.random.choice(texts)

    # Terms of any type

    def conditional(self, kind: Kind, scope: Scope) -> Term:
        return self.form(kind, scope, "(IF ? THEN ? ELSE ?)", BOOL, kind, kind)

    def cases(self, kind: Kind, scope: Scope) -> Term:
        """Return a CASE; where both arms are true, TLC takes the first."""
        text, holes = "(CASE ? -> ? [] ? -> ?", (BOOL, kind, BOOL, kind)
        if self.chance(0.2 * self.partial):
            return self.form(kind, scope, f"{text})", *holes)
        return self.form(kind, scope, f"{text} [] OTHER -> ?)", *holes, kind)

    def let(self, kind: Kind, scope: Scope) -> Term:
        name, of = scope.fresh(), self.kind(1)
        body = self.term(kind, scope.having(name, of))
        text = f"(LET {name} == ? IN ?)"
        return self.form(kind, scope, text, of, body, binds=[name])

    def let_operator(self, kind: Kind, scope: Scope) -> Term:
        one, two = self.kind(1), self.kind(1)
        result = self.random.choice([kind, self.kind(1)])
        name, first, second = scope.several(3)
        inside = scope.having(name).having(first, one).having(second, two)
        meaning = self.term(result, inside)
        outside = inside.without(first).without(second)
        body = self.term(kind, outside.applying(name, ((one, two), result)))
        text = f"(LET {name}({first}, {second}) == ? IN ?)"
        return self.form(kind, scope, text, meaning, body, binds=[name, first, second])

    def let_recursive(self, kind: Kind, scope: Scope) -> Term:
        """Return a recursive operator or function that counts down, applied."""
        name, number = scope.several(2)
        operator = f"(LET RECURSIVE {name}(_) {name}({number}) == "
        text, again = operator, f"{name}({number} - 1)"
        if self.lazy and self.chance(0.5):  # it is applied to some of its domain only
            text, again = (
                rf"(LET {name}[{number} \in 0..3] == ",
                f"{name}[{number} - 1]",
            )
        called = again.replace(f"{number} - 1", self.pick("0", "1", "2", "3"))
        inside = scope.having(name).having(number)
        base = self.term(kind, inside)
        step = self.term(kind, inside.having(number, INT).having(again, kind))
        text += f"IF {number} <= 0 THEN ? ELSE ? IN {called})"
        return self.form(
            kind, scope, text, base, step, binds=[name, number, again]
        )  # fmt: skip

    def chosen(self, kind: Kind, scope: Scope) -> Term:
        name, test = self.under(BOOL, kind, scope)
        text = self.pick(rf"(CHOOSE {name} \in ? : ?)", f"Chosen(?, LAMBDA {name} : ?)")
        return self.form(kind, scope, text, a_set(kind), test, binds=[name])

    def under(self, kind: Kind, bound: Kind, scope: Scope) -> tuple[str, Term]:
        """Return a new name and a term that may have it."""
        name = scope.fresh()
        return name, self.term(kind, scope.having(name, bound))

    def applied(self, kind: Kind, scope: Scope) -> Term:
        """Apply an operator of a LET around, if one has this result."""
        fit = [name for name, (_, of) in scope.operators.items() if of == kind]
        if not fit:
            return self.leaf(kind, scope)
        name = self.random.choice(fit)
        given = [self.argument(of, scope) for of in scope.operators[name][0]]
        made = self.form(kind, scope, f"{name}(?, ?)", *given)
        return replace(made, uses=frozenset({name}))

    def prelude(self, kind: Kind, scope: Scope) -> Term:
        texts = ("Id(?)", "Apply(Id, ?)", "TLCEval(?)", "(?)")
        if self.chance(0.4):
            return self.form(kind, scope, self.pick(*texts), kind)
        unused = self.argument(self.kind(1), scope)
        if self.chance(0.5):
            text = self.pick("First(?, ?)", "Combine(First, ?, ?)")
            return self.form(kind, scope, text, kind, unused)
        text = self.pick("Second(?, ?)", "Combine(Second, ?, ?)")
        return self.form(kind, scope, text, unused, kind)

    def argument(self, kind: Kind, scope: Scope) -> Term:
        """Return an argument that might not be used: then it may be undefined."""
        return self.term(kind, scope) if self.lazy else self.leaf(kind, scope)

    def lambda_applied(self, kind: Kind, scope: Scope) -> Term:
        twice = self.chance(0.5)
        of = kind if twice else self.kind(1)
        name, body = self.under(kind, of, scope)
        text = f"{'Twice' if twice else 'Apply'}(LAMBDA {name} : ?, ?)"
        value = self.argument(of, scope)
        return self.form(kind, scope, text, body, value, binds=[name])

    def element(self, kind: Kind, scope: Scope) -> Term:
        sequence = Kind("seq", (kind,))
        if self.chance(0.5):
            return self.form(kind, scope, "Head(?)", sequence)
        return self.form(kind, scope, "?[?]", sequence, INT)

    def looked_up(self, kind: Kind, scope: Scope) -> Term:
        key = self.random.choice(KEYS)
        return self.form(kind, scope, "?[?]", Kind("fun", (key, kind)), key)

    def component(self, kind: Kind, scope: Scope) -> Term:
        place = self.random.choice([0, 1])
        kinds = [self.kind(0), self.kind(0)]
        kinds[place] = kind
        return self.form(kind, scope, f"?[{place + 1}]", Kind("tup", tuple(kinds)))

    def field_of(self, kind: Kind, scope: Scope) -> Term:
        name = self.pick("a", "b")
        other, first = self.kind(0), name == "a"
        kinds = (kind, other) if first else (other, kind)
        return self.form(kind, scope, f"?.{name}", Kind("rec", kinds, ("a", "b")))

    # Numbers and conditions

    def arithmetic(self, kind: Kind, scope: Scope) -> Term:
        text = self.pick(
            "(? + ?)", "(? + ?)", "(? - ?)", "(? - ?)", "(? * ?)", r"(? \div ?)",
            "(? % ?)", "(-?)", "(? ^ 2)", "(2 ^ ?)", "Combine(+, ?, ?)",
            "Combine(-, ?, ?)",
        )  # fmt: skip
        if not self.chance(self.partial):
            text = self.pick("(? + ?)", "(? - ?)", "(? * ?)", "(-?)")
        return self.form(kind, scope, text, *[INT] * text.count("?"))

    def counted(self, kind: Kind, scope: Scope) -> Term:
        key = self.random.choice(KEYS)
        bag = Kind("bag", (key,))
        text, holes = self.random.choice([
            ("Cardinality(?)", (a_set(self.kind(1)),)),
            ("Len(?)", (Kind("seq", (self.kind(1),)),)),
            ("Sum(?)", (a_set(INT),)),
            ("BagCardinality(?)", (bag,)),
            ("CopiesIn(?, ?)", (key, bag)),
        ])  # fmt: skip
        return self.form(kind, scope, text, *holes)

    def connective(self, kind: Kind, scope: Scope) -> Term:
        text = self.pick(
            r"(? /\ ?)", r"(? \/ ?)", "(? => ?)", "(? <=> ?)", "(~?)", "(? = ?)",
            r"(? \equiv ?)", r"Both(?, ?)", "Either(?, ?)",
        )  # fmt: skip
        return self.form(kind, scope, text, *[BOOL] * text.count("?"))

    def comparison(self, kind: Kind, scope: Scope) -> Term:
        if self.chance(0.4):
            text = f"(? {self.pick('<', '>', '<=', '>=')} ?)"
            return self.form(kind, scope, text, INT, INT)
        of = self.kind(2)
        if of.name == "bag" and self.chance(0.5):
            return self.form(kind, scope, r"(? \sqsubseteq ?)", of, of)
        return self.form(kind, scope, f"(? {self.pick('=', '#')} ?)", of, of)

    def quantified(self, kind: Kind, scope: Scope) -> Term:
        of, symbol = self.kind(1), self.pick(r"\A", r"\E")
        if self.chance(0.25):
            name, body = self.under(BOOL, of, scope)
            text = f"Exists(?, LAMBDA {name} : ?)"
            return self.form(kind, scope, text, a_set(of), body, binds=[name])
        bounds, holes, names, inner = self.bounds(scope)
        text = f"({symbol} {bounds} : ?)"
        return self.form(
            kind, scope, text, *holes, self.term(BOOL, inner), binds=names
        )  # fmt: skip

    def bounds(self, scope: Scope) -> tuple[str, list[Kind | Term], list[str], Scope]:
        r"""Return `x \in S`, `x, y \in S`, `<<x, y>> \in S` or `x \in S, y \in T`."""
        one, two = self.kind(1), self.kind(0)
        x, y = scope.several(2)
        shape = self.random.choice(["one", "one", "same", "pair", "two"])
        inner = scope.having(x, one)
        if shape == "one":
            return rf"{x} \in ?", [a_set(one)], [x], inner
        if shape == "same":
            return rf"{x}, {y} \in ?", [a_set(one)], [x, y], inner.having(y, one)
        inner = inner.having(y, two)
        if shape == "pair":
            pairs = a_set(Kind("tup", (one, two)))
            return rf"<<{x}, {y}>> \in ?", [pairs], [x, y], inner
        second = a_set(two) if self.lazy else self.few(two, replace(scope, depth=0))
        return rf"{x} \in ?, {y} \in ?", [a_set(one), second], [x, y], inner

    def membership(self, kind: Kind, scope: Scope) -> Term:
        of = self.kind(2)
        if self.chance(0.2):
            text = self.pick(r"(? \subseteq ?)", r"(? \in SUBSET ?)")
            return self.form(kind, scope, text, a_set(of), a_set(of))
        infinite = {"int": ["Nat", "Int"], "str": ["STRING"], "bool": ["BOOLEAN"]}
        if self.chance(0.2) and of.name in infinite:
            return self.form(
                kind, scope, rf"(? \in {self.pick(*infinite[of.name])})", of
            )
        if of.name in {"seq", "fun", "rec"} and self.chance(0.6):
            return self.typed(kind, of, scope)
        if self.chance(0.1):
            return self.form(kind, scope, "IsFiniteSet(?)", a_set(of))
        return self.form(kind, scope, rf"(? {self.pick(*IN)} ?)", of, a_set(of))

    def typed(self, kind: Kind, of: Kind, scope: Scope) -> Term:
        """Ask whether a structure is of a set of structures."""
        parts = [a_set(part) for part in of.of]
        if of.name == "seq":
            return self.form(kind, scope, r"(? \in Seq(?))", of, *parts)
        if of.name == "fun":
            return self.form(kind, scope, r"(? \in [? -> ?])", of, *parts)
        fields = ", ".join(f"{name} : ?" for name in of.fields)
        return self.form(kind, scope, rf"(? \in [{fields}])", of, *parts)

    # Sets

    def set_of(self, kind: Kind, scope: Scope) -> Term:
        count = self.random.choice([0, 1, 2, 2, 3])
        text = ", ".join("?" * count)
        return self.form(kind, scope, f"{{{text}}}", *[kind.of[0]] * count)

    def filtered(self, kind: Kind, scope: Scope) -> Term:
        name, test = self.under(BOOL, kind.of[0], scope)
        text = rf"{{{name} \in ? : ?}}"
        return self.form(kind, scope, text, kind, test, binds=[name])

    def mapped(self, kind: Kind, scope: Scope) -> Term:
        bounds, holes, names, inner = self.bounds(scope)
        value = self.term(kind.of[0], inner)
        return self.form(kind, scope, f"{{? : {bounds}}}", value, *holes, binds=names)

    def merged(self, kind: Kind, scope: Scope) -> Term:
        if self.chance(0.2):
            return self.form(kind, scope, "(UNION ?)", a_set(kind))
        symbol = self.pick(r"\cup", r"\cap", "\\")
        return self.form(kind, scope, f"(? {symbol} ?)", kind, kind)

    def special_set(self, kind: Kind, scope: Scope) -> Term:
        """Return a set that only its type of elements makes possible."""
        of = kind.of[0]
        if of.name == "int" and self.chance(0.7):
            text = self.pick("(0..2)", "(-1..1)", "(1..3)", "(2..1)", "Near(?)")
            return self.form(kind, scope, text, *[INT] * text.count("?"))
        if of.name == "bool" and self.chance(0.5):
            return Term(kind, ("BOOLEAN",))
        if of.name == "set" and self.chance(0.7):
            return self.form(kind, scope, "(SUBSET ?)", self.few(of.of[0], scope))
        if of.name == "tup" and self.chance(0.7):
            few = [self.few(part, scope) for part in of.of]
            return self.form(kind, scope, r"(? \X ?)", *few)
        if of.name == "rec" and self.chance(0.7):
            few = [self.few(part, scope) for part in of.of]
            text = ", ".join(f"{name} : ?" for name in of.fields)
            return self.form(kind, scope, f"[{text}]", *few)
        if of.name == "fun" and self.chance(0.7):
            few = [self.few(part, scope) for part in of.of]
            return self.form(kind, scope, "[? -> ?]", *few)
        if of in KEYS and self.chance(0.6):
            function, bag = Kind("fun", (of, self.kind(0))), Kind("bag", (of,))
            if self.chance(0.5):
                return self.form(kind, scope, "(DOMAIN ?)", function)
            return self.form(kind, scope, "BagToSet(?)", bag)
        name = self.pick("seq", "fun")
        whole = Kind("seq", (of,)) if name == "seq" else Kind("fun", (INT, of))
        return self.form(kind, scope, "Range(?)", whole)

    def few(self, of: Kind, scope: Scope) -> Term:
        """Return a set of three at most: others are made from it."""
        return self.set_of(a_set(of), scope)

    # Structures

    def sequence(self, kind: Kind, scope: Scope) -> Term:
        count = self.random.choice([0, 1, 2, 3])
        text = ", ".join("?" * count)
        return self.form(kind, scope, f"<<{text}>>", *[kind.of[0]] * count)

    def sequence_operator(self, kind: Kind, scope: Scope) -> Term:
        of = kind.of[0]
        if self.chance(0.2):
            name, test = self.under(BOOL, of, scope)
            text = f"SelectSeq(?, LAMBDA {name} : ?)"
            return self.form(kind, scope, text, kind, test, binds=[name])
        if self.chance(0.2):
            name, value = self.under(of, INT, scope)
            text = rf"[{name} \in 1..{self.pick('0', '2', '3')} |-> ?]"
            return self.form(kind, scope, text, value, binds=[name])
        text, holes = self.random.choice([
            ("Append(?, ?)", (kind, of)),
            (r"(? \o ?)", (kind, kind)),
            ("Tail(?)", (kind,)),
            ("SubSeq(?, ?, ?)", (kind, INT, INT)),
            ("SubSeq(?, 1, ?)", (kind, INT)),
            ("Reverse(?)", (kind,)),
            ("[? EXCEPT ![?] = ?]", (kind, INT, of)),
        ])  # fmt: skip
        if of == INT and self.chance(0.2):
            return self.form(kind, scope, "SortSeq(?, <)", kind)
        return self.form(kind, scope, text, *holes)

    def pair(self, kind: Kind, scope: Scope) -> Term:
        text = ", ".join("?" * len(kind.of))
        return self.form(kind, scope, f"<<{text}>>", *kind.of)

    def record(self, kind: Kind, scope: Scope) -> Term:
        fields = ", ".join(f"{name} |-> ?" for name in kind.fields)
        return self.form(kind, scope, f"[{fields}]", *kind.of)

    def function(self, kind: Kind, scope: Scope) -> Term:
        key, value = kind.of
        name, body = self.under(value, key, scope)
        if self.chance(0.3):
            text, holes = "(? :> ?)", (key, value)
            return self.form(kind, scope, text, *holes)
        text = rf"[{name} \in ? |-> ?]"
        return self.form(kind, scope, text, self.few(key, scope), body, binds=[name])

    def joined(self, kind: Kind, scope: Scope) -> Term:
        return self.form(kind, scope, "(? @@ ?)", kind, kind)

    def excepted(self, kind: Kind, scope: Scope) -> Term:
        """Return a structure with changes, of which the later see the earlier."""
        changes = [self.change(kind, scope) for _ in range(self.random.choice([1, 2]))]
        text = ", ".join(text for text, _ in changes)
        holes = [hole for _, holes in changes for hole in holes]
        return self.form(kind, scope, f"[? EXCEPT {text}]", kind, *holes, binds=["@"])

    def change(self, kind: Kind, scope: Scope) -> tuple[str, list[Kind | Term]]:
        """Return `!.a[?] = ?` and what fills it."""
        path, holes, at = "!", list[Kind | Term](), kind
        while at is kind or (at.name in PATHS and self.chance(0.7)):
            deep = at is kind or self.lazy  # else the key must have a value
            step, index, at = self.step(at, scope if deep else replace(scope, depth=0))
            path, holes = path + step, [*holes, *index]
        value = self.term(at, scope.having("@", at))
        return f"{path} = ?", [*holes, value]

    def step(self, kind: Kind, scope: Scope) -> tuple[str, list[Term], Kind]:
        """Return a step of a path into a structure."""
        if kind.name in {"fun", "seq"}:
            key = INT if kind.name == "seq" else kind.of[0]
            return "[?]", [self.term(key, scope)], kind.of[-1]
        place = self.random.randrange(len(kind.of))
        if kind.name == "rec":
            return f".{kind.fields[place]}", [], kind.of[place]
        return f"[{place + 1}]", [], kind.of[place]

    def bag(self, kind: Kind, scope: Scope) -> Term:
        text = self.pick("SetToBag(?)", "(? (+) ?)", "(? (-) ?)", "EmptyBag")
        if scope.depth <= 0:
            return self.form(kind, scope, "SetToBag(?)", self.few(kind.of[0], scope))
        hole = a_set(kind.of[0]) if "Set" in text else kind
        return self.form(kind, scope, text, *[hole] * text.count("?"))


IN: Final = (r"\in", r"\notin")
PARTIAL: Final = frozenset({"chosen", "element", "looked_up", "sequence_operator"})
PATHS: Final = frozenset({"fun", "seq", "rec", "tup"})


# --------------------------------------------------------------------------
# Actions


@dataclass(frozen=True, slots=True)
class Machine:
    """A small state machine over the variables: initial terms and actions.

    Each action is a body and, perhaps, a set that its parameter ranges over.
    """

    initial: tuple[Term, ...]
    actions: tuple[tuple[Term, Term | None], ...]

    def size(self) -> int:
        """Return how many terms it is made of."""
        terms = [*self.initial, *(term for pair in self.actions for term in pair)]
        return sum(term.size() for term in terms if term)

    def smaller(self) -> Iterator[Machine]:
        """Yield smaller machines, the boldest first."""
        for place, (body, among) in enumerate(self.actions):
            before, after = self.actions[:place], self.actions[place + 1 :]
            if len(self.actions) > 1:
                yield Machine(self.initial, (*before, *after))
            if among is not None and "p" not in body.free():
                yield Machine(self.initial, (*before, (body, None), *after))
            for other in body.smaller():
                yield Machine(self.initial, (*before, (other, among), *after))
            for fewer in among.smaller() if among else ():
                yield Machine(self.initial, (*before, (body, fewer), *after))
        for place, term in enumerate(self.initial):
            head, tail = self.initial[:place], self.initial[place + 1 :]
            for other in term.smaller():
                yield Machine((*head, other, *tail), self.actions)

    def lines(self, number: int, steps: int) -> list[str]:
        """Return its definitions: `Init7`, `Next7`, and one for each action.

        `which` is its number for ever; `step` counts, so that it ends.
        """
        initial = r" /\ ".join(map(str, self.initial))
        lines = [rf"Init{number} == which = {number} /\ step = 0 /\ {initial}"]
        disjuncts = []
        for place, (body, among) in enumerate(self.actions):
            name = f"A{number}_{place}"
            head = name if among is None else f"{name}(p)"
            guard = rf"which = {number} /\ step < {steps} /\ PrintT({number})"
            lines.append(
                rf"{head} == {guard} /\ which' = which /\ step' = step + 1 /\ {body}"
            )
            disjuncts.append(
                head
                if among is None
                else rf"\E p \in IF which = {number} THEN {among} ELSE {{}} : {head}"
            )
        joined = r" \/ ".join(f"({disjunct})" for disjunct in disjuncts)
        return [*lines, f"Next{number} == {joined}"]


class Machines:
    r"""Makes machines.

    `lazy` also allows what an engine can only do if it passes terms, not
    values: parameters that are primed, actions as arguments; and `\A` that
    assigns.
    """

    def __init__(self, seed: object, *, wrong: float = 0.0, lazy: bool = True) -> None:
        self.terms = Generator(seed, wrong=wrong, partial=0.1, lazy=lazy)
        self.random = self.terms.random
        self.pick, self.chance = self.terms.pick, self.terms.chance
        self.lazy = lazy
        self.kinds: dict[str, Kind] = {}

    def machine(self) -> Machine:
        """Return a machine with one type for each variable."""
        self.kinds = {name: self.terms.kind(1) for name in VARIABLES}
        initial = tuple(self.start(name, kind) for name, kind in self.kinds.items())
        count = self.random.choice([1, 2, 3])
        return Machine(initial, tuple(self.action() for _ in range(count)))

    def start(self, name: str, kind: Kind) -> Term:
        scope = Scope(0)
        if self.chance(0.3):
            among = self.terms.few(kind, scope)
            return self.form(BOOL, scope, rf"{name} \in ?", among)
        value = self.terms.literal(kind, scope)
        return self.form(BOOL, scope, f"{name} = ?", value)

    def form(
        self,
        kind: Kind,
        scope: Scope,
        text: str,
        *holes: Kind | Term,
        binds: Sequence[str] = (),
    ) -> Term:
        return self.terms.form(kind, scope, text, *holes, binds=binds)

    def action(self) -> tuple[Term, Term | None]:
        scope = Scope(3, dict(self.kinds))
        if self.chance(0.6):
            return self.assigns(VARIABLES, scope), None
        of = self.terms.kind(0)
        among = self.terms.few(of, Scope(1, dict(self.kinds)))
        return self.assigns(VARIABLES, scope.having("p", of)), among

    def assigns(self, names: Sequence[str], scope: Scope) -> Term:
        """Return an action that gives each of the variables its next value."""
        if self.chance(self.terms.wrong):
            names = names[1:]  # a variable without a next value
        if not names:
            return self.guard(scope)
        if scope.depth <= 0:
            return self.conjoined(names, scope)
        makers = [
            *[self.conjoined] * 3, self.either, self.quantified, self.conditional,
            self.cases, self.let, self.let_operator, self.boxed,
            *([self.passed, self.universal, self.every] if self.lazy else []),
        ]  # fmt: skip
        return self.random.choice(makers)(names, scope.deeper())

    def conjoined(self, names: Sequence[str], scope: Scope) -> Term:
        """Return a conjunction; later parts may name what earlier ones assign."""
        if len(names) == 1 and self.chance(0.8):
            return self.single(names[0], scope)
        order = self.random.sample(names, len(names))
        cut = self.random.randrange(1, len(order)) if len(order) > 1 else 1
        head = self.part(order[:cut], scope)
        after = scope
        for name in order[:cut]:
            after = after.having(f"{name}'", self.kinds[name])
        rest = self.part(order[cut:], after)
        first, last = self.random.choice([(self.guard(scope), rest), (rest, None)])
        if last is None:
            return self.form(ACT, scope, r"(? /\ ?)", head, first)
        return self.form(ACT, scope, r"(? /\ ? /\ ?)", first, head, last)

    def part(self, names: Sequence[str], scope: Scope) -> Term:
        if len(names) == 1:
            return self.single(names[0], scope)
        return self.assigns(names, scope.deeper())

    def single(self, name: str, scope: Scope) -> Term:
        kind = self.kinds[name]
        few = self.terms.few(kind, scope)
        if self.chance(0.15):
            return Term(ACT, (self.pick(f"(UNCHANGED {name})", f"({name}' = {name})"),))
        if self.chance(0.25):
            return self.form(ACT, scope, rf"({name}' \in ?)", few)
        if self.lazy and self.chance(0.2):
            text = self.pick(f"Becomes({name}, ?)", f"OneOf({name}, ?)")
            hole = kind if "Becomes" in text else few
            return self.form(ACT, scope, text, hole)
        if self.lazy and self.chance(0.05):
            return Term(ACT, (f"Keeps({name})",))
        return self.form(ACT, scope, f"({name}' = ?)", kind)

    def guard(self, scope: Scope) -> Term:
        """Return a condition, often one about next values or about ENABLED."""
        inner = replace(scope, depth=min(scope.depth, 2))
        primed = [name for name in scope.names if name.endswith("'")]
        if self.chance(0.15):
            plain = replace(inner, names=dict(self.kinds), depth=1)
            names = self.random.sample(VARIABLES, self.random.choice([1, 3]))
            return self.form(ACT, scope, "ENABLED ?", self.assigns(names, plain))
        if primed and self.chance(0.3):
            return self.of_the_next_state(primed, inner)
        text = self.pick("?", r"(TRUE \/ ?)", r"(~?)")
        return self.form(ACT, scope, text, self.terms.term(BOOL, inner))

    def of_the_next_state(self, primed: Sequence[str], scope: Scope) -> Term:
        """Return a condition on variables of the next state: `(e)' = e`."""
        names = {name[:-1]: self.kinds[name[:-1]] for name in primed}
        kind = self.kinds[self.random.choice(list(names))]
        then = self.terms.term(kind, Scope(scope.depth, names))
        if self.chance(0.5):
            return self.form(ACT, scope, "(?' # ?)", then, kind)
        text = f"(LET {scope.fresh()} == ? IN {scope.fresh()}' = ?)"
        inner = scope.having(scope.fresh())
        return self.form(ACT, inner, text, then, kind, binds=[scope.fresh()])

    def either(self, names: Sequence[str], scope: Scope) -> Term:
        ways = self.assigns(names, scope), self.assigns(names, scope)
        texts = [r"(? \/ ?)", *(["Either(?, ?)"] if self.lazy else [])]
        return self.form(ACT, scope, self.pick(*texts), *ways)

    def quantified(self, names: Sequence[str], scope: Scope) -> Term:
        of, name = self.terms.kind(0), scope.fresh()
        among = self.terms.few(of, scope)
        body = self.assigns(names, scope.having(name, of))
        lambdas = [f"Some(?, LAMBDA {name} : ?)"] if self.lazy else []
        text = self.pick(rf"(\E {name} \in ? : ?)", *lambdas)
        return self.form(ACT, scope, text, among, body, binds=[name])

    def conditional(self, names: Sequence[str], scope: Scope) -> Term:
        ways = self.assigns(names, scope), self.assigns(names, scope)
        texts = ["(IF ? THEN ? ELSE ?)", *(["If(?, ?, ?)"] if self.lazy else [])]
        return self.form(ACT, scope, self.pick(*texts), BOOL, *ways)

    def cases(self, names: Sequence[str], scope: Scope) -> Term:
        one, two = self.assigns(names, scope), self.assigns(names, scope)
        if self.chance(0.5):
            text = "(CASE ? -> ? [] OTHER -> ?)"
            return self.form(ACT, scope, text, BOOL, one, two)
        text = "(CASE ? -> ? [] ? -> ?)"
        return self.form(ACT, scope, text, BOOL, one, BOOL, two)

    def let(self, names: Sequence[str], scope: Scope) -> Term:
        name, of = scope.fresh(), self.terms.kind(1)
        body = self.assigns(names, scope.having(name, of))
        text = f"(LET {name} == ? IN ?)"
        return self.form(ACT, scope, text, of, body, binds=[name])

    def let_operator(self, names: Sequence[str], scope: Scope) -> Term:
        """Return an action that is an operator's, applied."""
        of, (name, given) = self.terms.kind(0), scope.several(2)
        inner = scope.having(name)
        meaning = self.assigns(names, inner.having(given, of))
        value = self.terms.term(of, inner)
        text = f"(LET {name}({given}) == ? IN {name}(?))"
        return self.form(ACT, scope, text, meaning, value, binds=[name, given])

    def boxed(self, names: Sequence[str], scope: Scope) -> Term:
        inside, variables = self.assigns(names, scope), ", ".join(names)
        text = self.pick(f"[?]_<<{variables}>>", f"<<?>>_<<{variables}>>")
        return self.form(ACT, scope, f"({text})", inside)

    def passed(self, names: Sequence[str], scope: Scope) -> Term:
        """Pass actions to operators."""
        action = self.assigns(names, scope)
        text = self.pick("Id(?)", "Apply(Id, ?)", "Both(TRUE, ?)", "First(?, 1)")
        return self.form(ACT, scope, text, action)

    def universal(self, names: Sequence[str], scope: Scope) -> Term:
        r"""Return `\A x \in {e} : A`, which is A for one value."""
        of, name = self.terms.kind(0), scope.fresh()
        text = self.pick(
            rf"(\A {name} \in {{?}} : ?)", f"Every({{?}}, LAMBDA {name} : ?)"
        )
        body = self.assigns(names, scope.having(name, of))
        return self.form(ACT, scope, text, of, body, binds=[name])

    def every(self, names: Sequence[str], scope: Scope) -> Term:
        r"""Return a `\A` of which the first value assigns and the others check."""
        name = scope.fresh()
        among = self.terms.few(INT, scope)
        body = self.assigns(names, scope.having(name))
        text = rf"(\A {name} \in ? : ?)"
        return self.form(ACT, scope, text, among, body, binds=[name])
