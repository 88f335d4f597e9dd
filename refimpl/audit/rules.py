"""What an implementation may not use, and what it has instead.

By dotted name; the longest one that is a prefix of what is used decides, and None
lets it pass.
"""

from __future__ import annotations

import os
import random
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Rule", "dotted", "rule_of"]


class Rule(NamedTuple):
    """What using something means, and what to do instead."""

    what: str
    instead: str


_CLOCK: Final = Rule("reads the wall clock", "use self.now()")
_CHANCE: Final = Rule(
    "draws from a chance that no seed repeats", "use self.context.rng"
)
_OUTSIDE: Final = Rule(
    "asks the machine that it runs on", "take it as an argument of __init__"
)
_FILES: Final = Rule(
    "reads or writes files",
    "declare a persistent() field and force it with self.sync()",
)
_NETWORK: Final = Rule("opens the network itself", "use self.send and on=")
_TOGETHER: Final = Rule(
    "runs things side by side", "use messages and timers: each action runs alone"
)
_TERMINAL: Final = Rule(
    "uses the terminal", "use logging, whose handlers a deployment chooses"
)
_ENDS: Final = Rule("ends the program", "raise an error")
_HIDDEN: Final = Rule("runs what no audit can read", "write it out")
_SIMULATOR: Final = Rule(
    "uses the simulator", "use what refimpl.process and refimpl.protocol have"
)


def _each(names: str, rule: Rule | None) -> Iterable[tuple[str, Rule | None]]:
    return ((name, rule) for name in names.split())


RULES: Final[Mapping[str, Rule | None]] = dict(
    (
        ("time", _CLOCK),
        ("time.sleep", Rule("waits", "set a timer with self.set_timer")),
        ("time.struct_time", None),
        *_each("datetime.datetime.now datetime.datetime.utcnow", _CLOCK),
        *_each("datetime.datetime.today datetime.date.today", _CLOCK),
        *_each("random secrets uuid.uuid1 uuid.uuid4 uuid.getnode", _CHANCE),
        *_each("os.urandom os.getrandom numpy.random", _CHANCE),
        *_each("os platform getpass sys.argv sys.flags locale.getlocale", _OUTSIDE),
        *_each("builtins.open io.open _io.open pathlib.Path genericpath", _FILES),
        *_each("tempfile shutil glob fileinput sqlite3 dbm shelve mmap", _FILES),
        *_each("socket _socket ssl select selectors http.client", _NETWORK),
        *_each("http.server urllib.request socketserver", _NETWORK),
        *_each("threading _thread asyncio concurrent multiprocessing", _TOGETHER),
        *_each("queue sched signal subprocess", _TOGETHER),
        *_each("builtins.print builtins.input builtins.breakpoint", _TERMINAL),
        *_each("sys.stdin sys.stdout sys.stderr", _TERMINAL),
        *_each("builtins.exit builtins.quit sys.exit os._exit os.abort", _ENDS),
        *_each("builtins.exec builtins.eval builtins.compile", _HIDDEN),
        *_each("builtins.__import__ importlib builtins.globals", _HIDDEN),
        *_each("refimpl.sim refimpl.audit", _SIMULATOR),
        (
            "builtins.id",
            Rule(
                "depends on addresses in memory, which differ from run to run",
                "compare values, or the ids of processes",
            ),
        ),
        (
            "builtins.hash",
            Rule(
                "depends on hashes, which differ from run to run",
                "compare values, or sort with key=repr",
            ),
        ),
        (
            "builtins.object.__setattr__",
            Rule("changes what is frozen", "make a new one with dataclasses.replace"),
        ),
    )
)


def rule_of(name: str) -> Rule | None:
    """Return the rule against using what has this dotted name, if there is one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in RULES:
            return RULES[prefix]
    return None


def dotted(item: object) -> str | None:
    """Return the name under which the rules know an object, whatever it is called.

    None for what has no name of its own, as a tuple.
    """
    if isinstance(item, ModuleType):
        return item.__name__
    if item is os.environ:
        return "os.environ"
    if isinstance(item, BuiltinFunctionType | MethodType):
        owner = item.__self__
        if isinstance(owner, random.Random):
            return f"random.{item.__name__}"
    if isinstance(item, random.Random):
        return "random"
    if isinstance(item, type | FunctionType | BuiltinFunctionType | MethodType):
        module = item.__module__ or "builtins"
        module = "os" if module in {"posix", "nt"} else module
        return f"{module}.{item.__qualname__}"
    return None
