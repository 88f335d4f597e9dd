"""Actions become generators of the states that they lead to.

A conjunct `x' = e` that is the first to mention x' assigns it, later ones
check.  Disjunctions and quantifiers branch; what follows a disjunction is
written once, after a loop over what its branches assigned.  An initial
predicate is compiled alike, assigning unprimed variables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from pyspec.language import ir
from pyspec.language.emit import (
    CONJUNCTION,
    DISJUNCTION,
    Emitter,
    Linked,
    Scope,
    Unassigned,
    is_other,
)
from pyspec.language.lifting import lifted
from pyspec.language.nesting import within_limits


@dataclass(frozen=True)
class Label:
    """The name and arguments that an edge carries, as Python text.

    `open` while the way down from Next has met only disjunctions, quantifiers
    over constant sets, LET and operators: then an applied operator takes the
    name over.
    """

    name: str
    arguments: tuple[str, ...] = ()
    open: bool = True
    definition: ir.Definition | None = None

    def closed(self) -> Label:
        """Return the label below a conjunction or IF."""
        return replace(self, open=False)


class _Uneven(Exception):
    """The branches of a disjunction do not assign the same variables."""


Continue: TypeAlias = Callable[[Scope, int, Label], None]
_NAMELESS: Final = Label("", open=False)


class ActionEmitter(Emitter):
    """Also writes generators of initial states, successors, and for ENABLED."""

    initial = False

    drawn = 0
    r"""Names that `\E` has bound on the way to the place that is being written."""

    def __init__(self, linked: Linked) -> None:
        super().__init__(linked)
        self.code: list[str] = []
        self.labelled: dict[str, ir.Definition] = {}

    def successors(self, definition: ir.Definition) -> str:
        """Write a generator (label, arguments, values of the variables)."""
        names = [self.new("s") for _ in self.module.variables]
        scope = Scope(before=dict(zip(self.module.variables, names, strict=True)))
        return self.generator(definition, names, scope)

    def initials(self, definition: ir.Definition) -> str:
        """Write a generator of the values of the variables."""
        self.initial = True
        try:
            return self.generator(definition, [], Scope())
        finally:
            self.initial = False

    def generator(
        self, definition: ir.Definition, names: list[str], scope: Scope
    ) -> str:
        """Write a function around what `act` makes of a definition."""
        name = self.new("g")
        code, self.code = self.code, []
        call = ir.Apply(definition.at, definition.level, definition, ())
        self.labelled = {}
        self.act(call, scope, 1, Label(definition.name), self.finish)
        inside, self.code = within_limits(self.lift(self.code), gives=True), code
        # Nothing may be yielded at all; it is a generator all the same.
        head = [f"def {name}({', '.join(names)}):", "    if False: yield"]
        self.lines += [*head, *inside, ""]
        return name

    def lift(self, lines: list[str]) -> list[str]:
        """Take conditions out of the loops on which they do not depend."""
        effects = {
            name
            for (what, *_), name in self.known.items()
            if isinstance(what, ir.Definition) and not self.analysis.is_pure(what)
        }
        return lifted(lines, (effects | self.natives_with_effects).__contains__)

    def finish(self, scope: Scope, depth: int, label: Label) -> None:
        """Yield a state; each variable must have got a value."""
        values = scope.before if self.initial else scope.after
        missing = [v.text for v in self.module.variables if v not in values]
        if missing:
            prime = "" if self.initial else "'"
            told = ", ".join(name + prime for name in missing)
            self.put(depth, f"not_assigned({told!r})")
            return
        inside = "".join(f"{values[v]}, " for v in self.module.variables)
        arguments = "".join(f"{text}, " for text in label.arguments)
        if label.definition is not None:
            self.labelled.setdefault(label.name, label.definition)
        self.put(depth, f"yield ({label.name!r}, ({arguments}), ({inside}))")

    def put(self, depth: int, text: str) -> None:
        """Add a line to the generator that is being written."""
        self.code.append("    " * depth + text)

    def declared(
        self, declared: ir.Declared, scope: Scope, *, primed: bool = False
    ) -> str:
        """Return the text of a name; it fails when it is run if it has no value."""
        try:
            return super().declared(declared, scope, primed=primed)
        except Unassigned as error:
            return f"unassigned({error.message!r})"

    # ------------------------------------------------------------ the walk

    def act(  # noqa: C901, PLR0912 - one table of what an action may be
        self, node: ir.Node, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Write what a part of an action does, and then `go` on."""
        match node:
            case ir.Builtin(name=name) if name in CONJUNCTION:
                self.both(node.arguments, scope, depth, label.closed(), go)
            case ir.Builtin(name=name) if name in DISJUNCTION:
                self.either(list(node.arguments), scope, depth, label, go)
            case ir.Builtin(name="$SquareAct"):
                self.square(node, scope, depth, label, go)
            case ir.Builtin(name="$AngleAct"):
                self.angle(node, scope, depth, label.closed(), go)
            case ir.Builtin(name="$IfThenElse"):
                self.branch(node, scope, depth, label.closed(), go)
            case ir.Builtin(name="$Case"):
                self.cases(node, scope, depth, label.closed(), go)
            case ir.Builtin(name="=>") if self.left(node.arguments[1], scope):
                self.implied(node, scope, depth, label.closed(), go)
            case ir.Builtin(name="UNCHANGED"):
                self.unchanged(node.arguments[0], scope, depth, label, go)
            case ir.Builtin(name="=" | "\\in"):
                self.relation(node, scope, depth, label, go)
            case ir.Binding(name="$BoundedExists"):
                self.exists(node, scope, depth, label, go)
            case ir.Binding(name="$BoundedForall") if self.left(node, scope):
                self.for_all(node, scope, depth, label.closed(), go)
            case ir.Builtin(name="\\cdot"):
                self.compose(node, scope, depth, label.closed(), go)
            case ir.Let():
                self.let_action(node, scope, depth, label, go)
            case ir.Instance():
                self.instance_action(node, scope, depth, label, go)
            case ir.Reference(to=ir.Name() as name) if name in scope.by_name:
                self.named(name, scope, depth, label, go)
            case ir.Apply() | ir.Reference(to=ir.Declared()):
                self.apply_action(node, scope, depth, label, go)
            case _:
                self.test(node, scope, depth, label, go)

    def both(
        self,
        nodes: tuple[ir.Node, ...],
        scope: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Write conjuncts one inside the other, from left to right."""
        place = 0
        while place < len(nodes):
            tests = self.tests(nodes[place:], scope)
            if tests:
                self.put(depth, f"if {' and '.join(tests)}:")
                place, depth = place + len(tests), depth + 1
                continue
            rest = nodes[place + 1 :]
            then = partial(self.both, rest, go=go) if rest else go
            self.act(nodes[place], scope, depth, label, then)
            return
        go(scope, depth, label)

    def tests(self, nodes: tuple[ir.Node, ...], scope: Scope) -> list[str]:
        """Return the first conjuncts as conditions, as long as they assign nothing."""
        found = []
        for node in nodes:
            if node.level > 1 or (self.initial and node.level > 0):
                break
            stands = scope.by_name or self.linked.stands or self.overrides
            may_stand = stands or isinstance(node, ir.Reference | ir.Apply)
            if may_stand and self.left(node, scope):
                break
            found.append(self.condition(node, scope))
        return found

    def left(self, node: ir.Node, scope: Scope) -> frozenset[ir.Declared]:
        """Return the variables without a value yet that a part may assign.

        Of what depends on no state `self.uses` tells all; that a name stands
        for an action, only the scope does.
        """
        values = scope.before if self.initial else scope.after
        found: set[ir.Declared] = set()
        free = self.analysis.summary(node).free & scope.by_name.keys()
        handed = any(self.asks_for_new(*scope.by_name[name]) for name in free)
        for name in free:
            meant, outer = scope.by_name[name]
            outer = outer.seen_from(scope)
            if handed:
                found |= self.mentioned(meant, outer)
            if isinstance(meant, ir.Operator):
                if isinstance(meant.operator, ir.Definition):
                    body = meant.operator.body
                    found |= self.left(body, outer) if body is not None else set()
                elif meant.operator in outer.by_name:
                    again = ir.Reference(None, 0, meant.operator)
                    found |= self.left(again, outer)
            else:
                found |= self.left(meant, outer)
        for declared, primed in self.uses.of(node):
            if primed is not self.initial or handed:
                found |= self.behind(declared, scope)
        return frozenset(found - values.keys())

    def mentioned(self, node: ir.Node, scope: Scope) -> set[ir.Declared]:
        """Return the variables of the root that an expression looks at."""
        found: set[ir.Declared] = set()
        for declared, _ in self.uses.of(node):
            found |= self.behind(declared, scope)
        for name in self.analysis.summary(node).free & scope.by_name.keys():
            found |= self.mentioned(*scope.by_name[name])
        return found

    def behind(self, declared: ir.Declared, scope: Scope) -> frozenset[ir.Declared]:
        """Return the variables of the root that a declared name stands for."""
        if declared not in scope.meanings:
            return frozenset({declared} if declared.is_variable else ())
        node, outer = scope.meanings[declared]
        found = (self.behind(each, outer) for each, _ in self.uses.of(node))
        return frozenset().union(*found)

    def either(
        self,
        branches: list[ir.Node],
        scope: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Write what follows once if all branches assign the same variables."""
        if go != self.finish and len(branches) > 1 and not label.open:
            assigned = {self.left(branch, scope) for branch in branches}
            if len(assigned) == 1:
                variables = sorted(assigned.pop(), key=lambda v: v.number)
                code, scratch, drawn = self.code, list(self.code), self.drawn
                self.code = scratch
                try:
                    self.merged(branches, variables, scope, depth, label, go)
                except _Uneven:
                    self.code, self.drawn = code, drawn
                else:
                    return
        for branch in branches:
            self.act(branch, scope, depth, label, go)

    def merged(  # noqa: PLR0913, PLR0917 - a step of the walk, and what it makes
        self,
        branches: list[ir.Node],
        variables: list[ir.Declared],
        scope: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Write branches that all assign these, and then what follows."""

        def write(collect: Continue) -> None:
            for branch in branches:
                self.act(branch, scope, depth, label.closed(), collect)

        self.collect(write, variables, scope, depth, label, go)

    def collect(  # noqa: PLR0913, PLR0917 - a step of the walk, and what it makes
        self,
        write: Callable[[Continue], object],
        variables: list[ir.Declared],
        scope: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Gather what alternatives assign, then go on once for each."""
        found = self.new("alt")
        self.put(depth, f"{found} = []")

        def gather(inner: Scope, d: int, _: Label) -> None:
            values = inner.before if self.initial else inner.after
            known = scope.before if self.initial else scope.after
            if values.keys() - known.keys() != set(variables):
                raise _Uneven
            inside = "".join(f"{values[v]}, " for v in variables)
            self.put(d, f"{found}.append(({inside}))")

        write(gather)
        names = {variable: self.new("n") for variable in variables}
        inside = "".join(f"{name}, " for name in names.values())
        self.put(
            depth, f"for ({inside}) in {found}:" if names else f"for _ in {found}:"
        )
        self.drawn += 1  # an alternative may have drawn one
        go(self.given(scope, names), depth + 1, label)
        self.drawn -= 1

    def given(self, scope: Scope, names: dict[ir.Declared, str]) -> Scope:
        """Return the scope in which variables have got their new values."""
        if self.initial:
            return replace(scope, before={**scope.before, **names})
        return replace(scope, after={**scope.after, **names})

    # ------------------------------------------------------------ assignments

    def target(self, node: ir.Node, scope: Scope) -> ir.Declared | None:
        """Return the variable that a left-hand side would assign, if unassigned."""
        if isinstance(node, ir.Reference) and isinstance(node.to, ir.Name):
            standing = self.standing_for(node, scope)
            if standing is None:
                return None
            return self.target(standing[0], standing[1].seen_from(scope))
        if not self.initial:
            if not (isinstance(node, ir.Builtin) and node.name == "'"):
                return None
            node = node.arguments[0]
        declared = self.stands_for(node, scope)
        values = scope.before if self.initial else scope.after
        if declared is None or declared in values:
            return None
        return declared

    def stands_for(self, node: ir.Node, scope: Scope) -> ir.Declared | None:
        """Return the root's variable that a name is, through instances."""
        meant = self.standing_for(node, scope)
        if meant is not None:
            return self.stands_for(*meant)
        if isinstance(node, ir.Reference) and isinstance(node.to, ir.Declared):
            return node.to if node.to.is_variable else None
        return None

    @staticmethod
    def standing_for(node: ir.Node, scope: Scope) -> tuple[ir.Node, Scope] | None:
        """Return the expression that a name stands for, and where it does."""
        if not isinstance(node, ir.Reference):
            return None
        if isinstance(node.to, ir.Name):
            return scope.by_name.get(node.to)
        return scope.meanings.get(node.to)

    def relation(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        r"""`v = e` or `v \in S`: assign a variable that has no value yet, else test."""
        target = self.target(node.arguments[0], scope)
        if target is None:
            self.test(node, scope, depth, label, go)
            return
        text = self.value(node.arguments[1], scope)
        name = self.new("n")
        if node.name == "=":
            self.put(depth, f"{name} = plain({text})")
        else:
            self.put(depth, f"for {name} in {self.choices(text, target)}:")
            depth += 1
        depth = self.look(depth, target, name)
        go(self.given(scope, {target: name}), depth, label)

    def choices(self, text: str, target: ir.Declared) -> str:
        """Return what to loop over for the new value of a variable."""
        del target
        return f"every({text})"

    def look(self, depth: int, target: ir.Declared, text: str) -> int:
        """Look at a new value; return the depth at which to go on."""
        del target, text
        return depth

    def unchanged(
        self, node: ir.Node, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """UNCHANGED of a tuple is that of its parts, through definitions."""
        standing = self.standing_for(node, scope)
        if standing is not None:
            meant, outer = standing[0], standing[1].seen_from(scope)
            self.unchanged(meant, outer, depth, label, _in(scope, go))
            return
        if isinstance(node, ir.Builtin) and node.name == "$Tuple":
            parts = tuple(
                ir.Builtin(node.at, 2, "UNCHANGED", (part,)) for part in node.arguments
            )
            self.both(parts, scope, depth, label, go)
            return
        if isinstance(node, ir.Apply):
            definition, home = self.resolved(node.operator, node.at, scope)
            body = definition.body if isinstance(definition, ir.Definition) else None
            if body is not None and not node.arguments and self.is_state(body):
                self.unchanged(body, home, depth, label, _in(scope, go))
                return
        primed = ir.Builtin(node.at, 2, "'", (node,))
        target = self.target(primed, scope)
        if target is None:
            same = ir.Builtin(node.at, 2, "=", (primed, node))
            self.test(same, scope, depth, label, go)
            return
        text = self.value(node, scope)
        depth = self.look(depth, target, text)
        go(self.given(scope, {target: text}), depth, label)

    @staticmethod
    def is_state(node: ir.Node) -> bool:
        """Whether it is a variable or a tuple: what UNCHANGED looks into."""
        if isinstance(node, ir.Builtin):
            return node.name == "$Tuple"
        return isinstance(node, ir.Reference | ir.Apply)

    # ------------------------------------------------------------ control

    def test(
        self, node: ir.Node, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Go on only if a condition holds."""
        self.put(depth, f"if {self.condition(node, scope)}:")
        go(scope, depth + 1, label)

    def square(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """`[A]_v` is A or a step that leaves v unchanged."""
        action, subscript = node.arguments
        same = ir.Builtin(node.at, 2, "UNCHANGED", (subscript,))
        self.either([action, same], scope, depth, label, go)

    def angle(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """`<<A>>_v` is A and a change of v."""
        action, subscript = node.arguments
        primed = ir.Builtin(node.at, 2, "'", (subscript,))
        differs = ir.Builtin(node.at, 2, "/=", (primed, subscript))
        self.both((action, differs), scope, depth, label, go)

    def branch(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """IF: what follows is written below each branch."""
        test, yes, no = node.arguments
        self.put(depth, f"if {self.condition(test, scope)}:")
        self.nested(yes, scope, depth + 1, label, go)
        self.put(depth, "else:")
        self.nested(no, scope, depth + 1, label, go)

    def implied(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """`p => A` is IF p THEN A ELSE TRUE."""
        test, action = node.arguments
        true = ir.Builtin(node.at, 0, "TRUE", ())
        whole = ir.Builtin(node.at, node.level, "$IfThenElse", (test, action, true))
        self.branch(whole, scope, depth, label, go)

    def cases(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """CASE takes the first arm that holds, as TLC does."""
        word, other = "if", None
        for arm in node.arguments:
            assert isinstance(arm, ir.Builtin)  # noqa: S101 - SANY's shape of CASE
            test, value = arm.arguments
            if is_other(test):
                other = value
                continue
            self.put(depth, f"{word} {self.condition(test, scope)}:")
            self.nested(value, scope, depth + 1, label, go)
            word = "elif"
        self.put(depth, "else:" if word == "elif" else "if True:")
        if other is None:
            self.put(depth + 1, "no_case()")
        else:
            self.nested(other, scope, depth + 1, label, go)

    def nested(
        self, node: ir.Node, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Write a branch that Python wants to be there even if it does nothing."""
        self.put(depth, "pass")
        self.act(node, scope, depth, label, go)

    def exists(
        self, node: ir.Binding, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """TLC descends for a name only where the set is constant."""
        inner, drawn = label, self.drawn
        for bound in node.bounds:
            if bound.within is not None and self.ends_names(bound.within):
                inner = label.closed()
        sets = [self.bound_set(bound, scope, depth, node) for bound in node.bounds]
        for bound, within in zip(node.bounds, sets, strict=True):
            groups = [bound.names] if bound.pattern else [(n,) for n in bound.names]
            for group in groups:
                name = self.new("b")
                self.put(depth, f"for {name} in {self.drawn_from(within)}:")
                depth += 1
                self.drawn += 1
                scope = self.bound(ir.Bound(group, bound.pattern, None), name, scope)
        self.act(node.arguments[0], scope, depth, inner, go)
        self.drawn = drawn

    def ends_names(self, within: ir.Node) -> bool:
        """Whether no operator below a quantifier over this set names steps."""
        return within.level > 0

    def drawn_from(self, text: str) -> str:
        r"""Return what to loop over for a name that `\E` binds."""
        return text

    def bound_set(
        self, bound: ir.Bound, scope: Scope, depth: int, node: ir.Binding
    ) -> str:
        """Return what to loop over; of several sets all are evaluated first."""
        text = self.within(bound, scope)
        alone = len(node.bounds) == 1 and len(bound.names) == 1
        if alone or text.isidentifier():
            return f"every({text})"
        name = self.new("t")
        self.put(depth, f"{name} = {text}")
        return f"every({name})"

    def for_all(
        self, node: ir.Binding, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        r"""`\A x \in S : A(x)` assigns for the first x, and checks for the others."""
        rows, names, loops, inner = self.new("t"), [], [], scope
        for bound in node.bounds:
            within = self.within(bound, scope)
            if len(node.bounds) > 1 and not within.isidentifier():
                name = self.new("t")
                self.put(depth, f"{name} = {within}")
                within = name
            groups = [bound.names] if bound.pattern else [(n,) for n in bound.names]
            for group in groups:
                name = self.new("b")
                names.append(name)
                loops.append(f"for {name} in every({within})")
                inner = self.bound(ir.Bound(group, bound.pattern, None), name, inner)
        row = f"({', '.join(names)},)"
        self.put(depth, f"{rows} = [{row} for _ in (0,) {' '.join(loops)}]")
        self.put(depth, f"if not {rows}:")
        self.nested(_TRUE, scope, depth + 1, label, go)
        self.put(depth, "else:")
        self.put(depth + 1, f"{row} = {rows}[0]")

        def check_others(found: Scope, d: int, lab: Label) -> None:
            there = replace(inner, before=found.before, after=found.after)
            held = self.condition(node.arguments[0], there)
            self.put(d, f"if all({held} for {row} in {rows}[1:]):")
            back = replace(scope, before=found.before, after=found.after)
            go(back, d + 1, lab)

        self.act(node.arguments[0], inner, depth + 1, label, check_others)

    def compose(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        r"""`A \cdot B`: what A assigns is the state before B."""
        first, second = node.arguments

        def then(found: Scope, d: int, lab: Label) -> None:
            missing = [v.text for v in self.module.variables if v not in found.after]
            if missing:
                self.put(d, f"not_assigned({', '.join(missing)!r})")
                return
            between = replace(scope, before=found.after, after=scope.after)
            self.act(second, between, d, lab, back)

        def back(found: Scope, d: int, lab: Label) -> None:
            go(replace(found, before=scope.before), d, lab)

        self.act(first, replace(scope, after={}), depth, label, then)

    def let_action(
        self, node: ir.Let, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """LET: operators that may assign are written out where they are applied."""
        group = self.recursive_group(node.definitions)
        for definition in node.definitions:
            assigns = definition.level > 1 or self.uses.primed(definition)
            if assigns and not definition.recursive:
                scope = replace(scope, inline=scope.inline | {definition})
                continue
            if definition in group:
                if definition is group[0]:
                    scope, names, made = self.bound_together(group, scope)
                    self.put(depth, f"{names} = {made}")
                continue
            name = self.new("l")
            inside = self.defining(definition, name, scope)
            self.put(depth, f"{name} = {self.local(definition, scope, inside)}")
            scope = inside
        self.act(node.body, scope, depth, label, go)

    def instance_action(
        self, node: ir.Instance, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Open an instantiated action: what it assigns, its meaning gets."""
        meanings = {d: (meant, scope) for d, meant in node.substitution}
        inner = replace(scope, meanings={**scope.meanings, **meanings})
        inside = label.closed()  # the name is that of M!A, not of what is in A
        self.act(node.body, inner, depth, inside, self.back(scope, go))

    # ------------------------------------------------------------ operators

    def back(self, scope: Scope, go: Continue) -> Continue:
        """Return the way on for what stands in a scope of its own."""
        return go if go == self.finish else _in(scope, go)

    def named(
        self, name: ir.Name, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Act as the action that a parameter stands for."""
        meant, outer = scope.by_name[name]
        outer = outer.seen_from(scope)
        self.act(meant, outer, depth, label.closed(), self.back(scope, go))

    def apply_action(
        self,
        node: ir.Apply | ir.Reference,
        scope: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Look into an operator that may assign, or that gives the name."""
        operator = node.operator if isinstance(node, ir.Apply) else node.to
        arguments = node.arguments if isinstance(node, ir.Apply) else ()
        found, home = self.resolved(operator, node.at, scope)
        if isinstance(found, ir.Definition) and self.opens(
            found, arguments, scope, home
        ):
            self.open(found, arguments, scope, home, depth, label, go)
        else:
            self.test(node, scope, depth, label, go)

    def opens(
        self,
        operator: ir.Definition,
        arguments: tuple[ir.Node, ...],
        scope: Scope,
        home: Scope,
    ) -> bool:
        """Whether to look into an operator: it may assign, or give the name."""
        if operator.recursive or operator.body is None:
            return False
        if self.native(operator) is not None:
            return False
        threshold = 0 if self.initial else 1
        given = self.hands_on(operator, home) or any(
            self.asks_for_new(each, scope) or self.can_assign(each, scope, threshold)
            for each in arguments
        )
        if operator in home.operators:
            return given
        return given or operator.level > threshold

    def can_assign(self, argument: ir.Node, scope: Scope, threshold: int) -> bool:
        """Whether an argument is an action, or in Init a state predicate."""
        if isinstance(argument, ir.Operator):
            operator, home = self.resolved(argument.operator, argument.at, scope)
            if not isinstance(operator, ir.Definition) or operator.body is None:
                return False
            return operator.level > threshold or bool(self.left(operator.body, home))
        return argument.level > 1 or bool(self.left(argument, scope))

    def open(  # noqa: PLR0913, PLR0917 - a step of the walk
        self,
        definition: ir.Definition,
        arguments: tuple[ir.Node, ...],
        scope: Scope,
        home: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Write an operator's body in place, with its parameters bound."""
        inner, bound = self.opened(definition, arguments, scope, home)
        for name, text in bound.items():
            self.put(depth, f"{name} = {text}")
        if label.open:
            given = zip(definition.parameters, arguments, strict=True)
            label = Label(
                definition.name,
                tuple(inner.names.get(n) or self.shown(a, scope) for n, a in given),
                definition=definition,
            )
        if any(argument.level > 0 for argument in arguments):
            label = label.closed()  # TLC looks no further than constant arguments
        assert definition.body is not None  # noqa: S101 - `opened` looked
        self.act(definition.body, inner, depth, label, self.back(scope, go))

    def shown(self, argument: ir.Node, scope: Scope) -> str:
        """Return what an edge says of an argument that is passed by name."""
        if self.initial or isinstance(argument, ir.Operator) or argument.level > 1:
            return "None"
        return f"plain({self.value(argument, scope)})"

    def is_action(self, argument: ir.Node, scope: Scope) -> bool:
        """In an initial predicate also what talks of the state may assign."""
        if self.initial and argument.level > 0:
            return True
        return super().is_action(argument, scope)

    # ------------------------------------------------------------ ENABLED

    def enabled(self, node: ir.Node, scope: Scope) -> str:
        """Return a call that tries to enumerate the action.

        Inside of an instance its variables are the variables: ENABLED is
        evaluated before anything is substituted.
        """

        def found(_: Scope, depth: int, label: Label) -> None:
            del label
            self.put(depth, "return True")

        return self.attempt(node, self.before_substituting(node, scope), found)

    def composed(self, first: ir.Node, second: ir.Node, scope: Scope) -> str:
        r"""Return a call that tries whether some state comes between A and B."""

        def then(found: Scope, depth: int, label: Label) -> None:
            del label
            missing = [v.text for v in self.module.variables if v not in found.after]
            if missing:
                self.put(depth, f"not_assigned({', '.join(missing)!r})")
                return
            between = replace(scope, before=found.after, after=scope.after)
            self.put(depth, f"if {self.condition(second, between)}:")
            self.put(depth + 1, "return True")

        return self.attempt(first, replace(scope, after={}), then)

    def before_substituting(self, node: ir.Node, scope: Scope) -> Scope:
        """Return the scope in which an instance's variables are variables."""
        before, meanings = dict(scope.before), dict(scope.meanings)
        for declared, primed in self.uses.of(node):
            if declared in meanings and not primed and not declared.arity:
                before[declared] = self.declared(declared, scope)
        for declared in scope.meanings:
            if not declared.arity:
                del meanings[declared]
        acting = {d for d in scope.operators if d.level > 1 and not d.recursive}
        kept = {d: text for d, text in scope.operators.items() if d not in acting}
        inner = replace(scope, operators=kept, inline=scope.inline | acting)
        return replace(inner, before=before, after={}, meanings=meanings)

    def attempt(self, node: ir.Node, scope: Scope, found: Continue) -> str:
        """Return a call of a function that acts, and is true if `found` says so."""
        name = self.new("e")
        initial, self.initial = self.initial, False
        code, self.code = self.code, []
        self.act(node, scope, 1, _NAMELESS, found)
        inside, self.code = within_limits(self.code, gives=False), code
        self.initial = initial
        given = ", ".join(_taken(inside))
        self.lines += [f"def {name}({given}):", *inside, "    return False", ""]
        return f"{name}({given})"


_TRUE: Final = ir.Builtin(None, 0, "TRUE", ())
_LOCAL: Final = re.compile(r"(?:s|n|p|b|l|o|a|t|f|alt)\d*")


def _in(scope: Scope, go: Continue) -> Continue:
    """Go on where names mean what they do in a scope; states are as found."""

    def back(found: Scope, depth: int, label: Label) -> None:
        go(replace(scope, before=found.before, after=found.after), depth, label)

    return back


def _taken(lines: list[str]) -> list[str]:
    """Return the local names that lines use, but do not bind."""
    tree = ast.parse("\n".join(["def e():", *lines, "    return False"]))
    used: set[str] = set()
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
    return sorted(name for name in used - made if _LOCAL.fullmatch(name))
