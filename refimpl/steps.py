"""Taking steps: how a process reacts to what happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from refimpl.actions import GuardIsFalse
from refimpl.triggers import ImplementationError, Message, Timer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from refimpl.actions import Handler
    from refimpl.process import Process
    from refimpl.triggers import Trigger

__all__ = ["Deferred", "Ignored", "Step", "Taken", "respond"]

SETTLES_WITHIN: Final = 100_000
"""So many internal steps in a row mean that a guard never becomes false.

Fewer may be honest work: a server that was long cut off has that much to apply.
"""


class Taken(NamedTuple):
    """An action that a process took, as the spec names it, with its arguments."""

    action: str
    arguments: tuple[object, ...]


class Ignored(NamedTuple):
    """A message that no action wanted: it is consumed and changes nothing."""

    message: Message


class Deferred(NamedTuple):
    """A message that no action wants yet: it is to be given again later."""

    message: Message


Step: TypeAlias = Taken | Ignored | Deferred


def respond(process: Process, trigger: Trigger) -> Iterator[Step]:
    """Let the process react, and yield after each step that it takes.

    Of the actions on a message or on RESTART the first enabled one is taken, in
    source order; on a timer each enabled one, for each value of its parameter.
    Then the internal actions, until none is enabled.  Stop iterating when the
    process crashes.
    """
    if isinstance(trigger, Timer):
        yield from _on_timer(process, trigger)
    else:
        yield _first(process, trigger)
    if process.internal:
        yield from _settle(process)


def _on_timer(process: Process, timer: Timer) -> Iterator[Taken]:
    for handler in process.on(timer):
        for value in handler.values(process):
            step = _attempt(process, handler, value)
            if step is not None:
                yield step


def _first(process: Process, trigger: Trigger) -> Step:
    for handler in process.on(trigger):
        step = _attempt(process, handler, trigger)
        if step is not None:
            return step
    if not isinstance(trigger, Message):
        raise ImplementationError(
            f"{type(process).__name__} has no action on RESTART that is enabled"
        )
    if isinstance(trigger, process.defers):
        return Deferred(trigger)
    return Ignored(trigger)


def _settle(process: Process) -> Iterator[Taken]:
    """Take internal actions until none is enabled."""
    step: Taken | None = None
    for _ in range(SETTLES_WITHIN):
        step = _internal(process)
        if step is None:
            return
        yield step
    assert step is not None  # noqa: S101 - so many were taken
    raise ImplementationError(
        f"{type(process).__name__} took {SETTLES_WITHIN:,} internal steps in a row; "
        f"the last was {step.action}"
    )


def _internal(process: Process) -> Taken | None:
    """Take the first internal action that is enabled."""
    for handler in process.internal:
        for value in handler.values(process):
            step = _attempt(process, handler, value)
            if step is not None:
                return step
    return None


def _attempt(process: Process, handler: Handler, given: object) -> Taken | None:
    """Take the action if its guards hold; otherwise change nothing.

    Arguments are what they were before the step.
    """
    memory = process.memory
    memory.begin()
    method = getattr(process, handler.method)
    try:
        arguments = None if handler.is_fixed else handler.arguments(process, given)
        if handler.parameter is None:
            method()
        else:
            method(given)
        if arguments is None:
            arguments = handler.arguments(process, given)
    except GuardIsFalse:
        _check_untouched(process, handler)
        return None
    except Exception as error:
        error.add_note(f"in {type(process).__name__}.{handler.method}")
        raise
    finally:
        memory.in_step = False
    return Taken(handler.mark.template.name, arguments)


def _check_untouched(process: Process, handler: Handler) -> None:
    """Raise ImplementationError if the step did anything before its guard."""
    memory = process.memory
    if not memory.written and not memory.effects:
        return
    values: Mapping[str, object] = memory.values
    done = [
        f"changed {name} from {before!r} to {values[name]!r}"
        for name, before in memory.written.items()
    ]
    if memory.effects:
        done.append("sent a message, set a timer or forced its log")
    raise ImplementationError(
        f"{type(process).__name__}.{handler.method} {' and '.join(done)} before "
        "a guard that is false; guards come first"
    )
