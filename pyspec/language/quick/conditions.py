r"""Connectives, quantifiers, and equalities by their cheap forms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyspec.language import ir
from pyspec.language.emit import CONDITIONS, CONJUNCTION, DISJUNCTION
from pyspec.language.quick.idioms import (
    additions,
    fold_of,
    is_application,
    is_built,
    is_empty_set,
    singleton,
    specialised,
)
from pyspec.language.quick.texts import NotQuickError
from pyspec.language.quick.values import Values, plainly

if TYPE_CHECKING:
    from pyspec.language.emit import Scope


class Conditions(Values):
    """Writes what is true or false."""

    def condition(self, node: ir.Node, scope: Scope) -> str:
        """Return the text of a condition where no statements can be put."""
        return self.cond(node, scope, None)

    def cond(  # noqa: C901 - one table of what conditions are
        self, node: ir.Node, scope: Scope, place: int | None
    ) -> str:
        """Return Python text that is True or False."""
        match node:
            case ir.Apply(operator=operator):
                found, home = self.resolved(operator, node.at, scope)
                if isinstance(found, ir.Definition):
                    text, truth = self.applied_at(found, node, scope, home, place)
                    return text if truth else f"truth({text})"
            case ir.Builtin(name="'"):
                return self.cond(node.arguments[0], scope.primed(), place)
            case ir.Builtin(name=name) if name in CONDITIONS:
                return self.logical_at(node, scope, place)
            case _ if place is None:
                return super().condition(node, scope)
            case ir.Let():
                return self.let_at(node, scope, place, self.cond)
            case ir.Instance():
                inner = self.substituted(node, scope, place)
                return self.cond(node.body, inner, place)
            case ir.Binding() if node.name in CONDITIONS:
                return self.quantified_at(node, scope, place)
            case ir.Builtin(name="$IfThenElse"):
                return self.branches(node, scope, place, self.cond)
        text = self.val(node, scope, place)
        if text.isidentifier():
            return f"({text} is TRUE or {text} is not FALSE and truth({text}))"
        return f"truth({text})"

    def logical_at(self, node: ir.Builtin, scope: Scope, place: int | None) -> str:
        """Connectives and relations."""
        name, parts = node.name, node.arguments
        if name in CONJUNCTION | DISJUNCTION or name == "=>":
            return self.joined(node, scope, place)
        match name:
            case "\\lnot":
                return f"(not {self.cond(parts[0], scope, place)})"
            case "=":
                return self.equal(parts[0], parts[1], scope, place)
            case "/=":
                return f"(not {self.equal(parts[0], parts[1], scope, place)})"
            case "\\in":
                return self.member(parts[0], parts[1], scope, place)
            case "\\notin":
                return f"(not {self.member(parts[0], parts[1], scope, place)})"
            case "UNCHANGED":
                return f"({' and '.join(self.unchanged_parts(parts[0], scope))})"
        return super().condition(node, scope)

    def joined(self, node: ir.Builtin, scope: Scope, place: int | None) -> str:
        """Write a connective; what follows may need statements of its own."""
        name, (first, *others) = node.name, node.arguments
        held = self.cond(first, scope, place)
        if name == "=>":
            held = f"(not {held})"
        if not others:
            return held
        rest = replace(node, arguments=tuple(others))
        if name == "=>":
            rest = replace(rest, name="$DisjList")
        word = "and" if name in CONJUNCTION else "or"
        if place is None:
            return f"({held} {word} {self.cond(rest, scope, None)})"
        text, before = self.captured(lambda: self.cond(rest, scope, place + 1))
        if not before:
            return f"({held} {word} {text})"
        result = self.new("t")
        self.put(place, f"{result} = {held}")
        self.put(place, f"if {'' if word == 'and' else 'not '}{result}:")
        self.code += [*before, f"{'    ' * (place + 1)}{result} = {text}"]
        return result

    def quantified_at(self, node: ir.Binding, scope: Scope, place: int) -> str:
        """Loop, and stop where the answer is known."""
        every = node.name == "$BoundedForall"
        result, inner, depth = self.new("t"), scope, place
        self.put(place, f"{result} = {every}")
        with self.block():
            bounds = loops(node)
            sets = [self.through(within(bound), scope, place) for bound in bounds]
            for bound, found in zip(bounds, sets, strict=True):
                name = self.new("b")
                self.put(depth, f"for {name} in {found}:")
                inner = self.bound(bound, name, inner)
                depth += 1
            text = self.cond(node.arguments[0], inner, depth)
        self.put(depth, f"if {'not ' if every else ''}{text}:")
        self.put(depth + 1, f"{result} = {not every}")
        self.put(depth + 1, "break")
        for outer in range(depth - 1, place, -1):
            self.put(outer, f"if {'not ' if every else ''}{result}: break")
        return result

    def unchanged_parts(self, node: ir.Node, scope: Scope) -> list[str]:
        """Take tuples apart: their parts are compared in this order anyway."""
        if isinstance(node, ir.Builtin) and node.name == "$Tuple":
            found = (self.unchanged_parts(each, scope) for each in node.arguments)
            return [text for parts in found for text in parts] or ["True"]
        if isinstance(node, ir.Apply):
            operator, home = self.resolved(node.operator, node.at, scope)
            if isinstance(operator, ir.Definition) and not operator.parameters:
                is_local = operator in home.inline
                if self.is_opened(operator, home) and not is_local:
                    parts = _tuple_of(operator)
                    if parts is not None:
                        return self.unchanged_parts(parts, home.outside())
        was, now = self.value(node, scope), self.value(node, scope.primed())
        if was.isidentifier() and now.isidentifier():
            return [f"({was} is {now} or {was} == {now} or unlike({was}, {now}))"]
        return [f"same({was}, {now})"]

    def member(
        self, element: ir.Node, of: ir.Node, scope: Scope, place: int | None
    ) -> str:
        r"""`x \in S`."""
        text = self.val(element, scope, place)
        if isinstance(of, ir.Builtin) and of.name == "DOMAIN":
            return f"in_domain({self.val(of.arguments[0], scope, place)}, {text})"
        whole = self.val(of, scope, place)
        again = self.twice(text, place)
        if again is not None and whole in self.steady:
            return f"({again} in {whole} or has({whole}, {again}))"
        if whole not in self.later or again is None:
            return f"has({whole}, {text})"
        known = f"small_{whole}"
        if known not in self.later:
            self.is_later(known, f"small({whole})")
        return f"({again} in {known} or has({whole}, {again}))"

    # ------------------------------------------------------------ equality

    def equal(
        self, left: ir.Node, right: ir.Node, scope: Scope, place: int | None
    ) -> str:
        """`a = b`: one side is there, the other may have a cheap form."""
        if is_built(left) and not is_built(right):
            left, right = right, left
        if place is not None and is_empty_set(right):
            some = self.elements_of(left, scope, place)
            if some is not None:
                return f"(not {some})"
        text = self.val(left, scope, place)
        again = self.twice(text, place)
        if again is None:
            return f"same({text}, {self.val(right, scope, place)})"
        return self.equals(again, right, scope, place)

    def elements_of(self, node: ir.Node, scope: Scope, place: int) -> str | None:
        """Return a list of a set's elements, if that is how it would be built."""
        if self.kept(node, scope) is None:
            match node:
                case ir.Binding(name="$SubsetOf"):
                    return self.filtered(node, scope, place)
                case ir.Apply(
                    operator=ir.Definition(body=ir.Binding(name="$SubsetOf"))
                ):
                    opened = self.opened_at(node, scope, place)
                    if opened is not None and isinstance(opened[0], ir.Binding):
                        return self.filtered(opened[0], opened[1], place)
        return None

    def equals(self, new: str, node: ir.Node, scope: Scope, place: int | None) -> str:
        """Whether what Python text stands for equals an expression."""
        if place is not None and self.kept(node, scope) is None:
            found = self.changed(new, node, scope, place)
            if found is not None:
                return found
        text = self.val(node, scope, place)
        kind = self.kinds.get(text)
        if kind is not None:
            other = f"type({new}) is not {kind} and unlike({new}, {text})"
            return f"({new} == {text} or {other})"
        again = self.twice(text, None)
        if again is not None:
            return f"({new} == {text} or unlike({new}, {text}))"
        return f"same({new}, {text})"

    def changed(self, new: str, node: ir.Node, scope: Scope, place: int) -> str | None:
        """Return the cheap form of an equality, if there is one."""
        match node:
            case ir.Builtin(name="$IfThenElse"):
                return self.branches(
                    node, scope, place, lambda n, s, p: self.equals(new, n, s, p)
                )
            case ir.Let() if fold_of(node, self.is_plus) is None:
                inner = self.defined(node, scope)
                inner = self.computed(node.body, inner, place)
                return self.equals(new, node.body, inner, place)
            case ir.Except(updates=(update,)):
                base = self.named(self.val(node.base, scope, place), place)
                if len(update.path) == 2:  # noqa: PLR2004 - ![a][b]
                    keys, _, value = self.path_and_value(update, base, scope, place)
                    inside = f"{', '.join(keys)}, {value}"
                    return f"is_except_in({new}, {base}, {inside})"
                key, value = self.updated(update, base, scope, place)
                return f"is_except({new}, {base}, {key}, {value})"
            case ir.Builtin(name="\\union" | "\\cup" | "\\"):
                return self.changed_set(new, node, scope, place)
            case ir.Binding(name="$FcnConstructor"):
                return self.changed_function(new, node, scope, place)
            case ir.Apply():
                return self.changed_by_operator(new, node, scope, place)
        return None

    def changed_set(
        self, new: str, node: ir.Builtin, scope: Scope, place: int
    ) -> str | None:
        r"""`s \cup {e}` and `s \ {e}`."""
        first, second = node.arguments
        if node.name != "\\" and singleton(first) is not None:
            first, second = second, first
        element = singleton(second)
        if element is None:
            return None
        inside = f"{self.val(first, scope, place)}, {self.val(element, scope, place)}"
        is_what = "is_removed" if node.name == "\\" else "is_added"
        return f"{is_what}({new}, {inside})"

    def changed_function(
        self, new: str, node: ir.Binding, scope: Scope, place: int
    ) -> str | None:
        r"""A function on DOMAIN f with one key more or less."""
        found = additions(node)
        if found is None:
            return None
        name, function, key, removed = found
        body = node.arguments[0]
        others = specialised(body, name, function, key, is_key=False)
        compared = others is not body
        if not is_application(others, function, name) or (removed and compared):
            return None
        was = self.val(function, scope, place)
        if removed:
            return f"is_without({new}, {was}, {self.val(key, scope, place)})"
        was = self.named(was, place)
        text = self.named(self.val(key, scope, place), place)
        own = specialised(body, name, function, key, is_key=True)
        value = self.val(own, scope.bind({name: text}), place)
        return f"is_joined({new}, {was}, {text}, {value}, {compared})"

    def changed_by_operator(
        self, new: str, node: ir.Apply, scope: Scope, place: int
    ) -> str | None:
        """Look into an operator; Append and bags have forms of their own."""
        opened = self.opened_at(node, scope, place)
        if opened is not None:
            operator, _ = self.resolved(node.operator, node.at, scope)
            known = isinstance(operator, ir.Definition) and self.seen.get(
                self.key_of(operator, opened[1])
            )
            if known:
                return f"({new} == {known} or same({new}, {known}))"
            return self.deeper(lambda: self.equals(new, *opened, place))
        name = self.native_of(node, scope)
        if name == ("Sequences", "Append"):
            texts = (self.val(each, scope, place) for each in node.arguments)
            return f"is_appended({new}, {', '.join(texts)})"
        if name in _WITH:
            return self.changed_bag(new, node, scope, place)
        taken = self.taken(node, scope)
        if taken is None:
            return None
        texts = (self.val(each, scope, place) for each in taken)
        return f"is_bag_without({new}, {', '.join(texts)})"

    def changed_bag(
        self, new: str, node: ir.Apply, scope: Scope, place: int
    ) -> str | None:
        """`b (+) SetToBag({m})`, where b may be `c (-) SetToBag({n})`."""
        bag, more = node.arguments
        element = self.bagged(more, scope)
        if element is None:
            return None
        taken = self.taken(bag, scope)
        parts = (bag, element) if taken is None else (*taken, element)
        is_what = "is_bag_with" if taken is None else "is_bag_exchanged"
        texts = (self.val(each, scope, place) for each in parts)
        return f"{is_what}({new}, {', '.join(texts)})"

    def taken(self, node: ir.Node, scope: Scope) -> tuple[ir.Node, ir.Node] | None:
        """Return b and m of `b (-) SetToBag({m})`."""
        if not isinstance(node, ir.Apply) or self.native_of(node, scope) not in _LESS:
            return None
        element = self.bagged(node.arguments[1], scope)
        return None if element is None else (node.arguments[0], element)

    def bagged(self, node: ir.Node, scope: Scope) -> ir.Node | None:
        """Return m of `SetToBag({m})`."""
        if not isinstance(node, ir.Apply):
            return None
        if self.native_of(node, scope) != ("Bags", "SetToBag"):
            return None
        return singleton(node.arguments[0])

    def native_of(self, node: ir.Apply, scope: Scope) -> tuple[str, str] | None:
        """Return the module and name of the native that is applied."""
        operator, _ = self.resolved(node.operator, node.at, scope)
        if not isinstance(operator, ir.Definition) or self.native(operator) is None:
            return None
        return operator.module, plainly(operator)


_WITH: Final = frozenset({("Bags", "(+)"), ("Bags", "\\oplus")})
_LESS: Final = frozenset({("Bags", "(-)"), ("Bags", "\\ominus")})


def _tuple_of(operator: ir.Definition) -> ir.Node | None:
    """Return an operator's body if that is a tuple, or a name for something."""
    match operator.body:
        case ir.Builtin(name="$Tuple") | ir.Reference() | ir.Apply():
            return operator.body
    return None


def loops(node: ir.Binding) -> list[ir.Bound]:
    """Return a bound for each loop, in the order of the text."""
    found = []
    for bound in node.bounds:
        groups = [bound.names] if bound.pattern else [(name,) for name in bound.names]
        found += [ir.Bound(group, bound.pattern, bound.within) for group in groups]
    return found


def within(bound: ir.Bound) -> ir.Node:
    """Return the set of a bound; without one there is no quick form."""
    if bound.within is None:
        raise NotQuickError
    return bound.within
