"""`pyspec replay --follow`: a trace that is still being written."""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from pyspec.errors import Mistake
from pyspec.trace.records import opened, read_line
from pyspec.trace.write import MAX_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyspec.conformance import Monitor, Verdict
    from pyspec.trace.model import Trace

__all__ = ["STANDARD_INPUT", "followed"]

STANDARD_INPUT: Final = "-"
_PAUSE_S: Final = 0.05


def followed(file: Path, begin: Callable[[Trace], Monitor], idle_s: float) -> Verdict:
    """Hold a file's events to a spec as they are written; return how it ended.

    It ends with a rejection, with the trace's END, with the end of a pipe, or
    when nothing was written for `idle_s` seconds.
    """
    from pyspec.conformance.judging import followed_to
    from pyspec.trace import TraceStream

    stream, monitor = TraceStream(file), None
    try:
        for line in _lines(file, idle_s):
            events = stream.feed(line)
            if monitor is None and (events or stream.ended):
                monitor = begin(stream.header())
            for event in events:
                if monitor is not None and monitor.take(event) is not None:
                    return monitor.verdict
            if stream.ended:
                break
    except KeyboardInterrupt:
        matched = monitor.matched if monitor is not None else 0
        click.echo(f"{file}: {matched:,} events matched so far", err=True)
        raise
    return followed_to(stream.end, (monitor or begin(stream.header())).verdict)


def _lines(file: Path, idle_s: float) -> Iterator[bytes]:
    """Return whole lines as they come; what has no line end yet is waited for."""
    if str(file) == STANDARD_INPUT:
        yield from _whole(sys.stdin.buffer, file)
        return
    with opened(file) as stream:
        is_file = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
        yield from _growing(stream, file, idle_s) if is_file else _whole(stream, file)


def _whole(pipe: BinaryIO, file: Path) -> Iterator[bytes]:
    """Return the lines of a pipe; a last one without its end may be torn."""
    while line := read_line(pipe, str(file)):
        if _is_one(line):
            yield line


def _is_one(line: bytes) -> bool:
    """Whether it has its end, or is so long that the reader will say so."""
    return line.endswith(b"\n") or len(line) > MAX_LINE_BYTES + 1


def _growing(stream: BinaryIO, file: Path, idle_s: float) -> Iterator[bytes]:
    start, last = b"", time.monotonic()
    while time.monotonic() - last < idle_s:
        more = read_line(stream, str(file))
        if more:
            start += more
            if _is_one(start):
                yield start
                start = b""
            last = time.monotonic()  # what is done with a line is no waiting
            continue
        _check_size(stream, file)
        time.sleep(_PAUSE_S)


def _check_size(stream: BinaryIO, file: Path) -> None:
    """Refuse a file that was cut: what was read of it is no longer there."""
    read, size = stream.tell(), os.fstat(stream.fileno()).st_size
    if size < read:
        raise Mistake(
            "this file has become shorter while it was followed",
            file=file,
            expected=f"at least the {read:,} bytes that were read",
            found=f"{size:,} bytes",
            hint="Follow each recording in a file of its own.",
        )
