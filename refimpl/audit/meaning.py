"""What an expression of an implementation is, as far as its text tells."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final, NamedTuple

from refimpl.audit.rules import dotted
from refimpl.audit.scopes import Bound, Scope, scope_of
from refimpl.audit.sources import function_of, is_own, module_of, source_of_class
from refimpl.fields import Field
from refimpl.process import Context

__all__ = ["Meaning", "Thing"]

_UNKNOWN: Final = object()
_SET_NAMES: Final = {
    "set",
    "frozenset",
    "AbstractSet",
    "Set",
    "FrozenSet",
    "MutableSet",
}
_SET_METHODS: Final = {
    "union",
    "intersection",
    "difference",
    "symmetric_difference",
    "copy",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a dotted name, and the object itself if it is at hand."""

    name: str
    item: object = _UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether the object is at hand."""
        return self.item is not _UNKNOWN


@dataclass
class Meaning:
    """What names mean at a place: local ones, innermost last, and global ones.

    - cls: the class that the text is of; `self_name` what it calls its process
    """

    names: Mapping[str, object]
    cls: type | None = None
    self_name: str | None = None
    scopes: list[Scope] = field(default_factory=list)
    _busy: set[str] = field(default_factory=set)

    def bound(self, name: str) -> list[Bound] | None:
        """Return what a local name is bound to; None if it is not local."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    # -------------------------------------------------------- objects

    def thing(self, node: ast.AST) -> Thing | None:
        """Return what a name, or a path of attributes from one, stands for."""
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.thing(node.value)
            return None if owner is None else _attribute(owner, node.attr)
        return None

    def _named(self, name: str) -> Thing | None:
        bound = self.bound(name)
        if bound is not None:
            imports = [each for each in bound if isinstance(each, str)]
            return _imported(imports[0]) if imports else None
        if name in self.names:
            item = self.names[name]
            return Thing(dotted(item) or name, item)
        if hasattr(builtins, name):
            return Thing(f"builtins.{name}", getattr(builtins, name))
        return None

    # -------------------------------------------------------- contexts

    def is_context(self, node: ast.AST) -> bool:
        """Whether it is what a process knows of the world."""
        if isinstance(node, ast.Attribute):
            known = _made_by(self.cls).contexts if self.cls else ()
            return self.is_self(node.value) and node.attr in known
        if not isinstance(node, ast.Name):
            return False
        bound = self.bound(node.id) or []
        return any(
            self._type_of(each) is Context
            or (isinstance(each, ast.Attribute) and self.is_context(each))
            for each in bound
            if isinstance(each, ast.expr)
        )

    def is_self(self, node: ast.AST) -> bool:
        """Whether it is the object whose method this is."""
        return isinstance(node, ast.Name) and node.id == self.self_name

    def is_class_of_self(self, node: ast.AST) -> bool:
        """Whether it is `type(self)`, `self.__class__`, or `cls` of a classmethod."""
        if isinstance(node, ast.Name):
            return node.id == "cls" and self.bound("cls") is not None
        if isinstance(node, ast.Attribute):
            return node.attr == "__class__" and self.is_self(node.value)
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "type"
            and len(node.args) == 1
            and self.is_self(node.args[0])
        )

    # -------------------------------------------------------- sets

    def is_set(self, node: ast.AST | None) -> bool:
        """Whether it is surely a set, or annotated as one."""
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.BinOp):
            return isinstance(
                node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor
            ) and any(self.is_set(e) or _is_view(e) for e in (node.left, node.right))
        if isinstance(node, ast.IfExp):
            return self.is_set(node.body) or self.is_set(node.orelse)
        if isinstance(node, ast.BoolOp):
            return any(map(self.is_set, node.values))
        if isinstance(node, ast.NamedExpr):
            return self.is_set(node.value)
        if isinstance(node, ast.Call):
            return self._makes_set(node.func)
        if isinstance(node, ast.Attribute):
            return self._is_set_attribute(node)
        if isinstance(node, ast.Subscript):
            return self._is_set_item(node.value)
        return isinstance(node, ast.Name) and self._is_set_name(node.id)

    def _makes_set(self, function: ast.expr) -> bool:
        thing = self.thing(function)
        if thing is not None and thing.item in (set, frozenset):
            return True
        if isinstance(function, ast.Attribute):
            if function.attr in _SET_METHODS and self.is_set(function.value):
                return True
            owner = self._class_of(function.value)
            member = inspect.getattr_static(owner, function.attr, None)
            return _returns_set(member)
        return thing is not None and thing.is_known and _returns_set(thing.item)

    def _is_set_name(self, name: str) -> bool:
        bound = self.bound(name)
        if bound is None:
            return isinstance(self.names.get(name), AbstractSet)
        if name in self._busy:
            return False
        self._busy.add(name)
        try:
            return any(
                isinstance(each, ast.expr)
                and (self.is_set(each) or self.annotates_set(each))
                for each in bound
            )
        finally:
            self._busy.discard(name)

    def _is_set_attribute(self, node: ast.Attribute) -> bool:
        owner = self._class_of(node.value)
        if owner is None:
            thing = self.thing(node)
            return thing is not None and isinstance(thing.item, AbstractSet)
        if self.is_self(node.value) and node.attr in _made_by(owner).sets:
            return True
        return _is_set_member(owner, node.attr)

    def _is_set_item(self, node: ast.expr) -> bool:
        """Whether it is of a function to sets."""
        owner = self._class_of(node.value) if isinstance(node, ast.Attribute) else None
        if owner is None or not isinstance(node, ast.Attribute):
            return False
        member = inspect.getattr_static(owner, node.attr, None)
        if isinstance(member, Field) and member.each is not None:
            return isinstance(member.initial, AbstractSet)
        return any(
            isinstance(each, ast.Subscript)
            and isinstance(each.slice, ast.Tuple)
            and _is_set_type(each.slice.elts[-1], names)
            for annotation, names in _annotations(owner, node.attr)
            for each in _parsed(annotation)
        )

    def annotates_set(self, node: ast.expr) -> bool:
        """Whether an annotation says that something is a set."""
        return _says_set(ast.unparse(node), self.names)

    def _class_of(self, node: ast.AST) -> type | None:
        """Return the class of what a name stands for, if the text tells."""
        if self.is_self(node):
            return self.cls
        if not isinstance(node, ast.Name):
            return None
        bound = self.bound(node.id) or []
        types = (self._type_of(each) for each in bound if isinstance(each, ast.expr))
        return next((each for each in types if each is not None), None)

    def _type_of(self, annotation: ast.expr) -> type | None:
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:  # no annotation but a text
                return None
        if not isinstance(annotation, ast.Name | ast.Attribute):
            return None
        if ast.unparse(annotation) == "Context" and "Context" not in self.names:
            return Context  # imported for type checkers only
        thing = self.thing(annotation)
        return thing.item if thing and isinstance(thing.item, type) else None


def _imported(name: str) -> Thing:
    module, _, last = name.rpartition(".")
    if name in sys.modules:
        return Thing(name, sys.modules[name])
    owner = sys.modules.get(module)
    if owner is not None and hasattr(owner, last):
        item = getattr(owner, last)
        return Thing(dotted(item) or name, item)
    return Thing(name)


def _attribute(owner: Thing, name: str) -> Thing | None:
    longer = f"{owner.name}.{name}"
    if isinstance(owner.item, ModuleType):
        item = getattr(owner.item, name, _UNKNOWN)
        known = dotted(item) if item is not _UNKNOWN else None
        return Thing(known or longer, item)
    if isinstance(owner.item, type):
        return Thing(longer, inspect.getattr_static(owner.item, name, _UNKNOWN))
    if owner.is_known and dotted(owner.item) is None:
        return None
    return Thing(longer)


def _is_view(node: ast.expr) -> bool:
    """Whether it is `mapping.keys()` or the like: with an operator, that is a set."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"keys", "items"}
    )


# ------------------------------------------------------------- what classes say


def _is_set_member(owner: type, name: str) -> bool:
    member = inspect.getattr_static(owner, name, None)
    if isinstance(member, Field) and isinstance(member.initial, AbstractSet):
        return member.each is None
    if isinstance(member, AbstractSet) or (
        isinstance(member, property) and _returns_set(member)
    ):
        return True
    return any(_says_set(*each) for each in _annotations(owner, name))


def _annotations(
    owner: type, name: str
) -> Iterator[tuple[object, Mapping[str, object]]]:
    """Yield what a class says that an attribute is, and what names mean there."""
    for base in owner.__mro__:
        annotation = inspect.get_annotations(base).get(name)
        if annotation is not None:
            yield annotation, vars(module_of(base) or builtins)
            return


def _parsed(annotation: object) -> list[ast.expr]:
    """Return the alternatives of an annotation, if they can be read."""
    try:
        return [*_alternatives(ast.parse(str(annotation), mode="eval").body)]
    except SyntaxError:
        return []


def _returns_set(member: object) -> bool:
    if isinstance(member, type):
        return False
    function = function_of(member)
    if function is None:
        return False
    annotation = function.__annotations__.get("return")
    return annotation is not None and _says_set(annotation, function.__globals__)


def _says_set(annotation: object, names: Mapping[str, object]) -> bool:
    """Whether an annotation is of a set; so is `frozenset[int] | None`."""
    if not isinstance(annotation, str):
        origin = getattr(annotation, "__origin__", annotation)
        return isinstance(origin, type) and issubclass(origin, AbstractSet)
    return any(_is_set_type(each, names) for each in _parsed(annotation))


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    else:
        yield node


def _is_set_type(node: ast.expr, names: Mapping[str, object]) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _says_set(node.value, names)
    if isinstance(node, ast.Subscript):
        if ast.unparse(node.value).rpartition(".")[2] in {"Final", "ClassVar"}:
            return _is_set_type(node.slice, names)
        node = node.value
    name = ast.unparse(node)
    if name in names:
        return not isinstance(names[name], str) and _says_set(names[name], names)
    return name.rpartition(".")[2] in _SET_NAMES


class _Made(NamedTuple):
    """Attributes that `__init__` assigns: which are sets, and which are contexts."""

    sets: frozenset[str]
    contexts: frozenset[str]


@functools.lru_cache(maxsize=512)
def _made_by(cls: type) -> _Made:
    """Return what the `__init__` of a class and of its bases assigns."""
    sets, contexts = set[str](), {"context"}
    for base in cls.__mro__:
        function = function_of(vars(base).get("__init__"))
        source = source_of_class(base) if function and is_own(base) else None
        if source is None or function is None:
            continue
        for init in source[1].body:
            if isinstance(init, ast.FunctionDef) and init.name == "__init__":
                meaning = Meaning(function.__globals__, scopes=[scope_of(init)])
                for name, value in _assigned(init):
                    if meaning.is_set(value) or meaning.annotates_set(value):
                        sets.add(name)
                    if meaning.is_context(value):
                        contexts.add(name)
    return _Made(frozenset(sets), frozenset(contexts))


def _assigned(init: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Yield attributes with the values, and the annotations, that they are given."""
    for node in ast.walk(init):
        if isinstance(node, ast.Assign):
            values, targets = [node.value], node.targets
        elif isinstance(node, ast.AnnAssign):
            values, targets = [node.annotation], [node.target]
            values += [node.value] if node.value is not None else []
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Attribute):
                yield from ((target.attr, value) for value in values)
