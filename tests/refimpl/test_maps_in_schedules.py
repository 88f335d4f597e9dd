"""A message may have functions, and its schedule can be kept in a file."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pyspec.campaign.fuzzing.schedule_file import read_schedule, schedule_lines
from pyspec.errors import Mistake
from pyspec.trace.model import End
from refimpl.maps import FrozenMap
from refimpl.process import Message, Process, ProcessId, Timer, action
from refimpl.protocol import Protocol, Role
from refimpl.sim.schedule import Schedule
from refimpl.sim.world import World

if TYPE_CHECKING:
    from pathlib import Path

P, Q = ProcessId("p"), ProcessId("q")
TICK = Timer("tick")


@dataclass(frozen=True)
class Clocks(Message):
    known: FrozenMap[ProcessId, tuple[int, bool]]


class Teller(Process):
    def start(self) -> None:
        self.set_timer(TICK, 5)

    @action("Tell", on=TICK)
    def tell(self) -> None:
        self.send(Q if self.id == P else P, Clocks(FrozenMap({P: (1, True)})))

    @action("Hear", on=Clocks)
    def hear(self) -> None:
        """Hear it."""


PROTOCOL = Protocol(
    slug="tellers",
    module="Tellers",
    roles=(Role(name="teller", ids=(P, Q), make=Teller),),
)


def written(path: Path) -> Schedule:
    schedule = Schedule()
    end = World(PROTOCOL, 1, schedule=schedule).run()
    assert end is End.QUIESCENT
    lines = schedule_lines(PROTOCOL, 1, end, schedule.happenings)
    path.write_text("".join(lines), encoding="utf-8")
    return schedule


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "schedule.ndjson"
    schedule = written(path)
    read = read_schedule(path, PROTOCOL).happenings
    assert [*read] == schedule.happenings
    assert any(each.message is not None for each in read)


def test_what_is_no_pair_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "schedule.ndjson"
    written(path)
    text = path.read_text(encoding="utf-8")
    pair = json.dumps([{"#process": "p"}, [1, True]])
    assert pair in text
    path.write_text(text.replace(pair, "[1]"), encoding="utf-8")
    with pytest.raises(Mistake, match="no part of a map") as caught:
        read_schedule(path, PROTOCOL)
    assert caught.value.line == 4
