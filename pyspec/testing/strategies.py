"""Hypothesis strategies: TLA+ values, traces and TLC's cfg files.

Hypothesis is an extra (`pip install pyspec-tla[test]`), so nothing outside of
tests imports this.
"""

from __future__ import annotations

import functools
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from pyspec.tla2tools.config import Config
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    End,
    Event,
    Expectation,
    Expected,
    Loop,
    Observation,
    Path,
    Relation,
    Silent,
    Skip,
    Step,
    Trace,
)
from pyspec.trace.write import NO_ROOTS
from pyspec.values.model import (
    FALSE,
    NO_MODEL_VALUES,
    TRUE,
    ModelValue,
    Value,
    fn,
    is_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import DrawFn, SearchStrategy

_USUAL_NAMES = ("x", "r1", "n2", "rmState", "log", "null", "Len", "MAX", "a_1", "2PC")


@functools.cache
def names() -> SearchStrategy[str]:
    """TLA+ identifiers, words of the formats among them."""
    letters = string.ascii_letters + string.digits + "_"
    made_up = st.text(letters, min_size=1, max_size=8).filter(is_name)
    return st.sampled_from(_USUAL_NAMES) | made_up


@functools.cache
def model_values() -> SearchStrategy[ModelValue]:
    """Model values."""
    return names().filter(lambda name: name not in NO_MODEL_VALUES).map(ModelValue)


@functools.cache
def scalars() -> SearchStrategy[Value]:
    """Integers, strings, booleans and model values."""
    booleans = st.sampled_from((TRUE, FALSE))
    return st.integers() | st.text(max_size=8) | booleans | model_values()


@st.composite
def values(draw: DrawFn, depth: int = 3) -> Value:
    """Build TLA+ values of every kind, nested up to `depth` levels."""
    return _value(draw, depth)


def _value(draw: DrawFn, depth: int) -> Value:
    # Written out, not with st.recursive: the printed form of that strategy,
    # which Hypothesis shows on failures, grows exponentially with its depth.
    kind = draw(st.integers(0, 7)) if depth > 0 else 0
    if kind <= _LAST_SCALAR:
        return draw(scalars())
    size = draw(st.integers(0, 3))
    members = [_value(draw, depth - 1) for _ in range(size)]
    if kind == _SET:
        return frozenset(members)
    if kind == _TUPLE:
        return tuple(members)
    if kind == _RECORD:
        return fn([(draw(_fields()), member) for member in members])
    keys = [draw(_keys()) for _ in members]
    if kind == _NESTED_KEYS:
        keys = [_value(draw, depth - 1) for _ in members]
    return fn(zip(keys, members, strict=True))


_LAST_SCALAR, _SET, _TUPLE, _RECORD, _NESTED_KEYS = 2, 3, 4, 5, 6


@functools.cache
def _fields() -> SearchStrategy[str]:
    return st.text(max_size=4) | names()


@functools.cache
def _keys() -> SearchStrategy[Value]:
    return st.integers(0, 4) | names() | model_values()


@functools.cache
def sets() -> SearchStrategy[frozenset[Value]]:
    """Make sets of values."""
    return st.frozensets(values(1), max_size=3)


@st.composite
def traces(draw: DrawFn) -> Trace:
    """Traces that the text format can hold, with everything that it has."""
    numbers = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    texts = st.text(max_size=4)
    return Trace(
        module=draw(names()),
        events=with_clocks(draw(events(number)) for number in numbers),
        constants=draw(st.dictionaries(names(), values(2), max_size=3)),
        meta=draw(st.dictionaries(names() | texts, values(1), max_size=3)),
        silent=tuple(draw(st.lists(_silent(), max_size=2))),
        expect=draw(st.none() | _expectations(numbers)),
        init=tuple(draw(st.lists(_observations(primed=False), max_size=3))),
        end=draw(_ends(numbers)),
    )


def with_clocks(found: Iterable[Event]) -> tuple[Event, ...]:
    """Let no clock run backwards: it shows at least what it showed before."""
    times: dict[str | None, int] = {}
    vectors: dict[str | None, dict[str, int]] = {}
    events = []
    for event in found:
        who, time_ns, clock = event.process, event.time_ns, event.clock
        if time_ns is not None:
            time_ns = times[who] = max(time_ns, times.get(who, 0))
        if clock is not None:
            before = vectors.get(who, {})
            names = {**before, **clock}
            clock = vectors[who] = {
                name: max(clock.get(name, 0), before.get(name, 0)) for name in names
            }
        events.append(replace(event, time_ns=time_ns, clock=clock))
    return tuple(events)


@st.composite
def events(draw: DrawFn, number: int) -> Event:
    """Build events with this number."""
    return replace(draw(_events()), number=number)


@functools.cache
def _events() -> SearchStrategy[Event]:
    texts = st.text(max_size=4)
    return st.builds(
        Event,
        number=st.just(1),
        steps=st.lists(_steps(), min_size=1, max_size=2).map(tuple),
        observations=st.lists(_observations(primed=True), max_size=2).map(tuple),
        process=st.none() | names() | texts,
        time_ns=st.none() | st.integers(0, 10**12),
        clock=st.none() | st.dictionaries(names() | texts, st.integers(), max_size=2),
        sent=_messages(),
        received=_messages(),
    )


def _messages() -> SearchStrategy[tuple[str, ...]]:
    some = st.from_regex(r"[A-Za-z0-9_.:/-]{1,4}", fullmatch=True)
    return st.just(()) | st.lists(some, max_size=2, unique=True).map(tuple)


@st.composite
def configs(draw: DrawFn) -> Config:
    """Build cfg files of TLC, with everything that they have."""
    given_names = sorted(draw(st.sets(_plain_names(), max_size=8)))
    kinds = st.sampled_from(("constants", "overrides", "modules", "replaced"))
    given: dict[str, dict[str, Any]] = {}
    for name in given_names:
        given.setdefault(draw(kinds), {})[name] = draw(_cfg_values())
    optional = st.none() | _plain_names()
    listed = st.lists(_plain_names(), max_size=3, unique=True).map(tuple)
    plain = {name: draw(_plain_names()) for name in given.get("overrides", {})}
    return Config(
        constants=given.get("constants", {}),
        overrides=plain,
        module_overrides={
            name: (draw(_plain_names()), draw(_plain_names()))
            for name in given.get("replaced", {})
        },
        module_constants={
            name: (draw(_plain_names()), value)
            for name, value in given.get("modules", {}).items()
        },
        specification=draw(optional),
        init=draw(optional),
        next=draw(optional),
        invariants=draw(listed),
        properties=draw(listed),
        constraints=draw(listed),
        action_constraints=draw(listed),
        symmetry=draw(optional),
        view=draw(optional),
        alias=draw(optional),
        postcondition=draw(optional),
        check_deadlock=draw(st.none() | st.booleans()),
    )


@functools.cache
def _cfg_values() -> SearchStrategy[Value]:
    text = st.text(string.ascii_letters + " .-é", max_size=4)
    booleans = st.sampled_from((TRUE, FALSE))
    plain: SearchStrategy[Value] = st.integers() | text | booleans | model_values()
    return st.recursive(plain, lambda inner: st.frozensets(inner, max_size=3))


@functools.cache
def _plain_names() -> SearchStrategy[str]:
    return names().map(lambda name: f"{name}_")


@functools.cache
def _calls() -> SearchStrategy[Call]:
    arguments = st.lists(st.just(UNKNOWN) | values(1), min_size=1, max_size=3)
    return st.builds(Call, _qualified(), st.none() | arguments.map(tuple))


@functools.cache
def _qualified() -> SearchStrategy[str]:
    parts = st.lists(names(), min_size=1, max_size=2)
    return parts.filter(_begins_well).map("!".join)


def _begins_well(parts: list[str]) -> bool:
    return parts[0] not in {"SKIP", *NO_ROOTS}


@functools.cache
def _steps() -> SearchStrategy[Step]:
    return _calls() | st.just(AnyStep()) | st.just(Skip())


@functools.cache
def _paths() -> SearchStrategy[Path]:
    some = st.lists(values(1), max_size=2).map(tuple)
    return st.builds(Path, _qualified(), some, some, st.booleans())


@functools.cache
def _observations(*, primed: bool) -> SearchStrategy[Observation]:
    of_values = st.sampled_from((Relation.EQUALS, Relation.CONTAINS))
    of_sets = st.sampled_from((Relation.ONE_OF, Relation.INCLUDES))
    prime = st.booleans() if primed else st.sampled_from((False,))
    return st.one_of(
        st.builds(Observation, _paths(), of_values, values(2), prime),
        st.builds(Observation, _paths(), of_sets, sets(), prime),
    )


@functools.cache
def _silent() -> SearchStrategy[Silent]:
    return st.builds(Silent, _calls(), st.none() | st.integers(0, 9))


def _expectations(numbers: list[int]) -> SearchStrategy[Expectation]:
    return st.one_of(
        st.just(Expectation(Expected.CONFORMS)),
        st.sampled_from([0, *numbers]).map(
            lambda number: Expectation(Expected.REJECTED, event=number)
        ),
        _qualified().map(lambda name: Expectation(Expected.VIOLATES, property=name)),
        _calls().map(lambda call: Expectation(Expected.OWES, call=call)),
    )


def _ends(numbers: list[int]) -> SearchStrategy[End | Loop]:
    ends: SearchStrategy[End | Loop] = st.sampled_from(End)
    if not numbers:
        return ends
    return ends | st.sampled_from([0, *numbers[:-1]]).map(Loop)
