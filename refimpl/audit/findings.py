"""What an audit finds: where, what, and what to do instead."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["Finding", "short"]


class Finding(NamedTuple):
    """A rule that an implementation breaks.

    - file, line: the line is 1-based
    - where: class and method, as `Leader.tick`
    - what: what it does, as `reads the wall clock (time.time)`
    - instead: what to do, as `use self.now()`
    """

    file: str
    line: int
    where: str
    what: str
    instead: str

    def __str__(self) -> str:
        return (
            f"{_near(self.file)}:{self.line}: {self.where} {self.what}; {self.instead}"
        )


def short(qualified: str) -> str:
    """Return a name as its reader knows it: without the function around a class."""
    return qualified.rpartition("<locals>.")[2]


def _near(file: str) -> str:
    """Return a path as the working directory sees it, if it is below."""
    try:
        return str(Path(file).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
