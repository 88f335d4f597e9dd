"""EDN, the notation of Clojure's data, with the line of each map.

    integer       int              string        str
    nil           None             true, false   bool
    keyword       Word(":a")       other atoms   Word, as they are written
    vector, list  tuple            set           Group("#{", ...)
    map           Map, with the line that it begins on

A tag (`#inst "..."`) is left out: its value stands alone.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.errors import Mistake
from pyspec.values.model import MAX_DEPTH, MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lark import Lark, Token, UnexpectedInput

__all__ = ["Form", "Map", "Word", "read_edn", "shown"]


@dataclass(frozen=True, slots=True)
class Word:
    """A keyword, with its colon, or an atom that is neither integer nor string."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The members of a set, in the order in which they are written."""

    members: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """Keys and values in the order in which they are written; `line` is 1-based."""

    pairs: tuple[tuple[Form, Form], ...]
    line: int = field(default=1, compare=False)


Form: TypeAlias = "bool | int | str | Word | tuple[Form, ...] | Group | Map | None"


def read_edn(text: str, file: str | None = None, line: int = 1) -> tuple[Form, ...]:
    """Return the forms of a text that begins on this line of the file.

    Mistake with file, line and column if it is no EDN.
    """
    from lark import UnexpectedInput  # noqa: PLC0415 - slow to import

    _check_depth(text, file, line)
    try:
        found: Any = _parser().parse(text)  # what the builder makes of it
    except UnexpectedInput as error:
        raise _mistake(error, text, file, line) from None
    except _WrongError as wrong:
        raise Mistake(
            wrong.message,
            file=file,
            line=line + wrong.line - 1,
            found=wrong.found,
        ) from None
    forms: tuple[Form, ...] = found
    return forms if line == 1 else tuple(_moved(form, line - 1) for form in forms)


def shown(form: Form) -> str:
    """Return a form as EDN; two that differ are shown differently."""
    match form:
        case None:
            return "nil"
        case bool():
            return "true" if form else "false"
        case int():
            return str(form)
        case str():
            return json.dumps(form, ensure_ascii=False)
        case Word():
            return form.text
        case tuple():
            return f"[{' '.join(map(shown, form))}]"
        case Group():
            return f"#{{{' '.join(sorted(map(shown, form.members)))}}}"
        case Map():
            pairs = sorted(f"{shown(key)} {shown(value)}" for key, value in form.pairs)
            return f"{{{', '.join(pairs)}}}"


def _moved(form: Form, lines: int) -> Form:
    return Map(form.pairs, form.line + lines) if isinstance(form, Map) else form


# ------------------------------------------------------------ reading

_NOTHING: Final = object()
"""What a form that is left out leaves."""

_WORDS: Final = {"nil": None, "true": True, "false": False}
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED: Final = dict(zip('trnbf\\"/', '\t\r\n\b\f\\"/', strict=True))


class _WrongError(Exception):
    """A token that is well formed, but means nothing."""

    def __init__(self, message: str, token: Token, found: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = token.line or 1
        self.found = found


@functools.cache
def _parser() -> Lark:
    from lark import Lark  # noqa: PLC0415 - slow to import

    grammar = (Path(__file__).parent / "edn.lark").read_text("utf-8")
    return Lark(grammar, start="document", parser="lalr", transformer=_Builder())


class _Builder:
    """Makes forms; lark calls a method of each rule's name while it parses."""

    def document(self, forms: Sequence[Any]) -> tuple[Form, ...]:
        return _kept(forms)

    def discarded(self, _: Sequence[Any]) -> object:
        return _NOTHING

    def integer(self, tokens: Sequence[Token]) -> int:
        if len(tokens[0]) > MAX_DIGITS:
            raise _WrongError(f"a number of more than {MAX_DIGITS} digits", tokens[0])
        return int(tokens[0].removesuffix("N"))

    def string(self, tokens: Sequence[Token]) -> str:
        def unescaped(escape: re.Match[str]) -> str:
            if escape[1][0] == "u" and len(escape[1]) > 1:
                return chr(int(escape[1][1:], 16))
            if escape[1] not in _ESCAPED:
                raise _WrongError("strings have no such escape", tokens[0], escape[0])
            return _ESCAPED[escape[1]]

        text = _ESCAPE.sub(unescaped, tokens[0][1:-1])
        try:  # Java writes a character beyond 16 bits as two
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise _WrongError("a string has half a character", tokens[0]) from None

    def keyword(self, tokens: Sequence[Token]) -> Word:
        return Word(str(tokens[0]))

    def symbol(self, tokens: Sequence[Token]) -> Word | bool | None:
        text = str(tokens[0])
        return _WORDS[text] if text in _WORDS else Word(text)

    def atom(self, tokens: Sequence[Token]) -> Word:
        return Word(str(tokens[0]))

    def sequence(self, forms: Sequence[Any]) -> tuple[Form, ...]:
        return _kept(forms)

    def set(self, parts: Sequence[Any]) -> Group:
        return Group(_kept(parts[1:]))

    def map(self, parts: Sequence[Any]) -> Map:
        opening, *rest = parts
        forms = _kept(rest)
        if len(forms) % 2:
            raise _WrongError("a map has a key without a value", opening)
        pairs = tuple(zip(forms[::2], forms[1::2], strict=True))
        keys = [shown(key) for key, _ in pairs]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise _WrongError("a map has a key twice", opening, twice)
        return Map(pairs, opening.line or 1)

    def tagged(self, parts: Sequence[Any]) -> object:
        return parts[1]


def _kept(forms: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(form for form in forms if form is not _NOTHING)


# ------------------------------------------------------------ what is wrong

_MARK: Final = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|;[^\n]*|\\.|[\[({]|[\])}]', re.DOTALL
)


def _check_depth(text: str, file: str | None, line: int) -> None:
    """Refuse brackets nested deeper than MAX_DEPTH, and tags on tags as deep."""
    if sum(map(text.count, "[({#")) <= MAX_DEPTH:
        return
    depth = 0
    for mark in _MARK.finditer(text):
        if mark[0] in {"[", "(", "{"}:
            depth += 1
        elif mark[0] in {"]", ")", "}"}:
            depth -= 1
        if depth > MAX_DEPTH:
            raise Mistake(
                "this nests too deep",
                file=file,
                line=line + text.count("\n", 0, mark.start()),
                expected=f"at most {MAX_DEPTH} brackets inside one another",
            )


def _mistake(error: UnexpectedInput, text: str, file: str | None, line: int) -> Mistake:
    offset: int | None = error.pos_in_stream
    if offset is None or getattr(getattr(error, "token", None), "type", "") == "$END":
        offset = len(text.rstrip())
    rest = text[offset:].split(maxsplit=1)
    return Mistake(
        "this is not EDN",
        file=file,
        line=line + text.count("\n", 0, offset),
        column=offset - text.rfind("\n", 0, offset),
        expected="a form, such as {:process 0, :type :invoke, :f :read}",
        found=rest[0][:40] if rest else "the end",
    )
