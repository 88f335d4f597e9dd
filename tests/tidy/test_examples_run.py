"""Every example in the documentation runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import pyspec
import refimpl

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "specs").rglob("*.md"),
        *(ROOT / "traces").rglob("*.md"),
        *(ROOT / "tests").glob("*.md"),
    ],
)

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A command in a ```console block, and what it prints (`...` is anything)."""

    page: Path
    line: int
    command: str
    output: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def examples_of(page: Path, text: str) -> list[Example]:
    """Commands begin with `$ `; a backslash at the end continues one."""
    found = []
    for block in re.finditer(
        r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    ):
        first = text.count("\n", 0, block.start()) + 2
        joined = block[1].replace("\\\n", "")
        for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Example(page, first, command, output))
    return found


def matches(expected: str, actual: str) -> bool:
    """Whether a text is the expected one, with any lines for a line of `...`."""
    parts = [
        re.escape(part) for part in re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)
    ]
    pattern = "(?:.*\n)*".join(parts)
    return re.fullmatch(pattern, actual) is not None


EXAMPLES = [
    example
    for page in PAGES
    for example in examples_of(page, page.read_text(encoding="utf-8"))
]


@pytest.mark.java
@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_prints_what_it_says(example: Example) -> None:
    program, *arguments = shlex.split(example.command)
    assert program == "pyspec", "examples run pyspec, nothing else"
    done = subprocess.run(
        [sys.executable, "-m", "pyspec", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
    )
    assert matches(example.output, done.stdout), done.stdout + done.stderr


def test_there_are_examples() -> None:
    assert EXAMPLES


def test_a_wrong_example_is_noticed() -> None:
    assert matches("a\n...\nc\n", "a\nb\nb\nc\n")
    assert matches("a\n", "a\n")
    assert not matches("a\n...\nc\n", "a\nb\n")
    assert not matches("a\n", "b\n")
    [first, second] = examples_of(
        ROOT / "x.md",
        "text\n```console\n$ pyspec a \\\n  b\nout\n$ pyspec c\n```\n",
    )
    assert (first.command, first.output) == ("pyspec a   b", "out\n")
    assert (second.command, second.output) == ("pyspec c", "")


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if "```pycon" in page.read_text(encoding="utf-8")],
    ids=lambda page: page.name,
)
def test_the_python_sessions_in_pages_hold(page: Path) -> None:
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted
    assert result.failed == 0


MODULES = sorted(
    found.name
    for package in (pyspec, refimpl)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not found.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
