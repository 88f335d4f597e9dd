"""The classes that the simulator runs also run on sockets, a wall clock and files."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random
import time
from typing import TYPE_CHECKING, Any, Final

import refimpl.commit.two_phase_commit as implementation
from pyspec.trace.model import Call, Event, Trace
from refimpl.process import RESTART, Message, ProcessId, Timer
from refimpl.sim.recorder import call_of, step_of
from refimpl.steps import Taken, respond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pyspec.trace.model import Step
    from refimpl.history import Happened
    from refimpl.process import Process, Trigger
    from refimpl.protocol import Role

    Rejected = Callable[[Trace], int | None]

PATIENCE: Final = 20
"""Timers are so many times as long as asked for: this machine may be busy."""
PROTOCOL: Final = implementation.two_phase_commit(refusal_percent=0)


class File:
    """A disk: a file with one JSON object."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def recover(self) -> Mapping[str, object] | None:
        """Read it; a sequence of the process is an array there."""
        if not self.path.exists():
            return None
        found = json.loads(self.path.read_text("utf-8"))
        return {n: tuple(v) if isinstance(v, list) else v for n, v in found.items()}

    def force(self, writes: Mapping[str, object]) -> None:
        """Write what is there and what is new, all of it or nothing."""
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({**(self.recover() or {}), **writes}), "utf-8")
        new.replace(self.path)


class Host(asyncio.DatagramProtocol):
    """The context of one process: a UDP socket, the clock of the loop, a file."""

    def __init__(self, net: Net, role: Role, name: ProcessId) -> None:
        self.net = net
        self.role = role
        self.id = name
        self.peers = tuple(each for each in net.names if each != name)
        self.rng = random.Random()  # noqa: S311 - for jitter
        self.storage = File(net.folder / f"{name}.json")
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.process: Process | None = None

    def boot(self) -> None:
        """Start, or start again from the file."""
        first = self.storage.recover() is None
        self.process = self.role.make(self)
        self.storage.force({})
        if first:
            self.process.start()
        else:
            self.react(RESTART)

    def crash(self) -> None:
        """Forget everything but the file."""
        self.process = None
        for handle in self.timers.values():
            handle.cancel()

    def react(self, trigger: Trigger) -> None:
        """Take steps, unless it crashes amid them; it comes back at once."""
        if self.process is None:
            return
        for step in respond(self.process, trigger):
            self.net.took(self.id, step)
            if isinstance(step, Taken) and step.action in self.net.crash_after:
                self.net.crash_after.remove(step.action)
                self.net.steps.append(
                    (self.id, step_of(self.role.crash, self=self.process))
                )
                self.crash()
                asyncio.get_running_loop().call_soon(self.boot)
                return

    def now(self) -> int:
        return time.monotonic_ns()

    def send(self, to: ProcessId, message: Message) -> None:
        fields = dataclasses.asdict(message)
        data = json.dumps([type(message).__name__, fields]).encode()
        self.net.transports[self.id].sendto(data, self.net.addresses[to])

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        name, fields = json.loads(data)
        kind = getattr(implementation, name)
        self.react(kind(**{key: ProcessId(each) for key, each in fields.items()}))

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        self.cancel_timer(timer)
        after_s = PATIENCE * delay_ns / 1e9
        loop = asyncio.get_running_loop()
        self.timers[timer.name] = loop.call_later(after_s, self.react, timer)

    def cancel_timer(self, timer: Timer) -> None:
        if timer.name in self.timers:
            self.timers.pop(timer.name).cancel()

    def happened(self, what: Happened) -> None:
        raise NotImplementedError(what)


class Net:
    """All hosts of the protocol, and the steps that they took, in order.

    After the first step of each action of `crash_after` its process crashes.
    """

    def __init__(self, folder: Path, *crash_after: str) -> None:
        self.crash_after = {*crash_after}
        self.folder = folder
        roles = {name: role for role in PROTOCOL.roles for name in role.ids}
        self.names = tuple(roles)
        self.transports: dict[str, asyncio.DatagramTransport] = {}
        self.addresses: dict[str, Any] = {}
        self.steps: list[tuple[ProcessId, Step]] = []
        self.hosts = {n: Host(self, role, n) for n, role in roles.items()}

    def took(self, name: ProcessId, step: object) -> None:
        """Note a step: as the simulator's recorder does, but without any state."""
        if isinstance(step, Taken):
            self.steps.append((name, call_of(step.action, step.arguments)))
        else:
            message = getattr(step, "message", None)
            self.steps.append((name, call_of("LoseMessage", (message,))))

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        for name, host in self.hosts.items():
            self.transports[name], _ = await loop.create_datagram_endpoint(
                lambda host=host: host,  # type: ignore[misc]
                local_addr=("127.0.0.1", 0),
            )
            self.addresses[name] = self.transports[name].get_extra_info("sockname")

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():  # noqa: ASYNC110 - what is awaited is in a field
                await asyncio.sleep(0.001)

    async def close(self) -> None:
        for host in self.hosts.values():
            host.crash()
        for transport in self.transports.values():
            transport.close()
        await asyncio.sleep(0)

    def logs(self) -> Iterator[object]:
        """Yield what is last in each file."""
        for name in self.names:
            found = self.hosts[name].storage.recover() or {}
            log = found.get("log")
            yield log[-1] if isinstance(log, tuple) and log else None

    def trace(self) -> Trace:
        events = (
            Event(number, (step,), (), name)
            for number, (name, step) in enumerate(self.steps, 1)
        )
        return Trace(
            module=PROTOCOL.module, constants=PROTOCOL.constants, events=tuple(events)
        )


async def run(net: Net) -> None:
    """Run until all have decided, as their files say."""
    await net.open()
    try:
        for host in net.hosts.values():
            host.boot()
        await net.until(lambda: len(set(net.logs())) == 1 and None not in net.logs())
    finally:
        await net.close()


def test_two_phase_commit_commits_over_udp(tmp_path: Path, rejected: Rejected) -> None:
    net = Net(tmp_path)
    asyncio.run(run(net))
    assert [*net.logs()] == ["committed"] * 4
    written = json.loads((tmp_path / "r1.json").read_text("utf-8"))
    assert written == {"log": ["prepared", "committed"]}
    assert rejected(net.trace()) is None
    assert len(net.steps) > 10


def test_processes_come_back_from_their_files(
    tmp_path: Path, rejected: Rejected
) -> None:
    net = Net(tmp_path, "RMPrepare", "TMCommit")
    asyncio.run(run(net))
    assert [*net.logs()] == ["committed"] * 4
    actions = [step.action for _, step in net.steps if isinstance(step, Call)]
    assert {"RMCrash", "RMRestart", "TMCrash", "TMRestart"} <= {*actions}
    assert rejected(net.trace()) is None


def test_a_run_over_udp_that_breaks_the_spec_would_be_rejected(
    tmp_path: Path, rejected: Rejected
) -> None:
    net = Net(tmp_path)
    asyncio.run(run(net))
    place = [step for _, step in net.steps].index(call_of("TMCommit", ()))
    net.steps.insert(0, net.steps.pop(place))
    assert rejected(net.trace()) == 1
