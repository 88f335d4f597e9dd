"""Whether evaluating a spec may read and write files, and how it does.

A spec that somebody else wrote is text, not a program; so what reaches out of
it is refused by name unless the context variable `allow_io` is set.  Without
it, `granted` may name single files that can be read, and what the variables of
the environment are.  Paths are relative to the working directory, as in TLC.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.language.runtime.errors import EvaluationError, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.language.runtime.order import V

__all__ = [
    "Grant",
    "WithheldError",
    "allow_io",
    "discarding",
    "file_error",
    "granted",
    "read_text",
    "require_io",
    "require_readable",
    "string",
    "write_text",
]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a spec reaches though it may not read files at large.

    `files` are resolved paths that may be read; `variables` are those of the
    environment, in the place of this process's own.  `read` are the paths that
    were asked for.
    """

    files: frozenset[Path]
    variables: Mapping[str, str]
    read: set[Path] = field(default_factory=set)


class WithheldError(EvaluationError):
    """TLC would go on here; pyspec may not."""


discarding: Final[ContextVar[bool]] = ContextVar("discarding", default=False)
"""Whether nothing is written, because the same was evaluated before."""
allow_io: Final[ContextVar[bool]] = ContextVar("allow_io", default=False)
granted: Final[ContextVar[Grant | None]] = ContextVar("granted", default=None)


def require_io(what: str, does: str) -> None:
    """Refuse an operator that reaches out of the spec, unless it may."""
    if not allow_io.get():
        raise WithheldError(
            f"{what} {does}, which a spec may not do unasked",
            hint="--allow-io lets specs read and write files and variables of the "
            "environment; use it for specs that you trust",
        )


def require_readable(name: str, what: str) -> None:
    """Refuse to read a file, unless it is one that was granted."""
    grant = granted.get()
    if grant is not None:
        with suppress(OSError, ValueError):
            grant.read.add(Path(name).resolve())
    if grant is None or allow_io.get():
        require_io(what, "reads a file")
        return
    try:
        is_granted = Path(name).resolve() in grant.files
    except (OSError, ValueError):
        is_granted = False
    if not is_granted:
        raise WithheldError(
            f"{what} reads {name}, which nobody has named",
            expected=", ".join(sorted(map(str, grant.files))) or "no file at all",
            hint="name it with --env NAME=FILE if the spec asks for a variable, or "
            "let a spec that you trust read every file with --allow-io",
        )


def string(v: V, place: str, what: str) -> str:
    """Return the string that an operator takes."""
    if type(v) is str:
        return v
    raise refused(
        f"the {place} argument of {what} is wrong", expected="a string", found=v
    )


def read_text(name: str, what: str) -> str:
    """Return what a file has; refused if that may not or cannot be read."""
    require_readable(name, what)
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise file_error(name, what, "read", error) from None


def write_text(name: str, what: str, text: str, *, mode: str = "w") -> None:
    """Write a file; refused if that may not or cannot be done."""
    require_io(what, "writes a file")
    if discarding.get():
        return
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise file_error(name, what, "write", error) from None


def file_error(
    name: str, what: str, verb: str, error: OSError | ValueError
) -> EvaluationError:
    """Return the error for a file that cannot be read or written."""
    if isinstance(error, UnicodeError):
        reason = "it is no UTF-8 text"
    else:
        reason = getattr(error, "strerror", None) or str(error)
    return refused(
        f"{what} cannot {verb} {name}: {reason}",
        hint=f"paths are relative to the working directory, {Path.cwd()}",
    )
