"""A deterministic simulator: one seed, one schedule, one trace.

    simulate    run a protocol and return the trace
    World       the same in steps, to look inside afterwards
    Observe     how much of the state the recorder writes down

Time is simulated, in whole nanoseconds.  Equal arguments give equal traces,
byte by byte, whatever the hash seed.
"""

from refimpl.sim.recorder import Observe
from refimpl.sim.world import World, simulate

__all__ = ["Observe", "World", "simulate"]
