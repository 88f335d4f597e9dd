"""Where classes and functions are written down, and what names mean there."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Final, TypeAlias

from refimpl.audit.findings import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "FunctionNode",
    "Source",
    "function_of",
    "is_own",
    "names_of",
    "source_of_class",
    "source_of_function",
]

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


_FRAMEWORK: Final = frozenset(
    [
        "actions",
        "audit",
        "fields",
        "history",
        "maps",
        "process",
        "protocol",
        "sim",
        "steps",
        "triggers",
    ]
)
"""Modules of refimpl that are no implementations, nor parts of some."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file and its syntax tree; functions by first line, classes by their names."""

    file: str
    tree: ast.Module
    functions: Mapping[tuple[int, str], FunctionNode]
    classes: Mapping[str, tuple[ast.ClassDef, ...]]


def is_own(item: object) -> bool:
    """Whether a class or function is the implementation's, or its author's."""
    module = getattr(item, "__module__", None) or ""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in {"", "pyspec"}:
        return False
    if top == "refimpl" and _is_framework(module.split(".")):
        return False
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return "site-packages" not in Path(file).parts


def source_of_class(cls: type) -> tuple[Source, ast.ClassDef] | None:
    """Return a class's file and its definition in it; None if there is no text."""
    source = _read(_file_of(cls))
    found = source.classes.get(cls.__qualname__, ()) if source else ()
    if source is None or not found:
        return None
    lines = {
        f.__code__.co_firstlineno for f in map(function_of, vars(cls).values()) if f
    }
    fits = (each for each in found if lines & _first_lines(each))
    return source, next(fits, found[-1])


def source_of_function(function: FunctionType) -> tuple[Source, FunctionNode] | None:
    """Return a function's file and its definition in it; None if there is no text."""
    code = function.__code__
    source = _read(code.co_filename)
    node = source and source.functions.get((code.co_firstlineno, code.co_name))
    return (source, node) if source and node else None


def function_of(member: object) -> FunctionType | None:
    """Return the function that is behind a member of a class, if one is."""
    if isinstance(member, staticmethod | classmethod):
        member = member.__func__
    elif isinstance(member, property):
        member = member.fget
    elif isinstance(member, functools.cached_property):
        member = member.func
    if isinstance(member, functools.partial):
        member = member.func
    if callable(member):
        member = inspect.unwrap(member)
    return member if isinstance(member, FunctionType) else None


def names_of(function: Callable[..., object]) -> Mapping[str, object]:
    """Return what the names mean that a function does not bind itself."""
    if not isinstance(function, FunctionType):
        return {}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = dict(function.__globals__)
    for name, cell in cells:
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not bound yet
            found.pop(name, None)
    return found


def module_of(item: object) -> ModuleType | None:
    """Return the module that a class or function says that it is of."""
    return sys.modules.get(getattr(item, "__module__", None) or "")


def _file_of(cls: type) -> str | None:
    for member in vars(cls).values():
        function = function_of(member)
        if function is not None and function.__module__ == cls.__module__:
            file = function.__code__.co_filename
            if file[0] != "<":  # as of a method that a decorator made up
                return file
    return getattr(module_of(cls), "__file__", None)


def _is_framework(parts: Sequence[str]) -> bool:
    """Whether a module, by the parts of its name, is of what runs implementations."""
    second = next(iter(parts[1:]), "")
    return not second or second.removesuffix(".py") in _FRAMEWORK


def _is_own_file(file: Path) -> bool:
    library, package = Path(ast.__file__).parent, Path(__file__).parents[1]
    if package in file.parents:
        return not _is_framework(["refimpl", *file.relative_to(package).parts])
    return library not in file.parents and "site-packages" not in file.parts


@functools.lru_cache(maxsize=256)
def _read(file: str | None) -> Source | None:
    try:
        tree = ast.parse(Path(file or "").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    functions: dict[tuple[int, str], FunctionNode] = {}
    classes: dict[str, tuple[ast.ClassDef, ...]] = {}
    for node, name in _named(tree, ""):
        if isinstance(node, ast.ClassDef):
            classes[name] = (*classes.get(name, ()), node)
        else:
            functions[_first_line(node), name.rpartition(".")[2]] = node
    return Source(file or "", tree, functions, classes)


def _named(
    parent: ast.AST, prefix: str
) -> Iterator[tuple[FunctionNode | ast.ClassDef, str]]:
    """Yield functions and classes with the qualified names that Python gives them."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.ClassDef):
            yield node, prefix + node.name
            yield from _named(node, f"{prefix}{node.name}.")
        elif isinstance(node, FunctionNode):
            name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
            yield node, prefix + name
            yield from _named(node, f"{prefix}{name}.<locals>.")
        else:
            yield from _named(node, prefix)


def _first_line(node: FunctionNode) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(each.lineno for each in decorators)])


def _first_lines(node: ast.ClassDef) -> set[int]:
    return {_first_line(each) for each in node.body if isinstance(each, FunctionNode)}


def method_at(file: str, line: int) -> str | None:
    """Return class and method whose text this line is; None if it is of no process."""
    source = _read(file)
    if source is None or not _is_own_file(Path(file).resolve()):
        return None
    for name, nodes in source.classes.items():
        for each in (each for node in nodes for each in node.body):
            inside = each.lineno <= line <= (each.end_lineno or 0)
            if inside and isinstance(each, FunctionNode):
                return f"{short(name)}.{each.name}"
    return None
