"""PostgreSQL's two-phase commit, as events of TwoPhaseCommit.

The log is the driver's: the driver is the transaction manager (TM), three
PostgreSQL servers are the resource managers (RMs).  One trace per transaction
(`gid`).  A record that names a server and no transaction (a crash, a recovery)
concerns every transaction that the server takes part in; so it becomes an
event of each of their traces.

What PostgreSQL does in one call is several steps of the spec, where requests
and replies are messages: `COMMIT PREPARED` that returned is the decision sent
and obeyed, hence `TMSendDecision(r) ; RMRcvCommitMsg(r)`.

WAL records are dumped when all is over.  They say what was forced, so they are
read as observations of the RM's log, at the end of the transaction's trace.
`COMMIT PREPARED` is logged by transaction number and not by gid: it belongs to
the one transaction that is prepared in that server's WAL at that point.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspec.conformance import Header, Ignored, Record
from pyspec.errors import Mistake
from pyspec.trace import Call, Event, Observation, Path, Relation, Skip, Step
from pyspec.values import ModelValue, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "TwoPhaseCommit"
MANAGER = "tm"
# A server that does not know a transaction: it never prepared it, or it has
# rolled it back.  It tells the two apart no better than we can.
NOT_KNOWN = frozenset({"working", "aborted"})
# The states that an RM may be in after it was told the decision.
OBEYED = {
    "RMRcvCommitMsg": ("committed",),
    "RMRcvAbortMsg": ("aborted",),
    "RMRcvCommitMsg.FAILED": tuple(NOT_KNOWN),
}
OUTCOMES = {"COMMIT_PREPARED": "committed", "ABORT_PREPARED": "aborted"}

Adapted = Header | Ignored | tuple[str, Event]


@dataclass
class Transaction:
    """What the records so far say of one transaction."""

    rms: tuple[str, ...]
    asked: set[str] = field(default_factory=set)
    prepared: set[str] = field(default_factory=set)
    lost_work: set[str] = field(default_factory=set)
    refused: str | None = None


def adapt(records: Iterator[Record]) -> Iterator[Adapted]:
    """Map a driver's records to events, one trace per transaction."""
    log = Log()
    for record in records:
        yield from log.read(record)


class Log:
    """The state that reading such a log needs."""

    def __init__(self) -> None:
        self.transactions: dict[str, Transaction] = {}
        self.in_wal: dict[str, list[str]] = defaultdict(list)

    def read(self, record: Record) -> Iterator[Adapted]:
        """Return what a record means."""
        kind = record.field("event")
        if kind == "Begin":
            yield from self.begin(record)
        elif kind in {"Crash", "Recover"}:
            yield from self.outage(record)
        elif kind == "WAL":
            yield from self.wal(record)
        elif kind == "Fault":
            yield Ignored(record, "fault below the spec: it stops replication")
        elif kind == "Failover":
            yield Ignored(record, "which server plays an RM is not in the spec")
        else:
            gid = record.field("gid")
            yield gid, self.event(record, self.transaction(record, gid))

    def transaction(self, record: Record, gid: str) -> Transaction:
        """Return a transaction that has begun."""
        if gid not in self.transactions:
            raise Mistake(
                f"transaction {gid} has not begun",
                file=record.file,
                line=record.line,
            )
        return self.transactions[gid]

    def begin(self, record: Record) -> Iterator[Adapted]:
        """Open a trace."""
        gid, rms = record.field("gid"), tuple(record.field("rms"))
        self.transactions[gid] = Transaction(rms)
        yield Header(gid, MODULE, {"RM": frozenset(map(ModelValue, rms))})
        yield gid, made(record, Skip(), seen=[Fact("tmState", "init")])

    def event(self, record: Record, transaction: Transaction) -> Event:
        """Return the event of a record that names its transaction."""
        kind = record.field("event")
        if kind == "TMCommit":
            return made(record, Call("TMCommit", ()))
        if kind == "TMAbort":
            return made(record, self.abort(transaction))
        rm = record.data.get("rm") or record.field("node")
        if kind in {"SendPrepare", "TMRcvPrepared", "Work", "Observe"}:
            return self.small_talk(record, transaction, rm)
        if kind == "RMPrepare":
            steps = self.prepare(transaction, rm)
            return made(record, *steps, gives=[state(rm, "prepared")])
        if kind == "RMChooseToAbort":
            return made(record, self.refuse(transaction, rm))
        if kind in OBEYED:
            steps = self.obey(kind, rm)
            return made(record, *steps, gives=[state(rm, *OBEYED[kind])])
        raise Mistake(
            f"this adapter does not know the event {kind}",
            file=record.file,
            line=record.line,
        )

    @staticmethod
    def small_talk(record: Record, transaction: Transaction, rm: str) -> Event:
        """Records that are one message, or no step at all."""
        match record.field("event"):
            case "SendPrepare":
                transaction.asked.add(rm)
                return made(record, call("TMSendPrepare", rm))
            case "TMRcvPrepared":
                return made(record, call("TMRcvPrepared", rm))
            case "Work":
                return made(record, Skip(), seen=[state(rm, "working")])
            case _:
                return made(record, Skip(), seen=[reported(record, rm)])

    @staticmethod
    def obey(kind: str, rm: str) -> Iterator[Step]:
        """COMMIT PREPARED or ROLLBACK PREPARED returned, or failed."""
        yield call("TMSendDecision", rm)
        if not kind.endswith(".FAILED"):
            yield call(kind, rm)

    @staticmethod
    def prepare(transaction: Transaction, rm: str) -> Iterator[Step]:
        """PREPARE TRANSACTION returned.  Some drivers do not log the request."""
        transaction.prepared.add(rm)
        if rm not in transaction.asked:
            yield call("TMSendPrepare", rm)
        transaction.asked.discard(rm)
        yield call("RMPrepare", rm)

    @staticmethod
    def refuse(transaction: Transaction, rm: str) -> Step:
        """PREPARE TRANSACTION failed.

        If the server has crashed since, the work was gone already: the spec's
        RM aborted when it restarted, and now refuses.
        """
        transaction.refused = rm
        lost = rm in transaction.lost_work
        return call("RMRefuse" if lost else "RMChooseToAbort", rm)

    @staticmethod
    def abort(transaction: Transaction) -> Step:
        """The TM aborts: because an RM refused, or of its own accord."""
        if transaction.refused is not None:
            return call("TMRcvRefused", transaction.refused)
        return Call("TMAbort", ())

    def outage(self, record: Record) -> Iterator[Adapted]:
        """A server or the driver goes down or comes back, for all transactions."""
        node, kind = record.field("node"), record.field("event")
        concerned = [
            (gid, transaction)
            for gid, transaction in self.transactions.items()
            if node == MANAGER or node in transaction.rms
        ]
        if not concerned:
            yield Ignored(record, "no transaction has begun on this server")
        for gid, transaction in concerned:
            yield gid, self.outage_event(record, node, kind, gid)
            if kind == "Crash" and node not in transaction.prepared:
                transaction.lost_work.add(node)

    def outage_event(self, record: Record, node: str, kind: str, gid: str) -> Event:
        """The recorder asks a server that is back about the latest transaction."""
        if node == MANAGER:
            return made(record, Call(f"TM{RESTARTS[kind]}", ()))
        step = call(f"RM{RESTARTS[kind]}", node)
        asked = "rmState" in record.data and gid == list(self.transactions)[-1]
        return made(record, step, gives=[reported(record, node)] if asked else [])

    def wal(self, record: Record) -> Iterator[Adapted]:
        """A record of a server's WAL: what the server forced, read afterwards."""
        rm, text = record.field("node"), record.field("rec")
        if match := re.match(r"PREPARE gid (\S+):", text):
            gid = match[1]
            if gid not in self.transactions:
                yield Ignored(record, "WAL of a transaction that is not in the log")
                return
            self.in_wal[rm].append(gid)
            yield gid, made(record, Skip(), seen=[forced(rm, 1, "prepared")])
            return
        kind = text.split(" ", 1)[0]
        if kind not in OUTCOMES:
            yield Ignored(record, "WAL record that is not about two-phase commit")
            return
        if len(self.in_wal[rm]) != 1:
            raise Mistake(
                f"{len(self.in_wal[rm])} transactions are prepared in the WAL of {rm}; "
                f"whose is this {kind}?",
                file=record.file,
                line=record.line,
            )
        gid = self.in_wal[rm].pop()
        yield gid, made(record, Skip(), seen=[forced(rm, 2, OUTCOMES[kind])])


RESTARTS = {"Crash": "Crash", "Recover": "Restart"}


@dataclass(frozen=True)
class Fact:
    """A path and the values that are possible there."""

    root: str
    value: Value
    selectors: tuple[Value, ...] = ()
    relation: Relation = Relation.EQUALS

    def observed(self, *, primed: bool) -> Observation:
        """Return it as an observation before or after an event."""
        path = Path(self.root, selectors=self.selectors)
        return Observation(path, self.relation, self.value, primed)


def state(rm: str, *values: str) -> Fact:
    """An RM's state is one of these."""
    if len(values) == 1:
        return Fact("rmState", values[0], (ModelValue(rm),))
    return Fact("rmState", frozenset(values), (ModelValue(rm),), Relation.ONE_OF)


def reported(record: Record, rm: str) -> Fact:
    """What a server says of a transaction: its state, or that it knows of none."""
    said = record.field("rmState")
    return state(rm, *NOT_KNOWN) if said == "unknown" else state(rm, said)


def forced(rm: str, place: int, record: str) -> Fact:
    """The n-th record of an RM's log."""
    return Fact("rmLog", record, (ModelValue(rm), place))


def call(action: str, rm: str) -> Call:
    """An action of or for one RM."""
    return Call(action, (ModelValue(rm),))


def made(
    record: Record,
    *steps: Step,
    seen: list[Fact] | None = None,
    gives: list[Fact] | None = None,
) -> Event:
    """Return the event of a record: `seen` holds before it, `gives` after it."""
    return Event(
        number=record.field("seq"),
        steps=steps,
        observations=(
            *(fact.observed(primed=False) for fact in seen or ()),
            *(fact.observed(primed=True) for fact in gives or ()),
        ),
        process=record.field("node"),
        time_ns=record.field("t_us") * 1000,
        line=record.line,
    )
