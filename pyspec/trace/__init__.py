"""Traces: the model, and its text form.

A trace is a header and events; each event constrains one step of a spec.
`read_trace` and `parse_trace` read the text form, `TraceStream` while it grows,
`write_trace` and `TraceWriter` write it.
"""

from pyspec.trace.model import (
    NO_CONSTANTS,
    UNKNOWN,
    AnyStep,
    Argument,
    Call,
    End,
    Event,
    Expectation,
    Expected,
    Location,
    Loop,
    Observation,
    Path,
    Relation,
    Silent,
    Skip,
    Step,
    Trace,
    Unknown,
)
from pyspec.trace.text import TraceStream, parse_trace, read_trace
from pyspec.trace.write import TraceWriter, write_trace

__all__ = [
    "NO_CONSTANTS",
    "UNKNOWN",
    "AnyStep",
    "Argument",
    "Call",
    "End",
    "Event",
    "Expectation",
    "Expected",
    "Location",
    "Loop",
    "Observation",
    "Path",
    "Relation",
    "Silent",
    "Skip",
    "Step",
    "Trace",
    "TraceStream",
    "TraceWriter",
    "Unknown",
    "parse_trace",
    "read_trace",
    "write_trace",
]
