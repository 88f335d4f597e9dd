r"""Specs that chance makes up, about a few names that one could mistake for each other.

What actions read and change, for one name, for two, for all or for none, is written
from templates: `$i`, `$b` and `$n` stand for a number, a condition and a name, `$x`
and `$y` for new names, and `$I` and `$B` for what may be about `$x`, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

__all__ = ["Author"]

T = TypeVar("T")

BEGINNINGS: Final = {
    "f": r"[x \in P |-> 0]",
    "s": "{}",
    "g": "0",
    "o": "None",
    "m": "{}",
    "b": "EmptyBag",
    "l": "<<>>",
    "r": "{}",
    "h": "<<>>",
    "w": r"[x \in P |-> {}]",
    "t": r"[x \in T |-> 0]",
    "c": "[n |-> 0, by |-> None]",
}
"""The variables, each of another sort, and what they have at first."""

NUMBERS: Final = (
    *("0", "1", "2", "g", "g", "f[$n]", "f[$n]", "f[$n]", "c.n"),
    *("Cardinality(s)", "Len(l)", "CopiesIn($n, b)", "Cardinality(w[$n])"),
    *(r"(IF $n \in DOMAIN h THEN h[$n] ELSE 0)", "Cardinality(m)"),
    *("(IF $b THEN $i ELSE $i)", "Plus($i, $i)", "Sum(f, P)"),
    *("(LET $x == $i IN $x + $x)", r"Cardinality({$x \in P : $B})"),
    *("(CASE $b -> $i [] OTHER -> $i)", "Twice(LAMBDA $x : $x + $i, $i)"),
    *(r"(CHOOSE $x \in 0..2 : $x % 3 = ($i) % 3)", "Double($i)"),
)
CONDITIONS: Final = (
    *("$i = $i", "$i < $i", "f[$n] = $i", "f[$n] > 0", "f[$n] # f[$n]", "g = 0"),
    *(r"$n \in s", r"$n \notin s", "$n = o", "o = None", "$n # $n", "c.by = $n"),
    *(r"[by |-> $n, k |-> $i] \in m", "BagIn($n, b)", r"<<$n, $n>> \in r"),
    *(r"$n \in DOMAIN h", "$n = None", r"$n \in w[$n]", "~($b)", r"($b) /\ ($b)"),
    *(r"($b) \/ ($b)", "(($b) => ($b))", "(IF $b THEN $b ELSE $b)"),
    *(r"(\E $x \in P : $B)", r"(\A $x \in P : $B)", r"(\E $x \in s : $B)"),
    *("s = {}", "s = P", "s = {$n}", "Busy = {$n}", r"$n \in Busy", "m = {}"),
    *("Someone(LAMBDA $x : $B)", "(LET $x($y) == $y = $n IN $x($n))", "c.n = 0"),
    *(r"\E $x \in DOMAIN h : h[$x] = $i", "(l # <<>> /\\ l[1] = $n)", r"s \subseteq P"),
)
UPDATES: Final = {
    "f": (
        "f' = [f EXCEPT ![$n] = ($i) % 3]",
        "f' = [f EXCEPT ![$n] = (@ + 1) % 3]",
        "f' = [f EXCEPT ![$n] = (@ + $i) % 3]",
        "f' = [f EXCEPT ![$n] = IF $b THEN @ ELSE 1]",
        "f' = [f EXCEPT ![$n] = 1, ![$n] = @ + 1]",
        r"f' = [$x \in P |-> IF $B THEN f[$x] ELSE ($I) % 3]",
        "f' = IF $b THEN [f EXCEPT ![$n] = 1] ELSE f",
        r"f' \in {[f EXCEPT ![$n] = 1], [f EXCEPT ![$n] = 2]}",
        r"\E $x \in 0..1 : f' = [f EXCEPT ![$n] = $x]",
        "f' = ($n :> 2) @@ f",
        "f' = LET $x == [f EXCEPT ![$n] = 1] IN [$x EXCEPT ![$n] = 2]",
        "Put(f, [f EXCEPT ![$n] = ($i) % 3])",
        "f' = [[f EXCEPT ![$n] = 2] EXCEPT ![$n] = (@ + 1) % 3]",
        r"f[$n] = 0 /\ f' = [f EXCEPT ![$n] = 1]",
        "f' = With(f, $n, ($i) % 3)",
        "f' = Changed(LAMBDA $x : ($x + 1) % 3, $n)",
        "f' = [f EXCEPT ![$n] = 1] /\\ f'[$n] = 1",
    ),
    "s": (
        *(r"s' = s \cup {$n}", r"s' = s \ {$n}", "s' = {$n}", r"s' = P \ s"),
        *(r"s' = {$x \in P : $B}", r"s' = s \cup {$n, $n}", r"s' = {$n} \cup s"),
        *(r"s' = s \cup (IF $b THEN {$n} ELSE {})", r"s' = (s \ {$n}) \cup {$n}"),
        *(r"s' \in {s, s \cup {$n}}", r"s' = s \cup {$x \in P : $B}"),
        *(r"$n \in s /\ s' = s \ {$n}", r"s' = s \cup {$n} /\ $n \in s'"),
        *(r"s' = LET $x == {$n} IN s \cup $x", r"s' \in SUBSET s"),
        *(r"s' = s \cup CASE $b -> {$n} [] OTHER -> {}", r"s' = s \cup UNION {{$n}}"),
    ),
    "g": ("g' = (g + 1) % 3", "g' = ($i) % 3", r"g' \in {0, ($i) % 3}", "G!Bump"),
    "o": (
        *("o' = $n", "o' = None", "o' = IF $b THEN $n ELSE o", "o = None /\\ o' = $n"),
        *(r"o' \in {$n, None}", r"o' \in s \cup {None}", "o = $n /\\ o' = None"),
    ),
    "m": (
        r"m' = m \cup {[by |-> $n, k |-> ($i) % 2]}",
        r"m' = m \cup {[by |-> $n, k |-> IF $b THEN 0 ELSE 1]}",
        r"m' = m \ {[by |-> $n, k |-> 0]}",
        r"[by |-> $n, k |-> 1] \in m /\ m' = m \ {[by |-> $n, k |-> 1]}",
        r"m' = m \cup {[by |-> $x, k |-> 0] : $x \in P}",
        r"m' = {$x \in m : $x.by # $n}",
        r"\E $x \in m : m' = m \ {$x}",
    ),
    "b": (
        *(r"BagCardinality(b) < 3 /\ b' = b (+) SetToBag({$n})",),
        *("b' = b (-) SetToBag({$n})", r"BagIn($n, b) /\ b' = b (-) SetToBag({$n})"),
        *(r"CopiesIn($n, b) < 1 /\ b' = b (+) SetToBag(IF $b THEN {$n} ELSE {})",),
        *(r"CopiesIn($n, b) < 2 /\ b' = SetToBag({$n}) (+) b", "b' = EmptyBag"),
    ),
    "l": (
        *(r"Len(l) < 2 /\ l' = Append(l, $n)", r"l # <<>> /\ l' = Tail(l)"),
        *("l' = SelectSeq(l, LAMBDA $x : $x # $n)", "l' = <<$n>>"),
    ),
    "r": (
        *(r"r' = r \cup {<<$n, $n>>}", r"r' = r \ {<<$n, $n>>}", r"r' = {}"),
        *(r"r' = {$x \in r : $x[1] # $n}", r"r' = {<<$x, $n>> : $x \in P}"),
    ),
    "h": (
        *("h' = ($n :> ($i) % 2) @@ h", "h' = h @@ ($n :> ($i) % 2)"),
        *(r"h' = [$x \in DOMAIN h \ {$n} |-> h[$x]]",),
        *(r"$n \in DOMAIN h /\ h' = [h EXCEPT ![$n] = 1 - @]",),
        *(r"\E $x \in DOMAIN h : h' = [h EXCEPT ![$x] = 0]",),
    ),
    "w": (
        *(r"w' = [w EXCEPT ![$n] = @ \cup {$n}]", "w' = [w EXCEPT ![$n] = {}]"),
        *(r"w' = [w EXCEPT ![$n] = {$n}]", r"w' = [w EXCEPT ![$n] = w[$n]]"),
    ),
    "t": (
        *(r"\E $x \in T : t' = [t EXCEPT ![$x] = 1 - @]", r"t' = [$x \in T |-> 1]"),
        *(r"\E $x \in T : t[$x] = 0 /\ t' = [t EXCEPT ![$x] = ($i) % 2]",),
    ),
    "c": (
        *("c' = [c EXCEPT !.n = (@ + 1) % 3]", "c' = [c EXCEPT !.by = $n]"),
        *("c' = [n |-> ($i) % 3, by |-> $n]", "c' = [c EXCEPT !.by = None, !.n = 0]"),
        *("c.by = None /\\ c' = [c EXCEPT !.by = $n]",),
    ),
}
DRAWN: Final = (
    *(((p,), r"\E {0} \in P : {a}({0})") for p in ("p", "p", "p", "p")),
    (("p", "q"), r"\E {0}, {1} \in P : {a}({0}, {1})"),
    (("p", "q"), r"\E {0} \in P : \E {1} \in P : {a}({0}, {1})"),
    (("p", "q"), r"\E {0} \in P, {1} \in P \ {{None}} : {a}({0}, {1})"),
    ((), "{a}"),
    (("z",), r"\E {0} \in [by : P, k : {{0, 1}}] : {a}({0})"),
    (("z",), r"\E {0} \in Letters : {a}({0})"),
    (("z",), r"\E {0} \in m : {a}({0})"),
    (("p",), r"\E {0} \in s : {a}({0})"),
    (("k",), r"\E {0} \in 0..1 : {a}({0})"),
    (("p", "k"), r"\E {0} \in P : \E {1} \in {{0, 2}} : {a}({0}, {1})"),
    (("p", "k"), r"\E {1} \in {{0, 2}} : \E {0} \in P : {a}({0}, {1})"),
    (("p",), r"(\E {0} \in P : {a}({0}) \/ \E {1} \in s : {a}({1}))"),
    (("p",), r"\E {0} \in P \ s : {a}({0})"),
    (("p",), r"\E {1} \in P \X {{1, 2}} : {a}({1}[1])"),
)
"""Parameters of an action, and how Next draws them."""

NAMED_BY: Final = {"p": "p", "q": "q", "z": "z.by"}
"""What a parameter gives a name by."""

WAYS: Final = (
    *("$u", "$u", "$u", "$u", "$c\n  /\\ $u", "$c\n  /\\ $u", "$u\n  /\\ $c"),
    "IF $c THEN $u ELSE $u",
    "($c /\\ $u) \\/ ($c /\\ $u)",
    "CASE $c -> $u [] OTHER -> $u",
    "LET $x == $c IN $x /\\ $u",
    "\\E $x \\in P : $C /\\ $U",
    "\\E $x \\in P : $C /\\ $u",
    "\\E $x \\in s : $C /\\ $U",
    "(\\A $x \\in P : $C) /\\ $u",
    "Always($c) /\\ $u",
)
"""What an action may look like; `$c` are its conditions, `$u` is what it does."""

HELPERS: Final = r"""
Plus(x, y) == x + y
Double(x) == Plus(x, x)
Twice(F(_), x) == F(F(x))
Someone(F(_)) == \E x \in P : F(x)
Always(x) == x
Put(v, x) == v' = x
With(x, k, y) == [x EXCEPT ![k] = y]
Letters == {[by |-> x, k |-> y] : x \in P, y \in {0, 1}}
RECURSIVE Sum(_, _)
Sum(x, S) ==
  IF S = {} THEN 0 ELSE LET y == CHOOSE y \in S : TRUE IN x[y] + Sum(x, S \ {y})
"""
OF_VARIABLES: Final = {
    "f": "Busy == {x \\in P : f[x] > 0}\nTotal == Sum(f, P)\n"
    "Changed(F(_), x) == [f EXCEPT ![x] = F(@)]\n",
    "s": "Size == Cardinality(s)\n",
    "g": "G == INSTANCE Counter WITH n <- g\n",
}
COUNTER: Final = r"""---- MODULE Counter ----
EXTENDS Naturals
VARIABLE n
Bump == n < 2 /\ n' = n + 1
"""
_NEEDED: Final = {"Busy": "f", "Changed": "f", "G": "g"}
"""What is defined only if there is a variable."""
_PLAIN: Final = {"i": "1", "b": "TRUE"}


class Author:
    """Writes one spec.

    - variables: those that it has, in order
    - from_states: actions whose arguments are drawn from what a state has
    - boss: whether one of the names has a constant of its own
    """

    def __init__(self, random: random.Random) -> None:
        self.random = random
        some = random.sample(sorted(BEGINNINGS), random.choice((2, 2, 3, 4)))
        self.variables = sorted({"f", *some} if self._once_in(2) else some)
        self.from_states: list[str] = []
        self.boss = self._once_in(7)
        self._chooses = self._once_in(4)
        self._several = self._once_in(4)
        self._new = 0

    def modules(self) -> dict[str, str]:
        """Return Made, the spec, and Told, in which `step` is what was done last."""
        actions = [self.action(f"A{n}") for n in range(self.random.randrange(4, 9))]
        drawn = [*(each for _, each in actions), "Never"]
        vs = ", ".join(self.variables)
        made = [
            "---- MODULE Made ----\nEXTENDS Naturals, Sequences, FiniteSets, Bags, TLC",
            f"CONSTANTS P, T, None{', Boss' if self.boss else ''}\nVARIABLES {vs}",
            f"vars == <<{vs}>>\nInit == {self.init()}\n{HELPERS}",
            *(OF_VARIABLES[v] for v in self.variables if v in OF_VARIABLES),
            *(text for text, _ in actions),
            "Never == FALSE /\\ UNCHANGED vars",
            "\n  \\/ ".join(["Next ==", *drawn]),
        ]
        told = [
            "---- MODULE Told ----\nEXTENDS Made\nVARIABLE step",
            "Begin == Init /\\ step = <<>>",
            "\n  \\/ ".join(["Go ==", *map(_told, drawn)]),
        ]
        texts = {"Made": made, "Told": told, "Counter": [COUNTER]}
        return {name: "\n".join([*each, "====\n"]) for name, each in texts.items()}

    def init(self) -> str:
        """Return the initial condition, which several states may meet."""
        first = {v: f"{v} = {BEGINNINGS[v]}" for v in self.variables}
        if "f" in first and self._several:
            first["f"] = r"f \in [P -> {0, 1}]"
        return _together(first.values())

    def action(self, name: str) -> tuple[str, str]:
        """Return the definition of an action, and how Next takes it."""
        parameters, drawn = self._one_of(d for d in DRAWN if self._fits(d[1]))
        names = [NAMED_BY[each] for each in parameters if each in NAMED_BY]
        head = f"{name}({', '.join(parameters)})" if parameters else name
        if re.search(r"\b[sm]\b", drawn):
            self.from_states.append(name)
        within = drawn.format(self._unused(), self._unused(), a=name)
        return f"{head} ==\n  /\\ {self.body(names)}\n", within

    def body(self, names: Sequence[str]) -> str:
        """Return what changes one or two variables, and leaves the others."""
        targets = self.random.sample(self.variables, self._one_of((1, 1, 1, 2)))
        text = self.filled(self._one_of(filter(self._fits, WAYS)), names, targets)
        left = [v for v in self.variables if v not in targets]
        if not left:
            return text
        each = [self._one_of((f"UNCHANGED {v}", f"{v}' = {v}")) for v in left]
        every = f"UNCHANGED <<{', '.join(left)}>>"
        return f"{text}\n  /\\ {self._one_of((every, _together(each)))}"

    def filled(
        self,
        text: str,
        names: Sequence[str],
        targets: Sequence[str] = (),
        depth: int = 0,
    ) -> str:
        """Return a template with something in each of its places."""
        new = {"x": self._unused(), "y": self._unused()}

        def put(place: re.Match[str]) -> str:
            what = place[1]
            if what in new:
                return new[what]
            about = [*names, new["x"]] if what.isupper() else names
            return self.part(what.lower(), about, targets, depth + 1)

        return re.sub(r"\$(\w)", put, text)

    def part(
        self, what: str, names: Sequence[str], targets: Sequence[str], depth: int
    ) -> str:
        """Return what comes in a place of a template."""
        match what:
            case "n":
                return self.name(names)
            case "c":
                some = range(self._one_of((0, 1, 1, 2)))
                parts = ["TRUE", *(self.part("b", names, (), 1) for _ in some)]
            case "u":
                parts = [self.filled(self.update(v, names), names) for v in targets]
            case _:
                return self.filled(
                    self.expression(what, names, depth), names, (), depth
                )
        return _together(parts)

    def expression(self, what: str, names: Sequence[str], depth: int) -> str:
        """Return a template of a number or a condition, and a short one inside."""
        table = NUMBERS if what == "i" else CONDITIONS
        fitting = [text for text in table if self._fits(text, names)]
        short = [text for text in fitting if not re.search(r"\$[ibIBx]", text)]
        return self._one_of((short or [_PLAIN[what]]) if depth > 2 else fitting)

    def update(self, variable: str, names: Sequence[str]) -> str:
        """Return a template of what gives a variable its new value."""
        fitting = [text for text in UPDATES[variable] if self._fits(text, names)]
        return self._one_of([*fitting, f"{variable}' = {variable}"])

    def name(self, names: Sequence[str]) -> str:
        """Return an expression for a name, mostly one of these as it is."""
        one, new = self._one_of(names), self._unused()
        if self._chooses and self._once_in(3):
            some = self._one_of(
                ("P", f"P \\ {{{one}}}", f"{{{one}, {self._one_of(names)}}}")
            )
            return rf"(CHOOSE {new} \in {some} : TRUE)"
        if self._once_in(16):
            return rf"(CHOOSE {new} \in P : {new} = {one})"
        if "o" in self.variables and self._once_in(16):
            return f"(IF o = None THEN {one} ELSE o)"
        return "Boss" if self.boss and self._once_in(16) else one

    def _fits(self, text: str, names: Sequence[str] = ("p",)) -> bool:
        """Whether a template mentions no variable that there is not."""
        words = set(re.findall(r"\b[A-Za-z]+\b", re.sub(r"\$\w", "", text)))
        words |= {_NEEDED[word] for word in words & _NEEDED.keys()}
        missing = words & BEGINNINGS.keys() - {*self.variables}
        return not missing and (bool(names) or "$n" not in text)

    def _one_of(self, some: Iterable[T]) -> T:
        return self.random.choice([*some])

    def _once_in(self, times: float) -> bool:
        return self.random.random() * times < 1

    def _unused(self) -> str:
        self._new += 1
        return f"x{self._new}"


def _together(conjuncts: Iterable[str]) -> str:
    joined = " /\\ ".join(f"({each})" for each in conjuncts)
    return f"({joined})"


def _told(drawn: str) -> str:
    """Return how Next takes an action, and that it is what was done."""

    def told(call: re.Match[str]) -> str:
        given = "".join(f", {each}" for each in call.groups()[1:] if each)
        return f'({call[0]} /\\ step\' = <<"{call[1]}"{given}>>)'

    return re.sub(r"\b(A\d+|Never)(?:\(([^()]*)\))?", told, drawn)
