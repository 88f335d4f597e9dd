"""SANY's semantic tree, as its XML exporter writes it.

One global table holds every declared thing by its UID; expressions refer to
it.  This reader gives the table and the few questions that the rest asks of a
node; it interprets nothing.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

from pyspec.errors import Bug
from pyspec.trace.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSTANT_KIND: Final = "2"
VARIABLE_KIND: Final = "3"
ACTION_LEVEL: Final = 2
CONJUNCTIONS: Final = frozenset({"$ConjList", "\\land"})
DISJUNCTIONS: Final = frozenset({"$DisjList", "\\lor"})


class Tree:
    """The table of one root module and everything that it extends."""

    def __init__(self, xml: bytes) -> None:
        root = ET.fromstring(xml)  # noqa: S314 - written by SANY, not by strangers
        self.root_module = _text(root, "RootModule")
        context = root.find("context")
        if context is None:
            raise Bug("SANY's XML has no context", found=xml[:200].decode("latin-1"))
        self._entries: dict[str, ET.Element] = {}
        self._uids: dict[int, str] = {}
        for entry in context:
            uid = _text(entry, "UID")
            node = next(child for child in entry if child.tag != "UID")
            self._entries[uid] = node

    def module(self) -> ET.Element:
        """Return the node of the root module."""
        for node in self._entries.values():
            if node.tag == "ModuleNode" and name_of(node) == self.root_module:
                return node
        raise Bug(f"SANY's XML lacks its root module {self.root_module}")

    def members(self, kind: str) -> Iterator[ET.Element]:
        """Nodes of one kind that the root module sees, e.g. `OpDeclNode`."""
        for reference in self.module():
            if reference.tag == f"{kind}Ref":
                yield self.follow(reference)

    def uid_of(self, node: ET.Element) -> str:
        """Return the UID of a declared or defined thing."""
        if not self._uids:
            self._uids = {id(node): uid for uid, node in self._entries.items()}
        return self._uids[id(node)]

    def follow(self, reference: ET.Element) -> ET.Element:
        """Return what a `…Ref` node refers to."""
        return self._entries[_text(reference, "UID")]

    def defined_in_modules(self) -> Iterator[ET.Element]:
        """All that some module defines or declares; what a LET defines is left out."""
        for node in self._entries.values():
            if node.tag == "ModuleNode":
                for reference in node:
                    if reference.tag.endswith("Ref"):
                        yield self.follow(reference)

    def seen_in_modules(self) -> Iterator[tuple[str, list[ET.Element]]]:
        """Each module with the operators that it defines, extends or instantiates."""
        for node in self._entries.values():
            if node.tag == "ModuleNode":
                kind = "UserDefinedOpKindRef"
                yield name_of(node), [self.follow(each) for each in node.iter(kind)]

    def references(
        self,
        node: ET.Element,
        inside: tuple[ET.Element, ...] = (),
    ) -> Iterator[ET.Element]:
        """Operators, constants, variables and bound names that a text refers to.

        Not those that the text itself binds or defines by LET.
        """
        own = [*inside, *self._bound_in(node)]
        lets = [self.follow(each) for defs in node.iter("opDefs") for each in defs]
        own += lets
        for application in node.iter("operator"):
            referred = self.follow(application[0])
            if all(referred is not one for one in own):
                yield referred
        for let in lets:
            yield from self.references(let, tuple(own))

    def _bound_in(self, node: ET.Element) -> Iterator[ET.Element]:
        """Bound names and parameters of operators inside of a node."""
        for binder in (*node.iter("boundSymbols"), *node.iter("params")):
            for reference in binder.iter("FormalParamNodeRef"):
                yield self.follow(reference)

    def operator_of(self, application: ET.Element) -> ET.Element:
        """Return the operator that an OpApplNode applies."""
        operator = application.find("operator")
        if operator is None:
            raise Bug("an OpApplNode without operator in SANY's XML")
        return self.follow(operator[0])

    def parameters(self, operator: ET.Element) -> list[str]:
        """Names of an operator's formal parameters."""
        found = operator.find("params")
        if found is None:
            return []
        return [name_of(self.follow(item[0])) for item in found]


def name_of(node: ET.Element) -> str:
    """Return the name of a declared thing."""
    return _text(node, "uniquename")


def level_of(node: ET.Element) -> int:
    """0 constant, 1 state, 2 action, 3 temporal."""
    found = node.find("level")
    return int(found.text or 0) if found is not None else 0


def operands(application: ET.Element) -> list[ET.Element]:
    """Return what an OpApplNode applies its operator to."""
    found = application.find("operands")
    return list(found) if found is not None else []


def location_of(node: ET.Element) -> Location:
    """Where a node stands; SANY names the module, not the file."""
    place = node.find("location")
    if place is None:
        raise Bug(f"a {node.tag} without location in SANY's XML")
    return Location(
        module=_text(place, "filename"),
        line=int(_text(place, "line/begin")),
        column=int(_text(place, "column/begin")),
        end_line=int(_text(place, "line/end")),
        end_column=int(_text(place, "column/end")),
    )


def bound_symbols(
    application: ET.Element,
) -> list[tuple[list[ET.Element], ET.Element | None]]:
    r"""Pairs of bound names' references and their set; None where unbounded.

    `\E x, y \in S, z \in T` gives ([x, y], S) and ([z], T).
    """
    found = application.find("boundSymbols")
    if found is None:
        return []
    pairs = []
    for item in found:
        references = [part for part in item if part.tag == "FormalParamNodeRef"]
        rest = [
            part for part in item if part.tag not in {"FormalParamNodeRef", "tuple"}
        ]
        is_tuple = any(part.tag == "tuple" for part in item)
        pairs.append(
            (references, rest[0] if rest and not is_tuple else None),
        )
    return pairs


def _text(node: ET.Element, path: str) -> str:
    found = node.find(path)
    if found is None or found.text is None:
        raise Bug(f"SANY's XML lacks {path} in a {node.tag}")
    return found.text
