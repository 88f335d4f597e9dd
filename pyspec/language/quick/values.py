"""Expressions, operators and LET, as text and statements before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspec.language import ir
from pyspec.language.emit import CONDITIONS
from pyspec.language.quick.idioms import (
    additions,
    alike,
    fold_of,
    is_application,
    is_looked_at,
)
from pyspec.language.quick.texts import NotQuickError, Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.emit import Scope
    from pyspec.language.quick.idioms import Fold

    Emit: TypeAlias = Callable[[ir.Node, Scope, int | None], str]


class Values(Texts):
    """Writes what has a value."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type] # as they are there
        self.place: int | None = None  # where the arguments of an operator are
        self.loosely: set[ir.Node] = set()  # arguments that are only looked at

    def value(self, node: ir.Node, scope: Scope) -> str:
        """Return the text of a value where no statements can be put."""
        return self.val(node, scope, None)

    def val(self, node: ir.Node, scope: Scope, place: int | None) -> str:
        """Return the text of a value."""
        kept = self.kept(node, scope)
        return self.made(node, scope, place) if kept is None else kept

    def made(self, node: ir.Node, scope: Scope, place: int | None) -> str:
        """Return the text that makes a value."""
        match node:
            case ir.Apply(operator=operator):
                found, home = self.resolved(operator, node.at, scope)
                if isinstance(found, ir.Definition):
                    text, truth = self.applied_at(found, node, scope, home, place)
                    return f"(TRUE if {text} else FALSE)" if truth else text
            case ir.Builtin() if node.name not in CONDITIONS:
                return self.made_builtin(node, scope, place)
            case ir.Builtin() | ir.Binding() if node.name in CONDITIONS - _TRUTHS:
                return f"(TRUE if {self.cond(node, scope, place)} else FALSE)"
            case ir.Let() if place is not None:
                return self.let_at(node, scope, place, self.val)
            case ir.Except() if place is not None:
                return self.excepted(node, scope, place)
            case ir.Binding(name="$SubsetOf") if place is not None:
                return f"frozenset({self.filtered(node, scope, place)})"
            case ir.Binding(name="$FcnConstructor") if _is_less(node):
                return f"without({self.function_and_key(node, scope, place)})"
            case ir.Binding(name="$BoundedChoose"):
                self.is_ordered = True
        return super().value(node, scope)

    def made_builtin(self, node: ir.Builtin, scope: Scope, place: int | None) -> str:
        """Return the text of a built-in operator's value."""
        match node.name:
            case "$FcnApply":
                return self.looked_up(node, scope, place)
            case "$RcdSelect":
                return self.selected(node, scope, place)
            case "$RcdConstructor":
                return self.recorded(node, scope, place)
            case "'":
                return self.val(node.arguments[0], scope.primed(), place)
            case "$IfThenElse" if place is not None:
                return self.branches(node, scope, place, self.val)
            case "$Tuple" if place is not None:
                parts = (self.val(each, scope, place) for each in node.arguments)
                return f"({''.join(f'{each}, ' for each in parts)})"
            case name if name in _SIMPLE:
                texts = (self.val(each, scope, place) for each in node.arguments)
                return f"{_SIMPLE[name]}({', '.join(texts)})"
        return super().value(node, scope)

    # ------------------------------------------------------------ functions

    def looked_up(self, node: ir.Builtin, scope: Scope, place: int | None) -> str:
        """`f[x]`: a look into the function's index, an element of a sequence."""
        function, argument = node.arguments
        text = self.val(function, scope, place)
        key = self.val(argument, scope, place)
        literal = argument.value if isinstance(argument, ir.Literal) else None
        if type(literal) is int and literal > 0 and text.isidentifier():
            found = f"{text}[{literal - 1}] if type({text}) is tuple"
            return self.shared(f"({found} else apply({text}, {key}))", place)
        return self.at(text, key, place, is_integer=self.is_integer(argument))

    def at(
        self, text: str, key: str, place: int | None, *, is_integer: bool = False
    ) -> str:
        """Return a function's value where both texts say."""
        function, argument = self.twice(text, place), self.twice(key, place)
        if function is None or argument is None:
            return f"apply({text}, {key})"
        found = f"{function}.row[{function}.shape.index[{argument}]]"
        element = (
            f"{function}[{argument} - 1] if type({function}) is tuple"
            f" and {argument} > 0 else apply({function}, {argument})"
        )
        if not is_integer:
            element = f"{found} if type({function}) is Fn else {element}"
        return self.shared(f"({element})", place)

    def selected(self, node: ir.Builtin, scope: Scope, place: int | None) -> str:
        """`r.name`."""
        record, name = node.arguments
        made = self.val(record, scope, place)
        text = self.twice(made, place)
        if text is None:
            return f"field({made}, {self.value(name, scope)})"
        found = f"{text}.row[{text}.shape.index[{self.value(name, scope)}]]"
        self.steady.add(found)
        return self.shared(found, place)

    def recorded(self, node: ir.Builtin, scope: Scope, place: int | None) -> str:
        """Records are remembered by their fields' values: messages come again."""
        names, values = [], []
        for pair in node.arguments:
            assert isinstance(pair, ir.Builtin)  # noqa: S101 - SANY's shape of records
            field, given = pair.arguments
            assert isinstance(field, ir.Literal)  # noqa: S101 - likewise
            names.append(field.value)
            values.append(self.val(given, scope, place))
        key = ("memo", *names)
        if key not in self.known:
            maker = self.record(_emptied(node), scope).partition("(")[0]
            self.known[key] = self.new("m")
            self.lines += [f"{self.known[key]} = Memo(lambda row: {maker}(*row))", ""]
        return f"{self.known[key]}[({''.join(f'{each}, ' for each in values)})]"

    def excepted(self, node: ir.Except, scope: Scope, place: int) -> str:
        """EXCEPT, one update after the other."""
        text = self.val(node.base, scope, place)
        for update in node.updates:
            base = self.named(text, place)
            key, value = self.updated(update, base, scope, place)
            text = f"except_at({base}, {key}, {value})"
        return text

    def updated(
        self, update: ir.Update, base: str, scope: Scope, place: int
    ) -> tuple[str, str]:
        """Return the first key of an update, and what the function has there then."""
        keys, inside, text = self.path_and_value(update, base, scope, place)
        for outer, key in reversed([*zip(inside, keys, strict=False)][1:]):
            text = f"except_at({outer}, {key}, {text})"
        return keys[0], text

    def path_and_value(
        self, update: ir.Update, base: str, scope: Scope, place: int
    ) -> tuple[list[str], list[str], str]:
        """Return the keys, the functions that they are applied to, the new value."""
        keys = [self.named(self.val(key, scope, place), place) for key in update.path]
        inside = [base]
        mentioned = update.old in self.analysis.summary(update.value).free
        for key in keys if mentioned else keys[:-1]:
            inside.append(self.at(inside[-1], key, place))
        text = self.val(update.value, scope.bind({update.old: inside[-1]}), place)
        return keys, inside, text

    def function_and_key(
        self, node: ir.Binding, scope: Scope, place: int | None
    ) -> str:
        r"""Return f and k of [x \in DOMAIN f \ {k} |-> f[x]]."""
        found = additions(node)
        assert found is not None  # noqa: S101 - `_is_less` looked
        return ", ".join(self.val(each, scope, place) for each in found[1:3])

    def loose(self, node: ir.Node, scope: Scope, place: int | None) -> str:
        """Return a function that need not be built, since it is only looked at."""
        match node:
            case ir.Binding(name="$FcnConstructor") if _is_less(node):
                return f"less({self.function_and_key(node, scope, place)})"
            case ir.Builtin(name="$IfThenElse") if place is not None:
                return self.branches(node, scope, place, self.loose)
            case ir.Apply() if place is not None:
                opened = self.opened_at(node, scope, place)
                if opened is not None:
                    return self.deeper(lambda: self.loose(*opened, place))
        return self.val(node, scope, place)

    # ------------------------------------------------------------ sets

    def filtered(self, node: ir.Binding, scope: Scope, place: int) -> str:
        """Return a list of the elements of a set that satisfy a condition.

        All are tested, as they are where the set is built.
        """
        (bound,) = node.bounds
        if bound.within is None:
            raise NotQuickError
        found = self.through(bound.within, scope, place)
        if found.startswith("members("):
            found = f"listed({found.removeprefix('members(')}"
        result, name = self.new("t"), self.new("b")
        self.put(place, f"{result} = []")
        self.put(place, f"for {name} in {found}:")
        inner = self.bound(bound, name, scope)
        with self.block():
            self.check(node.arguments[0], inner, place + 1, "continue")
            self.put(place + 1, f"{result}.append({name})")
        return result

    def through(self, node: ir.Node, scope: Scope, place: int) -> str:
        """Return something to loop over, in any order; it may be written again.

        What it takes to have the set is done here, as TLC does of all sets of a
        quantifier before it goes through the first.
        """
        if self.kept(node, scope) is None:
            match node:
                case ir.Builtin(name="DOMAIN"):
                    function = self.val(node.arguments[0], scope, place)
                    return f"keys({self.named(function, place)})"
                case ir.Binding(name="$SubsetOf"):
                    return self.filtered(node, scope, place)
                case ir.Apply():
                    opened = self.opened_at(node, scope, place)
                    if opened is not None:
                        return self.deeper(lambda: self.through(*opened, place))
        return f"members({self.named(self.val(node, scope, place), place)})"

    # ------------------------------------------------------------ branches, LET

    def branches(self, node: ir.Builtin, scope: Scope, place: int, emit: Emit) -> str:
        """IF: an expression, or statements if a branch needs some."""
        test, yes, no = node.arguments
        return self.either(
            self.cond(test, scope, place),
            lambda: emit(yes, scope, place + 1),
            lambda: emit(no, scope, place + 1),
            place,
        )

    def let_at(self, node: ir.Let, scope: Scope, place: int, emit: Emit) -> str:
        """LET: a fold in disguise, or variables computed before."""
        fold = fold_of(node, self.is_plus)
        if fold is not None and emit == self.val:
            return self.folded(fold, scope, place)
        inner = self.defined(node, scope)
        return emit(node.body, self.computed(node.body, inner, place), place)

    def folded(self, fold: Fold, scope: Scope, place: int) -> str:
        """Go through a set that a recursive function takes apart by CHOOSE."""
        start = self.val(fold.start, scope, place)
        function = _summed(fold)
        if function is not None:
            return f"total({start}, row_of({self.val(function, scope, place)}))"
        parts, name = self.new("t"), self.new("b")
        found = self.through(fold.within, scope, place)
        self.put(place, f"{parts} = []")
        self.put(place, f"for {name} in {found}:")
        self.variables.add(name)
        inner = replace(scope, operators={**scope.operators, fold.name: name})
        with self.block():
            part = self.val(fold.part, inner, place + 1)
            self.put(place + 1, f"{parts}.append({part})")
        return f"total({start}, tuple({parts}))"

    def is_plus(self, operator: ir.Definition) -> bool:
        """Whether it is the + of integers."""
        return self.native(operator) is not None and plainly(operator) == "+"

    def defined(self, node: ir.Let, scope: Scope) -> Scope:
        """Return the scope inside of a LET: definitions wait until they are used."""
        for definition in node.definitions:
            if definition.recursive:
                raise NotQuickError
            known = {d: text for d, text in scope.operators.items() if d != definition}
            scope = replace(scope, operators=known)
            if definition.parameters:
                scope = replace(scope, inline=scope.inline | {definition})
                self.waiting.pop(definition, None)
            else:
                self.waiting[definition] = scope
        return scope

    def computed(self, node: ir.Node, scope: Scope, depth: int) -> Scope:
        """Compute the LETs that an expression uses, and are not yet known."""
        used = self.used_locals(node, scope)
        for definition in [each for each in self.waiting if each in used]:
            if definition in scope.operators or definition.body is None:
                continue
            inner = replace(self.waiting[definition], operators=scope.operators)
            is_condition = self.gives_condition(definition.body)
            emit = self.cond if is_condition else self.val
            text = emit(definition.body, inner.seen_from(scope), depth)
            name = self.new("l")
            self.put(depth, f"{name} = {text}")
            self.variables.add(name)
            if is_condition:
                self.truths.add(name)
            scope = self.defining(definition, name, scope)
        return scope

    def used_locals(self, node: ir.Node, scope: Scope) -> set[ir.Definition]:
        """Return what is applied here and defined by a LET, also through others."""
        found: set[ir.Definition] = set()
        pending = [node]
        while pending:
            for each in self.analysis.summary(pending.pop()).applied - found:
                if (each in self.waiting or each in scope.inline) and each.body:
                    found.add(each)
                    pending.append(each.body)
        return found

    def substituted(self, node: ir.Instance, scope: Scope, place: int) -> Scope:
        """Return the scope inside of an instance, with what is substituted."""
        before, after = dict(scope.before), dict(scope.after)
        meaning = dict(node.substitution)
        for declared, primed in self.uses.of(node.body):
            if declared not in meaning:
                continue
            if declared.arity:
                raise NotQuickError
            outer = scope.primed() if primed else scope
            text = self.named(self.val(meaning[declared], outer, place), place)
            (after if primed else before)[declared] = text
        return replace(scope, before=before, after=after)

    # ------------------------------------------------------------ operators

    def is_opened(self, operator: ir.Definition, home: Scope) -> bool:
        """Whether to write an operator's body where it is applied."""
        return (
            operator not in home.operators
            and operator not in self.waiting
            and not operator.recursive
            and operator.body is not None
            and self.native(operator) is None
        )

    def opened_at(
        self, node: ir.Apply, scope: Scope, place: int
    ) -> tuple[ir.Node, Scope] | None:
        """Return an operator's body and its scope, if the body is to be written."""
        found, home = self.resolved(node.operator, node.at, scope)
        if self.kept(node, scope) is not None or not isinstance(found, ir.Definition):
            return None
        if not self.is_opened(found, home) or found.body is None:
            return None
        return found.body, self.entered(found, node, scope, home, place)

    def entered(
        self,
        operator: ir.Definition,
        node: ir.Apply,
        scope: Scope,
        home: Scope,
        place: int | None,
    ) -> Scope:
        """Return the scope of an operator's body, its arguments computed."""
        given = zip(operator.parameters, node.arguments, strict=True)
        for parameter, argument in given if place is not None else ():
            if operator.body is not None and is_looked_at(operator.body, parameter):
                self.loosely.add(argument)
        outer, self.place = self.place, place
        inner, bound = self.opened(operator, node.arguments, scope, home)
        self.place = outer
        for name, text in bound.items():
            if place is None:
                raise NotQuickError
            self.put(place, f"{name} = {text}")
        return inner

    def parameter(
        self, argument: ir.Node, scope: Scope, *, is_lazy: bool
    ) -> tuple[str, dict[str, str]]:
        """Evaluate every argument: one that fails is the plain form's business."""
        del is_lazy
        emit = self.loose if argument in self.loosely else self.val
        text = emit(argument, scope, self.place)
        if text.isidentifier() or isinstance(argument, ir.Literal):
            return text, {}
        if text in self.seen:
            return self.seen[text], {}
        name = self.seen[text] = self.new("p")
        return name, {name: text}

    def passed_lazily(
        self, operator: ir.Definition, arguments: tuple[ir.Node, ...], scope: Scope
    ) -> frozenset[ir.Name]:
        """Pass nothing by thunks."""
        del operator, arguments, scope
        return frozenset()

    def apply(
        self, operator: ir.Definition, node: ir.Apply, scope: Scope, home: Scope
    ) -> tuple[str, bool]:
        """Apply a definition where no statements can be put."""
        return self.applied_at(operator, node, scope, home, None)

    def applied_at(
        self,
        operator: ir.Definition,
        node: ir.Apply,
        scope: Scope,
        home: Scope,
        place: int | None,
    ) -> tuple[str, bool]:
        """Apply a definition: as a variable, a cheap form, its body, or a call."""
        text = home.operators.get(operator)
        if text in self.variables:
            return text, text in self.truths
        if operator in self.waiting and text is None:
            inner = self.waiting[operator].seen_from(home)
            return self.written(operator, inner, place)
        cheap = self.native_form(operator, node, scope, place)
        if cheap is not None:
            return cheap
        if (place is not None or not node.arguments) and self.is_opened(operator, home):
            inner = self.entered(operator, node, scope, home, place)
            return self.written(operator, inner, place)
        return super().apply(operator, node, scope, home)

    def written(
        self, operator: ir.Definition, inner: Scope, place: int | None
    ) -> tuple[str, bool]:
        """Return an operator's body; a variable, if it has been written here."""
        body = operator.body
        assert body is not None  # noqa: S101 - the callers looked
        is_condition = self.gives_condition(body)
        emit = self.cond if is_condition else self.val
        key = self.key_of(operator, inner)
        if place is None or key is None:
            return self.deeper(lambda: emit(body, inner, place)), is_condition
        if key not in self.seen:
            text = self.deeper(lambda: emit(body, inner, place))
            self.seen[key] = self.named(text, place)
        return self.seen[key], is_condition

    def key_of(self, operator: ir.Definition, inner: Scope) -> object | None:
        """Return what decides on an operator's value, if its scope tells."""
        assert operator.body is not None  # noqa: S101 - the callers looked
        names = tuple(inner.names.get(each) for each in operator.parameters)
        applied = self.analysis.summary(operator.body).applied | {operator}
        around = self.analysis.summary(operator.body).free - {*operator.parameters}
        names += tuple(inner.names.get(each) for each in sorted(around, key=id))
        if None in names or self.is_local(applied, inner):
            return None
        states = (*inner.before.items(), None, *inner.after.items())
        return operator, names, inner.prime, states

    def native_form(
        self,
        operator: ir.Definition,
        node: ir.Apply,
        scope: Scope,
        place: int | None,
    ) -> tuple[str, bool] | None:
        """Return what a native does to the usual arguments, and calls else."""
        found = self.native(operator)
        if found is None or found.constant or found.tests:
            return None
        if any(isinstance(each, ir.Operator) for each in node.arguments):
            return None
        texts = [self.val(each, scope, place) for each in node.arguments]
        name, module = plainly(operator), operator.module
        if (module, name) == ("Bags", "BagIn"):
            return f"is_in_bag({', '.join(texts)})", True
        call = self.native_name(operator, found)
        if (module, name) == ("Sequences", "Len"):
            text = self.twice(texts[0], place)
            if text is not None:
                long = f"(len({text}) if type({text}) is tuple else {call}({text}))"
                return long, False
        if module in _INTEGERS:
            cheap = self.arithmetic(name, node, texts, call, place)
            if cheap is not None:
                return cheap, found.predicate
        return f"{call}({', '.join(texts)})", found.predicate

    def arithmetic(
        self,
        name: str,
        node: ir.Apply,
        texts: list[str],
        call: str,
        place: int | None,
    ) -> str | None:
        """Compare and add: Python refuses what is no integer beside one that is."""
        sign = _COMPARISONS.get(name)
        if sign is not None and any(map(self.is_integer, node.arguments)):
            return f"({texts[0]} {sign} {texts[1]})"
        if len(texts) == 1 or (sign is None and name not in {"+", "-"}):
            return None
        first = self.twice(texts[0], place)
        if first is None:
            return None
        if sign is not None:
            other = f"{call}({first}, {texts[1]})"
            return f"({first} {sign} {texts[1]} if type({first}) is int else {other})"
        step = node.arguments[1]
        if not isinstance(step, ir.Literal) or type(step.value) is not int:
            return None
        by = step.value
        fits = f"< {2**31 - by}" if name == "+" else f">= {by - 2**31}"
        return f"({first} {name} {by} if {first} {fits} else {call}({first}, {by}))"

    def is_integer(self, node: ir.Node) -> bool:
        """Whether an expression is sure to be an integer, if it has a value."""
        match node:
            case ir.Literal(value=value):
                return type(value) is int
            case ir.Apply(operator=ir.Definition() as operator):
                operator = self.overrides.get(operator, operator)
                if self.native(operator) is None:
                    return False
                key = (operator.module, plainly(operator))
                return key in _COUNTS or (key[0] in _INTEGERS and key[1] in _ARITHMETIC)
        return False

    def enabled(self, node: ir.Node, scope: Scope) -> str:
        """ENABLED is no test of a step."""
        del node, scope
        raise NotQuickError

    def composed(self, first: ir.Node, second: ir.Node, scope: Scope) -> str:
        r"""Nor is A \cdot B."""
        del first, second, scope
        raise NotQuickError

    # ------------------------------------------------------------ those after

    def cond(self, node: ir.Node, scope: Scope, place: int | None) -> str:
        """Return Python text that is True or False: see `conditions`."""
        raise NotImplementedError

    def check(self, node: ir.Node, scope: Scope, depth: int, fail: str) -> Scope:
        """Write statements that end in `fail` unless it holds: see `checks`."""
        raise NotImplementedError


def plainly(operator: ir.Definition) -> str:
    """Return an operator's name without the instance that it is defined by."""
    return operator.name.rpartition("!")[2]


def _summed(fold: Fold) -> ir.Node | None:
    """Return f if the sum is that of f[x] for each x in DOMAIN f."""
    match fold.within, fold.part:
        case (
            ir.Builtin(name="DOMAIN", arguments=(function,)),
            ir.Builtin(name="$FcnApply", arguments=(applied, ir.Apply(operator=one))),
        ) if one is fold.name and alike(function, applied):
            return function
    return None


def _is_less(node: ir.Binding) -> bool:
    r"""Whether it is [x \in DOMAIN f \ {k} |-> f[x]]."""
    found = additions(node)
    if found is None or not found[3]:
        return False
    return is_application(node.arguments[0], found[1], found[0])


def _emptied(node: ir.Builtin) -> ir.Builtin:
    """Return a record of the same fields, with nothing in them."""
    true = ir.Builtin(None, 0, "TRUE", ())
    pairs = []
    for pair in node.arguments:
        assert isinstance(pair, ir.Builtin)  # noqa: S101 - SANY's shape of records
        pairs.append(replace(pair, arguments=(pair.arguments[0], true)))
    return replace(node, arguments=tuple(pairs))


_TRUTHS: Final = frozenset({"TRUE", "FALSE"})
_INTEGERS: Final = frozenset({"Naturals", "Integers"})
_ARITHMETIC: Final = frozenset({"+", "-", "*", "^", "\\div", "%", "-."})
_COUNTS: Final = frozenset({("Sequences", "Len"), ("FiniteSets", "Cardinality")})
_COMPARISONS: Final = {
    "<": "<",
    ">": ">",
    **dict.fromkeys(("\\leq", "=<", "<="), "<="),
    **dict.fromkeys(("\\geq", ">="), ">="),
}
_SIMPLE: Final = {
    "$SetEnumerate": "set_of",
    **dict.fromkeys(("\\union", "\\cup"), "cup"),
    **dict.fromkeys(("\\intersect", "\\cap"), "cap"),
    "\\": "setminus",
    "SUBSET": "subset",
    "UNION": "big_union",
    "DOMAIN": "domain",
}
