"""What can go wrong, by whose fault it is, and the exit code that says so.

Three kinds stand for people and machines that can do something about them:
the user's `Mistake`, an `Unavailable` environment, and our own `Bug`.  A
violation found by a checker is *not* an exception: it is a result.
"""

from __future__ import annotations

import enum
from pathlib import Path

__all__ = [
    "Bug",
    "Exit",
    "Interrupted",
    "Mistake",
    "PyspecError",
    "Unavailable",
    "Undecided",
    "near",
]


def near(file: Path | str) -> str:
    """Return a file's path as the working directory sees it, if it is below."""
    path = Path(file)
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(file)


class Exit(enum.IntEnum):
    """Exit codes of every command."""

    FINE = 0
    VIOLATION = 1
    MISTAKE = 2
    UNDECIDED = 3
    ENVIRONMENT = 4
    BUG = 5
    INTERRUPTED = 130

    @staticmethod
    def worst(codes: list[Exit]) -> Exit:
        """Return the one code that several targets add up to.

        The first that occurs of 130, 5, 4, 2, 1, 3; 0 for none of them.
        """
        for code in (
            Exit.INTERRUPTED,
            Exit.BUG,
            Exit.ENVIRONMENT,
            Exit.MISTAKE,
            Exit.VIOLATION,
            Exit.UNDECIDED,
        ):
            if code in codes:
                return code
        return Exit.FINE


class PyspecError(Exception):
    """Anything that pyspec raises on purpose; `exit` says whose fault it was.

    `file`, `line` and `column` (both 1-based) say where, `expected` and
    `found` what, `hint` what to do.  All but the message are optional; `str`
    puts together those that are known.
    """

    exit: Exit = Exit.BUG

    def __init__(  # noqa: PLR0913 - data of an error message, all keyword-only
        self,
        message: str,
        *,
        file: Path | str | None = None,
        line: int | None = None,
        column: int | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = str(file) if file is not None else None
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
        self.hint = hint

    @property
    def place(self) -> str:
        """`file:line:column`, as far as it is known; empty if nothing is."""
        parts = [self.file, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if self.place else self.message
        lines = [head]
        if self.expected is not None:
            lines.append(f"  expected {self.expected}")
        if self.found is not None:
            lines.append(f"  found    {self.found}")
        if self.hint is not None:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


class Mistake(PyspecError):
    """The user's mistake: usage, a malformed file, a spec that does not parse."""

    exit = Exit.MISTAKE


class Unavailable(PyspecError):
    """The environment: no Java, no jar, a full disk, TLC killed from outside."""

    exit = Exit.ENVIRONMENT


class Undecided(PyspecError):
    """A limit on time or memory that was set ended the work before a verdict."""

    exit = Exit.UNDECIDED


class Interrupted(PyspecError):
    """Ctrl-C or SIGTERM; the message says how far the work got."""

    exit = Exit.INTERRUPTED


class Bug(PyspecError):
    """Our own bug: something that the code relies on does not hold."""

    exit = Exit.BUG
