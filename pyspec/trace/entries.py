"""What the entries of a trace's text become: lark's trees to the model."""

from __future__ import annotations

import pathlib
import re
from typing import Any, Final, NamedTuple, TypeAlias

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
    Unknown,
)
from pyspec.trace.write import MESSAGE, NO_ROOTS, TOO_LATE_NS
from pyspec.values.build import Builder, Spending, UnfitError, unescaped
from pyspec.values.grammar import Grammar, Place
from pyspec.values.model import MAX_DEPTH, MAX_DIGITS, Fn, ModelValue, Value

GRAMMAR: Final = Grammar(
    pathlib.Path(__file__).with_name("trace.lark"),
    ("title", "header", "event", "ending"),
    {
        "RULE": "----",
        "_LEN": "Len",
        "EVENT_NUMBER": "an event's number",
        "PROCESS": "@process",
        "QUOTED_PROCESS": "@process",
        "TIME": "t=time",
        "CLOCK": "vc=clock",
        "SENT": "send=messages",
        "RECEIVED": "recv=messages",
        "RELATION": r"= or \in or \subseteq",
        "ENDING": "quiescent or cut or crashed",
    },
)

_TIME: Final = re.compile(r"([0-9]{1,30})(?:\.([0-9]{1,30}))?(ns|us|ms|s)")
_DIGITS_BELOW: Final = {"ns": 0, "us": 3, "ms": 6, "s": 9}


class Seen(NamedTuple):
    """A path as it stands in an observation."""

    path: Path
    primed: bool = False


class Constants(NamedTuple):
    """`CONSTANT`: names and values, in order."""

    pairs: list[tuple[str, Value]]


class Meta(NamedTuple):
    """`META`: names and values, in order."""

    pairs: list[tuple[str, Value]]


class Silents(NamedTuple):
    """`SILENT`."""

    silent: list[Silent]


class Init(NamedTuple):
    """`INIT`."""

    observations: list[Observation]


HeaderEntry: TypeAlias = Constants | Meta | Silents | Init | Expectation


class EntryBuilder(Builder):
    """Builds the entries of a trace; `source` is the line of an event."""

    def __init__(
        self,
        place: Place,
        source: str | None = None,
        spending: Spending | None = None,
    ) -> None:
        super().__init__(place, spending)
        self._source = source

    def on_event(self, parts: list[Any]) -> Event:
        r"""Build `1 @r1 t=3ms A(r1) /\ x' = 1`."""
        number = int(_digits(parts[0]))
        return event_of(number, dict(parts[1:]), self.place.line, self._source)

    def on_title(self, parts: list[str]) -> str:
        """Build `---- TRACE Raft ----`."""
        return parts[1]

    def on_constants(self, pairs: list[tuple[str, Value]]) -> Constants:
        """Build `CONSTANT N = 1, M = 2`."""
        return Constants(pairs)

    def on_constant(self, pair: list[Any]) -> tuple[str, Value]:
        """Build `N = 1`."""
        return pair[0], pair[1]

    def on_meta(self, pairs: list[tuple[str, Value]]) -> Meta:
        """Build `META seed = 42`."""
        return Meta(pairs)

    def on_property(self, pair: list[Any]) -> tuple[str, Value]:
        """Build `seed = 42`."""
        return pair[0], pair[1]

    def on_quoted_property(self, pair: list[Any]) -> tuple[str, Value]:
        """Build `"a seed" = 42`."""
        return unescaped(pair[0]), pair[1]

    def on_silent(self, silent: list[Silent]) -> Silents:
        """Build `SILENT A(_) MAX 3`."""
        return Silents(silent)

    def on_allowed(self, parts: list[Any]) -> Silent:
        """Build `A(_) MAX 3`."""
        return Silent(parts[0], int(_digits(parts[1])) if len(parts) > 1 else None)

    def on_expect(self, expectations: list[Expectation]) -> Expectation:
        """Build `EXPECT conforms`."""
        return expectations[0]

    def on_conforms(self, _: list[Any]) -> Expectation:
        """Build `conforms`."""
        return Expectation(Expected.CONFORMS)

    def on_rejected(self, tokens: list[str]) -> Expectation:
        """Build `rejected at 4`."""
        return Expectation(Expected.REJECTED, event=int(_digits(tokens[0])))

    def on_violates(self, names: list[str]) -> Expectation:
        """Build `violates Consistent`."""
        return Expectation(Expected.VIOLATES, property=names[0])

    def on_owes(self, calls: list[Call]) -> Expectation:
        """Build `owes Abort(r1)`."""
        return Expectation(Expected.OWES, call=calls[0])

    def on_init(self, observations: list[Observation]) -> Init:
        r"""Build `INIT /\ x = 1`."""
        if any(observation.primed for observation in observations):
            raise UnfitError("INIT observes the first state: nothing in it is primed")
        return Init(observations)

    def on_end(self, tokens: list[str]) -> End:
        """Build `END cut`."""
        return End(tokens[0])

    def on_loop(self, tokens: list[str]) -> Loop:
        """Build `LOOP 3`."""
        return Loop(int(_digits(tokens[0])))

    # The parts of an event.

    def on_process(self, tokens: list[str]) -> tuple[str, str]:
        """Build `@r1`."""
        return "process", tokens[0][1:]

    def on_quoted_process(self, tokens: list[str]) -> tuple[str, str]:
        """Build `@"r 1"`."""
        return "process", unescaped(tokens[0][1:])

    def on_time(self, tokens: list[str]) -> tuple[str, int]:
        """Build `t=3ms`."""
        return "time_ns", nanoseconds(tokens[0].removeprefix("t="))

    def on_clock(self, parts: list[Any]) -> tuple[str, dict[str, int]]:
        """Build `vc=[r1 |-> 2]`."""
        return "clock", clock_of(parts[1])

    def on_sent(self, tokens: list[str]) -> tuple[str, tuple[str, ...]]:
        """Build `send=m1,m2`."""
        return "sent", messages_of(tokens[0].removeprefix("send="))

    def on_received(self, tokens: list[str]) -> tuple[str, tuple[str, ...]]:
        """Build `recv=m1`."""
        return "received", messages_of(tokens[0].removeprefix("recv="))

    def on_steps(self, steps: list[Step]) -> tuple[str, tuple[Step, ...]]:
        """Build `A(r1) ; B`."""
        return "steps", tuple(steps)

    def on_observations(
        self, observations: list[Observation]
    ) -> tuple[str, tuple[Observation, ...]]:
        r"""Build `/\ x = 1 /\ y' = 2`."""
        return "observations", tuple(observations)

    def on_any_step(self, _: list[Any]) -> Step:
        """Build `?`."""
        return AnyStep()

    def on_skip(self, _: list[Any]) -> Step:
        """Build `SKIP`."""
        return Skip()

    def on_call(self, parts: list[Any]) -> Call:
        """Build `A(r1, _)`."""
        if parts[0].split("!")[0] == "SKIP":
            raise UnfitError("no action can be called SKIP: that means no step")
        return Call(parts[0], parts[1] if len(parts) > 1 else None)

    def on_arguments(self, arguments: list[Argument]) -> tuple[Argument, ...]:
        """Build `(r1, _)`."""
        return tuple(arguments)

    def on_unknown(self, _: list[Any]) -> Unknown:
        """Build `_`."""
        return UNKNOWN

    def on_qualified(self, tokens: list[str]) -> str:
        """Build `A`, or `M!A` of an instance."""
        return "".join(tokens)

    # Observations.

    def on_observation(self, parts: list[Any]) -> Observation:
        """Build `x[r1]' = 1`."""
        left, relation, right = parts
        return observed(left, relation, right)

    def on_path(self, parts: list[Any]) -> Seen:
        """Build `x[r1].f'`."""
        return path_of(parts[0], parts[1:])

    def on_root(self, tokens: list[str]) -> str:
        """Build `x`."""
        return tokens[0]

    def on_dotted(self, tokens: list[str]) -> str:
        """Build `M!x`."""
        return "".join(tokens)

    def on_prime(self, _: list[Any]) -> tuple[str, list[Value]]:
        """Build `'`."""
        return "'", []

    def on_field_of(self, tokens: list[str]) -> tuple[str, list[Value]]:
        """Build `.f`."""
        return "[", [tokens[0]]

    def on_applied(self, values: list[Value]) -> tuple[str, list[Value]]:
        """Build `[r1]`."""
        return "[", values

    def on_operands(self, values: list[Value]) -> tuple[str, list[Value]]:
        """Build `(r1)`."""
        return "(", values

    def on_unprimed_length(self, sides: list[Any]) -> Seen:
        """Build `Len(x)`."""
        seen = as_path(sides[0])
        if seen.path.length:
            raise UnfitError("Len is taken of a path, not of a Len")
        path = Path(
            seen.path.root, seen.path.arguments, seen.path.selectors, length=True
        )
        return Seen(path, seen.primed)

    def on_primed_length(self, sides: list[Any]) -> Seen:
        """Build `Len(x)'`."""
        seen = self.on_unprimed_length(sides)
        if seen.primed:
            raise UnfitError("this path is primed twice")
        return Seen(seen.path, primed=True)


def event_of(
    number: int, parts: dict[str, Any], line: int, source: str | None
) -> Event:
    """Make an event; numbers begin with 1."""
    if number == 0:
        raise UnfitError("events are numbered from 1; 0 is before the first")
    return Event(number=number, line=line, source=source, **parts)


def observed(left: Value | Seen, relation: str, right: Value | Seen) -> Observation:
    """Find out which side is the path, and so which relation is meant."""
    if relation == "=":
        return _observation(as_path(left), Relation.EQUALS, _as_value(right))
    if relation == r"\subseteq":
        if not isinstance(left, frozenset):
            raise UnfitError(r"a set of values stands before \subseteq")
        return _observation(as_path(right), Relation.INCLUDES, left)
    if isinstance(right, frozenset):
        return _observation(as_path(left), Relation.ONE_OF, right)
    return _observation(as_path(right), Relation.CONTAINS, _as_value(left))


def _observation(seen: Seen, relation: Relation, value: Value) -> Observation:
    return Observation(seen.path, relation, value, primed=seen.primed)


def as_path(side: Value | Seen) -> Seen:
    """Take a bare name for a variable."""
    if isinstance(side, Seen):
        return side
    if isinstance(side, ModelValue):
        return path_of(side.name, [])
    raise UnfitError(
        "an observation compares a path (a variable or a part of it) to a value",
        r"forms: path = v, path \in {v}, v \in path, {v} \subseteq path",
    )


def _as_value(side: Value | Seen) -> Value:
    if isinstance(side, Seen):
        raise UnfitError("one side of an observation is a value, not a path")
    return side


def path_of(root: str, parts: list[tuple[str, list[Value]]]) -> Seen:
    """Put a path together from what follows its root."""
    arguments: tuple[Value, ...] = ()
    selectors: list[Value] = []
    primed = False
    if root.partition("!")[0] in NO_ROOTS:
        raise UnfitError(f"{root} is no variable or operator of a spec")
    for place, (mark, values) in enumerate(parts):
        if mark == "[":
            selectors.append(values[0] if len(values) == 1 else tuple(values))
        elif mark == "'":
            if primed:
                raise UnfitError("this path is primed twice")
            primed = True
        elif place == 0:
            arguments = tuple(values)
        else:
            raise UnfitError("arguments in parentheses stand right after an operator")
    if len(selectors) > MAX_DEPTH:
        raise UnfitError(f"a path leads through at most {MAX_DEPTH} levels of a value")
    return Seen(Path(root, arguments, tuple(selectors)), primed)


def nanoseconds(text: str) -> int:
    """Return a time such as `3ms` or `0.5s`, exactly."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise UnfitError(f"t={text} is no time", "write for example t=3ms or t=0.25s")
    whole, fraction, unit = match.groups(default="")
    below = _DIGITS_BELOW[unit]
    if fraction[below:].strip("0"):
        raise UnfitError("a time is given in nanoseconds at the finest")
    time = int(whole + fraction[:below].ljust(below, "0"))
    if time >= TOO_LATE_NS:
        raise UnfitError(f"t={text} is later than any clock shows")
    return time


def clock_of(value: Value) -> dict[str, int]:
    """Return a vector clock: a record from processes to numbers."""
    clock: dict[str, int] = {}
    if value == ():
        return clock
    if not isinstance(value, Fn):
        raise UnfitError("a vector clock is a record such as [r1 |-> 2]")
    for process, count in value.items():
        if not isinstance(process, str) or not isinstance(count, int):
            raise UnfitError("a vector clock maps strings to integers")
        clock[process] = count
    return clock


def messages_of(text: str) -> tuple[str, ...]:
    """Return the names of messages: `m1,m2`."""
    names = tuple(text.split(","))
    if not all(map(MESSAGE.fullmatch, names)) or len({*names}) < len(names):
        raise UnfitError(
            f"{text} does not name messages",
            "write for example send=m1 or recv=a:17,b/2, each only once",
        )
    return names


def _digits(token: str) -> str:
    if len(token) > MAX_DIGITS:
        raise UnfitError(f"a number of more than {MAX_DIGITS} digits")
    return token
