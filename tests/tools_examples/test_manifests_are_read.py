"""Manifests of both layouts give models; one of another form is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.errors import Mistake
from tools.examples.manifest import read

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = {
    "path": "specifications/Clock/Clock.cfg",
    "runtime": "00:01:02",
    "mode": "exhaustive search",
    "result": "success",
    "distinctStates": 12,
}
OTHERS = [
    {**ENTRY, "path": "specifications/Clock/Sim.cfg", "mode": {"simulate": {}}},
    {**ENTRY, "path": "specifications/Clock/Any.cfg", "mode": "symbolic"},
]


def newer(root: Path, *models: Any) -> Path:  # noqa: ANN401 - JSON
    module = {"path": "specifications/Clock/Clock.tla", "models": list(models)}
    folder = root / "specifications" / "Clock"
    folder.mkdir(parents=True)
    text = json.dumps({"modules": [module]})
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return root


def older(root: Path, *models: Any) -> Path:  # noqa: ANN401 - JSON
    module = {"path": "specifications/Clock/Clock.tla", "models": list(models)}
    text = json.dumps({"specifications": [{"modules": [module]}]})
    (root / "manifest.json").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("layout", [newer, older])
def test_both_layouts_give_the_models_that_are_searched_exhaustively(
    layout: Any,  # noqa: ANN401 - one of the two
    tmp_path: Path,
) -> None:
    (model,) = read(layout(tmp_path, ENTRY, *OTHERS))
    assert model.name == "specifications/Clock/Clock.cfg"
    assert model.module == tmp_path / "specifications" / "Clock" / "Clock.tla"
    assert (model.result, model.distinct, model.seconds) == ("success", 12, 62)
    assert model.deadlock is None


def test_what_nobody_knows_is_none(tmp_path: Path) -> None:
    entry = {**ENTRY, "result": "unknown", "runtime": "unknown"}
    del entry["distinctStates"]
    (model,) = read(newer(tmp_path, entry))
    assert (model.result, model.distinct, model.seconds) == (None, None, None)


def test_the_older_layout_may_ignore_deadlocks(tmp_path: Path) -> None:
    (model,) = read(older(tmp_path, {**ENTRY, "features": ["ignore deadlock"]}))
    assert model.deadlock is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"result": "fine"},
        {"runtime": "soon"},
        {"distinctStates": "12"},
        {"distinctStates": True},
        {"path": 3},
        {"path": "../../elsewhere.cfg"},
    ],
)
def test_a_model_of_another_form_is_refused(
    wrong: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(Mistake):
        read(newer(tmp_path, {**ENTRY, **wrong}))


def test_a_model_without_a_mode_is_refused(tmp_path: Path) -> None:
    entry = {key: value for key, value in ENTRY.items() if key != "mode"}
    with pytest.raises(Mistake, match="another form"):
        read(newer(tmp_path, entry))


@pytest.mark.parametrize("text", ["", "[1, 2]", "{}", '{"modules": {}}'])
def test_what_is_no_manifest_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(Mistake):
        read(tmp_path)


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no manifests"):
        read(tmp_path)
