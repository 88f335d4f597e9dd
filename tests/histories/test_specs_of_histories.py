"""The specs that histories are held to, as small models, and wrong ones.

A model adds what clients were told last, so that stale reads have a name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.cli import run
from pyspec.conformance.histories import spec_of
from pyspec.conformance.histories import traces as histories

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.java

# A client that asks after a write was confirmed, when nobody else writes, is told
# what was written.  `settled` has what the object must be, if that is known.
MODEL: Final = """---- MODULE MC ----
EXTENDS LinearizableCasRegister
CONSTANTS c, d
VARIABLES settled, told
Few == [f : {"read"}, among : {Answer}]
Writing == {w \\in DOMAIN waiting : ~IsRead(waiting[w].op)}
MCInit == Init /\\ settled = {Nil} /\\ told = {}
Asked ==
  \\E w \\in Idle, op \\in Few \\cup Update :
    /\\ Invoke(w, op)
    /\\ IF IsRead(op)
       THEN /\\ told' = told \\cup {<<w, v>> : v \\in settled}
            /\\ UNCHANGED settled
       ELSE settled' = {} /\\ told' = {}
Answered ==
  \\/ /\\ \\E w \\in due, a \\in Answer : Respond(w, a)
     /\\ UNCHANGED settled
     /\\ told' = {t \\in told : t[1] \\notin due}
  \\/ /\\ \\E w \\in due : Confirm(w)
     /\\ settled' = IF Writing = due /\\ lost = <<>> THEN {object'} ELSE {}
     /\\ UNCHANGED told
Other ==
  /\\ \\/ \\E w \\in DOMAIN waiting : lost = <<>> /\\ Lose(w)
     \\/ \\E w \\in DOMAIN waiting : Due(w)
     \\/ \\E w \\in DOMAIN waiting : Linearize(w)
     \\/ \\E u \\in DOMAIN lost : Recover(u)
  /\\ told' = {t \\in told : t[1] \\in DOMAIN waiting'}
  /\\ UNCHANGED settled
MCNext == Asked \\/ Answered \\/ Other
NoStaleRead ==
  \\A t \\in told :
    waiting[t[1]].seen \\subseteq {t[2]}
Reached_CasTookEffect ==
  ~\\E w \\in DOMAIN waiting :
     waiting[w].op.f = "cas" /\\ waiting[w].done = "yes" /\\ lost # <<>>
====
"""
CFG: Final = """INIT MCInit
NEXT MCNext
CONSTANTS c = c d = d
Client = {c, d}
Value = {1, 2}
Nil = Nil
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in spec_of("register").parent.glob("*.tla"):
        text = file.read_text("utf-8")
        (tmp_path / file.name).write_text(text, "utf-8")
    (tmp_path / "MC.tla").write_text(MODEL, "utf-8")
    return tmp_path


def checked(folder: Path, *claims: str, engine: str = "native") -> int:
    config = folder / "MC.cfg"
    config.write_text(CFG + "".join(f"INVARIANT {x}\n" for x in claims), "utf-8")
    options = ["--config", str(config), "--no-deadlock", "--engine", engine]
    return run(["check", str(folder / "MC.tla"), *options])


@pytest.mark.parametrize("engine", ["native", "tlc"])
def test_types_hold_and_no_read_is_stale(folder: Path, engine: str) -> None:
    assert checked(folder, "TypeOK", "NoStaleRead", engine=engine) == 0


def test_a_cas_takes_effect_beside_a_lost_update(folder: Path) -> None:
    assert checked(folder, "Reached_CasTookEffect") == 1


def test_a_spec_that_remembers_too_much_has_stale_reads(folder: Path) -> None:
    right, wrong = "seen |-> {}], object)", "seen |-> op.among], object)"
    file = folder / "Linearizability.tla"
    text = file.read_text("utf-8")
    assert text.count(right) == 1
    file.write_text(text.replace(right, wrong), "utf-8")
    assert checked(folder, "NoStaleRead") == 1


def test_the_three_objects_have_the_same_actions() -> None:
    actions = {
        re.search(
            r"^Next ==.*?^$", spec_of(kind).read_text("utf-8"), re.MULTILINE | re.DOTALL
        )[0]  # type: ignore[index]
        for kind in histories.HISTORIES
    }
    assert len(actions) == 1
