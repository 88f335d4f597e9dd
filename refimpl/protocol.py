"""A protocol as its runner sees it: who takes part, and what the spec calls it.

Each reference implementation has one `Protocol` at its module's end, named
PROTOCOL; `find` gets it by the protocol's slug.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import refimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspec.values import Value
    from refimpl.process import Context, Process, ProcessId

__all__ = ["Broken", "Faults", "Protocol", "Role", "find", "find_broken", "slugs"]


Latency: TypeAlias = Literal["uniform", "long tail"]
Cut: TypeAlias = Literal["split", "one-way", "pair"]
Histories: TypeAlias = Literal["register", "cas-register", "key-value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What may go wrong in one run: how often at most, how likely, how long.

    Nothing goes wrong by default, but messages overtake one another: each takes
    its own time.  Percentages are per opportunity (a message sent, an event of
    a process, a force of a log); times are whole nanoseconds, both ends of a
    range included.
    """

    losses: int = 0
    """At most so many messages are lost by the network."""
    duplications: int = 0
    """At most so many copies of messages are made by the network."""
    crashes: int = 0
    """At most so many crashes happen, of all processes together."""
    loss_percent: int = 10
    """Chance that a message is lost, while losses are left."""
    duplication_percent: int = 10
    """Chance that a message is copied, while duplications are left."""
    crash_percent: int = 4
    """Chance of a crash at an event and at either side of a force."""
    latency_ns: tuple[int, int] = (1_000_000, 20_000_000)
    """Shortest and longest time that a message takes."""
    latency: Latency = "uniform"
    """Any time of the range is as likely; or, with a long tail, each doubling of it
    is half as likely as the one before, up to 64 times."""
    fifo: bool = False
    """No message overtakes another from the same sender to the same receiver."""
    downtime_ns: tuple[int, int] = (1_000_000, 200_000_000)
    """Shortest and longest time from a crash to the restart."""
    partitions: int = 0
    """At most so many times the network is cut, and heals again."""
    partition_kinds: frozenset[Cut] = frozenset({"split", "one-way", "pair"})
    """Two groups that do not reach each other; one that does not reach the other;
    two processes that do not reach each other."""
    partition_ns: tuple[int, int] = (50_000_000, 500_000_000)
    """Shortest and longest time that a cut lasts."""
    pauses: int = 0
    """At most so many times a process stands still, and what comes to it waits."""
    pause_ns: tuple[int, int] = (10_000_000, 300_000_000)
    """Shortest and longest pause."""
    calm_ns: tuple[int, int] = (0, 500_000_000)
    """Shortest and longest time before a cut or a pause, and between two."""
    skew_ns: int = 0
    """A process's clock may be so far before another's when all begin."""
    drift_ppm: int = 0
    """A process's clock may gain or lose so much: millionths."""
    unsynced_percent: int = 0
    """Chance that a write which was not forced survives a crash all the same."""
    spared: frozenset[str] = frozenset()
    """Names of roles that never crash."""
    stay_down: frozenset[str] = frozenset()
    """Names of roles that never come back from a crash."""

    def __post_init__(self) -> None:
        for each in fields(self):
            problem = _problem(each.name, getattr(self, each.name))
            if problem:
                raise ValueError(f"Faults.{each.name}: {problem}")


_MILLION = 1_000_000
_WORDS = {"latency": get_args(Latency), "partition_kinds": get_args(Cut)}


def _problem(name: str, value: object) -> str | None:
    if name in _WORDS:
        given = value if isinstance(value, frozenset) else {value}
        words = _WORDS[name]
        if given and set(given) <= set(words):
            return None
        return f"{value!r} is none of {', '.join(map(repr, words))}"
    if isinstance(value, frozenset | bool):
        return None
    if isinstance(value, tuple):
        fine = len(value) == 2 and 0 <= value[0] <= value[1]  # noqa: PLR2004 - a range
        return (
            None if fine else f"{value} is no range of nanoseconds (shortest, longest)"
        )
    if not isinstance(value, int) or value < 0:
        return f"{value!r} is no number that is at least 0"
    if name == "drift_ppm" and value >= _MILLION:
        return f"{value} millionths would let a clock stand still"
    if name.endswith("_percent") and value > 100:  # noqa: PLR2004 - per cent
        return f"{value} is more than 100 percent"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One kind of process.

    `make` builds a process when it first starts and again after each crash.
    `crash` is the spec's action for a crash of one, its arguments paths from
    `self`, the process: "RMCrash(self.id)".  None if the spec has no such action:
    processes of this role never crash, whatever the fault model allows.
    """

    name: str
    ids: tuple[ProcessId, ...]
    make: Callable[[Context], Process]
    crash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Who takes part in a protocol, and what its spec calls what happens.

    `lose`, `duplicate` and `ignore` are the spec's actions for a message that
    the network loses or copies and for one that its receiver has no use for,
    their arguments paths from `message`; None if no variable changes.
    `network` is the spec's variable for the bag of messages in flight, None if
    it has another notion of a network.  `faults` is the fault model that the
    protocol is meant to stand.  `history` says what the histories of its clients
    are to be linearizable as; None if it has no clients.  `smaller` makes the same
    protocol with a process less; None if it cannot do with fewer.  `variants` are
    other configurations, by name, for what this one never does: what must happen in
    some run may happen in a run of any.
    """

    slug: str
    module: str
    roles: tuple[Role, ...]
    constants: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    lose: str | None = None
    duplicate: str | None = None
    ignore: str | None = None
    network: str | None = None
    faults: Faults = field(default_factory=Faults)
    history: Histories | None = None
    smaller: Callable[[], Protocol] | None = None
    variants: Mapping[str, Protocol] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def configurations(self) -> tuple[tuple[str, Protocol], ...]:
        """This protocol, as "", and its variants, each with its name."""
        return (("", self), *self.variants.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An implementation with a known mistake, which replay must find.

    `wrong` says what it does.  Under `faults`, with each of `seeds`, its trace is
    rejected at an event of one of the actions `rejected_at`.  A mistake that
    takes no wrong step has none of these: its trace ends while the action `owes`
    stays enabled, which fairness demands.
    """

    name: str
    wrong: str
    protocol: Protocol
    faults: Faults
    seeds: tuple[int, ...]
    rejected_at: frozenset[str] = frozenset()
    owes: str | None = None

    def __post_init__(self) -> None:
        if bool(self.rejected_at) == bool(self.owes):
            raise ValueError(f"{self.name}: give one of rejected_at and owes")


def find(slug: str, variant: str = "") -> Protocol:
    """Return the protocol of a slug, or a variant of it; KeyError if there is none.

    >>> find("two_phase_commit").module
    'TwoPhaseCommit'
    """
    found = importlib.import_module(_module_of(slug)).PROTOCOL
    if not isinstance(found, Protocol):
        raise TypeError(f"{slug}: PROTOCOL is no Protocol but {found!r}")
    return found.variants[variant] if variant else found


def find_broken(slug: str) -> tuple[Broken, ...]:
    """Return the implementations of a slug that replay finds; () if it has none."""
    try:
        module = _module_of(f"{slug}_broken")
    except KeyError:
        return ()
    found: tuple[Broken, ...] = importlib.import_module(module).BROKEN
    return found


def slugs() -> tuple[str, ...]:
    """Return the slugs of all protocols that have an implementation."""
    names = (name.rpartition(".")[2] for name in _modules())
    return tuple(sorted(name for name in names if not name.endswith("_broken")))


def _module_of(slug: str) -> str:
    for name in _modules():
        if name.rpartition(".")[2] == slug:
            return name
    raise KeyError(slug)


def _modules() -> list[str]:
    """Modules refimpl.FAMILY.SLUG; the simulator and the audit are no families."""
    return [
        f"refimpl.{family.name}.{module.name}"
        for family in pkgutil.iter_modules(refimpl.__path__)
        if family.ispkg and family.name not in {"audit", "sim"}
        for module in pkgutil.iter_modules(
            [f"{path}/{family.name}" for path in refimpl.__path__]
        )
    ]
