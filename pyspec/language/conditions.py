"""What must be true of a state for an action to be possible in it.

The conjuncts of an action that speak of the state before the step only, also
those inside of the operators that it applies, of its LETs, IFs and quantifiers,
each as TLA+ over the action's own parameters.  They are necessary and need not
suffice: what cannot be quoted outside of its place is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from pyspec.language import tree as sany
from pyspec.language.facts import Conjunct, substitute

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Container, Iterator

__all__ = ["conditions_of"]

MOST: Final = 50
"""Conditions of one action; further ones are left out."""
_LONGEST: Final = 2_000
_DEEPEST: Final = 12
_CONNECTIVES: Final = (
    sany.CONJUNCTIONS | sany.DISJUNCTIONS | {"\\lnot", "=>", "\\equiv", "$IfThenElse"}
)
_WORDS: Final = re.compile(r"[A-Za-z_]\w*")

Meaning: TypeAlias = Mapping[str, str | None]
"""TLA+ text for names; None for what cannot be said outside of its place."""


class Quoting(Protocol):
    """What reads the text of a module."""

    tree: sany.Tree

    def quote(self, node: ET.Element, bound: Container[str]) -> str | None:
        """Return an expression's text, if it means the same elsewhere."""
        ...


def conditions_of(reader: Quoting, operator: ET.Element) -> tuple[Conjunct, ...]:
    """Return the conditions of an action on the state before it, in order."""
    own = {
        name: None if is_operator else name
        for name, is_operator in _parameters(reader.tree, operator)
    }
    found: list[Conjunct] = []
    for each in _Conditions(reader).of_operator(operator, own, ()):
        if each.text is not None and len(each.text) <= _LONGEST:
            found.append(each)
        if len(found) >= MOST:
            break
    return tuple(found)


class _Conditions:
    def __init__(self, reader: Quoting) -> None:
        self.reader = reader
        self.tree = reader.tree

    def of_operator(
        self, operator: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> Iterator[Conjunct]:
        """Return those of an operator's body; recursion is not followed."""
        body = operator.find("body")
        if body is None or not len(body) or id(operator) in opened:
            return
        if len(opened) < _DEEPEST:
            yield from self.of(body[0], meaning, (*opened, id(operator)))

    def of(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> Iterator[Conjunct]:
        """Return those of a part of an action."""
        if node.tag == "LetInNode":
            body = node.find("body")
            if body is not None and len(body):
                yield from self.of(body[0], meaning, opened)
            return
        if self.is_of_state(node):
            yield from self.of_state(node, meaning, opened)
        elif node.tag == "OpApplNode":
            yield from self.of_action(node, meaning, opened)

    def of_action(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> Iterator[Conjunct]:
        operator = self.tree.operator_of(node)
        name = sany.name_of(operator)
        if name in sany.CONJUNCTIONS:
            for operand in sany.operands(node):
                yield from self.of(operand, meaning, opened)
        elif operator.tag == "UserDefinedOpKind":
            inner = self.handed(node, operator, meaning)
            yield from self.of_operator(operator, inner, opened)
        elif name == "$IfThenElse":
            yield from self.of_branches(node, meaning, opened)
        else:
            text = self.formula(node, meaning, opened)
            if text is not None:
                operands = tuple(self.sets(node, meaning))
                yield Conjunct(text, sany.location_of(node), operands, leans=True)

    def of_state(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> Iterator[Conjunct]:
        """Return a predicate, or the conjuncts that it stands for."""
        if node.tag == "OpApplNode":
            operator = self.tree.operator_of(node)
            if sany.name_of(operator) in sany.CONJUNCTIONS:
                for operand in sany.operands(node):
                    yield from self.of(operand, meaning, opened)
                return
            if operator.tag == "UserDefinedOpKind" and self.is_list(operator):
                inner = self.handed(node, operator, meaning)
                parts = list(self.of_operator(operator, inner, opened))
                if parts and all(part.text is not None for part in parts):
                    yield from parts
                    return
        text = self.text(node, meaning)
        operands = dict.fromkeys(self.operands(node, meaning))
        yield Conjunct(text, sany.location_of(node), tuple(operands))

    def is_list(self, operator: ET.Element) -> bool:
        """Whether an operator's body is a conjunction."""
        body = operator.find("body")
        if body is None or not len(body) or body[0].tag != "OpApplNode":
            return False
        return sany.name_of(self.tree.operator_of(body[0])) in sany.CONJUNCTIONS

    def of_branches(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> Iterator[Conjunct]:
        """Return what each branch of IF asks for if it is taken."""
        test, yes, no = sany.operands(node)
        text = self.text(test, meaning)
        if text is None:
            return
        values = tuple(self.operands(test, meaning))
        for branch, when in ((yes, f"({text})"), (no, f"~({text})")):
            for each in self.of(branch, meaning, opened):
                if each.text is not None:
                    operands = tuple(dict.fromkeys((*values, *each.operands)))
                    whole = f"{when} => ({each.text})"
                    yield Conjunct(whole, each.location, operands, leans=True)

    # ------------------------------------------------------------ formulas

    def formula(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> str | None:
        """Return a predicate that a part of an action implies; None for TRUE."""
        if node.tag == "LetInNode":
            body = node.find("body")
            filled = body is not None and len(body)
            return self.formula(body[0], meaning, opened) if filled else None  # type: ignore[index]  # `filled` says so
        if self.is_of_state(node):
            text = self.text(node, meaning)
            if text is not None or node.tag != "OpApplNode":
                return text
        if node.tag != "OpApplNode":
            return None
        operator = self.tree.operator_of(node)
        if operator.tag == "UserDefinedOpKind":
            return self.formula_of(node, operator, meaning, opened)
        return self.connected(node, sany.name_of(operator), meaning, opened)

    def formula_of(
        self,
        node: ET.Element,
        operator: ET.Element,
        meaning: Meaning,
        opened: tuple[int, ...],
    ) -> str | None:
        """Return what the body of an applied operator implies."""
        body = operator.find("body")
        if body is None or not len(body) or id(operator) in opened:
            return None
        if len(opened) >= _DEEPEST:
            return None
        inner = self.handed(node, operator, meaning)
        return self.formula(body[0], inner, (*opened, id(operator)))

    def connected(
        self, node: ET.Element, name: str, meaning: Meaning, opened: tuple[int, ...]
    ) -> str | None:
        if name == "$BoundedExists":
            return self.exists(node, meaning, opened)
        operands = sany.operands(node)
        if name == "$IfThenElse":
            return self.chosen(operands, meaning, opened)
        if name in sany.CONJUNCTIONS:
            parts = list(self.conjoined(node, meaning, opened))
            known = [f"({text})" for text in parts]
            return " /\\ ".join(known if len(known) > 1 else parts) or None
        found = [self.formula(operand, meaning, opened) for operand in operands]
        known = [f"({text})" for text in found if text is not None]
        if name in sany.DISJUNCTIONS and len(known) == len(found):
            return " \\/ ".join(known)
        return None

    def conjoined(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> Iterator[str]:
        """Return the formulas of conjuncts, also of lists inside of lists."""
        for operand in sany.operands(node):
            is_list = operand.tag == "OpApplNode" and (
                sany.name_of(self.tree.operator_of(operand)) in sany.CONJUNCTIONS
            )
            if is_list:
                yield from self.conjoined(operand, meaning, opened)
            elif (text := self.formula(operand, meaning, opened)) is not None:
                yield text

    def chosen(
        self, operands: list[ET.Element], meaning: Meaning, opened: tuple[int, ...]
    ) -> str | None:
        test, *branches = operands
        text = self.text(test, meaning)
        found = [self.formula(branch, meaning, opened) for branch in branches]
        if text is None or not any(found):
            return None
        yes, no = (each or "TRUE" for each in found)
        return f"IF {text} THEN {yes} ELSE {no}"

    def exists(
        self, node: ET.Element, meaning: Meaning, opened: tuple[int, ...]
    ) -> str | None:
        """Return a quantified formula unless its names are those of what it quotes."""
        inner, head = dict(meaning), []
        used = {
            word for text in meaning.values() for word in _WORDS.findall(text or "")
        }
        for references, bound in sany.bound_symbols(node):
            text = self.text(bound, meaning) if bound is not None else None
            names = [sany.name_of(self.tree.follow(each)) for each in references]
            if text is None or used.intersection(names):
                return None
            inner |= dict(zip(names, names, strict=True))
            head.append(f"{', '.join(names)} \\in {_apart(text)}")
        body = self.formula(sany.operands(node)[0], inner, opened)
        return None if body is None else f"\\E {', '.join(head)} : {body}"

    # ------------------------------------------------------------ texts

    @staticmethod
    def is_of_state(node: ET.Element) -> bool:
        return node.find("level") is not None and sany.level_of(node) <= 1

    def text(self, node: ET.Element, meaning: Meaning) -> str | None:
        """Return TLA+ text over the action's parameters."""
        if node.find("location") is None:
            return None
        quoted = self.reader.quote(node, meaning)
        return None if quoted is None else substitute(quoted, meaning)

    def handed(
        self, node: ET.Element, operator: ET.Element, meaning: Meaning
    ) -> Meaning:
        """Return what the parameters of an applied operator mean."""
        parameters = _parameters(self.tree, operator)
        pairs = zip(parameters, sany.operands(node), strict=False)
        return {
            name: None
            if is_operator or sany.level_of(operand) > 1
            else self.text(operand, meaning)
            for (name, is_operator), operand in pairs
        }

    def operands(self, node: ET.Element, meaning: Meaning) -> Iterator[str]:
        """Return what a predicate compares, as far as the state decides it."""
        if node.tag != "OpApplNode":
            return
        name = sany.name_of(self.tree.operator_of(node))
        yield from self.sets(node, meaning)
        for operand in sany.operands(node):
            if not self.is_of_state(operand) or sany.level_of(operand) != 1:
                continue
            if name in _CONNECTIVES:
                yield from self.operands(operand, meaning)
            elif (text := self.text(operand, meaning)) is not None:
                yield text

    def sets(self, node: ET.Element, meaning: Meaning) -> Iterator[str]:
        """Return what a quantifier goes through, if it depends on the state."""
        for _, bound in sany.bound_symbols(node):
            if bound is None or sany.level_of(bound) != 1:
                continue
            if (text := self.text(bound, meaning)) is not None:
                yield text


def _parameters(tree: sany.Tree, operator: ET.Element) -> Iterator[tuple[str, bool]]:
    """Return the names of parameters, and whether they stand for operators."""
    for item in operator.find("params") or ():
        parameter = tree.follow(item[0])
        yield sany.name_of(parameter), parameter.findtext("arity", "0") != "0"


def _apart(text: str) -> str:
    return text if re.fullmatch(r"\w+", text) else f"({text})"
