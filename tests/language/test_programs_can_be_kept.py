"""A compiled program is text and tables: what comes back from a file is the same."""

from __future__ import annotations

import contextvars
import pickle
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.language.link import link
from pyspec.language.runtime.modules import tlc
from pyspec.tla2tools import find_toolchain, read_config, sany

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.language.program import Spec

pytestmark = pytest.mark.java


def fine() -> Iterator[Path]:
    """Return the cfgs of the corpus of which nothing is wrong."""
    for config in sorted(Path(__file__).parent.glob("*/*.cfg")):
        module = config.with_suffix(".tla").read_text(encoding="utf-8")
        if module.startswith("\\* expect: ok") and read_config(config).has_behaviors:
            yield config


ONE_OF_EACH = {config.parent.name: config for config in fine()}


@pytest.mark.parametrize("feature", sorted(ONE_OF_EACH))
def test_a_program_survives_a_file(feature: str) -> None:
    config = ONE_OF_EACH[feature]
    beside = {path.stem for path in config.parent.glob("*.tla")}
    xml = sany.export_xml(find_toolchain(), config.with_suffix(".tla"))
    made = link(xml, read_config(config), lambda name: name not in beside)
    kept = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own, from just above
    run = contextvars.copy_context().run
    assert run(first_steps, made.spec()) == run(first_steps, kept.spec())


def first_steps(spec: Spec) -> tuple[Any, ...]:
    """What it says first; registers and dice are as at the start of a run."""
    tlc.registers.set({})
    tlc.dice.set(random.Random(0))  # noqa: S311 - no secret
    initial = list(spec.initial_states())
    return initial, list(spec.successors(initial[0])), list(spec.temporal)
