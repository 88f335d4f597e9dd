"""An emitter that knows inside of which operators it writes a step of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from pyspec.language.emit import Scope
from pyspec.language.properties import PropertyEmitter

if TYPE_CHECKING:
    from pyspec.language import ir
    from pyspec.language.actions import Continue, Label
    from pyspec.language.emit import Linked

__all__ = ["OpeningEmitter"]

F = TypeVar("F")


class OpeningEmitter(PropertyEmitter, Generic[F]):
    """Remembers the part of an action that is being written, and what is around it.

    - _acting, _scope: that part, and the scope in which it stands
    - _opened: a frame for each operator that is written out around it, the
      outermost first
    """

    def __init__(self, linked: Linked) -> None:
        super().__init__(linked)
        self._acting: ir.Node | None = None
        self._scope = Scope()
        self._opened: tuple[F, ...] = ()

    def frame(self, definition: ir.Definition, scope: Scope) -> F:
        """Return what is to be remembered of an operator that is written out."""
        raise NotImplementedError

    def act(
        self, node: ir.Node, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        """Remember which part of an action is being written."""
        before = self._acting, self._scope
        self._acting, self._scope = node, scope
        try:
            super().act(node, scope, depth, label, go)
        finally:
            self._acting, self._scope = before

    def open(  # noqa: PLR0913, PLR0917 - as the walk has it
        self,
        definition: ir.Definition,
        arguments: tuple[ir.Node, ...],
        scope: Scope,
        home: Scope,
        depth: int,
        label: Label,
        go: Continue,
    ) -> None:
        """Remember the operators that are written out, up to what follows."""
        outer = self._opened
        inner = (*outer, self.frame(definition, scope))

        def back(scope: Scope, depth: int, label: Label) -> None:
            self._opened = outer
            try:
                go(scope, depth, label)
            finally:
                self._opened = inner

        then = go if go == self.finish else back
        self._opened = inner
        try:
            super().open(definition, arguments, scope, home, depth, label, then)
        finally:
            self._opened = outer
