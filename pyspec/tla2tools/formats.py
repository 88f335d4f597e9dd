"""Traces of every format, from one function.

`read_any` finds out which format a file is in, by its name and what it begins
with, and reads it.  TLC's own two formats are read here; all others are
`pyspec.trace`'s.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import re
import shutil
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pyspec.errors import Mistake
from pyspec.tla2tools.counterexample import trace_of_dump
from pyspec.tla2tools.dump_json import read_dump
from pyspec.tla2tools.outcome import Outcome, Question, read_output
from pyspec.trace import Trace, parse_trace, read_trace
from pyspec.trace.etcd import is_etcd, read_etcd_stream
from pyspec.trace.inria import is_inria, read_inria_stream
from pyspec.trace.itf import read_itf_stream
from pyspec.trace.model import Call, Path, Relation
from pyspec.trace.ndjson import read_ndjson_stream
from pyspec.trace.reading import Account, Format, Reading, module_name
from pyspec.trace.records import (
    MAX_DOCUMENT_BYTES,
    document_of,
    lines_of,
    opened,
    unreadable,
)
from pyspec.trace.strict_json import read_json
from pyspec.trace.write import MAX_LINE_BYTES, checked_path, show_call
from pyspec.values.model import is_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["Format", "Reading", "detect", "read_any", "read_stream", "seekable"]

_HEAD: Final = 1 << 16
_KEPT_IN_MEMORY: Final = 1 << 24
_FRAME: Final = b"@!@!@STARTMSG "
_TEXT: Final = re.compile(rb"\s*-{4,}\s*TRACE\b")
_KEY: Final = re.compile(r'"(counterexample|states|vars|#meta|format)"\s*:')
_ROOT: Final = re.compile(r"Semantic processing of module (\w+)\s*", re.ASCII)
_MOST_LOOKED_AT: Final = 20  # lines, before one is an event


def read_any(
    path: pathlib.Path | str,
    form: Format | None = None,
    *,
    module: str | None = None,
    model_values: Collection[str] = (),
) -> list[Reading]:
    """Read the traces of a file: one, or all counterexamples of a run of TLC.

    The format is found out if none is given.  `module` is the module that they
    are of, whatever the file says.  Strings among `model_values` are read as
    those model values where the format does not tell (`dump`, `inria`).
    Mistake with file, line and column if it cannot be read.
    """
    if form is None and pathlib.Path(path).suffix == ".trace":
        form = Format.TEXT
    if form is not Format.TEXT:
        with opened(path) as file, seekable(file) as stream:
            form = form or detect(stream, str(path))
            if form is not Format.TEXT or stream is not file:
                return read_stream(
                    stream, str(path), form, module=module, model_values=model_values
                )
    return [Reading(_renamed(read_trace(path), module), form)]


@contextlib.contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream that can be read twice: a copy, if this one is a pipe.

    Raises OSError if it cannot be copied, as for a full disk.
    """
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield copy  # type: ignore[misc] # it has all that a file has


def read_stream(
    stream: BinaryIO,
    file: str,
    form: Format | None = None,
    *,
    module: str | None = None,
    model_values: Collection[str] = (),
) -> list[Reading]:
    """Read the traces of a stream that can go back to its beginning."""
    if form is None:
        form = detect(stream, file)
    known = frozenset(model_values)
    if form is Format.TLC:
        readings = _read_tlc(stream, file, module)
    elif form is Format.DUMP:
        readings = [_read_dump(stream, file, module, known)]
    elif form is Format.ITF:
        readings = [read_itf_stream(stream, file, module)]
    elif form is Format.ETCD:
        readings = [read_etcd_stream(stream, file, module)]
    elif form is Format.INRIA:
        readings = [read_inria_stream(stream, file, module, known)]
    elif form is Format.NDJSON:
        readings = [Reading(read_ndjson_stream(stream, file), form)]
    else:
        readings = [Reading(_read_text(stream, file), form)]
    return [replace(one, trace=_renamed(one.trace, module, file)) for one in readings]


def _renamed(trace: Trace, module: str | None, file: str | None = None) -> Trace:
    return replace(trace, module=module or trace.module, file=trace.file or file)


def _read_text(stream: BinaryIO, file: str) -> Trace:
    raw = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise Mistake(
            "this trace is too long to be read from a pipe",
            file=file,
            hint="put it into a file that ends with .trace",
        )
    whole, newline, rest = raw.rpartition(b"\n")
    text = "\n".join(line.text for line in lines_of(io.BytesIO(whole), file))
    return parse_trace(text + newline.decode() + rest.decode(errors="replace"), file)


# --------------------------------------------------------------------------
# Which format it is


def detect(stream: BinaryIO, file: str) -> Format:
    """Return the format of a stream, and go back to its beginning.

    Mistake if it is none of them.
    """
    try:
        head = stream.read(_HEAD)
        stream.seek(0)
        form = _by_head(head, file) or _by_lines(stream, file, head)
        stream.seek(0)
    except OSError as error:
        raise unreadable(error, file) from None
    if form is None:
        raise _unknown(file, head)
    return form


def _by_head(head: bytes, file: str) -> Format | None:
    head = head.removeprefix(b"\xef\xbb\xbf")
    if _FRAME in head:
        return Format.TLC
    if _TEXT.match(head):
        return Format.TEXT
    if not head.lstrip().startswith(b"{"):
        return None
    if file.endswith(".itf.json"):
        return Format.ITF
    first, newline, _ = head.partition(b"\n")
    try:
        read_json(first.decode(errors="replace"))
    except Mistake:
        # A document over several lines, or a line that goes on behind the head.
        return _by_keys(head) or (Format.NDJSON if _is_ndjson(file) else None)
    return None if newline or b"}" in first else _by_keys(head)


def _is_ndjson(file: str) -> bool:
    return file.endswith((".ndjson", ".jsonl"))


def _is_history(file: str, head: bytes) -> bool:
    """Whether these are operations of clients, as Jepsen stores or prints them."""
    return file.endswith(".edn") or b":invoke" in head


def _by_keys(head: bytes) -> Format | None:
    keys = {match[1] for match in _KEY.finditer(head.decode(errors="replace"))}
    if "counterexample" in keys:
        return Format.DUMP
    if keys & {"states", "vars", "#meta"}:
        return Format.ITF
    return Format.NDJSON if "format" in keys else None


def _by_lines(stream: BinaryIO, file: str, head: bytes) -> Format | None:
    """Look at the first lines, each of which is an object, until one tells."""
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return None
    fallback = Format.NDJSON if _is_ndjson(file) else None
    for _ in range(_MOST_LOOKED_AT):
        raw = stream.readline(MAX_LINE_BYTES)
        if raw.isspace():
            continue
        try:
            data = read_json(raw.decode(errors="replace").removeprefix("\ufeff"))
        except Mistake:
            return fallback
        form = _by_object(data) if isinstance(data, dict) else None
        if form is not None:
            return form
    return fallback


def _by_object(data: dict[str, Any]) -> Format | None:
    if "counterexample" in data:
        return Format.DUMP
    if "states" in data and "vars" in data:
        return Format.ITF
    if "format" in data or isinstance(data.get("event"), int):
        return Format.NDJSON
    if is_etcd(data):
        return Format.ETCD
    return Format.INRIA if is_inria(data) else None


def _unknown(file: str, head: bytes) -> Mistake:
    hint = "say which one it is (pyspec convert has --from for it)"
    if b"TLC2 Version" in head:
        hint = "of TLC's output, that of `-tool` is read"
    elif _is_history(file, head):
        hint = "a history of clients is replayed with --history, such as register"
    elif _is_ndjson(file):
        hint = "a log needs what maps it to events (pyspec replay --adapter FILE.py)"
    elif not head.strip():
        hint = "it is empty"
    return Mistake(
        "this is no trace in a format that is known",
        file=file,
        line=1,
        expected="one of " + ", ".join(form.value for form in Format),
        hint=hint,
    )


# --------------------------------------------------------------------------
# What TLC prints and writes


def _read_tlc(stream: BinaryIO, file: str, module: str | None) -> list[Reading]:
    """Read every counterexample that TLC printed with -tool."""
    roots: list[str] = []
    lines = _noting_roots(lines_of(stream, file), roots)
    outcome = read_output(lines, question=Question())
    found = [one.counterexample for one in outcome.findings if one.counterexample]
    if not found:
        raise _no_counterexample(outcome, file)
    account = Account()
    name = module_name(module, roots[-1] if roots else None, file, account)
    traces = [replace(trace, module=name, file=file) for trace in found]
    return [account.reading(_checked(trace), Format.TLC) for trace in traces]


def _checked(trace: Trace) -> Trace:
    """See that it is a trace: output that was damaged may give any name."""
    roots = {seen.path.root for seen in trace.init}
    actions: set[str] = set()
    for event in trace.events:
        roots.update(seen.path.root for seen in event.observations)
        actions.update(one.action for one in event.steps if isinstance(one, Call))
    try:
        for root in roots:
            checked_path(Path(root))
        for action in actions:
            show_call(Call(action))
    except Mistake as mistake:
        mistake.file = mistake.file or trace.file
        raise
    return trace


def _noting_roots(lines: Iterable[Any], roots: list[str]) -> Iterator[str]:
    """Note the modules in SANY's order; the root module comes last."""
    for line in lines:
        match = _ROOT.fullmatch(line.text)
        if match is not None and is_name(match[1]):
            roots.append(match[1])
        yield line.text


def _no_counterexample(outcome: Outcome, file: str) -> Mistake:
    return Mistake(
        "this run of TLC has no counterexample, so there is no trace in its output",
        file=file,
        found=outcome.message,
    )


def _read_dump(
    stream: BinaryIO, file: str, module: str | None, model_values: frozenset[str]
) -> Reading:
    """Read what -dumpTrace json wrote, and say what JSON does not tell."""
    dump = read_dump(document_of(stream, file), file)
    account = Account()
    name = module_name(module, dump.module, file, account)
    trace = trace_of_dump(dump, name, model_values=model_values)
    _tell_losses(trace, len(dump.states[0]) * (len(trace.events) + 1), account)
    return account.reading(_checked(replace(trace, file=file)), Format.DUMP)


def _tell_losses(trace: Trace, expected: int, account: Account) -> None:
    """Count what the JSON does not tell: `expected` values stand in the states."""
    seen = [*trace.init, *(one for event in trace.events for one in event.observations)]
    several = sum(one.relation is Relation.ONE_OF for one in seen)
    account.ignored["values that JSON does not tell enough of"] = expected - len(seen)
    account.notes.append(
        "JSON of -dumpTrace has no sets and no model values: "
        f"{several} values are observed as one of several, and strings stay strings "
        "unless they are named as model values; -tool has the exact values"
    )
