"""TLC's messages in our words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.tla2tools.classify import Cause
from pyspec.tla2tools.numbers import whole
from pyspec.trace.model import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.tla2tools.chatter import Chatter
    from pyspec.tla2tools.messages import Message

__all__ = ["Wording", "positions", "property_names", "word"]


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in our words; `positions` are those that TLC's text names."""

    message: str
    hint: str | None = None
    positions: tuple[Location, ...] = ()


_REGION: Final = re.compile(
    r"[Ll]ine (\d+), col(?:umn)? (\d+) to line (\d+), col(?:umn)? (\d+)"
    r" (?:in|of module) ([^\s.]+)"
)


def positions(text: str) -> tuple[Location, ...]:
    """Return the regions of modules that a text names, in its order."""
    return tuple(
        Location(match[5], *(whole(match[group]) for group in (1, 2, 3, 4)))
        for match in _REGION.finditer(text)
    )


_NAMED: Final = re.compile(
    r"(?:Invariant|Property|Action property|Temporal property|"
    r"Evaluating invariant|Evaluating action property|"
    r"The (?:invariant|property)(?: of)?) (\S+) "
    r"(?:is |was |failed|specified)"
)
_SEVERAL: Final = re.compile(r"Temporal properties (.+?) were violated", re.DOTALL)


def property_names(message: Message) -> tuple[str, ...]:
    """Return the properties that an error message names."""
    text = message.text
    if match := _NAMED.search(text):
        return (match[1],)
    if match := _SEVERAL.search(text):
        names = re.split(r",\s*(?:and\s+)?|\s+and\s+", match[1])
        return tuple(name.strip() for name in names if name.strip())
    return ()


def word(
    message: Message,
    cause: Cause,
    names: Sequence[str],
    states: int,
    chatter: Chatter,
) -> Wording:
    """Say what an error message means; `states` counts those of its behavior."""
    text = _essence(message)
    if cause in _VIOLATED:
        return _violation(cause, names, states, text)
    if cause in {Cause.PARSE, Cause.SEMANTIC, Cause.MISSING_FILE} and chatter.errors:
        return _parsing(chatter)
    if cause in _FIXED:
        words, hint = _FIXED[cause]
        return Wording(words, hint, positions(message.text))
    return _told(cause, text, message)


_LONGEST_MATCHED: Final = 8_000  # characters; more is no wording of TLC's, but values

_VIOLATED: Final = {
    Cause.INVARIANT: "invariant",
    Cause.PROPERTY: "temporal property",
    Cause.ACTION_PROPERTY: "action property",
    Cause.DEADLOCK: "",
}


def _violation(cause: Cause, names: Sequence[str], states: int, text: str) -> Wording:
    if cause is Cause.DEADLOCK:
        return Wording(
            f"deadlock: no action is enabled {_where(states)}",
            "if the protocol may end there, do not check for deadlock",
        )
    kind = _VIOLATED[cause]
    if "equal to FALSE" in text or "evaluates to FALSE" in text:
        return Wording(f"{kind} {names[0] if names else '?'} is FALSE, a constant")
    if not names:
        return Wording(f"a {kind} is violated")
    if len(names) > 1:
        return Wording(f"one of the temporal properties {', '.join(names)} is violated")
    where = f" {_where(states)}" if cause is Cause.INVARIANT and states else ""
    return Wording(f"{kind} {names[0]} is violated{where}")


def _where(states: int) -> str:
    steps = states - 1
    if steps <= 0:
        return "in an initial state"
    return f"after {steps} step{'' if steps == 1 else 's'}"


def _parsing(chatter: Chatter) -> Wording:
    first, *others = chatter.errors
    more = f" (and {len(others)} more)" if others else ""
    return Wording(f"{first.message}{more}", first.hint)


_FIXED: Final = {
    Cause.MEMORY: (
        "Java ran out of memory before a verdict",
        "allow it more memory, or make the model smaller",
    ),
    Cause.RECURSION: (
        (
            "evaluation does not end: a definition refers to itself without end, "
            "or an expression is nested too deeply"
        ),
        (
            "look for a recursive function or operator, and for an override that "
            "mentions what it overrides"
        ),
    ),
    Cause.NO_INITIAL_STATE: (
        "no state satisfies the initial predicate, so nothing was checked",
        "is Init, or a CONSTRAINT, FALSE for these constants?",
    ),
}


def _told(cause: Cause, text: str, message: Message) -> Wording:
    """Word what depends on TLC's own text."""
    for pattern, words, hint in _TOLD:
        if match := re.search(pattern, text[:_LONGEST_MATCHED], re.DOTALL):
            return Wording(match.expand(words), hint, positions(message.text))
    first = " ".join(text.split()) or f"TLC reports error {message.code}"
    prefix = {
        Cause.DISK: "TLC could not read or write its files: ",
        Cause.TLC_BUG: "TLC itself failed: ",
        Cause.USAGE: "TLC does not take these options: ",
    }.get(cause, "")
    return Wording(prefix + first, None, positions(message.text))


_TOLD: Final[tuple[tuple[str, str, str | None], ...]] = (
    (
        (
            r"first argument of Assert evaluated to FALSE; the second argument was:\s*"
            r"(.*\S)"
        ),
        r"Assert failed: \1",
        None,
    ),
    (
        r"Assumption line (\d+), col (\d+) .* of module (\S+) is false",
        r"the ASSUME at \3:\1:\2 is false for these constants",
        "give constants that satisfy it",
    ),
    (
        (
            r"Evaluating assumption line (\d+), col (\d+) .*? of module (\S+) failed\.?"
            r"\s*(.*)"
        ),
        r"the ASSUME at \3:\1:\2 cannot be evaluated: \4",
        None,
    ),
    (
        r"The (\w+) (\S+) specified in the configuration file\s*is not defined",
        r"\1 \2 of the cfg is not defined in the spec",
        None,
    ),
    (
        r"constant parameter (\S+) is not assigned a value",
        r"the cfg gives no value to the constant \1",
        r"add a line CONSTANT name = value, or name <- Definition",
    ),
    (
        r"error in the configuration file at line (\d+)\s*(.*\S)",
        r"line \1 of the cfg is malformed: \2",
        None,
    ),
    (
        r"error when trying to read the configuration file (.+?):\s*File not found",
        r"there is no file \1",
        None,
    ),
    (
        r"No next state actions defined",
        "the cfg names no next-state relation",
        "add SPECIFICATION Spec, or INIT Init and NEXT Next",
    ),
    (
        (
            r"Successor state is not completely specified by (.*?)\. The following "
            r"variables? (?:is|are) not (?:assigned|defined): (.*?)\.\s*\Z"
        ),
        r"\1 leaves the next value of \2 open",
        "say what it becomes, or that it is UNCHANGED",
    ),
    (
        r"In evaluation, the identifier (\S+) is either undefined or not an operator",
        r"\1 is read here before it has a value",
        "conjuncts are evaluated in their order: give it its value further up",
    ),
    (
        r"The invariant (\S+) is not a state predicate",
        r"\1 is no invariant: it speaks of more than one state",
        "put it under PROPERTY",
    ),
    (
        r"current state is not a legal state",
        "Init leaves a variable without a value",
        "every variable needs a conjunct v = … or v \\in … in Init",
    ),
    (
        (
            r"overridden by the Java method\s*public static \S+ "
            r"tlc2\.module\.(\w+)\.(\w+)\(.*?\),?\s*"
            r"but it produced the following error:\s*(.*\S)"
        ),
        r"\2 of module \1 cannot be applied here: \3",
        None,
    ),
)

_BOILERPLATE: Final = re.compile(
    r"TLC threw an unexpected exception\.\s*"
    r"This was probably caused by an error in the spec or model\.\s*"
    r"See the User Output or TLC Console for clues to what happened\.\s*"
    r"(?:The exception was an? [\w.$]+\s*:?\s*)?"
)
_CAST: Final = re.compile(
    r"(?:Cannot cast|class) tlc2\.value\.impl\.(\w+?)Value (?:to|cannot be cast to "
    r"class) tlc2\.value\.impl\.(\w+?)Value.*"
)
_JAVA_NAMES: Final = {
    "Bool": "a boolean",
    "Fcn": "a function",
    "FcnRcd": "a function",
    "Int": "an integer",
    "Interval": "a set of integers",
    "Model": "a model value",
    "Record": "a record",
    "SetEnum": "a set",
    "String": "a string",
    "Tuple": "a sequence",
}


def _essence(message: Message) -> str:
    """Return TLC's text without boilerplate and without names of Java classes."""
    text = _BOILERPLATE.sub("", message.text).strip()
    return _CAST.sub(_cast_words, text).removeprefix(":").strip()


def _cast_words(match: re.Match[str]) -> str:
    found, needed = (_JAVA_NAMES.get(name, f"a {name}") for name in match.groups())
    return f"{needed} is needed where {found} stands"
