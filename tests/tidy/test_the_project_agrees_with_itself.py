"""What stands in two places is the same in both."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_ci_runs_the_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    found = re.search(
        r"^ +(python3 -m venv .*) && .venv/bin/python -m pytest$", readme, re.MULTILINE
    )
    assert found, "the README's test command is not where this test looks for it"
    assert found[1] in script
    assert ".venv/bin/python -m pytest" in script


def test_every_ignored_rule_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    start = text.index("[tool.ruff.lint]\n")
    rules = re.findall(r'^ +"([A-Z]+\d*)",(.*)$', text[start:], re.MULTILINE)
    assert rules
    for rule, rest in rules:
        assert re.search(r"# \S", rest), f"{rule} is ignored without a reason"


def test_the_version_is_the_changelogs_latest_or_newer() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert (ROOT / "CHANGELOG.md").exists()


def test_decision_records_have_their_four_parts() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert records
    for record in records:
        text = record.read_text("utf-8")
        for part in ("Context", "Options", "Decision", "Consequences"):
            assert f"## {part}" in text, f"{record.name} lacks {part}"
