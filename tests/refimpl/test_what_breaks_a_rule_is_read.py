"""What an implementation may not do, its text shows, with class, method and line."""

from __future__ import annotations

import importlib.util
import re
import sys
from itertools import count
from typing import TYPE_CHECKING

import pytest

from refimpl.audit.booted import classes_of
from refimpl.audit.reading import read
from refimpl.commit.two_phase_commit import PROTOCOL
from refimpl.commit.two_phase_commit_broken import BROKEN
from refimpl.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

MODULE = """\
from __future__ import annotations

import asyncio, itertools, logging, os, random, secrets, socket, sys, threading, uuid
import datetime as dt
import time
from collections import deque
from dataclasses import dataclass, replace
from time import monotonic as ticks
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

from refimpl.process import *
from refimpl.process import Context

TICK = Timer("tick")
CACHE: dict[int, int] = {}
COUNT = itertools.count()
NAMES: Final = frozenset({"a", "b"})
Names: TypeAlias = frozenset[str]

@dataclass(frozen=True)
class Vote(Message):
    voters: frozenset[ProcessId]

def jitter() -> int:
    return random.randrange(9)

def quiet(voters: Names) -> list[str]:
    return sorted(voters)

class Wrong(Process):
    votes: frozenset[ProcessId] = volatile(frozenset())
    log: tuple[int, ...] = persistent(())
    granted: FrozenMap[str, frozenset[str]] = volatile(frozenset(), each="self.rms")
    table: FrozenMap[str, Names] = volatile(FrozenMap())

    def __init__(self, context: Context, rms: Names = frozenset()) -> None:
        super().__init__(context)
        self.rms = rms
        self.quorum = set(rms) | {"a"}
        self.known: Names = frozenset(rms)
        self.world = context

    @property
    def others(self) -> Names:
        return self.rms - {self.id}

    def voters(self) -> frozenset[str] | None:
        return self.rms

    @action("Tick", on=TICK)
    def tick(self) -> None:
        BODY

    @action("Take", on=Vote)
    def take(self, vote: Vote) -> None:
        TAKE
"""

LINE = MODULE.splitlines().index("        BODY") + 1

# What a text says, and what is said of it: one on a line, however long.
# ruff: noqa: E501

WRONG = {
    "time.time()": "reads the wall clock (time.time); use self.now()",
    "getattr(time, 'time')()": "reads the wall clock (time.time); use self.now()",
    "ticks()": "reads the wall clock (time.monotonic); use self.now()",
    "dt.datetime.now()": "reads the wall clock (datetime.datetime.now); use self.now()",
    "dt.date.today()": "reads the wall clock (datetime.date.today); use self.now()",
    "clock = time.time": "reads the wall clock (time.time)",
    "(lambda: time.time())()": "reads the wall clock (time.time)",
    "time.sleep(1)": "waits (time.sleep); set a timer with self.set_timer",
    "random.random()": "(random.random); use self.context.rng",
    "random.Random()": "(random.Random); use self.context.rng",
    "from random import choice; choice([1])": "(random.choice); use self.context.rng",
    "os.urandom(1)": "(os.urandom); use self.context.rng",
    "uuid.uuid4()": "(uuid.uuid4); use self.context.rng",
    "secrets.token_hex()": "(secrets.token_hex); use self.context.rng",
    "self.context.rng.seed()": "starts its chance anew (rng.seed)",
    "threading.Lock()": "runs things side by side",
    "asyncio.sleep(1)": "runs things side by side (asyncio",
    "socket.socket()": "opens the network itself (socket.socket); use self.send",
    "open('x')": "reads or writes files (open)",
    "print('x')": "uses the terminal (print)",
    "input()": "uses the terminal (input)",
    "sys.stderr.write('x')": "uses the terminal (sys.stderr",
    "os.environ['x']": "asks the machine that it runs on (os.environ",
    "os.getenv('x')": "asks the machine that it runs on (os.getenv)",
    "sys.exit()": "ends the program (sys.exit)",
    "eval('1')": "runs what no audit can read (eval)",
    "id(self)": "depends on addresses in memory",
    "sorted(self.log, key=id)": "depends on addresses in memory",
    "hash('x')": "depends on hashes",
    "global CACHE; CACHE = {}": "assigns to a variable that processes share (global CACHE)",
    "CACHE[1] = 2": "changes what processes share (CACHE[1])",
    "del CACHE[1]": "changes what processes share (CACHE[1])",
    "CACHE.update({})": "changes what processes share (CACHE)",
    "next(COUNT)": "changes what processes share (COUNT)",
    "type(self).seen = 1": "changes what processes share (type(self).seen)",
    "self.__class__.seen = 1": "changes what processes share (self.__class__.seen)",
    "Wrong.seen = 1": "changes what processes share (Wrong.seen)",
    "self.seen[1] = 2": "changes self.seen in place; assign a new value to self.seen",
    "self.__dict__['log'] = ()": "goes past its fields (self.__dict__)",
    "vars(self)['log'] = ()": "goes past its fields (vars(self))",
    "self.memory.written": "goes past its fields (self.memory)",
    "object.__setattr__(self, 'log', ())": "changes what is frozen (object.__setattr__)",
    "self.context.system": "reaches into the simulator (self.context.system)",
    "self.world.system": "reaches into the simulator (self.world.system)",
    "x = self.context; x._known": "reaches into the simulator (x._known)",
    "getattr(self.context, 'system')": "reaches into the simulator (self.context.system)",
    "self.context.storage.force({})": "(storage.force); use self.sync()",
    "self.context.storage.contents": "reaches into its disk (storage.contents)",
    "self.context.send(self.id, Vote(NAMES))": "(self.context.send); use self.send",
    "self.context.set_timer(TICK, 1)": "(self.context.set_timer); use self.set_timer",
    "from refimpl.sim import World": "imports the simulator (refimpl.sim)",
    "for v in self.votes: self.send(v, Vote(NAMES))": "iterates over a set (self.votes)",
    "for v in self.votes or (): pass": "iterates over a set (self.votes or ())",
    "for v in self.rms: pass": "iterates over a set (self.rms)",
    "for v in self.quorum: pass": "iterates over a set (self.quorum)",
    "for v in self.known: pass": "iterates over a set (self.known)",
    "for v in self.others: pass": "iterates over a set (self.others)",
    "for v in self.voters(): pass": "iterates over a set (self.voters())",
    "for v in self.rms - {'a'}: pass": "iterates over a set (self.rms - {'a'})",
    "for v in NAMES: pass": "iterates over a set (NAMES)",
    "for v in {1, 2}: pass": "iterates over a set ({1, 2})",
    "for v in CACHE.keys() & {1}: pass": "iterates over a set (CACHE.keys() & {1})",
    "found = self.votes; [v for v in found]": "iterates over a set (found)",
    "list(self.votes)": "iterates over a set (self.votes)",
    "next(iter(self.votes))": "iterates over a set (self.votes)",
    "','.join(self.votes)": "iterates over a set (self.votes)",
    "self.log = (*self.votes,)": "unpacks a set (self.votes)",
    "a, b = self.votes": "unpacks a set (self.votes)",
    "{v: 1 for v in self.votes}": "iterates over a set (self.votes)",
    "set(self.votes).pop()": "takes any element of a set (set(self.votes))",
    "min(self.votes, key=len)": "breaks ties by the place in a set (self.votes)",
    "sorted(self.votes, key=lambda v: len(v))": "breaks ties by the place in a set",
    "for v in self.granted['a']: pass": "iterates over a set (self.granted['a'])",
    "for v in self.table['a']: pass": "iterates over a set (self.table['a'])",
    "enumerate(self.votes)": "iterates over a set (self.votes)",
}

FINE = (
    "self.now()",
    "self.set_timer(TICK, self.context.rng.randrange(9))",
    "dt.timedelta(seconds=1)",
    "x: random.Random = self.context.rng; x.random()",
    "isinstance(self.log, deque)",
    "for v in sorted(self.votes): self.send(v, Vote(self.votes))",
    "self.broadcast(Vote(self.votes), to=self.votes)",
    "all(v in NAMES for v in self.votes)",
    "self.votes = frozenset(v for v in self.votes if v != self.id)",
    "{v for v in self.votes}",
    "len(list(self.votes)); sum(1 for _ in self.votes); max(self.votes)",
    "min(self.votes, key=lambda v: (len(v), v)); sorted(self.votes, key=repr)",
    "(only,) = self.votes",
    "self.votes |= {self.id}; self.log += (1,)",
    "CACHE.get(1); len(CACHE); NAMES.union(*[self.votes])",
    "time = self.now(); time + 1",
    "id = self.id; hash = 3; id == hash",
    "seen = []; seen.append(1); seen[0] = 2",
    "for v in self.log: pass",
    "for v in self.granted: pass",
    "for v in sorted(self.granted['a']): pass",
    "for v in self.context.peers: pass",
    "logging.getLogger(__name__).info('%s', self.id)",
    "replace(Vote(NAMES), voters=self.votes)",
    "def inner() -> None:\n            nonlocal seen\n            seen = 2\n        seen = 1",
    "quiet(self.rms)",
    "uuid.uuid5(uuid.NAMESPACE_DNS, self.id)",
)

NUMBERS = count()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., ModuleType]:
    """Give what imports a text as a module."""

    def loaded(text: str) -> ModuleType:
        name = f"audited_{next(NUMBERS)}"
        file = tmp_path / f"{name}.py"
        file.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


def module(body: str, take: str = "pass") -> str:
    return MODULE.replace("BODY", body).replace("TAKE", take)


@pytest.mark.parametrize("body", WRONG)
def test_what_breaks_a_rule_is_named_with_its_method(
    load: Callable[..., ModuleType], body: str
) -> None:
    found = [str(each) for each in read([load(module(body)).Wrong])]
    told = [each for each in found if WRONG[body] in each]
    assert told, found
    assert all(re.search(rf"audited_\d+\.py:{LINE}: ", each) for each in found)
    assert all(" Wrong.tick " in each or "the module of" in each for each in found)


@pytest.mark.parametrize("body", FINE)
def test_what_keeps_the_rules_is_let_pass(
    load: Callable[..., ModuleType], body: str
) -> None:
    assert read([load(module(body)).Wrong]) == []


def test_a_set_in_a_message_is_seen_too(load: Callable[..., ModuleType]) -> None:
    wrong = load(module("pass", "for v in vote.voters: pass")).Wrong
    [finding] = read([wrong])
    assert "Wrong.take iterates over a set (vote.voters)" in str(finding)


def test_functions_that_a_method_calls_are_read(
    load: Callable[..., ModuleType],
) -> None:
    [finding] = read([load(module("jitter()")).Wrong])
    assert finding.where == "jitter, called by Wrong.tick,"
    assert "(random.randrange)" in finding.what


def test_bases_and_makers_are_read(load: Callable[..., ModuleType]) -> None:
    text = module("time.time()") + (
        "\nclass Heir(Wrong):\n    pass\n"
        "\ndef make(context: Context) -> Heir:\n    return Heir(context._node)\n"
    )
    found = load(text)
    wheres = [each.where for each in read([found.Heir], [found.make])]
    assert wheres == ["Wrong.tick", "make"]


def test_what_a_class_shares_is_found(load: Callable[..., ModuleType]) -> None:
    text = module("pass").replace("    log:", "    seen: ClassVar = []\n    log:")
    [finding] = read([load(text).Wrong])
    assert str(finding).endswith(
        "Wrong.seen is a list, which all its processes share; declare a field, or "
        "make it a tuple or a MappingProxyType"
    )


def test_the_simulator_is_not_to_be_imported(load: Callable[..., ModuleType]) -> None:
    text = module("pass").replace("import time\n", "import refimpl.sim.node\n")
    [finding] = read([load(text).Wrong])
    assert "the module of Wrong imports the simulator (refimpl.sim.node)" in str(
        finding
    )


def test_what_a_module_does_at_import_is_read(load: Callable[..., ModuleType]) -> None:
    text = module("RNG.random()") + (
        "\nSTARTED = time.time()\nRNG = random.Random(3)\nCACHE[1] = 2\n"
        "if __name__ == '__main__':\n    print('run')\n"
    )
    found = [(each.where, each.what) for each in read([load(text).Wrong])]
    chance = "draws from a chance that no seed repeats"
    assert found == [
        ("Wrong.tick", f"{chance} (random.random)"),
        ("the module of Wrong", "reads the wall clock (time.time)"),
        ("the module of Wrong", f"{chance} (random.Random)"),
    ]


def test_a_class_within_a_class_is_read(load: Callable[..., ModuleType]) -> None:
    inner = "    class Inner:\n        def seed(self) -> float:\n            return "
    text = module("pass").replace("    log:", f"{inner}time.time()\n\n    log:")
    [finding] = read([load(text).Wrong])
    assert finding.where == "Wrong.Inner.seed"


def test_a_class_without_text_is_not_called_fine() -> None:
    made = type("Made", (Process,), {"__module__": "nowhere"})
    [finding] = read([made])
    assert "Made cannot be read" in str(finding)


def test_two_phase_commit_keeps_the_rules_and_so_do_its_broken_variants() -> None:
    protocols = [PROTOCOL, *(each.protocol for each in BROKEN)]
    classes = {cls: None for each in protocols for cls in classes_of(each)}
    assert len(classes) == 9
    assert read(classes, [role.make for role in PROTOCOL.roles]) == []
