"""Which modules a spec can need, and the folders where they are looked for."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["involved", "search_path"]


def involved(module: Path, folders: Sequence[Path]) -> dict[str, Path]:
    """Return the modules that this one can need, by name: rather more than fewer.

    Every word of a module that is the name of a file in the folders counts.
    """
    there: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.tla")):
            there.setdefault(file.stem, file)
    found = {module.stem: module}
    todo = [module]
    while todo:
        text = todo.pop().read_text(encoding="utf-8", errors="replace")
        for word in sorted(set(re.findall(r"\w+", text)) & there.keys() - found.keys()):
            found[word] = there[word]
            todo.append(there[word])
    return found


def search_path(module: Path, library: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the folders of modules: the module's own first, each once.

    Raises Mistake for a folder that is missing or that Java cannot be told.
    """
    folders = [module.absolute().parent, *(folder.absolute() for folder in library)]
    for folder in folders[1:]:
        if not folder.is_dir():
            raise Mistake("there is no such folder of modules", file=folder)
        if os.pathsep in str(folder):
            raise Mistake(
                f"Java cannot search a folder with {os.pathsep!r} in its name",
                file=folder,
            )
    return tuple(dict.fromkeys(folders))
