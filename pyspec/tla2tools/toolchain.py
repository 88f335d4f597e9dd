"""A Java and a jar to run, and what `pyspec doctor` tells about them."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspec.tla2tools.aot import AotCache
from pyspec.tla2tools.cache import cache_folder
from pyspec.tla2tools.jar import Jar, JarCandidate, find_jar, jar_candidates
from pyspec.tla2tools.java import Candidate, Java, find_java, java_candidates
from pyspec.tla2tools.quiet import quiet_jar

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Finding", "Toolchain", "describe", "find_toolchain"]


@dataclass(frozen=True)
class Toolchain:
    """What TLC and SANY are run with; `cache` is pyspec's cache folder."""

    java: Java
    jar: Jar
    cache: Path

    @property
    def aot(self) -> AotCache:
        """The AOT cache of this Java and this jar."""
        return AotCache(self.java, self.jar, self.cache / "aot")


def find_toolchain(java: Path | None = None, jar: Path | None = None) -> Toolchain:
    """Return the Java and the jar to use; Unavailable says which is missing."""
    return Toolchain(find_java(java), find_jar(jar), cache_folder())


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    topic is "java", "jar", "aot", "listener", "cache" or "temp"; `chosen`
    marks the candidate in use; `good` is False for what stands in the way.
    """

    topic: str
    what: str
    why: str
    chosen: bool = False
    good: bool = True


def describe(java: Path | None = None, jar: Path | None = None) -> list[Finding]:
    """Return what was found, candidate by candidate; never raises."""
    javas, jars = java_candidates(java), jar_candidates(jar)
    in_use_java, in_use_jar = _first_java(javas), _first_jar(jars)
    findings = [_about_java(c, in_use_java) for c in javas]
    findings += [_about_jar(c, in_use_jar) for c in jars]
    if in_use_java and in_use_jar:
        state = Toolchain(in_use_java, in_use_jar, cache_folder()).aot.state()
        findings.append(Finding("aot", "ahead-of-time cache", state))
    return [*findings, _about_listener(), _about_cache(), _about_temp()]


def _first_java(candidates: list[Candidate]) -> Java | None:
    """Return the one that find_java takes: a named one or nobody."""
    for candidate in candidates:
        if candidate.java is not None or candidate.named:
            return candidate.java
    return None


def _first_jar(candidates: list[JarCandidate]) -> Jar | None:
    for candidate in candidates:
        if candidate.jar is not None or candidate.named:
            return candidate.jar
    return None


def _about_java(candidate: Candidate, in_use: Java | None) -> Finding:
    where = f"{candidate.reason}: {candidate.path or '-'}"
    if candidate.java is None:
        return _rejected("java", where, candidate.rejected, named=candidate.named)
    said = f"Java {candidate.java.version}, {candidate.java.vendor}"
    return Finding("java", where, said, chosen=candidate.java is in_use)


def _about_jar(candidate: JarCandidate, in_use: Jar | None) -> Finding:
    where = f"{candidate.reason}: {candidate.path or '-'}"
    jar = candidate.jar
    if jar is None:
        return _rejected("jar", where, candidate.rejected, named=candidate.named)
    said = f"TLC {jar.version}{f' ({jar.revision})' if jar.revision else ''}"
    return Finding("jar", where, said, chosen=jar is in_use)


def _rejected(topic: str, where: str, why: str | None, *, named: bool) -> Finding:
    return Finding(topic, where, why or "", good=not named)


def _about_listener() -> Finding:
    quiet = quiet_jar()
    if quiet is None:
        why = "open on all interfaces while TLC runs: QuietTLC is missing or damaged"
        return Finding("listener", "TLC's RMI port", why, good=False)
    return Finding("listener", "TLC's RMI port", f"closed by QuietTLC ({quiet})")


def _about_cache() -> Finding:
    folder = cache_folder()
    if not folder.is_dir():
        return Finding("cache", str(folder), "not made yet")
    size = sum(_size(file) for file in folder.rglob("*"))
    writable = os.access(folder, os.W_OK)
    why = f"{size / 2**20:.1f} MB{'' if writable else ', cannot be written'}"
    return Finding("cache", str(folder), why, good=writable)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _about_temp() -> Finding:
    try:
        folder = tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x" * 4096)
        free_mb = shutil.disk_usage(folder).free >> 20
    except OSError as error:
        why = f"cannot be written: {error.strerror or error}"
        return Finding("temp", "temporary folder", why, good=False)
    return Finding("temp", folder, f"writable, {free_mb} MB free", good=free_mb > 0)
