"""A spec and an implementation in a folder of one's own, outside of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyspec.cli import run
from pyspec.errors import Exit

SPEC = """
---- MODULE Echo ----
EXTENDS Naturals, Bags
CONSTANT Client
VARIABLES asked, net
vars == <<asked, net>>
Word(c) == [type |-> "Word", client |-> c]
Init == asked = [c \\in Client |-> 0] /\\ net = EmptyBag
Ask(c) ==
  /\\ asked[c] < 3
  /\\ asked' = [asked EXCEPT ![c] = @ + 1]
  /\\ net' = net (+) SetToBag({Word(c)})
Hear(c) ==
  /\\ BagIn(Word(c), net)
  /\\ net' = net (-) SetToBag({Word(c)})
  /\\ UNCHANGED asked
Next == \\E c \\in Client : Ask(c) \\/ Hear(c)
Spec == Init /\\ [][Next]_vars
====
"""

WORDS = """
from dataclasses import dataclass
from refimpl.process import Message, ProcessId

@dataclass(frozen=True)
class Word(Message):
    client: ProcessId
"""

ECHO = """
from pyspec.values import ModelValue
from refimpl.process import Process, ProcessId, Timer, action, guard, volatile
from refimpl.protocol import Protocol, Role
from words_of_echo import Word

TICK = Timer("tick")
MOST = 3

class Client(Process):
    declares = {"asked": "asked[self.id]"}
    asked: int = volatile(0)

    def start(self):
        self.set_timer(TICK, 10_000_000)

    @action("Ask(self.id)", on=TICK)
    def ask(self):
        guard(self.asked < MOST)
        self.asked += 1
        self.send(ProcessId("s"), Word(self.id))
        self.set_timer(TICK, 10_000_000)

class Server(Process):
    @action("Hear(message.client)", on=Word)
    def hear(self, message: Word):
        pass

CLIENTS = (ProcessId("c1"), ProcessId("c2"))
PROTOCOL = Protocol(
    slug="echo",
    module="Echo",
    roles=(
        Role(name="server", ids=(ProcessId("s"),), make=Server),
        Role(name="client", ids=CLIENTS, make=Client),
    ),
    constants={"Client": frozenset(ModelValue(name) for name in CLIENTS)},
    network="net",
)
"""


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, which one stands in, with a spec and an implementation."""
    monkeypatch.chdir(tmp_path)
    Path("Echo.tla").write_text(SPEC, encoding="utf-8")
    Path("echo.py").write_text(ECHO, encoding="utf-8")
    Path("words_of_echo.py").write_text(WORDS, encoding="utf-8")
    return tmp_path


OWN = ("Echo.tla", "--implementation", "echo.py")


@pytest.mark.java
@pytest.mark.usefixtures("echo")
def test_it_is_simulated_and_replayed() -> None:
    assert run(["simulate", *OWN, "-o", "run.trace"]) == Exit.FINE
    assert run(["replay", "run.trace", "--spec", "Echo.tla"]) == Exit.FINE


@pytest.mark.java
@pytest.mark.usefixtures("echo")
def test_it_is_driven_without_faults_that_it_knows_nothing_of(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["drive", *OWN]) == Exit.FINE
    assert "Echo.tla, echo.py: 2 of 2 actions taken" in capfd.readouterr().out


@pytest.mark.java
@pytest.mark.usefixtures("echo")
def test_it_is_fuzzed_and_found_out(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["fuzz", *OWN, "--seeds", "4", "--jobs", "1"]) == Exit.FINE
    assert "4 runs" in capfd.readouterr().out
    Path("wrong.py").write_text(ECHO.replace("MOST = 3", "MOST = 4"), encoding="utf-8")
    wrong = ("Echo.tla", "--implementation", "wrong.py")
    assert run(["fuzz", *wrong, "--seeds", "4", "--jobs", "1"]) == Exit.VIOLATION
    out, _ = capfd.readouterr()
    assert "Ask" in out
    [again] = re.findall(r"pyspec (fuzz Echo.tla --implementation wrong.py .*)", out)
    assert run(again.split()) == Exit.VIOLATION
    assert [*Path("fuzz-findings", "Echo").glob("*.small.trace")]


@pytest.mark.usefixtures("echo")
def test_who_has_only_one_of_the_two_is_told_so(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["fuzz", "Echo.tla"]) == Exit.MISTAKE
    err = capfd.readouterr().err
    assert "Echo.tla: a spec outside of the catalogue has no reference" in err
    assert "--implementation FILE.py" in err
    assert run(["simulate", "No.tla", *OWN[1:]]) == Exit.MISTAKE
    assert "No.tla: there is no such file" in capfd.readouterr().err
    assert run(["simulate", "two_phase_commit", *OWN[1:]]) == Exit.MISTAKE
    assert "expected module TwoPhaseCommit" in capfd.readouterr().err
