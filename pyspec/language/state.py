"""States and the steps between them."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

__all__ = ["State", "Step"]

State: TypeAlias = tuple[Any, ...]
"""The values of the variables, in the order of the model's `variables`."""


class Step(NamedTuple):
    """A step by an action, and the state that it leads to."""

    action: str
    arguments: tuple[Any, ...]
    state: State
