"""What the emitter asks of expressions before it writes them.

Which parameters are certain to be evaluated (the others are passed as thunks,
for TLC evaluates arguments when they are used), and which expressions have one
value only, so that they are computed once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.language import ir
from pyspec.language.uses import applied, bound_names, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

IMPURE: Final = frozenset(
    {
        *(("TLC", name) for name in ("Print", "PrintT", "TLCGet", "TLCSet")),
        *(("TLC", name) for name in ("JavaTime", "RandomElement", "Any")),
        *(("TLCExt", name) for name in ("Trace", "TLCCache", "PickSuccessor")),
    }
)
"""Operators that may give another value, or do something, at each evaluation."""

OF_THE_RUN: Final = frozenset({("TLC", "TLCGet"), ("TLC", "TLCSet")})
"""Operators that look at a run, or change it: as if they read a variable of it."""

IMPURE_MODULES: Final = frozenset({"Randomization", "Json", "IOUtils", "CSV"})
_READING: Final = frozenset(
    {
        *(("Json", f"{how}Deserialize") for how in ("Json", "ndJson")),
        *(("Json", f"ToJson{what}") for what in ("", "Array", "Object")),
        *(("IOUtils", name) for name in ("IOEnv", "atoi", "zeroPadN")),
        *(("CSV", name) for name in ("CSVRead", "CSVRecords")),
    }
)
"""Operators of these modules that give one value in all of a run.

That is, if the run itself writes no files.
"""
_WRITING: Final = frozenset(
    {
        *(("Json", f"{how}Serialize") for how in ("Json", "ndJson")),
        *(("IOUtils", f"{how}Serialize") for how in ("", "IO")),
        *(("CSV", name) for name in ("CSVWrite", "CSVWriteRecord")),
    }
)
_LEFT_FIRST: Final = frozenset({"$ConjList", "\\land", "$DisjList", "\\lor", "=>"})
_SURE: Final = frozenset(
    {"$Tuple", "$RcdConstructor", "$Pair", "TRUE", "FALSE", "BOOLEAN", "STRING", "'"}
)
"""Built-in operators that have a value if their operands have."""


class Summary(NamedTuple):
    """Names taken from outside, operators applied, and whether it is pure."""

    free: frozenset[ir.Name]
    applied: frozenset[ir.Definition]
    pure: bool


class Analysis:
    """Answers for one root module, with what stands for other operators."""

    def __init__(
        self,
        overrides: Mapping[ir.Definition, ir.Definition],
        is_native: Callable[[ir.Definition], bool],
        every: Iterable[ir.Definition] = (),
    ) -> None:
        self._overrides = overrides
        self._is_native = is_native
        self._every = every
        self._strict: dict[ir.Definition, frozenset[ir.Name]] = {}
        self._summaries: dict[ir.Node, Summary] = {}
        self._pure: dict[ir.Definition, bool] = {}
        self._steady: dict[ir.Definition, bool] = {}

    # ------------------------------------------------------------ strictness

    def lazy(self, definition: ir.Definition) -> frozenset[ir.Name]:
        """Return the parameters that its body may leave unevaluated."""
        if definition not in self._strict:
            self._solve(definition)
        strict = self._strict[definition]
        return frozenset(definition.parameters) - strict

    def _solve(self, definition: ir.Definition) -> None:
        """Assume that all is evaluated, and take back what is not, to the end."""
        group, pending = [definition], [definition]
        while pending:
            body = pending.pop().body
            for found in self.summary(body).applied if body is not None else ():
                other = self._overrides.get(found, found)
                if other not in group and other not in self._strict:
                    group.append(other)
                    pending.append(other)
        for each in group:
            self._strict[each] = frozenset(each.parameters)
        changed = True
        while changed:
            changed = False
            for each in group:
                if each.body is not None and not self._is_native(each):
                    found_now = self._certain(each.body)
                    changed = changed or found_now != self._strict[each]
                    self._strict[each] = found_now

    def _certain(  # noqa: C901 - one table of what is evaluated
        self, node: ir.Node
    ) -> frozenset[ir.Name]:
        """Return the names that are evaluated whenever the expression is."""
        match node:
            case ir.Reference(to=ir.Name() as name):
                return frozenset({name})
            case ir.Builtin(name=name) if name in _LEFT_FIRST:
                return self._certain(node.arguments[0])
            case ir.Builtin(name="$IfThenElse"):
                test, yes, no = map(self._certain, node.arguments)
                return test | (yes & no)
            case ir.Builtin(name="$Case"):
                return self._certain_of_case(node)
            case ir.Builtin(name="ENABLED" | "\\cdot" | "[]" | "<>" | "~>"):
                return frozenset()
            case ir.Builtin():
                return self._all(node.arguments)
            case ir.Binding():
                within = node.bounds[0].within
                return frozenset() if within is None else self._certain(within)
            case ir.Except():
                firsts = (update.path[0] for update in node.updates)
                return self._certain(node.base) | self._all(tuple(firsts))
            case ir.Let() | ir.Instance():
                return self._certain(node.body)
            case ir.Apply(operator=ir.Definition() as definition):
                return self._certain_of_apply(node, definition)
        return frozenset()

    def _certain_of_case(self, node: ir.Builtin) -> frozenset[ir.Name]:
        first = node.arguments[0]
        assert isinstance(first, ir.Builtin)  # noqa: S101 - SANY's shape of CASE
        return self._certain(first.arguments[0])

    def _certain_of_apply(
        self, node: ir.Apply, definition: ir.Definition
    ) -> frozenset[ir.Name]:
        definition = self._overrides.get(definition, definition)
        if self._is_native(definition):
            return self._all(node.arguments)
        strict = self._strict.get(definition, frozenset())
        given = zip(definition.parameters, node.arguments, strict=False)
        used = tuple(argument for name, argument in given if name in strict)
        return self._all(used) | (strict - frozenset(definition.parameters))

    def _all(self, nodes: tuple[ir.Node, ...]) -> frozenset[ir.Name]:
        return frozenset().union(*map(self._certain, nodes))

    # ------------------------------------------------------------ shape

    def summary(self, node: ir.Node) -> Summary:
        """Return what an expression takes from outside."""
        found = self._summaries.get(node)
        if found is None:
            found = self._summaries[node] = self._summary(node)
        return found

    def _summary(self, node: ir.Node) -> Summary:
        free: set[ir.Name] = set()
        applied: set[ir.Definition] = set()
        pure = True
        match node:
            case ir.Reference(to=to):
                if isinstance(to, ir.Name):
                    free.add(to)
            case ir.Apply(operator=operator) | ir.Operator(operator=operator):
                if isinstance(operator, ir.Name):
                    free.add(operator)
                if isinstance(operator, ir.Definition):
                    applied.add(operator)
        for part in self._parts(node):
            inside = self.summary(part)
            free |= inside.free
            applied |= inside.applied
            pure = pure and inside.pure
        pure = pure and all(map(self.is_pure, applied))
        return Summary(frozenset(free - bound_names(node)), frozenset(applied), pure)

    @staticmethod
    def _parts(node: ir.Node) -> list[ir.Node]:
        """Return the parts; a LAMBDA's body belongs to where it is passed on."""
        found = list(parts(node))
        if isinstance(node, ir.Operator) and isinstance(node.operator, ir.Definition):
            body = node.operator.body
            if node.operator.name == "LAMBDA" and body is not None:
                found.append(body)
        return found

    def is_pure(self, definition: ir.Definition) -> bool:
        """Whether an operator gives the same value each time, and no more."""
        definition = self._overrides.get(definition, definition)
        if definition not in self._pure:
            name = definition.name.rpartition("!")[2]
            self._pure[definition] = True  # of a recursive one, not known yet
            impure = (definition.module, name) in IMPURE
            impure = impure or definition.module in IMPURE_MODULES
            if not impure and definition.body is not None:
                impure = not self.summary(definition.body).pure
            reads = (definition.module, name) in _READING and not self._writes
            self._pure[definition] = reads or not impure
        return self._pure[definition]

    @cached_property
    def _writes(self) -> bool:
        """Whether some operator of the module writes files."""
        return any(
            (found.module, found.name.rpartition("!")[2]) in _WRITING
            for each in self._every
            if each.body is not None
            for found in applied(each.body)
        )

    def is_steady(self, definition: ir.Definition) -> bool:
        """Whether an operator of no variable has one value in all of a run."""
        definition = self._overrides.get(definition, definition)
        if definition not in self._steady:
            name = definition.name.rpartition("!")[2]
            self._steady[definition] = True  # of a recursive one, not known yet
            steady = (definition.module, name) not in OF_THE_RUN
            if steady and definition.body is not None:
                applied = self.summary(definition.body).applied
                steady = all(map(self.is_steady, applied))
            self._steady[definition] = steady
        return self._steady[definition]


def is_risky(node: ir.Node) -> bool:
    """Whether evaluating it may fail, or may take long."""
    match node:
        case ir.Literal() | ir.Reference():
            return False
        case ir.Builtin(name=name) if name in _SURE:
            return any(map(is_risky, node.arguments))
    return True
