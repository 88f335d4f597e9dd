"""Modules that come with pyspec, for specs that extend them.

They are the often-used ones of TLA+'s CommunityModules, defined anew in TLA+,
so that TLC can check such a spec as well; where that would be slow, or reaches
out of the spec, `runtime.modules` has natives.  Modules of a spec's own folder
and of the user's library come first.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["modules_folder"]


def modules_folder() -> Path:
    """Return the folder of the modules, to go last on the path of modules."""
    return Path(__file__).resolve().parent / "modules"
