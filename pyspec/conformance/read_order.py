"""The order of names, which decides what CHOOSE takes.

TLC orders names (model values, strings, fields) by where it first read them: the cfg
comes before the modules.  A trace has no cfg, and what is generated for it mentions
names as its events do, which must decide nothing.  So both engines are told one order:
names of the cfg, if there is one; then those of the constants, in the order of their
declarations and each set in its own; then those of the spec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.language.load import names_read
from pyspec.tla2tools.modules import search_path
from pyspec.tla2tools.words import names_in
from pyspec.values import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.conformance.question import Spec
    from pyspec.values import Value

__all__ = ["read_order"]


def read_order(spec: Spec, constants: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the names that a spec with these constants is made of, in their order."""
    declared = [name for name in spec.facts.constants if name in constants]
    given = names_in(show(constants[name]) for name in declared)
    read = names_read(spec.path, search_path(spec.path, spec.library))
    return tuple(dict.fromkeys([*spec.words, *given, *read]))
