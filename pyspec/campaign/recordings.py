"""Recordings of real servers (`traces/real/recordings.toml`) and their verdicts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspec.catalog import data_folder
from pyspec.conformance import adapt_file, ask
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyspec.conformance import Engine, Spec, Verdict


@dataclass(frozen=True, slots=True)
class Recording:
    """One log, what reads it, and the expected verdict of each of its traces."""

    log: Path
    adapter: Path
    spec: str
    expect: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recording's verdicts, and where they are not as expected."""

    recording: Recording
    verdicts: tuple[Verdict, ...]
    problems: tuple[str, ...]
    records: int
    ignored: Mapping[str, int]


def recordings(slug: str, folder: Path | None = None) -> tuple[Recording, ...]:
    """Return the recordings that are held to a protocol's spec."""
    base = folder or data_folder("traces") / "real"
    manifest = base / "recordings.toml"
    if not manifest.exists():
        return ()
    try:
        tables = tomllib.loads(manifest.read_text(encoding="utf-8"))["recording"]
        found = [_recording(base, table) for table in tables]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise Mistake(f"malformed: {error}", file=manifest) from None
    return tuple(recording for recording in found if recording.spec == slug)


def _recording(base: Path, table: Mapping[str, Any]) -> Recording:
    return Recording(
        log=base / table["file"],
        adapter=base / table["adapter"],
        spec=table["spec"],
        expect=dict(table["expect"]),
    )


def replay_recording(recording: Recording, spec: Spec, engine: Engine) -> Replayed:
    """Replay every trace of a log and compare its verdict with the expected one."""
    adapted = adapt_file(recording.log, recording.adapter)
    names = [str(key) for key in adapted.traces]
    questions = [
        ask(spec, trace, key=str(key)) for key, trace in adapted.traces.items()
    ]
    verdicts = engine.decide(questions)
    found = dict(zip(names, (v.headline for v in verdicts), strict=True))
    problems = [
        f"{name}: expected {recording.expect.get(name, 'no such trace')}, "
        f"found {found.get(name, 'no such trace')}"
        for name in sorted({*found, *recording.expect})
        if found.get(name) != recording.expect.get(name)
    ]
    return Replayed(
        recording,
        tuple(verdicts),
        tuple(problems),
        adapted.records,
        adapted.ignored,
    )
