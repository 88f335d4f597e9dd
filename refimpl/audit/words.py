"""An implementation's words against its spec's: actions, arguments, variables."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from refimpl.actions import Template
from refimpl.audit.booted import boot, classes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from refimpl.process import Process
    from refimpl.protocol import Protocol

__all__ = ["Matched", "Words", "match"]

ACTION: Final = 2
"""The level of an operator that speaks of a step; those below speak of a state."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a spec defines.

    - next: actions that Next is made of, in its order
    - operators: level (0 constant, 1 state, 2 action) and parameters of each
    - variables: its variables
    """

    next: tuple[str, ...]
    operators: Mapping[str, tuple[int, tuple[str, ...]]]
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """What does not fit together, and what is worth knowing all the same."""

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def match(protocol: Protocol, words: Words) -> Matched:
    """Hold the names that an implementation records against those of its spec."""
    classes = classes_of(protocol)
    templates = [*_templates(protocol, classes)]
    said = frozenset(template.name for _, template in templates)
    never = [name for name in words.next if name not in said]
    fields = _Fields(protocol, words)
    return Matched(
        (
            *(
                problem
                for where, template in templates
                for problem in _action(where, template, words)
            ),
            *(_missing(name, said, words) for name in never),
            *fields.problems(),
        ),
        (*_vague(templates, words), *fields.notes()),
    )


# ------------------------------------------------------------- actions


def _templates(
    protocol: Protocol, classes: Iterable[type[Process]]
) -> Iterator[tuple[str, Template]]:
    """Yield the actions that can be recorded, and who records them."""
    for cls in classes:
        for handler in cls.handlers:
            yield f"{cls.__name__}.{handler.method}", handler.mark.template
    for name in ("lose", "duplicate", "ignore"):
        text = getattr(protocol, name)
        if text is not None:
            yield f"{name}= of the protocol", Template.call(text)
    for role in protocol.roles:
        if role.crash is not None:
            yield f"crash= of role {role.name}", Template.call(role.crash)


def _action(where: str, template: Template, words: Words) -> Iterator[str]:
    """Say what is wrong with one that is recorded."""
    name, given = template.name, len(template.parts)
    found = words.operators.get(name)
    if found is None:
        actions = (n for n, (level, _) in words.operators.items() if level == ACTION)
        yield f"{where}: the spec has no action {name}{_meant(name, actions)}"
        return
    level, parameters = found
    if level != ACTION:
        meant = _meant(name, words.next)
        yield f"{where}: {name} is an operator of the spec but no action{meant}"
    elif given not in {0, len(parameters)}:
        formal = f"{name}({', '.join(parameters)})" if parameters else name
        text = f"{name}({', '.join(template.parts)})"
        yield f"{where}: {text} has {_count(given, 'argument')}; the spec has {formal}"


def _vague(templates: Iterable[tuple[str, Template]], words: Words) -> Iterator[str]:
    for where, template in templates:
        _, parameters = words.operators.get(template.name, (0, ()))
        if parameters and not template.parts:
            formal = f"{template.name}({', '.join(parameters)})"
            yield f"{where} records no arguments of {formal}: replay tries all"


def _missing(name: str, said: Iterable[str], words: Words) -> str:
    stray = [each for each in said if each not in words.operators]
    near = difflib.get_close_matches(name, stray, n=1)
    hint = f" (there is {near[0]}, which the spec has not)" if near else ""
    return (
        f"nothing is the spec's action {name}: no method, and none of lose=, "
        f"duplicate=, ignore= and crash={hint}"
    )


# ------------------------------------------------------------- variables


class _Fields:
    """What the fields of processes are declared to be."""

    def __init__(self, protocol: Protocol, words: Words) -> None:
        self.words = words
        self.network = protocol.network
        self.processes = boot(protocol)
        self.classes = classes_of(protocol)

    def problems(self) -> Iterator[str]:
        """Say which variables there are not, and which are told by two."""
        for cls in self.classes:
            for name, path in cls.declares.items():
                yield from self._unknown(f"{cls.__name__}.{name}", path)
        if self.network is not None:
            yield from self._unknown("network= of the protocol", self.network)
        yield from self._twice()

    def notes(self) -> Iterator[str]:
        """Say which variables nobody tells of."""
        told = {
            Template.path(path).name
            for cls in self.classes
            for path in cls.declares.values()
        }
        silent = [v for v in self.words.variables if v not in {*told, self.network}]
        if silent:
            yield f"no field is declared to be {', '.join(silent)}"

    def _unknown(self, where: str, path: str) -> Iterator[str]:
        name = Template.path(path).name
        if name not in self.words.variables:
            meant = _meant(name, self.words.variables)
            yield f"{where}: the spec has no variable {name}{meant}"

    def _twice(self) -> Iterator[str]:
        """Yield fields whose variable another one is, of this process or another."""
        places: dict[tuple[str, tuple[object, ...]], str] = {}
        whole: dict[str, bool] = {}
        said: set[tuple[str, str]] = set()
        for process in self.processes:
            for name, path in process.declares.items():
                template = Template.path(path)
                parts = template.fill({"self": process})
                where = f"{type(process).__name__}.{name}"
                problem = _clash(f"{where} of {process.id}", template, parts, places)
                if whole.setdefault(template.name, not parts) is not (not parts):
                    problem = (
                        f"{where}: {path} is declared both with and without an argument"
                    )
                places.setdefault((template.name, parts), f"{where} of {process.id}")
                if problem is not None and (where, path) not in said:
                    said.add((where, path))
                    yield problem


def _clash(
    where: str,
    template: Template,
    parts: tuple[object, ...],
    places: Mapping[tuple[str, tuple[object, ...]], str],
) -> str | None:
    other = places.get((template.name, parts))
    if other is None:
        return None
    shown = f"{template.name}[{', '.join(map(str, parts))}]" if parts else template.name
    return f"{where} and {other} are both declared to be {shown}"


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
