"""The bridge to tla2tools: find Java and the jar, run SANY and TLC, read them.

- `find_toolchain`: Java and tla2tools.jar, wherever they are
- `Job` and `run`: one run of TLC, and its `Outcome`; `run_all` for many
- `sany`: does a module parse, and its semantic tree
- `Config`: TLC's cfg files
- `read_dot`: the state graph that TLC dumps
"""

from typing import TYPE_CHECKING

from pyspec.lazy import lazily

if TYPE_CHECKING:
    from pyspec.tla2tools import sany
    from pyspec.tla2tools.chatter import Kind, SpecError
    from pyspec.tla2tools.classify import Cause
    from pyspec.tla2tools.config import Config, parse_config, read_config
    from pyspec.tla2tools.counterexample import Behavior, read_dump_trace
    from pyspec.tla2tools.dot import read_dot
    from pyspec.tla2tools.job import Job, Simulation
    from pyspec.tla2tools.outcome import (
        Ending,
        Finding,
        Outcome,
        Question,
        Verdict,
        read_output,
    )
    from pyspec.tla2tools.sany import SanyReport
    from pyspec.tla2tools.tlc import run, run_all
    from pyspec.tla2tools.toolchain import Toolchain, describe, find_toolchain
    from pyspec.tla2tools.transcript import ActionCoverage, LineCoverage, Progress

__all__ = [
    "ActionCoverage",
    "Behavior",
    "Cause",
    "Config",
    "Ending",
    "Finding",
    "Job",
    "Kind",
    "LineCoverage",
    "Outcome",
    "Progress",
    "Question",
    "SanyReport",
    "Simulation",
    "SpecError",
    "Toolchain",
    "Verdict",
    "describe",
    "find_toolchain",
    "parse_config",
    "read_config",
    "read_dot",
    "read_dump_trace",
    "read_output",
    "run",
    "run_all",
    "sany",
]

__getattr__ = lazily(
    __name__,
    {
        "chatter": ["Kind", "SpecError"],
        "classify": ["Cause"],
        "config": ["Config", "parse_config", "read_config"],
        "counterexample": ["Behavior", "read_dump_trace"],
        "dot": ["read_dot"],
        "outcome": [
            "Ending",
            "Finding",
            "Outcome",
            "Question",
            "Verdict",
            "read_output",
        ],
        "sany": ["SanyReport"],
        "job": ["Job", "Simulation"],
        "tlc": ["run", "run_all"],
        "toolchain": ["Toolchain", "describe", "find_toolchain"],
        "transcript": ["ActionCoverage", "LineCoverage", "Progress"],
    },
)
