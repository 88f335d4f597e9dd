"""Traces in ITF, the Informal Trace Format of Apalache and Quint (`*.itf.json`).

ITF has states and nothing else: each gives all variables a value.  As a trace,
the first state is INIT and each other one an event that observes it.  What ITF
has no place for stands in its `#meta`, under the key `pyspec`, where no other
tool looks: the event's number, process, time, clock and step, and the module.

A loop leads from the last state back to the state of that index.  Where the
two are equal, the loop's last step is recorded; else it is one event more.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pyspec.errors import Mistake
from pyspec.trace.clocks import Clocks
from pyspec.trace.json_form import (
    check_clock_of_json,
    event_from_json,
    event_to_json,
    value_to_json,
    values_from_json,
    values_to_json,
)
from pyspec.trace.model import (
    AnyStep,
    Call,
    End,
    Event,
    Loop,
    Observation,
    Path,
    Relation,
    Skip,
    Step,
    Trace,
)
from pyspec.trace.ndjson import json_text
from pyspec.trace.reading import Account, Format, Reading, module_name
from pyspec.trace.records import MAX_DOCUMENT_BYTES, document_of, opened, stream_of
from pyspec.trace.strict_json import (
    check_array,
    check_integer,
    check_object,
    check_text,
    inside,
    mistake_of,
    read_json,
)
from pyspec.trace.write import NO_ROOTS, check_clock, show_observation
from pyspec.values.from_itf import WrongJsonError, described, from_itf
from pyspec.values.model import Value, is_name

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

_ACTION: Final = "mbt::actionTaken"
_PICKS: Final = "mbt::nondetPicks"
_OURS: Final = "pyspec"
_META: Final = "#meta"
_DESCRIPTION: Final = "https://apalache-mc.org/docs/adr/015adr-trace.html"


def read_itf(path: pathlib.Path | str, module: str | None = None) -> Reading:
    """Read a file in ITF; what it does not hold as a trace does is in the notes.

    The module is the one that is given, else the one that `#meta` names, else
    that of the file's name.  Mistake with file, line and column if it is no ITF.
    """
    with opened(path) as stream:
        return read_itf_stream(stream, str(path), module)


def parse_itf(
    text: str, file: pathlib.Path | str | None = None, module: str | None = None
) -> Reading:
    """Read a trace from its text; `file` names it in errors."""
    name = None if file is None else str(file)
    return read_itf_stream(stream_of(text), name, module)


def read_itf_stream(stream: BinaryIO, file: str | None, module: str | None) -> Reading:
    """Read a trace from a stream of bytes."""
    text = document_of(stream, file)
    data = read_json(text, file)
    account = Account()
    try:
        document = _Document(data)
        found = document.module()
        trace = replace(document.trace(account), file=file)
    except WrongJsonError as wrong:
        raise mistake_of(wrong, text, file) from None
    trace = replace(trace, module=module_name(module, found, file, account))
    return account.reading(trace, Format.ITF)


def write_itf(trace: Trace) -> str:
    """Return the text in ITF; `parse_itf` gives an equal trace.

    Mistake, with the event, for what ITF cannot hold: a state of which not all
    is observed, several steps in an event, silent steps, an expectation.
    """
    _check_holds(trace)
    names = _variables(trace)
    states = [*_states(trace, names)]
    rows = [
        f'"#meta": {_text(_meta_of(trace))}',
        *([f'"params": {_text([*trace.constants])}'] if trace.constants else []),
        f'"vars": {_text(names)}',
        '"states": [\n' + ",\n".join(map(_text, states)) + "\n]",
        *_loop_row(trace, states, names),
    ]
    text = "{\n" + ",\n".join(rows) + "\n}\n"
    size = len(text.encode())
    if size > MAX_DOCUMENT_BYTES:
        raise Mistake(
            f"this trace would have {size:,} bytes in ITF",
            expected=f"at most {MAX_DOCUMENT_BYTES:,}, or it could not be read back",
        )
    return text


# --------------------------------------------------------------------------
# Reading


class _Document:
    """What the JSON says; whatever is wrong with it is a WrongJsonError."""

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - JSON
        self.data = check_object(data, "a trace in ITF", {"vars", "states"})
        with inside("states"):
            self.states = check_array(data["states"], "states")
            if not self.states:
                raise WrongJsonError("a trace has a first state", found="no state")
        self.names = self._names("vars")
        self.params = self._names("params") if "params" in data else {}
        with inside(_META):
            self.meta = check_object(data.get(_META, {}), "#meta")

    def module(self) -> str | None:
        """Return the module that `#meta` names."""
        source = self.meta.get("source")
        if isinstance(source, str):
            source = re.split(r"[/\\]", source)[-1].partition(".")[0]
        named = self._ours(self.meta).get("module", source)
        return named if isinstance(named, str) else None

    def trace(self, account: Account) -> Trace:
        """Return the trace, without its module."""
        with inside("states"):
            values = [*self._all_values(account)]
            events = [*self._events(values, account)]
            constants = self._constants()
        end = self._end(values, events)
        return Trace(
            module="",
            events=tuple(events),
            constants=constants,
            meta=self._meta_values(),
            init=_observed(values[0], primed=False),
            end=end,
        )

    def _names(self, key: str) -> dict[str, str]:
        """Return the names in the file, each with its name in the spec."""
        names: dict[str, str] = {}
        with inside(key):
            for place, name in enumerate(check_array(self.data[key], "names")):
                with inside(place):
                    if not check_text(name, "a name").startswith("mbt::"):
                        names[name] = _plain_name(name, names)
                        if key == "vars" and names[name] in NO_ROOTS:
                            raise _no_name(name)
        return names

    def _all_values(self, account: Account) -> Iterator[dict[str, Value]]:
        known = {_META, _ACTION, _PICKS, *self.names, *self.params}
        for place, state in enumerate(self.states):
            with inside(place):
                check_object(state, "a state", self.names)
                for key in sorted(state.keys() - known):
                    account.ignored[f"{key}, which is not in vars"] += 1
                account.ignored.update(self._unused(state, place))
                yield {name: _value(state, key) for key, name in self.names.items()}

    def _unused(self, state: dict[str, Any], place: int) -> Iterator[str]:
        if place and state.get(_PICKS):
            yield f"{_PICKS}: it names choices, not arguments of actions"
        meta = state.get(_META, {})
        with inside(_META):
            known = {"index", _OURS}
            for key in sorted(check_object(meta, "#meta").keys() - known):
                yield f"#meta of a state: {key}"

    def _constants(self) -> dict[str, Value]:
        with inside(0):
            check_object(self.states[0], "the first state", self.params)
            return {
                name: _value(self.states[0], key) for key, name in self.params.items()
            }

    def _events(
        self, values: list[dict[str, Value]], account: Account
    ) -> Iterator[Event]:
        number, clocks = 0, Clocks()
        for place in range(1, len(values)):
            with inside(place):
                event = self._event(place, values, number, account)
                with inside(_META), inside(_OURS):
                    check_clock_of_json(clocks, event)
            number = event.number
            yield event

    def _event(
        self, place: int, values: list[dict[str, Value]], last: int, account: Account
    ) -> Event:
        state = self.states[place]
        seen = _observed(values[place], primed=True)
        with inside(_META):
            ours = self._ours(state.get(_META, {}))
            if ours:
                with inside(_OURS):
                    return replace(event_from_json(ours, last), observations=seen)
        step = self._step(state, account, stays=values[place] == values[place - 1])
        return Event(last + 1, (step,), seen)

    def _step(self, state: dict[str, Any], account: Account, *, stays: bool) -> Step:
        action = state.get(_ACTION)
        if isinstance(action, str) and is_name(action) and action != "SKIP":
            return Call(action)
        if action:
            account.ignored[f"{_ACTION} {described(action)}, which is no name"] += 1
        return Skip() if stays else AnyStep()

    def _ours(self, meta: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        ours = check_object(meta, "#meta").get(_OURS, {})
        with inside(_OURS):
            return check_object(ours, "what pyspec wrote")

    def _meta_values(self) -> dict[str, Value]:
        ours = self._ours(self.meta)
        if ours:
            with inside(_META), inside(_OURS), inside("meta"):
                return values_from_json(ours.get("meta", {}))
        return {key: _meta_value(data) for key, data in self.meta.items()}

    def _end(self, values: list[dict[str, Value]], events: list[Event]) -> End | Loop:
        """Return how it ends; a loop whose last step is not there gets one more."""
        if self.data.get("loop") is None:
            return End.CUT
        last = len(values) - 1
        with inside("loop"):
            back = check_integer(self.data["loop"], "the index of a state", 0)
            if back > last:
                raise WrongJsonError(
                    "the loop leads back to a state that is not there",
                    expected=f"an index from 0 to {last}",
                    found=str(back),
                )
        if back == last:
            return End.QUIESCENT
        if values[back] != values[last]:
            number = events[-1].number + 1
            seen = _observed(values[back], primed=True)
            events.append(Event(number, (AnyStep(),), seen))
        return Loop(events[back - 1].number if back else 0)


def _plain_name(name: str, names: Mapping[str, str]) -> str:
    plain = name.rpartition("::")[2]
    if not is_name(plain):
        raise _no_name(name)
    if plain in names.values():
        raise WrongJsonError(f"two variables are called {plain}", found=name)
    return plain


def _no_name(name: str) -> WrongJsonError:
    return WrongJsonError("this cannot be the name of a variable", found=name)


def _value(state: dict[str, Any], key: str) -> Value:
    with inside(key):
        return from_itf(state[key])


def _meta_value(data: Any) -> Value:  # noqa: ANN401 - JSON
    try:
        return from_itf(data)
    except WrongJsonError:
        return json.dumps(data, ensure_ascii=False)


def _observed(state: Mapping[str, Value], *, primed: bool) -> tuple[Observation, ...]:
    return tuple(
        Observation(Path(name), Relation.EQUALS, value, primed)
        for name, value in state.items()
    )


# --------------------------------------------------------------------------
# Writing


def _check_holds(trace: Trace) -> None:
    if trace.silent:
        raise _cannot("SILENT steps, which are unrecorded")
    if trace.expect is not None:
        raise _cannot("EXPECT")
    if trace.end is End.CRASHED:
        raise _cannot("END crashed", hint="END cut says as much to replay")
    for event in trace.events:
        if len(event.steps) != 1:
            raise _cannot(
                f"event {event.number}, which has {len(event.steps)} steps: "
                "no state between them is observed",
                line=event.line,
            )


def _cannot(what: str, line: int | None = None, hint: str | None = None) -> Mistake:
    return Mistake(f"ITF cannot hold {what}", line=line, hint=hint)


def _variables(trace: Trace) -> list[str]:
    names = [observation.path.root for observation in trace.init]
    if not names:
        raise _cannot("a trace whose INIT observes nothing")
    for name in trace.constants:
        if name in names:
            raise _cannot(f"{name} as a constant and a variable")
    return names


def _states(trace: Trace, names: list[str]) -> Iterator[dict[str, Any]]:
    constants = values_to_json(trace.constants)
    first = _state(trace.init, names, "INIT", None, primed=False)
    yield {"#meta": {"index": 0}, **constants, **first}
    last, clocks = 0, Clocks()
    for place, event in enumerate(trace.events, start=1):
        check_clock(clocks, event)
        what = f"event {event.number}"
        state = _state(event.observations, names, what, event.line, primed=True)
        ours = event_to_json(replace(event, observations=()), last)
        last = event.number
        yield {"#meta": {"index": place, _OURS: ours}, **state}


def _state(
    observations: tuple[Observation, ...],
    names: list[str],
    what: str,
    line: int | None,
    *,
    primed: bool,
) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for observation in observations:
        name = observation.path.root
        whole = Observation(Path(name), Relation.EQUALS, observation.value, primed)
        if observation != whole or name in state or not is_name(name):
            seen = show_observation(observation).removeprefix("/\\ ")
            raise _cannot(
                f"{what}: it observes {seen}, which is not the whole value of one "
                f"variable {'after' if primed else 'in'} it, once",
                line,
            )
        state[name] = value_to_json(observation.value)
    for name in sorted({*names} ^ {*state}):
        who = "INIT" if name in state else "it"
        raise _cannot(f"{what}: {who} does not observe {name}", line)
    return {name: state[name] for name in names}


def _loop_row(
    trace: Trace, states: list[dict[str, Any]], names: list[str]
) -> Iterator[str]:
    if trace.end is End.QUIESCENT:
        yield f'"loop": {len(states) - 1}'
    if not isinstance(trace.end, Loop):
        return
    numbers = [0, *(event.number for event in trace.events)]
    back = numbers.index(trace.end.back_to) if trace.end.back_to in numbers else -1
    if back in {-1, len(states) - 1}:
        raise Mistake(f"LOOP {trace.end.back_to} repeats no event")
    if any(states[back][name] != states[-1][name] for name in names):
        raise _cannot(
            f"LOOP {trace.end.back_to}: the last event does not lead back to the "
            f"state {f'after event {numbers[back]}' if back else 'of INIT'}"
        )
    yield f'"loop": {back}'


def _meta_of(trace: Trace) -> dict[str, Any]:
    ours: dict[str, Any] = {"module": trace.module}
    if trace.meta:
        ours["meta"] = values_to_json(trace.meta)
    return {"format": "ITF", "format-description": _DESCRIPTION, _OURS: ours}


def _text(data: Any) -> str:  # noqa: ANN401 - JSON
    return json_text(data)
