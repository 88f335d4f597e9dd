"""Reading implementations: what their text shows them to do that they may not.

Classes of processes, their bases, and the functions and classes of the author that
they call are read; what comes with Python or from a package index is not.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import (
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
)
from types import FunctionType, ModuleType
from typing import Final

from refimpl.audit.findings import Finding, short
from refimpl.audit.meaning import Meaning, Thing
from refimpl.audit.order import iterations
from refimpl.audit.rules import Rule, rule_of
from refimpl.audit.scopes import scope_of
from refimpl.audit.sources import (
    FunctionNode,
    Source,
    function_of,
    is_own,
    module_of,
    names_of,
    source_of_class,
    source_of_function,
)
from refimpl.process import Context, Process, Storage

__all__ = ["read"]

_MUTABLE: Final = (MutableMapping, MutableSequence, MutableSet, deque, bytearray)
_MUTATORS: Final = frozenset(
    [
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "extendleft",
        "insert",
        "pop",
        "popitem",
        "popleft",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
        "subtract",
    ]
)
_OF_CONTEXT: Final = frozenset(name for name in dir(Context) if name[0] != "_")
_OF_STORAGE: Final = frozenset(name for name in dir(Storage) if name[0] != "_")
_SHORTER: Final = {
    "send": "self.send",
    "set_timer": "self.set_timer",
    "cancel_timer": "self.cancel_timer",
    "happened": "self.note",
}
_NOT_RUN: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
)
_BUILDERS: Final = frozenset({"__init__", "__new__", "__post_init__", "__setstate__"})


def read(
    classes: Iterable[type[Process]], makers: Iterable[object] = ()
) -> list[Finding]:
    """Return what these classes, and what they call, do against the rules.

    `makers` are functions that make them.  Findings are in order of file and line.
    """
    reading = _Reading()
    for cls in classes:
        for base in cls.__mro__:
            reading.want(base, "")
    for maker in makers:
        reading.want(maker, "")
    return sorted(set(reading.findings()))


class _Reading:
    """What is read yet, and what is to be read still."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._files: set[str] = set()
        self._waiting: deque[tuple[type | FunctionType, str]] = deque()

    def want(self, item: object, caller: str) -> None:
        """Read a class or a function of the author's, unless it was."""
        if not isinstance(item, type | ModuleType):
            found = function_of(item)
            item = type(item) if found is None else found
        if not isinstance(item, type | FunctionType) or not is_own(item):
            return
        if id(item) not in self._seen:
            self._seen.add(id(item))
            self._waiting.append((item, caller))

    def findings(self) -> Iterator[Finding]:
        """Read everything."""
        while self._waiting:
            item, caller = self._waiting.popleft()
            if isinstance(item, type):
                yield from self._class(item, caller)
            else:
                yield from self._function(item, caller)

    def _class(self, cls: type, caller: str) -> Iterator[Finding]:
        found = source_of_class(cls)
        name = short(cls.__qualname__)
        if found is None:
            yield _unread(cls, name)
            return
        source, node = found
        yield from self._module(source, name, cls)
        yield from _shared(cls, source, node)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                function = function_of(vars(cls).get(statement.name))
                where = f"{name}.{statement.name}"
                text = _Text(self, source, where, caller, cls)
                yield from text.function(statement, function)
            elif isinstance(statement, ast.ClassDef):
                self.want(vars(cls).get(statement.name), caller)
            else:
                yield from _Text(self, source, name, caller, cls).statement(statement)

    def _function(self, function: FunctionType, caller: str) -> Iterator[Finding]:
        found = source_of_function(function)
        name = short(function.__qualname__)
        if found is None:
            yield _unread(function, name)
            return
        source, node = found
        yield from self._module(source, name, function)
        yield from _Text(self, source, name, caller, None).function(node, function)

    def _module(self, source: Source, name: str, item: object) -> Iterator[Finding]:
        """Read what the module of an item does when it is imported; once a file."""
        if source.file in self._files:
            return
        self._files.add(source.file)
        yield from self._imports(source, name)
        names = vars(module_of(item)) if module_of(item) else {}
        for statement in source.tree.body:
            if not isinstance(statement, _NOT_RUN) and not _is_aside(statement):
                text = _Text(self, source, f"the module of {name}", "", None)
                yield from text.at_import(statement, names)

    def _imports(self, source: Source, name: str) -> Iterator[Finding]:
        """Report where a module imports the simulator."""
        for node in ast.walk(source.tree):
            for module in _imported(node):
                if module.startswith("refimpl.sim"):
                    yield Finding(
                        source.file,
                        node.lineno,  # type: ignore[attr-defined]  # an import
                        f"the module of {name}",
                        f"imports the simulator ({module})",
                        "use what refimpl.process and refimpl.protocol have",
                    )


class _Text:
    """The text of one method or function."""

    def __init__(
        self,
        reading: _Reading,
        source: Source,
        where: str,
        caller: str,
        cls: type | None,
    ) -> None:
        self.reading = reading
        self.source = source
        self.name = where
        self.where = f"{where}, called by {caller}," if caller else where
        self.caller = caller or where
        self.cls = cls
        self.method = where.rpartition(".")[2]
        self.is_module = False
        self.meaning = Meaning({}, cls)

    def function(
        self, node: FunctionNode, function: FunctionType | None
    ) -> Iterator[Finding]:
        """Read a function: defaults and decorators, and what it does."""
        self.meaning.names = self._names(function)
        arguments = [each.arg for each in node.args.args]
        static = isinstance(vars(self.cls or object).get(self.method), staticmethod)
        if self.cls is not None and arguments and not static:
            self.meaning.self_name = arguments[0]
        yield from self._visit(node)

    def statement(self, node: ast.stmt) -> Iterator[Finding]:
        """Read a statement of a class's body."""
        self.meaning.names = self._names(None)
        yield from self._visit(node)

    def at_import(
        self, node: ast.stmt, names: Mapping[str, object]
    ) -> Iterator[Finding]:
        """Read a statement of a module, which may fill what others only read."""
        self.meaning.names, self.is_module = names, True
        yield from self._visit(node)

    def _names(self, function: FunctionType | None) -> dict[str, object]:
        """What names mean; in the body of a class, what they mean in its methods."""
        methods = map(function_of, vars(self.cls).values()) if self.cls else ()
        found: dict[str, object] = {}
        for each in (*methods, function):
            if each is not None:
                found |= names_of(each)
        return found

    # -------------------------------------------------------- walking

    def _visit(self, node: ast.AST) -> Iterator[Finding]:
        yield from self._look(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from self._inside(node)
        elif isinstance(
            node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
        ):
            self.meaning.scopes.append(scope_of(node))
            yield from self._children(node)
            self.meaning.scopes.pop()
        elif isinstance(node, ast.AnnAssign):
            yield from self._visit(node.target)
            if node.value is not None:
                yield from self._visit(node.value)
        elif not self._is_named(node):
            yield from self._children(node)

    def _inside(self, node: FunctionNode) -> Iterator[Finding]:
        """Visit a function but for its annotations, which nobody runs."""
        defaults = (*node.args.defaults, *filter(None, node.args.kw_defaults))
        decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
        for each in (*defaults, *decorators):
            yield from self._visit(each)
        self.meaning.scopes.append(scope_of(node))
        body: Iterable[ast.AST]
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        for part in body:
            yield from self._visit(part)
        self.meaning.scopes.pop()

    def _children(self, node: ast.AST) -> Iterator[Finding]:
        for child in ast.iter_child_nodes(node):
            yield from self._visit(child)

    def _is_named(self, node: ast.AST) -> bool:
        """Whether a path of attributes was judged as a whole."""
        return isinstance(node, ast.Attribute) and self.meaning.thing(node) is not None

    # -------------------------------------------------------- judging

    def _look(self, node: ast.AST) -> Iterator[Finding]:
        if isinstance(node, ast.Name | ast.Attribute) and _is_read(node):
            yield from self._used(node)
        if isinstance(node, ast.Attribute):
            yield from self._reached(node.value, node.attr, node)
        elif isinstance(node, ast.Call):
            yield from self._called(node)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from self._declared(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from self._imported(node)
        yield from self._assigned(node)
        for what, text in iterations(node, self.meaning):
            yield self._finding(
                node,
                f"{what} a set ({text}), whose order differs from run to run",
                f"use sorted({text}), with a key that tells all elements apart",
            )

    def _used(self, node: ast.Name | ast.Attribute) -> Iterator[Finding]:
        """Judge a name by what it stands for."""
        thing = self.meaning.thing(node)
        if thing is None:
            return
        if thing.is_known and not isinstance(thing.item, ModuleType):
            self.reading.want(thing.item, self.caller)
        rule = rule_of(thing.name)
        if rule is None or self._is_excused(thing):
            return
        yield self._broken(node, rule, thing.name.removeprefix("builtins."))

    def _is_excused(self, thing: Thing) -> bool:
        """Whether it is about equal values, or about an object in the making."""
        if thing.name == "builtins.hash":
            return self.method == "__hash__"
        is_setter = thing.name == "builtins.object.__setattr__"
        is_module = isinstance(thing.item, ModuleType)
        return is_module or (is_setter and self.method in _BUILDERS)

    def _called(self, node: ast.Call) -> Iterator[Finding]:
        function = node.func
        thing = self.meaning.thing(function)
        name = thing.name if thing else ""
        if name == "builtins.getattr" and len(node.args) > 1:
            attribute = node.args[1]
            if isinstance(attribute, ast.Constant):
                name = str(attribute.value)
                path = ast.Attribute(node.args[0], name, ast.Load())
                yield from self._used(ast.copy_location(path, node))
                yield from self._reached(node.args[0], name, node)
        elif (
            name == "builtins.vars" and node.args and self.meaning.is_self(node.args[0])
        ):
            yield self._finding(
                node, "goes past its fields (vars(self))", "assign to self.FIELD"
            )
        elif name == "builtins.next" and node.args:
            given = self.meaning.thing(node.args[0])
            if given and given.is_known and isinstance(given.item, Iterator):
                yield self._changes(node, node.args[0])
        elif (
            isinstance(function, ast.Attribute)
            and function.attr in _MUTATORS
            and self._is_shared(function.value)
        ):
            yield self._changes(node, function.value)

    def _reached(
        self, owner: ast.AST, attribute: str, node: ast.AST
    ) -> Iterator[Finding]:
        """Judge a look into the context, or into what the runner keeps."""
        meaning = self.meaning
        if meaning.is_context(owner):
            if attribute not in _OF_CONTEXT:
                known = ", ".join(sorted(_OF_CONTEXT))
                what = f"reaches into the simulator ({_text(owner)}.{attribute})"
                yield self._finding(node, what, f"a Context has {known}")
            elif attribute in _SHORTER:
                what = f"goes past its process ({_text(owner)}.{attribute})"
                yield self._finding(node, what, f"use {_SHORTER[attribute]}")
        elif isinstance(owner, ast.Attribute) and meaning.is_context(owner.value):
            if owner.attr == "storage" and attribute != "recover":
                known = (
                    "use self.sync()" if attribute in _OF_STORAGE else "it has recover"
                )
                yield self._finding(
                    node, f"reaches into its disk (storage.{attribute})", known
                )
            elif owner.attr == "rng" and attribute in {"seed", "setstate"}:
                what = f"starts its chance anew (rng.{attribute})"
                yield self._finding(node, what, "draw from it as it is")
        elif self._is_process(owner) and attribute in {"memory", "__dict__"}:
            what = f"goes past its fields (self.{attribute})"
            yield self._finding(node, what, "read and assign self.FIELD")

    def _is_process(self, node: ast.AST) -> bool:
        cls = self.cls or object
        return self.meaning.is_self(node) and issubclass(cls, Process)

    def _declared(self, node: ast.Global | ast.Nonlocal) -> Iterator[Finding]:
        for name in node.names:
            if isinstance(node, ast.Nonlocal) and self.meaning.bound(name) is not None:
                continue
            word = "global" if isinstance(node, ast.Global) else "nonlocal"
            yield self._finding(
                node,
                f"assigns to a variable that processes share ({word} {name})",
                "declare a field with volatile() or persistent()",
            )

    def _imported(self, node: ast.Import | ast.ImportFrom) -> Iterator[Finding]:
        for module in _imported(node):
            rule = rule_of(module)
            if rule is not None and module.startswith("refimpl."):
                yield self._broken(node, rule, module)

    def _assigned(self, node: ast.AST) -> Iterator[Finding]:
        for target in _assigned_to(node):
            inner = target.value
            if self._is_shared(inner):
                yield self._changes(target, target)
            elif (
                isinstance(target, ast.Subscript)
                and isinstance(inner, ast.Attribute)
                and self.meaning.is_self(inner.value)
                and self.method not in _BUILDERS
            ):
                yield self._finding(
                    target,
                    f"changes {_text(inner)} in place",
                    f"assign a new value to {_text(inner)}",
                )

    def _is_shared(self, node: ast.AST) -> bool:
        """Whether it is a module's, or a class's: all processes have it in common."""
        if self.is_module:
            return False
        while isinstance(node, ast.Attribute | ast.Subscript):
            if self.meaning.is_class_of_self(node):
                return True
            node = node.value
        if self.meaning.is_class_of_self(node):
            return True
        if not isinstance(node, ast.Name) or self.meaning.bound(node.id) is not None:
            return False
        return node.id in self.meaning.names

    def _changes(self, node: ast.AST, what: ast.AST) -> Finding:
        return self._finding(
            node,
            f"changes what processes share ({_text(what)})",
            "declare a field with volatile() or persistent()",
        )

    def _broken(self, node: ast.AST, rule: Rule, name: str) -> Finding:
        return self._finding(node, f"{rule.what} ({name})", rule.instead)

    def _finding(self, node: ast.AST, what: str, instead: str) -> Finding:
        line = getattr(node, "lineno", 0)
        return Finding(self.source.file, line, self.where, what, instead)


# ------------------------------------------------------------- parts of the text


def _shared(cls: type, source: Source, node: ast.ClassDef) -> Iterator[Finding]:
    """Report attributes of a class that can be changed in place."""
    for statement in node.body:
        for name in _attributes(statement):
            value = vars(cls).get(name)
            if isinstance(value, _MUTABLE) and name != "declares":
                yield Finding(
                    source.file,
                    statement.lineno,
                    f"{short(cls.__qualname__)}.{name}",
                    f"is a {type(value).__name__}, which all its processes share",
                    "declare a field, or make it a tuple or a MappingProxyType",
                )


def _is_read(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _attributes(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        return
    yield from (each.id for each in targets if isinstance(each, ast.Name))


def _assigned_to(node: ast.AST) -> Iterator[ast.Attribute | ast.Subscript]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign | ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    for target in targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        yield from (p for p in parts if isinstance(p, ast.Attribute | ast.Subscript))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if node.module == "refimpl":
            yield from (f"refimpl.{alias.name}" for alias in node.names)
        else:
            yield node.module


def _is_aside(node: ast.stmt) -> bool:
    """Whether it is for type checkers, or for a file that is run by itself."""
    if not isinstance(node, ast.If):
        return False
    names = (each.id for each in ast.walk(node.test) if isinstance(each, ast.Name))
    return not {"TYPE_CHECKING", "__name__"}.isdisjoint(names)


def _unread(item: type | FunctionType, name: str) -> Finding:
    what = "cannot be read: there is no text of it"
    return Finding(item.__module__, 0, name, what, "write it in a file")


def _text(node: ast.AST) -> str:
    return ast.unparse(node)
