r"""Specs that read a log: which operator is the log, and what counts its lines.

The idiom of trace specs: `TraceLog == ndJsonDeserialize(IOEnv.JSON)`, and a
variable `l`, or TLC's level, that says which line comes next.  Nothing in the
spec says so by name, but the way it indexes the log and looks at its length
does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.language import ir
from pyspec.language.build import build
from pyspec.language.emit import Scope
from pyspec.language.link import Compiler
from pyspec.language.nesting import room_for_depth
from pyspec.language.tree import Tree
from pyspec.language.uses import applied, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyspec.language.program import Program
    from pyspec.tla2tools import Config

__all__ = ["LEVEL", "Counting", "LogProgram", "Survey", "link_log"]

LEVEL: Final = "level"
"""What counts lines in a spec that indexes its log with TLCGet("level")."""

_READERS: Final = frozenset(
    {
        ("Json", "ndJsonDeserialize"),
        ("Json", "JsonDeserialize"),
        ("CSV", "CSVRead"),
        ("IOUtils", "Deserialize"),
    }
)


class Counting(NamedTuple):
    """What counts the lines of a log: a variable, or LEVEL.

    `ahead` is how much more it is than the number of lines matched: 1 where it
    names the next line; None if that cannot be told.
    """

    log: str
    by: str
    ahead: int | None


@dataclass(frozen=True, slots=True)
class Survey:
    """What a spec and its cfg say of a log.

    - logs: operators that read a file and whose value has no parameter; if
      lines of some are counted, just those
    - counting: what may count lines, the likeliest first
    - registers: the literal names that TLCGet and TLCSet are given, by the
      names in the cfg from which they are reached; `""` is Init and Next
    - about_end: the names in the cfg that compare a count with a log's length
    - variables: the names of variables that those in the cfg look at
    """

    logs: tuple[str, ...] = ()
    counting: tuple[Counting, ...] = ()
    registers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    about_end: frozenset[str] = frozenset()
    variables: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogProgram:
    """A compiled program, and what it has besides a `Program`.

    `logs` are the names of functions of nothing, by the operators that they
    came from; `postcondition` is that of one that tells whether it holds.
    """

    program: Program
    survey: Survey
    logs: Mapping[str, str]
    postcondition: str | None


def link_log(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    sources: Mapping[str, str],
) -> LogProgram:
    """Compile a module as `link` does, and survey it."""
    with room_for_depth():
        compiler = Compiler(build(Tree(xml)), config, standard, sources)
        survey = _Surveyor(compiler).survey()
        emitter = compiler.emitter
        logs = {
            name: emitter.function(compiler.module.definitions[name], condition=False)
            for name in survey.logs
        }
        postcondition = None
        if config.postcondition is not None:
            definition = compiler.definition(config.postcondition, "POSTCONDITION")
            call = ir.Apply(definition.at, definition.level, definition, ())
            text = emitter.condition(call, Scope())
            postcondition = compiler.write(Scope(), text)
        return LogProgram(compiler.program(), survey, logs, postcondition)


class _Shape(NamedTuple):
    """A variable, or LEVEL, plus a number; primed or not."""

    of: str
    plus: int = 0
    primed: bool = False


class _Sight(NamedTuple):
    """That a log was indexed, or its length compared, with a shape."""

    log: str
    shape: _Shape
    how: str


class _Surveyor:
    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.config = compiler.config
        self.emitter = compiler.emitter
        self._reached: dict[ir.Definition, frozenset[ir.Definition]] = {}
        self.logs = {
            each: name
            for name, each in compiler.module.definitions.items()
            if self.is_log(each)
        }

    # ------------------------------------------------------------ what it says

    def survey(self) -> Survey:
        """Look at all that the cfg names."""
        roots = dict(self.roots())
        seen = {
            name: {sight for each in several for sight in _Walk(self).of(each)}
            for name, several in roots.items()
        }
        sights = Counter[_Sight]()
        for name, several in seen.items():
            for sight in several:
                sights[sight] += 1 if name else _ACTING
        counting = tuple(_countings(sights))
        counted = tuple(dict.fromkeys(each.log for each in counting))
        return Survey(
            logs=counted or tuple(self.logs.values()),
            counting=counting,
            registers={
                name: frozenset().union(*map(self.registers, several))
                for name, several in roots.items()
            },
            about_end=frozenset(
                name
                for name, several in seen.items()
                if any(sight.how != "[]" for sight in several)
            ),
            variables={
                name: frozenset(
                    used.text
                    for each in several
                    for used, _ in self.emitter.uses.of_definition(each)
                    if used.is_variable
                )
                for name, several in roots.items()
            },
        )

    def roots(self) -> Iterator[tuple[str, list[ir.Definition]]]:
        """Return what the cfg names, by its names; `""` is what makes steps."""
        config = self.config
        names = (config.specification, config.init, config.next)
        acting = [name for name in (*names, *config.action_constraints) if name]
        yield "", [self.definition(name) for name in acting]
        more = (
            *config.invariants,
            *config.properties,
            *config.constraints,
            *config.action_constraints,
            config.postcondition,
            config.view,
        )
        for name in more:
            if name is not None:
                yield name, [self.definition(name)]

    def definition(self, name: str) -> ir.Definition:
        found = self.compiler.definition(name, "operator")
        return self.emitter.overrides.get(found, found)

    # ------------------------------------------------------------ what is reached

    def reached(self, definition: ir.Definition) -> frozenset[ir.Definition]:
        """Return all operators that one comes to apply, itself included."""
        if definition not in self._reached:
            found, pending = {definition}, [definition]
            while pending:
                body = pending.pop().body
                for each in self.applied(body) if body is not None else ():
                    if each not in found:
                        found.add(each)
                        if self.emitter.native(each) is None:
                            pending.append(each)
            self._reached[definition] = frozenset(found)
        return self._reached[definition]

    def applied(self, node: ir.Node) -> Iterator[ir.Definition]:
        for each in applied(node):
            yield self.emitter.overrides.get(each, each)
        for constant in _constants(node):
            stands = self.emitter.linked.stands.get(constant)
            if stands is not None:
                yield stands

    def is_log(self, definition: ir.Definition) -> bool:
        """Whether an operator gives one value, in which a file was read."""
        alone = not definition.parameters and not definition.level
        if not alone or definition.body is None or definition.local:
            return False
        return any(
            (each.module, each.name.rpartition("!")[2]) in _READERS
            for each in self.reached(definition)
        )

    def reaches_log(self, definition: ir.Definition) -> bool:
        return not self.logs.keys().isdisjoint(self.reached(definition))

    def registers(self, definition: ir.Definition) -> frozenset[str]:
        """Return what TLCGet and TLCSet are given as literals; `?` for all else."""
        found: set[str] = set()
        for each in self.reached(definition):
            if each.body is not None and self.emitter.native(each) is None:
                found.update(self._registers_in(each.body))
        return frozenset(found)

    def _registers_in(self, node: ir.Node) -> Iterator[str]:
        if _is_native(node, "TLC", "TLCGet", "TLCSet"):
            assert isinstance(node, ir.Apply)  # noqa: S101 - `_is_native` looked
            key = node.arguments[0]
            yield str(key.value) if isinstance(key, ir.Literal) else "?"
        for part in _inside(node):
            yield from self._registers_in(part)


class _Walk:
    """Goes through operators with what their parameters stand for."""

    def __init__(self, surveyor: _Surveyor) -> None:
        self.surveyor = surveyor
        self.seen: set[tuple[object, ...]] = set()

    def of(
        self, definition: ir.Definition, given: tuple[_Shape | None, ...] = ()
    ) -> Iterator[_Sight]:
        """Return what is seen in an operator that is applied to such arguments."""
        surveyor = self.surveyor
        definition = surveyor.emitter.overrides.get(definition, definition)
        key = (definition, given)
        is_native = surveyor.emitter.native(definition) is not None
        if key in self.seen or definition.body is None or is_native:
            return
        self.seen.add(key)
        if surveyor.reaches_log(definition) and definition not in surveyor.logs:
            names = dict(zip(definition.parameters, given, strict=False))
            yield from self.within(definition.body, names)

    def within(
        self, node: ir.Node, names: Mapping[ir.Name, _Shape | None]
    ) -> Iterator[_Sight]:
        """Return what is seen in an expression."""
        yield from self.indexed(node, names)
        yield from self.compared(node, names)
        match node:
            case ir.Apply(operator=ir.Definition() as operator):
                given = tuple(self.shape(each, names) for each in node.arguments)
                yield from self.of(operator, given)
            case ir.Operator(operator=ir.Definition() as operator):
                yield from self.of(operator, (None,) * len(operator.parameters))
        for part in _inside(node):
            yield from self.within(part, names)

    def indexed(
        self, node: ir.Node, names: Mapping[ir.Name, _Shape | None]
    ) -> Iterator[_Sight]:
        if isinstance(node, ir.Builtin) and node.name == "$FcnApply":
            log, shape = (
                self.log(node.arguments[0]),
                self.shape(node.arguments[1], names),
            )
            if log is not None and shape is not None:
                yield _Sight(log, shape, "[]")

    def compared(
        self, node: ir.Node, names: Mapping[ir.Name, _Shape | None]
    ) -> Iterator[_Sight]:
        how, pair = _relation(node)
        if pair is None:
            return
        for place, turned in ((0, how), (1, _TURNED.get(how, how))):
            shape = self.shape(pair[place], names)
            bound = self.length(pair[1 - place])
            if shape is not None and bound is not None:
                log, plus = bound
                yield _Sight(log, shape._replace(plus=shape.plus - plus), turned)

    def shape(
        self, node: ir.Node, names: Mapping[ir.Name, _Shape | None]
    ) -> _Shape | None:
        """Return what counts lines that an expression is, if it is one."""
        match node:
            case ir.Reference(to=ir.Declared(is_variable=True, text=text)):
                return _Shape(text)
            case ir.Reference(to=ir.Name() as name):
                return names.get(name)
            case ir.Builtin(name="'", arguments=(inside,)):
                found = self.shape(inside, names)
                return None if found is None else found._replace(primed=True)
            case ir.Apply(
                operator=ir.Definition(name="+" | "-" as sign),
                arguments=(one, ir.Literal(value=int(number))),
            ):
                found = self.shape(one, names)
                by = number if sign == "+" else -number
                return None if found is None else found._replace(plus=found.plus + by)
            case ir.Apply(arguments=(ir.Literal(value="level"),)) if _is_native(
                node, "TLC", "TLCGet"
            ):
                return _Shape(LEVEL)
        body = self.body(node)
        return None if body is None else self.shape(body, names)

    def body(self, node: ir.Node) -> ir.Node | None:
        """Return what an operator without parameters stands for."""
        match node:
            case ir.Apply(operator=ir.Definition() as operator, arguments=()):
                operator = self.surveyor.emitter.overrides.get(operator, operator)
                small = operator not in self.surveyor.logs and not operator.recursive
                return operator.body if small else None
            case ir.Reference(to=ir.Declared() as declared):
                stands = self.surveyor.emitter.linked.stands.get(declared)
                small = stands is not None and stands not in self.surveyor.logs
                return stands.body if stands is not None and small else None
        return None

    def log(self, node: ir.Node) -> str | None:
        """Return the log that an expression is, if it is one."""
        match node:
            case ir.Apply(operator=ir.Definition() as operator, arguments=()):
                operator = self.surveyor.emitter.overrides.get(operator, operator)
                if operator in self.surveyor.logs:
                    return self.surveyor.logs[operator]
            case ir.Reference(to=ir.Declared() as declared):
                stands = self.surveyor.emitter.linked.stands.get(declared)
                if stands in self.surveyor.logs:
                    return self.surveyor.logs[stands]
        body = self.body(node)
        return None if body is None else self.log(body)

    def length(self, node: ir.Node) -> tuple[str, int] | None:
        """Return the log whose length, plus a number, an expression is."""
        match node:
            case ir.Apply(operator=ir.Definition(name="Len"), arguments=(inside,)):
                log = self.log(inside)
                return None if log is None else (log, 0)
            case ir.Apply(
                operator=ir.Definition(name="Cardinality"),
                arguments=(ir.Builtin(name="DOMAIN", arguments=(inside,)),),
            ):
                log = self.log(inside)
                return None if log is None else (log, 0)
            case ir.Builtin(name="DOMAIN", arguments=(inside,)):
                log = self.log(inside)  # l \in DOMAIN Log
                return None if log is None else (log, 0)
            case ir.Apply(
                operator=ir.Definition(name=".."),
                arguments=(ir.Literal(value=1), last),
            ):
                return self.length(last)  # l \in 1..Len(Log)
            case ir.Apply(
                operator=ir.Definition(name="+" | "-" as sign),
                arguments=(one, ir.Literal(value=int(number))),
            ):
                found = self.length(one)
                by = number if sign == "+" else -number
                return None if found is None else (found[0], found[1] + by)
        body = self.body(node)
        return None if body is None else self.length(body)


def _relation(node: ir.Node) -> tuple[str, tuple[ir.Node, ir.Node] | None]:
    match node:
        case ir.Builtin(name="=" | "/=" | "\\in" as how, arguments=(one, other)):
            return how, (one, other)
        case ir.Apply(
            operator=ir.Definition(name="\\leq" | "<" | "\\geq" | ">" as how),
            arguments=(one, other),
        ):
            return how, (one, other)
    return "", None


_TURNED: Final = {"\\leq": "\\geq", "\\geq": "\\leq", "<": ">", ">": "<"}


def _is_native(node: ir.Node, module: str, *names: str) -> bool:
    match node:
        case ir.Apply(operator=ir.Definition() as operator):
            plain = operator.name.rpartition("!")[2]
            return operator.module == module and plain in names
    return False


def _inside(node: ir.Node) -> Iterator[ir.Node]:
    yield from parts(node)
    if isinstance(node, ir.Operator) and isinstance(node.operator, ir.Definition):
        body = node.operator.body
        if node.operator.name == "LAMBDA" and body is not None:
            yield body


def _constants(node: ir.Node) -> Iterator[ir.Declared]:
    """Return the declared constants that an expression mentions."""
    match node:
        case (
            ir.Reference(to=ir.Declared() as declared)
            | ir.Apply(operator=ir.Declared() as declared)
        ):
            yield declared
    for part in _inside(node):
        yield from _constants(part)


# ------------------------------------------------------------ what counts


def _countings(sights: Counter[_Sight]) -> Iterator[Counting]:
    """Return what may count the lines of a log, the likeliest first."""
    weights = Counter[tuple[str, str]]()
    for sight, number in sights.items():
        weights[sight.log, sight.shape.of] += number * (2 if sight.how == "[]" else 1)
    for (log, by), _ in weights.most_common():
        own = {
            sight: number
            for sight, number in sights.items()
            if (sight.log, sight.shape.of) == (log, by)
        }
        yield Counting(log, by, _ahead(own))


def _ahead(sights: Mapping[_Sight, int]) -> int | None:
    """Return how much more the count is than the number of lines matched.

    A guard of a step says it: `l <= Len(Log)` lets a line be matched that is
    number l.  Else the numbers of the lines that are looked at do, and at last
    what is said of the end.  Where a guard and what is looked at contradict each
    other, nothing can be told.
    """
    found = [
        {
            ahead
            for sight, number in sights.items()
            for ahead in wanted(sight, acting=number >= _ACTING)
        }
        for wanted in (_by_guard, _by_index, _by_end)
    ]
    by_guard, by_index, _ = found
    if len(by_guard) == 1 and len(by_index) == 1 and by_guard != by_index:
        return None  # the guard lets a line be that is not read, or reads another
    return next((each.pop() for each in found if len(each) == 1), None)


_ACTING: Final = 1000
"""How much more what is done with a line says than what is asked of it."""


def _by_guard(sight: _Sight, *, acting: bool) -> Iterable[int]:
    """Of `l + k <= Len`, the next line is number l + k, as the last may be."""
    if not acting or sight.shape.primed:
        return ()
    if sight.how in {"\\leq", "\\in"}:
        return (1 - sight.shape.plus,)
    return (-sight.shape.plus,) if sight.how in {"<", "/="} else ()


def _by_index(sight: _Sight, *, acting: bool) -> Iterable[int]:
    if not acting or sight.how != "[]":
        return ()
    plus = sight.shape.plus + sight.shape.primed
    return (1 - plus,)


def _by_end(sight: _Sight, *, acting: bool) -> Iterable[int]:
    """Of `l + k = Len`, all lines are matched where it is so."""
    del acting
    if sight.how in {"=", "/=", "\\geq"}:
        return (-sight.shape.plus,)
    return (1 - sight.shape.plus,) if sight.how in {">", "\\leq"} else ()
