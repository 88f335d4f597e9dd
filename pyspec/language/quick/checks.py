"""Statements that leave where a conjunct is false, and the function around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.language import ir
from pyspec.language.emit import CONJUNCTION, Scope
from pyspec.language.quick.conditions import Conditions, loops, within
from pyspec.language.quick.texts import NotQuickError

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST: Final = 100_000
"""Characters of the longest quick form; a longer one would not be quick."""


class QuickEmitter(Conditions):
    """Writes the quick form of one action."""

    def checker(self, definition: ir.Definition) -> str:
        """Write `check(before, arguments, after)`; return its name.

        Raises NotQuickError if there is no quick form.
        """
        if definition.body is None or not self.analysis.is_pure(definition):
            raise NotQuickError
        before = {each: self.new("s") for each in self.module.variables}
        after = {each: self.new("n") for each in self.module.variables}
        names = {each: self.new("p") for each in definition.parameters}
        self.fixed = frozenset(names.values())
        scope = Scope(names=names, before=before, after=after)
        self.check(definition.body, scope, 2, "return False")
        if sum(map(len, self.code)) > LARGEST:
            raise NotQuickError
        name = self.new("check")
        self.lines += [
            f"def {name}(before, arguments, after):",
            "    try:",
            f"        {_row(before.values())} = before",
            f"        {_row(after.values())} = after",
            f"        {_row(names.values())} = arguments",
            *self.code,
            "        return True",
            "    except Exception as error:",
            "        return otherwise(error, before, arguments, after)",
            "",
        ]
        return name

    def check(self, node: ir.Node, scope: Scope, depth: int, fail: str) -> Scope:
        """Write statements that end in `fail` unless a condition holds.

        Return the scope with the LETs that they have computed.
        """
        match node:
            case ir.Builtin(name=name) if name in CONJUNCTION:
                for part in node.arguments:
                    scope = self.check(part, scope, depth, fail)
                return scope
            case ir.Builtin(name="$IfThenElse"):
                return self.check_branches(node, scope, depth, fail)
            case ir.Let():
                self.check(node.body, self.defined(node, scope), depth, fail)
                return scope
            case ir.Instance():
                inner = self.substituted(node, scope, depth)
                self.check(node.body, inner, depth, fail)
                return scope
            case ir.Binding(name="$BoundedExists") if len(loops(node)) == 1:
                return self.check_some(node, scope, depth, fail)
            case ir.Apply():
                return self.check_operator(node, scope, depth, fail)
        return self.check_plainly(node, scope, depth, fail)

    def check_plainly(
        self, node: ir.Node, scope: Scope, depth: int, fail: str
    ) -> Scope:
        """Test a condition."""
        scope = self.computed(node, scope, depth)
        self.put(depth, f"if not {self.cond(node, scope, depth)}: {fail}")
        return scope

    def check_branches(
        self, node: ir.Builtin, scope: Scope, depth: int, fail: str
    ) -> Scope:
        """IF."""
        test, *branches = node.arguments
        scope = self.computed(test, scope, depth)
        self.put(depth, f"if {self.cond(test, scope, depth)}:")
        for branch in branches:
            if branch is branches[1]:
                self.put(depth, "else:")
            with self.block():
                self.put(depth + 1, "pass")
                self.check(branch, scope, depth + 1, fail)
        return scope

    def check_some(
        self, node: ir.Binding, scope: Scope, depth: int, fail: str
    ) -> Scope:
        r"""\E: a loop that is left where the body holds."""
        (bound,) = loops(node)
        scope = self.computed(within(bound), scope, depth)
        found = self.through(within(bound), scope, depth)
        name = self.new("b")
        self.put(depth, f"for {name} in {found}:")
        with self.block():
            inner = self.bound(bound, name, scope)
            self.check(node.arguments[0], inner, depth + 1, "continue")
        self.put(depth + 1, "break")
        self.put(depth, "else:")
        self.put(depth + 1, fail)
        return scope

    def check_operator(
        self, node: ir.Apply, scope: Scope, depth: int, fail: str
    ) -> Scope:
        """Check an operator's body, with its parameters bound."""
        operator, home = self.resolved(node.operator, node.at, scope)
        if not isinstance(operator, ir.Definition) or operator.body is None:
            return self.check_plainly(node, scope, depth, fail)
        body = operator.body
        if operator in self.waiting and operator not in home.operators:
            inner = self.waiting[operator].seen_from(home)
            self.deeper(lambda: self.check(body, inner, depth, fail))
            return scope
        if not self.is_opened(operator, home):
            return self.check_plainly(node, scope, depth, fail)
        scope = self.computed(node, scope, depth)
        operator, home = self.resolved(node.operator, node.at, scope)
        assert isinstance(operator, ir.Definition)  # noqa: S101 - it was one
        entered = self.entered(operator, node, scope, home, depth)
        self.deeper(lambda: self.check(body, entered, depth, fail))
        return scope


def _row(names: Iterable[str]) -> str:
    return f"({''.join(f'{name}, ' for name in names)})"
