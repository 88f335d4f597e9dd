"""A package imports only from those before it; see `pyspec/__init__.py`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LAYERS = (
    "errors",
    "lazy",
    "kept",
    "values",
    "trace",
    "tla2tools",
    "catalog",
    "language",
    "explore",
    "conformance",
    "campaign",
    "report",
    "testing",
    "cli",
)
REFIMPL_MAY_SEE = ("pyspec.values", "pyspec.trace")


def imported(file: Path) -> Iterator[str]:
    """Names of the modules that a file imports, at any place in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] != "pyspec" or len(parts) == 1:
        return None
    return parts[1] if parts[1] in LAYERS else None


def offences(file: Path) -> list[str]:
    own = file.relative_to(ROOT / "pyspec").parts[0].removesuffix(".py")
    if own not in LAYERS:
        return []
    return [
        f"{file.relative_to(ROOT)} ({own}) imports {name}"
        for name in imported(file)
        if (layer := layer_of(name)) and LAYERS.index(layer) > LAYERS.index(own)
    ]


def test_a_package_imports_only_from_those_before_it() -> None:
    found = [
        offence
        for file in sorted((ROOT / "pyspec").rglob("*.py"))
        for offence in offences(file)
    ]
    assert not found, "\n".join(found)


def test_an_import_against_the_order_is_noticed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from pyspec.cli import main\n", encoding="utf-8")
    assert "pyspec.cli" in set(imported(bad))
    assert LAYERS.index("cli") > LAYERS.index("values")


def test_only_campaign_imports_the_reference_implementations() -> None:
    users = {
        file.relative_to(ROOT / "pyspec").parts[0]
        for file in (ROOT / "pyspec").rglob("*.py")
        if any(name.split(".")[0] == "refimpl" for name in imported(file))
    }
    assert users == {"campaign"}


@pytest.mark.parametrize(
    "file",
    sorted((ROOT / "refimpl").rglob("*.py")),
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_a_reference_implementation_sees_values_and_traces_alone(file: Path) -> None:
    seen = [name for name in imported(file) if name.split(".")[0] == "pyspec"]
    strange = [name for name in seen if not name.startswith(REFIMPL_MAY_SEE)]
    assert not strange
