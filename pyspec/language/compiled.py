"""One step from SANY's XML to a live spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.language.link import link
from pyspec.language.program import Spec, State, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspec.tla2tools import Config

__all__ = ["Spec", "State", "Step", "compile_spec"]


def compile_spec(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    sources: Mapping[str, str] | None = None,
) -> Spec:
    """Compile SANY's XML with the constants and overrides of a cfg."""
    return link(xml, config, standard, sources).spec()
