"""Every reader of what a stranger may have written, and what holds of each.

A reader takes any bytes: it returns something, or raises a Mistake that names
the file.  What it accepts can be written, and reads back as the same.
"""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.catalog import read_protocol
from pyspec.conformance.adapters import read_records
from pyspec.errors import Mistake
from pyspec.tla2tools.chatter import read_chatter
from pyspec.tla2tools.config import parse_config
from pyspec.tla2tools.counterexample import read_dump_trace
from pyspec.tla2tools.dot import read_dot_lines
from pyspec.tla2tools.formats import Format, read_stream
from pyspec.tla2tools.outcome import Question, read_output
from pyspec.trace import TraceStream, parse_trace, write_trace
from pyspec.trace.itf import parse_itf, write_itf
from pyspec.trace.ndjson import parse_ndjson, write_ndjson
from pyspec.trace.strict_json import read_json
from pyspec.trace.text import event_by_grammar, plain_event
from pyspec.values import parse, show
from pyspec.values.build import UnfitError
from pyspec.values.from_itf import WrongJsonError, from_itf
from pyspec.values.grammar import Place
from pyspec.values.itf import to_itf
from pyspec.values.parse import (
    NotPlainError,
    parse_by_grammar,
    parse_plain,
    parse_state,
    parse_state_by_grammar,
)
from tools.fuzz.mutants import JSON_TOKENS, TEXT_TOKENS, TLC_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.trace.model import Event, Trace

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "tests/data/tlc-samples"
FILE: Final = "fuzz"

SEEN: Final = rb"""---- TRACE X ---- \* format 1
CONSTANT RM = {r1, r2}, N = 3
META "a b" = 1
INIT /\ x = [a |-> 1] /\ y = (1 :> 2)
1 @r1 t=3.5ms vc=[r1 |-> 2] A(r1, _) /\ x' = ({} :> <<TRUE>>) /\ y' = "\n"
2 B /\ x' = [a |-> 1] /\ y' = (1 :> 2)
LOOP 0
"""
REST: Final = rb"""---- TRACE Y ----
SILENT Lose(_) MAX 3, B
EXPECT owes A(1)
1 @"a b" ? ; SKIP /\ {1} \subseteq Len(y)' /\ r1 \in Op(1)[2, 3] /\ x.f \in {1}
END crashed
"""
LONGER: Final = rb"""---- TRACE X ---- \* format 1
CONSTANT RM = {r1,
 r2}, N = 3
META "a b" = 1
SILENT Lose(_) MAX 3, B
EXPECT rejected at 2
INIT /\ x = [a |-> 1]
  /\ y = (1 :> 2)
1 @r1 t=3.5ms vc=[r1 |-> 2] A(r1, _) ; B /\ x[r1].f' = "p" /\ M!z \in {1}
2 @"a b" ? /\ {1} \subseteq Len(y)' /\ r1 \in Op(1)[2, 3]
4 SKIP \* nothing
LOOP 1
====
"""
ETCD: Final = b"""{"tag": "config", "N": 3}
{"tag": "trace", "ts": 1, "event": {"name": "A", "nid": "1", "state": {"t": 1}}}
{"tag": "other", "event": {}}
"""
INRIA: Final = b"""{"RM": ["r1"]}
{"clock": 1, "event": "A", "event_args": ["r1", [1]], "sender": "g", "desc": "d", \
"x": [{"op": "Replace", "path": ["a", 1], "args": [{"1": [2]}]}]}
{"clock": 2, "x": [{"op": "AddElement", "path": [], "args": [1]}, {"op": "Clear"}], \
"y": [{"op": "UpdateRec", "args": [{"a": [1]}]}, {"op": "Add", "args": [1]}]}
"""
ITF: Final = b"""{"#meta": {"source": "M.tla"}, "params": ["N"], "vars": ["x", "a::y"],
 "states": [{"x": {"#map": [[1, true]]}, "a::y": {"#tup": []}, "N": 3},
  {"x": {"#set": [{"tag": "A", "value": 1}]}, "a::y": 2, "mbt::actionTaken": "A",
   "mbt::nondetPicks": {"p": 1}}], "loop": 0}"""
VALUES: Final = (
    b'[type |-> "Prepared", rm |-> r1, LET |-> {1, -2, {}}]',
    b'( 2 :> <<1, TRUE>> @@\n  "a b" :> {} )',
    rb"SUBSET {1, 2} (* c (* d *) *) \* e",
    rb'[{1} -> {2, 3}] \X ((1..3 \cup {r1}) \ {"a\"b\\c"})',
    b"[x: {1}, y: UNION {{2}, {3}}]",
)
STATES: Final = (
    b'/\\ x = 1\n/\\ rmState = (r1 :> "a" @@ r2 :> "b")\n/\\ y = null\n',
    b"x = <<1,\n   {2} >>",
)
CONFIGS: Final = (
    b"SPECIFICATION Spec\nCONSTANTS N = 3 RM = {r1, {r2}} \\* c\n  F <- G\n",
    b"""INIT I NEXT N INVARIANTS A B PROPERTY P CONSTANT A!B <- [M] C D = [M] "x"
CHECK_DEADLOCK FALSE SYMMETRY S TYPE_CONSTRAINT T (* c *)""",
)
DOT: Final = rb"""strict digraph DiskGraph {
nodesep=0.35;
subgraph cluster_graph {
color="white";
1 [label="/\\ x = 0\n/\\ y = {}",style = filled]
1 -> 2 [label="A",color="black",fontcolor="black"];
2 [label="/\\ x = 1\n/\\ y = {}"];
{rank = same; 1;}
}
}
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: what it reads well, tokens of its language, and its check.

    `check` returns whether the bytes were accepted; whatever it raises is a
    finding.
    """

    name: str
    corpus: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    check: Callable[[bytes], bool]


class FindingError(Exception):
    """What should hold of a reader does not."""


def same(found: object, expected: object) -> None:
    """See that two readings are equal."""
    if found != expected:
        raise FindingError(f"{found!r:.2000} is not {expected!r:.2000}")


def named(mistake: Mistake, file: str) -> None:
    """See that a mistake says in which file it is."""
    if not str(mistake).startswith(file):
        raise FindingError("a mistake without its file") from mistake


# --------------------------------------------------------------------------
# Texts


def check_value(text: str) -> None:
    """Read a value; what the fast reader reads, the grammar reads alike."""
    value = parse(text)
    same(parse(show(value)), value)
    same(parse_by_grammar(text), value)
    same(from_itf(json.loads(json.dumps(to_itf(value)))), value)


def check_state(text: str) -> None:
    """Read a state, likewise."""
    same(parse_state(text), parse_state_by_grammar(text))


def check_config(text: str) -> None:
    """Read a cfg; what can be written is read back."""
    config = parse_config(text)
    same(parse_config(config.text()), config)


def check_trace(text: str) -> None:
    """Read a trace, at once and as it grows; it can be written and read back."""
    for line in text.split("\n"):
        _check_event(line)
    _check_growing(text)
    trace = parse_trace(text)
    text = _unless_too_long(write_trace, trace) or text
    same(parse_trace(text), trace)


def _check_event(line: str) -> None:
    try:
        event = plain_event(line)
    except (NotPlainError, UnfitError):
        return
    same(event_by_grammar(line, Place(line)), event)


def _check_growing(text: str) -> None:
    whole, newline, _ = text.rpartition("\n")
    stream = TraceStream(FILE)
    events: list[Event] = []
    try:
        for line in whole.split("\n") if newline else ():
            events += stream.feed(f"{line}\n".encode())
        header = stream.header()
    except Mistake as mistake:
        named(mistake, FILE)
        return
    trace = _damaged_at_most(whole + newline)
    if trace is not None:
        same(tuple(events), trace.events)
        same((header.module, header.init), (trace.module, trace.init))


def _damaged_at_most(text: str) -> Trace | None:
    """Read a trace; None if only its end shows that it is none."""
    try:
        return parse_trace(text)
    except Mistake:
        return None


def checker_of_text(read: Callable[[str], None]) -> Callable[[bytes], bool]:
    """Return a check of bytes from one of texts: a Mistake is as good as a result."""

    def check(raw: bytes) -> bool:
        text = raw.decode(errors="replace")
        _check_plain(text)
        try:
            read(text)
        except Mistake as mistake:
            if "__" in (mistake.expected or ""):
                raise FindingError("a name of lark's is in a message") from mistake
            return False
        return True

    return check


def _check_plain(text: str) -> None:
    try:
        plain = parse_plain(text)
    except NotPlainError:
        return
    same(parse_by_grammar(text), plain)


# --------------------------------------------------------------------------
# Traces in any format


def checker_of(form: Format | None) -> Callable[[bytes], bool]:
    """Return a check of traces in a format; None if it is to be found out."""

    def check(raw: bytes) -> bool:
        try:
            readings = read_stream(io.BytesIO(raw), FILE, form)
        except Mistake as mistake:
            named(mistake, FILE)
            return False
        for reading in readings:
            check_written(reading.trace)
        return bool(readings)

    return check


def check_written(trace: Trace) -> None:
    """See that what was read can be written and read back in each format.

    Unless a line would be too long: a few characters stand for many elements.
    """
    text = _unless_too_long(write_trace, trace)
    if text is not None:
        same(write_trace(parse_trace(text)), text)
    text = _unless_too_long(write_ndjson, trace)
    if text is not None:
        same(parse_ndjson(text), trace)
    try:
        text = write_itf(trace)
    except Mistake:
        return
    same(_in_order(parse_itf(text).trace), _in_order(trace))


def _unless_too_long(write: Callable[[Trace], str], trace: Trace) -> str | None:
    try:
        return write(trace)
    except Mistake as mistake:
        if mistake.message.startswith("a line of a trace would have"):
            return None
        raise


def _in_order(trace: Trace) -> Trace:
    """Sort what each event observes: ITF has one order of variables for all."""
    events = (
        replace(
            event,
            observations=tuple(
                sorted(event.observations, key=lambda seen: seen.path.root)
            ),
        )
        for event in trace.events
    )
    return replace(trace, events=tuple(events))


# --------------------------------------------------------------------------
# All else


def _check_dump(raw: bytes) -> bool:
    """Read a dump without the checks that `read_stream` makes before."""
    try:
        read_dump_trace(raw, "M")
    except Mistake:
        return False
    return True


def _check_itf_value(raw: bytes) -> bool:
    try:
        data = read_json(raw.decode(errors="replace"))
    except Mistake:
        return False
    try:
        value = from_itf(data)
    except WrongJsonError:
        return False
    same(from_itf(to_itf(value)), value)
    return True


def _check_output(raw: bytes) -> bool:
    """Read what TLC printed, whole and cut; that never fails."""
    lines = raw.decode(errors="replace").split("\n")
    read_output(lines, question=Question())
    return True


def _check_chatter(raw: bytes) -> bool:
    """Read what SANY printed; that never fails."""
    read_chatter(raw.decode(errors="replace").split("\n"))
    return True


def _check_dot(raw: bytes) -> bool:
    try:
        read_dot_lines(raw.decode(errors="replace").splitlines(keepends=True))
    except Mistake:
        return False
    return True


def _check_protocol(raw: bytes) -> bool:
    return _check_file("commit/x/protocol.toml", raw, read_protocol)


def _check_records(raw: bytes) -> bool:
    return _check_file("log.ndjson", raw, lambda path: list(read_records(path)))


def _check_file(name: str, raw: bytes, read: Callable[[Path], object]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        try:
            read(path)
        except Mistake as mistake:
            named(mistake, str(path))
            return False
    return True


def _traces(*texts: bytes) -> tuple[Trace, ...]:
    return tuple(parse_trace(text.decode()) for text in texts)


def _outputs(*names: str) -> tuple[bytes, ...]:
    return tuple((SAMPLES / "out" / name).read_bytes() for name in names)


CORPUS: Final[dict[Format, tuple[bytes, ...]]] = {
    Format.TEXT: (SEEN, REST, LONGER),
    Format.NDJSON: tuple(write_ndjson(one).encode() for one in _traces(SEEN, REST)),
    Format.ITF: (*(write_itf(one).encode() for one in _traces(SEEN)), ITF),
    Format.TLC: _outputs("live.19.out", "cont.15.out", "undef.15.out"),
    Format.DUMP: ((SAMPLES / "dumptrace" / "TPlive.json").read_bytes(),),
    Format.ETCD: (ETCD,),
    Format.INRIA: (INRIA,),
}
_TOKENS: Final = {Format.TEXT: TEXT_TOKENS, Format.TLC: TLC_TOKENS}
_GOLDEN: Final = tuple(
    path.read_bytes() for path in sorted(ROOT.glob("traces/*/*/*.trace"))[:3]
)
_PROTOCOLS: Final = tuple(
    path.read_bytes() for path in sorted(ROOT.glob("specs/*/*/protocol.toml"))
)
_PRINTED: Final = _outputs("cov.15.out", "badarg.19.out", "asrtA.15.out", "sim.15.out")

READERS: Final[dict[str, Reader]] = {
    one.name: one
    for one in (
        Reader("value", VALUES, TEXT_TOKENS, checker_of_text(check_value)),
        Reader("state", STATES, TEXT_TOKENS, checker_of_text(check_state)),
        Reader("config", CONFIGS, TEXT_TOKENS, checker_of_text(check_config)),
        Reader(
            "trace",
            (SEEN, REST, LONGER, *_GOLDEN),
            TEXT_TOKENS,
            checker_of_text(check_trace),
        ),
        *(
            Reader(
                form.value,
                CORPUS[form],
                _TOKENS.get(form, JSON_TOKENS),
                checker_of(form),
            )
            for form in CORPUS
        ),
        Reader("any", sum(CORPUS.values(), ()), JSON_TOKENS, checker_of(None)),
        Reader("raw dump", CORPUS[Format.DUMP], JSON_TOKENS, _check_dump),
        Reader(
            "itf value",
            tuple(json.dumps(to_itf(parse(text.decode()))).encode() for text in VALUES),
            JSON_TOKENS,
            _check_itf_value,
        ),
        Reader("output", _PRINTED + CORPUS[Format.TLC], TLC_TOKENS, _check_output),
        Reader(
            "chatter",
            _outputs("parse.15.out", "sem.19.out"),
            TLC_TOKENS,
            _check_chatter,
        ),
        Reader("dot", (DOT,), TLC_TOKENS, _check_dot),
        Reader("protocol", _PROTOCOLS, (*TEXT_TOKENS, b"[[", b"]]"), _check_protocol),
        Reader("records", CORPUS[Format.NDJSON], JSON_TOKENS, _check_records),
    )
}
