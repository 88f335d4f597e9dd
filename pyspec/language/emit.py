"""IR becomes Python source.

Each operator of the spec is a function of its parameters and of just the state
variables that it uses.  Conditions are Python booleans, values are TLA+ values.
No text of the spec gets into the source: names are numbered by us, literals are
numbers or come from a table.

Actions are another matter, since they assign: see `actions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.errors import Mistake
from pyspec.language import ir
from pyspec.language.analyse import Analysis, is_risky
from pyspec.language.runtime.modules import native
from pyspec.language.uses import Uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspec.language.runtime.modules import Native
    from pyspec.trace.model import Location
    from pyspec.values import Value


class Recipe(NamedTuple):
    """How to make an object of the namespace when a program is loaded.

    - value: it is `of` itself
    - native: of a module and a name; a record: a maker of records of fields
    """

    kind: str
    of: Any


CONJUNCTION: Final = frozenset({"$ConjList", "\\land"})
DISJUNCTION: Final = frozenset({"$DisjList", "\\lor"})
CONDITIONS: Final = CONJUNCTION | DISJUNCTION | {
    "\\lnot", "=>", "\\equiv", "=", "/=", "\\in", "\\notin", "\\subseteq",
    "UNCHANGED", "$SquareAct", "$AngleAct", "ENABLED", "\\cdot", "$BoundedForall",
    "$BoundedExists", "TRUE", "FALSE",
}  # fmt: skip
TEMPORAL: Final = frozenset({"[]", "<>", "~>", "$WF", "$SF", "$TemporalForall"})


@dataclass(frozen=True)
class Scope:
    """What names mean at a place, as Python text.

    `names` for parameters and bound names; `operators` for what a LET defines
    or a parameter stands for; `before` and `after` for declared names, unprimed
    and primed.  A variable that is missing in `after` has no value yet.
    `meanings`: what an INSTANCE substitutes for declared names, and where that
    means it.  `by_name`: parameters that stand for an expression, not a value,
    and where it stands.  `inline`: local operators that are written out where
    they are applied.  `moving`: those of `operators` that may have another value
    in the next state though their own text does not tell.  `prime`: whether this
    is the state after the step.
    """

    names: Mapping[ir.Name, str] = field(default_factory=dict)
    operators: Mapping[ir.Definition, str] = field(default_factory=dict)
    before: Mapping[ir.Declared, str] = field(default_factory=dict)
    after: Mapping[ir.Declared, str] = field(default_factory=dict)
    meanings: Mapping[ir.Declared, tuple[ir.Node, Scope]] = field(default_factory=dict)
    by_name: Mapping[ir.Name, tuple[ir.Node, Scope]] = field(default_factory=dict)
    inline: frozenset[ir.Definition] = frozenset()
    moving: frozenset[ir.Definition] = frozenset()
    prime: bool = False

    def bind(self, names: Mapping[ir.Name, str]) -> Scope:
        """Return the scope with further names."""
        return replace(self, names={**self.names, **names})

    def primed(self) -> Scope:
        """Return what things mean under a prime.

        What a LET defines of the state was computed in the state before, so it
        is written out again.
        """
        if self.prime:
            return self
        kept = {
            each: text
            for each, text in self.operators.items()
            if not each.level and each not in self.moving
        }
        again = self.inline | (self.operators.keys() - kept.keys())
        return replace(
            self, before=self.after, operators=kept, inline=again, prime=True
        )

    def outside(self) -> Scope:
        """Return what things mean in an operator that this module defines."""
        return replace(self, names={}, by_name={}, operators={}, inline=frozenset())

    def seen_from(self, inner: Scope) -> Scope:
        """Return this scope with the states that an expression inside talks of."""
        outer = self.primed() if inner.prime else self
        return replace(outer, before=inner.before, after=inner.after)


_ALONE: Final = Scope()
"""Where what is computed once stands: outside of everything."""


class Unassigned(Mistake):
    """A primed variable is read where no conjunct before has given it a value."""


@dataclass(frozen=True)
class Linked:
    """A module together with what its cfg says of its names.

    - overrides: operators that stand for others (`Op <- Def`)
    - constants: the names in the namespace of the root's declared constants
    - stands: what stands for declared constants that are operators, or that
      depend on the state
    - inside: what stands for a module's constant, or what it defines
      (`Op <- [M]Def`)
    - standard: whether a module is one that we have natives for
    """

    module: ir.Module
    overrides: Mapping[ir.Definition, ir.Definition]
    constants: Mapping[ir.Declared, str]
    stands: Mapping[ir.Declared, ir.Definition]
    inside: Mapping[tuple[str, str], ir.Definition]
    standard: Callable[[str], bool]


class Emitter:
    """Writes the functions that are needed, each once."""

    def __init__(self, linked: Linked) -> None:
        self.module = linked.module
        self.overrides = linked.overrides
        self.constants = linked.constants
        self.linked = linked
        self.uses = Uses(frozenset(self.constants), self.overrides, linked.stands)
        self.analysis = Analysis(
            self.overrides,
            lambda d: self.native(d) is not None,
            linked.module.definitions.values(),
        )
        self.lines: list[str] = []
        self.recipes: dict[str, Recipe] = {}
        self.known: dict[tuple[object, ...], str] = {}
        self.boolean: dict[ir.Definition, bool] = {}
        self.hoisted: dict[ir.Node, str] = {}
        self.impure = False
        self.natives_with_effects: set[str] = set()
        self.fresh = 0

    # ------------------------------------------------------------ functions

    def function(
        self,
        definition: ir.Definition,
        *,
        condition: bool,
        lazy: frozenset[ir.Name] = frozenset(),
    ) -> str:
        """Return the name of an operator's function, writing it if need be.

        Parameters in `lazy` are thunks.
        """
        definition = self.overrides.get(definition, definition)
        key = (definition, condition, lazy)
        if key not in self.known:
            self.known[key] = self.new("c" if condition else "v")
            self.write(definition, self.known[key], lazy, condition=condition)
        return self.known[key]

    def write(
        self,
        definition: ir.Definition,
        name: str,
        lazy: frozenset[ir.Name],
        *,
        condition: bool,
    ) -> None:
        """Add the function of an operator to the source."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        given = {each: self.new("p") for each in definition.parameters}
        names = {
            each: f"{text}()" if each in lazy else text for each, text in given.items()
        }
        scope, extra = self.with_uses(definition, Scope(names))
        inside = [*given.values(), *extra]
        emit = self.condition if condition else self.value
        body = emit(definition.body, scope)
        self.lines += [f"def {name}({', '.join(inside)}):", f"    return {body}", ""]
        constant = not definition.level and not definition.recursive
        if not inside and constant and self.analysis.is_steady(definition):
            self.lines += [f"{name} = once({name})", ""]

    def with_uses(
        self, definition: ir.Definition, scope: Scope
    ) -> tuple[Scope, list[str]]:
        """Give each variable that an operator uses a parameter of its own."""
        before: dict[ir.Declared, str] = {}
        after: dict[ir.Declared, str] = {}
        extra = []
        for declared, primed in self.uses.of_definition(definition):
            text = self.new("n" if primed else "s")
            (after if primed else before)[declared] = text
            extra.append(text)
        return replace(scope, before=before, after=after), extra

    def call(
        self,
        definition: ir.Definition,
        arguments: list[str],
        scope: Scope,
        *,
        condition: bool,
        lazy: frozenset[ir.Name] = frozenset(),
    ) -> str:
        """Return a call with the values of the variables that it uses."""
        name = self.function(definition, condition=condition, lazy=lazy)
        definition = self.overrides.get(definition, definition)
        extra = [
            self.declared(declared, scope, primed=primed)
            for declared, primed in self.uses.of_definition(definition)
        ]
        return f"{name}({', '.join([*arguments, *extra])})"

    def declared(
        self, declared: ir.Declared, scope: Scope, *, primed: bool = False
    ) -> str:
        """Return the text of a declared constant or variable."""
        if declared in self.linked.stands:
            return self.standing(self.linked.stands[declared], scope)
        if declared in self.constants:
            return self.constants[declared]
        found = (scope.after if primed else scope.before).get(declared)
        if found is None and declared in scope.meanings:
            node, outer = scope.meanings[declared]
            outer = outer.seen_from(scope)
            return self.argument(node, outer.primed() if primed else outer)
        if found is None:
            prime = "'" if primed or scope.prime else ""
            raise Unassigned(f"{declared.text}{prime} has no value here")
        return found

    def standing(self, definition: ir.Definition, scope: Scope) -> str:
        """Return what stands for a constant: a value, or a Python function."""
        if definition.parameters:
            node = ir.Operator(definition.at, definition.level, definition)
            return self.passed(node, scope.outside(), condition=False)
        return self.call(definition, [], scope, condition=False)

    # ------------------------------------------------------------ values

    def value(self, node: ir.Node, scope: Scope) -> str:
        """Return Python text of an expression's value."""
        once = self.hoist(node, scope, self.value)
        if once is not None:
            return once
        match node:
            case ir.Literal():
                return self.literal(node.value)
            case ir.Reference():
                return self.reference(node, scope)
            case ir.Apply():
                return self.application(node, scope, condition=False)
            case ir.Let():
                return self.let(node, scope, self.value)
            case ir.Instance():
                return self.instance(node, scope, self.value)
            case ir.Except():
                return self.except_(node, scope)
            case ir.Binding():
                return self.binding(node, scope)
            case ir.Builtin():
                return self.builtin(node, scope)
        raise self.mistake("this expression has no value", node.at)

    def hoist(
        self, node: ir.Node, scope: Scope, emit: Callable[[ir.Node, Scope], str]
    ) -> str | None:
        """Return a call that computes it once, if it can have one value only."""
        if node.level or scope is _ALONE or not self.is_constant(node, scope):
            return None
        if node not in self.hoisted:
            text = emit(node, _ALONE)
            self.hoisted[node] = self.new("h")
            self.lines += [f"{self.hoisted[node]} = once(lambda: {text})", ""]
        return f"{self.hoisted[node]}()"

    def is_constant(self, node: ir.Node, scope: Scope) -> bool:
        """Whether it takes nothing from where it stands, and is worth keeping."""
        match node:
            case ir.Literal() | ir.Reference() | ir.Operator() | ir.Let():
                return False
            case ir.Builtin(name="TRUE" | "FALSE" | "BOOLEAN" | "STRING" | "$Pair"):
                return False
            case ir.Apply(arguments=()):
                return False  # its function remembers what it gave
        free, applied, pure = self.analysis.summary(node)
        if free or not pure or self.uses.of(node):
            return False
        return not any(d in scope.operators or d in scope.inline for d in applied)

    def literal(self, value: Value) -> str:
        """Return a number as it is, and any other literal by its name in the table."""
        if isinstance(value, int):
            return str(value) if value >= 0 else f"({value})"
        return self.constant(value)

    def constant(self, value: object) -> str:
        """Put a value into the namespace; return its name."""
        return self.recipe(Recipe("value", value))

    def recipe(self, recipe: Recipe) -> str:
        """Put what a recipe makes into the namespace; return its name."""
        name = self.new("k")
        self.recipes[name] = recipe
        return name

    def reference(self, node: ir.Reference, scope: Scope) -> str:
        """Return what a name means here."""
        if isinstance(node.to, ir.Declared):
            inside = self.inside(node.at, node.to)
            if inside is not None:
                return self.standing(inside, scope)
            return self.declared(node.to, scope)
        if node.to in scope.by_name:
            meant, outer = scope.by_name[node.to]
            return self.value(meant, outer.seen_from(scope))
        return scope.names[node.to]

    def inside(
        self, at: Location | None, named: ir.Declared | ir.Definition
    ) -> ir.Definition | None:
        """Return what stands for a constant of one module, or what one defines."""
        inside = self.linked.inside
        if not inside:
            return None
        if isinstance(named, ir.Definition):
            return inside.get((named.module, _plain(named.name)))
        return inside.get((at.module, named.text)) if at is not None else None

    def application(self, node: ir.Apply, scope: Scope, *, condition: bool) -> str:
        """Apply an operator; a condition in a value's place becomes a value."""
        text, is_condition = self.applied(node, scope)
        if condition:
            return text if is_condition else f"truth({text})"
        return f"value({text})" if is_condition else text

    def applied(self, node: ir.Apply, scope: Scope) -> tuple[str, bool]:
        """Return the call and whether it gives a Python boolean."""
        operator, home = self.resolved(node.operator, node.at, scope)
        if isinstance(operator, ir.Definition):
            return self.apply(operator, node, scope, home)
        text = (
            home.names[operator]
            if isinstance(operator, ir.Name)
            else self.declared(operator, home)
        )
        inside = ", ".join(self.argument(each, scope) for each in node.arguments)
        return f"{text}({inside})", False

    def resolved(
        self,
        operator: ir.Definition | ir.Name | ir.Declared,
        at: Location | None,
        scope: Scope,
    ) -> tuple[ir.Definition | ir.Name | ir.Declared, Scope]:
        """Return the operator that is meant, and the scope that it belongs to."""
        while True:
            if isinstance(operator, ir.Definition):
                found = self.inside(at, operator)
                return found or self.overrides.get(operator, operator), scope
            meant: ir.Node | None = None
            if isinstance(operator, ir.Name) and operator in scope.by_name:
                meant, outer = scope.by_name[operator]
            elif isinstance(operator, ir.Declared):
                found = self.inside(at, operator) or self.linked.stands.get(operator)
                if found is not None:
                    return found, scope.outside()
                if operator in scope.meanings:
                    meant, outer = scope.meanings[operator]
            if not isinstance(meant, ir.Operator):
                return operator, scope
            operator, at, scope = meant.operator, meant.at, outer.seen_from(scope)

    def apply(
        self, operator: ir.Definition, node: ir.Apply, scope: Scope, home: Scope
    ) -> tuple[str, bool]:
        """Apply a definition of `home` to arguments that mean what they do here."""
        is_local = operator in home.operators
        if (
            is_local
            and not operator.recursive
            and (
                self.hands_on(operator, home)
                or any(self.asks_for_new(each, scope) for each in node.arguments)
            )
        ):
            return self.inlined(operator, node, scope, home)
        if is_local:
            return self.apply_local(operator, node, scope, home), False
        found = self.native(operator)
        if found is not None:
            name = self.native_name(operator, found)
            if found.constant:
                return name, False
            arguments = self.native_arguments(node, scope, found.tests)
            return f"{name}({', '.join(arguments)})", found.predicate
        if self.is_inlined(operator, node.arguments, scope, home):
            return self.inlined(operator, node, scope, home)
        lazy = self.passed_lazily(operator, node.arguments, scope)
        arguments = [
            self.thunk(argument, scope)
            if name in lazy
            else self.argument(argument, scope)
            for name, argument in zip(operator.parameters, node.arguments, strict=True)
        ]
        is_condition = self.is_condition(operator)
        text = self.call(operator, arguments, home, condition=is_condition, lazy=lazy)
        return text, is_condition

    def apply_local(
        self, operator: ir.Definition, node: ir.Apply, scope: Scope, home: Scope
    ) -> str:
        """Call what a LET defines; it takes thunks where it is not strict."""
        self.refuse_new_values(operator, node)
        lazy = self.analysis.lazy(operator)
        inside = [
            self.thunk(argument, scope)
            if name in lazy and not name.arity
            else self.argument(argument, scope)
            for name, argument in zip(operator.parameters, node.arguments, strict=True)
        ]
        return f"{home.operators[operator]}({', '.join(inside)})"

    def refuse_new_values(self, operator: ir.Definition, node: ir.Apply) -> None:
        """Refuse what only writing out the body could do, of a recursive operator."""
        primed = self.uses.primed(operator)
        for name, argument in zip(operator.parameters, node.arguments, strict=True):
            if name in primed and self.varies(argument):
                message = f"a recursive operator under a prime: {operator.name}"
                raise self.mistake(message, node.at)

    def passed_lazily(
        self, operator: ir.Definition, arguments: tuple[ir.Node, ...], scope: Scope
    ) -> frozenset[ir.Name]:
        """Return the parameters whose arguments are better not evaluated yet."""
        if not arguments:
            return frozenset()
        lazy = self.analysis.lazy(operator)
        return frozenset(
            name
            for name, argument in zip(operator.parameters, arguments, strict=True)
            if name in lazy and not name.arity and self.may_fail(argument, scope)
        )

    @staticmethod
    def may_fail(argument: ir.Node, scope: Scope) -> bool:
        """Whether it matters if an argument is evaluated that nobody asks for."""
        if isinstance(argument, ir.Reference) and isinstance(argument.to, ir.Name):
            return scope.names.get(argument.to, "()").endswith("()")
        return is_risky(argument)

    def thunk(self, argument: ir.Node, scope: Scope) -> str:
        """Return Python text of a function that evaluates an argument once."""
        text = self.value(argument, scope)
        if text.endswith("()") and text[:-2].isidentifier():
            return text[:-2]
        return f"(lambda: {text})" if text.isidentifier() else f"once(lambda: {text})"

    def is_inlined(
        self,
        operator: ir.Definition,
        arguments: tuple[ir.Node, ...],
        scope: Scope,
        home: Scope,
    ) -> bool:
        """Whether to write the body: as it asks for the new value of an argument."""
        if operator in home.inline or operator.name == "LAMBDA":
            return True
        if any(
            self.is_lazy_operator(each, scope) or self.asks_for_new(each, scope)
            for each in arguments
        ):
            return not operator.recursive
        primed, tested = self.uses.primed(operator), self.uses.tested(operator)
        return any(
            (name in primed and self.varies(argument))
            or (name in tested and self.is_of_steps(argument, scope))
            for name, argument in zip(operator.parameters, arguments, strict=False)
        )

    def asks_for_new(self, argument: ir.Node, scope: Scope) -> bool:
        """Whether it is an operator that asks for the new value of an argument."""
        if not isinstance(argument, ir.Operator):
            return False
        operator, home = self.resolved(argument.operator, argument.at, scope)
        return isinstance(operator, ir.Definition) and (
            bool(self.uses.primed(operator)) or self.hands_on(operator, home)
        )

    def hands_on(self, operator: ir.Definition, home: Scope) -> bool:
        """Whether it applies an operator from around it that asks for new values."""
        around = (each for each in self.uses.around(operator) if each.arity)
        return any(
            self.asks_for_new(*home.by_name[each])
            for each in around
            if isinstance(each, ir.Name) and each in home.by_name
        )

    def is_of_steps(self, argument: ir.Node, scope: Scope) -> bool:
        """Whether it is an action, or an operator that gives one."""
        if isinstance(argument, ir.Operator):
            operator, _ = self.resolved(argument.operator, argument.at, scope)
            return isinstance(operator, ir.Definition) and operator.level > 1
        return argument.level > 1

    def is_lazy_operator(self, argument: ir.Node, scope: Scope) -> bool:
        """Whether it is an operator that may leave an argument unevaluated."""
        if not isinstance(argument, ir.Operator):
            return False
        operator, _ = self.resolved(argument.operator, argument.at, scope)
        if not isinstance(operator, ir.Definition) or self.native(operator):
            return False
        return bool(self.analysis.lazy(operator))

    def varies(self, argument: ir.Node) -> bool:
        """Whether it may have another value in the next state."""
        if isinstance(argument, ir.Operator):
            operator = argument.operator
            return not isinstance(operator, ir.Definition) or bool(
                self.uses.around(operator)
            )
        return argument.level > 0 or bool(self.analysis.summary(argument).free)

    def inlined(
        self, definition: ir.Definition, node: ir.Apply, scope: Scope, home: Scope
    ) -> tuple[str, bool]:
        """Write an operator's body where it is applied."""
        inner, bound = self.opened(definition, node.arguments, scope, home)
        assert definition.body is not None  # noqa: S101 - `opened` looked
        is_condition = self.gives_condition(definition.body)
        emit = self.condition if is_condition else self.value
        text = emit(definition.body, inner)
        if bound:
            text = f"(lambda {', '.join(bound)}: {text})({', '.join(bound.values())})"
        return text, is_condition

    def opened(
        self,
        definition: ir.Definition,
        arguments: tuple[ir.Node, ...],
        scope: Scope,
        home: Scope,
    ) -> tuple[Scope, dict[str, str]]:
        """Return the scope inside of an operator, and Python names to be bound."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        if definition.recursive:
            message = f"a recursive operator under a prime: {definition.name}"
            raise self.mistake(message, definition.at)
        is_local = (
            definition in home.inline
            or definition in home.operators
            or definition.name == "LAMBDA"
        )
        inner = home if is_local else home.outside()
        names, by_name = dict(inner.names), dict(inner.by_name)
        bound: dict[str, str] = {}
        primed, lazy = self.uses.primed(definition), self.analysis.lazy(definition)
        if self.hands_on(definition, inner) or any(
            self.asks_for_new(each, scope) for each in arguments
        ):
            primed = frozenset(definition.parameters)
        for name, argument in zip(definition.parameters, arguments, strict=True):
            by_name.pop(name, None)
            names.pop(name, None)
            if (name in primed and self.varies(argument)) or self.is_action(
                argument, scope
            ):
                by_name[name] = argument, scope
            else:
                names[name], given = self.parameter(
                    argument, scope, is_lazy=name in lazy
                )
                bound |= given
        return replace(inner, names=names, by_name=by_name), bound

    def is_action(self, argument: ir.Node, scope: Scope) -> bool:
        """Whether an argument may assign, or is an operator that may."""
        if isinstance(argument, ir.Operator):
            return True
        free = self.analysis.summary(argument).free & scope.by_name.keys()
        return argument.level > 1 or any(
            self.is_action(*scope.by_name[name]) for name in free
        )

    def parameter(
        self, argument: ir.Node, scope: Scope, *, is_lazy: bool
    ) -> tuple[str, dict[str, str]]:
        """Return the text of a parameter, and the Python name to bind for it."""
        if is_lazy and self.may_fail(argument, scope):
            name = self.new("p")
            text = self.thunk(argument, scope)
            if text.isidentifier():
                return f"{text}()", {}
            return f"{name}()", {name: text}
        text = self.argument(argument, scope)
        if text.removesuffix("()").isidentifier() or isinstance(argument, ir.Literal):
            return text, {}
        name = self.new("p")
        return name, {name: text}

    def native(self, definition: ir.Definition) -> Native | None:
        """Return the native of a standard module's operator, if it is one."""
        if not self.linked.standard(definition.module):
            return None
        return native(definition.module, _plain(definition.name))

    def native_name(self, definition: ir.Definition, found: Native) -> str:
        """Return the name in the table of a native, or of its constant value."""
        del found
        name = _plain(definition.name)
        key = ("native", definition.module, name)
        if key not in self.known:
            self.known[key] = self.recipe(Recipe("native", (definition.module, name)))
        if not self.analysis.is_pure(definition):
            self.impure = True
            self.natives_with_effects.add(self.known[key])
        return self.known[key]

    def native_arguments(
        self, node: ir.Apply, scope: Scope, tests: tuple[int, ...]
    ) -> list[str]:
        """Give natives tests that are Python booleans, as SelectSeq wants."""
        return [
            self.passed(argument, scope, condition=True)
            if place in tests and isinstance(argument, ir.Operator)
            else self.argument(argument, scope)
            for place, argument in enumerate(node.arguments)
        ]

    def argument(self, node: ir.Node, scope: Scope) -> str:
        """Return the text of an argument: a value, or a Python function."""
        if isinstance(node, ir.Operator):
            return self.passed(node, scope, condition=False)
        return self.value(node, scope)

    def passed(self, node: ir.Operator, scope: Scope, *, condition: bool) -> str:
        """Return a Python function for an operator that is passed on."""
        operator, home = self.resolved(node.operator, node.at, scope)
        if isinstance(operator, ir.Definition):
            return self.passed_definition(operator, node, home, condition=condition)
        text = (
            home.names[operator]
            if isinstance(operator, ir.Name)
            else self.declared(operator, home)
        )
        return f"(lambda *a: truth({text}(*a)))" if condition else text

    def passed_definition(
        self,
        operator: ir.Definition,
        node: ir.Operator,
        home: Scope,
        *,
        condition: bool,
    ) -> str:
        """Return a lambda that applies a definition to values."""
        names = {each: self.new("a") for each in operator.parameters}
        formal = tuple(
            ir.Operator(node.at, 0, each) if each.arity else ir.Reference(None, 0, each)
            for each in names
        )
        fake = ir.Apply(node.at, node.level, operator, formal)
        call, is_condition = self.apply(operator, fake, home.bind(names), home)
        if is_condition != condition:
            call = f"truth({call})" if condition else f"value({call})"
        return f"(lambda {', '.join(names.values())}: {call})"

    def let(
        self,
        node: ir.Let,
        scope: Scope,
        emit: Callable[[ir.Node, Scope], str],
    ) -> str:
        """Names of LET are Python's own, bound by immediately applied lambdas."""
        if not node.definitions:
            return emit(node.body, scope)
        first, *rest = node.definitions
        left = replace(node, definitions=tuple(rest))
        if self.uses.primed(first) and not first.recursive:
            inner = replace(scope, inline=scope.inline | {first})
            return self.let(left, inner, emit)
        group = self.recursive_group(node.definitions)
        if first in group:
            others = tuple(each for each in rest if each not in group)
            inner, names, made = self.bound_together(group, scope)
            body = self.let(replace(node, definitions=others), inner, emit)
            return f"(lambda {names}: {body})(*{made})"
        name = self.new("l")
        inner = self.defining(first, name, scope)
        body = self.let(left, inner, emit)
        return f"(lambda {name}: {body})({self.local(first, scope, inner)})"

    @staticmethod
    def recursive_group(
        definitions: tuple[ir.Definition, ...],
    ) -> tuple[ir.Definition, ...]:
        """Return the local operators that may apply one another, if several do."""
        found = tuple(each for each in definitions if each.recursive)
        return found if len(found) > 1 else ()

    def bound_together(
        self, group: tuple[ir.Definition, ...], scope: Scope
    ) -> tuple[Scope, str, str]:
        """Return the scope inside, Python names, and what they are bound to."""
        inner = scope
        for each in group:
            inner = self.defining(each, self.new("l"), inner)
        names = ", ".join(inner.operators[each] for each in group)
        made = "".join(f"({self.recursive_local(each, inner)}), " for each in group)
        return inner, names, f"fixed_all({len(group)}, lambda {names}: ({made}))"

    def defining(self, definition: ir.Definition, name: str, scope: Scope) -> Scope:
        """Return the scope in which a local operator is a Python variable."""
        operators = {**scope.operators, definition: name}
        moves = any(
            isinstance(used, ir.Declared) or used in scope.by_name
            for used in self.uses.around(definition)
        )
        moving = scope.moving | {definition} if moves else scope.moving
        return replace(scope, operators=operators, moving=moving)

    def local(self, definition: ir.Definition, scope: Scope, inner: Scope) -> str:
        """Return what a local operator is: called, it gives the value."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        if definition.recursive:
            me = inner.operators[definition]
            return f"fixed(lambda {me}: {self.recursive_local(definition, inner)})"
        given = {each: self.new("p") for each in definition.parameters}
        lazy = self.analysis.lazy(definition)
        names = {
            each: f"{text}()" if each in lazy and not each.arity else text
            for each, text in given.items()
        }
        parameters = ", ".join(given.values())
        body = self.value(definition.body, scope.bind(names))
        if not given:
            return f"once(lambda: {body})"
        return f"(lambda {parameters}: {body})"

    def recursive_local(self, definition: ir.Definition, inner: Scope) -> str:
        """Return the function of a local operator that applies itself."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        lazy = self.analysis.lazy(definition)
        given = {each: self.new("p") for each in definition.parameters}
        names = {
            each: f"{text}()" if each in lazy and not each.arity else text
            for each, text in given.items()
        }
        body = self.value(definition.body, inner.bind(names))
        return f"lambda {', '.join(given.values())}: {body}"

    def instance(
        self,
        node: ir.Instance,
        scope: Scope,
        emit: Callable[[ir.Node, Scope], str],
    ) -> str:
        """Evaluate what is substituted at most once, and only if it is used."""
        before, after = dict(scope.before), dict(scope.after)
        made: list[tuple[str, str]] = []
        for declared, primed in self.uses.of(node.body):
            meant = dict(node.substitution).get(declared)
            if meant is None:
                continue
            text = self.argument(meant, scope.primed() if primed else scope)
            if not text.removesuffix("()").isidentifier():
                name = self.new("l")
                if isinstance(meant, ir.Operator):
                    made.append((name, text))
                    text = name
                else:
                    made.append((name, f"once(lambda: {text})"))
                    text = f"{name}()"
            (after if primed else before)[declared] = text
        body = emit(node.body, replace(scope, before=before, after=after))
        for name, text in reversed(made):
            body = f"(lambda {name}: {body})({text})"
        return body

    def except_(self, node: ir.Except, scope: Scope) -> str:
        """Apply updates one after the other; each sees what those before it made."""
        text = self.value(node.base, scope)
        for update in node.updates:
            old = self.new("o")
            inner = scope.bind({update.old: old})
            value = self.value(update.value, inner)
            keys = [self.value(key, scope) for key in update.path]
            first: dict[str, str] = {}  # the whole path is evaluated in any case
            for node_of, key in reversed([*zip(update.path, keys, strict=True)][1:]):
                if is_risky(node_of) and not key.isidentifier():
                    name = self.new("t")
                    first[name], key = key, name  # noqa: PLW2901 - its new text
                outer = self.new("o")
                value = f"except_with({outer}, {key}, lambda {old}: {value})"
                old = outer
            text = f"except_with({text}, {keys[0]}, lambda {old}: {value})"
            if first:
                names, given = ", ".join(first), ", ".join(first.values())
                text = f"(lambda {names}: {text})({given})"
        return text

    def binding(self, node: ir.Binding, scope: Scope) -> str:
        """CHOOSE, set and function makers; quantifiers as values."""
        if node.name in CONDITIONS:
            return f"value({self.condition(node, scope)})"
        match node.name:
            case "$BoundedChoose":
                parameters, inner = self.parameters(node.bounds[0], scope)
                test = self.condition(node.arguments[0], inner)
                return (
                    f"choose({self.within(node.bounds[0], scope)}, "
                    f"lambda {parameters}: {test})"
                )
            case "$SubsetOf":
                parameters, inner = self.parameters(node.bounds[0], scope)
                test = self.condition(node.arguments[0], inner)
                return (
                    f"filter_set({self.within(node.bounds[0], scope)}, "
                    f"lambda {parameters}: {test})"
                )
            case "$SetOfAll":
                return self.mapped("map_set", node, scope)
            case "$FcnConstructor":
                return self.mapped("function_n", node, scope)
            case "$NonRecursiveFcnSpec":
                return self.lazy_function(node, scope)
            case "$RecursiveFcnSpec":
                return self.recursive(node, scope)
            case "$UnboundedChoose":
                return "choose_unbounded()"
        raise self.mistake(f"{node.name} cannot be evaluated", node.at)

    def mapped(self, maker: str, node: ir.Binding, scope: Scope) -> str:
        """Call a maker with a lambda of the bound names and then their sets."""
        names, sets, inner = [], [], scope
        for bound in node.bounds:
            within = self.within(bound, scope)
            if bound.pattern:
                parameters, inner = self.parameters(bound, inner)
                names.append(parameters)
                sets.append(within)
                continue
            for name in bound.names:
                text = self.new("b")
                inner = inner.bind({name: text})
                names.append(text)
                sets.append(within)
        body = self.value(node.arguments[0], inner)
        one = maker == "function_n" and len(sets) == 1
        maker = "function" if one else maker
        return f"{maker}(lambda {', '.join(names)}: {body}, {', '.join(sets)})"

    def lazy_function(self, node: ir.Binding, scope: Scope) -> str:
        """Return a function whose values are computed when they are asked for."""
        text = self.mapped("recursive", node, scope)
        return text.replace("recursive(lambda ", "recursive(lambda _, ", 1)

    def recursive(self, node: ir.Binding, scope: Scope) -> str:
        r"""`f[x \in S] == e`, where e applies f."""
        me = self.new("f")
        own, *bounds = node.bounds
        inner = scope.bind({own.names[0]: me})
        inside = replace(node, bounds=tuple(bounds))
        text = self.mapped("recursive", inside, inner)
        return text.replace("recursive(lambda ", f"recursive(lambda {me}, ", 1)

    def within(self, bound: ir.Bound, scope: Scope) -> str:
        """Return the set that names range over; without one TLC refuses too."""
        if bound.within is None:
            raise self.mistake("a quantifier without a set cannot be evaluated", None)
        return self.value(bound.within, scope)

    def parameters(self, bound: ir.Bound, scope: Scope) -> tuple[str, Scope]:
        """Return a lambda's one parameter, and the scope inside of it."""
        text = self.new("b")
        return text, self.bound(bound, text, scope)

    def bound(self, bound: ir.Bound, text: str, scope: Scope) -> Scope:
        """Bind one name, or the names of a pattern, to a Python variable."""
        if not bound.pattern:
            return scope.bind({bound.names[0]: text})
        return scope.bind(
            {
                name: f"part({text}, {place}, {len(bound.names)})"
                for place, name in enumerate(bound.names)
            }
        )

    def builtin(self, node: ir.Builtin, scope: Scope) -> str:
        """Built-in operators that give a value."""
        if node.name in CONDITIONS:
            if node.name in {"TRUE", "FALSE"}:
                return node.name
            return f"value({self.condition(node, scope)})"
        simple = _SIMPLE.get(node.name)
        if simple is not None:
            inside = ", ".join(self.value(each, scope) for each in node.arguments)
            return f"{simple}({inside})"
        return self.special(node, scope)

    def special(  # noqa: C901 - one table of built-in operators
        self, node: ir.Builtin, scope: Scope
    ) -> str:
        """Built-in operators that are not just a call with all their arguments."""
        texts = node.arguments
        match node.name:
            case "'":
                return self.value(texts[0], scope.primed())
            case "$IfThenElse":
                test = self.condition(texts[0], scope)
                yes, no = (self.value(each, scope) for each in texts[1:])
                return f"({yes} if {test} else {no})"
            case "$Tuple":
                inside = "".join(f"{self.value(each, scope)}, " for each in texts)
                return f"({inside})"
            case "$Case":
                return self.case(node, scope, self.value)
            case "$RcdSelect":
                record, name = (self.value(each, scope) for each in texts)
                return f"field({record}, {name})"
            case "$RcdConstructor":
                return self.record(node, scope)
            case "$SetOfRcds":
                names, values = self.pairs(node, scope)
                return f"record_set({self.constant(names)}, {', '.join(values)})"
            case "$FcnApply":
                function, argument = texts
                applied = self.applied_function(function, scope)
                return f"apply({applied}, {self.value(argument, scope)})"
            case "BOOLEAN" | "STRING":
                return node.name
        if node.name in TEMPORAL:  # an error only for those who evaluate it
            place = f"line {node.at.line} of module {node.at.module}" if node.at else ""
            return f"unassigned({f'a temporal formula has no value: {place}'!r})"
        raise self.mistake(f"{node.name} cannot be evaluated", node.at)

    def applied_function(self, node: ir.Node, scope: Scope) -> str:
        """Return a function of which one value is asked for, and no other."""
        if isinstance(node, ir.Binding) and node.name == "$FcnConstructor":
            return self.lazy_function(node, scope)
        return self.value(node, scope)

    def record(self, node: ir.Builtin, scope: Scope) -> str:
        """Call a maker of records with these fields."""
        names, values = self.pairs(node, scope)
        key = ("record", names)
        if key not in self.known:
            self.known[key] = self.recipe(Recipe("record", names))
        return f"{self.known[key]}({', '.join(values)})"

    def pairs(
        self, node: ir.Builtin, scope: Scope
    ) -> tuple[tuple[str, ...], list[str]]:
        """Return the fields of `[a |-> x]` or `[a : S]` and what they are given."""
        names, values = [], []
        for pair in node.arguments:
            if not isinstance(pair, ir.Builtin):
                raise self.mistake("a record without fields", node.at)
            key, value = pair.arguments
            if not isinstance(key, ir.Literal) or not isinstance(key.value, str):
                raise self.mistake("a field that is no name", node.at)
            names.append(key.value)
            values.append(self.value(value, scope))
        return tuple(names), values

    def case(
        self,
        node: ir.Builtin,
        scope: Scope,
        emit: Callable[[ir.Node, Scope], str],
    ) -> str:
        """Nest conditional expressions; `no_case` if no arm holds."""
        text = "no_case()"
        for arm in reversed(node.arguments):
            if not isinstance(arm, ir.Builtin):
                raise self.mistake("a CASE without arms", node.at)
            test, value = arm.arguments
            if is_other(test):
                text = emit(value, scope)
            else:
                held = self.condition(test, scope)
                text = f"({emit(value, scope)} if {held} else {text})"
        return text

    # ------------------------------------------------------------ conditions

    def condition(  # noqa: C901 - one table of conditions
        self, node: ir.Node, scope: Scope
    ) -> str:
        """Return Python text that is True or False."""
        if isinstance(node, ir.Binding | ir.Apply):
            once = self.hoist(node, scope, self.condition)
            if once is not None:
                return once
        match node:
            case ir.Apply():
                return self.application(node, scope, condition=True)
            case ir.Let():
                return self.let(node, scope, self.condition)
            case ir.Instance():
                return self.instance(node, scope, self.condition)
            case ir.Binding() if node.name in CONDITIONS:
                return self.quantified(node, scope)
            case ir.Builtin() if node.name in CONDITIONS:
                return self.logical(node, scope)
            case ir.Builtin(name="$IfThenElse"):
                test, yes, no = (self.condition(x, scope) for x in node.arguments)
                return f"({yes} if {test} else {no})"
            case ir.Builtin(name="$Case"):
                return self.case(node, scope, self.condition)
            case ir.Builtin(name="'"):
                return self.condition(node.arguments[0], scope.primed())
        return f"truth({self.value(node, scope)})"

    def quantified(self, node: ir.Binding, scope: Scope) -> str:
        """Loop over the sets of a quantifier; all of them are evaluated first."""
        loops: list[str] = []
        first: dict[str, str] = {}
        inner = scope
        for bound in node.bounds:
            within = self.within(bound, scope)
            if loops and not within.isidentifier():
                name = self.new("t")
                first[name], within = within, name
            for group in (
                [bound.names] if bound.pattern else [(n,) for n in bound.names]
            ):
                text = self.new("b")
                loops.append(f"for {text} in members({within})")
                each = ir.Bound(group, bound.pattern, None)
                inner = self.bound(each, text, inner)
        body = self.condition(node.arguments[0], inner)
        maker = "all" if node.name == "$BoundedForall" else "any"
        text = f"{maker}({body} {' '.join(loops)})"
        if first:
            text = f"(lambda {', '.join(first)}: {text})({', '.join(first.values())})"
        return text

    def logical(self, node: ir.Builtin, scope: Scope) -> str:
        """Connectives, relations and what is said of steps."""
        name, parts = node.name, node.arguments
        if name in CONJUNCTION:
            return "(" + " and ".join(self.condition(p, scope) for p in parts) + ")"
        if name in DISJUNCTION:
            return "(" + " or ".join(self.condition(p, scope) for p in parts) + ")"
        if name in {"TRUE", "FALSE"}:
            return "True" if name == "TRUE" else "False"
        if name in {"\\lnot", "=>", "\\equiv"}:
            texts = [self.condition(part, scope) for part in parts]
            return {
                "\\lnot": "(not {0})",
                "=>": "(not {0} or {1})",
                "\\equiv": "({0} is {1})",
            }[name].format(*texts)
        if name in _RELATIONS:
            texts = [self.value(part, scope) for part in parts]
            return _RELATIONS[name].format(*texts)
        return self.of_steps(node, scope)

    def of_steps(self, node: ir.Builtin, scope: Scope) -> str:
        """UNCHANGED, [A]_v, <<A>>_v and ENABLED, as conditions."""
        name, parts = node.name, node.arguments
        if name == "ENABLED":
            return self.enabled(parts[0], scope)
        if name == "\\cdot":
            return self.composed(parts[0], parts[1], scope)
        subscript = parts[-1]
        same = (
            f"eq({self.value(subscript, scope)}, "
            f"{self.value(subscript, scope.primed())})"
        )
        if name == "UNCHANGED":
            return same
        held = self.condition(parts[0], scope)
        if name == "$SquareAct":
            return f"({held} or {same})"
        return f"({held} and not {same})"

    def enabled(self, node: ir.Node, scope: Scope) -> str:
        """Overridden where actions can be enumerated."""
        del scope
        raise self.mistake("ENABLED cannot be evaluated here", node.at)

    def composed(self, first: ir.Node, second: ir.Node, scope: Scope) -> str:
        """Overridden where actions can be enumerated."""
        del second, scope
        raise self.mistake("an action composition cannot be evaluated here", first.at)

    def is_condition(self, definition: ir.Definition) -> bool:
        """Whether an operator's body is sure to be a boolean, by its shape."""
        if definition not in self.boolean:
            self.boolean[definition] = False  # of a recursive one, not known yet
            body = definition.body
            self.boolean[definition] = body is not None and self.gives_condition(body)
        return self.boolean[definition]

    def gives_condition(self, node: ir.Node) -> bool:
        """Whether an expression is sure to be a boolean, by its shape."""
        match node:
            case ir.Builtin(name="$IfThenElse"):
                return all(map(self.gives_condition, node.arguments[1:]))
            case ir.Builtin(name="'"):
                return self.gives_condition(node.arguments[0])
            case ir.Builtin() | ir.Binding():
                return node.name in CONDITIONS
            case ir.Let() | ir.Instance():
                return self.gives_condition(node.body)
            case ir.Apply(operator=ir.Definition() as definition):
                definition = self.overrides.get(definition, definition)
                found = self.native(definition)
                if found is not None:
                    return found.predicate
                return self.is_condition(definition)
        return False

    # ------------------------------------------------------------ the rest

    def new(self, prefix: str) -> str:
        """Return a name that nothing else has."""
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    @staticmethod
    def mistake(message: str, at: object) -> Mistake:
        """Return the error for what cannot be compiled, with its place."""
        return Mistake(
            message,
            file=getattr(at, "module", None),
            line=getattr(at, "line", None),
            column=getattr(at, "column", None),
        )


def _plain(name: str) -> str:
    """Return a name without the `M!` that an instance puts before it."""
    return name.rpartition("!")[2]


def is_other(node: ir.Node) -> bool:
    """Whether this is the OTHER of a CASE, which SANY exports as a string."""
    return isinstance(node, ir.Literal) and isinstance(node.value, str)


_SIMPLE: Final = {
    "$SetEnumerate": "set_of",
    "\\union": "cup",
    "\\cup": "cup",
    "\\intersect": "cap",
    "\\cap": "cap",
    "\\": "setminus",
    "SUBSET": "subset",
    "UNION": "big_union",
    "DOMAIN": "domain",
    "$CartesianProd": "product",
    "$SetOfFcns": "func_set",
}
_RELATIONS: Final = {
    "=": "eq({0}, {1})",
    "/=": "(not eq({0}, {1}))",
    "\\in": "contains({1}, {0})",
    "\\notin": "(not contains({1}, {0}))",
    "\\subseteq": "subseteq({0}, {1})",
}
