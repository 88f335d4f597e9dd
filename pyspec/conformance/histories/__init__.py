"""Histories of clients: is a register, or a store, linearizable?

A history says what clients asked and were told.  `read_history` makes traces of
it, one for each key, that are held to a spec beside this file (`spec_of`): each
invocation and each response is an event, and that an operation takes effect in
between is a silent step.
"""

from pyspec.conformance.histories.narrowing import HistoryWalk
from pyspec.conformance.histories.traces import (
    HISTORIES,
    History,
    read_history,
    spec_of,
)

__all__ = ["HISTORIES", "History", "HistoryWalk", "read_history", "spec_of"]
