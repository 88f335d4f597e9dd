"""Are the logs of several processes, taken together, a behavior of the spec?

They are if one of the interleavings that clocks and messages allow is.  That
none is has been seen by looking at all of them, but for the order of events
that can change places.
"""

from __future__ import annotations

import contextlib
import contextvars
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyspec.conformance.asking import Asker
from pyspec.conformance.causality import Execution, gathered
from pyspec.conformance.interleaving import MOST_PAIRS, Interleaving
from pyspec.conformance.native import NativeEngine
from pyspec.conformance.question import Question, ask
from pyspec.conformance.stands import JointVerdict, Stand, explained, prolonged, told
from pyspec.conformance.tlc_engine import Limits
from pyspec.conformance.verdict import Judgement
from pyspec.conformance.walk import Walk
from pyspec.errors import Interrupted, PyspecError
from pyspec.explore.bounded import deep_recursion, ticking
from pyspec.explore.limits import Limits as Bounds
from pyspec.explore.limits import Stopped, Watch
from pyspec.explore.result import Cause
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import tlc

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from pyspec.conformance.causality import Place
    from pyspec.conformance.independence import Independence
    from pyspec.conformance.question import Spec
    from pyspec.conformance.walk import Asking
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Trace

__all__ = ["JointVerdict", "Stand", "decide_together"]

_QUICK: Final = 5
_AT_ONCE: Final = 1_000
"""So many pairs for each event, and these, may a search come to before it learns
what is independent, which takes a second or so."""

_MOST_ASKED: Final = 50
"""States in which it is asked who waits for whom."""


def decide_together(  # noqa: PLR0913 - what an engine has, and what is asked
    spec: Spec,
    traces: Sequence[Trace],
    toolchain: Callable[[], Toolchain],
    limits: Limits | None = None,
    *,
    key: str | None = None,
    stop: threading.Event | None = None,
) -> JointVerdict:
    """Decide on the logs of one execution: a trace for each process.

    One trace alone is taken apart by the processes that its events name.
    Mistake with file and line for logs that cannot be of one execution, or that
    the spec cannot be asked.
    """
    execution = gathered(traces)
    question = _question(spec, execution)
    run = _Run(question, execution, toolchain, limits or Limits(), stop)
    found = contextvars.copy_context().run(run.verdict)
    return replace(found, key=key)


def _question(spec: Spec, execution: Execution) -> Question:
    """Put each log as a question, which finds what the spec cannot be asked."""
    for log in execution.logs:
        ask(spec, replace(execution.header, events=log.events, file=log.file))
    events = tuple(event for log in execution.logs for event in log.events)
    header = replace(execution.header, events=())
    return replace(ask(spec, header), trace=replace(header, events=events))


class _Run:
    """One execution, held to a spec."""

    def __init__(
        self,
        question: Question,
        execution: Execution,
        toolchain: Callable[[], Toolchain],
        limits: Limits,
        stop: threading.Event | None,
    ) -> None:
        self.question = question
        self.execution = execution
        self.toolchain = toolchain
        self.limits = limits
        self.stop = stop
        self.asker = Asker.of(question.spec, question.constants, toolchain, stop)
        self.header = execution.header
        free = tuple(replace(each, maximum=None) for each in self.header.silent)
        self.free = replace(self.header, silent=free)
        self._quick = min(MOST_PAIRS, _QUICK * execution.total + _AT_ONCE)
        self._known: Independence | None = None
        self.order: list[Place] = []
        self.failed: tuple[Place, EvaluationError] | None = None
        self.why = ""

    def verdict(self) -> JointVerdict:
        """Answer."""
        tlc.printer.set(lambda _: None)
        tlc.registers.set({})
        watch = Watch(Bounds(self.limits.timeout_s, self.limits.memory_mb), self.stop)
        try:
            asking = self.asker.asking([self.question.trace])
            with deep_recursion(), ticking(watch.look):
                return self._searched(asking)
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise Interrupted("interrupted while replaying") from None
            return self._unknown(stopped.message)
        except EvaluationError as error:
            return self._malformed(error)

    # ------------------------------------------------------------ searching

    def _searched(self, asking: Asking) -> JointVerdict:
        """Search without knowing what is independent, then with that."""
        if not self._walk(asking, self.header).start():
            why = "no initial state has what INIT observes"
            return self._told(Judgement.REJECTED, (), why=why)
        found = self._found(asking, self.header, None, self._quick)
        if found is None:
            self._known = self._independence(asking)
            found = self._found(asking, self.free, self._known, MOST_PAIRS)
            if found is False:
                return self._rejected(asking, self.free)
            if found and self.free != self.header:
                found = self._found(asking, self.header, None, MOST_PAIRS)
        if found is None:
            return self._unknown(self.why)
        if found:
            return self._told(Judgement.CONFORMS, self.order)
        return self._rejected(asking, self.header)

    def _found(
        self,
        asking: Asking,
        header: Trace,
        independence: Independence | None,
        most: int,
    ) -> bool | None:
        """Search with what a header allows; None if it becomes too large."""
        walk = self._walk(asking, header)
        walk.start()
        search = Interleaving(self.execution, walk, independence, most)
        try:
            return search.found()
        except Stopped as stopped:
            if stopped.cause is not Cause.STATES:
                raise
            self.why = stopped.message
            return None
        finally:
            self.order = search.order
            self.failed = search.failed

    @staticmethod
    def _walk(asking: Asking, header: Trace) -> Walk:
        return Walk(asking, header, lambda: None)

    def _independence(self, asking: Asking) -> Independence | None:
        """Return what is independent, as far as the spec can be read."""
        from pyspec.conformance.event_footprints import (  # noqa: PLC0415 - few need it
            EventFootprints,
        )

        try:
            found = EventFootprints(self.question, asking, self.toolchain)
            return found.independence(self.execution)
        except PyspecError:
            return None  # the search goes on without it

    # ------------------------------------------------------------ answering

    def _unknown(self, message: str) -> JointVerdict:
        """Say which limit was hit, and how far the search had got."""
        order = self.order
        why = f"{message}; {len(order)} of {self.execution.total} events matched"
        return self._told(Judgement.UNKNOWN, order, why=why)

    def _malformed(
        self, error: EvaluationError, place: Place | None = None
    ) -> JointVerdict:
        """Something has no value: in the spec, or in what was observed."""
        what = "this" if place is None else self.execution.called(place)
        why = f"{what} cannot be evaluated: {error.message}"
        return self._told(Judgement.MALFORMED, self.order, why=why)

    def _rejected(self, asking: Asking, header: Trace) -> JointVerdict:
        """Say where the interleaving ends that was gone furthest with."""
        order = self.order
        if self.failed is not None:
            return self._malformed(self.failed[1], self.failed[0])
        bound = self._bound(asking) if header != self.free else None
        header = header if bound is not None else self.free
        walk = self._walk(asking, header)
        hopeless: set[int] = set()
        with contextlib.suppress(Stopped, EvaluationError):  # it is rejected anyway
            order = prolonged(self.execution, walk, order)
            hopeless = self._hopeless(asking, walk, order)
        question = replace(self.question, trace=header)
        engine = NativeEngine(self.toolchain, self.limits, stop=self.stop)
        found = self._told(Judgement.REJECTED, order)
        found = explained(found, order, question, engine, hopeless)
        return replace(found, bound=bound)

    def _hopeless(self, asking: Asking, walk: Walk, order: Sequence[Place]) -> set[int]:
        """Return the processes to blame, if not all that stand still are."""
        if len(self.execution.free(order)) < 2:  # noqa: PLR2004 - there is a choice
            return set()
        independence = self._known or self._independence(asking)
        if independence is None:
            return set()
        cut = tuple(self.execution.done(order))
        return independence.hopeless(cut, sorted(walk.states, key=repr)[:_MOST_ASKED])

    def _bound(self, asking: Asking) -> int | None:
        """Return the limit on silent steps, unless no number of them helps."""
        if self._found(asking, self.free, None, self._quick) is False:
            return None
        return min(s.maximum for s in self.header.silent if s.maximum is not None)

    def _told(
        self, judgement: Judgement, order: Sequence[Place], *, why: str = ""
    ) -> JointVerdict:
        return told(self.execution, judgement, order, why)
