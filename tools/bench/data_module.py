"""TLC fed a trace as data: the peer that reads no literals.

A Java class gives TLC the events as values, and a small module applies the named
action to its arguments and compares what was observed.  It is what one would
write by hand for one spec; nothing of it is general.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pyspec.trace.model import Call, Observation
from pyspec.values import Bool, Fn, ModelValue, canonical, show

if TYPE_CHECKING:
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Event, Trace

HERE = Path(__file__).parent


def command(
    trace: Trace, module: Path, folder: Path, toolchain: Toolchain
) -> list[str] | None:
    """Write all that TLC needs and return its command; None if there is no javac."""
    javac = shutil.which("javac")
    if javac is None:
        return None
    jar = str(toolchain.jar.path)
    source = str(HERE / "java/TraceData.java")
    compiling = [javac, "--release", "8", "-Xlint:-options", "-cp", jar, "-d"]
    subprocess.run([*compiling, str(folder), source], check=True)
    for file in module.parent.glob("*.tla"):
        shutil.copy(file, folder)
    (folder / "TraceData.tla").write_text(
        "---- MODULE TraceData ----\nTraceLoad(file) == CHOOSE x : TRUE\n====\n"
    )
    (folder / "events.json").write_text(
        "".join(
            json.dumps(_plain_event(event), separators=(",", ":")) + "\n"
            for event in trace.events
        )
    )
    (folder / "Fed.tla").write_text(_module(trace, module.stem))
    (folder / "Fed.cfg").write_text(_config(trace))
    java = [str(toolchain.java.path), "-XX:+UseSerialGC", "-cp", f"{jar}:{folder}"]
    return [*java, "tlc2.TLC", "-config", "Fed.cfg", "Fed.tla"]


def _plain_event(event: Event) -> dict[str, object]:
    (call,), (seen,) = event.steps, event.observations
    assert isinstance(call, Call)  # noqa: S101 - as the benchmark made it
    return {
        "action": call.action,
        "arguments": [_plain(value) for value in call.arguments or ()],
        "variable": seen.path.root,
        "value": _plain(seen.value),
    }


def _plain(value: object) -> object:
    if isinstance(value, Bool):
        return bool(value)
    if isinstance(value, ModelValue):
        return f"${value.name}"
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return {"$set": [_plain(item) for item in canonical(value)]}
    if isinstance(value, Fn):
        if value and all(isinstance(key, str) for key in value):
            return {str(key): _plain(image) for key, image in value.items()}
        return {"$fn": [[_plain(k), _plain(v)] for k, v in value.items()]}
    return value


def _module(trace: Trace, name: str) -> str:
    calls = {
        (step.action, len(step.arguments or ()))
        for event in trace.events
        for step in event.steps
        if isinstance(step, Call)
    }
    variables = sorted({_seen(event).path.root for event in trace.events})
    actions = "\n        [] ".join(
        f'e.action = "{action}" -> {_applied(action, arity)}'
        for action, arity in sorted(calls)
    )
    observed = "\n        [] ".join(
        f'e.variable = "{variable}" -> {variable}\' = e.value' for variable in variables
    )
    return f"""---- MODULE Fed ----
EXTENDS {name}, TraceData
VARIABLE at
Counted == INSTANCE Sequences
Events == TraceLoad("events.json")
FedInit == Init /\\ at = 1
Taken ==
    /\\ at' = at + 1
    /\\ LET e == Events[at] IN
       /\\ CASE {actions}
       /\\ CASE {observed}
\\* An event that does not fit is a deadlock, which TLC reports.
FedNext ==
    IF at <= Counted!Len(Events) THEN Taken ELSE UNCHANGED <<vars, at>>
====
"""


def _seen(event: Event) -> Observation:
    return event.observations[0]


def _applied(action: str, arity: int) -> str:
    arguments = ", ".join(f"e.arguments[{n}]" for n in range(1, arity + 1))
    return f"{action}({arguments})" if arity else action


def _config(trace: Trace) -> str:
    lines = [f"CONSTANT {name} = {show(v)}" for name, v in trace.constants.items()]
    return "\n".join(["INIT FedInit", "NEXT FedNext", *lines, ""])
