"""Break the compiler on purpose, and see whether the laboratory notices.

    python -m tools.mutation.mutate [--sample N] [--seed N] [--only MODULE]

cosmic-ray makes the mutants.  A seeded sample of them is put, one at a time,
into a copy of the tree, and the corpus of tests/language is compared with TLC's
answers there.  What survives is asked of more tests.  Results are kept as JSON
lines in a work folder; another run goes on from there.

This file is also the plugin of pytest that makes the comparison fast enough: it
starts no JVM to ask SANY what its kept XML says, and no mutant changes that.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pytest

ROOT: Final = Path(__file__).parents[2]
LANGUAGE: Final = Path("pyspec/language")
TARGETS: Final = ("emit", "actions", "analyse", "uses", "link")
STAGES: Final = {
    "corpus": ["tests/language/test_engine_agrees_with_tlc.py"],
    "more": [
        "tests/language/test_properties_agree_with_tlc.py",
        "tests/language_generated/test_generated_specs_agree_with_tlc.py",
    ],
    "rest": [
        "tests/language_load",
        "tests/language_positions",
        "tests/language/test_step_checkers_mean_the_plain_form.py",
        "tests/explore",
        "tests/runtime",
    ],
}
_MOST_BYTES: Final = 3 * 1024**3  # of a mutant that builds something endless
_MOST_WORDS: Final = 3  # of a line of pytest that names a failed test


def main() -> None:
    """Run the oracle on a sample of mutants, and print the table."""
    options = _options()
    tree = _copied(options.work)
    chosen = sample(options.only or TARGETS, options.sample, options.seed)
    if options.list:
        print("\n".join(str(mutant) for mutant in chosen))
        return
    baseline = _outcome(tree, options, "corpus", limit_s=None)
    if baseline.of != "survived":
        sys.exit(f"the tree as it is does not pass: {baseline.by}")
    found = _kept(options.work)
    for number, mutant in enumerate(chosen, start=1):
        if str(mutant) not in found:
            found[str(mutant)] = _judged(mutant, tree, options)
        print(f"{number}/{len(chosen)} {_line(found[str(mutant)])}", flush=True)
    print(table([found[str(mutant)] for mutant in chosen]))


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module; `text` is the module as changed."""

    module: str
    operator: str
    occurrence: int
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        """Return what tells it from others, and where it is."""
        what = f"{self.operator.removeprefix('core/')}:{self.occurrence}"
        return f"{self.module}.py:{self.line}:{self.column} {what}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What tests said: killed, by which test; survived; or timeout."""

    of: str
    by: str = ""


# --------------------------------------------------------------------------
# Mutants


def sample(modules: Sequence[str], size: int, seed: int) -> list[Mutant]:
    """Return mutants of different places, as many of them as there are.

    One `+` has eleven mutants and one `not` has one: places are drawn, not
    mutants, so that arithmetic does not take all.
    """
    chance = random.Random(seed)  # noqa: S311 - one seed, one sample
    texts = {
        name: (ROOT / LANGUAGE / f"{name}.py").read_text("utf-8") for name in modules
    }
    places = [place for name in sorted(texts) for place in _places(name, texts[name])]
    chance.shuffle(places)
    drawn = (_mutant(place, chance.choice(place.changes), texts) for place in places)
    return list(islice((mutant for mutant in drawn if mutant), size))


@dataclass(frozen=True, slots=True)
class Place:
    """Where something can be changed, and the changes: operators and occurrences."""

    module: str
    line: int
    column: int
    changes: list[tuple[str, int]]


def _places(module: str, text: str) -> Iterator[Place]:
    """Yield the places of a module that cosmic-ray can change."""
    trees, found = import_module("cosmic_ray.ast"), defaultdict(list)
    nodes = list(trees.ast_nodes(trees.get_ast(text)))
    for name, operator in _operators().items():
        starts = (at[0] for node in nodes for at in operator.mutation_positions(node))
        for number, start in enumerate(starts):
            found[start].append((name, number))
    for (line, column), changes in sorted(found.items()):
        yield Place(module, line, column, changes)


@cache
def _operators() -> dict[str, Any]:
    """Return cosmic-ray's operators that need no arguments."""
    plugins = import_module("cosmic_ray.plugins")
    made = {name: plugins.get_operator(name) for name in plugins.operator_names()}
    return {name: made[name]() for name in sorted(made) if not made[name].arguments()}


def _mutant(
    place: Place, change: tuple[str, int], texts: Mapping[str, str]
) -> Mutant | None:
    """Make a change; None if the program stays the same, or is none.

    Annotations are never evaluated here, so a mutant of one is no mutant.
    """
    (name, number), text = change, texts[place.module]
    mutate = import_module("cosmic_ray.mutating").mutate_code
    changed = mutate(text, _operators()[name], number)
    if changed is None or _meaning(changed) in {_meaning(text), None}:
        return None
    return Mutant(place.module, name, number, place.line, place.column, changed)


def _meaning(text: str) -> str | None:
    """Return what Python runs: the tree without annotations; None if it is none."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
    return ast.dump(tree)


# --------------------------------------------------------------------------
# Judging one


def _judged(mutant: Mutant, tree: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Ask each stage until one kills it, and keep what was said."""
    began, stage, outcome = time.monotonic(), "", Outcome("survived")
    target = tree / LANGUAGE / f"{mutant.module}.py"
    original = target.read_text("utf-8")
    target.write_text(mutant.text, encoding="utf-8")
    try:
        for stage in options.stages:
            outcome = _outcome(tree, options, stage, limit_s=options.limit)
            if outcome.of != "survived":
                break
    finally:
        target.write_text(original, encoding="utf-8")
    record = {
        "name": str(mutant),
        "module": mutant.module,
        **asdict(outcome),
        "stage": stage,
        "seconds": round(time.monotonic() - began),
        "diff": _diff(original, mutant.text),
    }
    with (options.work / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(record)}\n")
    return record


def _outcome(
    tree: Path, options: argparse.Namespace, stage: str, limit_s: float | None
) -> Outcome:
    """Run a stage in the copy; a mutant may loop for ever, or take all memory."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    if stage == "corpus":
        command += ["-p", "tools.mutation.mutate"]
    own = {
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYSPEC_CACHE": str(options.work / "cache"),
    }
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*command, *STAGES[stage]],
            cwd=tree,
            env=os.environ | own,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if stage == "corpus" and limit_s is not None:  # no JVM, which reserves much
            psutil.Process(process.pid).rlimit(psutil.RLIMIT_AS, (_MOST_BYTES,) * 2)
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return Outcome("timeout")
        finally:
            _end(process)
        said.seek(0)
        return Outcome("killed", _killer(said)) if code else Outcome("survived")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the run with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _killer(said: Iterable[str]) -> str:
    """Return the test that failed first, or the last line where none began."""
    last = "pytest said nothing"
    for line in said:
        last = line.strip() or last
        if line.startswith(("FAILED ", "ERROR ")):
            test = line.split(maxsplit=_MOST_WORDS - 1)[1]
            return test.rpartition("::")[2] or test
    return last


def _diff(before: str, after: str) -> list[str]:
    """Return the lines that differ, before and after."""
    old, new = before.splitlines(), after.splitlines()
    gone = [f"- {line.strip()}" for line in old if line not in new]
    come = [f"+ {line.strip()}" for line in new if line not in old]
    return [*gone, *come]


# --------------------------------------------------------------------------
# The plugin


def pytest_configure(config: pytest.Config) -> None:
    """Let SANY's XML, which is kept, say what SANY would say in a new JVM."""
    sany: Any = import_module("pyspec.tla2tools.sany")  # the copy's
    asked = sany.parse
    del config

    def remembered(toolchain: Any, module: Path) -> Any:  # noqa: ANN401 - as it comes
        try:
            xml = sany.export_xml(toolchain, module)
        except sany.Mistake:
            return asked(toolchain, module)
        others = dict.fromkeys(re.findall(rb"<filename>(\w+)</filename>", xml))
        names = dict.fromkeys([module.stem, *(name.decode() for name in others)])
        files = ((name, module.with_name(f"{name}.tla")) for name in names)
        own = tuple((name, file) for name, file in files if file.exists())
        return sany.SanyReport(module, modules=own)

    sany.parse = remembered


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take a case of each feature first, then a second of each, and so on."""
    turns: Counter[str] = Counter()

    def turn(item: pytest.Item) -> int:
        feature = item.name.partition("/")[0]
        turns[feature] += 1
        return turns[feature]

    items.sort(key=turn)


# --------------------------------------------------------------------------
# Work folder and tables


def _copied(work: Path) -> Path:
    """Copy the tree, and once the cache, so that ours does not grow."""
    tree, cache = work / "tree", work / "cache"
    shutil.rmtree(tree, ignore_errors=True)
    nothing = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, tree, ignore=nothing)
    if (
        not cache.exists()
        and (theirs := import_module("pyspec.kept").cache_folder()).exists()
    ):
        shutil.copytree(theirs, cache, ignore=shutil.ignore_patterns("programs"))
    return tree


def _kept(work: Path) -> dict[str, dict[str, Any]]:
    path = work / "results.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {record["name"]: record for record in map(json.loads, lines)}


def _line(record: dict[str, Any]) -> str:
    how = f"{record['of']} {record['by']} [{record['stage']}, {record['seconds']} s]"
    return "\n    ".join([f"{record['name']}: {how}", *record["diff"]])


def table(records: Sequence[dict[str, Any]]) -> str:
    """Return the README's table."""
    count = Counter((record["module"], _column(record)) for record in records)
    columns = ["corpus", "more", "timeout", "survived"]
    lines = [
        "| module | mutants | by the corpus | by more tests | timeout | survived |",
        "|---|---|---|---|---|---|",
    ]
    for module in sorted({record["module"] for record in records}):
        cells = [count[module, column] for column in columns]
        lines.append(f"| `{module}.py` | {sum(cells)} | " + _cells(cells))
    cells = [sum(count[key] for key in count if key[1] == each) for each in columns]
    return "\n".join([*lines, f"| all | {len(records)} | " + _cells(cells)])


def _cells(numbers: Iterable[int]) -> str:
    return " | ".join(map(str, numbers)) + " |"


def _column(record: dict[str, Any]) -> str:
    return str(record["stage"] if record["of"] == "killed" else record["of"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=60, help="how many (60)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--only", action="append", choices=TARGETS)
    parser.add_argument("--stages", nargs="*", choices=STAGES, default=list(STAGES))
    parser.add_argument("--limit", type=float, default=300, help="seconds a stage")
    parser.add_argument("--list", action="store_true", help="only show the sample")
    work = Path(tempfile.gettempdir()) / "pyspec-mutation"
    parser.add_argument("--work", type=Path, default=work, help=f"folder ({work})")
    return parser.parse_args()


if __name__ == "__main__":
    main()
