"""QuietTLC: TLC without its network listener (java/pyspec/QuietTLC.java).

The class comes compiled, in a jar of its own that is appended to the class
path.  Without it TLC runs just the same, with an open port.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from pyspec.errors import Bug

__all__ = ["QUIET_MAIN", "TLC_MAIN", "build", "quiet_jar", "quiet_main"]

TLC_MAIN = "tlc2.TLC"
QUIET_MAIN = "pyspec.QuietTLC"
JAR = Path(__file__).parent / "java" / "quiet.jar"
SOURCE = Path(__file__).parent / "java" / "pyspec" / "QuietTLC.java"

_ENTRY = "pyspec/QuietTLC.class"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_NO_MAIN_CLASS = ("Could not find or load main class", "NoClassDefFoundError")


def quiet_jar() -> Path | None:
    """Return the jar with QuietTLC; None if it is missing or damaged."""
    try:
        with zipfile.ZipFile(JAR) as archive:
            intact = _ENTRY in archive.namelist() and archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return None
    return JAR if intact and os.pathsep not in str(JAR) else None


def quiet_main(main: str, jar: Path | None) -> str:
    """Return the class to start instead of `main`."""
    return QUIET_MAIN if main == TLC_MAIN and jar is not None else main


def did_not_start(stderr: str) -> bool:
    """Whether Java's complaint is that it could not load the class to start."""
    return any(phrase in stderr for phrase in _NO_MAIN_CLASS)


def build(javac: Path | str, tla2tools: Path, target: Path) -> None:
    """Compile the source and write the jar: the same bytes every time.

    For maintainers and the test that compares; Java 17's javac made ours.
    """
    with tempfile.TemporaryDirectory(prefix="pyspec-build-") as folder:
        command = [str(javac), "--release", "8", "-Xlint:-options", "-g:none"]
        command += ["-cp", str(tla2tools), "-d", folder, str(SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Bug(f"QuietTLC does not compile: {done.stderr.strip()}")
        _pack(Path(folder), target)


def _pack(classes: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(classes.rglob("*.class")):
            entry = zipfile.ZipInfo(file.relative_to(classes).as_posix(), _LONG_AGO)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    build(sys.argv[1], Path(sys.argv[2]), JAR)
