"""Faults as text: `losses=3`, `latency_ns=1ms..20ms`, and back."""

from __future__ import annotations

import difflib
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.errors import Mistake
from refimpl.protocol import Faults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refimpl.protocol import Protocol

__all__ = ["PRESETS", "Ceiling", "ceiling_of", "faults_of", "settings_of", "span_ns"]

PRESETS: Final = ("none", "default", "all")
_PLAIN: Final = Faults()
_UNITS: Final = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}
_MS: Final = 1_000_000
_OF_ROLES: Final = ("spared", "stay_down")


class Ceiling(NamedTuple):
    """The most that may go wrong, and the names of what somebody has set."""

    faults: Faults
    pinned: frozenset[str]


def ceiling_of(protocol: Protocol, preset: str, settings: Iterable[str]) -> Ceiling:
    """Return what --faults and --set stand for; Mistake for a setting that is none.

    - none: nothing goes wrong
    - default: the protocol's own fault model
    - all: more of each kind that the model has, and whatever it cannot forbid
    """
    base = {"none": _PLAIN, "default": protocol.faults, "all": _all(protocol.faults)}
    given = dict(_pair(each) for each in settings)
    values = {name: _value(name, text) for name, text in given.items()}
    for name, value in values.items():
        try:
            replace(_PLAIN, **{name: value})
        except ValueError as error:
            problem = str(error).partition(": ")[2]
            raise Mistake(f"--set {name}={given[name]}: {problem}") from None
        if name in _OF_ROLES:
            _check_roles(protocol, name, value)
    # With the default model every part of it has been chosen by somebody.
    chosen = frozenset(values)
    if preset == "default":
        chosen |= _differing(protocol.faults)
    return Ceiling(replace(base[preset], **values), chosen)


def _check_roles(protocol: Protocol, name: str, roles: frozenset[str]) -> None:
    known = {each.name for each in protocol.roles}
    for each in sorted(roles - known):
        raise Mistake(
            f"--set {name}: {protocol.slug} has no role {each}",
            expected=", ".join(sorted(known)),
        )


def faults_of(protocol: Protocol, preset: str, settings: Iterable[str]) -> Faults:
    """Return the faults of a run that is to have exactly these."""
    return ceiling_of(protocol, preset, settings).faults


def settings_of(faults: Faults) -> list[str]:
    """Return the settings that make these faults of none.

    >>> settings_of(Faults(losses=3, latency_ns=(1500, 20_000_000)))
    ['losses=3', 'latency_ns=1500ns..20ms']
    """
    return [
        f"{each.name}={_shown(each.name, getattr(faults, each.name))}"
        for each in fields(Faults)
        if each.name in _differing(faults)
    ]


def _all(model: Faults) -> Faults:
    """Return a model's faults, more of them.

    A model without losses means a network that loses nothing, and so no cuts
    either.  Slowness no model of asynchrony can forbid; what it says of clocks is
    taken to be a bound that the protocol relies on.
    """
    lossy, timed = model.losses > 0, model.skew_ns > 0 or model.drift_ppm > 0
    return replace(
        model,
        losses=max(model.losses, 10) if lossy else 0,
        partitions=max(model.partitions, 3) if lossy else model.partitions,
        duplications=max(model.duplications, 10) if model.duplications else 0,
        crashes=max(model.crashes, 6) if model.crashes else 0,
        pauses=max(model.pauses, 4),
        latency="long tail",
        skew_ns=model.skew_ns if timed else 500 * _MS,
        drift_ppm=model.drift_ppm if timed else 1_000,
    )


def _differing(faults: Faults) -> frozenset[str]:
    return frozenset(
        each.name
        for each in fields(Faults)
        if getattr(faults, each.name) != getattr(_PLAIN, each.name)
    )


# ------------------------------------------------------------ reading


def _pair(setting: str) -> tuple[str, str]:
    name, equals, text = setting.partition("=")
    name = name.strip()
    known = [each.name for each in fields(Faults)]
    if not equals or name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise Mistake(
            f"--set {setting}: this is no setting",
            expected="NAME=VALUE, with a name of " + ", ".join(known),
            hint=f"Did you mean {close[0]}?" if close and name != close[0] else None,
        )
    return name, text.strip()


def _value(name: str, text: str) -> Any:  # noqa: ANN401 - of any field
    default = getattr(_PLAIN, name)
    if isinstance(default, bool):
        if text.lower() not in _TRUTH:
            raise _wrong(name, text, "true or false")
        return _TRUTH[text.lower()]
    if isinstance(default, frozenset):
        return frozenset(filter(None, map(str.strip, text.split(","))))
    if isinstance(default, tuple):
        return span_ns(name, text)
    if isinstance(default, str):
        return text.replace("-", " ").replace("_", " ")
    return _time_ns(name, text) if name.endswith("_ns") else _whole(name, text)


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise _wrong(name, text, "a whole number")
    return int(text)


def span_ns(name: str, text: str) -> tuple[int, int]:
    """Return both ends of `1ms..20ms`; of a single time twice that."""
    shortest, dots, longest = text.partition("..")
    first = _time_ns(name, shortest)
    return first, _time_ns(name, longest) if dots else first


def _time_ns(name: str, text: str) -> int:
    match = re.fullmatch(r"(\d{1,18})(?:\.(\d{1,9}))?\s*(ns|us|ms|s|)", text.strip())
    if match is None:
        raise _wrong(name, text, "a time such as 5ms or 1.5s, or from 1ms..20ms")
    whole, part, unit = match[1], match[2] or "", _UNITS[match[3] or "ns"]
    scaled = int(whole + part) * unit
    if scaled % 10 ** len(part):
        raise _wrong(name, text, "whole nanoseconds")
    return int(scaled // 10 ** len(part))


def _wrong(name: str, text: str, expected: str) -> Mistake:
    return Mistake(f"--set {name}={text}: this is no value", expected=expected)


# ------------------------------------------------------------ showing


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    if isinstance(value, tuple):
        return "..".join(map(_time, value))
    if isinstance(value, int) and name.endswith("_ns"):
        return _time(value)
    return str(value).replace(" ", "-")


def _time(value_ns: int) -> str:
    for unit, size in reversed(_UNITS.items()):
        if value_ns % size == 0 and value_ns:
            return f"{value_ns // size}{unit}"
    return "0ns"
