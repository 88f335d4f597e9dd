r"""PROPERTY, fairness and refinement become formulas.

A temporal formula is written as Python text that builds a `temporal.Formula`
when a program is loaded.  Quantifiers over constant sets become conjunctions
then, predicates become functions of states and steps.  What LET defines and
INSTANCE substitutes is wrapped around each predicate, so the formula around it
need not know of either.

As in TLC, a specification and a property are taken apart at their conjunctions
first: what is said of initial states, of all states or of all steps is no work
for a liveness checker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pyspec.language import ir
from pyspec.language.actions import ActionEmitter
from pyspec.language.emit import CONJUNCTION, DISJUNCTION, Scope, Unassigned, is_other
from pyspec.language.substitute import level_of, opened
from pyspec.language.uses import applied, free_names, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyspec.errors import Mistake
    from pyspec.language.emit import Linked
    from pyspec.trace.model import Location

__all__ = [
    "Behavior",
    "PropertyEmitter",
    "PropertyTexts",
    "split_specification",
    "write_properties",
]

Around: TypeAlias = "tuple[ir.Let | ir.Instance | ir.Binding, ...]"
"""What an expression was found under, the outermost first."""


@dataclass(frozen=True)
class PropertyTexts:
    """What a cfg claims, by PROPERTY, as text that a program's namespace explains.

    - initial_properties, step_properties: functions of a state, and of two, for
      `P` of level 1 and for `[][A]_v`
    - invariants: names of functions of the variables, for `[]P` of such a P
    - temporal: formulas, for all the rest
    - fairness: formulas that the specification assumes of its behaviors
    """

    initial_properties: Mapping[str, str]
    invariants: Mapping[str, str]
    step_properties: Mapping[str, str]
    temporal: Mapping[str, str]
    fairness: tuple[str, ...]


class Behavior(NamedTuple):
    """A specification: Init, the N of `[][N]_v`, and what else it assumes.

    Each part is wrapped in the LET and INSTANCE that it was found under.
    """

    init: tuple[ir.Node, ...]
    next: ir.Node
    fairness: tuple[ir.Node, ...]


class Part(NamedTuple):
    """A conjunct of a specification or property, wrapped as in `Behavior`.

    `kind` is initial, always (the P of `[]P`), step (the `[A]_v` of `[][A]_v`)
    or temporal.
    """

    kind: str
    node: ir.Node


def split_specification(
    emitter: PropertyEmitter, definition: ir.Definition
) -> Behavior:
    """Take apart what the SPECIFICATION of a cfg names.

    As in TLC, a conjunct `[]P` is an assumption on behaviors: it restricts
    what temporal properties are about, but not the states that are visited.
    """
    found: dict[str, list[ir.Node]] = {kind: [] for kind in _KINDS}
    for kind, node in emitter.parts(_called(emitter, definition, "SPECIFICATION")):
        found[kind].append(_boxed(node) if kind == "always" else node)
    if len(found["step"]) != 1:
        raise emitter.mistake(
            f"{definition.name} has {len(found['step'])} conjuncts of the form "
            "[][N]_v: a specification has exactly one",
            definition.at,
        )
    assumed = (*found["always"], *found["temporal"])
    return Behavior(tuple(found["initial"]), _inside(found["step"][0]), assumed)


def write_properties(
    emitter: PropertyEmitter,
    properties: Mapping[str, ir.Definition],
    fairness: Iterable[ir.Node],
) -> PropertyTexts:
    """Write properties, and what a specification assumes of its behaviors."""
    found: dict[str, dict[str, list[ir.Node]]] = {kind: {} for kind in _KINDS}
    for name, definition in properties.items():
        for kind, node in emitter.parts(_called(emitter, definition, "PROPERTY")):
            found[kind].setdefault(name, []).append(node)
    initial = _each(found["initial"], emitter.predicate)
    steps = _each(found["step"], emitter.step_predicate)
    return PropertyTexts(
        {name: f"lambda s: {text}(*s)" for name, text in initial.items()},
        _each(found["always"], emitter.predicate),
        {name: f"lambda s, n: {text}(*s, *n)" for name, text in steps.items()},
        _each(found["temporal"], emitter.formula),
        tuple(map(emitter.formula, fairness)),
    )


class PropertyEmitter(ActionEmitter):
    """Also takes formulas apart, and writes them.

    `stood_for`: of operators that were written out, what was given for the words
    that are their parameters; None if it is no bound name.
    """

    def __init__(self, linked: Linked) -> None:
        super().__init__(linked)
        self.stood_for: dict[ir.Definition, dict[str, set[ir.Name | None]]] = {}

    # ------------------------------------------------------------ taking apart

    def parts(self, node: ir.Node, around: Around = ()) -> Iterator[Part]:
        r"""Return the conjuncts, through operators, LET, INSTANCE and \A."""
        level = self.level(node, around)
        match node:
            case _ if level <= 1:
                yield Part("initial", wrapped(node, around))
            case ir.Let() | ir.Instance():
                yield from self.parts(node.body, (*around, node))
            case ir.Apply() if definition := self.meant(node.operator, node.at):
                yield from self.parts(self.body(definition, node), around)
            case ir.Builtin(name=name) if name in CONJUNCTION:
                for part in node.arguments:
                    yield from self.parts(part, around)
            case ir.Binding(name="$BoundedForall") if self.is_finite(node, around):
                yield from self.parts(node.arguments[0], (*around, node))
            case ir.Builtin(name="[]"):
                yield self.boxed_part(node, around)
            case _ if level == _ACTION:
                raise self.refused(node, "an action that is not in [][A]_v")
            case _:
                yield Part("temporal", wrapped(node, around))

    def boxed_part(self, node: ir.Builtin, around: Around) -> Part:
        """Return what `[]` says of all states or steps; else it is temporal."""
        inside = node.arguments[0]
        if self.level(inside, around) <= 1:
            return Part("always", wrapped(inside, around))
        if isinstance(inside, ir.Builtin) and inside.name == "$SquareAct":
            return Part("step", wrapped(inside, around))
        return Part("temporal", wrapped(node, around))

    def meant(
        self, operator: ir.Definition | ir.Name | ir.Declared, at: Location | None
    ) -> ir.Definition | None:
        """Return the definition that an operator stands for here."""
        found, _ = self.resolved(operator, at, _NOWHERE)
        return found if isinstance(found, ir.Definition) else None

    def body(self, definition: ir.Definition, node: ir.Apply) -> ir.Node:
        """Return what an operator that is applied stands for, arguments put in."""
        standard = self.linked.standard
        if definition.module == "RealTime" and standard(definition.module):
            error = self.refused(node, f"{definition.name} of module RealTime")
            error.hint = "that module hides variables, and speaks of all real numbers"
            raise error
        given = self.stood_for.setdefault(definition, {})
        for parameter, argument in zip(
            definition.parameters, node.arguments, strict=True
        ):
            name = argument.to if isinstance(argument, ir.Reference) else None
            known = name if isinstance(name, ir.Name) else None
            given.setdefault(parameter.text, set()).add(known)
        return opened(definition, node.arguments)

    def level(self, node: ir.Node, around: Around) -> int:
        """Return the level, with overrides and what INSTANCE substitutes."""
        meant: dict[ir.Declared, int] = {}
        for layer in around:
            if isinstance(layer, ir.Instance):
                inner = {
                    each: level_of(part, self.meant, meant)
                    for each, part in layer.substitution
                }
                meant = {**meant, **inner}
        return level_of(node, self.meant, meant)

    def is_finite(self, node: ir.Binding, around: Around) -> bool:
        """Whether a quantifier's sets are constant."""
        sets = [bound.within for bound in node.bounds]
        return all(each is not None and not self.level(each, around) for each in sets)

    # ------------------------------------------------------------ predicates

    def predicate(self, nodes: Iterable[ir.Node]) -> str:
        """Write a function of the variables: whether these hold in a state."""
        names = {v: self.new("s") for v in self.module.variables}
        return self.function_of(nodes, [*names.values()], Scope(before=names))

    def step_predicate(self, nodes: Iterable[ir.Node]) -> str:
        """Write a function of the variables before and after: whether these hold."""
        names = {v: self.new("s") for v in self.module.variables}
        after = {v: self.new("n") for v in self.module.variables}
        inside = [*names.values(), *after.values()]
        return self.function_of(nodes, inside, Scope(before=names, after=after))

    def function_of(
        self, nodes: Iterable[ir.Node], parameters: list[str], scope: Scope
    ) -> str:
        """Write a function that returns whether all these conditions hold."""
        body = " and ".join(self.holds(node, scope) for node in nodes)
        name = self.new("i")
        self.lines += [f"def {name}({', '.join(parameters)}):", f"    return {body}"]
        self.lines += [""]
        return name

    def holds(self, node: ir.Node, scope: Scope) -> str:
        """Return a condition; what has no value is said with its place."""
        try:
            return self.condition(node, scope)
        except Unassigned as error:
            raise self.mistake(error.message, node.at) from None

    def of_state(self, node: ir.Node, scope: Scope) -> str:
        """Return a function of a state."""
        return f"lambda s: {self.holds(node, self.at_state(scope))}"

    def of_step(self, node: ir.Node, scope: Scope) -> str:
        """Return a function of two states."""
        after = {v: f"n[{i}]" for i, v in enumerate(self.module.variables)}
        inside = replace(self.at_state(scope), after=after)
        return f"lambda s, n: {self.holds(node, inside)}"

    def at_state(self, scope: Scope) -> Scope:
        """Return the scope in which variables are those of the state `s`."""
        before = {v: f"s[{i}]" for i, v in enumerate(self.module.variables)}
        return replace(scope, before=before)

    # ------------------------------------------------------------ formulas

    def formula(self, nodes: Iterable[ir.Node] | ir.Node) -> str:
        """Return an expression that gives the formula, or their conjunction."""
        if isinstance(nodes, ir.Node):
            return self.temporal(nodes, (), Scope())
        return _and(self.temporal(node, (), Scope()) for node in nodes)

    def temporal(  # noqa: C901 - one table of what a formula may be
        self, node: ir.Node, around: Around, scope: Scope
    ) -> str:
        """Return the text of a formula found under LET and INSTANCE."""
        level = self.level(node, around)
        match node:
            case _ if level == 0:
                held = self.holds(wrapped(node, around), scope)
                return f"(And(()) if {held} else Or(()))"
            case _ if level == 1:
                held = self.of_state(wrapped(node, around), scope)
                return f"StatePredicate({held}, {self.about(node, scope)})"
            case ir.Let() | ir.Instance():
                return self.temporal(node.body, (*around, node), scope)
            case ir.Apply() if definition := self.meant(node.operator, node.at):
                return self.temporal(self.body(definition, node), around, scope)
            case ir.Binding():
                return self.quantified_formula(node, around, scope)
            case ir.Builtin(name="$SquareAct" | "$AngleAct"):
                return self.action_formula(node, around, scope)
            case ir.Builtin(name="$WF" | "$SF"):
                return self.fairness(node, around, scope)
            case ir.Builtin(name="$IfThenElse"):
                return self.branches(node, around, scope)
            case ir.Builtin(name="$Case"):
                return self.arms(node, around, scope)
            case ir.Builtin() if level > _ACTION or node.name in _BOOLEAN:
                return self.connected(node, around, scope)
        raise self.refused(node, _what(node, level))

    def connected(self, node: ir.Builtin, around: Around, scope: Scope) -> str:
        """Connectives of propositional and of temporal logic."""
        inside = [self.temporal(part, around, scope) for part in node.arguments]
        if node.name in CONJUNCTION:
            return _and(inside)
        if node.name in DISJUNCTION:
            return f"Or(({''.join(f'{part}, ' for part in inside)}))"
        if node.name not in _CONNECTIVES:
            raise self.refused(node, _what(node, 3))
        return f"{_CONNECTIVES[node.name]}({', '.join(inside)})"

    def quantified_formula(self, node: ir.Binding, around: Around, scope: Scope) -> str:
        """A formula for each element; sets may mention what is bound before them."""
        if node.name not in _QUANTIFIERS:
            raise self.refused(node, _what(node, 3))
        if not self.is_finite(node, around):
            raise self.refused(node, "a quantifier over a set that is not constant")
        return self.each(node, list(_single(node.bounds)), around, scope)

    def each(
        self, node: ir.Binding, bounds: list[ir.Bound], around: Around, scope: Scope
    ) -> str:
        """Return nested conjunctions or disjunctions, one for each bound."""
        if not bounds:
            return self.temporal(node.arguments[0], around, scope)
        bound, *rest = bounds
        assert bound.within is not None  # noqa: S101 - `is_finite` said so
        within = self.value(wrapped(bound.within, around), scope)
        parameter, inner = self.parameters(bound, scope)
        body = self.each(node, rest, around, inner)
        made_of = f"tuple(map(lambda {parameter}: {body}, elements({within})))"
        return f"{_QUANTIFIERS[node.name]}({made_of})"

    def action_formula(self, node: ir.Builtin, around: Around, scope: Scope) -> str:
        """`[A]_v` and `<<A>>_v`; as TLC does, v is compared before A is evaluated."""
        whole = _taken(node)
        if node.name == "$SquareAct":
            same = ir.Builtin(node.at, _ACTION, "UNCHANGED", node.arguments[1:])
            either = (same, node.arguments[0])
            whole = ir.Builtin(node.at, _ACTION, "$DisjList", either)
        held = self.of_step(wrapped(whole, around), scope)
        return f"ActionPredicate({held}, None, {self.about(node, scope)})"

    def fairness(self, node: ir.Builtin, around: Around, scope: Scope) -> str:
        """WF_v(A) and SF_v(A)."""
        subscript, action = node.arguments
        angle = ir.Builtin(node.at, _ACTION, "$AngleAct", (action, subscript))
        enabled = self.of_state(_enabled(angle, around), scope)
        taken = self.of_step(wrapped(_taken(angle), around), scope)
        kind = "WeakFairness" if node.name == "$WF" else "StrongFairness"
        about = self.about(node, scope, self.applied_to(action, around, scope))
        return f"{kind}({enabled}, {taken}, {about})"

    def about(self, node: ir.Node, scope: Scope, more: str = "") -> str:
        """Return a function that tells where a formula stands, and of whom."""
        at = node.at
        place = at and (at.module, at.line, at.column, at.end_line, at.end_column)
        words = self.words(node, scope)
        names = "".join(f"({w!r}, {scope.names[words[w]]}), " for w in sorted(words))
        return f"lambda: About({place!r}, ({names}){more})"

    def words(self, node: ir.Node, scope: Scope) -> dict[str, ir.Name]:
        """Return the bound names that words of an expression's text stand for.

        Where it came out of an operator, these are the operator's parameters.
        """
        free = {
            name for name in free_names(node) & scope.names.keys() if not name.arity
        }
        found = {name.text: name for name in free if _is_said(name, node)}
        for definition, given in self.stood_for.items():
            if definition.body and _is_within(node.at, definition.body.at):
                for word, names in given.items():
                    meant = names & free
                    if len(meant) == 1 and None not in names:
                        found.update((word, name) for name in meant if name)
        return found

    def applied_to(self, action: ir.Node, around: Around, scope: Scope) -> str:
        """Return the name and the arguments of an action, as text for `about`."""
        if not isinstance(action, ir.Apply):
            return ""
        if not isinstance(action.operator, ir.Definition):
            return ""
        name = action.operator.name
        if any(self.level(part, around) for part in action.arguments):
            return f", {name!r}, None"
        given = [self.value(wrapped(part, around), scope) for part in action.arguments]
        return f", {name!r}, ({''.join(f'{text}, ' for text in given)})"

    def branches(self, node: ir.Builtin, around: Around, scope: Scope) -> str:
        """IF of temporal formulas; the test is of the first state."""
        test, yes, no = node.arguments
        return self.choice(test, self.temporal(yes, around, scope), no, around, scope)

    def choice(
        self, test: ir.Node, yes: str, no: ir.Node | str, around: Around, scope: Scope
    ) -> str:
        r"""Return `(test => yes) /\ (~test => no)`."""
        if self.level(test, around) > 1:
            raise self.refused(test, "a test that is no state predicate")
        held = self.temporal(test, around, scope)
        other = no if isinstance(no, str) else self.temporal(no, around, scope)
        return f"(lambda c: And((Implies(c, {yes}), Implies(Not(c), {other}))))({held})"

    def arms(self, node: ir.Builtin, around: Around, scope: Scope) -> str:
        """CASE takes the first arm that holds in the first state."""
        text = None
        for arm in reversed(node.arguments):
            assert isinstance(arm, ir.Builtin)  # noqa: S101 - SANY's shape of CASE
            test, value = arm.arguments
            yes = self.temporal(value, around, scope)
            if is_other(test):
                text = yes
            elif text is None:
                raise self.refused(node, "CASE without OTHER of temporal formulas")
            else:
                text = self.choice(test, yes, text, around, scope)
        assert text is not None  # noqa: S101 - a CASE has an arm
        return text

    def refused(self, node: ir.Node, what: str) -> Mistake:
        """Return the error for a formula that cannot be checked."""
        error = self.mistake(f"{what} cannot be checked", node.at)
        error.expected = _SUPPORTED
        return error


# ------------------------------------------------------------------ wrapping


def wrapped(node: ir.Node, around: Around) -> ir.Node:
    """Return an expression inside of what it was found under.

    Of what LET defines only what is applied is kept: the rest may be temporal.
    """
    for layer in reversed(around):
        if isinstance(layer, ir.Binding):
            node = replace(layer, level=node.level, arguments=(node,))
        elif isinstance(layer, ir.Instance):
            node = replace(layer, level=node.level, body=node)
        else:
            kept = _needed(layer, node)
            if kept:
                node = ir.Let(layer.at, node.level, kept, node)
    return node


def _needed(layer: ir.Let, node: ir.Node) -> tuple[ir.Definition, ...]:
    """Return the definitions that an expression applies, itself or by others."""
    own = frozenset(layer.definitions)
    found: set[ir.Definition] = set()
    pending = list(applied(node))
    while pending:
        definition = pending.pop()
        if definition in own - found and definition.body is not None:
            found.add(definition)
            pending += applied(definition.body)
    return tuple(each for each in layer.definitions if each in found)


def _enabled(action: ir.Node, around: Around) -> ir.Node:
    """Return ENABLED of an action: inside of INSTANCE, but outside of LET.

    TLA+ says whether it is enabled before it substitutes.  What LET defines may
    assign, so ENABLED has to see it.
    """
    outside = list(around)
    inside: list[ir.Let | ir.Instance | ir.Binding] = []
    while outside and isinstance(outside[-1], ir.Let):
        inside.insert(0, outside.pop())
    action = wrapped(action, tuple(inside))
    return wrapped(ir.Builtin(action.at, 1, "ENABLED", (action,)), tuple(outside))


def _taken(angle: ir.Builtin) -> ir.Node:
    r"""Return `v' # v /\ A`."""
    action, subscript = angle.arguments
    primed = ir.Builtin(angle.at, _ACTION, "'", (subscript,))
    differs = ir.Builtin(angle.at, _ACTION, "/=", (primed, subscript))
    return ir.Builtin(angle.at, _ACTION, "$ConjList", (differs, action))


def _boxed(node: ir.Node) -> ir.Node:
    return ir.Builtin(node.at, 3, "[]", (node,))


def _is_said(name: ir.Name, node: ir.Node) -> bool:
    """Whether the text of an expression has a name, and not just an argument in it."""
    if isinstance(node, ir.Reference):
        return node.to is name
    return any(
        _is_within(part.at, node.at) and _is_said(name, part) for part in parts(node)
    )


def _is_within(inner: Location | None, outer: Location | None) -> bool:
    if inner is None or outer is None or inner.module != outer.module:
        return False
    begin, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return (
        begin <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= end
    )


def _inside(node: ir.Node) -> ir.Node:
    """Return the A of `[A]_v`, still wrapped."""
    match node:
        case ir.Let() | ir.Instance():
            return replace(node, body=_inside(node.body))
        case ir.Builtin(name="$SquareAct"):
            return node.arguments[0]
    raise PropertyEmitter.mistake(
        r"[][N]_v below \A cannot be explored as a next-state relation", node.at
    )


def _called(emitter: PropertyEmitter, definition: ir.Definition, what: str) -> ir.Node:
    if definition.parameters:
        message = f"{definition.name} takes arguments and cannot be a {what}"
        raise emitter.mistake(message, definition.at)
    return ir.Apply(definition.at, definition.level, definition, ())


# ------------------------------------------------------------------ small things


def _single(bounds: tuple[ir.Bound, ...]) -> Iterator[ir.Bound]:
    """Return bounds of one name each, or of one pattern."""
    for bound in bounds:
        names = [bound.names] if bound.pattern else [(name,) for name in bound.names]
        for each in names:
            yield replace(bound, names=each)


def _and(parts: Iterable[str]) -> str:
    texts = list(parts)
    return texts[0] if len(texts) == 1 else f"And(({''.join(f'{t}, ' for t in texts)}))"


def _each(
    found: dict[str, list[ir.Node]], write: Callable[[list[ir.Node]], str]
) -> dict[str, str]:
    return {name: write(nodes) for name, nodes in found.items()}


def _what(node: ir.Node, level: int) -> str:
    """Name an expression that is no formula to us."""
    name = node.name if isinstance(node, ir.Builtin | ir.Binding) else ""
    if name in _NAMES:
        return _NAMES[name]
    if level == _ACTION:
        return "an action that is not in [A]_v or <<A>>_v"
    return "a temporal formula in the place of a value"


_NOWHERE: Final = Scope()
_ACTION: Final = 2
_KINDS: Final = ("initial", "always", "step", "temporal")
_CONNECTIVES: Final = {
    "\\lnot": "Not",
    "=>": "Implies",
    "\\equiv": "Equivalent",
    "[]": "Always",
    "<>": "Eventually",
    "~>": "LeadsTo",
}
_BOOLEAN: Final = CONJUNCTION | DISJUNCTION | {"\\lnot", "=>", "\\equiv"}
_QUANTIFIERS: Final = {"$BoundedForall": "And", "$BoundedExists": "Or"}
_NAMES: Final = {
    "$TemporalExists": "\\EE",
    "$TemporalForall": "\\AA",
    "-+->": "-+->",
    "$UnboundedForall": "a quantifier without a set around a temporal formula",
    "$UnboundedExists": "a quantifier without a set around a temporal formula",
    "$BoundedChoose": "CHOOSE of a temporal formula",
    "$UnboundedChoose": "CHOOSE of a temporal formula",
}
_SUPPORTED: Final = (
    r"state predicates, [A]_v and <<A>>_v, joined by /\, \/, ~, =>, <=>, [], <>, ~>, "
    r"WF_v(A), SF_v(A), IF, LET, operators, and \A and \E over constant sets"
)
