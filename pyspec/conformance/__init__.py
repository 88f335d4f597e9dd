"""Is a recorded trace a behavior of the spec?

`Question` says what is asked (a trace, a spec, constants), `Verdict` what is
answered.  An `Engine` computes the one from the other and knows nothing of
files or commands: the compiled spec does (`NativeEngine`), or TLC, through a
generated module (`TlcEngine`).
"""

from pyspec.conformance.adapters import Header, Ignored, Record, adapt_file
from pyspec.conformance.claimed import claiming
from pyspec.conformance.native import Monitor, NativeEngine
from pyspec.conformance.question import Question, Spec, ask, load_spec
from pyspec.conformance.tlc_engine import Engine, Limits, TlcEngine
from pyspec.conformance.verdict import (
    Explanation,
    Fairness,
    Judgement,
    PropertyVerdict,
    Truth,
    Verdict,
)

__all__ = [
    "Engine",
    "Explanation",
    "Fairness",
    "Header",
    "Ignored",
    "Judgement",
    "Limits",
    "Monitor",
    "NativeEngine",
    "PropertyVerdict",
    "Question",
    "Record",
    "Spec",
    "TlcEngine",
    "Truth",
    "Verdict",
    "adapt_file",
    "ask",
    "claiming",
    "load_spec",
]
