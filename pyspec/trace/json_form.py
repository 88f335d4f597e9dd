"""The parts of a trace as JSON objects, and back: what a line of NDJSON holds.

Reading checks all that the text form's grammar does, so that what is read can
be written in either.  An unknown key is an error: an `observation` that nobody
looks at would be a trace accepted for lack of looking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Argument,
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
    Unknown,
)
from pyspec.trace.strict_json import (
    check_array,
    check_integer,
    check_object,
    check_text,
    inside,
)
from pyspec.trace.write import (
    MESSAGE,
    NO_ROOTS,
    TOO_LATE_NS,
    checked_messages,
    checked_name,
    checked_path,
    checked_qualified,
    checked_time,
)
from pyspec.values.from_itf import WrongJsonError, described, from_itf
from pyspec.values.itf import to_itf
from pyspec.values.model import MAX_DEPTH, Fn, Value, is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyspec.trace.clocks import Clocks

HEADER: Final = '{"format": 1, "module": ...}'
_RELATIONS: Final = {relation.name.lower(): relation for relation in Relation}
_OF_SETS: Final = (Relation.ONE_OF, Relation.INCLUDES)
_STEPS: Final[Mapping[str, Step]] = {"?": AnyStep(), "SKIP": Skip()}


# --------------------------------------------------------------------------
# Reading.  Whatever is wrong is a WrongJsonError.


def header_from_json(data: dict[str, Any]) -> Trace:
    """Read a header: a trace without events."""
    _check_format(data)
    optional = {"constants", "meta", "silent", "expect", "init"}
    check_object(data, "a header", {"format", "module"}, optional)
    return Trace(
        module=_under(data, "module", _name),
        constants=_under(data, "constants", _constants, {}),
        meta=_under(data, "meta", values_from_json, {}),
        silent=_under(data, "silent", lambda some: _each(some, _silent), ()),
        expect=_under(data, "expect", _expectation),
        init=_under(data, "init", lambda some: _each(some, _unprimed), ()),
    )


def event_from_json(data: Any, last: int = 0) -> Event:  # noqa: ANN401 - JSON
    """Read an event; its number must be above the last one's."""
    optional = {"process", "time_ns", "clock", "sent", "received", "observations"}
    check_object(data, "an event", {"event", "steps"}, optional)
    return Event(
        number=_under(data, "event", lambda number: _number(number, last)),
        steps=_under(data, "steps", _steps),
        observations=_under(
            data, "observations", lambda some: _each(some, _observation), ()
        ),
        process=_under(data, "process", lambda text: check_text(text, "a process")),
        time_ns=_under(data, "time_ns", _time),
        clock=_under(data, "clock", _clock),
        sent=_under(data, "sent", _messages, ()),
        received=_under(data, "received", _messages, ()),
    )


def check_clock_of_json(clocks: Clocks, event: Event) -> None:
    """Take the next event; WrongJsonError if a clock of its process runs backwards."""
    wrong = clocks.take(event)
    if wrong is not None:
        with inside(wrong.field):
            raise WrongJsonError(
                wrong.message, expected=wrong.expected, found=wrong.found
            )


def end_from_json(data: dict[str, Any]) -> End | Loop:
    """Read how the recording ended."""
    if "loop" in data:
        check_object(data, "a loop", {"loop"}, ())
        return Loop(
            _under(data, "loop", lambda back: check_integer(back, "a number", 0))
        )
    check_object(data, "an end", {"end"}, ())
    return _under(data, "end", _end)  # type: ignore[no-any-return]


def values_from_json(data: object) -> dict[str, Value]:
    """Read an object from names to values."""
    data = check_object(data, "what has names and values")
    return {key: _under(data, key, from_itf) for key in data}


def _under(
    data: Mapping[str, Any],
    key: str,
    read: Callable[[Any], Any],
    default: Any = None,  # noqa: ANN401 - as `read` returns
) -> Any:  # noqa: ANN401 - as `read` returns
    if key not in data:
        return default
    try:
        return read(data[key])
    except WrongJsonError as wrong:
        wrong.path.append(key)
        raise


def _each(
    data: Any,  # noqa: ANN401 - JSON
    read: Callable[[Any], Any],
    what: str = "several",
) -> tuple[Any, ...]:
    items = []
    for place, item in enumerate(check_array(data, what)):
        try:
            items.append(read(item))
        except WrongJsonError as wrong:
            wrong.path.append(place)
            raise
    return tuple(items)


def _check_format(data: dict[str, Any]) -> None:
    if "format" not in data:
        raise WrongJsonError(
            "a trace begins with its header", expected=HEADER, found=described(data)
        )
    form = data["format"]
    if isinstance(form, int) and form == 1 and form is not True:
        return
    with inside("format"):
        raise WrongJsonError(
            f"this trace is in format {described(form)}",
            expected="format 1",
            hint="a newer pyspec may read it",
        )


def _name(data: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(data, str) and is_name(data):
        return data
    raise WrongJsonError(
        "this is no name",
        expected="letters, digits and _, with a letter among them",
        found=described(data),
    )


def _qualified(data: Any) -> str:  # noqa: ANN401 - JSON
    text = check_text(data, "a name")
    for part in text.split("!"):
        _name(part)
    return text


def _constants(data: Any) -> dict[str, Value]:  # noqa: ANN401 - JSON
    values = values_from_json(data)
    for name in values:
        with inside(name):
            _name(name)
    return values


def _silent(data: Any) -> Silent:  # noqa: ANN401 - JSON
    check_object(data, "a silent step", {"action"}, {"arguments", "maximum"})
    maximum = _under(data, "maximum", lambda most: check_integer(most, "a maximum", 0))
    return Silent(_call(data), maximum)


def _call(data: dict[str, Any]) -> Call:
    return Call(
        _under(data, "action", _action),
        _under(data, "arguments", lambda some: _each(some, _argument, "arguments")),
    )


def _action(data: Any) -> str:  # noqa: ANN401 - JSON
    name = _qualified(data)
    if name.split("!")[0] == "SKIP":
        raise WrongJsonError("no action can be called SKIP in a trace")
    return name


def _argument(data: Any) -> Argument:  # noqa: ANN401 - JSON
    return UNKNOWN if data is None else from_itf(data)


def _expectation(data: Any) -> Expectation:  # noqa: ANN401 - JSON
    what = "an expectation"
    check_object(data, what, {"verdict"})
    verdict = data["verdict"]
    if verdict == "conforms":
        check_object(data, what, {"verdict"}, ())
        return Expectation(Expected.CONFORMS)
    if verdict == "rejected":
        check_object(data, what, {"verdict", "event"}, ())
        event = _under(data, "event", lambda number: check_integer(number, "it", 0))
        return Expectation(Expected.REJECTED, event=event)
    if verdict == "violates":
        check_object(data, what, {"verdict", "property"}, ())
        name = _under(data, "property", _qualified)
        return Expectation(Expected.VIOLATES, property=name)
    if verdict == "owes":
        check_object(data, what, {"verdict", "action"}, {"arguments"})
        return Expectation(Expected.OWES, call=_call(data))
    with inside("verdict"):
        raise _none_of(verdict, "a verdict", [one.value for one in Expected])


def _none_of(data: object, what: str, known: Iterable[str]) -> WrongJsonError:
    expected = " or ".join(known)
    return WrongJsonError(
        f"this is not {what}", expected=expected, found=described(data)
    )


def _end(data: Any) -> End:  # noqa: ANN401 - JSON
    ends = [end.value for end in End]
    if data not in ends:
        raise _none_of(data, "how a trace ends", ends)
    return End(data)


def _number(data: Any, last: int) -> int:  # noqa: ANN401 - JSON
    number = check_integer(data, "an event's number", 1)
    if number <= last:
        raise WrongJsonError(
            "the numbers of events must increase",
            expected=f"a number above {last}",
            found=str(number),
        )
    return number


def _steps(data: Any) -> tuple[Step, ...]:  # noqa: ANN401 - JSON
    if data == []:
        raise WrongJsonError('an event has a step ("SKIP" is one)')
    return _each(data, _step, "steps")


def _step(data: Any) -> Step:  # noqa: ANN401 - JSON
    if isinstance(data, str):
        if data not in _STEPS:
            raise WrongJsonError(
                "this is no step",
                expected='"?", "SKIP" or {"action": ...}',
                found=described(data),
            )
        return _STEPS[data]
    return _call(check_object(data, "a step", {"action"}, {"arguments"}))


def _time(data: Any) -> int:  # noqa: ANN401 - JSON
    time = check_integer(data, "a time", 0)
    if time >= TOO_LATE_NS:
        raise WrongJsonError(
            "this time is later than any clock shows", expected="less than 10^30 ns"
        )
    return time


def _clock(data: Any) -> dict[str, int]:  # noqa: ANN401 - JSON
    data = check_object(data, "a vector clock")
    return {
        key: _under(data, key, lambda count: check_integer(count, "a count"))
        for key in data
    }


def _messages(data: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    names = _each(data, lambda text: check_text(text, "a message"), "messages")
    if not names or not all(map(MESSAGE.fullmatch, names)):
        raise WrongJsonError(
            "these are no names of messages",
            expected="letters, digits, _ . : / or -, in at least one name",
            found=described(data),
        )
    if len({*names}) < len(names):
        raise WrongJsonError("a message is named twice", found=described(data))
    return names


def _unprimed(data: Any) -> Observation:  # noqa: ANN401 - JSON
    observation = _observation(data)
    if observation.primed:
        with inside("primed"):
            raise WrongJsonError(
                "init observes the first state: nothing in it is primed"
            )
    return observation


def _observation(data: Any) -> Observation:  # noqa: ANN401 - JSON
    required = ("root", "primed", "relation", "value")
    optional = {"arguments", "selectors", "length"}
    check_object(data, "an observation", required, optional)
    relation = _under(data, "relation", _relation)
    value = _under(data, "value", from_itf)
    if relation in _OF_SETS and not isinstance(value, frozenset):
        with inside("value"):
            raise WrongJsonError(
                f"{data['relation']} needs a set",
                expected='{"#set": [...]}',
                found=described(data["value"]),
            )
    return Observation(_path(data), relation, value, _under(data, "primed", _flag))


def _relation(data: Any) -> Relation:  # noqa: ANN401 - JSON
    relation = _RELATIONS.get(data) if isinstance(data, str) else None
    if relation is None:
        raise _none_of(data, "a relation", _RELATIONS)
    return relation


def _path(data: dict[str, Any]) -> Path:
    return Path(
        root=_under(data, "root", _root),
        arguments=_under(data, "arguments", lambda some: _each(some, from_itf), ()),
        selectors=_under(data, "selectors", _selectors, ()),
        length=_under(data, "length", _flag, default=False),
    )


def _root(data: Any) -> str:  # noqa: ANN401 - JSON
    name = _qualified(data)
    if name.split("!")[0] in NO_ROOTS:
        raise WrongJsonError(
            "this is no variable or operator of a spec", found=described(data)
        )
    return name


def _selectors(data: Any) -> tuple[Value, ...]:  # noqa: ANN401 - JSON
    selectors = _each(data, from_itf)
    if len(selectors) > MAX_DEPTH:
        raise WrongJsonError(
            f"a path leads through at most {MAX_DEPTH} levels of a value",
            found=described(data),
        )
    return selectors


def _flag(data: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(data, bool):
        raise WrongJsonError(
            "this is true or false", expected="true or false", found=described(data)
        )
    return data


# --------------------------------------------------------------------------
# Writing.  What no trace may hold is a Mistake, as in the text form.


def header_to_json(trace: Trace) -> dict[str, Any]:
    """Return the header of a trace; what is empty is left out."""
    data: dict[str, Any] = {"format": 1, "module": checked_name(trace.module)}
    if trace.constants:
        data["constants"] = {
            checked_name(name): value_to_json(value)
            for name, value in trace.constants.items()
        }
    if trace.meta:
        data["meta"] = values_to_json(trace.meta)
    if trace.silent:
        data["silent"] = [_silent_to_json(silent) for silent in trace.silent]
    if trace.expect is not None:
        data["expect"] = _expectation_to_json(trace.expect)
    if trace.init:
        data["init"] = [_unprimed_to_json(observation) for observation in trace.init]
    return data


def event_to_json(event: Event, last: int = 0) -> dict[str, Any]:
    """Return an event; what was not recorded is left out."""
    if event.number <= last:
        raise Mistake(
            "the numbers of events must increase",
            expected=f"a number above {last}",
            found=str(event.number),
        )
    if not event.steps:
        raise Mistake(f"event {event.number} has no step (SKIP is one)")
    data: dict[str, Any] = {"event": event.number}
    if event.process is not None:
        data["process"] = event.process
    if event.time_ns is not None:
        data["time_ns"] = checked_time(event.time_ns)
    if event.clock is not None:
        data["clock"] = dict(event.clock)
    if event.sent:
        data["sent"] = [*checked_messages(event.sent)]
    if event.received:
        data["received"] = [*checked_messages(event.received)]
    data["steps"] = [_step_to_json(step) for step in event.steps]
    if event.observations:
        data["observations"] = [*map(_observation_to_json, event.observations)]
    return data


def end_to_json(end: End | Loop) -> dict[str, Any]:
    """Return how the recording ended."""
    return {"loop": end.back_to} if isinstance(end, Loop) else {"end": end.value}


def values_to_json(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return an object from names to values."""
    return {name: value_to_json(value) for name, value in values.items()}


def value_to_json(value: Value) -> Any:  # noqa: ANN401 - JSON
    """Return a value in ITF's encoding; Mistake if it could not be read back."""
    if isinstance(value, (tuple, frozenset, Fn)):
        _check_depth(value)
    return to_itf(value)


def _check_depth(value: Value) -> None:
    level: list[Value] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return
    raise Mistake(f"a value nests deeper than {MAX_DEPTH} levels")


def _parts(value: Value) -> Iterable[Value]:
    if isinstance(value, Fn):
        return (*value, *value.values())
    return value if isinstance(value, (tuple, frozenset)) else ()


def _silent_to_json(silent: Silent) -> dict[str, Any]:
    data = _call_to_json(silent.call)
    if silent.maximum is not None:
        if silent.maximum < 0:
            raise Mistake(f"SILENT with a negative maximum: {silent.maximum}")
        data["maximum"] = silent.maximum
    return data


def _call_to_json(call: Call) -> dict[str, Any]:
    if call.action.split("!")[0] == "SKIP":
        raise Mistake("no action can be called SKIP in a trace: that means no step")
    data: dict[str, Any] = {"action": checked_qualified(call.action)}
    if call.arguments is not None:
        data["arguments"] = [*map(_argument_to_json, call.arguments)]
    return data


def _argument_to_json(argument: Argument) -> Any:  # noqa: ANN401 - JSON
    return None if isinstance(argument, Unknown) else value_to_json(argument)


def _step_to_json(step: Step) -> str | dict[str, Any]:
    if isinstance(step, Call):
        return _call_to_json(step)
    return "?" if isinstance(step, AnyStep) else "SKIP"


def _expectation_to_json(expectation: Expectation) -> dict[str, Any]:
    verdict = {"verdict": expectation.verdict.value}
    match expectation:
        case Expectation(Expected.CONFORMS):
            return verdict
        case Expectation(Expected.REJECTED, event=int(number)) if number >= 0:
            return {**verdict, "event": number}
        case Expectation(Expected.VIOLATES, property=str(name)):
            return {**verdict, "property": checked_qualified(name)}
        case Expectation(Expected.OWES, call=Call() as call):
            return {**verdict, **_call_to_json(call)}
    raise Mistake(f"an expectation lacks what it needs: {expectation}")


def _unprimed_to_json(observation: Observation) -> dict[str, Any]:
    if observation.primed:
        raise Mistake("INIT observes the first state: nothing in it is primed")
    return _observation_to_json(observation)


def _observation_to_json(observation: Observation) -> dict[str, Any]:
    path, relation = observation.path, observation.relation
    if relation in _OF_SETS and not isinstance(observation.value, frozenset):
        raise Mistake(f"an observation with {relation.value} needs a set")
    data: dict[str, Any] = {"root": checked_path(path).root}
    if path.arguments:
        data["arguments"] = [*map(value_to_json, path.arguments)]
    if path.selectors:
        data["selectors"] = [*map(value_to_json, path.selectors)]
    if path.length:
        data["length"] = True
    data["primed"] = observation.primed
    data["relation"] = relation.name.lower()
    data["value"] = value_to_json(observation.value)
    return data
