"""Is a history linearizable?  The spec, compiled, against a checker by hand.

Histories of a CAS register that is atomic: 1,000 operations of 5 clients, 2% of
them of unknown outcome, on ten keys and on one; and the same with a read in the
last tenth that was told what nobody wrote.  Both sides answer for histories that
are read already, alternately; CPU seconds, medians.

The peer searches depth first for an order of the operations, and remembers which
sets of operations it has tried with which value (Wing & Gong 1993; Lowe 2017), as
porcupine does, for a register alone.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.conformance import Judgement, Limits, NativeEngine, ask, load_spec
from pyspec.conformance.histories import HistoryWalk, read_history, spec_of
from pyspec.tla2tools import find_toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.conformance import Question

OPERATIONS: Final = 1_000
CLIENTS: Final = 5
UNKNOWN: Final = 0.02
VALUES: Final = 5
BOUND_S: Final = 3.0
NEVER: Final = 10**9
MOST_S: Final = 60.0


@dataclass
class Operation:
    """An operation; `told` is None if its outcome is unknown, or what a read was."""

    client: str
    f: str
    value: Any
    begun: int
    ended: int = NEVER
    effect: bool = False
    told: Any = None
    failed: bool = False


def rows(repeat: int) -> Iterator[str]:
    """Return a row of the table for each history."""
    for keys in (10, 1):
        for wrong in (False, True):
            yield row(keys, repeat, wrong=wrong)


def row(keys: int, repeat: int, *, wrong: bool) -> str:
    """Compare the two on one history."""
    chance = random.Random(keys)  # noqa: S311 - no secret
    histories = [history(chance, OPERATIONS // keys) for _ in range(keys)]
    if wrong:
        for each in histories:
            last = [x for x in each if x.f == "read" and x.ended < NEVER][-1]
            last.told = VALUES
    questions = asked(histories)
    ours: list[float] = []
    peer: list[float] = []
    for _ in range(repeat):
        ours.append(decided(questions, wrong=wrong))
        peer.append(searched(histories, wrong=wrong))
    mine, theirs = statistics.median(ours), statistics.median(peer)
    name = f"{OPERATIONS:,} operations on {keys} key{'s' if keys > 1 else ''}"
    return (
        f"| {name}{', not linearizable' if wrong else ''} | "
        f"{mine:.2f} ({OPERATIONS / mine:,.0f}/s) | {theirs:.3f} (by hand) | "
        f"{mine / theirs:.1f} | {BOUND_S} s |"
    )


def decided(questions: list[Question], *, wrong: bool) -> float:
    """Return the CPU seconds that the engine takes."""
    engine = NativeEngine(find_toolchain, Limits(explained=0), walk=HistoryWalk)
    began = time.process_time()
    verdicts = engine.decide(questions)
    took = time.process_time() - began
    expected = Judgement.REJECTED if wrong else Judgement.CONFORMS
    if any(verdict.judgement is not expected for verdict in verdicts):
        raise SystemExit("the engine answers otherwise than expected")
    return took


def asked(histories: list[list[Operation]]) -> list[Question]:
    """Write the histories to a file, and read it as `pyspec replay` does."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "history.edn"
        file.write_text("".join(lines(histories)), encoding="utf-8")
        found = read_history(file, "cas-register")
    spec = load_spec(find_toolchain, spec_of("cas-register"))
    return [ask(spec, trace, key=str(key)) for key, trace in found.traces.items()]


def lines(histories: list[list[Operation]]) -> Iterator[str]:
    """Yield a history with keys as Jepsen writes it."""
    for key, each in enumerate(histories):
        moments = [(op.begun, "invoke", op) for op in each]
        moments += [(x.ended, "fail" if x.failed else "ok", x) for x in each]
        for place, type_, op in sorted(moments, key=lambda moment: moment[0]):
            if place < NEVER:
                value = op.value
                if op.f == "read":
                    value = None if type_ == "invoke" else op.told
                shown = f"[{key} {edn(value)}]"
                yield (
                    f'{{:process "{key}-{op.client}", :type :{type_}, '
                    f":f :{op.f}, :value {shown}}}\n"
                )


def edn(value: Any) -> str:  # noqa: ANN401 - a register's value, or two
    """Return a value as EDN."""
    if isinstance(value, tuple):
        return f"[{' '.join(map(edn, value))}]"
    return "nil" if value is None else str(value)


# ------------------------------------------------------------ histories


def history(chance: random.Random, count: int) -> list[Operation]:
    """Return what clients of an atomic register ask and are told."""
    idle = [str(n) for n in range(CLIENTS)]
    asked: list[Operation] = []
    waiting: list[Operation] = []
    now: int | None = None
    for place in range(NEVER):
        if idle and len(asked) < count and (not waiting or chance.random() < 1 / 2):
            op = operation(chance, idle.pop(chance.randrange(len(idle))), place)
            asked.append(op)
            waiting.append(op)
        elif waiting:
            op = chance.choice(waiting)
            now = now if op.effect else effect(op, now)
            if chance.random() < 1 / 2:
                waiting.remove(op)
                if chance.random() < UNKNOWN:
                    idle.append(f"{op.client}'")
                else:
                    idle.append(op.client)
                    op.ended = place
        else:
            return asked
    raise AssertionError


def operation(chance: random.Random, client: str, place: int) -> Operation:
    """Return half reads, the others writes and compare-and-sets."""
    f = chance.choices(["read", "write", "cas"], [0.5, 0.3, 0.2])[0]
    value: Any = chance.randrange(VALUES) if f == "write" else None
    if f == "cas":
        value = chance.randrange(VALUES), chance.randrange(VALUES)
    return Operation(client, f, value, place)


def effect(op: Operation, now: int | None) -> int | None:
    """Let an operation take effect; return the register's new value."""
    op.effect = True
    if op.f == "read":
        op.told = now
        return now
    if op.f == "write":
        written: int = op.value
        return written
    old, new = op.value
    op.failed = old != now
    return now if op.failed else new


# ------------------------------------------------------------ by hand


def searched(histories: list[list[Operation]], *, wrong: bool) -> float:
    """Return the CPU seconds that the search by hand takes; infinite if too long."""
    began = time.process_time()
    for each in histories:
        found = linearizable([op for op in each if counts(op)], began + MOST_S)
        if found is None:
            return float("inf")
        if found == wrong:
            raise SystemExit("the search by hand answers otherwise than expected")
    return time.process_time() - began


def counts(op: Operation) -> bool:
    """Whether an operation says anything, or might have an effect."""
    if op.ended == NEVER:
        return op.f != "read"
    return not op.failed


def linearizable(ops: list[Operation], end: float) -> bool | None:
    """Search for an order; None if it takes too long."""
    known = sum(1 << n for n, op in enumerate(ops) if op.ended < NEVER)
    seen: set[tuple[int, Any]] = set()
    todo: list[tuple[int, Any]] = [(0, None)]
    while todo:
        done, value = todo.pop()
        if done & known == known:
            return True
        if time.process_time() > end:
            return None
        for after in steps(ops, done, value):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return False


def steps(ops: list[Operation], done: int, value: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - a register's value
    """Return what may happen next; no operation that began after one ended."""
    first = (~done & (done + 1)).bit_length() - 1
    limit = NEVER
    candidates = []
    for n in range(first, len(ops)):
        op = ops[n]
        if op.begun > limit:
            break
        if not done >> n & 1:
            candidates.append((n, op))
            limit = min(limit, op.ended)
    for n, op in reversed(candidates):
        if op.f == "read":
            if op.told == value:
                yield done | 1 << n, value
        elif op.f == "write":
            yield done | 1 << n, op.value
        elif op.value[0] == value:
            yield done | 1 << n, op.value[1]


if __name__ == "__main__":
    for line in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        print(line, flush=True)
