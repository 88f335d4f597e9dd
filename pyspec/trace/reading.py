"""What reading a trace gave: the trace, and what of the file is not in it."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyspec.errors import Mistake
from pyspec.values.model import is_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.trace.model import Trace


class Format(enum.Enum):
    """The encodings of traces that are read; the first three are written, too."""

    TEXT = "text"
    NDJSON = "ndjson"
    ITF = "itf"
    TLC = "tlc"  # what TLC prints with -tool
    DUMP = "dump"  # what TLC writes with -dumpTrace json
    ETCD = "etcd"
    INRIA = "inria"


@dataclass(frozen=True, slots=True)
class Reading:
    """A trace as read from a file of some format.

    `ignored` counts, by what it is, what the file has and the trace does not;
    `notes` are sentences on what else the reader should know.
    """

    trace: Trace
    form: Format
    ignored: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Account:
    """Takes notes while a file is read."""

    ignored: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def reading(self, trace: Trace, form: Format) -> Reading:
        """Return the trace with the notes that were taken."""
        return Reading(trace, form, dict(+self.ignored), tuple(self.notes))


def module_name(
    given: str | None, found: str | None, file: str | None, account: Account
) -> str:
    """Return the module that a trace is of: as given, as found, or as its file.

    A file does not always say it; Mistake if there is nothing to go by.
    """
    for name in (given, found):
        if name is not None and is_name(name):
            return name
    stem = Path(file or "").name.partition(".")[0]
    if is_name(stem):
        account.notes.append(
            f"the file does not say of which module it is: {stem}, after its name"
        )
        return stem
    raise Mistake(
        "the file does not say of which module the trace is",
        file=file,
        hint="name the module (pyspec convert has --module for it)",
    )
