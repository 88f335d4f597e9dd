"""What the network copies was sent before: the copy's vector clock says so."""

from __future__ import annotations

from refimpl.protocol import Faults, find
from refimpl.sim.recorder import NETWORK, Recorder
from refimpl.sim.world import World


def test_a_copy_comes_after_the_step_that_sent_the_message() -> None:
    faults = Faults(duplications=9, duplication_percent=40, losses=3)
    for slug in ("two_phase_commit", "raft"):
        recorder = Recorder(find(slug), clocks=True, messages=True)
        World(find(slug), 3, faults, recorder=recorder).run(200)
        copies = [e for e in recorder.events if e.process == NETWORK and e.sent]
        assert copies
        for copy in copies:
            assert copy.clock is not None
            assert {*copy.clock} - {NETWORK}
        names = [name for event in recorder.events for name in event.sent]
        assert len(names) == len({*names})
