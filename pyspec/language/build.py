"""SANY's semantic tree becomes IR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.errors import Bug, Mistake
from pyspec.language import ir
from pyspec.language import tree as sany
from pyspec.language.uses import applied, free_names

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from pyspec.trace.model import Location

# Nodes that only wrap another one.
_TRANSPARENT: Final = {"$Nop"}


def build(tree: sany.Tree) -> ir.Module:
    """Return the IR of the root module."""
    return _Builder(tree).module()


class _Builder:
    def __init__(self, tree: sany.Tree) -> None:
        self.tree = tree
        self.names: dict[str, ir.Name] = {}
        self.declared: dict[str, ir.Declared] = {}
        self.definitions: dict[str, ir.Definition] = {}
        self.olds: list[ir.Name] = []

    def module(self) -> ir.Module:
        declarations = sorted(
            self.tree.members("OpDeclNode"),
            key=lambda node: _place_key(sany.location_of(node)),
        )
        found = [self.declaration(node) for node in declarations]
        return ir.Module(
            name=self.tree.root_module,
            constants=tuple(d for d in found if not d.is_variable),
            variables=tuple(d for d in found if d.is_variable),
            definitions={
                sany.name_of(node): self.definition(node)
                for node in self.tree.members("UserDefinedOpKind")
            },
            assumptions=tuple(map(self.assumption, self.tree.members("AssumeNode"))),
            seen={
                name: {sany.name_of(node): _origin(node) for node in seen}
                for name, seen in self.tree.seen_in_modules()
            },
        )

    def assumption(self, node: ET.Element) -> ir.Assumption:
        body = node.find("body")
        if body is None or not len(body):
            raise Bug("an ASSUME without body in SANY's XML")
        return ir.Assumption(node.findtext("uniquename"), self.expression(body[0]))

    # ------------------------------------------------------------ declarations

    def declaration(self, node: ET.Element) -> ir.Declared:
        uid = self.tree.uid_of(node)
        if uid not in self.declared:
            self.declared[uid] = ir.Declared(
                sany.name_of(node),
                node.findtext("kind") == sany.VARIABLE_KIND,
                int(node.findtext("arity") or 0),
                len(self.declared),
            )
        return self.declared[uid]

    def name(self, node: ET.Element) -> ir.Name:
        uid = self.tree.uid_of(node)
        if uid not in self.names:
            arity = int(node.findtext("arity") or 0)
            self.names[uid] = ir.Name(sany.name_of(node), arity)
        return self.names[uid]

    def definition(self, node: ET.Element, *, local: bool = False) -> ir.Definition:
        """Return the definition of a node; of its kind there is just one.

        What a LET (or LAMBDA) defines may mention the @ around it.
        """
        uid = self.tree.uid_of(node)
        if uid not in self.definitions:
            parameters = node.find("params")
            place = sany.location_of(node)
            made = ir.Definition(
                name=sany.name_of(node),
                parameters=tuple(
                    self.name(self.tree.follow(item[0])) for item in parameters
                )
                if parameters is not None
                else (),
                module=place.module,
                level=sany.level_of(node),
                at=place,
                recursive=node.find("recursive") is not None,
                local=node.find("local") is not None,
            )
            self.definitions[uid] = made
            body = _body_of(node)
            if body is not None:
                made.module = _home(body) or place.module
                outer, self.olds = self.olds, (self.olds if local else [])
                made.body = self.expression(body)
                self.olds = outer
            if node.tag in _NAMED_CLAIMS and made.body is not None:
                made.parameters = _of_claim(made.body)
        return self.definitions[uid]

    # ------------------------------------------------------------ expressions

    def expression(self, node: ET.Element) -> ir.Node:
        at = sany.location_of(node) if node.find("location") is not None else None
        level = sany.level_of(node)
        match node.tag:
            case "NumeralNode":
                return ir.Literal(at, 0, int(node.findtext("IntValue") or ""))
            case "StringNode":
                return ir.Literal(at, 0, node.findtext("StringValue") or "")
            case "AtNode":
                if not self.olds:
                    raise Bug("@ outside of EXCEPT in SANY's XML")
                return ir.Reference(at, level, self.olds[-1])
            case "LetInNode":
                return self.let(node, at, level)
            case "SubstInNode" | "APSubstInNode":
                return self.instance(node, at, level)
            case "OpArgNode":
                return ir.Operator(at, level, self.operator(node[-1][0]))
            case "LabelNode":
                return self.expression(_body(node))
            case "OpApplNode":
                return self.application(node, at, level)
        raise Mistake(
            f"pyspec does not understand this kind of expression: {node.tag}",
            file=at.module if at else None,
            line=at.line if at else None,
            column=at.column if at else None,
        )

    def let(self, node: ET.Element, at: Location | None, level: int) -> ir.Node:
        references = node.find("opDefs")
        definitions = [
            self.definition(self.tree.follow(reference), local=True)
            for reference in (references if references is not None else ())
            if reference.tag == "UserDefinedOpKindRef"
        ]
        body = self.expression(_body(node))
        return ir.Let(at, level, _needed(definitions, body), body)

    def instance(self, node: ET.Element, at: Location | None, level: int) -> ir.Node:
        found = node.find("substs")
        substitution = tuple(
            (self.declaration(self.tree.follow(item[0])), self.expression(item[1]))
            for item in (found if found is not None else ())
        )
        return ir.Instance(at, level, substitution, self.expression(_body(node)))

    def operator(self, reference: ET.Element) -> ir.Definition | ir.Name | ir.Declared:
        target = self.tree.follow(reference)
        if target.tag == "UserDefinedOpKind":
            local = sany.name_of(target) == "LAMBDA"
            return self.definition(target, local=local)
        if target.tag == "FormalParamNode":
            return self.name(target)
        if target.tag == "OpDeclNode":
            return self.declaration(target)
        return self.builtin_as_definition(target)

    def builtin_as_definition(self, target: ET.Element) -> ir.Definition:
        r"""Return `LAMBDA a, b: a \union b` for a built-in that is passed on."""
        count = int(target.findtext("arity") or 0)
        names = tuple(ir.Name(f"a{place}") for place in range(count))
        level = sany.level_of(target)
        arguments = tuple(ir.Reference(None, level, name) for name in names)
        body = ir.Builtin(None, level, sany.name_of(target), arguments)
        return ir.Definition(
            "LAMBDA", names, "", level, None, recursive=False, local=True, body=body
        )

    def application(self, node: ET.Element, at: Location | None, level: int) -> ir.Node:
        target = self.tree.operator_of(node)
        if target.tag == "BuiltInKind":
            return self.builtin(node, sany.name_of(target), at, level)
        arguments = tuple(map(self.expression, sany.operands(node)))
        if target.tag == "UserDefinedOpKind" or target.tag in _NAMED_CLAIMS:
            definition = self.definition(target)
            if len(definition.parameters) != len(arguments):
                raise Mistake(
                    f"the parameters of {definition.name} are not known",
                    file=at.module if at else None,
                    line=at.line if at else None,
                    column=at.column if at else None,
                    expected="a theorem of an instance with one parameter at most",
                )
            return ir.Apply(at, level, definition, arguments)
        found = (
            self.name(target)
            if target.tag == "FormalParamNode"
            else self.declaration(target)
        )
        if arguments:
            return ir.Apply(at, level, found, arguments)
        return ir.Reference(at, level, found)

    def builtin(
        self, node: ET.Element, name: str, at: Location | None, level: int
    ) -> ir.Node:
        if name in _TRANSPARENT:
            return self.expression(sany.operands(node)[0])
        if name == "$Except":
            return self.except_(node, at, level)
        if node.find("boundSymbols") is not None:
            bounds = tuple(self.bounds(node))
            arguments = tuple(map(self.expression, sany.operands(node)))
            return ir.Binding(at, level, name, bounds, arguments)
        return ir.Builtin(
            at, level, name, tuple(map(self.expression, sany.operands(node)))
        )

    def bounds(self, node: ET.Element) -> list[ir.Bound]:
        found = []
        for item in node.find("boundSymbols") or ():
            names = tuple(
                self.name(self.tree.follow(part))
                for part in item
                if part.tag == "FormalParamNodeRef"
            )
            rest = [x for x in item if x.tag not in {"FormalParamNodeRef", "tuple"}]
            found.append(
                ir.Bound(
                    names,
                    item.find("tuple") is not None,
                    self.expression(rest[0]) if rest else None,
                )
            )
        return found

    def except_(self, node: ET.Element, at: Location | None, level: int) -> ir.Node:
        base, *pairs = sany.operands(node)
        updates = []
        for pair in pairs:
            path, value = sany.operands(pair)
            keys = tuple(map(self.expression, sany.operands(path)))
            old = ir.Name("@")
            self.olds.append(old)
            updates.append(ir.Update(keys, self.expression(value), old))
            self.olds.pop()
        return ir.Except(at, level, self.expression(base), tuple(updates))


def _needed(
    definitions: list[ir.Definition], body: ir.Node
) -> tuple[ir.Definition, ...]:
    """Return the definitions of a LET that its body comes to apply.

    `LET M == INSTANCE ...` brings in a whole module, of which one operator is
    used; the variables of the others are none of its business.
    """
    named, found = frozenset(definitions), set[ir.Definition]()
    pending = [body]
    while pending:
        for each in applied(pending.pop()):
            if (each in named or each.name == "LAMBDA") and each not in found:
                found.add(each)
                if each.body is not None:
                    pending.append(each.body)
    return tuple(each for each in definitions if each in found)


def _origin(node: ET.Element) -> str:
    """Return the module that a definition was written in."""
    body = _body_of(node)
    home = _home(body) if body is not None else None
    return home or sany.location_of(node).module


def _home(body: ET.Element) -> str | None:
    """Return the module that a body was written in.

    SANY gives what INSTANCE defines the place of the INSTANCE; a native has to
    be found by the module behind it.
    """
    while body.tag in {"SubstInNode", "APSubstInNode"}:
        body = _body(body)
    return sany.location_of(body).module if body.find("location") is not None else None


_NAMED_CLAIMS: Final = frozenset({"TheoremDefNode", "AssumeDef"})
"""What gives a name to a THEOREM or ASSUME, which then is an expression."""


def _of_claim(body: ir.Node) -> tuple[ir.Name, ...]:
    """Return the parameter of a theorem in M(x), which SANY does not export.

    Of several it cannot be told which is which.
    """
    free = free_names(body)
    return tuple(free) if len(free) == 1 else ()


def _body_of(node: ET.Element) -> ET.Element | None:
    """Return the expression that a definition stands for, if it has one."""
    if node.tag in _NAMED_CLAIMS:
        return node[-1]
    body = node.find("body")
    return body[0] if body is not None and len(body) else None


def _body(node: ET.Element) -> ET.Element:
    body = node.find("body")
    if body is None or not len(body):
        raise Bug(f"a {node.tag} without body in SANY's XML")
    return body[0]


def _place_key(location: Location) -> tuple[str, int, int]:
    return (location.module, location.line, location.column)
