"""Histories named on the command line, as questions to an engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pyspec.conformance import Limits, Question, Verdict
    from pyspec.conformance.adapters import Adapted
    from pyspec.tla2tools import Toolchain

__all__ = ["CHOICES", "decide_histories", "read_histories", "spec_of_history"]

CHOICES: Final = ("register", "cas-register", "key-value")
"""What a history can be held to, as `pyspec.conformance.histories` has it."""


def read_histories(
    files: tuple[Path, ...], kind: str
) -> tuple[list[Adapted], list[tuple[str, Mistake]]]:
    """Read histories; one that cannot be read costs the others nothing."""
    from pyspec.conformance.adapters import Adapted
    from pyspec.conformance.histories import read_history

    adapted: list[Adapted] = []
    broken: list[tuple[str, Mistake]] = []
    for file in files:
        try:
            found = read_history(file, kind)
        except Mistake as error:
            broken.append((str(file), error))
        else:
            log = Adapted(found.file, found.traces, found.ignored, found.records)
            adapted.append(log)
    return adapted, broken


def spec_of_history(kind: str, *, alone: bool) -> str:
    """Return the file of the spec; Mistake beside options that contradict it."""
    from pyspec.conformance.histories import spec_of

    if not alone:
        raise Mistake(
            "--history names the spec and reads the history",
            hint="Leave out --spec, --config, --adapter, --property, --follow and "
            "--minimize.",
        )
    return str(spec_of(kind))


def decide_histories(
    engine: str,
    toolchain: Callable[[], Toolchain],
    limits: Limits,
    questions: Sequence[Question],
) -> list[Verdict]:
    """Answer by the engine of this name, and say what might have been told."""
    from pyspec.conformance import NativeEngine, TlcEngine
    from pyspec.conformance.histories import HistoryWalk
    from pyspec.conformance.histories.refused import decided

    def deciding(
        limits: Limits,
    ) -> Callable[[Sequence[Question]], list[Verdict]]:
        if engine == "tlc":
            return TlcEngine(toolchain(), limits).decide
        return NativeEngine(toolchain, limits, walk=HistoryWalk).decide

    briefly, fully = deciding(replace(limits, explained=0)), deciding(limits)
    return decided(questions, briefly, fully, limits.explained)
