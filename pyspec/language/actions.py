"""Actions become generators of the states that they lead to.

A conjunct `x' = e` that is the first to mention x' assigns it, later ones
check.  Disjunctions and quantifiers branch; what follows a disjunction is
written once, after a loop over what its branches assigned.  An initial
predicate is compiled alike, assigning unprimed variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from pyspec.language import ir
from pyspec.language.emit import (
    CONJUNCTION,
    DISJUNCTION,
    Emitter,
    Scope,
    Unassigned,
    is_other,
)
from pyspec.language.uses import applied, free_names


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

    def closed(self) -> Label:
        """Return the label below a conjunction or IF."""
        return replace(self, open=False)


Continue: TypeAlias = Callable[[Scope, int, Label], None]
_NAMELESS: Final = Label("", open=False)


class ActionEmitter(Emitter):
    """Also writes generators of initial states, successors, and for ENABLED."""

    initial = False

    def __init__(
        self,
        module: ir.Module,
        overrides: Mapping[ir.Definition, ir.Definition],
        constants: Mapping[ir.Declared, str],
        standard: Callable[[str], bool],
    ) -> None:
        super().__init__(module, overrides, constants, standard)
        self.code: list[str] = []

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
        self.act(call, scope, 1, Label(definition.name), self.finish)
        inside, self.code = self.code, code
        # Nothing may be yielded at all; it is a generator all the same.
        head = [f"def {name}({', '.join(names)}):", "    if False: yield"]
        self.lines += [*head, *inside, ""]
        return name

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
        self.put(depth, f"yield ({label.name!r}, ({arguments}), ({inside}))")

    def put(self, depth: int, text: str) -> None:
        """Add a line to the generator that is being written."""
        self.code.append("    " * depth + text)

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
            case ir.Builtin(name="=>") if self.assigns(node.arguments[1], scope):
                self.implied(node, scope, depth, label.closed(), go)
            case ir.Builtin(name="UNCHANGED"):
                self.unchanged(node.arguments[0], scope, depth, label, go)
            case ir.Builtin(name="=" | "\\in"):
                self.relation(node, scope, depth, label, go)
            case ir.Binding(name="$BoundedExists"):
                self.exists(node, scope, depth, label, go)
            case ir.Let():
                self.let_action(node, scope, depth, label, go)
            case ir.Instance():
                self.instance_action(node, scope, depth, label, go)
            case ir.Apply(operator=ir.Definition()) if self.opens(node, scope):
                self.open(node, scope, depth, label, go)
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
        if len(nodes) == 1:
            self.act(nodes[0], scope, depth, label, go)
            return
        self.act(
            nodes[0],
            scope,
            depth,
            label,
            lambda s, d, lab: self.both(nodes[1:], s, d, lab, go),
        )

    def either(
        self,
        branches: list[ir.Node],
        scope: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Write what follows once if all branches assign the same variables."""
        if go == self.finish or len(branches) == 1:
            for branch in branches:
                self.act(branch, scope, depth, label, go)
            return
        assigned = {self.assigns(branch, scope) for branch in branches}
        if len(assigned) > 1 or label.open:
            for branch in branches:
                self.act(branch, scope, depth, label, go)
            return

        def write(collect: Continue) -> None:
            for branch in branches:
                self.act(branch, scope, depth, label.closed(), collect)

        self.collect(
            write,
            sorted(assigned.pop(), key=lambda v: v.text),
            scope,
            depth,
            label,
            go,
        )

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
            inside = "".join(f"{values[v]}, " for v in variables)
            self.put(d, f"{found}.append(({inside}))")

        write(gather)
        names = {variable: self.new("n") for variable in variables}
        inside = "".join(f"{name}, " for name in names.values())
        self.put(
            depth, f"for ({inside}) in {found}:" if names else f"for _ in {found}:"
        )
        go(self.given(scope, names), depth + 1, label)

    def assigns(self, node: ir.Node, scope: Scope) -> frozenset[ir.Declared]:
        """Return what a part would assign, by writing it for nothing."""
        code, self.code = self.code, []
        known = scope.before if self.initial else scope.after
        found: set[frozenset[ir.Declared]] = set()

        def note(inner: Scope, depth: int, label: Label) -> None:
            del depth, label
            values = inner.before if self.initial else inner.after
            found.add(frozenset(values) - frozenset(known))

        self.act(node, scope, 1, _NAMELESS, note)
        self.code = code
        roots = frozenset(self.module.variables)
        if len(found) != 1:
            # Branches differ: a set that equals no other keeps them apart.
            return frozenset({ir.Declared("?", is_variable=True)}) if found else roots
        return found.pop() & roots

    def given(self, scope: Scope, names: dict[ir.Declared, str]) -> Scope:
        """Return the scope in which variables have got their new values."""
        if self.initial:
            return replace(scope, before={**scope.before, **names})
        return replace(scope, after={**scope.after, **names})

    # ------------------------------------------------------------ assignments

    def target(self, node: ir.Node, scope: Scope) -> ir.Declared | None:
        """Return the variable that a left-hand side would assign, if unassigned."""
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
        if not isinstance(node, ir.Reference) or not isinstance(node.to, ir.Declared):
            return None
        if node.to in scope.meanings:
            return self.stands_for(*scope.meanings[node.to])
        return node.to if node.to in self.module.variables else None

    def relation(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        r"""`v = e` or `v \in S`: assign a variable that has no value yet, else test."""
        target = self.target(node.arguments[0], scope)
        if target is None:
            self.test(node, scope, depth, label, go)
            return
        try:
            text = self.value(node.arguments[1], scope)
        except Unassigned as error:
            self.put(depth, f"unassigned({str(error)!r})")
            return
        name = self.new("n")
        if node.name == "=":
            self.put(depth, f"{name} = plain({text})")
        else:
            self.put(depth, f"for {name} in elements({text}):")
            depth += 1
        go(self.given(scope, {target: name}), depth, label)

    def unchanged(
        self, node: ir.Node, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """UNCHANGED of a tuple is that of its parts, through definitions."""
        if isinstance(node, ir.Builtin) and node.name == "$Tuple":
            parts = tuple(
                ir.Builtin(node.at, node.level, "UNCHANGED", (part,))
                for part in node.arguments
            )
            self.both(parts, scope, depth, label, go)
            return
        if isinstance(node, ir.Apply) and isinstance(node.operator, ir.Definition):
            definition = self.overrides.get(node.operator, node.operator)
            body = definition.body
            if not definition.parameters and body is not None and self.is_state(body):
                self.unchanged(body, scope, depth, label, go)
                return
        primed = ir.Builtin(node.at, 2, "'", (node,))
        target = self.target(primed, scope)
        if target is None:
            same = ir.Builtin(node.at, 2, "=", (primed, node))
            self.test(same, scope, depth, label, go)
            return
        go(self.given(scope, {target: self.value(node, scope)}), depth, label)

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
        try:
            text = self.condition(node, scope)
        except Unassigned as error:
            self.put(depth, f"unassigned({str(error)!r})")
            return
        self.put(depth, f"if {text}:")
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
        inner = label
        for bound in node.bounds:
            if bound.within is not None and bound.within.level > 0:
                inner = label.closed()
        for bound in node.bounds:
            within = self.within(bound, scope)
            groups = [bound.names] if bound.pattern else [(n,) for n in bound.names]
            for group in groups:
                name = self.new("b")
                self.put(depth, f"for {name} in elements({within}):")
                depth += 1
                scope = self.bound(ir.Bound(group, bound.pattern, None), name, scope)
        self.act(node.arguments[0], scope, depth, inner, go)

    def let_action(
        self, node: ir.Let, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """LET: operators that may assign are written out where they are applied."""
        for definition in node.definitions:
            if definition.level > 1 and not definition.recursive:
                scope = replace(scope, inline=scope.inline | {definition})
                continue
            name = self.new("l")
            inner = {**scope.operators, definition: name}
            inside = replace(scope, operators=inner)
            self.put(depth, f"{name} = {self.local(definition, scope, inside)}")
            scope = inside
        self.act(node.body, scope, depth, label, go)

    def instance_action(
        self, node: ir.Instance, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Open an instantiated action: what it assigns, its meaning gets."""
        meanings = {d: (meant, scope) for d, meant in node.substitution}
        inner = replace(scope, meanings={**scope.meanings, **meanings})

        def back(found: Scope, d: int, lab: Label) -> None:
            go(replace(found, meanings=scope.meanings), d, lab)

        inside = label.closed()  # the name is that of M!A, not of what is in A
        self.act(node.body, inner, depth, inside, go if go == self.finish else back)

    # ------------------------------------------------------------ operators

    def opens(self, node: ir.Apply, scope: Scope) -> bool:
        """Whether to look into an operator: it may assign, or give the name."""
        operator = node.operator
        if not isinstance(operator, ir.Definition) or operator in scope.operators:
            return False
        operator = self.overrides.get(operator, operator)
        if operator.recursive or operator.body is None:
            return False
        if self.native(operator) is not None:
            return False
        if any(isinstance(each, ir.Operator) for each in node.arguments):
            return False
        return operator.level > 1 or (self.initial and operator.level == 1)

    def open(
        self, node: ir.Apply, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Write an operator's body in place, with its parameters bound."""
        assert isinstance(node.operator, ir.Definition)  # noqa: S101 - `opens` said so
        definition = self.overrides.get(node.operator, node.operator)
        names: dict[ir.Name, str] = {}
        for parameter, argument in zip(
            definition.parameters, node.arguments, strict=True
        ):
            text = self.value(argument, scope)
            if not text.isidentifier():
                name = self.new("p")
                self.put(depth, f"{name} = {text}")
                text = name
            names[parameter] = text
        if label.open:
            label = Label(definition.name, tuple(names.values()))
        if any(argument.level > 0 for argument in node.arguments):
            label = label.closed()  # TLC looks no further than constant arguments
        inner = scope.bind(names)
        if definition not in scope.inline:
            inner = replace(inner, operators={}, inline=frozenset())
        assert definition.body is not None  # noqa: S101 - `opens` said so

        def back(found: Scope, d: int, lab: Label) -> None:
            outer = replace(
                found,
                names=scope.names,
                operators=scope.operators,
                inline=scope.inline,
            )
            go(outer, d, lab)

        self.act(
            definition.body, inner, depth, label, go if go == self.finish else back
        )

    # ------------------------------------------------------------ ENABLED

    def enabled(self, node: ir.Node, scope: Scope) -> str:
        """Return a call that tries to enumerate the action."""
        names = {name: self.new("p") for name in free_names(node)}
        operators = {
            each: self.new("l")
            for each in set(applied(node))
            if each in scope.operators
        }
        used = [d for d, primed in self.uses.of(node) if not primed]
        before = {declared: self.new("s") for declared in used}
        inner = Scope(names=names, operators=operators, before=before)
        name = self.new("e")
        initial, self.initial = self.initial, False
        code, self.code = self.code, []

        def found(_: Scope, depth: int, label: Label) -> None:
            del label
            self.put(depth, "return True")

        self.act(node, inner, 1, _NAMELESS, found)
        inside, self.code = self.code, code
        self.initial = initial
        parameters = [*names.values(), *operators.values(), *before.values()]
        self.lines += [
            f"def {name}({', '.join(parameters)}):",
            *inside,
            "    return False",
            "",
        ]
        given = [
            *(scope.names[each] for each in names),
            *(scope.operators[each] for each in operators),
            *(self.declared(each, scope) for each in before),
        ]
        return f"{name}({', '.join(given)})"
