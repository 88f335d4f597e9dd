"""The semantic tree of a module, for those who read more off it than its program."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pyspec.kept import content_of, kept
from pyspec.language.build import build
from pyspec.language.library import modules_folder
from pyspec.language.load import Standard, engine
from pyspec.language.nesting import room_for_depth
from pyspec.language.tree import Tree
from pyspec.tla2tools import sany
from pyspec.tla2tools.modules import involved

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from pyspec.language import ir
    from pyspec.language.load import Source
    from pyspec.tla2tools import Toolchain

__all__ = ["read_module"]


def read_module(
    source: Source,
    toolchain: Callable[[], Toolchain],
    stop: threading.Event | None = None,
) -> tuple[ir.Module, Standard]:
    """Return a module, kept or made now, and which modules are standard ones.

    Raises Mistake if it has errors, and Unavailable if SANY cannot run.
    """
    files = involved(source.module, source.folders)
    own = {n for n, each in files.items() if each.parent != modules_folder()}
    contents = content_of(file for _, file in sorted(files.items()))
    said = f"{engine()}{source.module.stem}\0{sorted(own)}\0{contents}"

    def made() -> ir.Module:
        xml = sany.export_xml(toolchain(), source.module, source.folders[1:], stop=stop)
        return build(Tree(xml))

    with room_for_depth():
        key = hashlib.sha256(said.encode()).hexdigest()
        module: ir.Module = kept("modules", key, made)
    return module, Standard(frozenset(own), frozenset(files) - own)
