"""Whose method it is that raises an exception, or never returns."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from pyspec.errors import Mistake, near
from refimpl.process import Process

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["failed", "method_of", "method_that_raised"]


def method_that_raised(error: BaseException) -> str | None:
    """Return where an implementation raised it: `RM.prepare (two_phase.py:12)`.

    None if no method of a process was running.
    """
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return _found(frames)


def method_of(frame: FrameType | None) -> str | None:
    """Return the method of a process that is running there, if one is."""
    frames = [*traceback.walk_stack(frame)]
    return _found(frames[::-1])


def failed(error: Exception) -> Mistake | None:
    """Return an implementation's exception as its author's mistake; None if not his."""
    where = method_that_raised(error)
    if where is None:
        return None
    return Mistake(f"the implementation failed in {where}: {described(error)}")


def described(error: BaseException) -> str:
    """`ValueError: no such key; r1 on Timer(name='resend') at t=3ns of seed 1`."""
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    return "; ".join([text, *getattr(error, "__notes__", ())])


def _found(frames: list[tuple[FrameType, int]]) -> str | None:
    """Of frames from the outside in, name the first that is a process's own."""
    for place, (frame, line) in enumerate(frames):
        owner = frame.f_locals.get("self")
        if not isinstance(owner, Process):
            continue
        if frame.f_globals.get("__name__") == Process.__module__:
            continue
        inner, at = _deepest(frames[place:], frame.f_code.co_filename) or (frame, line)
        name = f"{type(owner).__name__}.{frame.f_code.co_name}"
        return f"{name} ({near(inner.f_code.co_filename)}:{at})"
    return None


def _deepest(
    frames: list[tuple[FrameType, int]], file: str
) -> tuple[FrameType, int] | None:
    """Return the innermost frame of the same file: its line says most."""
    inside = [each for each in frames if each[0].f_code.co_filename == file]
    return inside[-1] if inside else None
