"""`pyspec replay --history`: histories of clients, as a user checks them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/replay.schema.json").read_text("utf-8"))

# A read that began when 1 had been overwritten is told 1.
STALE = """{:process 3, :type :invoke, :f :write, :value 1}
{:process 3, :type :ok, :f :write, :value 1}
{:process 1, :type :invoke, :f :write, :value 2}
{:process 2, :type :invoke, :f :write, :value 3}
{:process 1, :type :ok, :f :write, :value 2}
{:process 3, :type :invoke, :f :read, :value nil}
{:process 3, :type :ok, :f :read, :value 1}
{:process 2, :type :ok, :f :write, :value 3}
"""
# The write of 1 takes effect before that of 2, or else after it, and not twice.
TWICE = """0 :invoke :write 1
1 :invoke :read nil
1 :ok :read 1
1 :invoke :write 2
1 :ok :write 2
1 :invoke :read nil
1 :ok :read 2
0 :ok :write 1
1 :invoke :read nil
1 :ok :read 1
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "history.edn"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("engine", ["native", "tlc"])
def test_a_stale_read_is_rejected_with_what_was_possible(
    engine: str, file: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    name = file(STALE)
    assert run(["replay", "--history", "register", name, "--engine", engine]) == 1
    out = capfd.readouterr().out
    assert f"{name}:7: rejected at 10" in out
    assert "the read by client 3 returned 1; possible were 2, 3 (2 states)" in out
    assert "8 of 8 records used" in out


def test_a_write_takes_effect_once(
    file: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", "--history", "register", file(TWICE)]) == 1
    assert "history.edn:10: rejected" in capfd.readouterr().out
    once = TWICE.replace("0 :ok :write 1\n", "") + "0 :ok :write 1\n"
    assert run(["replay", "--history", "register", file(once)]) == 1
    fine = TWICE.replace("1 :ok :read 1\n", "1 :ok :read nil\n", 1)
    assert run(["replay", "--history", "register", file(fine)]) == 0


def test_a_cas_that_could_not_be_is_told(
    file: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    text = "0 :invoke :cas [1 2]\n0 :ok :cas [1 2]\n"
    assert run(["replay", "--history", "cas-register", file(text)]) == 1
    said = "the cas from 1 to 2 by client 0 cannot have been done: it would find nil"
    assert said in capfd.readouterr().out


def test_each_key_has_a_verdict(
    file: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"process": 0, "type": type_, "f": "read", "key": key, "value": value}
        for key, told in (("x", None), ("y", 7))
        for type_, value in (("invoke", None), ("ok", told))
    ]
    name = file("".join(json.dumps(line) + "\n" for line in lines))
    assert run(["replay", "--history", "key-value", "--json", name]) == 1
    found = json.loads(capfd.readouterr().out)
    Draft202012Validator(SCHEMA).validate(found)
    assert {(row["key"], row["verdict"], row["line"]) for row in found["traces"]} == {
        ("x", "conforms", None),
        ("y", "rejected", 4),
    }
    assert "returned 7; possible were nil" in found["traces"][1]["why"]


def test_a_history_without_keys_has_no_key(
    file: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", "--history", "register", "--json", file(STALE)]) == 1
    found = json.loads(capfd.readouterr().out)
    Draft202012Validator(SCHEMA).validate(found)
    assert [row["key"] for row in found["traces"]] == [None]


def test_what_is_no_history_is_malformed(
    file: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    name = file("0 :invoke :write 1\n0 :invoke :read nil\n")
    assert run(["replay", "--history", "register", name]) == 2
    err = capfd.readouterr().err
    assert f"malformed: {name}:2: client 0 invokes before it has a response" in err
    assert run(["replay", "--history", "register", "no such file"]) == 2


@pytest.mark.parametrize(
    "option", [["--spec", "x.tla"], ["--follow"], ["--minimize"], ["--config", "x.cfg"]]
)
def test_options_that_contradict_are_refused(
    option: list[str],
    file: Callable[[str], str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    name = file(STALE)
    assert run(["replay", "--history", "register", name, *option]) == 2
    assert "--history names the spec" in capfd.readouterr().err


def test_a_history_that_takes_too_long_is_undecided(
    file: Callable[[str], str],
) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    lines: list[str] = []
    for n in range(150):
        old, new = chance.randrange(12), chance.randrange(12)
        lines += [f"{n} :invoke :cas [{old} {new}]", f"{n} :info :cas [{old} {new}]"]
    lines += ["999 :invoke :write 0", "999 :ok :write 0"]
    for _ in range(60):
        lines += ["999 :invoke :read nil", f"999 :ok :read {chance.randrange(12)}"]
    name = file("\n".join(lines) + "\n")
    assert run(["replay", "--history", "cas-register", name, "--timeout", "2s"]) == 3
