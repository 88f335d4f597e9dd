"""What is run: an implementation of a protocol, and the spec that it is held to."""

from __future__ import annotations

import difflib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspec import catalog
from pyspec.errors import Mistake
from refimpl.protocol import Protocol, find, find_broken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The words that name an implementation, so that any process can find it.

    - slug: of the protocol; or FILE.tla, a spec that is not in the catalogue
    - variant: the name of another configuration of it
    - broken: the name of one of its broken implementations
    - file: a Python file with PROTOCOL, and perhaps BROKEN, instead of the
      reference implementation
    """

    slug: str
    broken: str | None = None
    file: str | None = None
    variant: str | None = None

    @property
    def name(self) -> str:
        """`two_phase_commit`, or `two_phase_commit, hasty_tm`."""
        file = self.file and Path(self.file).name
        slug = Path(self.slug).name if self.is_own else self.slug
        parts = [slug, self.variant, self.broken, file]
        return ", ".join(part for part in parts if part)

    @property
    def options(self) -> list[str]:
        """The words of a command line that name it."""
        words = [self.slug]
        words += ["--implementation", self.file] if self.file else []
        words += ["--variant", self.variant] if self.variant else []
        return words + (["--broken", self.broken] if self.broken else [])

    @property
    def is_own(self) -> bool:
        """Whether its spec is a file of the user's, not one of the catalogue."""
        return self.slug.endswith(".tla")

    @property
    def module(self) -> str:
        """The name of the spec's module."""
        path = Path(self.slug)
        return path.stem if self.is_own else catalog.find(self.slug).module

    @property
    def unreached(self) -> Mapping[str, str]:
        """Actions that its reference implementation is said never to take, and why."""
        return {} if self.is_own else catalog.find(self.slug).unreached

    def spec(self) -> Path:
        """Return the file of the protocol's spec."""
        return Path(self.slug) if self.is_own else catalog.find(self.slug).spec

    def protocol(self) -> Protocol:
        """Return the implementation; Mistake if there is none."""
        slug = self.slug if self.is_own else catalog.find(self.slug).slug
        module = _module(Path(self.file)) if self.file else None
        if self.broken is not None:
            known = module.BROKEN if module is not None else find_broken(slug)
            broken = {each.name: each.protocol for each in known}
            return _named(self.broken, broken, f"{slug} has no broken implementation")
        found = module.PROTOCOL if module is not None else _reference(slug)
        if self.variant is None:
            return found
        return _named(self.variant, found.variants, f"{slug} has no variant")


def _reference(slug: str) -> Protocol:
    if slug.endswith(".tla"):
        raise Mistake(
            "a spec outside of the catalogue has no reference implementation",
            file=slug,
            hint="Name your own: --implementation FILE.py.",
        )
    try:
        return find(slug)
    except KeyError:
        raise Mistake(
            f"{slug} has no reference implementation",
            hint="Name a file of your own: --implementation FILE.py.",
        ) from None


def _named(name: str, known: Mapping[str, Protocol], problem: str) -> Protocol:
    wanted = name.replace("-", "_")
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=1)
    raise Mistake(
        f"{problem} {name!r}",
        expected=", ".join(known) or "no name: there is none",
        hint=f"Did you mean {close[0]}?" if close else None,
    )


class _Loaded(dict[Path, Any]):
    """Files that were run, so that their classes exist once."""


_LOADED = _Loaded()


def _module(path: Path) -> ModuleType | Any:  # noqa: ANN401 - whatever a user wrote
    path = path.absolute()
    if path not in _LOADED:
        _LOADED[path] = _run(path)
    return _LOADED[path]


def _run(path: Path) -> ModuleType:
    """Run the file; Mistake if it cannot be, or has no PROTOCOL."""
    if not path.is_file():
        raise Mistake("there is no such file", file=path)
    name = f"implementation_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise Mistake("this is no Python file", file=path, expected="FILE.py")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # dataclasses look their module up
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # for what stands beside it
    try:
        found.loader.exec_module(module)
    except Exception as error:
        raise Mistake(
            f"this implementation cannot be imported: {type(error).__name__}: {error}",
            file=path,
        ) from error
    if not isinstance(getattr(module, "PROTOCOL", None), Protocol):
        raise Mistake("this file has no PROTOCOL", file=path, expected="a Protocol")
    if not hasattr(module, "BROKEN"):
        module.__dict__["BROKEN"] = ()
    return module
