"""Is this a step of TwoPhaseCommit?  By hand, and as fast as Python lets us.

The peer of the compiled step checker: what somebody would write who needs just
this protocol.  A state is a tuple of plain values, `plain` makes one: sets of
RMs are bit masks, rmState and rmLog are tuples by RM, and the bag of messages
is a tuple of counts, by kind and RM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyspec.values import Value

KINDS = ("Prepare", "Prepared", "Refused", "Commit", "Abort", "Ack")
PREPARE, PREPARED, REFUSED, COMMIT, ABORT, ACK = KINDS

State = tuple[Any, ...]  # tmState, tmPrepared, tmAcked, tmLog, rmState, rmLog, net


class Checker:
    """Answers for one set of RMs, given in any order."""

    def __init__(self, rms: Sequence[Value]) -> None:
        self.rms = tuple(rms)
        self.everybody = (1 << len(self.rms)) - 1
        self.place = {rm: i for i, rm in enumerate(self.rms)}
        pairs = [(kind, rm) for kind in KINDS for rm in self.rms]
        self.message = {pair: i for i, pair in enumerate(pairs)}
        self.is_step: dict[str, Callable[[State, tuple[Any, ...], State], bool]] = {
            "TMSendPrepare": self.tm_send_prepare,
            "TMRcvPrepared": self.tm_rcv_prepared,
            "TMRcvRefused": self.tm_rcv_refused,
            "TMCommit": self.tm_commit,
            "TMAbort": self.tm_abort,
            "TMSendDecision": self.tm_send_decision,
            "TMRcvAck": self.tm_rcv_ack,
            "TMCrash": self.tm_crash,
            "TMRestart": self.tm_restart,
            "RMPrepare": self.rm_prepare,
            "RMVoteAgain": self.rm_vote_again,
            "RMRefuse": self.rm_refuse,
            "RMChooseToAbort": self.rm_choose_to_abort,
            "RMRcvCommitMsg": self.rm_rcv_commit,
            "RMRcvAbortMsg": self.rm_rcv_abort,
            "RMCrash": self.rm_crash,
            "RMRestart": self.rm_restart,
            "LoseMessage": self.lose,
            "DuplicateMessage": self.duplicate,
        }

    def plain(self, state: Sequence[Any]) -> State:
        """Return a state of the spec, variables in its order, as this checker's."""
        tm, prepared, acked, tm_log, rm, rm_log, net = state
        counts = [0] * len(self.message)
        for m in net or ():
            counts[self.message[m["type"], m["rm"]]] = net[m]
        return (
            tm,
            sum(1 << self.place[r] for r in prepared),
            sum(1 << self.place[r] for r in acked),
            tm_log,
            tuple(rm[r] for r in self.rms),
            tuple(rm_log[r] for r in self.rms),
            tuple(counts),
        )

    def given(self, arguments: tuple[Any, ...]) -> tuple[int, ...]:
        """Return an action's arguments, an RM or a message, as places."""
        return tuple(
            self.place[each]
            if each in self.place
            else self.message[each["type"], each["rm"]]
            for each in arguments
        )

    # ---------------------------------------------- the transaction manager

    def tm_send_prepare(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of TMSendPrepare."""
        (r,) = a
        net = s[6]
        return (
            s[0] == "init"
            and not s[1] >> r & 1
            and s[:6] == t[:6]
            and t[6] == (*net[:r], net[r] + 1, *net[r + 1 :])
        )

    def tm_rcv_prepared(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of TMRcvPrepared."""
        (r,) = a
        m, net = r + len(self.rms), s[6]
        return (
            s[0] == "init" == t[0]
            and net[m] > 0
            and t[1] == s[1] | 1 << r
            and s[2:6] == t[2:6]
            and t[6] == (*net[:m], net[m] - 1, *net[m + 1 :])
        )

    def tm_rcv_refused(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of TMRcvRefused."""
        m, net = a[0] + 2 * len(self.rms), s[6]
        return (
            s[0] == "init"
            and t[0] == "aborted"
            and net[m] > 0
            and t[3] == (*s[3], "aborted")
            and s[1:3] == t[1:3]
            and s[4:6] == t[4:6]
            and t[6] == (*net[:m], net[m] - 1, *net[m + 1 :])
        )

    def tm_commit(self, s: State, a: tuple[()], t: State) -> bool:
        """Whether it is a step of TMCommit."""
        del a
        return (
            s[0] == "init"
            and t[0] == "committed"
            and s[1] == self.everybody
            and t[3] == (*s[3], "committed")
            and s[1:3] == t[1:3]
            and s[4:] == t[4:]
        )

    def tm_abort(self, s: State, a: tuple[()], t: State) -> bool:
        """Whether it is a step of TMAbort."""
        del a
        return (
            s[0] == "init"
            and t[0] == "aborted"
            and t[3] == (*s[3], "aborted")
            and s[1:3] == t[1:3]
            and s[4:] == t[4:]
        )

    def tm_send_decision(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of TMSendDecision."""
        (r,) = a
        net = s[6]
        if s[0] == "committed":
            m = r + 3 * len(self.rms)
        elif s[0] == "aborted":
            m = r + 4 * len(self.rms)
        else:
            return False
        return (
            not s[2] >> r & 1
            and s[:6] == t[:6]
            and t[6] == (*net[:m], net[m] + 1, *net[m + 1 :])
        )

    def tm_rcv_ack(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of TMRcvAck."""
        (r,) = a
        m, net = r + 5 * len(self.rms), s[6]
        return (
            (s[0] == "committed" or s[0] == "aborted")
            and net[m] > 0
            and t[2] == s[2] | 1 << r
            and s[:2] == t[:2]
            and s[3:6] == t[3:6]
            and t[6] == (*net[:m], net[m] - 1, *net[m + 1 :])
        )

    def tm_crash(self, s: State, a: tuple[()], t: State) -> bool:
        """Whether it is a step of TMCrash."""
        del a
        return s[0] != "crashed" == t[0] and t[1] == 0 == t[2] and s[3:] == t[3:]

    def tm_restart(self, s: State, a: tuple[()], t: State) -> bool:
        """Whether it is a step of TMRestart."""
        del a
        if s[0] != "crashed" or s[1:3] != t[1:3] or s[4:] != t[4:]:
            return False
        if not s[3]:
            return bool(t[0] == "aborted" and t[3] == ("aborted",))
        return bool(t[0] == s[3][0] and t[3] == s[3])

    # ------------------------------------------------ the resource managers

    def rm_prepare(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMPrepare."""
        (r,) = a
        was, logs = s[4], s[5]
        return (
            was[r] == "working"
            and t[4] == (*was[:r], "prepared", *was[r + 1 :])
            and t[5] == (*logs[:r], (*logs[r], "prepared"), *logs[r + 1 :])
            and s[:4] == t[:4]
            and self._replied(r, r + len(self.rms), s[6], t[6])
        )

    def rm_vote_again(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMVoteAgain."""
        (r,) = a
        return (
            s[4][r] == "prepared"
            and s[:6] == t[:6]
            and self._replied(r, r + len(self.rms), s[6], t[6])
        )

    def rm_refuse(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMRefuse."""
        (r,) = a
        return (
            s[4][r] == "aborted"
            and s[:6] == t[:6]
            and self._replied(r, r + 2 * len(self.rms), s[6], t[6])
        )

    def rm_choose_to_abort(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMChooseToAbort."""
        (r,) = a
        was, logs, net = s[4], s[5], s[6]
        m = r + 2 * len(self.rms)
        return (
            was[r] == "working"
            and t[4] == (*was[:r], "aborted", *was[r + 1 :])
            and t[5] == (*logs[:r], (*logs[r], "aborted"), *logs[r + 1 :])
            and s[:4] == t[:4]
            and t[6] == (*net[:m], net[m] + 1, *net[m + 1 :])
        )

    def rm_rcv_commit(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMRcvCommitMsg."""
        (r,) = a
        was, logs = s[4], s[5]
        if was[r] == "prepared":
            logs = (*logs[:r], (*logs[r], "committed"), *logs[r + 1 :])
        elif was[r] != "committed":
            return False
        n = len(self.rms)
        return (
            t[4] == (*was[:r], "committed", *was[r + 1 :])
            and t[5] == logs
            and s[:4] == t[:4]
            and self._replied(r + 3 * n, r + 5 * n, s[6], t[6])
        )

    def rm_rcv_abort(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMRcvAbortMsg."""
        (r,) = a
        was, logs = s[4], s[5]
        if was[r] == "working" or was[r] == "prepared":
            logs = (*logs[:r], (*logs[r], "aborted"), *logs[r + 1 :])
        elif was[r] != "aborted":
            return False
        n = len(self.rms)
        return (
            t[4] == (*was[:r], "aborted", *was[r + 1 :])
            and t[5] == logs
            and s[:4] == t[:4]
            and self._replied(r + 4 * n, r + 5 * n, s[6], t[6])
        )

    def rm_crash(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMCrash."""
        (r,) = a
        was = s[4]
        return (
            was[r] != "crashed"
            and t[4] == (*was[:r], "crashed", *was[r + 1 :])
            and s[:4] == t[:4]
            and s[5:] == t[5:]
        )

    def rm_restart(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of RMRestart."""
        (r,) = a
        was, logs = s[4], s[5]
        if was[r] != "crashed" or s[:4] != t[:4] or s[6] != t[6]:
            return False
        if logs[r]:
            return bool(t[5] == logs and t[4] == (*was[:r], logs[r][-1], *was[r + 1 :]))
        return bool(
            t[4] == (*was[:r], "aborted", *was[r + 1 :])
            and t[5]
            == (
                *logs[:r],
                ("aborted",),
                *logs[r + 1 :],
            )
        )

    # ---------------------------------------------------------- the network

    def lose(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of LoseMessage."""
        m, net = a[0], s[6]
        return (
            net[m] > 0
            and s[:6] == t[:6]
            and t[6] == (*net[:m], net[m] - 1, *net[m + 1 :])
        )

    def duplicate(self, s: State, a: tuple[int], t: State) -> bool:
        """Whether it is a step of DuplicateMessage."""
        m, net = a[0], s[6]
        return (
            net[m] > 0
            and s[:6] == t[:6]
            and t[6] == (*net[:m], net[m] + 1, *net[m + 1 :])
        )

    @staticmethod
    def _replied(
        m: int, answer: int, before: tuple[int, ...], after: tuple[int, ...]
    ) -> bool:
        """Whether one m became one answer, which is a message after m."""
        return before[m] > 0 and after == (
            *before[:m],
            before[m] - 1,
            *before[m + 1 : answer],
            before[answer] + 1,
            *before[answer + 1 :],
        )
