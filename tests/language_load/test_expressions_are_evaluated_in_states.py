"""`Spec.evaluate`: TLA+ text in a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pyspec
from pyspec.errors import Mistake
from pyspec.language.runtime.errors import EvaluationError

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.language.program import Spec

pytestmark = pytest.mark.java

MODULE = r"""---- MODULE Counting ----
EXTENDS Naturals, Sequences
CONSTANT N
VARIABLES count, log
Init == count = 0 /\ log = <<>>
Next == count < N /\ count' = count + 1 /\ log' = Append(log, count)
Double(n) == 2 * n
====
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    file: Path = tmp_path_factory.mktemp("spec") / "Counting.tla"
    file.write_text(MODULE, encoding="utf-8")
    return pyspec.load(file, constants={"N": 3})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count + N", 5),
        ("Double(count)", 4),
        ("log[1] = 0 /\\ Len(log) = 2", True),
        ("LET twice == Double(count) IN <<twice, log>>", (4, (0, 1))),
        ("{n \\in 1..N : n > count}", frozenset({3})),
    ],
)
def test_what_the_module_defines_may_be_mentioned(
    spec: Spec, text: str, value: object
) -> None:
    found = spec.evaluate(text, (2, (0, 1)))
    assert (bool(found) if value is True else found) == value


def test_without_a_value_it_is_an_evaluation_error(spec: Spec) -> None:
    with pytest.raises(EvaluationError, match="Head"):
        spec.evaluate("Head(log)", (0, ()))


@pytest.mark.parametrize("text", ["", "count +", "nobody", "x == 1", "1\n====\n"])
def test_what_is_no_expression_is_refused(spec: Spec, text: str) -> None:
    with pytest.raises(Mistake, match="expression"):
        spec.evaluate(text, (0, ()))
