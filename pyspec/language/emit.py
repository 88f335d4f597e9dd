"""IR becomes Python source.

Each operator of the spec is a function of its parameters and of just the state
variables that it uses.  Conditions are Python booleans, values are TLA+ values.
No text of the spec gets into the source: names are numbered by us, literals are
numbers or come from a table.

Actions are another matter, since they assign: see `actions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake
from pyspec.language import ir
from pyspec.language.runtime.modules import native
from pyspec.language.uses import Uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspec.language.runtime.modules import Native
    from pyspec.values import Value

CONJUNCTION: Final = frozenset({"$ConjList", "\\land"})
DISJUNCTION: Final = frozenset({"$DisjList", "\\lor"})
CONDITIONS: Final = CONJUNCTION | DISJUNCTION | {
    "\\lnot", "=>", "\\equiv", "=", "/=", "\\in", "\\notin", "\\subseteq",
    "UNCHANGED", "$SquareAct", "$AngleAct", "ENABLED", "$BoundedForall",
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
    means it.  `inline`: local operators that are written out where they stand.
    """

    names: Mapping[ir.Name, str] = field(default_factory=dict)
    operators: Mapping[ir.Definition, str] = field(default_factory=dict)
    before: Mapping[ir.Declared, str] = field(default_factory=dict)
    after: Mapping[ir.Declared, str] = field(default_factory=dict)
    meanings: Mapping[ir.Declared, tuple[ir.Node, Scope]] = field(default_factory=dict)
    inline: frozenset[ir.Definition] = frozenset()

    def bind(self, names: Mapping[ir.Name, str]) -> Scope:
        """Return the scope with further names."""
        return replace(self, names={**self.names, **names})

    def primed(self) -> Scope:
        """Return what things mean under a prime.

        What a LET defines of the state was computed in the state before, so it
        is written out again.
        """
        kept = {each: text for each, text in self.operators.items() if not each.level}
        again = self.inline | (self.operators.keys() - kept.keys())
        return replace(self, before=self.after, operators=kept, inline=again)


class Unassigned(Mistake):
    """A primed variable is read where no conjunct before has given it a value."""


class Emitter:
    """Writes the functions that are needed, each once.

    `overrides` replaces operators by others (cfg `Op <- Def`), `constants` has
    the names in the namespace of the root's declared constants.
    """

    def __init__(
        self,
        module: ir.Module,
        overrides: Mapping[ir.Definition, ir.Definition],
        constants: Mapping[ir.Declared, str],
        standard: Callable[[str], bool],
    ) -> None:
        self.module = module
        self.overrides = overrides
        self.constants = constants
        self.standard = standard
        self.uses = Uses(frozenset(constants))
        self.lines: list[str] = []
        self.table: dict[str, object] = {}
        self.known: dict[tuple[ir.Definition, bool], str] = {}
        self.boolean: dict[ir.Definition, bool] = {}
        self.fresh = 0

    # ------------------------------------------------------------ functions

    def function(self, definition: ir.Definition, *, condition: bool) -> str:
        """Return the name of an operator's function, writing it if need be."""
        definition = self.overrides.get(definition, definition)
        key = (definition, condition)
        if key not in self.known:
            self.known[key] = self.new("c" if condition else "v")
            self.write(definition, condition=condition)
        return self.known[key]

    def write(self, definition: ir.Definition, *, condition: bool) -> None:
        """Add the function of an operator to the source."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        names = {each: self.new("p") for each in definition.parameters}
        scope, extra = self.with_uses(definition, Scope(names))
        inside = [*names.values(), *extra]
        emit = self.condition if condition else self.value
        body = emit(definition.body, scope)
        name = self.known[(definition, condition)]
        self.lines += [f"def {name}({', '.join(inside)}):", f"    return {body}", ""]

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
    ) -> str:
        """Return a call with the values of the variables that it uses."""
        definition = self.overrides.get(definition, definition)
        name = self.function(definition, condition=condition)
        extra = [
            self.declared(declared, scope, primed=primed)
            for declared, primed in self.uses.of_definition(definition)
        ]
        return f"{name}({', '.join([*arguments, *extra])})"

    def declared(
        self, declared: ir.Declared, scope: Scope, *, primed: bool = False
    ) -> str:
        """Return the text of a declared constant or variable."""
        if declared in self.constants:
            return self.constants[declared]
        found = (scope.after if primed else scope.before).get(declared)
        if found is None and declared in scope.meanings:
            node, outer = scope.meanings[declared]
            outer = replace(outer, before=scope.before, after=scope.after)
            return self.value(node, outer.primed() if primed else outer)
        if found is None:
            raise Unassigned(
                f"{declared.text}{chr(39) if primed else ''} has no value here"
            )
        return found

    # ------------------------------------------------------------ values

    def value(self, node: ir.Node, scope: Scope) -> str:
        """Return Python text of an expression's value."""
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

    def literal(self, value: Value) -> str:
        """Return a number as it is, and any other literal by its name in the table."""
        if isinstance(value, int):
            return str(value) if value >= 0 else f"({value})"
        return self.constant(value)

    def constant(self, value: object) -> str:
        """Put an object into the table; return its name."""
        name = self.new("k")
        self.table[name] = value
        return name

    def reference(self, node: ir.Reference, scope: Scope) -> str:
        """Return what a name means here."""
        if isinstance(node.to, ir.Declared):
            return self.declared(node.to, scope)
        return scope.names[node.to]

    def application(self, node: ir.Apply, scope: Scope, *, condition: bool) -> str:
        """Apply an operator; a condition in a value's place becomes a value."""
        arguments = [self.argument(each, scope) for each in node.arguments]
        text, is_condition = self.applied(node, arguments, scope)
        if condition:
            return text if is_condition else f"truth({text})"
        return f"value({text})" if is_condition else text

    def applied(
        self, node: ir.Apply, arguments: list[str], scope: Scope
    ) -> tuple[str, bool]:
        """Return the call and whether it gives a Python boolean."""
        operator = node.operator
        if isinstance(operator, ir.Name):
            return f"{scope.names[operator]}({', '.join(arguments)})", False
        if isinstance(operator, ir.Declared):
            text = self.declared(operator, scope)
            return f"{text}({', '.join(arguments)})", False
        if operator in scope.operators:
            text = scope.operators[operator]
            return f"{text}({', '.join(arguments)})", False
        operator = self.overrides.get(operator, operator)
        if operator in scope.inline or operator.name == "LAMBDA":
            return self.inlined(operator, arguments, scope)
        found = self.native(operator)
        if found is not None:
            name = self.native_name(operator, found)
            if found.constant:
                return name, False
            arguments = self.native_arguments(node, arguments, scope, found.tests)
            return f"{name}({', '.join(arguments)})", found.predicate
        is_condition = self.is_condition(operator)
        text = self.call(operator, arguments, scope, condition=is_condition)
        return text, is_condition

    def inlined(
        self, definition: ir.Definition, arguments: list[str], scope: Scope
    ) -> tuple[str, bool]:
        """Write a local operator's body where it is applied."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        if definition.recursive:
            message = f"a recursive operator under a prime: {definition.name}"
            raise self.mistake(message, definition.at)
        names = dict(zip(definition.parameters, arguments, strict=True))
        inner = scope.bind(names)
        if self.gives_condition(definition.body):
            return self.condition(definition.body, inner), True
        return self.value(definition.body, inner), False

    def native(self, definition: ir.Definition) -> Native | None:
        """Return the native of a standard module's operator, if it is one."""
        if not self.standard(definition.module):
            return None
        return native(definition.module, definition.name.rpartition("!")[2])

    def native_name(self, definition: ir.Definition, found: Native) -> str:
        """Return the name in the table of a native, or of its constant value."""
        key = (definition, found.predicate)
        if key not in self.known:
            made = found.call() if found.constant else found.call
            self.known[key] = self.constant(made)
        return self.known[key]

    def native_arguments(
        self,
        node: ir.Apply,
        arguments: list[str],
        scope: Scope,
        tests: tuple[int, ...],
    ) -> list[str]:
        """Give natives tests that are Python booleans, as SelectSeq wants."""
        done = list(arguments)
        for place in tests:
            operator = node.arguments[place]
            if isinstance(operator, ir.Operator):
                done[place] = self.passed(operator, scope, condition=True)
        return done

    def argument(self, node: ir.Node, scope: Scope) -> str:
        """Return the text of an argument: a value, or a Python function."""
        if isinstance(node, ir.Operator):
            return self.passed(node, scope, condition=False)
        return self.value(node, scope)

    def passed(self, node: ir.Operator, scope: Scope, *, condition: bool) -> str:
        """Return a Python function for an operator that is passed on."""
        operator = node.operator
        if isinstance(operator, ir.Name):
            text = scope.names[operator]
        elif isinstance(operator, ir.Declared):
            text = self.declared(operator, scope)
        elif operator in scope.operators:
            text = scope.operators[operator]
        else:
            names = [self.new("a") for _ in operator.parameters]
            fake = ir.Apply(node.at, node.level, operator, ())
            call, is_condition = self.applied(fake, names, scope)
            if is_condition != condition:
                call = f"truth({call})" if condition else f"value({call})"
            return f"(lambda {', '.join(names)}: {call})"
        if not condition:
            return text
        return f"(lambda *a: truth({text}(*a)))"

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
        name = self.new("l")
        inner = replace(scope, operators={**scope.operators, first: name})
        body = self.let(replace(node, definitions=tuple(rest)), inner, emit)
        return f"(lambda {name}: {body})({self.local(first, scope, inner)})"

    def local(self, definition: ir.Definition, scope: Scope, inner: Scope) -> str:
        """Return what a local operator is: called, it gives the value."""
        if definition.body is None:
            raise self.mistake(f"{definition.name} has no definition", definition.at)
        names = {each: self.new("p") for each in definition.parameters}
        if definition.recursive:
            me = inner.operators[definition]
            body = self.value(definition.body, inner.bind(names))
            parameters = ", ".join(names.values())
            return f"fixed(lambda {me}: lambda {parameters}: {body})"
        body = self.value(definition.body, scope.bind(names))
        if not names:
            return f"once(lambda: {body})"
        return f"(lambda {', '.join(names.values())}: {body})"

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
            text = self.value(meant, scope.primed() if primed else scope)
            if not text.isidentifier():
                name = self.new("l")
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
            for key in reversed(keys[1:]):
                outer = self.new("o")
                value = f"except_with({outer}, {key}, lambda {old}: {value})"
                old = outer
            text = f"except_with({text}, {keys[0]}, lambda {old}: {value})"
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
            case "$FcnConstructor" | "$NonRecursiveFcnSpec":
                return self.mapped("function_n", node, scope)
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
            {name: f"{text}[{place}]" for place, name in enumerate(bound.names)}
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

    def special(self, node: ir.Builtin, scope: Scope) -> str:
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
                function, argument = (self.value(each, scope) for each in texts)
                return f"apply({function}, {argument})"
            case "BOOLEAN" | "STRING":
                return node.name
        raise self.mistake(f"{node.name} cannot be evaluated", node.at)

    def record(self, node: ir.Builtin, scope: Scope) -> str:
        """Call a maker of records with these fields."""
        names, values = self.pairs(node, scope)
        from pyspec.language.runtime.ops import record_maker  # noqa: PLC0415

        return f"{self.constant(record_maker(names))}({', '.join(values)})"

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

    def condition(self, node: ir.Node, scope: Scope) -> str:
        """Return Python text that is True or False."""
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
        """Loop over the sets of a quantifier, in the order that they are written."""
        loops, inner = [], scope
        for bound in node.bounds:
            within = self.within(bound, scope)
            for group in (
                [bound.names] if bound.pattern else [(n,) for n in bound.names]
            ):
                text = self.new("b")
                loops.append(f"for {text} in members({within})")
                each = ir.Bound(group, bound.pattern, None)
                inner = self.bound(each, text, inner)
        body = self.condition(node.arguments[0], inner)
        maker = "all" if node.name == "$BoundedForall" else "any"
        return f"{maker}({body} {' '.join(loops)})"

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
        line = getattr(at, "line", None)
        return Mistake(message, file=getattr(at, "module", None), line=line)


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
