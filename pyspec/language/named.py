r"""Steps with the names of the operators that they are by, wherever Next applies them.

TLC stops naming at a quantifier over a set that depends on the state: below
`\E m \in BagToSet(net) : Receive(m)` its steps are called Next.  Whoever drives an
implementation must know which action a step is, and of which message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.language.properties import PropertyEmitter

if TYPE_CHECKING:
    from pyspec.language import ir

__all__ = ["NamingEmitter"]


class NamingEmitter(PropertyEmitter):
    """Writes a program whose steps have the names that a reader gives them."""

    def ends_names(self, within: ir.Node) -> bool:
        """No quantifier does."""
        del within
        return False
