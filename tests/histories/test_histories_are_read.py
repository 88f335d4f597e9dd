"""Files of histories: three forms, keys, and what is wrong with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyspec.cli.histories import CHOICES
from pyspec.conformance.histories import HISTORIES, read_history
from pyspec.conformance.histories.edn import Group, Map, Word, read_edn, shown
from pyspec.errors import Mistake
from pyspec.trace import write_trace
from pyspec.values import ModelValue

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.conformance.histories import History

EDN = """; a comment, and commas are blanks
{:process 0, :type :invoke, :f :write, :value 1, :time 12, :index 0}
#jepsen.history.Op{:process 1, :type :invoke, :f :read, :value nil}
{:process :nemesis, :type :info, :f :start, :value {:n1 #{"n2"}}}
{:process 0, :type :ok, :f :write, :value 1} #_{:process 7}
{:process 1, :type :ok, :f :read, :value 1}
{:process 2, :type :invoke, :f :cas, :value [1 2]}
{:process 2, :type :info, :f :cas, :value [1 2], :error [:timeout "a\\"b"]}
{:process 3, :type :invoke, :f :write, :value 3}
{:process 3, :type :fail, :f :write, :value 3}
"""
CONSOLE = """INFO  jepsen.core - Running test
INFO  jepsen.util - 0\t:invoke\t:write\t1
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 0\t:ok\t:write\t1
INFO  jepsen.util - 1\t:ok\t:read\t1
INFO  jepsen.util - 2\t:invoke\t:cas\t[1 2]
INFO  jepsen.util - 2\t:info\t:cas\t:timed-out
INFO  jepsen.util - 3\t:invoke\t:write\t3
INFO  jepsen.util - 3\t:fail\t:write\t3
"""
NDJSON = """{"process": 0, "type": "invoke", "f": "write", "value": 1}
{"process": 1, "type": "invoke", "f": "read", "value": null}
{"process": "nemesis", "type": "info", "f": "start"}
{"process": 0, "type": "ok", "f": "write", "value": 1}
{"process": 1, "type": "ok", "f": "read", "value": 1}
{"process": 2, "type": "invoke", "f": "cas", "value": [1, 2]}
{"process": 2, "type": "info", "f": "cas"}
{"process": 3, "type": "invoke", "f": "write", "value": 3}
{"process": 3, "type": "fail", "f": "write", "value": 3}
"""
EXPECTED = [
    'Invoke(0, [f |-> "write", value |-> 1])',
    'Invoke(1, [among |-> {1}, f |-> "read"])',
    "Due(0)",
    "Confirm(0)",
    "Due(1)",
    "Respond(1, 1)",
    'Invoke(2, [f |-> "cas", new |-> 2, old |-> 1]) ; Lose(2)',
]


def read(folder: Path, text: str, kind: str = "cas-register") -> History:
    file = folder / "history.txt"
    file.write_text(text, encoding="utf-8")
    return read_history(file, kind)


def steps(history: History, key: str = "") -> list[str]:
    lines = write_trace(history.traces[key]).splitlines()
    return [line.partition("  ")[2].strip() for line in lines if line[:1].isdigit()]


@pytest.mark.parametrize(
    "text",
    [EDN, f"[{EDN}]", f"({EDN})", CONSOLE, NDJSON, CONSOLE.replace("\t", " ")],
    ids=["edn", "vector", "list", "console", "ndjson", "blanks"],
)
def test_all_forms_say_the_same(text: str, tmp_path: Path) -> None:
    history = read(tmp_path, text)
    assert steps(history) == EXPECTED
    assert not history.keyed
    assert history.ignored["failed: it took no effect"] == 2
    assert history.ignored["not by a client, but by Jepsen's nemesis"] == 1
    assert history.ignored["says that an outcome is unknown"] == 1


def test_bare_lines_and_newer_logs_are_read(tmp_path: Path) -> None:
    bare = "0 :invoke :write 1\n\n0 :ok :write 1\n"
    newer = (
        "2024-01-01 10:00:00,123{GMT}\tINFO\t[worker 0] jepsen.util: "
        "0\t:invoke\t:write\t1\n2024-01-01 10:00:01\tWARN\t[main] other: x\n"
        "2024-01-01 10:00:02,123{GMT}\tINFO\t[worker 0] jepsen.util: "
        "0\t:ok\t:write\t1\n"
    )
    assert steps(read(tmp_path, bare)) == steps(read(tmp_path, newer))
    assert read(tmp_path, newer).ignored["a line of the log that is no operation"] == 1


def test_events_know_their_lines(tmp_path: Path) -> None:
    (trace,) = read(tmp_path, EDN).traces.values()
    assert [event.line for event in trace.events] == [2, 3, 5, 5, 6, 6, 7]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            json.dumps({"process": p, "type": t, "f": f, "key": k, "value": v})
            for p, t, f, k, v in [
                (0, "invoke", "write", "x", 1),
                (1, "invoke", "read", "y", None),
                (1, "ok", "read", "y", None),
                (0, "ok", "write", "x", 1),
            ]
        ),
        """{:process 0 :type :invoke :f :write :value ["x" 1]}
        {:process 1 :type :invoke :f :read :value ["y" nil]}
        {:process 1 :type :ok :f :read :value ["y" nil]}
        {:process 0 :type :ok :f :write :value ["x" 1]}""",
    ],
    ids=["field", "tuple"],
)
def test_each_key_has_its_trace(text: str, tmp_path: Path) -> None:
    history = read(tmp_path, text)
    assert history.keyed
    assert list(history.traces) == ["x", "y"]
    assert steps(history, "y")[-1] == "Respond(1, nil)"
    assert steps(history, "x")[-1] == "Confirm(0)"


def test_keys_that_differ_in_kind_stay_apart(tmp_path: Path) -> None:
    text = "".join(
        f"{{:process {n} :type :invoke :f :write :value [{key} 1]}}"
        for n, key in enumerate(("1", '"1"', ":a", "[1]"))
    )
    assert len(read(tmp_path, text).traces) == 4


def test_a_cas_of_a_key_is_told_from_one_without(tmp_path: Path) -> None:
    line = "{:process 0 :type :invoke :f :cas :value %s}"
    assert not read(tmp_path, line % "[1 2]").keyed
    assert list(read(tmp_path, line % "[7 [1 2]]").traces) == ["7"]


def test_values_of_several_kinds_stay_apart(tmp_path: Path) -> None:
    values = ["1", '"1"', ":a", "true", "1.5", "[1 2 3]", "99999999999"]
    text = "".join(
        f"{{:process {n} :type :invoke :f :write :value {value}}}"
        for n, value in enumerate(values)
    )
    (trace,) = read(tmp_path, text, "register").traces.values()
    assert trace.constants["Value"] == frozenset(values)
    assert trace.constants["Nil"] == ModelValue("nil")


def test_strings_stay_strings_if_all_are(tmp_path: Path) -> None:
    text = '{:process 0 :type :invoke :f :write :value "a b"}'
    (trace,) = read(tmp_path, text, "register").traces.values()
    assert trace.constants["Value"] == frozenset({"a b"})


def test_a_store_has_other_names_for_its_operations(tmp_path: Path) -> None:
    text = """{:process 0 :type :invoke :f :put :key "k" :value "v"}
      {:process 0 :type :ok :f :put :key "k" :value "v"}
      {:process 0 :type :invoke :f :delete :key "k"}
      {:process 0 :type :ok :f :delete :key "k"}
      {:process 0 :type :invoke :f :get :key "k" :value nil}
      {:process 0 :type :ok :f :get :key "k" :value nil}"""
    found = steps(read(tmp_path, text, "key-value"), "k")
    assert found[3] == 'Invoke(0, [f |-> "write", key |-> "k", value |-> nil])'
    assert found[-1] == "Respond(0, nil)"


@pytest.mark.parametrize(
    "text", ["", "[]", "\n; nothing\n", "INFO some.server - 5 started\n"]
)
def test_a_history_in_which_nobody_asks_is_none(text: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no client does anything"):
        read(tmp_path, text)


def test_a_history_of_failures_conforms_to_anything(tmp_path: Path) -> None:
    (trace,) = read(tmp_path, "0 :invoke :write 1\n0 :fail :write 1\n").traces.values()
    assert trace.events == ()


def test_operations_of_other_loggers_are_not_passed_over(tmp_path: Path) -> None:
    text = CONSOLE.replace("jepsen.util - ", "my.client [0] ")
    assert steps(read(tmp_path, text)) == EXPECTED


def test_a_torn_last_line_of_json_is_left_out(tmp_path: Path) -> None:
    (trace,) = read(tmp_path, NDJSON + '{"process": 4, "ty').traces.values()
    assert trace.damage is not None
    assert "line 10" in trace.damage


WRONG = {
    "0 :ok :write 1": (1, "has a response but invoked nothing"),
    "0 :invoke :write 1\n0 :invoke :read nil": (2, "invokes before it has a response"),
    "0 :invoke :write 1\n0 :ok :read 1": (2, "client 0 invoked write in line 1"),
    "0 :invoke :write 1\n0 :ok :write 2": (2, "another value than the invocation"),
    "0 :invoke :read nil\n0 :ok :read": (2, "what was read is not said"),
    "0 :invoke :enqueue 1": (1, "no operation enqueue"),
    "\n0 :begin :write 1": (2, "this is no type"),
    "0 :invoke :write nil": (1, "a write has a value"),
    "0 :invoke :cas 1": (1, "cas compares with a value and sets another"),
    "0 :invoke :cas [1 2 3]": (1, "cas compares with a value and sets another"),
    "0 :invoke :cas [1 nil]": (1, "cas sets a value"),
    "0 :invoke :write [1 2]\n1 :invoke :read nil": (2, "line 1 has a key"),
    "0 :invoke :read nil\n1 :invoke :write [1 2]": (2, "line 1 has no key"),
    "0 :invoke :read [1 nil]\n0 :ok :read [2 7]": (2, "about another key"),
    "0 :invoke :write {:a 1}": (1, "a value is no map"),
    "0 :invoke :write 1\nwhat is this": (2, "no line of a history"),
    "0 :invoke :write 1\n#_0 :invoke :read nil": (2, "no line of a history"),
    "0 :invoke :write [": (1, "this is not EDN"),
    "{:process 0, :f :write}": (1, "has no type"),
    "{:process 0, :type :invoke\n :f :write, :value": (2, "this is not EDN"),
    "{:process true :type :invoke :f :read}": (1, "this is no client"),
    "{:process 0 :type :invoke :f 7}": (1, "this is no operation's name"),
    "[{:process 0 :type :invoke :f :read}\n 7]": (1, "a map for each operation"),
    "{:process 0 :process 1}": (1, "a map has a key twice"),
    "{:process}": (1, "a key without a value"),
    "{:a " * 200: (1, "nests too deep"),
    '{"process": 0, "type": "invoke", "f": "read"}\n[]\n': (2, "one JSON object"),
    '{"process": 0, "process": 0}\n': (1, "twice"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    line, message = WRONG[text]
    with pytest.raises(Mistake) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert caught.value.line == line
    assert caught.value.file == str(tmp_path / "history.txt")


def test_edn_is_read_as_clojure_means_it() -> None:
    text = (
        '[1 -2 +3 4N 5.5 "a\\n\\u00e9\\ud83d\\ude00" :k/w nil true x/y \\a #{1} #t/a 7]'
    )
    (form,) = read_edn(text)
    assert form == (
        *(1, -2, 3, 4, Word("5.5"), "a\né😀", Word(":k/w"), None, True, Word("x/y")),
        *(Word("\\a"), Group((1,)), 7),
    )
    assert read_edn("1 #_ 2 #_ #_ 3 4 5 [#_6]") == (1, 5, ())
    assert read_edn("{:a {:b 1}}")[0] == Map(((Word(":a"), Map(((Word(":b"), 1),))),))


def test_what_is_shown_is_read_again() -> None:
    text = '[1 "a\\"\\\\\\n" :k nil true {:a 1, :b [2]} #{1 2} 1.5 \\a]'
    (form,) = read_edn(text)
    assert shown(read_edn(shown(form))[0]) == shown(form)


@pytest.mark.parametrize("text", ["#{1", '"a', "}", "#", "{:a}", '"\\q"', ":", "[)"])
def test_what_is_no_edn_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        read_edn(text)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Mistake, match="half a character"):
        read_edn('"\\ud83d"')


def test_the_command_offers_what_can_be_read() -> None:
    assert CHOICES == HISTORIES
