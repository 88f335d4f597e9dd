"""The facts about a spec that replay and the catalogue need.

An *application* is a place under Next where an action is applied: with which
arguments, and from which sets the names bound around it are drawn.  An event
whose arguments are unknown draws them from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pyspec.errors import Mistake
from pyspec.language import tree as sany

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspec.trace.model import Location

_WORD = re.compile(
    r'"(?:\\.|[^"\\])*"'  # a string stays as it is
    r"|\\\*[^\n]*"  # a comment to the end of its line
    r"|(?P<field>(?<!\.)\.\s*[A-Za-z_]\w*)"  # a record's field, not `1..n`
    r"|(?P<open>[\[({]|<<)|(?P<close>[\])}]|>>)"
    r"|(?P<word>(?<![\\!\w])[0-9_]*[A-Za-z]\w*)(?!\s*\|->)(?!\w)",
)
_IN_RECORDS = re.compile(r"\s*:(?![:=>])")


@dataclass(frozen=True, slots=True)
class Conjunct:
    """A conjunct of an action that speaks of the state before the step only.

    `text` is TLA+ over the action's own parameter names; None if it cannot be
    quoted on one line.  `operands` are the texts of those of its operands that
    depend on the state.  `leans`: it may have no value where one before is false.
    """

    text: str | None
    location: Location
    operands: tuple[str, ...] = ()
    leans: bool = False


@dataclass(frozen=True, slots=True)
class Operator:
    """A defined operator: level 0 constant, 1 state, 2 action, 3 temporal.

    `guards` are the state-level conjuncts of an action's body, in order;
    `conditions` also those of what it applies, as far as they can be quoted.
    """

    name: str
    parameters: tuple[str, ...]
    level: int
    location: Location
    guards: tuple[Conjunct, ...] = ()
    conditions: tuple[Conjunct, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """One place under Next where an action is applied.

    `binders` are pairs of a fresh name and the TLA+ text of its set, outermost
    first; `arguments` are TLA+ texts over these names.  `translatable` is
    False if a set or an argument cannot be quoted outside of its place.
    `direct`: only disjunctions and quantifiers lead there, so that such a step is
    a step of Next.  `labels`: it is an innermost action, as a branch of its body
    ends without applying a further one.  `label` is the name of that innermost
    one, or of the action whose conjunct this is.  (TLC names edges alike, but
    looks no further where a set or an argument depends on the state.)
    """

    action: str
    arguments: tuple[str, ...]
    binders: tuple[tuple[str, str], ...]
    translatable: bool
    direct: bool
    labels: bool
    label: str
    location: Location


@dataclass(frozen=True, slots=True)
class Facts:
    """What a root module declares and defines."""

    module: str
    constants: tuple[str, ...]
    variables: tuple[str, ...]
    operators: Mapping[str, Operator]
    init: str
    next: str
    applications: tuple[Application, ...]
    sources: Mapping[str, Path] = field(repr=False)
    nullary: frozenset[str] = field(init=False, repr=False, compare=False)
    """Names that mean a constant value: declared, or defined without arguments."""

    def __post_init__(self) -> None:
        constant = (
            operator.name
            for operator in self.operators.values()
            if operator.level == 0 and not operator.parameters
        )
        found = frozenset((*self.constants, *constant))
        object.__setattr__(self, "nullary", found)

    @property
    def actions(self) -> tuple[str, ...]:
        """Names that edges carry, as TLC gives them, in the order of Next."""
        return tuple(
            dict.fromkeys(
                application.action
                for application in self.applications
                if application.labels
            ),
        )

    def file_of(self, location: Location) -> Path | None:
        """Return the file of a location's module, if it is not a standard one."""
        return self.sources.get(location.module)


def read_facts(
    xml: bytes,
    sources: Mapping[str, Path],
    *,
    specification: str | None = None,
    init: str | None = None,
    next_: str | None = None,
) -> Facts:
    """Read SANY's XML.  `sources` maps each module to its file.

    Init and Next are those given, those that `specification` (`Spec`, if the
    module has it) is made of, or the operators `Init` and `Next`.
    """
    return _Reader(sany.Tree(xml), sources).facts(specification, init, next_)


class _Reader:
    def __init__(self, tree: sany.Tree, sources: Mapping[str, Path]) -> None:
        self.tree = tree
        self.sources = sources
        self.lines = {
            name: path.read_text(encoding="utf-8", errors="replace").split("\n")
            for name, path in sources.items()
        }
        self.definitions = {
            sany.name_of(node): node for node in tree.members("UserDefinedOpKind")
        }
        declared = tree.members("OpDeclNode")
        self.seen = {id(node): node for node in declared}
        self.seen |= {
            id(node): node
            for node in self.definitions.values()
            if not self.is_local(node)
        }
        self.of_modules = {id(node) for node in tree.defined_in_modules()}

    def facts(
        self,
        specification: str | None,
        init: str | None,
        next_: str | None,
    ) -> Facts:
        if init is None or next_ is None:
            found_init, found_next = self.parts_of_spec(specification)
            init, next_ = init or found_init, next_ or found_next
        for name in (init, next_):
            if name not in self.definitions:
                raise Mistake(
                    f"{name} is not an operator of module {self.tree.root_module}",
                    file=self.sources.get(self.tree.root_module),
                    expected="operators for the initial predicate and the next step",
                    hint="Name them with INIT and NEXT in a cfg, or define Spec.",
                )
            if not self.is_seen(self.definitions[name]):
                raise Mistake(
                    f"{name} is LOCAL in module {self.tree.root_module}",
                    file=self.sources.get(self.tree.root_module),
                    expected="operators that a module that extends it can see",
                )
        return Facts(
            module=self.tree.root_module,
            constants=self.declared(sany.CONSTANT_KIND),
            variables=self.declared(sany.VARIABLE_KIND),
            operators={
                name: self.operator(node)
                for name, node in self.definitions.items()
                if self.is_seen(node)
            },
            init=init,
            next=next_,
            applications=tuple(_Walk(self).of_operator(next_)),
            sources=self.sources,
        )

    def declared(self, kind: str) -> tuple[str, ...]:
        nodes = [
            node
            for node in self.tree.members("OpDeclNode")
            if node.findtext("kind") == kind
        ]
        nodes.sort(key=_source_order)
        return tuple(sany.name_of(node) for node in nodes)

    def is_local(self, node: ET.Element) -> bool:
        """Whether a definition of the root module is for itself only."""
        location = sany.location_of(node)
        if location.module != self.tree.root_module:
            return False
        line = self.lines[location.module][location.line - 1]
        return line[_index(line, location.column) :].startswith("LOCAL")

    def is_seen(self, node: ET.Element) -> bool:
        """Whether a module that extends the root module means this by its name."""
        return id(node) in self.seen or node.tag == "BuiltInKind"

    def quote(self, node: ET.Element, bound: Container[str]) -> str | None:
        """TLA+ text of an expression; None if it means something else elsewhere.

        That is so where it refers to what only its own module or a LET
        defines, or to a bound name other than `bound`.
        """
        for referred in self.tree.references(node):
            if referred.tag == "FormalParamNode":
                if sany.name_of(referred) not in bound:
                    return None
            elif not self.is_seen(referred):
                return None
        return self.slice(sany.location_of(node))

    def operator(self, node: ET.Element) -> Operator:
        from pyspec.language.conditions import (  # noqa: PLC0415 - it imports this
            conditions_of,
        )

        is_action = sany.level_of(node) == sany.ACTION_LEVEL
        return Operator(
            name=sany.name_of(node),
            parameters=tuple(self.tree.parameters(node)),
            level=sany.level_of(node),
            location=sany.location_of(node),
            guards=tuple(self.guards(node)) if is_action else (),
            conditions=conditions_of(self, node) if is_action else (),
        )

    def guards(self, operator: ET.Element) -> Iterator[Conjunct]:
        body = operator.find("body")
        if body is None or not len(body):
            return
        parameters = self.tree.parameters(operator)
        for conjunct in self.conjuncts(body[0]):
            if conjunct.find("level") is not None and sany.level_of(conjunct) <= 1:
                yield Conjunct(
                    self.quote(conjunct, parameters),
                    sany.location_of(conjunct),
                    tuple(self.state_operands(conjunct, parameters)),
                )

    def state_operands(
        self,
        conjunct: ET.Element,
        parameters: Container[str],
    ) -> Iterator[str]:
        for operand in sany.operands(conjunct):
            if operand.find("location") is not None and sany.level_of(operand) == 1:
                text = self.quote(operand, parameters)
                if text is not None:
                    yield text

    def conjuncts(self, node: ET.Element) -> Iterator[ET.Element]:
        if node.tag == "OpApplNode":
            operator = self.tree.operator_of(node)
            if sany.name_of(operator) in sany.CONJUNCTIONS:
                for operand in sany.operands(node):
                    yield from self.conjuncts(operand)
                return
        yield node

    def parts_of_spec(self, specification: str | None) -> tuple[str, str]:
        """Names of the operators that stand for Init and Next in Spec."""
        name = specification or "Spec"
        node = self.definitions.get(name)
        if node is None:
            if specification is not None:
                raise Mistake(
                    f"{name} is not an operator of module {self.tree.root_module}",
                    file=self.sources.get(self.tree.root_module),
                )
            return "Init", "Next"
        if sany.level_of(node) < sany.ACTION_LEVEL:
            return "Init", "Next"  # it only happens to be called Spec
        conjuncts = list(self.spec_conjuncts(node))
        inits = [self.applied_name(c) for c in conjuncts if sany.level_of(c) <= 1]
        boxes = [self.boxed_action(c) for c in conjuncts if self.is_boxed(c)]
        return (
            self.the_only(inits, "initial predicate", node),
            self.the_only(boxes, "next-state relation", node),
        )

    def the_only(
        self,
        names: Sequence[str | None],
        what: str,
        specification: ET.Element,
    ) -> str:
        """Return the one name; half of what a spec says would be another spec."""
        if len(names) == 1 and names[0] is not None:
            return names[0]
        name = sany.name_of(specification)
        raise Mistake(
            f"the {what} of {name} is not just one operator with a name",
            file=self.sources.get(self.tree.root_module),
            line=sany.location_of(specification).line,
            expected=r"Init /\ [][Next]_vars, then fairness",
            hint="Name them with INIT and NEXT in a cfg.",
        )

    def spec_conjuncts(self, operator: ET.Element) -> Iterator[ET.Element]:
        """Conjuncts of Spec, opening the operators that it is made of."""
        body = operator.find("body")
        if body is None or not len(body):
            return
        for conjunct in self.conjuncts(body[0]):
            applied = self.applied_name(conjunct)
            opened = self.definitions.get(applied) if applied is not None else None
            if opened is not None and sany.level_of(conjunct) > sany.ACTION_LEVEL:
                yield from self.spec_conjuncts(opened)
            else:
                yield conjunct

    def applied_name(self, node: ET.Element) -> str | None:
        """Return the name of a user's operator applied without arguments."""
        if node.tag != "OpApplNode" or sany.operands(node):
            return None
        operator = self.tree.operator_of(node)
        is_user = operator.tag == "UserDefinedOpKind"
        return sany.name_of(operator) if is_user else None

    def is_boxed(self, node: ET.Element) -> bool:
        """Whether a conjunct of Spec is `[]F`, for an action or a state predicate."""
        if node.tag != "OpApplNode":
            return False
        return sany.name_of(self.tree.operator_of(node)) == "[]"

    def boxed_action(self, node: ET.Element) -> str | None:
        """N of [][N]_v, if N is a name."""
        inside = sany.operands(node)[0]
        if inside.tag != "OpApplNode":
            return None
        if sany.name_of(self.tree.operator_of(inside)) != "$SquareAct":
            return None
        return self.applied_name(sany.operands(inside)[0])

    def slice(self, location: Location) -> str | None:
        """Return a location's source text; None if it is a list over lines."""
        lines = self.lines.get(location.module)
        if lines is None:
            return None
        picked = lines[location.line - 1 : location.end_line]
        if not picked:
            return None
        picked[-1] = picked[-1][: _index(picked[-1], location.end_column) + 1]
        picked[0] = picked[0][_index(picked[0], location.column) :]
        if any(re.match(r"\s*(/\\|\\/)", line) for line in picked[1:]):
            return None
        if any(r"\*" in line or "(*" in line for line in picked):
            return None
        return " ".join(line.strip() for line in picked)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What names mean at a place under Next: TLA+ text over the binders."""

    meaning: Mapping[str, str | None] = field(default_factory=dict)
    binders: tuple[tuple[str, str], ...] = ()
    translatable: bool = True
    opened: frozenset[str] = frozenset()
    named: bool = False
    label: str = ""

    def inside(self) -> _Scope:
        """Return the scope below a conjunction or IF, where no names are given."""
        return replace(self, named=True)


class _Walk:
    """Finds the applications under an operator's body."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.tree = reader.tree
        self.fresh = 0

    def of_operator(self, name: str) -> Iterator[Application]:
        body = self.reader.definitions[name].find("body")
        if body is not None and len(body):
            yield from self.of(body[0], _Scope(opened=frozenset({name})))

    def of(self, node: ET.Element, scope: _Scope) -> Iterator[Application]:
        if node.tag == "LetInNode":
            body = node.find("body")
            if body is not None and len(body):
                yield from self.of(body[0], scope)
            return
        if node.tag != "OpApplNode" or sany.level_of(node) < sany.ACTION_LEVEL:
            return
        operator = self.tree.operator_of(node)
        if operator.tag == "UserDefinedOpKind":
            yield from self.of_application(node, operator, scope)
        elif sany.name_of(operator) == "$BoundedExists":
            inner = self.with_binders(node, scope)
            for operand in sany.operands(node):
                yield from self.of(operand, inner)
        else:
            goes_on = sany.name_of(operator) in sany.DISJUNCTIONS
            for operand in sany.operands(node):
                yield from self.of(operand, scope if goes_on else scope.inside())

    def of_application(
        self,
        node: ET.Element,
        operator: ET.Element,
        scope: _Scope,
    ) -> Iterator[Application]:
        name = sany.name_of(operator)
        if sany.level_of(operator) < sany.ACTION_LEVEL or name in scope.opened:
            return
        texts = [self.text(operand, scope) for operand in sany.operands(node)]
        is_seen = self.reader.is_seen(operator)
        known = tuple(text for text in texts if text is not None)
        yield Application(
            action=name,
            arguments=known if len(known) == len(texts) else (),
            binders=scope.binders,
            translatable=scope.translatable and is_seen and len(known) == len(texts),
            direct=not scope.named,
            labels=not scope.named and self.ends_in(operator.find("body")),
            label=scope.label if scope.named else name,
            location=sany.location_of(node),
        )
        body = operator.find("body")
        if body is not None and len(body):
            parameters = self.tree.parameters(operator)
            outer = {} if id(operator) in self.reader.of_modules else scope.meaning
            inner = replace(
                scope,
                label=scope.label if scope.named else name,
                meaning={**outer, **dict(zip(parameters, texts, strict=False))},
                opened=scope.opened | {name},
            )
            yield from self.of(body[0], inner)

    def ends_in(self, body: ET.Element | None) -> bool:
        """Whether TLC's descent for a name ends in this body, on some branch.

        It goes down through disjunctions, quantifiers and LET, and stops at
        all else; an applied action takes the name over.
        """
        if body is None or not len(body):
            return True
        node = body if body.tag in {"OpApplNode", "LetInNode"} else body[0]
        if node.tag == "LetInNode":
            return self.ends_in(node.find("body"))
        if node.tag != "OpApplNode":
            return True
        operator = self.tree.operator_of(node)
        if operator.tag == "UserDefinedOpKind":
            return sany.level_of(operator) < sany.ACTION_LEVEL
        if sany.name_of(operator) in sany.DISJUNCTIONS | {"$BoundedExists"}:
            return any(self.ends_in(operand) for operand in sany.operands(node))
        return True

    def with_binders(self, node: ET.Element, scope: _Scope) -> _Scope:
        meaning = dict(scope.meaning)
        binders = list(scope.binders)
        translatable = scope.translatable
        for references, bound in sany.bound_symbols(node):
            text = self.text(bound, scope) if bound is not None else None
            translatable = translatable and text is not None
            for reference in references:
                self.fresh += 1
                fresh = f"px_b{self.fresh}"
                meaning[sany.name_of(self.tree.follow(reference))] = fresh
                binders.append((fresh, text or ""))
        return replace(
            scope,
            meaning=meaning,
            binders=tuple(binders),
            translatable=translatable,
        )

    def text(self, node: ET.Element, scope: _Scope) -> str | None:
        """TLA+ text of an expression, over the binders instead of its names."""
        if node.find("location") is None:
            return None
        sliced = self.reader.quote(node, scope.meaning)
        if sliced is None:
            return None
        return substitute(sliced, scope.meaning)


def substitute(text: str, meaning: Mapping[str, str | None]) -> str | None:
    r"""Put a meaning for each name in TLA+ text; None if one has none.

    Fields (`m.type`, `type |-> v`, `[type : S]`), strings and comments are left
    alone.

    >>> substitute('[type |-> "r", rm |-> r].r', {"r": "px_b1", "type": "no"})
    '[type |-> "r", rm |-> px_b1].r'
    >>> substitute("[type : T, rm : {r : x \\in S}]", {"r": "px_b1", "type": "no"})
    '[type : T, rm : {px_b1 : x \\in S}]'
    """
    impossible = False
    brackets = [""]

    def replace(match: re.Match[str]) -> str:
        nonlocal impossible
        if match.group("open"):
            brackets.append(match.group("open"))
        elif match.group("close") and len(brackets) > 1:
            brackets.pop()
        word = match.group("word")
        if word is None or word not in meaning:
            return match.group()
        is_field = brackets[-1] == "[" and _IN_RECORDS.match(text, match.end())
        if is_field and text[: match.start()].rstrip().endswith(("[", ",")):
            return word
        meant = meaning[word]
        if meant is None:
            impossible = True
            return match.group()
        return meant if re.fullmatch(r"\w+", meant) else f"({meant})"

    result = _WORD.sub(replace, text)
    return None if impossible else result


def _index(line: str, column: int) -> int:
    """Return the index of what SANY calls a column: a tab goes to the next of 8."""
    place = 0
    for index, char in enumerate(line):
        place += 8 - place % 8 if char == "\t" else 1
        if place >= column:
            return index
    return len(line)


def _source_order(node: ET.Element) -> tuple[str, int, int]:
    location = sany.location_of(node)
    return (location.module, location.line, location.column)
