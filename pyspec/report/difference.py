"""The report on a difference between the two engines: a file to send to us."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.errors import PyspecError
from pyspec.report.check import as_json
from pyspec.tla2tools.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspec.tla2tools import Job, Outcome, Toolchain

MOST_TEXT: Final = 200_000
"""Characters of all modules together; of larger ones digests must do."""


def write(
    toolchain: Toolchain, job: Job, theirs: Outcome, ours: Outcome, found: str
) -> str | None:
    """Write the report into the working directory; return the file's name.

    The folder for temporary files is next; None if that cannot be written.
    """
    text = "\n".join(lines(toolchain, job, theirs, ours, found)) + "\n"
    now = time.strftime("%Y%m%d-%H%M%S")
    name = f"pyspec-difference-{job.module.stem}-{now}.md"
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        place = folder / name
        try:
            place.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return str(place)
    return None


def lines(
    toolchain: Toolchain, job: Job, theirs: Outcome, ours: Outcome, found: str
) -> Iterator[str]:
    """Return the report's lines."""
    yield "# TLC and the native engine differ"
    yield ""
    yield found
    yield ""
    yield f"    {shlex.join(['pyspec', *sys.argv[1:]])}"
    yield ""
    jar, java = toolchain.jar, toolchain.java
    yield f"- Python {sys.version.split()[0]}, {platform.platform()}"
    yield f"- TLC {jar.version} {jar.revision} ({jar.sha256})"
    yield f"- Java {java.version}, {java.vendor}"
    yield ""
    for title, part in (("TLC", theirs), ("Native engine", ours)):
        yield f"## {title}"
        yield from _fenced(json.dumps(as_json(part), indent=1), "json")
    yield "## First difference"
    yield from _fenced(_first_difference(toolchain, job) or "not looked for")
    yield "## Configuration"
    yield from _fenced(_config(job))
    yield from _modules(ours.modules or theirs.modules)


def _first_difference(toolchain: Toolchain, job: Job) -> str | None:
    from pyspec.campaign.both import compare_edges  # noqa: PLC0415 - rarely needed
    from pyspec.campaign.native import Native  # noqa: PLC0415 - likewise

    try:
        return compare_edges(job, toolchain, Native()).difference
    except PyspecError as error:
        return str(error)


def _config(job: Job) -> str:
    if isinstance(job.config, Config):
        return job.config.text()
    try:
        return (job.config_path or job.module).read_text("utf-8", errors="replace")
    except OSError as error:
        return str(error)


def _modules(files: Mapping[str, str]) -> Iterator[str]:
    texts = {name: _text(file) for name, file in files.items()}
    whole = sum(map(len, texts.values())) <= MOST_TEXT
    for name, text in texts.items():
        yield f"## Module {name}"
        said = text if whole else hashlib.sha256(text.encode()).hexdigest()
        yield from _fenced(said)


def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8", errors="replace")
    except OSError as error:
        return str(error)


def _fenced(text: str, language: str = "") -> Iterator[str]:
    yield f"````{language}"
    yield text.rstrip("\n")
    yield "````"
    yield ""
