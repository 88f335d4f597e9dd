"""The frames of TLC's `-tool` output, put together line by line.

    @!@!@STARTMSG 2110:1 @!@!@
    Invariant Consistent is violated.
    @!@!@ENDMSG 2110 @!@!@

A frame may start in the middle of a line, and hold other frames.  Lines
outside of any frame are SANY's talk, what the spec prints, or noise of the
JVM.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Item", "Message", "MessageReader", "Severity", "Text", "read_messages"]

_START: Final = re.compile(r"@!@!@STARTMSG (\d{1,9}):(\d) @!@!@\s*\Z", re.ASCII)
_END: Final = re.compile(r"@!@!@ENDMSG (\d{1,9}) @!@!@\s*\Z", re.ASCII)
_DEEPEST: Final = 32  # TLC nests two deep; a frame further down counts as text


class Severity(enum.IntEnum):
    """What TLC says a message is.  Nested messages are INFO whatever they say."""

    INFO = 0
    ERROR = 1
    BUG = 2
    WARNING = 3
    STATE = 4
    OTHER = 9


@dataclass(frozen=True, slots=True)
class Text:
    """A line, or a piece of one, outside of any frame."""

    line: str


@dataclass(frozen=True, slots=True)
class Message:
    """One frame.

    `parts` are its lines and the frames inside it, in order.  `complete` is
    false if the output ended, or an outer frame did, before this one.
    """

    code: int
    severity: Severity
    parts: tuple[str | Message, ...]
    complete: bool = True

    @property
    def body(self) -> str:
        """Its own lines, without those of the frames inside."""
        return "\n".join(part for part in self.parts if isinstance(part, str))

    @property
    def children(self) -> tuple[Message, ...]:
        """The frames directly inside."""
        return tuple(part for part in self.parts if isinstance(part, Message))

    def walk(self) -> Iterator[Message]:
        """Yield this message and all inside it, outer ones first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def text(self) -> str:
        """All lines, with those of the frames inside, in order."""
        return "\n".join(
            part if isinstance(part, str) else part.text for part in self.parts
        )


Item: TypeAlias = Message | Text


def read_messages(lines: Iterable[str]) -> Iterator[Item]:
    """Yield the messages and the unframed text of a whole output."""
    reader = MessageReader()
    for line in lines:
        yield from reader.feed(line)
    yield from reader.close()


@dataclass(slots=True)
class _Open:
    code: int
    severity: Severity
    parts: list[str | Message] = field(default_factory=list)

    def closed(self, *, complete: bool) -> Message:
        return Message(self.code, self.severity, tuple(self.parts), complete)


class MessageReader:
    """Takes output line by line; gives messages as soon as they are complete.

    Never raises, and loses no text: what cannot be a frame is text.
    """

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def feed(self, line: str) -> list[Item]:
        """Take one line (its end may be missing); return what it completes."""
        line = line.rstrip("\r\n")
        if "@!@!@" not in line:
            return self._text(line)
        start = _START.search(line)
        if start is not None and len(self._open) < _DEEPEST:
            return self._start(line, start)
        end = _END.search(line)
        if end is not None and self._is_open(int(end[1])):
            return self._end(line, end)
        return self._text(line)

    def close(self) -> list[Item]:
        """End of the output: return the frame that was cut, if there is one."""
        if not self._open:
            return []
        return self._pop_to(0, complete=False)

    @property
    def inside(self) -> bool:
        """Whether a frame is open."""
        return bool(self._open)

    def _text(self, line: str) -> list[Item]:
        if not self._open:
            return [Text(line)]
        self._open[-1].parts.append(line)
        return []

    def _start(self, line: str, match: re.Match[str]) -> list[Item]:
        before = line[: match.start()]
        items = self._text(before) if before else []
        self._open.append(_Open(int(match[1]), _severity(match[2])))
        return items

    def _end(self, line: str, match: re.Match[str]) -> list[Item]:
        before = line[: match.start()]
        if before:
            self._open[-1].parts.append(before)
        code = int(match[1])
        place = max(at for at, one in enumerate(self._open) if one.code == code)
        return self._pop_to(place, complete=True)

    def _is_open(self, code: int) -> bool:
        return any(one.code == code for one in self._open)

    def _pop_to(self, place: int, *, complete: bool) -> list[Item]:
        """Close the frames from `place` on; those above it were cut short."""
        while True:
            whole = complete and len(self._open) - 1 == place
            message = self._open.pop().closed(complete=whole)
            if not self._open:
                return [message]
            self._open[-1].parts.append(message)
            if len(self._open) == place:
                return []


def _severity(digit: str) -> Severity:
    try:
        return Severity(int(digit))
    except ValueError:
        return Severity.OTHER
