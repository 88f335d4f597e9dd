"""Hold distributed systems to their TLA+ specifications.

Imports point one way; a package imports only from those above it:

    errors         whose fault it is, and the exit code that says so
    values         TLA+ values in Python; parsing and printing them
    trace          the trace model, and its text form
    tla2tools      the bridge: find a JRE and a jar, run SANY and TLC
    catalog        finds protocols by their folders
    language       what SANY's semantic tree says of a spec; specs compiled to Python
    explore        walking a compiled spec: search, walks, liveness
    conformance    is a trace a behavior of the spec?
    campaign       the reference implementations, held to their specs
    report         results as text for people, and as JSON
    testing        Hypothesis strategies over values and traces
    cli            one file per command

`refimpl`, the reference implementations, imports `pyspec.values` and
`pyspec.trace` alone; only `campaign` imports it.

Public names are those of `pyspec.values`, `pyspec.trace`, `pyspec.tla2tools`
and `pyspec.conformance`; all else is internal.
"""
