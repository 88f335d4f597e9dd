"""Hold distributed systems to their TLA+ specifications.

Imports point one way; a package imports only from those above it:

    errors         whose fault it is, and the exit code that says so
    lazy           packages whose modules are imported at their first use
    kept           what is kept between runs, and costs only time if it is lost
    values         TLA+ values in Python; parsing and printing them
    trace          the trace model, and its text form
    tla2tools      the bridge: find a JRE and a jar, run SANY and TLC
    catalog        finds protocols by their folders
    language       what SANY's semantic tree says of a spec; specs compiled to Python
    explore        walking a compiled spec: search, walks, liveness
    conformance    is a trace a behavior of the spec?
    campaign       models and reference implementations, held to their specs
    report         results as text for people, and as JSON
    testing        Hypothesis strategies over values, traces and runs
    cli            one file per command

`refimpl`, the reference implementations, imports `pyspec.values` and
`pyspec.trace` alone; only `campaign` imports it.

Public names are `load`, and those of `pyspec.values`, `pyspec.trace`,
`pyspec.tla2tools` and `pyspec.conformance`; all else is internal.
"""

from typing import TYPE_CHECKING

from pyspec.lazy import lazily

if TYPE_CHECKING:
    from pyspec.language.load import load

__all__ = ["load"]

__getattr__ = lazily(__name__, {"language.load": ["load"]})
