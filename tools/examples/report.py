"""The tables: what the engine says of each model, and why it does not agree."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from tools.examples.verdicts import OF_A_CUT, counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tools.examples.manifest import Model
    from tools.examples.verdicts import Truth, Verdict
    from tools.examples.worker import Answer

__all__ = ["Row", "ledger", "summary", "table", "write"]

GOAL: Final = 0.95
_CLASSES: Final = (
    "agrees",
    "safety",
    "differs",
    "refused",
    "crash",
    "limit",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One model: what is right, our answer, and whether it is the same.

    Times are seconds of wall time, the start of Python and Java included.
    """

    model: Model
    truth: Truth
    answer: Answer
    verdict: Verdict
    ours_s: float
    tlc_s: float | None

    @property
    def fine(self) -> bool:
        """Whether the engine gives the right answer."""
        return self.verdict.of == "agrees"

    @property
    def counts(self) -> bool:
        """Whether it is one of those that we promise to agree on."""
        return counts(self.model, self.truth, self.answer)


def write(rows: Sequence[Row], folder: Path) -> None:
    """Write results.md and ledger.toml; reasons written by hand are kept."""
    (folder / "results.md").write_text(table(rows), encoding="utf-8")
    kept = folder / "ledger.toml"
    text = ledger(rows, _reasons(kept))
    kept.write_text(text, encoding="utf-8")


def summary(rows: Sequence[Row]) -> str:
    """Return the totals, of all models and of those that count."""
    return "\n".join([*_totals(rows), *_times(rows)])


def _totals(rows: Sequence[Row]) -> Iterator[str]:
    promised = [row for row in rows if row.counts]
    agree = sum(row.fine for row in promised)
    share = agree / len(promised) if promised else 0.0
    yield f"All {len(rows)} models: {_by_class(rows)}."
    yield (
        f"Of the {len(promised)} that TLC finishes within 120,000 states {agree} "
        f"agree ({share:.1%}; the goal is {GOAL:.0%}): {_by_class(promised)}."
    )
    trusting = sum(row.fine and bool(row.answer.trusting) for row in promised)
    if trusting:
        yield (
            f"{trusting} of these ask for liveness of a graph that CONSTRAINT, VIEW or "
            "SYMMETRY cuts. pyspec refuses that by name; here it was told to answer "
            "as TLC does."
        )
        agree -= trusting
    judged = [
        row
        for row in promised
        if row.verdict.of != "safety"
        and row.verdict.why != OF_A_CUT
        and not row.answer.trusting
    ]
    share = agree / len(judged) if judged else 0.0
    yield (
        "Of those whose liveness is not asked of a graph that CONSTRAINT, VIEW or "
        f"SYMMETRY cuts, which is refused by name, {agree} of {len(judged)} "
        f"agree ({share:.1%})."
    )


def _by_class(rows: Sequence[Row]) -> str:
    found = Counter(row.verdict.of for row in rows)
    return ", ".join(f"{found[of]} {of}" for of in _CLASSES if found[of]) or "none"


def _times(rows: Sequence[Row]) -> Iterator[str]:
    both = [(row.ours_s, row.tlc_s) for row in rows if row.fine and row.tlc_s]
    if both:
        faster = sum(ours <= theirs for ours, theirs in both)
        yield f"No slower than TLC on {faster} of the {len(both)} that were timed."


def table(rows: Sequence[Row]) -> str:
    """Return results.md."""
    lines = [
        "# Results",
        "",
        *(f"{line}\n" for line in summary(rows).splitlines()),
        "| model | distinct states | verdict | ours s | TLC s | class |",
        "|---|---:|---|---:|---:|---|",
        *map(_cells, rows),
    ]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> str:
    answer = row.answer
    name = row.model.name.removeprefix("specifications/")
    distinct = "" if answer.distinct is None else f"{answer.distinct:,}"
    theirs = "" if row.tlc_s is None else f"{row.tlc_s:.1f}"
    said = answer.result or answer.end
    cells = [name, distinct, said, f"{row.ours_s:.1f}", theirs, row.verdict.of]
    return f"| {' | '.join(cells)} |"


# --------------------------------------------------------------------------
# The ledger


def ledger(rows: Sequence[Row], reasons: dict[str, str]) -> str:
    """Return ledger.toml: why each model that does not agree does not.

    `said` is what the comparison found, `reason` its cause, written by hand
    and kept by name and class for as long as that is the class.
    """
    lines = [
        "# Models that do not agree, each with what the comparison said.",
        "# A `reason` is written by hand, and kept while the class is the same.",
    ]
    for row in rows:
        if not row.fine:
            lines += ["", *_entry(row, reasons)]
    return "\n".join(lines) + "\n"


def _entry(row: Row, reasons: dict[str, str]) -> Iterator[str]:
    yield f"[{_quoted(row.model.name)}]"
    yield f'class = "{row.verdict.of}"'
    yield f"said = {_quoted(row.verdict.why)}"
    yield f"promised = {str(row.counts).lower()}"
    reason = reasons.get(_key(row.model.name, row.verdict.of))
    if reason:
        yield f"reason = {_quoted(reason)}"


def _reasons(path: Path) -> dict[str, str]:
    """Return the reasons of a ledger, by name and class."""
    if not path.exists():
        return {}
    try:
        entries: dict[str, dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Mistake(f"this ledger cannot be read: {error}", file=path) from None
    return {
        _key(name, entry["class"]): entry["reason"]
        for name, entry in entries.items()
        if "reason" in entry
    }


def _key(name: str, of: str) -> str:
    return f"{of} {name}"


def _quoted(text: str) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=True)
