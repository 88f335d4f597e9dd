"""A trace: a header and events, each of which constrains a step of a spec.

What each part means to replay stands in docs/guide/traces.md.  The text form
(`pyspec.trace.text`) is one encoding of this model, TLC's counterexamples read
into it too.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, final

from pyspec.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_CONSTANTS: Final[Mapping[str, Value]] = MappingProxyType({})


@final
class Unknown(enum.Enum):
    """The one object that stands for an argument that was not recorded: `_`."""

    UNKNOWN = "_"


UNKNOWN: Final = Unknown.UNKNOWN
Argument: TypeAlias = Value | Unknown


@dataclass(frozen=True, slots=True)
class Location:
    """A region of a module, 1-based, both ends included."""

    module: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Call:
    """A step by a named action of the spec.

    `arguments` is None when they were not recorded at all (a bare name, as in
    TLC's counterexamples); a single one may be UNKNOWN.
    """

    action: str
    arguments: tuple[Argument, ...] | None = None
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AnyStep:
    """`?`: one step of Next that changes something, by an unknown action."""


@dataclass(frozen=True, slots=True)
class Skip:
    """`SKIP`: no step; no variable changes."""


Step: TypeAlias = Call | AnyStep | Skip


@dataclass(frozen=True, slots=True)
class Path:
    """What an observation looks at: a variable or state operator, or a part.

    `root` is a variable or an operator of the spec, `arguments` those of an
    operator (empty for a variable).  `selectors` leads into the value:
    `rmState[r1].log` has selectors (r1, "log"); a field is a string selector,
    and `f[a, b]` selects with the tuple (a, b).  `length` means Len(path).
    """

    root: str
    arguments: tuple[Value, ...] = ()
    selectors: tuple[Value, ...] = ()
    length: bool = False


class Relation(enum.Enum):
    """How an observed value relates to its path."""

    EQUALS = "="  # path = v
    ONE_OF = r"\in"  # path \in {v, ...}: value is the set
    CONTAINS = "contains"  # v \in path
    INCLUDES = r"\subseteq"  # {v, ...} \subseteq path: value is the set


@dataclass(frozen=True, slots=True)
class Observation:
    """A fact about the state before (unprimed) or after (primed) an event."""

    path: Path
    relation: Relation
    value: Value
    primed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded event.

    `number` is the printed one (from 1, not always consecutive).  `steps` has
    several members for `A ; B`.  `time_ns` is in nanoseconds.  `clock` is a
    vector clock; `sent` and `received` identify messages, each of which one
    event sent.  `line` is where the event stands in its source file (None if it
    was made in memory), `source` the text or record that it was made from.
    """

    number: int
    steps: tuple[Step, ...]
    observations: tuple[Observation, ...] = ()
    process: str | None = None
    time_ns: int | None = None
    clock: Mapping[str, int] | None = None
    sent: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    line: int | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Silent:
    """`SILENT A(_) MAX n`: such steps may happen unrecorded.

    `maximum` is per gap between events; None means any number.
    """

    call: Call
    maximum: int | None = None


class End(enum.Enum):
    """Why the recording stops: nothing will ever happen, cut off, or crashed."""

    QUIESCENT = "quiescent"
    CUT = "cut"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Loop:
    """`LOOP k`: events k+1..n repeat for ever; k is an event's number or 0."""

    back_to: int


class Expected(enum.Enum):
    """What kind of verdict the recorder expects."""

    CONFORMS = "conforms"
    REJECTED = "rejected"
    VIOLATES = "violates"
    OWES = "owes"


@dataclass(frozen=True, slots=True)
class Expectation:
    """`EXPECT conforms | rejected at N | violates P | owes A(e)`."""

    verdict: Expected
    event: int | None = None
    property: str | None = None
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A header and events.  `file` is where it was read from.

    `events` is a tuple, unless there are so many that they are read from the file
    each time.  `lines` says on which lines the header's entries stand: `TRACE`,
    `EXPECT`, `CONSTANT N`, `SILENT A` and `INIT x`, as far as they are known.
    """

    module: str
    events: Sequence[Event] = ()
    constants: Mapping[str, Value] = field(default_factory=lambda: NO_CONSTANTS)
    meta: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    silent: tuple[Silent, ...] = ()
    expect: Expectation | None = None
    init: tuple[Observation, ...] = ()
    end: End | Loop = End.CUT
    file: str | None = field(default=None, compare=False)
    damage: str | None = field(default=None, compare=False)
    lines: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )
