"""Errors in assumptions, constraints, views and properties; the twin's fidelity."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pyspec.errors import Mistake, PyspecError
from pyspec.explore import check
from pyspec.language.compiled import compile_spec
from pyspec.language.link import link
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.twin import traced_spec
from pyspec.tla2tools import find_toolchain, read_config, sany
from pyspec.tla2tools.config import Config
from tests.language_positions import test_errors_have_positions as positions

if TYPE_CHECKING:
    from pyspec.language.program import Spec

HERE: Final = Path(__file__).parent
MODULE: Final = HERE / "Elsewhere.tla"
CORPUS: Final = HERE.parent / "language"
MOST_STATES: Final = 100
pytestmark = pytest.mark.java


MARKED: Final = positions.cases(MODULE)
PARTS: Final[dict[str, dict[str, Any]]] = {
    "Constrained": {"constraints": ("Constrained",)},
    "Followed": {"action_constraints": ("Followed",)},
    "Viewed": {"view": "Viewed"},
    "Held": {"invariants": ("Held",)},
    "Stepped": {"properties": ("Stepped",)},
}


@pytest.mark.parametrize("name", PARTS)
def test_what_the_cfg_names_is_blamed(name: str) -> None:
    config = Config(init="Init", next="Next", constants={"Limit": (1,)}, **PARTS[name])
    fast, twin = positions.compiled(MODULE, config)
    fast.locate = twin.locate  # type: ignore[method-assign]
    result = check(fast)
    assert isinstance(result.error, EvaluationError), result
    assert positions.is_right(result.error, MARKED[name]), result.error


def test_an_assumption_is_blamed() -> None:
    config = Config(init="Init", next="Next", constants={"Limit": 3})
    xml = sany.export_xml(find_toolchain(), MODULE)
    with pytest.raises(EvaluationError) as raised:
        compile_spec(xml, config, lambda name: name != "Elsewhere")
    twin = traced_spec(
        xml, config, lambda name: name != "Elsewhere", {"Elsewhere": MODULE}
    )
    found = twin.locate_load(raised.value)
    assert isinstance(found, EvaluationError)
    assert positions.is_right(found, MARKED["Limits"]), found


# ------------------------------------------------------------------ fidelity


def seen(spec: Spec) -> list[Any]:
    """Return all that a short exploration meets, up to an error."""
    found: list[Any] = []
    try:
        todo = list(islice(spec.initial_states(), MOST_STATES))
        found += todo
        known = set(todo)
        for state in todo:
            found += [(name, holds(state)) for name, holds in spec.invariants.items()]
            if not all(inside(state) for inside in spec.constraints):
                continue
            for step in spec.successors(state):
                found.append(step)
                if step.state not in known and len(known) < MOST_STATES:
                    known.add(step.state)
                    todo.append(step.state)
    except (PyspecError, RecursionError) as error:
        found.append((type(error).__name__, str(error)))
    return found


def test_the_traced_code_does_what_the_fast_code_does() -> None:
    """All of the corpus: the same states, steps, verdicts and errors, in order."""
    toolchain, compared, failed = find_toolchain(), 0, 0
    for file in sorted(CORPUS.glob("*/*.cfg")):
        module = file.with_suffix(".tla")
        own = {path.stem for path in file.parent.glob("*.tla")}

        def standard(name: str, own: set[str] = own) -> bool:
            return name not in own

        xml = sany.export_xml(toolchain, module)
        config = read_config(file)
        try:
            fast = link(xml, config, standard).spec()
        except Mistake:
            continue
        twin = traced_spec(xml, config, standard)
        traced, expected = twin.spec(), seen(fast)
        assert seen(traced) == expected, file
        compared += 1
        failed += "Error" in str(expected[-1:])
    assert compared > 200
    assert failed > 20


def test_a_twin_that_is_not_traced_would_be_noticed() -> None:
    config = Config(init="Init", next="Next", constants={"Limit": (1,)})
    xml = sany.export_xml(find_toolchain(), MODULE)
    plain = link(xml, config, lambda name: name != "Elsewhere")
    traced = traced_spec(xml, config, lambda name: name != "Elsewhere").spec()
    assert "at(" in traced.source
    assert "at(" not in plain.source
