"""Actions: methods that are steps of the spec, and the guards that enable them."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from refimpl.triggers import ImplementationError, Message, Restart, Timer

if TYPE_CHECKING:
    from refimpl.process import Process

__all__ = [
    "GuardIsFalse",
    "Handler",
    "Mark",
    "Template",
    "action",
    "guard",
    "handlers_of",
    "in_order",
    "members",
]

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., None])


class GuardIsFalse(Exception):
    """The action is not enabled in this state."""


def guard(condition: bool, /) -> None:  # noqa: FBT001 - reads like the spec's conjunct
    """Go on only if the condition holds; otherwise the action is not enabled."""
    if not condition:
        raise GuardIsFalse


@dataclass(frozen=True, slots=True)
class Template:
    """`Name(self.id, rm)` or `name[self.id]`, to be filled in at run time."""

    name: str
    parts: tuple[str, ...]

    @classmethod
    def call(cls, text: str) -> Template:
        """Read an action of the spec with the arguments to record."""
        return cls._read(text, r"(?P<name>\w+)(\((?P<parts>[^()]*)\))?")

    @classmethod
    def path(cls, text: str) -> Template:
        """Read a variable of the spec, perhaps applied to arguments."""
        return cls._read(text, r"(?P<name>\w+)(\[(?P<parts>[^\[\]]*)\])?")

    @classmethod
    def _read(cls, text: str, pattern: str) -> Template:
        match = re.fullmatch(pattern, text)
        if match is None:
            raise ImplementationError(f"not a name with arguments: {text!r}")
        inside = match["parts"]
        parts = [part.strip() for part in inside.split(",")] if inside else []
        for part in parts:
            if not re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", part):
                raise ImplementationError(
                    f"{text!r}: {part!r} is no path such as self.id or message.rm"
                )
        return cls(match["name"], tuple(parts))

    def fill(self, roots: Mapping[str, object]) -> tuple[object, ...]:
        """Return the values of the parts, each a path from one of the roots."""
        return tuple(_follow(part, roots) for part in self.parts)


def _follow(path: str, roots: Mapping[str, object]) -> object:
    root, *rest = path.split(".")
    return functools.reduce(getattr, rest, roots[root])


@dataclass(frozen=True, slots=True)
class Mark:
    """What `action` was told about a method."""

    template: Template
    on: type[Message] | Timer | Restart | None
    each: str | None


def action(
    name: str,
    *,
    on: type[Message] | Timer | Restart | None = None,
    each: str | None = None,
) -> Callable[[Method], Method]:
    """Mark a method as one action of the spec.

    `name` is the action with the arguments to record, paths from `self`,
    `message` or the method's parameter: "RMPrepare(self.id)".  `on` says what
    triggers it: a message, which the method may take as its parameter, a timer,
    or RESTART; without a trigger it is internal, and tried after every event of
    the process until no internal action is enabled.  `each` is a path from
    `self` to the values that the method's parameter ranges over.
    """
    mark = Mark(Template.call(name), on, each)

    def marked(method: Method) -> Method:
        method.__dict__["mark"] = mark
        return method

    return marked


@dataclass(frozen=True, slots=True)
class Handler:
    """An action of a class: how it is called, when, and with what.

    `is_fixed`: its arguments are the same before the step and after it.
    """

    mark: Mark
    method: str
    parameter: str | None
    is_fixed: bool = field(init=False)
    _getters: tuple[Callable[[Process, object], object], ...] = field(init=False)

    def __post_init__(self) -> None:
        parts = self.mark.template.parts
        object.__setattr__(self, "is_fixed", all(map(_is_fixed, parts)))
        object.__setattr__(self, "_getters", tuple(map(_getter, parts)))

    def arguments(self, process: Process, given: object) -> tuple[object, ...]:
        """Return what is recorded as the action's arguments."""
        return tuple([get(process, given) for get in self._getters])

    def values(self, process: Process) -> Iterable[object]:
        """Return what the parameter ranges over; one None if over nothing."""
        if self.mark.each is None:
            return _NOTHING
        found = _follow(self.mark.each, {"self": process})
        return in_order(cast("Iterable[object]", found))


_NOTHING: Final = (None,)


def _is_fixed(part: str) -> bool:
    return part == "self.id" or not part.startswith("self")


def _getter(part: str) -> Callable[[Process, object], object]:
    """Return what reads a path from the process, or from what the method is given."""
    root, _, rest = part.partition(".")
    read = operator.attrgetter(rest) if rest else _itself
    if root == "self":
        return lambda process, _: read(process)
    return lambda _, given: read(given)


def _itself(value: object) -> object:
    return value


def in_order(values: Iterable[T]) -> Iterable[T]:
    """Sort a set, whose own order differs from run to run."""
    if isinstance(values, set | frozenset):
        return sorted(values, key=_word)
    return tuple(values)


def _word(value: object) -> str:
    """Return what `repr` does, but of sets in one order whatever the hash seed."""
    if isinstance(value, str | int):
        return repr(value)
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(_word, value)))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_word, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return _word({*value.items()})
    if dataclasses.is_dataclass(value):
        parts = (f"{f.name}={_word(getattr(value, f.name))}" for f in _shown(value))
        return f"{type(value).__qualname__}({', '.join(parts)})"
    return repr(value)


def _shown(value: Any) -> Iterator[dataclasses.Field[Any]]:  # noqa: ANN401 - any dataclass
    return (each for each in dataclasses.fields(value) if each.repr)


def handlers_of(cls: type[Process]) -> Iterator[Handler]:
    """Actions in source order; an override keeps the place that it overrides."""
    for name, member in members(cls):
        marks = (vars(base)[name] for base in cls.__mro__ if name in vars(base))
        found = (m.__dict__["mark"] for m in marks if "mark" in _attributes(m))
        mark = next(found, None)
        if mark is not None and inspect.isfunction(member):
            yield _handler(cls, name, mark, member)


def _attributes(member: object) -> Mapping[str, object]:
    return member.__dict__ if inspect.isfunction(member) else {}


def _handler(
    cls: type, name: str, mark: Mark, method: Callable[..., object]
) -> Handler:
    """Check the mark of a method against the method."""
    parameters = list(inspect.signature(method).parameters)[1:]
    by_message = isinstance(mark.on, type)
    where = f"{cls.__name__}.{name}"
    if inspect.iscoroutinefunction(method) or inspect.isgeneratorfunction(method):
        raise ImplementationError(
            f"{where} is async or has a yield, so nothing in it would run; "
            "an action is a plain method"
        )
    if isinstance(mark.on, type) and not _is_frozen(mark.on):
        raise ImplementationError(
            f"{where}: {mark.on.__name__} is no frozen dataclass derived from Message"
        )
    if by_message and mark.each:
        raise ImplementationError(f"{where}: each= does not go with a message")
    few, many = (0, 1) if by_message else (1, 1) if mark.each else (0, 0)
    if not few <= len(parameters) <= many:
        raise ImplementationError(
            f"{where} takes {len(parameters)} parameters; a message gives at most "
            "one, each= exactly one, anything else none"
        )
    roots = {"self", *parameters, *(["message"] if by_message else [])}
    for part in (*mark.template.parts, *([mark.each] if mark.each else [])):
        if part.split(".")[0] not in roots:
            raise ImplementationError(
                f"{where}: {part} starts at none of {', '.join(sorted(roots))}"
            )
    return Handler(mark, name, parameters[0] if parameters else None)


def _is_frozen(kind: type) -> bool:
    return (
        issubclass(kind, Message)
        and "__dataclass_fields__" in vars(kind)
        and dataclasses.is_dataclass(kind)
    )


def members(cls: type) -> Iterator[tuple[str, object]]:
    """Yield names and what they are, in the order of their first definition."""
    names = [name for base in reversed(cls.__mro__) for name in vars(base)]
    for name in dict.fromkeys(names):
        yield name, inspect.getattr_static(cls, name)
