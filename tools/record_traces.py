"""Record a protocol's golden traces from its reference implementation.

    python tools/record_traces.py two_phase_commit
    python tools/record_traces.py raft 100

Writes traces/<family>/<slug>/: two runs of the implementation, without and with
faults, expected to conform; a run of each of two broken implementations, expected to
be rejected where TLC rejects them; and one of each that stops too soon, with what it
owes.  A run has at most so many events as the second argument says, 500 without it.
Read what it writes before you commit it: from then on these verdicts are what every
engine is held to.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from pyspec import catalog
from pyspec.campaign.judged import Judged
from pyspec.campaign.schedules import actions_of
from pyspec.conformance import Judgement, NativeEngine, TlcEngine, ask, load_spec
from pyspec.tla2tools import find_toolchain
from pyspec.trace import End, Expectation, Expected, Trace, write_trace
from refimpl.protocol import Faults, find, find_broken
from refimpl.sim.recorder import Observe
from refimpl.sim.world import simulate

FAULTY_SEEDS = range(200)
BROKEN = 2
AFTERWARDS = 3


def main(slug: str, most_events: int = 500) -> None:
    """Record and write the traces of one protocol."""
    protocol = catalog.find(slug)
    tools = find_toolchain()
    spec = load_spec(tools, protocol.spec)
    traces = recorded(slug, most_events)
    engine = Judged(TlcEngine(tools), NativeEngine(lambda: tools))
    verdicts = engine.decide([ask(spec, t) for t in traces.values()])
    protocol.traces.mkdir(parents=True, exist_ok=True)
    for (name, recording), verdict in zip(traces.items(), verdicts, strict=True):
        trace, expect = recording, Expectation(Expected.CONFORMS)
        if verdict.judgement is Judgement.REJECTED and verdict.event is not None:
            expect = Expectation(Expected.REJECTED, event=verdict.event.number)
            trace = cut(trace, verdict.matched + AFTERWARDS)
        elif verdict.fairness is not None and verdict.fairness.owed:
            expect = Expectation(Expected.OWES, call=verdict.fairness.owed[0].call)
        elif verdict.judgement is not Judgement.CONFORMS:
            raise SystemExit(f"{name}: {verdict.headline} {verdict.why}")
        file = protocol.traces / f"{name}.trace"
        file.write_text(write_trace(replace(trace, expect=expect)), encoding="utf-8")
        print(f"{file.name}: {verdict.headline}")


def recorded(slug: str, most_events: int) -> dict[str, Trace]:
    """Return the traces by the name of their file."""
    protocol = find(slug)
    varied = most_eventful(slug, most_events)
    traces = {
        "no_faults": simulate(protocol, 0, Faults(), max_events=most_events),
        "many_faults": simulate(protocol, varied, max_events=most_events),
    }
    broken_ones = find_broken(slug)
    stopping = [broken for broken in broken_ones if broken.owes]
    wrong = [broken for broken in broken_ones if not broken.owes]
    for broken in (*wrong[:BROKEN], *stopping):
        traces[broken.name] = simulate(
            broken.protocol,
            broken.seeds[0],
            broken.faults,
            observe=Observe.OWN,
        )
    return traces


def cut(trace: Trace, length: int) -> Trace:
    """Return the beginning of a trace: what comes after a rejection is noise."""
    if length >= len(trace.events):
        return trace
    return replace(trace, events=trace.events[:length], end=End.CUT)


def most_eventful(slug: str, most_events: int) -> int:
    """Return the seed whose run has the most different actions, then steps."""
    protocol = find(slug)

    def variety(seed: int) -> tuple[int, int]:
        trace = simulate(protocol, seed, max_events=most_events)
        steps = {step for event in trace.events for step in event.steps}
        return len({*actions_of(trace)}), len(steps)

    return max(FAULTY_SEEDS, key=variety)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
