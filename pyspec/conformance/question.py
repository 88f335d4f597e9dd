"""What replay is asked: a trace, held to a spec with constants.

A trace that cannot be put as a question (an action that the spec does not
have, a constant without value) is a `Mistake` here, before any engine runs.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspec.conformance.claimed import NOTHING, Claimed, claimed_by, claimed_of
from pyspec.conformance.module import LARGEST, drawn_at, model_values
from pyspec.conformance.said import distinct
from pyspec.errors import Mistake
from pyspec.trace.model import UNKNOWN, Call, Expected, Observation, Trace
from pyspec.trace.places import column_of
from pyspec.values import Fn, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pyspec.conformance.asking import Asker
    from pyspec.language import Facts, Operator
    from pyspec.tla2tools import Config, Toolchain
    from pyspec.values import Value


@dataclass(frozen=True, slots=True)
class Spec:
    """A module to replay against, what it declares, and a cfg's constants.

    `compiled` keeps what the native engine made of it, by constants.

    `overrides` are those constants that a cfg gives by an operator (`C <- Op`).
    `claimed` names the fairness and properties that traces are judged by, `words`
    are the names in a cfg, in its order.
    """

    path: Path
    facts: Facts
    constants: Mapping[str, Value]
    library: tuple[Path, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    compiled: dict[str, Asker] = field(default_factory=dict, compare=False, repr=False)
    claimed: Claimed = NOTHING
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Is this trace, with these constants, a behavior of this spec?

    `key` tells apart the traces of one log (a transaction's name).
    """

    spec: Spec
    trace: Trace
    constants: Mapping[str, Value]
    key: str | None = None

    @property
    def name(self) -> str:
        """The trace's file, or its module if it was made in memory."""
        return self.trace.file or self.trace.module


def load_spec(
    toolchain: Toolchain | Callable[[], Toolchain],
    module: Path,
    config: Config | None = None,
    library: tuple[Path, ...] = (),
) -> Spec:
    """Read a module's facts.  A cfg gives constants, INIT, NEXT, SPECIFICATION.

    What was read is kept; a toolchain that is yet to be found is only looked
    for if SANY must run.
    """
    from pyspec.kept import kept  # noqa: PLC0415 - keeps start-up fast
    from pyspec.language import modules_folder  # noqa: PLC0415 - likewise
    from pyspec.tla2tools.modules import involved, search_path  # noqa: PLC0415 - likewise

    library = tuple(dict.fromkeys((*library, modules_folder())))
    found: Facts
    if module.is_file():
        files = involved(module.absolute(), search_path(module, library))
        found = kept(
            "facts",
            _key(files, config),
            lambda: _facts(toolchain, module, config, library),
        )
    else:
        found = _facts(toolchain, module, config, library)  # which says what is wrong
    _refuse_our_names(module, found)
    claimed = claimed_by(found, config)
    if config is None:
        return Spec(module, found, {}, library, claimed=claimed)
    overrides = _operators_for_constants(module, found, config)
    constants = dict(config.constants)
    return Spec(
        module,
        found,
        constants,
        library,
        overrides,
        claimed=claimed,
        words=config.words,
    )


def _facts(
    toolchain: Toolchain | Callable[[], Toolchain],
    module: Path,
    config: Config | None,
    library: tuple[Path, ...],
) -> Facts:
    """Ask SANY; Mistake if it does not accept the module."""
    from pyspec.language import read_facts  # noqa: PLC0415 - keeps start-up fast
    from pyspec.tla2tools import sany  # noqa: PLC0415 - likewise

    tools = toolchain() if callable(toolchain) else toolchain
    report = sany.parse(tools, module, library=library)
    report.require()
    return read_facts(
        sany.export_xml(tools, module, library=library),
        dict(report.modules),
        specification=config.specification if config else None,
        init=config.init if config else None,
        next_=config.next if config else None,
    )


def _key(files: Mapping[str, Path], config: Config | None) -> str:
    """Return what changes with anything that facts depend on."""
    from pyspec.kept import content_of  # noqa: PLC0415 - keeps start-up fast
    from pyspec.language.load import engine  # noqa: PLC0415 - likewise

    behavior = (config.specification, config.init, config.next) if config else ()
    said = repr((sorted(map(str, files.values())), behavior))
    contents = content_of(file for _, file in sorted(files.items()))
    return hashlib.sha256(f"{engine()}{said}{contents}".encode()).hexdigest()


def _refuse_our_names(module: Path, facts: Facts) -> None:
    for name in (*facts.constants, *facts.variables, *facts.operators):
        if re.match(r"px[A-Z_]", name):
            raise Mistake(
                f"{name} has the form of the names that replay adds to a module",
                file=module,
                expected="no name that begins with px and a capital or _",
            )


def _operators_for_constants(
    module: Path,
    facts: Facts,
    config: Config,
) -> dict[str, str]:
    """Return a cfg's overrides of constants; what else it overrides is a model's."""
    found = {
        name: operator
        for name, operator in config.overrides.items()
        if name in facts.constants
    }
    for name, operator in found.items():
        if operator not in facts.operators:
            raise Mistake(
                f"the cfg gives constant {name} by {operator}, which is not an "
                f"operator of module {facts.module}",
                file=module,
                hint="Name the module that defines it: --spec FILE.tla.",
            )
    return found


def ask(spec: Spec, trace: Trace, *, key: str | None = None) -> Question:
    """Put a trace as a question; Mistake if the spec cannot be asked it."""
    checker = _Checker(spec, trace)
    checker.check()
    return Question(
        spec=spec,
        trace=trace,
        constants=checker.constants(),
        key=key,
    )


class _Checker:
    def __init__(self, spec: Spec, trace: Trace) -> None:
        self.spec = spec
        self.facts = spec.facts
        self.trace = trace
        self.known: frozenset[str] = frozenset()

    def check(self) -> None:
        self.known = self.facts.nullary.union(
            *map(model_values, self.constants().values()),
        )
        lines = self.trace.lines
        for silent in self.trace.silent:
            self.call(silent.call, lines.get(f"SILENT {silent.call.action}"))
        for observation in self.trace.init:
            self.observation(observation, lines.get(f"INIT {observation.path.root}"))
        for event in distinct(self.trace.events):
            for step in event.steps:
                if isinstance(step, Call):
                    self.call(step, event.line)
            for observation in event.observations:
                self.observation(observation, event.line)
        self.expectation()

    def expectation(self) -> None:
        """Check what EXPECT names: a property, or an action that may be owed."""
        expected = self.trace.expect
        if expected is None:
            return
        if expected.verdict is Expected.OWES and expected.call is not None:
            self.call(expected.call, self.trace.lines.get("EXPECT"))
        try:
            claimed_of(Question(self.spec, self.trace, {}))
        except Mistake as error:
            error.message = f"EXPECT violates {expected.property}: {error.message}"
            error.file = self.trace.file
            error.line = self.trace.lines.get("EXPECT")
            error.column = column_of(
                error.file, error.line, expected.property or "EXPECT"
            )
            raise

    def constants(self) -> dict[str, Value]:
        """Return the header's constants, then the cfg's; each has just one value."""
        merged: dict[str, Value] = {}
        for name in self.facts.constants:
            given = [
                source[name]
                for source in (self.trace.constants, self.spec.constants)
                if name in source
            ]
            if name in self.spec.overrides:
                self.refuse_value(name, given)
                continue
            if not given:
                raise self.mistake(
                    f"constant {name} of module {self.facts.module} has no value",
                    line=self.trace.lines.get("TRACE"),
                    word=self.trace.module,
                    expected=f"CONSTANT {name} = ... in the trace's header",
                    hint="Or give a cfg that assigns it: --config FILE.",
                )
            if len(given) > 1 and given[0] != given[1]:
                raise self.mistake(
                    f"constant {name} has two values",
                    line=self.trace.lines.get(f"CONSTANT {name}"),
                    word=name,
                    expected=f"{show(given[1])}, as the cfg says",
                    found=f"{show(given[0])} in the trace's header",
                )
            merged[name] = given[0]
        for name in self.trace.constants:
            if name not in self.facts.constants:
                raise self.mistake(
                    f"{name} is not a constant of module {self.facts.module}",
                    line=self.trace.lines.get(f"CONSTANT {name}"),
                    word=name,
                    expected="a constant of the module",
                    hint=_guess(name, self.facts.constants),
                )
        return merged

    def refuse_value(self, name: str, given: list[Value]) -> None:
        """Refuse to give a constant a value beside the operator that the cfg names."""
        if given:
            raise self.mistake(
                f"constant {name} has two values",
                line=self.trace.lines.get(f"CONSTANT {name}"),
                word=name,
                expected=f"{self.spec.overrides[name]}, as the cfg says",
                found=f"{show(given[0])} in the trace's header",
            )

    def call(self, call: Call, line: int | None) -> None:
        operator = self.facts.operators.get(call.action)
        if operator is None or not self.is_action(call.action):
            raise self.mistake(
                f"{call.action} is not an action of module {self.facts.module}",
                line=line,
                word=call.action,
                expected="an action of the module",
                hint=_guess(
                    call.action,
                    [name for name in self.facts.actions if self.is_action(name)],
                ),
            )
        if call.arguments is not None and len(call.arguments) != len(
            operator.parameters,
        ):
            raise self.mistake(
                f"{call.action} has {_count(operator)}",
                line=line,
                word=call.action,
                expected=_signature(operator),
                found=f"{len(call.arguments)} argument(s)",
            )
        for argument in call.arguments or ():
            if argument is not UNKNOWN:
                self.value(argument, line)
        arguments = call.arguments
        if operator.parameters and (arguments is None or UNKNOWN in arguments):
            self.drawn(call.action, line)

    def is_action(self, name: str) -> bool:
        operator = self.facts.operators.get(name)
        return operator is not None and operator.level == ACTION

    def drawn(self, action: str, line: int | None) -> None:
        """Check that unknown arguments have sets to be drawn from."""
        try:
            drawn_at(self.facts, action)
        except Mistake as error:
            raise self.mistake(
                error.message,
                line=line,
                word=action,
                expected=error.expected,
            ) from None

    def value(self, value: Value, line: int | None) -> None:
        for number in _integers(value):
            if not -LARGEST - 1 <= number <= LARGEST:
                raise self.mistake(
                    f"{_short(number)} is beyond TLC's integers, which have 32 bits",
                    line=line,
                    word=str(abs(number)),
                    expected=f"a number from {-LARGEST - 1} to {LARGEST}",
                )
        for name in sorted(model_values(value) - self.known):
            raise self.mistake(
                f"{name} is neither a constant's value nor a name of module "
                f"{self.facts.module}",
                line=line,
                word=name,
                expected="a value that the constants give",
                hint=_guess(name, self.known),
            )

    def observation(self, observation: Observation, line: int | None) -> None:
        path = observation.path
        for value in (*path.arguments, *path.selectors, observation.value):
            self.value(value, line)
        root = path.root
        if root in self.facts.variables:
            if path.arguments:
                raise self.mistake(
                    f"{root} is a variable, which takes no arguments",
                    line=line,
                    word=root,
                    expected=f"{root} = ..., or {root}[...] = ...",
                    found=f"{len(path.arguments)} argument(s)",
                )
            return
        operator = self.facts.operators.get(root)
        if operator is None or operator.level > STATE:
            raise self.mistake(
                f"{root} is neither a variable nor a state operator of module "
                f"{self.facts.module}",
                line=line,
                word=root,
                expected="a variable or an operator that describes a state",
                hint=_guess(root, self.facts.variables),
            )
        if len(operator.parameters) != len(observation.path.arguments):
            raise self.mistake(
                f"{root} has {_count(operator)}",
                line=line,
                word=root,
                expected=_signature(operator),
                found=f"{len(observation.path.arguments)} argument(s)",
            )

    def mistake(  # noqa: PLR0913 - data of an error message, all keyword-only
        self,
        message: str,
        *,
        word: str,
        line: int | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> Mistake:
        """Return a mistake in the trace: a word of its file, on this line."""
        return Mistake(
            message,
            file=self.trace.file,
            line=line,
            column=column_of(self.trace.file, line, word),
            expected=expected,
            found=found,
            hint=hint,
        )


STATE = 1
ACTION = 2
_LONGEST = 60


def _integers(value: Value) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, Fn):
        yield from _integers((*value, *value.values()))
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from _integers(part)


def _count(operator: Operator) -> str:
    number = len(operator.parameters)
    return f"{number} parameter{'' if number == 1 else 's'}"


def _signature(operator: Operator) -> str:
    if not operator.parameters:
        return operator.name
    return f"{operator.name}({', '.join(operator.parameters)})"


def _short(number: int) -> str:
    digits = str(number)
    return digits if len(digits) <= _LONGEST else f"{digits[:_LONGEST]}..."


def _guess(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name[:_LONGEST], list(known), n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"It has {_enumerate(known)}."


def _enumerate(names: Iterable[str]) -> str:
    return ", ".join(_sorted(names)) or "none"


def _sorted(names: Iterable[str]) -> Iterator[str]:
    yield from sorted(names)
