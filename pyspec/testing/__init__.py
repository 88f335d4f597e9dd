"""What tests of specs and of implementations share.

    schedules, fault_plans   Hypothesis strategies over runs of an implementation
    run                      one of them, run: a trace
    assert_conforms          fails unless a trace is a behavior of its spec

`strategies` has those over values, traces and cfg files.  Hypothesis is an extra:
`pip install pyspec-tla[test]`.
"""

from typing import TYPE_CHECKING

from pyspec.lazy import lazily

if TYPE_CHECKING:
    from pyspec.testing.conforming import assert_conforms, run
    from pyspec.testing.runs import fault_plans, schedules

__all__ = ["assert_conforms", "fault_plans", "run", "schedules"]

__getattr__ = lazily(
    __name__,
    {
        "conforming": ["assert_conforms", "run"],
        "runs": ["fault_plans", "schedules"],
    },
)
