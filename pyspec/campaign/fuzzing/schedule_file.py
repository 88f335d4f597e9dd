"""Schedules in files: NDJSON, a line for what is run and one for each happening."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from pyspec.errors import Mistake
from pyspec.trace.model import End
from pyspec.trace.strict_json import read_json
from refimpl.maps import FrozenMap
from refimpl.sim.dice import Doom
from refimpl.sim.schedule import Clock, Happening, Kind
from refimpl.sim.steered import Steered
from refimpl.triggers import Message, ProcessId, Timer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from refimpl.protocol import Protocol

__all__ = ["Noted", "read_schedule", "schedule_lines"]

_FORM: Final = "pyspec schedule 1"
_MILLION: Final = 1_000_000
_ENDS: Final = {end.value: end for end in End}
_DOOMS: Final = {"before": Doom.BEFORE, "after": Doom.AFTER}


class Noted(NamedTuple):
    """A schedule: of which processes, with which seed for their dice.

    `end` says whether more would have happened after it; `clocks` are of processes
    whose clock is not the world's.
    """

    seed: int
    processes: tuple[str, ...]
    end: End
    clocks: Mapping[ProcessId, Clock]
    happenings: tuple[Happening, ...]


def schedule_lines(  # noqa: PLR0913 - what a schedule consists of
    protocol: Protocol,
    seed: int,
    end: End,
    happenings: Sequence[Happening],
    clocks: Mapping[ProcessId, Clock] | None = None,
    *,
    variant: str | None = None,
) -> Iterator[str]:
    """Yield the lines of the file; `variant` is the name of this configuration."""
    head: dict[str, Any] = {
        "format": _FORM,
        "slug": protocol.slug,
        "seed": seed,
        "processes": [name for role in protocol.roles for name in role.ids],
        "end": end.value,
    }
    if variant is not None:
        head["variant"] = variant
    if clocks:
        head["clocks"] = {name: clock._asdict() for name, clock in clocks.items()}
    for each in (head, *map(_to_json, happenings)):
        yield json.dumps(each) + "\n"


def _to_json(happening: Happening) -> dict[str, Any]:
    given: dict[str, Any] = {
        "kind": happening.kind,
        "who": happening.who,
        "at_ns": happening.at_ns,
    }
    if happening.sender is not None:
        given["sender"] = happening.sender
        given["message"] = _encoded(happening.message)
    if happening.timer is not None:
        given["timer"] = happening.timer.name
    if happening.doom is not None:
        force, doom = happening.doom
        side = next(word for word, each in _DOOMS.items() if each is doom)
        given["doom"] = {"force": force, "side": side}
    if happening.crash_after is not None:
        given["crash_after"] = happening.crash_after
    if happening.kept:
        given["kept"] = list(happening.kept)
    return given


def _encoded(value: object) -> object:
    """Return a value of a message: plain JSON, or an object that tells its kind."""
    if value is None or type(value) in {bool, int, str}:
        return value
    if isinstance(value, ProcessId):
        return {"#process": str(value)}
    if isinstance(value, enum.Enum):
        return {"#enum": type(value).__name__, "name": value.name}
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return {"#tuple": type(value).__name__, "of": [*map(_encoded, value)]}
        return [*map(_encoded, value)]
    if isinstance(value, frozenset):
        return {"#set": [_encoded(each) for each in sorted(value, key=repr)]}
    if isinstance(value, FrozenMap):
        pairs = sorted(value.items(), key=repr)
        return {"#map": [[_encoded(key), _encoded(each)] for key, each in pairs]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in dataclasses.fields(value)]
        parts = {name: _encoded(getattr(value, name)) for name in names}
        return {"#": type(value).__name__, **parts}
    raise Mistake(
        f"a schedule cannot be written: a message has {value!r}",
        expected="int, str, bool, None, tuple, frozenset, FrozenMap, an enum or a "
        "dataclass",
    )


# ------------------------------------------------------------ reading


def read_schedule(path: Path, protocol: Protocol, variant: str | None = None) -> Noted:
    """Read a schedule of this protocol; Mistake with the line of what is wrong.

    `variant`: the name of the configuration that it must be of.

    Classes of messages are looked up among those of the implementation: nothing
    is imported that the file names.
    """
    reader = _Reader(path, protocol, variant)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"a schedule cannot be read: {error}", file=path) from None
    if not lines:
        raise Mistake("this schedule is empty", file=path)
    head = reader.head(lines[0])
    happenings = tuple(
        reader.happening(number, line)
        for number, line in enumerate(lines[1:], 2)
        if line.strip()
    )
    return head._replace(happenings=happenings)


class _Reader:
    """Reads the lines of one file."""

    def __init__(self, path: Path, protocol: Protocol, variant: str | None) -> None:
        self.path = path
        self.protocol = protocol
        self.variant = variant
        self.processes = [name for role in protocol.roles for name in role.ids]
        self.classes = _classes(protocol)

    def head(self, line: str) -> Noted:
        """Return what the first line says of the schedule."""
        data = self._object(1, line)
        if data.get("format") != _FORM:
            raise self._wrong(1, "this is no schedule", repr(_FORM), data.get("format"))
        if data.get("slug") != self.protocol.slug:
            raise self._wrong(
                1,
                "this is a schedule of another protocol",
                self.protocol.slug,
                data.get("slug"),
            )
        if data.get("variant") != self.variant:
            raise self._wrong(
                1,
                "this is a schedule of another configuration",
                f"--variant {self.variant}" if self.variant else "no --variant",
                data.get("variant"),
            )
        seed, names = data.get("seed"), data.get("processes")
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise self._wrong(1, "this is no seed", "an integer", seed)
        if not isinstance(names, list) or any(n not in self.processes for n in names):
            raise self._wrong(
                1, "these are other processes", ", ".join(self.processes), names
            )
        if data.get("end") not in [*_ENDS]:
            raise self._wrong(1, "this is no end", ", ".join(_ENDS), data.get("end"))
        clocks = self._clocks(data.get("clocks", {}), names)
        return Noted(seed, tuple(names), _ENDS[data["end"]], clocks, ())

    def _clocks(self, data: object, names: list[str]) -> dict[ProcessId, Clock]:
        """Return the clocks of processes; each skew and drift is a whole number."""
        if not isinstance(data, dict) or not set(data) <= set(names):
            expected = "some of " + ", ".join(names)
            raise self._wrong(1, "these are no clocks of processes", expected, data)
        return {ProcessId(name): self._clock(each) for name, each in data.items()}

    def _clock(self, data: object) -> Clock:
        wanted = [*Clock._fields]
        if not isinstance(data, dict) or sorted(data) != sorted(wanted):
            raise self._wrong(1, "this is no clock", ", ".join(wanted), data)
        if any(type(each) is not int for each in data.values()):
            raise self._wrong(1, "this is no clock", "whole numbers", data)
        if abs(data["drift_ppm"]) >= _MILLION:
            raise self._wrong(1, "this clock stands still", "less drift_ppm", data)
        return Clock(**data)

    def happening(self, number: int, line: str) -> Happening:
        """Return what one line says."""
        data = self._object(number, line)
        kind: Any = data.get("kind")
        at_ns = data.get("at_ns")
        if kind not in get_args(Kind):
            raise self._wrong(
                number, "nothing of this kind happens", ", ".join(get_args(Kind)), kind
            )
        if not isinstance(at_ns, int) or isinstance(at_ns, bool) or at_ns < 0:
            raise self._wrong(number, "this is no time", "nanoseconds, at_ns", at_ns)
        is_mail = kind in {"deliver", "lose", "copy"}
        return Happening(
            kind,
            self._process(number, data.get("who")),
            at_ns,
            sender=self._process(number, data.get("sender")) if is_mail else None,
            message=self._message(number, data.get("message")) if is_mail else None,
            timer=self._timer(number, data.get("timer")) if kind == "fire" else None,
            doom=self._doom(number, data.get("doom")),
            crash_after=self._crash_after(number, data.get("crash_after")),
            kept=self._kept(number, data.get("kept", [])),
        )

    def _object(self, number: int, line: str) -> dict[str, Any]:
        data = read_json(line, str(self.path), number)
        if not isinstance(data, dict):
            raise self._wrong(number, "this is no happening", "an object", data)
        return data

    def _process(self, number: int, name: object) -> ProcessId:
        if not isinstance(name, str) or name not in self.processes:
            known = ", ".join(self.processes)
            raise self._wrong(number, "there is no such process", known, name)
        return ProcessId(name)

    def _timer(self, number: int, name: object) -> Timer:
        if not isinstance(name, str):
            raise self._wrong(number, "this is no timer", "its name", name)
        return Timer(name)

    def _message(self, number: int, data: object) -> Message:
        found = self._decoded(number, data)
        if not isinstance(found, Message):
            raise self._wrong(number, "this is no message", "a message", data)
        return found

    def _doom(self, number: int, data: object) -> tuple[int, Doom] | None:
        if data is None:
            return None
        expected = 'as {"force": 0, "side": "before"}'
        if not isinstance(data, dict) or data.get("side") not in [*_DOOMS]:
            raise self._wrong(number, "this is no crash at a force", expected, data)
        force = data.get("force")
        if not isinstance(force, int):
            raise self._wrong(number, "this is no crash at a force", expected, data)
        return force, _DOOMS[data["side"]]

    def _crash_after(self, number: int, data: object) -> int | None:
        if data is None or (isinstance(data, int) and not isinstance(data, bool)):
            return data
        raise self._wrong(number, "this is no number of steps", "an integer", data)

    def _kept(self, number: int, data: object) -> tuple[str, ...]:
        if not isinstance(data, list) or not all(isinstance(x, str) for x in data):
            raise self._wrong(number, "these are no names of fields", "a list", data)
        return tuple(data)

    def _decoded(self, number: int, data: object) -> object:
        if isinstance(data, list):
            return tuple(self._decoded(number, each) for each in data)
        if not isinstance(data, dict):
            return data
        if "#process" in data:
            return ProcessId(str(data["#process"]))
        if "#set" in data:
            return frozenset(self._parts(number, data["#set"]))
        if "#map" in data:
            pairs = self._parts(number, data["#map"])
            return FrozenMap(self._pair(number, each) for each in pairs)
        return self._made(number, data)

    def _parts(self, number: int, data: object) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise self._wrong(number, "these are no parts", "a list", data)
        return tuple(self._decoded(number, each) for each in data)

    def _pair(self, number: int, data: object) -> tuple[object, object]:
        if not isinstance(data, tuple) or len(data) != 2:  # noqa: PLR2004 - a pair
            raise self._wrong(number, "this is no part of a map", "[key, value]", data)
        return data

    def _made(self, number: int, data: dict[str, Any]) -> object:
        """Return an instance of a class of the implementation."""
        name = data.get("#enum") or data.get("#tuple") or data.get("#")
        cls = self.classes.get(str(name))
        if cls is None:
            raise self._wrong(
                number,
                "the implementation has no such class",
                ", ".join(sorted(self.classes)),
                name,
            )
        try:
            if "#enum" in data:
                return cls[data["name"]]
            if "#tuple" in data:
                return cls(*(self._decoded(number, each) for each in data["of"]))
            parts = {key: each for key, each in data.items() if key != "#"}
            return cls(**{k: self._decoded(number, each) for k, each in parts.items()})
        except (TypeError, ValueError, KeyError) as error:
            raise self._wrong(
                number, f"this is no {name}: {error}", "its fields", data
            ) from None

    def _wrong(self, line: int, message: str, expected: str, found: object) -> Mistake:
        return Mistake(
            message,
            file=self.path,
            line=line,
            expected=expected,
            found=json.dumps(found, default=repr)[:200],
        )


def _classes(protocol: Protocol) -> dict[str, Any]:
    """Return the classes of values that the modules of an implementation have."""
    system = Steered(protocol, 0)
    system.start()
    made = [node.process for node in system.nodes.values() if node.process is not None]
    kinds = [cls for each in made for cls in type(each).__mro__]
    heard = [h.mark.on for each in made for h in each.handlers]
    kinds += [each for each in heard if isinstance(each, type)]
    modules = dict.fromkeys(cls.__module__ for cls in kinds)
    return {
        name: cls
        for module in modules
        for name, cls in inspect.getmembers(sys.modules[module], inspect.isclass)
        if dataclasses.is_dataclass(cls)
        or issubclass(cls, enum.Enum)
        or (issubclass(cls, tuple) and hasattr(cls, "_fields"))
    }
