"""Whether an implementation keeps the rules that make it one.

    reading     read: what the text of its classes shows: the wall clock, chance of its
                own, the order of sets, what processes share, a look past the context
    words       match: its words against the spec's: actions, arguments, variables
    watching    audited: one run, watched: messages that change, steps without an end
    repeating   repeated, watched: runs in processes of other hashes, clocks and chance

A process that keeps them runs unchanged in the simulator, where one seed is one
trace, and on sockets and a wall clock.
"""
