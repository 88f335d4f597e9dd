"""Running SANY: does a module parse, what is wrong with it, its semantic tree.

SANY stops at the first syntax error.  To give more of them, `parse` takes the
definition with the error out of a private copy and asks again, a few times;
an error inside of a module that only a broken line would import stays unseen.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Bug, Mistake, Unavailable, Undecided
from pyspec.kept import replacing, trim
from pyspec.tla2tools.chatter import Chatter, Kind, SpecError, read_chatter
from pyspec.tla2tools.modules import involved, search_path
from pyspec.tla2tools.plain import without_comments
from pyspec.tla2tools.process import JvmOptions, Size, Workspace, run_java
from pyspec.tla2tools.recovery import without_unit

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from pyspec.tla2tools.process import Finished
    from pyspec.tla2tools.toolchain import Toolchain

__all__ = [
    "SanyReport",
    "Unparsed",
    "export_xml",
    "involved",
    "parse",
    "search_path",
]

_MOST_SYNTAX_ERRORS: Final = 8
_TIMEOUT_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class SanyReport:
    """What SANY says about a module and those that it needs.

    `modules` are pairs of name and file, without the standard modules that
    came out of the jar, which are in `standard`.
    """

    module: Path
    modules: tuple[tuple[str, Path], ...] = ()
    standard: tuple[str, ...] = ()
    errors: tuple[SpecError, ...] = ()
    warnings: tuple[SpecError, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are no errors."""
        return not self.errors

    def require(self) -> SanyReport:
        """Return the report if there is no error; else raise Mistake with all."""
        if self.ok:
            return self
        first, *others = self.errors
        more = "\n  ".join(str(error) for error in others)
        hint = "\n  ".join(part for part in (first.hint, more) if part)
        raise Unparsed(
            self,
            first.message,
            file=first.file or self.module,
            line=first.line,
            column=first.column,
            hint=hint or None,
        )


class Unparsed(Mistake):
    """A module that SANY does not accept; the report has all errors."""

    def __init__(self, report: SanyReport, message: str, **place: Any) -> None:  # noqa: ANN401 - see Mistake
        super().__init__(message, **place)
        self.report = report


def parse(
    toolchain: Toolchain,
    module: Path,
    library: Sequence[Path] = (),
    *,
    stop: threading.Event | None = None,
) -> SanyReport:
    """Run SANY on a module file; modules it needs are looked for in `library` too.

    A spec that does not parse is a result, not an exception.  Raises
    Unavailable, Undecided or Bug if SANY cannot be run or breaks down.
    """
    module = module.absolute()
    if missing := missing_module(module):
        return SanyReport(module, errors=(missing,))
    with Workspace() as workspace:
        asked = _Asked(toolchain, workspace, search_path(module, library), stop)
        chatter = asked.sany(module)
        errors = [*chatter.errors, *_more_syntax_errors(asked, module, chatter)]
        return _report(module, replace(chatter, errors=errors), workspace.path)


def missing_module(module: Path) -> SpecError | None:
    """Return the error of a module file that is not there, or has a wrong name."""
    if module.suffix != ".tla":
        return SpecError(
            f"not a TLA+ module: {module.name}",
            Kind.MODULE_NAME,
            str(module),
            hint="the name of a module's file ends with .tla",
        )
    if module.is_file():
        return None
    what = "is a folder" if module.is_dir() else "does not exist"
    return SpecError(f"the file {what}", Kind.MISSING_MODULE, str(module))


@dataclass(frozen=True, slots=True)
class _Asked:
    """SANY, ready to be asked, several times, in one workspace."""

    toolchain: Toolchain
    workspace: Workspace
    folders: tuple[Path, ...]
    stop: threading.Event | None

    def sany(self, module: Path, *, patched: bool = False) -> Chatter:
        """Return what SANY prints; the folder of a patched module goes first."""
        library = self.folders if patched else self.folders[1:]
        lines: list[str] = []
        finished = run_java(
            self.toolchain,
            "tla2sany.SANY",
            [module.name],
            workspace=self.workspace,
            cwd=module.parent,
            on_line=lines.append,
            jvm=JvmOptions(size=Size.SMALL, extra=library_option(library)),
            timeout_s=_TIMEOUT_S,
            stop=self.stop,
        )
        chatter = read_chatter(lines)
        if not chatter.errors:
            _require_end(finished, lines, ok=(0,))
        return chatter


def library_option(folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the option of Java that tells SANY and TLC where modules are."""
    if not folders:
        return ()
    return (f"-DTLA-Library={os.pathsep.join(map(str, folders))}",)


def _require_end(finished: Finished, lines: list[str], *, ok: tuple[int, ...]) -> None:
    """Raise what is to blame if SANY ended in a way that tells nothing."""
    if finished.ended == "timeout":
        raise Undecided(f"SANY did not end within {_TIMEOUT_S:.0f} s")
    if finished.ended == "memory":
        raise Undecided("SANY ran out of memory")
    if finished.ended in {"stopped", "signal"}:
        raise Unavailable("SANY was ended from outside")
    if finished.returncode not in ok:
        said = next((ln for ln in reversed(lines) if ln.strip()), finished.stderr)
        raise Bug(f"SANY failed with exit code {finished.returncode}: {said.strip()}")


def _more_syntax_errors(
    asked: _Asked, module: Path, first: Chatter
) -> Iterator[SpecError]:
    """Yield syntax errors behind the first: of this module and those it needs."""
    patches = _Patches(asked.workspace.path / "patched")
    known = _syntax_error(first)
    for _ in range(_MOST_SYNTAX_ERRORS - 1):
        if known is None or not patches.apply(module, known):
            return
        chatter = asked.sany(patches.folder / module.name, patched=True)
        found = _syntax_error(chatter)
        known = patches.original(found) if found else None
        if known is not None:
            yield known


def _syntax_error(chatter: Chatter) -> SpecError | None:
    errors = [error for error in chatter.errors if error.kind is Kind.SYNTAX]
    return errors[0] if errors else None


class _Patches:
    """Copies of modules without the definitions that have errors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources: dict[Path, Path] = {}
        self.done: set[tuple[str, int]] = set()

    def apply(self, root: Path, error: SpecError) -> bool:
        """Take out what holds the error; false if that is not possible."""
        if error.file is None or error.line is None or error.column is None:
            return False
        self.folder.mkdir(exist_ok=True)
        self._copy(root)
        copy = self._copy(root.parent / error.file)
        text = copy.read_text(encoding="utf-8", errors="replace")
        changed = without_unit(text, error.line, error.column)
        if changed is None or changed == text:
            return False
        copy.write_text(changed, encoding="utf-8")
        return True

    def _copy(self, source: Path) -> Path:
        copy = self.folder / source.name
        if copy not in self.sources:
            self.sources[copy] = source
            copy.write_bytes(source.read_bytes())
        return copy

    def original(self, error: SpecError) -> SpecError | None:
        """Return the error with the file it is really in; None if it repeats."""
        if error.file is None or error.line is None:
            return None
        source = self.sources.get(self.folder / error.file, Path(error.file))
        place = (str(source), error.line)
        if place in self.done:
            return None
        self.done.add(place)
        return replace(error, file=str(source))


def _report(module: Path, chatter: Chatter, private: Path) -> SanyReport:
    files = {name: Path(module.parent, file) for name, file in chatter.files.items()}
    own = {
        name: file for name, file in files.items() if not file.is_relative_to(private)
    }
    return SanyReport(
        module,
        modules=tuple(own.items()),
        standard=tuple(name for name in files if name not in own),
        errors=tuple(placed(error, module) for error in chatter.errors),
        warnings=tuple(placed(warning, module) for warning in chatter.warnings),
    )


def placed(error: SpecError, module: Path) -> SpecError:
    """Give an error the full path of its file, and a line where one is known."""
    file = Path(module.parent, error.file or module.name)
    found = replace(error, file=str(file))
    if error.kind is Kind.MISSING_MODULE and error.line is None:
        name = re.search(r"for module (\w+)", error.message)
        return _at_mention(found, file, name[1]) if name else found
    return found


def _at_mention(error: SpecError, file: Path, name: str) -> SpecError:
    """Place an error where the file first mentions a name, outside of comments."""
    try:
        text = without_comments(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return error
    match = re.search(
        rf"\b(?:EXTENDS|INSTANCE)\b[\w\s,]*?\b({re.escape(name)})\b", text
    )
    if match is None:
        return error
    before = text[: match.start(1)]
    column = match.start(1) - (before.rfind("\n") + 1) + 1
    return replace(error, line=before.count("\n") + 1, column=column)


# --------------------------------------------------------------------------
# The semantic tree


def export_xml(
    toolchain: Toolchain,
    module: Path,
    library: Sequence[Path] = (),
    *,
    stop: threading.Event | None = None,
) -> bytes:
    """Return SANY's semantic tree of a module as XML.

    Cached by the content of every module involved and the version of the jar.
    Raises Mistake if the module has errors (SANY exports it even then).
    """
    module = module.absolute()
    if missing := missing_module(module):
        SanyReport(module, errors=(missing,)).require()
    folders = search_path(module, library)
    cached = _cache_file(toolchain, module, folders)
    known = _read_cached(cached)
    if known is not None:
        return known
    xml = _exported(toolchain, module, folders, stop)
    _write_cached(cached, xml)
    return xml


_CACHED: Final = 2
"""Raise it when other modules are refused, or the XML is another."""

_LARGEST_XML_BYTES: Final = 1 << 30
"""SANY writes all of it as one line."""


def _exported(
    toolchain: Toolchain,
    module: Path,
    folders: tuple[Path, ...],
    stop: threading.Event | None,
) -> bytes:
    places = [part for folder in folders[1:] for part in ("-I", str(folder))]
    lines: list[str] = []
    with Workspace() as workspace:
        finished = run_java(
            toolchain,
            "tla2sany.xml.XMLExporter",
            [*places, "-o", module.name],
            workspace=workspace,
            cwd=module.parent,
            on_line=lines.append,
            jvm=JvmOptions(size=Size.SMALL),
            timeout_s=_TIMEOUT_S,
            stop=stop,
            longest_line_bytes=_LARGEST_XML_BYTES,
        )
    start = next((at for at, ln in enumerate(lines) if ln.startswith("<?xml")), None)
    chatter = read_chatter(lines[:start])
    said_apart = "*** Errors:" in finished.stderr  # errors of level stand there
    if chatter.errors or said_apart or start is None:
        parse(toolchain, module, folders[1:], stop=stop).require()
    if "invalid XML character" in finished.stderr:
        raise Mistake(
            "SANY cannot hand over a string with a control character",
            file=module,
            expected="strings without \\f and the like, which XML cannot hold",
        )
    _require_end(finished, lines[:start], ok=(0,))
    if start is None:
        raise Bug("SANY printed no XML", file=module)
    return "\n".join(lines[start:]).encode()


def _cache_file(toolchain: Toolchain, module: Path, folders: Sequence[Path]) -> Path:
    said = f"{_CACHED}\0{toolchain.jar.version}\0{module.stem}\0"
    key = hashlib.sha256(said.encode())
    for name, file in sorted(involved(module, folders).items()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        key.update(f"{name}\0{content}\0".encode())
    return Path(toolchain.cache) / "xml" / f"{key.hexdigest()}.xml"


def _read_cached(file: Path) -> bytes | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    whole = content.startswith(b"<?xml") and content.rstrip().endswith(b"</modules>")
    return content if whole else None


def _write_cached(file: Path, content: bytes) -> None:
    """Write a cache entry in one step; without a cache all still works."""
    with contextlib.suppress(OSError), replacing(file) as part:
        part.write_bytes(content)
    trim(file.parent)
