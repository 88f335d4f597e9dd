"""Reference implementations of the protocols, and a simulator that runs them.

    refimpl.process             what an implementer sees: Process, action, guard
    refimpl.protocol            who takes part in a protocol, and its fault model
    refimpl.clients             clients that keep a history, and their workloads
    refimpl.store               what they store and read: operations, answers
    refimpl.FAMILY.SLUG         one protocol each: commit/two_phase_commit.py
    refimpl.FAMILY.SLUG_broken  the same with known mistakes, which replay must find
    refimpl.sim                 clock, network, disk, faults, recorder
    refimpl.audit               whether an implementation keeps the rules

A protocol knows the first four, never the simulator: the same class can run on
sockets and a wall clock.  Nothing here imports more of pyspec than the values
and the trace model.
"""
