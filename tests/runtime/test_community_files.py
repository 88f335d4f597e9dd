"""Json, IOUtils and CSV: files, and that a spec may not reach them unasked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyspec.language.runtime import sets
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import native
from pyspec.language.runtime.modules.outside import allow_io
from pyspec.values import FALSE, TRUE, ModelValue, fn, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspec.language.runtime.order import V

TXT = record(format="TXT", charset="UTF-8", openOptions=("CREATE", "APPEND"))
TEXT_FILES = [
    ("IOUtils!Serialize", ("text", "f", TXT)),
    ("IOUtils!Deserialize", ("f", TXT)),
]
FILES = [
    ("Json!JsonSerialize", ("f", ())),
    ("Json!JsonDeserialize", ("f",)),
    ("Json!ndJsonSerialize", ("f", ())),
    ("Json!ndJsonDeserialize", ("f",)),
    ("CSV!CSVWrite", ("", (), "f")),
    ("CSV!CSVWriteRecord", (record(a=1), ",", FALSE, "f")),
    ("CSV!CSVRead", (("a",), ",", "f")),
    ("CSV!CSVRecords", ("f",)),
]


@pytest.fixture
def io() -> Iterator[None]:
    token = allow_io.set(True)
    yield
    allow_io.reset(token)


def call(name: str, *arguments: V) -> V:
    module, _, operator = name.partition("!")
    found = native(module, operator)
    assert found is not None
    return found.call(*arguments)


@pytest.mark.parametrize(("name", "arguments"), FILES + TEXT_FILES)
def test_files_are_not_touched_unasked(
    name: str, arguments: tuple[V, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EvaluationError, match=r"--allow-io") as error:
        call(name, *arguments)
    assert name.partition("!")[2] in error.value.message
    assert list(tmp_path.iterdir()) == []


def test_the_environment_is_not_read_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EvaluationError, match=r"--allow-io"):
        call("IOUtils!IOEnv")
    monkeypatch.setenv("A_VARIABLE", "yes")
    token = allow_io.set(True)
    try:
        assert call("IOUtils!IOEnv")["A_VARIABLE"] == "yes"
    finally:
        allow_io.reset(token)


@pytest.mark.usefixtures("io")
@pytest.mark.parametrize(
    "name", ["IOExec", "IOEnvExec", "IOExecTemplate", "IOEnvExecTemplate"]
)
def test_programs_are_never_run(name: str) -> None:
    with pytest.raises(EvaluationError, match=f"{name} runs a program"):
        call(f"IOUtils!{name}", ("true",))


@pytest.mark.usefixtures("io")
@pytest.mark.parametrize("name", ["IOSerialize", "IODeserialize"])
def test_the_format_that_only_tlc_knows_is_refused(name: str) -> None:
    with pytest.raises(EvaluationError, match="JsonSerialize"):
        call(f"IOUtils!{name}", 1, "f", FALSE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (-5, "-5"),
        (TRUE, "true"),
        ('say "é"\n', '"say \\"é\\"\\n"'),
        ("\u2028", '"\\u2028"'),
        ((), "[]"),
        ((1, (FALSE,)), "[1,[false]]"),
        (record(b=1, a="x"), '{"a":"x","b":1}'),
        (fn({0: 1, 5: 2}), '{"0":1,"5":2}'),
        (fn({(1, 2): 3}), '{"<<1, 2>>":3}'),
        (frozenset({3, 1, 2}), "[1,2,3]"),
        (ModelValue("n1"), '"n1"'),
        (fn({ModelValue("n1"): 0}), '{"n1":0}'),
    ],
)
def test_values_have_the_json_text_of_communitymodules(value: V, text: str) -> None:
    assert call("Json!ToJson", value) == text


def test_functions_are_objects_but_for_sequences() -> None:
    assert call("Json!ToJsonArray", (7, 8)) == "[7,8]"
    assert call("Json!ToJsonObject", (7, 8)) == "[7,8]"
    assert call("Json!ToJsonObject", ()) == "{}"
    assert call("Json!ToJsonObject", record(a=(1,))) == '{"a":[1]}'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ToJson", sets.NAT),
        ("ToJsonArray", record(a=1)),
        ("ToJsonArray", 1),
        ("ToJsonObject", 1),
        ("ToJsonObject", frozenset({1})),
    ],
)
def test_what_has_no_such_text_is_refused(name: str, value: V) -> None:
    with pytest.raises(EvaluationError):
        call(f"Json!{name}", value)


@pytest.mark.usefixtures("io")
def test_json_comes_back_as_it_was_written(tmp_path: Path) -> None:
    value = record(a=(1, TRUE, "x"), b=record(c=()))
    file = str(tmp_path / "new" / "value.json")
    assert call("Json!JsonSerialize", file, value) is True
    assert call("Json!JsonDeserialize", file) == value
    assert call("Json!ndJsonSerialize", file, (value, 2)) is True
    assert call("Json!ndJsonDeserialize", file) == (value, 2)


@pytest.mark.usefixtures("io")
def test_a_file_that_has_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "value.json"
    for text in ("[1]", "[1, 2]"):
        file.write_text(text, encoding="utf-8")
        assert len(call("Json!JsonDeserialize", str(file))) == len(json.loads(text))


@pytest.mark.usefixtures("io")
def test_numbers_that_are_integers_may_be_written_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "value.json"
    file.write_text("[1.0, 1e3, -0, -2147483648]", encoding="utf-8")
    assert call("Json!JsonDeserialize", str(file)) == (1, 1000, 0, -(2**31))


@pytest.mark.usefixtures("io")
@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('{"a": "null",\n "b": null}', 2, "null is no value"),
        ("[1,\n 1.5]", 2, "1.5 is no value"),
        ("[1,\n\n 2147483648]", 3, "2147483648 is no value"),
        (f"[1{'0' * 5000}]", 1, "1000"),
        ("[NaN]", 1, "NaN is no value"),
        ("[-Infinity]", 1, "-Infinity is no value"),
        ("[1e999]", 1, "1e999 is no value"),
        ('{"a": 1,\n "a": 2}', 2, "two fields a"),
        ('{"a": 1,\n a: 2}', 2, "no JSON"),
        ("", 1, "no JSON"),
        ("[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_json_without_a_value_is_refused_with_its_line(
    text: str, line: int, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "value.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=says) as error:
        call("Json!JsonDeserialize", str(file))
    assert error.value.message.startswith(f"{file}:{line}: ")


@pytest.mark.usefixtures("io")
def test_lines_are_counted_in_files_of_a_value_on_each(tmp_path: Path) -> None:
    file = tmp_path / "trace.ndjson"
    file.write_text('{"a": 1}\n\n[]\r\n{"a"}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"trace\.ndjson:4: this is no JSON"):
        call("Json!ndJsonDeserialize", str(file))


@pytest.mark.usefixtures("io")
def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    with pytest.raises(EvaluationError, match=r"missing\.json: No such file"):
        call("Json!JsonDeserialize", str(missing))
    with pytest.raises(EvaluationError, match="directory"):
        call("Json!JsonSerialize", str(tmp_path), (1,))
    with pytest.raises(EvaluationError, match="null"):
        call("Json!JsonDeserialize", "a\0b")
    missing.write_bytes(b"\xff\xfe")
    with pytest.raises(EvaluationError, match="UTF-8"):
        call("Json!JsonDeserialize", str(missing))


@pytest.mark.usefixtures("io")
@pytest.mark.parametrize(("name", "arguments"), FILES)
def test_names_of_files_are_strings(name: str, arguments: tuple[V, ...]) -> None:
    with pytest.raises(EvaluationError, match="a string"):
        call(name, *(1 if argument == "f" else argument for argument in arguments))


@pytest.mark.usefixtures("io")
def test_text_files_say_how_it_went(tmp_path: Path) -> None:
    file = str(tmp_path / "text")
    assert call("IOUtils!Serialize", "one\n", file, TXT)["exitValue"] == 0
    assert call("IOUtils!Serialize", "two\n", file, TXT)["exitValue"] == 0
    read = call("IOUtils!Deserialize", file, TXT)
    assert read == record(exitValue=0, stdout="one\ntwo\n", stderr="")
    missing = call("IOUtils!Deserialize", f"{file}s", TXT)
    assert missing["exitValue"] == 1
    assert "No such file" in missing["stderr"]
    with pytest.raises(EvaluationError, match="TXT"):
        call("IOUtils!Deserialize", file, record(format="XML"))


@pytest.mark.usefixtures("io")
def test_lines_of_csv_files_are_records(tmp_path: Path) -> None:
    file = str(tmp_path / "a.csv")
    assert call("CSV!CSVRecords", file) == 0
    assert call("CSV!CSVRead", ("a",), ",", file) == ()
    assert call("CSV!CSVWriteRecord", record(b="x", a=1), ";", TRUE, file) is True
    assert call("CSV!CSVWrite", "%2$s;%1$s", ((1,), 5), file) is True
    assert call("CSV!CSVRecords", file) == 3
    assert call("CSV!CSVRead", ("a", "b"), ";", file) == (
        record(a="a", b="b"),
        record(a="1", b='"x"'),
        record(a="5", b="<<1>>"),
    )
    with pytest.raises(EvaluationError, match=r"a\.csv:1: this line has 2 fields"):
        call("CSV!CSVRead", ("a",), ";", file)
    with pytest.raises(EvaluationError, match="more places"):
        call("CSV!CSVWrite", "%s%s", (1,), file)


def test_texts_of_integers_are_read() -> None:
    assert call("IOUtils!atoi", "-17") == -17
    assert call("IOUtils!atoi", "+2147483647") == 2**31 - 1


@pytest.mark.parametrize("text", ["", "-", "1 ", "1_0", "2147483648", "٣", 1])
def test_other_texts_are_no_integers(text: V) -> None:
    with pytest.raises(EvaluationError, match=r"the text of an integer|a string"):
        call("IOUtils!atoi", text)
