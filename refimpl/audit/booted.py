"""The processes of a protocol, started once to be looked at."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from refimpl.protocol import Protocol, find
from refimpl.sim.system import System

if TYPE_CHECKING:
    from refimpl.process import Process
    from refimpl.sim.node import Node

__all__ = ["boot", "classes_of", "load"]


def boot(protocol: Protocol) -> tuple[Process, ...]:
    """Make each process of a protocol, and start none."""
    system = System(protocol, 0)
    return tuple(map(_made, system.nodes.values()))


def _made(node: Node) -> Process:
    try:
        return node.boot()
    except Exception as error:
        error.add_note(f"when {node.id} of role {node.role.name} is made")
        raise


def classes_of(protocol: Protocol) -> tuple[type[Process], ...]:
    """Return the classes of a protocol's processes, each once, in order of roles."""
    return tuple(dict.fromkeys(map(type, boot(protocol))))


def load(where: str) -> Protocol:
    """Return the protocol of a slug, of "slug/variant", or of "module:NAME"."""
    module, _, name = where.partition(":")
    if not name:
        slug, _, variant = where.partition("/")
        return find(slug, variant)
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, Protocol):
        raise TypeError(f"{where} is no Protocol but {found!r}")
    return found
