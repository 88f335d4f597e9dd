"""The process that makes an AOT cache in the background (see aot.py)."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pyspec.tla2tools.aot import AotCache
from pyspec.tla2tools.jar import find_jar
from pyspec.tla2tools.java import find_java

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Make the cache for a Java and a jar; SIGTERM ends it, cleanly."""
    signal.signal(signal.SIGTERM, _leave)
    java, jar, folder = map(Path, arguments)
    AotCache(find_java(java), find_jar(jar), folder).train()


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(1)
