"""Two-phase commit with known mistakes, each of which replay must find.

Every class overrides what it gets wrong and nothing else.  `BROKEN` says where
the spec rejects it, or what it owes: then it takes no wrong step but stops too soon.
An override keeps the action of the method it overrides.
"""

from __future__ import annotations

import inspect
from typing import Final

from refimpl.commit.two_phase_commit import (
    GIVE_UP,
    RESEND,
    RESEND_NS,
    Abort,
    Commit,
    Prepared,
    Record,
    Refused,
    ResourceManager,
    TransactionManager,
    two_phase_commit,
)
from refimpl.process import ProcessId, guard, volatile
from refimpl.protocol import Broken, Faults

__all__ = ["BROKEN"]


class ImpatientRM(ResourceManager):
    """Aborts on its own although it has voted yes and another may have committed."""

    def choose_to_abort(self) -> None:
        """Abort on its own.  The guard admits a prepared RM: that is the mistake."""
        guard(self.state in {"working", "prepared"})
        self._force("aborted")
        self.send(self.tm, Refused(self.id))


class ForgetfulRM(ResourceManager):
    """Sends its vote yes without forcing it, so a crash takes the promise back."""

    def _force(self, record: Record) -> None:
        self.log = (*self.log, record)
        if record != "prepared":
            self.sync()
        self.state = record


class AmnesiacRM(ResourceManager):
    """Aborts when it restarts, whatever its log says."""

    def restart(self) -> None:
        """Come back.  The log is not read: that is the mistake."""
        guard(self.state == "crashed")
        self._force("aborted")


class HastyTM(TransactionManager):
    """Commits when a majority has voted yes."""

    def commit(self) -> None:
        """Commit.  The guard does not wait for every RM: that is the mistake."""
        guard(self.state == "init")
        guard(len(self.prepared) > len(self.rms) // 2)
        self._decide("committed")


class CountingTM(TransactionManager):
    """Counts votes by message, so a vote that arrives twice counts twice."""

    votes: int = volatile(0)

    def rcv_prepared(self, message: Prepared) -> None:
        """Count a vote yes, once more whenever it arrives: that is the mistake."""
        guard(self.state == "init")
        self.prepared |= {message.rm}
        self.votes += 1

    def commit(self) -> None:
        """Commit, now that there are as many votes as RMs."""
        guard(self.state == "init")
        guard(self.votes >= len(self.rms))
        self._decide("committed")


class TalkativeTM(TransactionManager):
    """Sends the decision before it forces it, so a crash can change its mind."""

    def commit(self) -> None:
        """Commit, but leave the log to whoever sends the decision first."""
        guard(self.state == "init")
        guard(self.prepared == frozenset(self.rms))
        self.log = ("committed",)
        self.state = "committed"
        self.cancel_timer(GIVE_UP)
        self.set_timer(RESEND, 0)

    def send_decision(self, rm: ProcessId) -> None:
        """Tell an RM the decision, and force it only then: that is the mistake."""
        guard(self.state in {"committed", "aborted"})
        guard(rm not in self.acked)
        self.send(rm, Commit(rm) if self.state == "committed" else Abort(rm))
        self.sync()
        self.set_timer(RESEND, RESEND_NS)


class ResignedTM(TransactionManager):
    """Tells the decision once and never again, so an RM may wait for ever."""

    def send_decision(self, rm: ProcessId) -> None:
        """Tell an RM the decision.  No timer is set: that is the mistake."""
        guard(self.state in {"committed", "aborted"})
        guard(rm not in self.acked)
        self.send(rm, Commit(rm) if self.state == "committed" else Abort(rm))


def _broken(  # noqa: PLR0913 - a row of the table below
    name: str,
    *,
    tm: type[TransactionManager] = TransactionManager,
    rm: type[ResourceManager] = ResourceManager,
    faults: Faults,
    seeds: tuple[int, ...],
    rejected_at: str | None = None,
    owes: str | None = None,
) -> Broken:
    """Describe a mistake, in the words of the class that makes it."""
    faulty = tm if tm is not TransactionManager else rm
    return Broken(
        name=name,
        wrong=inspect.cleandoc(faulty.__doc__ or name),
        protocol=two_phase_commit(tm_class=tm, rm_class=rm),
        rejected_at=frozenset({rejected_at} if rejected_at else ()),
        owes=owes,
        faults=faults,
        seeds=seeds,
    )


BROKEN: Final = (
    _broken(
        "impatient_rm",
        rm=ImpatientRM,
        rejected_at="RMChooseToAbort",
        faults=Faults(
            losses=3,
            loss_percent=20,
            crashes=1,
            spared=frozenset({"rm"}),
        ),
        seeds=(6, 7, 9, 10),
    ),
    _broken(
        "forgetful_rm",
        rm=ForgetfulRM,
        rejected_at="RMPrepare",
        faults=Faults(crashes=1, crash_percent=15, spared=frozenset({"tm"})),
        seeds=(0, 9, 10, 13),
    ),
    _broken(
        "amnesiac_rm",
        rm=AmnesiacRM,
        rejected_at="RMRestart",
        faults=Faults(crashes=1, crash_percent=15, spared=frozenset({"tm"})),
        seeds=(5, 7, 10, 12),
    ),
    _broken(
        "hasty_tm",
        tm=HastyTM,
        rejected_at="TMCommit",
        faults=Faults(crashes=1, crash_percent=10, spared=frozenset({"tm"})),
        seeds=(1, 3, 4, 8),
    ),
    _broken(
        "counting_tm",
        tm=CountingTM,
        rejected_at="TMCommit",
        faults=Faults(
            losses=1, loss_percent=40, duplications=2, duplication_percent=60
        ),
        seeds=(2, 9, 13, 15),
    ),
    _broken(
        "talkative_tm",
        tm=TalkativeTM,
        rejected_at="TMCommit",
        faults=Faults(crashes=1, crash_percent=10, spared=frozenset({"rm"})),
        seeds=(12, 20, 48, 71),
    ),
    _broken(
        "resigned_tm",
        tm=ResignedTM,
        owes="TMSendDecision",
        faults=Faults(losses=3, loss_percent=20),
        seeds=(0, 4, 5, 6),
    ),
)
