"""Real numbers: nothing computes with them, and the error says so by name."""

from __future__ import annotations

import pytest

from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import native


@pytest.mark.parametrize(
    ("module", "name", "count"),
    [
        ("Reals", "Real", 0),
        ("Reals", "Infinity", 0),
        ("RealTime", "RTBound", 4),
        ("RealTime", "RTnow", 1),
    ],
)
def test_what_needs_reals_is_refused_by_name(
    module: str, name: str, count: int
) -> None:
    found = native(module, name)
    assert found is not None
    with pytest.raises(EvaluationError, match=f"^{name} .*real number"):
        found.call(*range(count))


def test_integers_of_module_reals_are_computed_with() -> None:
    plus = native("Reals", "+")
    assert plus is not None
    assert plus.call(1, 2) == 3
