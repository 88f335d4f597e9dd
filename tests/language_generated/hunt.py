"""Hunt for disagreements between TLC and the native engine, and shrink them.

    python tests/language_generated/hunt.py --seed 1 --count 5000

Each disagreement is printed with both answers as soon as it is as small as it
can be made.  The exit code is 1 if there was any.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyspec.tla2tools import Toolchain, find_toolchain
from tests.language_generated.compare import (
    STEPS,
    Comparison,
    compare_machines,
    compare_terms,
)
from tests.language_generated.generate import (
    Generator,
    Machine,
    Machines,
    Scope,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

BATCH: Final = 500  # terms
LARGE: Final = 60  # a larger term tells little more, and SANY's trees are large
MACHINES: Final = 50
CANDIDATES: Final = 60  # smaller ones of each disagreement in one run of TLC
MOST_SHRUNK: Final = 3  # disagreements of one batch
REFUSALS: Final = 4  # machines that are refused here, per batch: each costs a JVM


def main() -> int:
    """Run a hunt; 1 if something was found."""
    options = _options()
    found = 0
    for seed in range(options.seed, options.seed + options.count // BATCH):
        started = time.monotonic()
        seen = Counter[tuple[str, str]]()
        for comparisons, compare in _batches(find_toolchain(), seed, options):
            seen.update(comparison.sort for comparison in comparisons)
            wrong = disagreements(comparisons, seed)
            found += len(wrong)
            for small in shrunk(wrong, compare, options.rounds):
                say(f"\n{shown(small)}\n")
        say(f"seed {seed}: {dict(seen)}, {time.monotonic() - started:.0f} s")
    return int(found > 0)


def disagreements(compared: Iterable[Comparison], seed: int) -> list[Comparison]:
    """Return what disagrees; of ill-typed batches, more than is tolerable."""
    wrong = [each for each in compared if not each.agrees]
    if ill_typed(seed):
        return [each for each in wrong if not each.tolerable]
    return wrong


def ill_typed(seed: int) -> bool:
    """Whether a batch has terms of wrong types: every third one does."""
    return seed % 3 == 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5000, help="how many terms")
    parser.add_argument("--rounds", type=int, default=12, help="of shrinking")
    parser.add_argument("--only", choices=["terms", "machines"])
    parser.add_argument("--eager", action="store_true", help="no lazy arguments")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a program


def _batches(
    toolchain: Toolchain, seed: int, options: argparse.Namespace
) -> Iterator[tuple[list[Comparison], Compare]]:
    def terms(some: Sequence[Any]) -> list[Comparison]:
        return compare_terms(toolchain, some)

    def machines(some: Sequence[Any]) -> list[Comparison]:
        return compare_machines(toolchain, some, refusals=REFUSALS)

    lazy = not options.eager
    if options.only != "machines":
        yield terms(some_terms(seed, BATCH, lazy=lazy)), terms
    if options.only != "terms":
        yield machines(some_machines(seed, MACHINES, lazy=lazy)), machines


def some_terms(seed: int, count: int, *, lazy: bool = True) -> list[Term]:
    """Return terms of many types; every third batch has ill-typed ones."""
    wrong = 0.02 if ill_typed(seed) else 0.0
    generator = Generator(f"terms {seed}", wrong=wrong, lazy=lazy)
    depth = Scope(3 + seed % 2)
    made = (generator.term(generator.kind(2), depth) for _ in itertools.count())
    return list(itertools.islice((one for one in made if one.size() < LARGE), count))


def some_machines(seed: int, count: int, *, lazy: bool = True) -> list[Machine]:
    """Return machines; every third batch has wrong ones."""
    wrong = 0.02 if ill_typed(seed) else 0.0
    generator = Machines(f"machines {seed}", wrong=wrong, lazy=lazy)
    return [generator.machine() for _ in range(count)]


Compare: TypeAlias = "Callable[[Sequence[Any]], list[Comparison]]"


def shrunk(
    wrong: Iterable[Comparison], compare: Compare, rounds: int = 12
) -> list[Comparison]:
    """Return the smallest subjects that are found to disagree in the same way.

    All are shrunk at the same time: a round is one run of TLC.
    """
    small = sorted(wrong, key=lambda each: each.subject.size())[:MOST_SHRUNK]
    active = set(range(len(small)))
    for _ in range(rounds):
        candidates = [(at, one) for at in active for one in _smaller(small[at])]
        if not candidates:
            break
        active = _improve(small, candidates, compare)
    return small


def _improve(
    small: list[Comparison], candidates: list[tuple[int, Any]], compare: Compare
) -> set[int]:
    """Put smaller ones in their places; return which places have become better."""
    owners = {id(subject): at for at, subject in candidates}
    better = set()
    for found in compare([subject for _, subject in candidates]):
        at = owners[id(found.subject)]
        if found.agrees or found.sort != small[at].sort:
            continue
        if found.subject.size() < small[at].subject.size():
            small[at] = found
            better.add(at)
    return better


def _smaller(comparison: Comparison) -> list[Any]:
    machine = isinstance(comparison.subject, Machine)
    most = 10 if machine and "refused" in comparison.sort else CANDIDATES
    found: dict[str, Any] = {}
    for other in comparison.subject.smaller():
        if other.size() < comparison.subject.size():
            found.setdefault(str(other), other)
        if len(found) >= 4 * most:
            break
    sized = sorted(found.values(), key=lambda each: each.size())
    return [*sized[: most // 2], *sized[-(most - most // 2) :]] if sized else []


def shown(comparison: Comparison) -> str:
    """Return the subject and both answers."""
    subject = comparison.subject
    if isinstance(subject, Machine):
        subject = "\n".join(subject.lines(0, STEPS))
    return f"{subject}\n  ours   {comparison.ours}\n  theirs {comparison.theirs}"


if __name__ == "__main__":
    sys.exit(main())
