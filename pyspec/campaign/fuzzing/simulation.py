"""One run of an implementation, written down while it happens."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from pyspec.campaign.fuzzing.blame import failed
from pyspec.campaign.fuzzing.history_file import history_line
from pyspec.campaign.fuzzing.schedule_file import read_schedule
from pyspec.errors import Mistake, PyspecError, Unavailable
from pyspec.trace import TraceWriter
from refimpl.history import HistoryEvent
from refimpl.sim.recorder import Observe, Recorder, value_of
from refimpl.sim.steered import Steered
from refimpl.sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pyspec.campaign.fuzzing.subject import Subject
    from pyspec.trace.model import End, Event
    from pyspec.values import Value
    from refimpl.protocol import Faults, Protocol

__all__ = ["OBSERVED", "Request", "simulated", "smaller_with"]

OBSERVED: Final = {
    "everything": Observe.EVERYTHING,
    "own": Observe.OWN,
    "names": Observe.NAMES,
}
UNBOUNDED: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to run, for how long, and what to write where.

    `schedule` is a file with what happens; without one chance decides, from
    `seed` and `faults`.  No `output` means standard output.
    """

    subject: Subject
    seed: int
    faults: Faults
    steps: int = UNBOUNDED
    time_ns: int | None = None
    observe: str = "everything"
    clocks: bool = False
    messages: bool = False
    logs: Path | None = None
    output: Path | None = None
    history: Path | None = None
    schedule: Path | None = None


def simulated(request: Request) -> tuple[int, End]:
    """Run; return how many events there were, and how it ended.

    Nothing is kept in memory: each event is written when it happens.  Raises
    Mistake if the implementation fails.
    """
    try:
        return _simulated(request)
    except PyspecError as error:
        if isinstance(error.__context__, BrokenPipeError) and request.output is None:
            raise BrokenPipeError from None  # whoever read it has seen enough
        raise
    except Exception as error:
        blamed = failed(error)
        if blamed is None:
            raise
        raise blamed from error


def _simulated(request: Request) -> tuple[int, End]:
    protocol = request.subject.protocol()
    with contextlib.ExitStack() as files:
        writing = _Writing(request, files)
        recorder = Recorder(
            protocol,
            OBSERVED[request.observe],
            writing.event,
            clocks=request.clocks,
            messages=request.messages,
        )
        writing.recorder = recorder
        history = files.enter_context(contextlib.closing(_History(request.history)))
        if request.schedule is None:
            end = _drawn(request, protocol, writing, history)
        else:
            end = _steered(request, protocol, writing, history)
        writing.end(end)
    return recorder.number, end


def _drawn(
    request: Request, protocol: Protocol, writing: _Writing, history: _History
) -> End:
    world = World(protocol, request.seed, request.faults, recorder=writing.recorder)
    world.history = history
    writing.meta = {**world.meta(), **_named(request.subject)}
    return world.run(request.steps, request.time_ns)


def _steered(
    request: Request, protocol: Protocol, writing: _Writing, history: _History
) -> End:
    assert request.schedule is not None  # noqa: S101 - the caller looked
    noted = read_schedule(request.schedule, protocol, request.subject.variant)
    if len(noted.processes) < sum(len(role.ids) for role in protocol.roles):
        protocol = smaller_with(protocol, noted.processes)
        writing.recorder.protocol = protocol
    system = Steered(protocol, noted.seed, writing.recorder, clocks=noted.clocks)
    system.history = history
    writing.meta = steered_meta(noted.seed, request.subject)
    system.start()
    for each in noted.happenings:
        if not system.take(each):
            raise Mistake(
                f"this cannot happen after {system.events} events: {each}",
                file=request.schedule,
                hint="Was the schedule made by another version of the implementation?",
            )
    return noted.end


def smaller_with(protocol: Protocol, names: tuple[str, ...]) -> Protocol:
    """Return the protocol with these processes alone; Mistake if it cannot be made."""
    found: Protocol | None = protocol
    while found is not None:
        if {name for role in found.roles for name in role.ids} == set(names):
            return found
        found = found.smaller() if found.smaller else None
    raise Mistake(
        f"{protocol.slug} cannot be made with just these processes: " + ", ".join(names)
    )


def steered_meta(seed: int, subject: Subject) -> Mapping[str, Value]:
    """Return what the header of a trace says of a run that was steered."""
    steered = value_of(item=True)
    meta: dict[str, Value] = {"recorder": "refimpl", "seed": seed, "steered": steered}
    return meta | _named(subject)


def _named(subject: Subject) -> dict[str, Value]:
    named = {"implementation": subject.broken, "variant": subject.variant}
    return {key: name for key, name in named.items() if name}


# ------------------------------------------------------------ writing


class _Writing:
    """Writes events to one file, and to those of processes."""

    def __init__(self, request: Request, files: contextlib.ExitStack) -> None:
        self.recorder: Recorder
        self.meta: Mapping[str, Value] = {}
        self._request = request
        self._files = files
        self._whole: TraceWriter | None = None
        self._logs: dict[str, TraceWriter] = {}

    def event(self, event: Event) -> None:
        """Write an event down."""
        self._begun().event(event)
        if self._request.logs is not None and event.process is not None:
            self._log(event.process).event(event)

    def end(self, end: End) -> None:
        """Write how the run ended, wherever something was written."""
        for writer in (self._begun(), *self._logs.values()):
            writer.end(end)

    def _begun(self) -> TraceWriter:
        if self._whole is None:
            header = self.recorder.header(self.meta)
            output = self._request.output
            if output is None:
                self._whole = TraceWriter(sys.stdout, header)
            else:
                made = TraceWriter.create(output, header)
                self._whole = self._files.enter_context(made)
        return self._whole

    def _log(self, process: str) -> TraceWriter:
        if process not in self._logs:
            folder = self._request.logs
            assert folder is not None  # noqa: S101 - the caller looked
            _make(folder)
            header = self.recorder.header(self.meta)
            writer = TraceWriter.create(folder / f"{process}.trace", header)
            self._logs[process] = self._files.enter_context(writer)
        return self._logs[process]


class _History(list[HistoryEvent]):
    """The history of a run: written at once, and not kept."""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path = path
        self._file: TextIO | None = None
        if path is not None:
            with self._writing():
                self._file = path.open("w", encoding="utf-8", newline="\n")

    def append(self, event: HistoryEvent, /) -> None:
        """Write an entry."""
        if self._file is not None:
            with self._writing():
                self._file.write(history_line(event))

    def close(self) -> None:
        """Write what is not written yet."""
        if self._file is not None:
            with self._writing():
                self._file.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unavailable(f"cannot be written: {reason}", file=self._path) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(f"cannot be made: {reason}", file=folder) from None
