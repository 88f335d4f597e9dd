"""Conditions leave the loops on which they do not depend, and mean the same."""

from __future__ import annotations

import random
from textwrap import dedent, indent
from typing import Any

import pytest

from pyspec.language.lifting import lifted
from pyspec.language.program import _guarded


class Undefined(Exception):
    """Something was evaluated that has no value."""


def lift(text: str) -> str:
    """Return what becomes of a generator's body; PRINT has an effect."""
    lines = indent(dedent(text).strip("\n"), "    ").split("\n")
    return dedent("\n".join(lifted(lines, "PRINT".__eq__)))


def test_condition_of_the_outer_name_is_asked_once() -> None:
    found = lift("""
        for b1 in every(v1()):
            for b2 in every(v2()):
                if c1(b1) and c2(b1, b2):
                    yield b2
    """)
    assert "for b2 in guarded(every(v2()), lambda: c1(b1)):" in found
    assert "if c2(b1, b2):" in found


def test_two_names_from_one_set_are_one_loop() -> None:
    found = lift("""
        for b1 in every(t1):
            for b2 in every(t1):
                p1 = (b1, b2)
                if c1(s1):
                    if eq(apply(p1, 1), s2) and c2(p1):
                        yield p1
    """)
    assert "for b1 in guarded(every(t1), lambda: c1(s1)):" in found
    assert "for b2 in guarded(every(t1), lambda: eq(b1, s2)):" in found


@pytest.mark.parametrize(
    "body",
    [
        "if c1(b1): yield b1",
        "if PRINT(s1): yield b1",
        "if e1(s1): yield b1",
        "n1 = v1(s1)\n    if c1(s1): yield n1",
        "if c1(s1): yield 1\n    if c2(s1): yield 2",
    ],
)
def test_what_may_not_be_lifted_stays(body: str) -> None:
    assert "guarded" not in lift(f"for b1 in every(s9):\n    {body}")


def test_disjunction_is_lifted_whole() -> None:
    found = lift("""
        for b1 in every(s1):
            if c1(s2) or c2(s3):
                yield b1
    """)
    assert "guarded(every(s1), lambda: c1(s2) or c2(s3))" in found


def run(body: str, names: dict[str, Any]) -> tuple[list[object], bool]:
    """Return what a generator gives, and whether it failed then."""
    space = dict(names)
    exec(f"def f():\n    if False: yield\n{indent(dedent(body), '    ')}", space)  # noqa: S102 - a test's own text
    given: list[object] = []
    try:
        for value in space["f"]():
            given.append(value)  # noqa: PERF402 - what came before it failed counts
    except Undefined:
        return given, True
    return given, False


def some_body(rng: random.Random) -> str:
    """Return loops around conditions, in the form that the emitter writes."""
    lines, depth, bound = [], 0, ["s1", "s2"]
    for number in range(rng.randint(1, 3)):
        within = rng.choice(("t1", "t2", "v1()"))
        lines.append("    " * depth + f"for b{number} in every({within}):")
        bound.append(f"b{number}")
        depth += 1
    for number in range(rng.randint(1, 3)):
        if rng.random() < 0.3:
            pair = rng.sample(bound, 2)
            lines.append("    " * depth + f"p{number} = ({pair[0]}, {pair[1]})")
            bound.append(f"apply(p{number}, {rng.randint(1, 2)})")
        tests = [
            f"c{rng.randint(1, 3)}({rng.choice(bound)}, {rng.choice(bound)})"
            for _ in range(rng.randint(1, 3))
        ]
        joined = rng.choice((" and ", " and ", " or ")).join(tests)
        lines.append("    " * depth + f"if {joined}:")
        depth += 1
    names = ", ".join(name for name in bound if "(" not in name)
    lines.append("    " * depth + f"yield ({names})")
    return "\n".join(lines)


def test_lifted_loops_give_the_same_and_fail_alike() -> None:
    rng = random.Random(3)  # noqa: S311 - a test
    failed = changed = 0
    for _ in range(400):
        body, odds = some_body(rng), rng.random() / 4
        table: dict[tuple[object, ...], object] = {}

        def condition(
            *key: object,
            table: dict[tuple[object, ...], object] = table,
            odds: float = odds,
        ) -> bool:
            if key not in table:
                told = random.Random(repr((key, odds)))  # noqa: S311 - a test
                table[key] = None if told.random() < odds else told.random() < 0.6
            if table[key] is None:
                raise Undefined
            return bool(table[key])

        names: dict[str, Any] = {
            **{f"c{n}": lambda *k, n=n, c=condition: c(n, *k) for n in (1, 2, 3)},
            "every": tuple,
            "apply": lambda pair, place: pair[place - 1],
            "guarded": _guarded,
            "v1": lambda: (7, 8),
            "t1": rng.choice(((), (1, 2))),
            "t2": (3, 4, 5),
            "s1": 10,
            "s2": 20,
        }
        after = lift(body)
        expected = run(body, names)
        assert run(after, names) == expected, body
        failed += expected[1]
        changed += "guarded" in after
    assert failed > 50
    assert changed > 50
