"""What tests of replay share: specs in folders of their own, and verdicts on traces."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from pyspec.conformance import Limits, NativeEngine, Spec, Verdict, ask, load_spec
from pyspec.tla2tools import find_toolchain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyspec.trace import Trace

toolchain: Final = cache(find_toolchain)


def written(folder: Path, text: str) -> Path:
    """Write a module to the file that it must be in, and return that."""
    name = re.search(r"MODULE (\w+)", text)
    assert name is not None
    file = folder / f"{name[1]}.tla"
    file.write_text(text, encoding="utf-8")
    return file


def spec_of(folder: Path, text: str) -> Spec:
    """Return the spec that a module is, without a cfg."""
    return load_spec(toolchain, written(folder, text))


def natively(
    spec: Spec, traces: Iterable[Trace], limits: Limits | None = None
) -> list[Verdict]:
    """Return the native engine's verdicts; unexplained unless limits are given."""
    engine = NativeEngine(toolchain, limits or Limits(explained=0))
    return engine.decide([ask(spec, trace) for trace in traces])
