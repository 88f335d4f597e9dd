"""Two-phase commit: a transaction manager and its resource managers.

Written to be read beside specs/commit/two_phase_commit/TwoPhaseCommit.tla: one
method per action, in the order of the spec, one guard per enabling conjunct.
The conjunct of a receiving action that says "the message is there" has no
guard: the message is what triggers the method.

The transaction manager (TM) asks every resource manager (RM) to prepare, and
commits once each of them has voted yes.  An RM that voted yes has given up the
right to abort on its own: it waits for the decision, however long that takes.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from pyspec.values import ModelValue
from refimpl.process import (
    RESTART,
    Context,
    Message,
    Process,
    ProcessId,
    Timer,
    action,
    guard,
    persistent,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MS: Final = 1_000_000
RESEND_NS: Final = 40 * MS
PATIENCE_NS: Final = 120 * MS

Decision: TypeAlias = Literal["committed", "aborted"]
TMState: TypeAlias = Literal["init", "committed", "aborted", "crashed"]
RMState: TypeAlias = Literal["working", "prepared", "committed", "aborted", "crashed"]
Record: TypeAlias = Literal["prepared", "committed", "aborted"]

RESEND: Final = Timer("resend")
GIVE_UP: Final = Timer("give up")


# ------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True)
class Prepare(Message):
    """TM to RM: get ready to commit, and vote."""

    rm: ProcessId


@dataclass(frozen=True, slots=True)
class Prepared(Message):
    """RM to TM: the vote yes.  Never taken back."""

    rm: ProcessId


@dataclass(frozen=True, slots=True)
class Refused(Message):
    """RM to TM: the vote no.  The RM has aborted."""

    rm: ProcessId


@dataclass(frozen=True, slots=True)
class Commit(Message):
    """TM to RM: the decision is to commit."""

    rm: ProcessId


@dataclass(frozen=True, slots=True)
class Abort(Message):
    """TM to RM: the decision is to abort."""

    rm: ProcessId


@dataclass(frozen=True, slots=True)
class Ack(Message):
    """RM to TM: the decision is in my log, stop sending it."""

    rm: ProcessId


# ------------------------------------------------------------- the TM


class TransactionManager(Process):
    """The coordinator: collects votes, decides, and tells until all have heard."""

    declares: ClassVar[Mapping[str, str]] = {
        "state": "tmState",
        "prepared": "tmPrepared",
        "acked": "tmAcked",
        "log": "tmLog",
    }

    state: TMState = volatile("init", crashed="crashed")
    prepared: frozenset[ProcessId] = volatile(frozenset())
    acked: frozenset[ProcessId] = volatile(frozenset())
    log: tuple[Decision, ...] = persistent(())

    def __init__(self, context: Context, rms: tuple[ProcessId, ...]) -> None:
        super().__init__(context)
        self.rms = rms

    def start(self) -> None:
        """Ask for votes at once, and wait for them so long."""
        self.set_timer(RESEND, 0)
        self.set_timer(GIVE_UP, PATIENCE_NS)

    @action("TMSendPrepare(rm)", on=RESEND, each="self.rms")
    def send_prepare(self, rm: ProcessId) -> None:
        """Ask an RM to prepare; ask again while its vote is missing.

        Safe to repeat: an RM that voted already votes the same again.
        """
        guard(self.state == "init")
        guard(rm not in self.prepared)
        self.send(rm, Prepare(rm))
        self.set_timer(RESEND, RESEND_NS)

    @action("TMRcvPrepared(message.rm)", on=Prepared)
    def rcv_prepared(self, message: Prepared) -> None:
        """Count a vote yes, once however often it arrives."""
        guard(self.state == "init")
        self.prepared |= {message.rm}

    @action("TMRcvRefused(message.rm)", on=Refused)
    def rcv_refused(self) -> None:
        """Abort because an RM cannot commit.

        Safe because nobody has been told to commit: that needs its vote.
        """
        guard(self.state == "init")
        self._decide("aborted")

    @action("TMCommit")
    def commit(self) -> None:
        """Commit, now that every RM has voted yes.

        Safe because a prepared RM has given up the right to abort on its own,
        so no RM can still go the other way.  The decision is forced before
        anybody hears of it: after a crash the TM must stand by it.
        """
        guard(self.state == "init")
        guard(self.prepared == frozenset(self.rms))
        self._decide("committed")

    @action("TMAbort", on=GIVE_UP)
    def abort(self) -> None:
        """Lose patience with the missing votes, and abort.

        Safe because no commit has been decided, so nobody can have committed.
        """
        guard(self.state == "init")
        self._decide("aborted")

    @action("TMSendDecision(rm)", on=RESEND, each="self.rms")
    def send_decision(self, rm: ProcessId) -> None:
        """Tell an RM the decision; tell it again until it has acknowledged.

        Safe because what is told was forced before, and never changes.
        """
        guard(self.state in {"committed", "aborted"})
        guard(rm not in self.acked)
        self.send(rm, Commit(rm) if self.state == "committed" else Abort(rm))
        self.set_timer(RESEND, RESEND_NS)

    @action("TMRcvAck(message.rm)", on=Ack)
    def rcv_ack(self, message: Ack) -> None:
        """Note that an RM has the decision in its log, and needs no more telling."""
        guard(self.state in {"committed", "aborted"})
        self.acked |= {message.rm}

    @action("TMRestart", on=RESTART)
    def restart(self) -> None:
        """Come back: stand by the decision in the log, or abort if there is none.

        Safe because an empty log means that nobody was ever told to commit.
        Who has acknowledged is forgotten, so everybody is told again.
        """
        guard(self.state == "crashed")
        self._decide(self.log[-1] if self.log else "aborted")

    def _decide(self, decision: Decision) -> None:
        """Force the decision unless the log has it, then start telling."""
        if not self.log:
            self.log = (decision,)
            self.sync()
        self.state = decision
        self.cancel_timer(GIVE_UP)
        self.set_timer(RESEND, 0)


# ------------------------------------------------------------- an RM


class ResourceManager(Process):
    """A participant: does its share of the work, votes, and obeys the decision.

    `can_prepare` is its own judgement of that work: a database would ask whether
    the constraints hold.
    """

    declares: ClassVar[Mapping[str, str]] = {
        "state": "rmState[self.id]",
        "log": "rmLog[self.id]",
    }

    state: RMState = volatile("working", crashed="crashed")
    log: tuple[Record, ...] = persistent(())

    def __init__(
        self, context: Context, tm: ProcessId, can_prepare: Callable[[], bool]
    ) -> None:
        super().__init__(context)
        self.tm = tm
        self.can_prepare = can_prepare

    def start(self) -> None:
        """Begin the work; give up at once if it fails, and late if nobody asks."""
        patience_ns = self.context.rng.randrange(PATIENCE_NS // 2, PATIENCE_NS, MS)
        self.set_timer(GIVE_UP, patience_ns if self.can_prepare() else 0)

    @action("RMPrepare(self.id)", on=Prepare)
    def prepare(self) -> None:
        """Vote yes.

        The vote is forced before it is sent, for it is a promise: whatever
        happens, this RM will be able to commit and will not abort on its own.
        """
        guard(self.state == "working")
        self._force("prepared")
        self.send(self.tm, Prepared(self.id))

    @action("RMVoteAgain(self.id)", on=Prepare)
    def vote_again(self) -> None:
        """Repeat the vote: the TM asks again, so the first may be lost."""
        guard(self.state == "prepared")
        self.send(self.tm, Prepared(self.id))

    @action("RMRefuse(self.id)", on=Prepare)
    def refuse(self) -> None:
        """Answer no: this RM has aborted, and the TM seems not to know."""
        guard(self.state == "aborted")
        self.send(self.tm, Refused(self.id))

    @action("RMChooseToAbort(self.id)", on=GIVE_UP)
    def choose_to_abort(self) -> None:
        """Abort on its own: the work failed, or nobody asked for it in time.

        Safe because it has not voted yes, and without its vote there is no
        commit.
        """
        guard(self.state == "working")
        self._force("aborted")
        self.send(self.tm, Refused(self.id))

    @action("RMRcvCommitMsg(self.id)", on=Commit)
    def rcv_commit_msg(self) -> None:
        """Commit as told, and say so.

        Safe because this RM is prepared: it can commit.  A repeated message is
        acknowledged again, for the first Ack may be lost, but logged once.
        """
        guard(self.state in {"prepared", "committed"})
        if self.state == "prepared":
            self._force("committed")
        self.send(self.tm, Ack(self.id))

    @action("RMRcvAbortMsg(self.id)", on=Abort)
    def rcv_abort_msg(self) -> None:
        """Abort as told, and say so; again if told again."""
        guard(self.state in {"working", "prepared", "aborted"})
        if self.state != "aborted":
            self._force("aborted")
        self.send(self.tm, Ack(self.id))

    @action("RMRestart(self.id)", on=RESTART)
    def restart(self) -> None:
        """Come back: continue from the log; without one the work is gone, so abort.

        Safe because an empty log means that it has not voted yes.  If the log
        ends in "prepared" it must wait: the TM may have committed meanwhile.
        """
        guard(self.state == "crashed")
        if self.log:
            self.state = self.log[-1]
        else:
            self._force("aborted")

    def _force(self, record: Record) -> None:
        """Append the record to the log, force it, and be what it says."""
        self.log = (*self.log, record)
        self.sync()
        self.state = record


# ------------------------------------------------------------- the protocol

TM: Final = ProcessId("tm")


def two_phase_commit(
    rms: int = 3,
    *,
    refusal_percent: int = 5,
    tm_class: type[TransactionManager] = TransactionManager,
    rm_class: type[ResourceManager] = ResourceManager,
) -> Protocol:
    """Return the protocol for so many RMs, r1, r2, and so on.

    Each RM's work fails with a chance of `refusal_percent`.
    """
    names = tuple(ProcessId(f"r{number}") for number in range(1, rms + 1))

    def make_rm(context: Context) -> ResourceManager:
        able = context.rng.randrange(100) >= refusal_percent
        return rm_class(context, TM, lambda: able)

    smaller = functools.partial(
        two_phase_commit,
        rms - 1,
        refusal_percent=refusal_percent,
        tm_class=tm_class,
        rm_class=rm_class,
    )
    return Protocol(
        slug="two_phase_commit",
        module="TwoPhaseCommit",
        roles=(
            Role(
                name="tm",
                ids=(TM,),
                make=lambda context: tm_class(context, names),
                crash="TMCrash",
            ),
            Role(name="rm", ids=names, make=make_rm, crash="RMCrash(self.id)"),
        ),
        constants={"RM": frozenset(ModelValue(name) for name in names)},
        lose="LoseMessage(message)",
        duplicate="DuplicateMessage(message)",
        ignore="LoseMessage(message)",
        network="net",
        faults=Faults(losses=3, duplications=3, crashes=3),
        smaller=smaller if rms > 1 else None,
    )


PROTOCOL: Final = two_phase_commit()
