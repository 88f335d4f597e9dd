"""Fuzzing the readers of JSON and of TLC's output; tools/fuzz does it for hours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.fuzz.fuzz import Watch, by_chance
from tools.fuzz.readers import CORPUS, READERS, checker_of

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.tla2tools.formats import Format

NAMES: Final = tuple(
    name for name in READERS if name not in {"value", "state", "config", "trace"}
)


@pytest.mark.parametrize("form", CORPUS, ids=lambda form: form.value)
def test_the_corpus_itself_is_read_whether_its_format_is_said_or_not(
    form: Format,
) -> None:
    for raw in CORPUS[form]:
        assert checker_of(form)(raw)
        assert checker_of(None)(raw)


@pytest.mark.parametrize("name", NAMES)
def test_mutated_files_give_traces_or_a_mistake(name: str, tmp_path: Path) -> None:
    watch = Watch(READERS[name], tmp_path)
    by_chance(watch, seconds=0.5, seed=1)
    assert watch.inputs
    assert not watch.found()


def test_a_reader_that_crashes_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("pyspec.tla2tools.formats.read_itf_stream", crash)
    watch = Watch(READERS["itf"], tmp_path)
    by_chance(watch, seconds=0.1, seed=2)
    assert watch.found()


KEYS: Final = """
    format module constants meta silent expect init event steps observations action
    arguments verdict root relation value primed selectors process time_ns clock end
    loop vars states #meta #set #map #bigint #mv #tup pyspec tag name nid op path args
    x counterexample state sent received parameters context location
"""


def json_values() -> st.SearchStrategy[Any]:
    """JSON of any shape, with keys that mean something."""
    keys = st.sampled_from(KEYS.split())
    plain = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    )
    return st.recursive(
        plain | st.sampled_from(["?", "SKIP", "A", "x", "equals", "trace", "Replace"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=12,
    )


@settings(max_examples=150)
@given(st.lists(json_values(), max_size=3), st.sampled_from([None, *CORPUS]))
def test_json_of_any_shape_gives_traces_or_a_mistake(
    data: list[Any], form: Format | None
) -> None:
    checker_of(form)("".join(f"{json.dumps(one)}\n" for one in data).encode())
