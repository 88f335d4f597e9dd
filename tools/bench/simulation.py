"""Simulated events a second: bare, simulated, recorded, and checked online.

The bare loop is the least that could be called a simulation: a heap, a random
generator, and the same messages given to the same handlers.  CPU seconds.
"""

from __future__ import annotations

import argparse
import gc
import heapq
import importlib
import random
import statistics
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from pyspec import catalog
from pyspec.conformance import Monitor, NativeEngine, ask, load_spec
from pyspec.garbage import collect_seldom
from pyspec.tla2tools import find_toolchain
from refimpl.actions import GuardIsFalse
from refimpl.protocol import Faults
from refimpl.sim.recorder import Observe, Recorder
from refimpl.sim.world import World, simulate
from refimpl.triggers import Message, ProcessId, Timer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.conformance import Spec
    from pyspec.trace.model import Event, Trace
    from refimpl.actions import Handler
    from refimpl.process import Process
    from refimpl.protocol import Protocol

MONITORS: list[tuple[Trace, Monitor]] = []
EVENTS = 20_000
RUN = 500


# ------------------------------------------------------------ the bare loop


class Bare:
    """Processes, a heap and a random generator: no fault, no rule, no record."""

    def __init__(self, protocol: Protocol, seed: int) -> None:
        self.draw = random.Random(seed).random  # noqa: S311 - to be repeated
        self.shortest, longest = protocol.faults.latency_ns
        self.width = longest - self.shortest
        self.queue: list[tuple[int, int, Any, Any, int]] = []
        self.now_ns = self.queued = self.events = 0
        names = tuple(name for role in protocol.roles for name in role.ids)
        self.desks = {
            name: Desk(self, name, tuple(n for n in names if n != name))
            for role in protocol.roles
            for name in role.ids
        }
        self.processes: dict[ProcessId, Process] = {}
        for role in protocol.roles:
            for name in role.ids:
                self.processes[name] = role.make(self.desks[name])
        for process in self.processes.values():
            process.start()

    def run(self, most: int) -> int:
        """Give triggers to handlers until so many took a step."""
        queue, processes = self.queue, self.processes
        while queue and self.events < most:
            self.now_ns, _, to, trigger, setting = heapq.heappop(queue)
            if setting and self.desks[to].timers.get(trigger) != setting:
                continue
            self.give(processes[to], trigger)
        return self.events

    def give(self, process: Process, trigger: Message | Timer) -> None:
        """Call the methods that the marks name."""
        by_message = isinstance(trigger, Message)
        for handler in process.on(trigger):
            for each in (trigger,) if by_message else handler.values(process):
                if self.call(process, handler, each) and by_message:
                    self.settle(process)
                    return
        self.settle(process)

    def settle(self, process: Process) -> None:
        """Call what needs no trigger, as long as a guard lets it."""
        while any(
            self.call(process, handler, each)
            for handler in process.internal
            for each in handler.values(process)
        ):
            pass

    def call(self, process: Process, handler: Handler, given: object) -> bool:
        """Call a method; False if a guard is false."""
        process.memory.syncs = 0
        method = getattr(process, handler.method)
        try:
            if handler.parameter is None:
                method()
            else:
                method(given)
        except GuardIsFalse:
            return False
        self.events += 1
        return True

    def push(self, at_ns: int, to: ProcessId, what: object, setting: int = 0) -> None:
        """Let something happen."""
        self.queued += 1
        heapq.heappush(self.queue, (at_ns, self.queued, to, what, setting))


class Desk:
    """What a process of the bare loop sees."""

    def __init__(
        self, bare: Bare, name: ProcessId, peers: tuple[ProcessId, ...]
    ) -> None:
        self.bare, self.id, self.peers = bare, name, peers
        self.rng = random.Random(f"{name}")  # noqa: S311 - to be repeated
        self.timers: dict[Timer, int] = {}
        self.storage = self

    def recover(self) -> Mapping[str, object] | None:
        """Nothing was forced before."""
        return None

    def force(self, writes: Mapping[str, object]) -> None:
        """Force nothing."""

    def now(self) -> int:
        """Return the time."""
        return self.bare.now_ns

    def send(self, to: ProcessId, message: Message) -> None:
        """Send after a random time."""
        bare = self.bare
        bare.push(
            bare.now_ns + bare.shortest + int(bare.draw() * bare.width), to, message
        )

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        """Let a timer fire."""
        bare = self.bare
        bare.push(bare.now_ns + delay_ns, self.id, timer, bare.queued + 1)
        self.timers[timer] = bare.queued

    def cancel_timer(self, timer: Timer) -> None:
        """Stop a timer."""
        self.timers.pop(timer, None)

    def happened(self, what: object) -> None:
        """Note nothing."""


# ------------------------------------------------------------ measuring


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="", help="part of a protocol's name")
    chosen = parser.parse_args()
    collect_seldom()  # as the commands do
    for line in rows(chosen.only, chosen.repeat):
        print(line, flush=True)


def rows(only: str, repeat: int) -> Iterator[str]:
    """Return a row for each protocol and number of servers."""
    for slug, sizes in PROTOCOLS.items():
        for size in sizes:
            if only in slug:
                yield from measured(slug, protocol_of(slug, size), size, repeat)


PROTOCOLS: Mapping[str, tuple[int, ...]] = {"two_phase_commit": (3, 5), "raft": (3, 5)}


def protocol_of(slug: str, size: int) -> Protocol:
    """Return the protocol with so many servers; its module has a function for that."""
    module = importlib.import_module(f"refimpl.{catalog.find(slug).family}.{slug}")
    made: Protocol = getattr(module, slug)(size)
    return made


def measured(slug: str, protocol: Protocol, size: int, repeat: int) -> Iterator[str]:
    """Bare, simulated, recorded, checked, replayed: alternately, and medians."""
    spec = loaded(slug)
    ways: dict[str, Callable[[int], int]] = {
        "bare": lambda seed: Bare(protocol, seed).run(RUN),
        "simulated": lambda seed: simulated(protocol, seed),
        "recorded": lambda seed: recorded(protocol, seed),
        "checked online": lambda seed: checked(protocol, seed, spec),
    }
    replayed(recordings(protocol)[:20], spec)  # so that all is compiled
    costs: dict[str, list[float]] = {name: [] for name in (*ways, "replayed")}
    for _ in range(repeat):
        for name, way in ways.items():
            costs[name].append(per_event(way))
        costs["replayed"].append(replayed(recordings(protocol), spec))
    yield told(slug, size, {name: statistics.median(c) for name, c in costs.items()})


def per_event(run: Callable[[int], int]) -> float:
    """Run seed after seed until there were enough events; return seconds for one.

    What was done before leaves nothing behind: whoever makes many objects would pay
    for the garbage of others, and for looking through what they still hold.
    """
    gc.collect()
    began, events, seed = time.process_time(), 0, 0
    while events < EVENTS:
        events += run(seed)
        seed += 1
    return (time.process_time() - began) / events


def recordings(protocol: Protocol) -> list[Trace]:
    """Return traces with enough events in all."""
    traces: list[Trace] = []
    while sum(len(trace.events) for trace in traces) < EVENTS:
        seed = len(traces)
        traces.append(
            simulate(protocol, seed, Faults(), observe=Observe.OWN, max_events=RUN)
        )
    return traces


def told(slug: str, size: int, cost: Mapping[str, float]) -> str:
    """Return rates, and what each way costs as a multiple of what it is bound by."""
    rates = " | ".join(f"{1 / each:,.0f}" for each in cost.values())
    online = cost["simulated"] + 1.3 * cost["replayed"]
    ratios = (
        cost["simulated"] / cost["bare"],
        cost["recorded"] / cost["simulated"],
        cost["checked online"] / online,
    )
    text = " | ".join(f"{ratio:.2f}" for ratio in ratios)
    return f"| {slug}, {size} | {rates} | {text} |"


def simulated(protocol: Protocol, seed: int) -> int:
    """Simulate, and record nothing."""
    world = World(protocol, seed, Faults())
    world.run(RUN)
    return world.events


def recorded(protocol: Protocol, seed: int) -> int:
    """Simulate, and record each process's own state."""
    world = World(protocol, seed, Faults(), recorder=Recorder(protocol, Observe.OWN))
    world.run(RUN)
    return world.events


def checked(protocol: Protocol, seed: int, spec: Spec) -> int:
    """Simulate, and check each event as it comes, as `pyspec fuzz` does."""
    monitor: Monitor | None = None

    def take(event: Event) -> None:
        nonlocal monitor
        if monitor is None:
            monitor = monitor_of(spec, recorder.header({}))
        if monitor.take(event) is not None:
            raise SystemExit(f"seed {seed}: {monitor.verdict.headline}")

    recorder = Recorder(protocol, Observe.OWN, take)
    world = World(protocol, seed, Faults(), recorder=recorder)
    world.run(RUN)
    return world.events


def monitor_of(spec: Spec, header: Trace) -> Monitor:
    """Return a monitor that has seen nothing; runs that begin alike share one."""
    for known, monitor in MONITORS:
        if known == header:
            monitor.restart()
            return monitor
    monitor = Monitor(spec, header, find_toolchain)
    MONITORS.append((header, monitor))
    return monitor


def replayed(traces: Sequence[Trace], spec: Spec) -> float:
    """Check what was recorded before; return the seconds for an event."""
    questions = [ask(spec, trace) for trace in traces]
    gc.collect()
    began = time.process_time()
    for verdict in NativeEngine(find_toolchain).decide(questions):
        if verdict.headline != "conforms":
            raise SystemExit(verdict.headline)
    events = sum(len(trace.events) for trace in traces)
    return (time.process_time() - began) / events


@cache
def loaded(slug: str) -> Spec:
    """Return the compiled spec."""
    return load_spec(find_toolchain(), catalog.find(slug).spec)


if __name__ == "__main__":
    main()
