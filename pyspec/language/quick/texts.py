"""Python variables, blocks, constants, and what is remembered by arguments."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from pyspec.language import ir
from pyspec.language.emit import CONDITIONS, Emitter, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspec.language.emit import Linked
    from pyspec.language.runtime.modules import Native
    from pyspec.values import Value

    Write: TypeAlias = Callable[[], str]

_T = TypeVar("_T")
DEEPEST: Final = 20
"""Operators written out inside of one another."""


class NotQuickError(Exception):
    """There is no quick form: it would be too long, or it is no test of a step."""


class Texts(Emitter):
    """What the others write with.

    A `place` is the depth at which statements may be put before what is being
    written, since it is certain to be evaluated there.  None: there is none, as
    inside of a lambda.
    """

    def __init__(self, linked: Linked) -> None:
        super().__init__(linked)
        self.code: list[str] = []
        self.later: dict[str, str] = {}  # constants, and the functions that make them
        self.fixed: frozenset[str] = frozenset()  # the action's arguments
        self.variables: set[str] = set()  # LETs that are Python variables
        self.truths: set[str] = set()  # those of them that are Python booleans
        self.waiting: dict[ir.Definition, Scope] = {}  # LETs not computed yet
        self.steady: set[str] = set()  # texts that cost little to write twice
        self.kinds: dict[str, str] = {}  # Python types of literals, by their texts
        self.seen: dict[object, str] = {}  # what has a Python variable here
        self.is_ordered = False  # whether an order of names decides on values
        self.depth = 0

    def new(self, prefix: str) -> str:
        """Return a name that the spec's own code does not have."""
        return f"{super().new(prefix)}_"

    def put(self, depth: int, text: str) -> None:
        """Add a statement."""
        self.code.append("    " * depth + text)

    # ------------------------------------------------------------ variables

    def named(self, text: str, place: int) -> str:
        """Return a Python variable for a text, or a number itself."""
        if text.isidentifier() or text.isdigit():
            return text
        if text not in self.seen:
            self.seen[text] = self.new("t")
            self.put(place, f"{self.seen[text]} = {text}")
        return self.seen[text]

    def twice(self, text: str, place: int | None) -> str | None:
        """Return a text that may be written twice, if there can be one."""
        if text.isidentifier() or text.isdigit() or text in self.steady:
            return text
        return None if place is None else self.named(text, place)

    def shared(self, text: str, place: int | None) -> str:
        """Return a variable for what may be asked for again, where there can be one."""
        return text if place is None else self.named(text, place)

    @contextmanager
    def block(self) -> Iterator[None]:
        """Forget the variables of a block when it ends."""
        seen = self.seen
        self.seen = dict(seen)
        try:
            yield
        finally:
            self.seen = seen

    def captured(self, write: Callable[[], str]) -> tuple[str, list[str]]:
        """Return a text, and the statements that it wants before it."""
        code, self.code = self.code, []
        with self.block():
            text = write()
        inside, self.code = self.code, code
        return text, inside

    def either(self, held: str, yes: Write, no: Write, place: int) -> str:
        """Return what one of two gives, by a condition."""
        first, then = self.captured(yes)
        second, other = self.captured(no)
        if not then and not other:
            return f"({first} if {held} else {second})"
        name = self.new("t")
        inside = "    " * (place + 1)
        self.put(place, f"if {held}:")
        self.code += [*then, f"{inside}{name} = {first}"]
        self.put(place, "else:")
        self.code += [*other, f"{inside}{name} = {second}"]
        return name

    def deeper(self, write: Callable[[], _T]) -> _T:
        """Write something one operator deeper."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotQuickError
        try:
            return write()
        finally:
            self.depth -= 1

    # ------------------------------------------------------------ literals

    def literal(self, value: Value) -> str:
        """Return a literal's text, and remember of which type it is."""
        text = super().literal(value)
        if type(value) in {int, str}:
            self.kinds[text] = type(value).__name__
        return text

    def constant(self, value: object) -> str:
        """Put a value into the namespace, once."""
        key = ("value", type(value), value)
        if key not in self.known:
            self.known[key] = super().constant(value)
        return self.known[key]

    def native_name(self, definition: ir.Definition, found: Native) -> str:
        """Return the name of a native; those of other modules may go by an order."""
        self.is_ordered = self.is_ordered or definition.module not in _UNORDERED
        return super().native_name(definition, found)

    # ------------------------------------------------------------ constants

    def hoist(
        self, node: ir.Node, scope: Scope, emit: Callable[[ir.Node, Scope], str]
    ) -> str | None:
        """Leave it to `kept`."""
        del node, scope, emit
        return None

    def kept(self, node: ir.Node, scope: Scope) -> str | None:
        """Return what has one value, or one for each of the action's arguments."""
        if node.level or isinstance(node, ir.Literal | ir.Reference | ir.Operator):
            return None
        if isinstance(node, ir.Builtin) and node.name in {"TRUE", "FALSE", "$Pair"}:
            return None
        free, applied, pure = self.analysis.summary(node)
        if not pure or self.uses.of(node) or self.is_local(applied, scope):
            return None
        if not free:
            return self.constant_of(node)
        if not self.fixed.issuperset(scope.names.get(name, "") for name in free):
            return None
        return self.remembered(node, scope) if self.is_worth_it(node) else None

    def is_local(self, applied: frozenset[ir.Definition], scope: Scope) -> bool:
        """Whether any of these is defined by a LET around."""
        return any(
            each in scope.operators or each in scope.inline or each in self.waiting
            for each in applied
        )

    def constant_of(self, node: ir.Node) -> str | None:
        """Name a constant; a name without a value yet is made when it is missed."""
        if isinstance(node, ir.Apply) and isinstance(node.operator, ir.Definition):
            found = self.native(self.overrides.get(node.operator, node.operator))
            if found is not None and found.constant:
                return None
        if node not in self.hoisted:
            self.hoisted[node] = self.new("h")
            text = self.alone(lambda: self.made(node, Scope(), None))
            self.is_later(self.hoisted[node], text)
        return self.hoisted[node]

    def is_later(self, name: str, text: str) -> None:
        """Say how to make a constant."""
        self.later[name] = f"make_{name}"
        self.lines += [f"def make_{name}():", f"    return {text}", ""]

    def remembered(self, node: ir.Node, scope: Scope) -> str:
        """Keep values by the arguments that they depend on."""
        free = sorted(self.analysis.summary(node).free, key=lambda n: scope.names[n])
        key = ("remembered", node, *free)
        if key not in self.known:
            names = {each: self.new("a") for each in free}
            text = self.alone(lambda: self.made(node, Scope(names), None))
            made = f"lambda {', '.join(names.values())}: {text}"
            if len(names) > 1:
                made = f"lambda row: ({made})(*row)"
            self.known[key] = self.new("m")
            self.lines += [f"{self.known[key]} = Memo({made})", ""]
        text = f"{self.known[key]}[{', '.join(scope.names[each] for each in free)}]"
        if isinstance(node, ir.Builtin) and node.name == "$SetEnumerate":
            self.steady.add(text)
        return text

    def alone(self, write: Callable[[], str]) -> str:
        """Write what depends on nothing around."""
        fixed, self.fixed = self.fixed, frozenset()
        try:
            return write()
        finally:
            self.fixed = fixed

    def is_worth_it(self, node: ir.Node) -> bool:
        """Whether looking it up is cheaper than making it."""
        match node:
            case ir.Builtin(name=name):
                return name in _MAKERS
            case ir.Binding():
                return node.name not in CONDITIONS
            case ir.Apply(operator=ir.Definition() as operator):
                operator = self.overrides.get(operator, operator)
                if self.native(operator) is not None or self.is_condition(operator):
                    return False
                body = operator.body
                return body is not None and self.is_worth_it(body)
        return False

    # ------------------------------------------------------------ those after

    def made(self, node: ir.Node, scope: Scope, place: int | None) -> str:
        """Return the text that makes a value: see `values`."""
        raise NotImplementedError


_UNORDERED: Final = frozenset(
    {"Naturals", "Integers", "Sequences", "FiniteSets", "Bags", "TLC"}
)
_MAKERS: Final = frozenset(
    {"$RcdConstructor", "$SetEnumerate", "\\union", "\\cup", "\\", "\\cap"}
    | {"\\intersect", "UNION", "SUBSET", "$CartesianProd", "$SetOfFcns", "$SetOfRcds"}
)
