r"""Reading values, and the states that TLC prints.

`values.lark` defines the text of a value and gives the errors.  Most values are
plain: integers, strings, names, and sets, tuples, records and functions of
those.  `PlainReader` reads these about ten times as fast and leaves all else to
the grammar; a test holds the two to the same results.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake
from pyspec.values.build import Builder, Spending, unescaped
from pyspec.values.grammar import Grammar, Place
from pyspec.values.model import (
    FALSE,
    MAX_DEPTH,
    MAX_DIGITS,
    TRUE,
    ModelValue,
    Value,
    domain,
    fn,
    is_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED_LENGTH: Final = 4_096

_GRAMMAR: Final = Grammar(
    Path(__file__).with_name("values.lark"), ("value", "state"), {}
)


def parse(
    text: str,
    *,
    file: Path | str | None = None,
    line: int | None = None,
    spending: Spending | None = None,
) -> Value:
    """Return the value that `text` stands for, as TLC or a person writes it.

    `file` and `line` say where the text begins, for the Mistake that is raised
    if it is no value, nests deeper than MAX_DEPTH, or stands for a set too
    large to list (`1..10^9`).  Sets that TLC prints unevaluated, as in
    `SUBSET {1, 2}`, are listed; `spending` bounds those of several texts.
    """
    try:
        return _known(text) if len(text) <= _REMEMBERED_LENGTH else parse_plain(text)
    except NotPlainError:
        pass
    if spending is not None:
        if text in spending.known:
            return spending.known[text]
        value = parse_by_grammar(text, file=file, line=line, spending=spending)
        return spending.remember(text, value)
    if file is None and line is None and len(text) <= _REMEMBERED_LENGTH:
        return _known_by_grammar(text)
    return parse_by_grammar(text, file=file, line=line)


def parse_state(
    text: str,
    *,
    file: Path | str | None = None,
    line: int | None = None,
    spending: Spending | None = None,
) -> dict[str, Value | None]:
    r"""Return the variables of a state that TLC printed, in its order.

    The text is `/\ x = 1`, one line or more for each variable, or `x = 1` alone.
    A variable without a value (TLC prints `null`) is None.
    """
    spending = spending or Spending()
    try:
        return _plain_state(text, spending)
    except (NotPlainError, Mistake):
        return parse_state_by_grammar(text, file=file, line=line, spending=spending)


def parse_by_grammar(
    text: str,
    *,
    file: Path | str | None = None,
    line: int | None = None,
    spending: Spending | None = None,
) -> Value:
    """Do what `parse` does, by the grammar alone."""
    place = Place(text, file=None if file is None else str(file), line=line)
    tree = _GRAMMAR.tree(text, "value", place, what="this value")
    value: Value = Builder(place, spending).build(tree)
    return value


def parse_state_by_grammar(
    text: str,
    *,
    file: Path | str | None = None,
    line: int | None = None,
    spending: Spending | None = None,
) -> dict[str, Value | None]:
    """Do what `parse_state` does, by the grammar alone."""
    place = Place(text, file=None if file is None else str(file), line=line)
    tree = _GRAMMAR.tree(text, "state", place, what="this state")
    state: dict[str, Value | None] = {}
    for variable in tree.children:
        assert not isinstance(variable, str)  # noqa: S101 - by the grammar
        name, tree_of_value = variable.children
        if str(name) in state:
            raise place.mistake(f"{name} occurs twice", variable.meta.start_pos)
        assert not isinstance(tree_of_value, str)  # noqa: S101 - by the grammar
        state[str(name)] = _or_null(Builder(place, spending).build(tree_of_value))
    return state


def _or_null(value: Value) -> Value | None:
    return None if value is ModelValue("null") else value


_VARIABLE: Final = re.compile(r"^(/\\ )?([A-Za-z0-9_]+) = ", re.MULTILINE)


def _plain_state(text: str, spending: Spending) -> dict[str, Value | None]:
    """Read a state whose variables each begin a line, the way TLC prints them.

    A line inside of a string or comment that looks like a variable leaves a
    piece that is no value, so the grammar then decides.
    """
    before, *pieces = _VARIABLE.split(text)
    marks, names, values = pieces[::3], pieces[1::3], pieces[2::3]
    if before.strip(" \t\r\n\f") or not names or (None in marks and len(names) > 1):
        raise NotPlainError
    found = [parse(value, spending=spending) for value in values]
    state = dict(zip(names, found, strict=True))
    if len(state) < len(names) or not all(map(is_name, names)):
        raise NotPlainError
    null = ModelValue("null")
    return {name: None if state[name] is null else state[name] for name in state}


class NotPlainError(Exception):
    """This text is not plain (or wrong): the grammar decides."""


def parse_plain(text: str) -> Value:
    """Return the value of a plain text; NotPlainError for all else."""
    reader = PlainReader(text)
    try:
        value = reader.value()
    except RecursionError:  # the caller is deep in the stack already
        raise NotPlainError from None
    reader.expect_end()
    return value


@functools.lru_cache(maxsize=1 << 16)
def _known(text: str) -> Value:
    return parse_plain(text)


@functools.lru_cache(maxsize=1 << 5)  # each may have MAX_ELEMENTS
def _known_by_grammar(text: str) -> Value:
    return parse_by_grammar(text)


_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN: Final = re.compile(
    _STRING
    + r'|".*'  # never closed
    + r"|[0-9_]*[A-Za-z][A-Za-z0-9_]*"
    + r"|[0-9_]*_[0-9_]*"  # no name, and not looked at again from each _ in it
    + r"|-?[0-9]+"
    + r"|<<|>>|\|->|:>|@@|/\\|\\[a-z]+"
    + r"|[^ \t\r\n\f]",
    re.DOTALL,
)
_CLOSED_STRING: Final = re.compile(_STRING, re.DOTALL)
_NOT_PLAIN_NAMES: Final = frozenset({"BOOLEAN", "STRING", "SUBSET", "UNION", "_"})
_END: Final = ""


class PlainReader:
    """Reads plain values from tokens; other readers of lines build on it."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text)
        if self.tokens and self.tokens[-1][0] == '"':
            self._refuse_open_string(self.tokens[-1])
        self.tokens.append(_END)
        self.at = 0
        self._depth = 0

    def value(self) -> Value:
        """Read one value."""
        token = self.tokens[self.at]
        self.at += 1
        special = _READERS.get(token[:1])
        if special is not None:
            return special(self, token)
        if token == _END or not token.isascii():
            raise NotPlainError
        if token.isdigit() or (token[0] == "-" and token[1:].isdigit()):
            return self._integer(token)
        if token[0].isalnum() or token[0] == "_":
            return self._name(token)
        raise NotPlainError

    def take(self, token: str) -> bool:
        """Step over this token if it comes next."""
        if self.tokens[self.at] != token:
            return False
        self.at += 1
        return True

    def expect(self, token: str) -> None:
        """Step over this token."""
        if not self.take(token):
            raise NotPlainError

    def expect_end(self) -> None:
        """Be at the end."""
        if self.tokens[self.at] != _END:
            raise NotPlainError

    def name(self) -> str:
        """Read any name."""
        token = self.tokens[self.at]
        if not is_name(token):
            raise NotPlainError
        self.at += 1
        return token

    def values(self, closing: str) -> list[Value]:
        """Read values between commas, up to the closing bracket."""
        if self.take(closing):
            return []
        members = [self.value()]
        while self.take(","):
            members.append(self.value())
        self.expect(closing)
        return members

    @staticmethod
    def _refuse_open_string(token: str) -> None:
        if not _CLOSED_STRING.fullmatch(token):
            raise NotPlainError

    @staticmethod
    def _integer(token: str) -> int:
        if len(token) > MAX_DIGITS:
            raise NotPlainError
        return int(token)

    @staticmethod
    def _name(token: str) -> Value:
        if token == "TRUE":  # noqa: S105 - a word of TLA+
            return TRUE
        if token == "FALSE":  # noqa: S105 - a word of TLA+
            return FALSE
        if token in _NOT_PLAIN_NAMES or not (token[0].isalpha() or is_name(token)):
            raise NotPlainError
        return ModelValue(token)

    def _string(self, token: str) -> Value:
        return unescaped(token)

    def _set(self, token: str) -> Value:
        if token != "{":  # noqa: S105 - a bracket
            raise NotPlainError
        self._enter()
        members = self.values("}")
        self._depth -= 1
        return frozenset(members)

    def _tuple(self, token: str) -> Value:
        if token != "<<":  # noqa: S105 - a bracket
            raise NotPlainError
        self._enter()
        members = self.values(">>")
        self._depth -= 1
        return tuple(members)

    def _record(self, token: str) -> Value:
        del token
        self._enter()
        fields: list[tuple[Value, Value]] = [self._field()]
        while self.take(","):
            fields.append(self._field())
        self.expect("]")
        self._depth -= 1
        return _distinct(fields)

    def _field(self) -> tuple[Value, Value]:
        name = self.name()
        self.expect("|->")
        return name, self.value()

    def _function(self, token: str) -> Value:
        del token
        self._enter()
        pairs = [self._pair()]
        while self.take("@@"):
            pairs.append(self._pair())
        self.expect(")")
        self._depth -= 1
        return _distinct(pairs)

    def _pair(self) -> tuple[Value, Value]:
        key = self.value()
        self.expect(":>")
        return key, self.value()

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotPlainError


_READERS: Final[dict[str, Callable[[PlainReader, str], Value]]] = {
    '"': PlainReader._string,  # noqa: SLF001 - a table of its own methods
    "{": PlainReader._set,  # noqa: SLF001 - likewise
    "<": PlainReader._tuple,  # noqa: SLF001 - likewise
    "[": PlainReader._record,  # noqa: SLF001 - likewise
    "(": PlainReader._function,  # noqa: SLF001 - likewise
}


def _distinct(pairs: list[tuple[Value, Value]]) -> Value:
    function = fn(pairs)
    if len(domain(function)) < len(pairs):
        raise NotPlainError
    return function
