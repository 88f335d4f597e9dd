"""Files of histories: what clients asked and were told, line by line.

Three forms are read, told apart by how a file begins: EDN (one map for each
operation, by themselves or in a vector), what Jepsen prints while it runs, and
one JSON object a line.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyspec.conformance.histories.edn import Map, Word, read_edn, shown
from pyspec.errors import Mistake
from pyspec.trace.records import Records, document_of, lines_of, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspec.conformance.histories.edn import Form

__all__ = ["TYPES", "Account", "Entry", "read_entries"]

TYPES: Final = ("invoke", "ok", "fail", "info")
_FIELDS: Final[tuple[str, ...]] = ("process", "type", "f", "value", "key")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history.

    `type` is one of TYPES, `process` a client (an integer or a string).  `keyed`
    says whether there is a field for the key, `told` whether there is one for
    the value; `line` is 1-based.
    """

    process: int | str
    type: str
    f: str
    value: Form
    key: Form
    keyed: bool
    told: bool
    line: int


@dataclass(slots=True)
class Account:
    """How many records a file has, and how many are left out, by reason.

    `damage` says what of the file's end was left out because it was torn.
    """

    records: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    damage: str | None = None


def read_entries(path: Path, account: Account) -> Iterator[Entry]:
    """Yield what clients asked and were told, in the file's order.

    Mistake with file and line for what is no history.
    """
    asked = False
    for fields, line in _records(path, account):
        account.records += 1
        if _is_nemesis(fields.get("process")):
            account.ignored["not by a client, but by Jepsen's nemesis"] += 1
        else:
            asked = True
            yield _entry(fields, line, path)
    if not asked:
        raise Mistake(
            "no client does anything in this history",
            file=path,
            expected=_FORMS,
        )


def _is_nemesis(process: Form) -> bool:
    return isinstance(process, Word) or process == "nemesis"


def _entry(fields: dict[str, Form], line: int, path: Path) -> Entry:
    def wrong(message: str, found: Form, expected: str) -> Mistake:
        return Mistake(
            message, file=path, line=line, expected=expected, found=shown(found)
        )

    for name in ("process", "type", "f"):
        if name not in fields:
            there = ", ".join(fields) or "nothing"
            raise Mistake(
                f"this line of a history has no {name}",
                file=path,
                line=line,
                expected="process, type, f, and value",
                found=there,
            )
    process, type_, f = fields["process"], _name(fields["type"]), _name(fields["f"])
    if isinstance(process, bool) or not isinstance(process, int | str):
        raise wrong("this is no client", process, "an integer or a string")
    if type_ not in TYPES:
        raise wrong("this is no type", fields["type"], ", ".join(TYPES))
    if f is None:
        raise wrong("this is no operation's name", fields["f"], "a word")
    value, key = fields.get("value"), fields.get("key")
    keyed, told = "key" in fields, "value" in fields
    return Entry(process, type_, f, value, key, keyed, told, line)


def _name(form: Form) -> str | None:
    if isinstance(form, Word):
        return form.text.removeprefix(":")
    return form if isinstance(form, str) else None


# ------------------------------------------------------------ three forms


def _records(path: Path, account: Account) -> Iterator[tuple[dict[str, Form], int]]:
    beginning = _beginning(path)
    if re.match(r'\{\s*"|\{\s*\}', beginning):
        return _from_json(path, account)
    if re.match(r"[\[({#]", beginning):
        return _from_edn(path)
    return _from_console(path, account)


def _beginning(path: Path) -> str:
    """Return the first line that is neither blank nor a comment."""
    with opened(path) as stream:
        for line in lines_of(stream, str(path)):
            text = line.text.strip(" \t\r\f,")
            if text and not text.startswith(";"):
                return text
    return ""


def _from_json(path: Path, account: Account) -> Iterator[tuple[dict[str, Form], int]]:
    with opened(path) as stream:
        records = Records(stream, str(path))
        for line, data in records:
            yield (
                _given({name: _form(value) for name, value in data.items()}),
                line.number,
            )
        account.damage = records.damage


def _form(data: Any) -> Form:  # noqa: ANN401 - JSON
    """Return JSON as the EDN that says the same."""
    if isinstance(data, list):
        return tuple(map(_form, data))
    if isinstance(data, dict):
        return Map(tuple((name, _form(value)) for name, value in data.items()))
    if isinstance(data, float):
        return Word(repr(data))
    found: Form = data
    return found


def _from_edn(path: Path) -> Iterator[tuple[dict[str, Form], int]]:
    with opened(path) as stream:
        forms = read_edn(document_of(stream, str(path)), str(path))
    if len(forms) == 1 and isinstance(forms[0], tuple):
        forms = forms[0]
    before = 1
    for form in forms:
        if not isinstance(form, Map):
            raise Mistake(
                "a history has a map for each operation",
                file=path,
                line=before,
                expected="{:process 0, :type :invoke, :f :read, :value nil}",
                found=shown(form)[:60],
            )
        before = form.line
        yield _fields(form), form.line


def _fields(form: Map) -> dict[str, Form]:
    named = {
        key.text[1:]: value
        for key, value in form.pairs
        if isinstance(key, Word) and key.text[0] == ":"
    }
    return _given(named)


def _given(named: dict[str, Form]) -> dict[str, Form]:
    return {name: named[name] for name in _FIELDS if name in named}


# Jepsen's own lines are all operations; others may only look like them.
_JEPSEN: Final = re.compile(r"^.*?\bjepsen\.util(?::| -)\s+(?P<rest>.*)$")
_LOGGED: Final = re.compile(r"\b(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b")
_OPERATION: Final = re.compile(
    r"(?P<process>\S+)\s+(?P<type>:\S+)\s+(?P<f>:\S+)(?:\s+(?P<value>.*))?$"
)
_SOMEWHERE: Final = re.compile(
    r"(?<!\S)(?P<process>\S+)\s+(?P<type>:(?:invoke|ok|fail|info))\s+(?P<f>:\S+)"
    r"(?:\s+(?P<value>.*))?$"
)


def _from_console(
    path: Path, account: Account
) -> Iterator[tuple[dict[str, Form], int]]:
    with opened(path) as stream:
        for line in lines_of(stream, str(path)):
            text = line.text.strip()
            if not text or text.startswith(";"):
                continue
            found = _in_line(text)
            if found is not None:
                yield _operation(found, path, line.number), line.number
            elif _LOGGED.search(text):
                account.records += 1
                account.ignored["a line of the log that is no operation"] += 1
            else:
                raise _no_history(path, line.number, text)


def _in_line(text: str) -> re.Match[str] | None:
    jepsens = _JEPSEN.match(text)
    if jepsens:
        return _OPERATION.match(jepsens["rest"].strip())
    return _SOMEWHERE.search(text) if _LOGGED.search(text) else _OPERATION.match(text)


def _operation(found: re.Match[str], path: Path, line: int) -> dict[str, Form]:
    """Return the fields of a line; what comes after the value is an error's text."""
    fields: dict[str, Form] = {}
    for name in ("process", "type", "f"):
        forms = read_edn(found[name], str(path), line)
        if not forms:  # a comment is none
            raise _no_history(path, line, found[0])
        fields[name] = forms[0]
    if isinstance(fields["process"], Word) and fields["process"].text[0] != ":":
        fields["process"] = fields["process"].text
    if fields["type"] == Word(":info"):
        return fields  # why nobody knows the outcome may be any text
    values = read_edn(found["value"] or "", str(path), line)
    return {**fields, "value": values[0]} if values else fields


_FORMS: Final = (
    '{:process 0, :type :invoke, ...}, {"process": 0, ...}, or 0 :invoke :read nil'
)


def _no_history(path: Path, line: int, text: str) -> Mistake:
    return Mistake(
        "this is no line of a history",
        file=path,
        line=line,
        expected=_FORMS,
        found=text[:60],
    )
