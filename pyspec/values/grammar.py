"""Grammars in lark, with errors that say what was expected in plain words."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import sys
import unicodedata
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake
from pyspec.kept import content_of, kept
from pyspec.values.model import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lark import Lark, Token, Tree, UnexpectedInput

    Node = Tree[Token]

_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
# One that is not closed reaches to the end: it must not be looked at again and
# again from each quote inside of it.
_OPEN_STRING: Final = _STRING + '|".*'
_COMMENT_OR_STRING: Final = re.compile(rf"{_OPEN_STRING}|\\\*|\(\*|\*\)", re.DOTALL)
_BRACKET_OR_STRING: Final = re.compile(rf"{_OPEN_STRING}|<<|>>|[\[\]{{}}()]", re.DOTALL)
_BREAK: Final = re.compile("\n")
_WORD: Final = re.compile(r'[A-Za-z0-9_]+|"[^"\n]*"?|\\[A-Za-z]+|<<|>>|\|->|->|:>|@@')
_OPENING: Final = ("{", "[", "(", "<<")
IMPORTED: Final = "values__"
"""What lark puts before the names of imported rules and terminals."""

_LONGEST_FOUND: Final = 40
_BLANKS: Final = " \t\r\n\f"

_WORDS: Final[Mapping[str, str]] = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a string",
    "FIELD": "a field",
    "$END": "the end",
}
_VALUE: Final = frozenset({"{", "<<", "a string", "a number"})
_STARTS_VALUE: Final = frozenset(
    {*_VALUE, "(", "[", "-", "SUBSET", "UNION", "TRUE", "FALSE", "a name"}
)
_OPERATORS: Final = frozenset(
    {"@@", ":>", "..", "\\", r"\X", r"\times", r"\cup", r"\union", r"\cap"}
    | {r"\intersect"}
)

NO_HINTS: Final[Mapping[str, str]] = {}


class Grammar:
    """A lark grammar; lark is imported and the parser built at the first use.

    `words` says in plain words what each named terminal of the grammar is,
    `hints` what to do about something that was found out of place.
    """

    def __init__(
        self,
        path: Path,
        starts: tuple[str, ...],
        words: Mapping[str, str],
        hints: Mapping[str, str] = NO_HINTS,
    ) -> None:
        self._path = path
        self._starts = starts
        self._words = {**_WORDS, **words}
        self._hints = hints

    def tree(self, text: str, start: str, place: Place, *, what: str) -> Node:
        """Parse `text`, which stands at `place` and is to be a `start`.

        `what` names it in the Mistake that is raised if it is none.
        """
        clean = blank_comments(text, place)
        check_depth(clean, place)
        from lark import UnexpectedInput  # noqa: PLC0415 - slow to import

        try:
            return self._lark.parse(clean, start=start)
        except UnexpectedInput as error:
            raise self._mistake(error, clean, place, what) from None

    @functools.cached_property
    def _lark(self) -> Lark:
        """The parser; its tables are kept, as to build them takes 0.1 s."""
        from lark import Lark  # noqa: PLC0415 - slow to import

        tables = kept("grammars", self._key(), lambda: _tables(self._built()))
        try:
            return Lark.load(io.BytesIO(tables))
        except Exception:  # noqa: BLE001 - tables of another lark may fail in any way
            return self._built()

    def _key(self) -> str:
        from lark import __version__  # noqa: PLC0415 - slow to import

        said = f"{sys.version}\0{__version__}\0{self._starts}\0"
        shared = sorted(Path(__file__).parent.glob("*.lark"))
        content = content_of([self._path, *shared])
        return hashlib.sha256(f"{said}{content}".encode()).hexdigest()

    def _built(self) -> Lark:
        from lark import Lark  # noqa: PLC0415 - slow to import

        return Lark(
            self._path.read_text(encoding="utf-8"),
            start=list(self._starts),
            parser="lalr",
            propagate_positions=True,
            maybe_placeholders=False,
            import_paths=[str(Path(__file__).parent)],
        )

    def _mistake(
        self, error: UnexpectedInput, text: str, place: Place, what: str
    ) -> Mistake:
        offset = error.pos_in_stream or 0
        at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
        if at_end:
            offset = len(text.rstrip(_BLANKS))
        interactive = getattr(error, "interactive_parser", None)
        found = _found(text, offset)
        accepts = interactive.accepts() if interactive is not None else set()
        return place.mistake(
            f"{what} cannot be read",
            offset,
            expected=_in_words(frozenset(map(self._word, accepts))),
            found=found,
            hint=self._hints.get(found) or _hint(text, offset),
        )

    def _word(self, terminal: str) -> str:
        word = self._words.get(terminal.removeprefix(IMPORTED))
        if word is not None:
            return word
        return str(self._lark.get_terminal(terminal).pattern.value)


class Place:
    """Where a text stands: turns an offset in it into a file, line and column."""

    def __init__(
        self, text: str, *, file: str | None = None, line: int | None = None
    ) -> None:
        self._text = text
        self.file = file
        self.line = 1 if line is None else line

    def line_of(self, offset: int) -> int:
        """Return the line, 1-based, in the file."""
        return self.line + bisect_left(self._breaks, offset)

    @functools.cached_property
    def _breaks(self) -> list[int]:
        """Where lines end; asked for again and again, so not counted each time."""
        return [found.start() for found in _BREAK.finditer(self._text)]

    def mistake(
        self,
        message: str,
        offset: int,
        *,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> Mistake:
        """Return (not raise) a mistake at this offset."""
        return Mistake(
            message,
            file=self.file,
            line=self.line_of(offset),
            column=offset - self._text.rfind("\n", 0, offset),
            expected=expected,
            found=found,
            hint=hint,
        )


def blank_comments(text: str, place: Place) -> str:
    r"""Replace comments (`\* ...`, and `(* ... *)`, nested) by blanks.

    Everything else keeps its line and column.  A mark inside of a string is no
    comment.
    """
    if r"\*" not in text and "(*" not in text:
        return text
    pieces: list[str] = []
    done = offset = 0
    while (mark := _COMMENT_OR_STRING.search(text, offset)) is not None:
        offset = mark.end()
        if mark[0].startswith('"') or mark[0] == "*)":
            continue
        offset = _comment_end(text, mark, place)
        pieces += text[done : mark.start()], _blank(text[mark.start() : offset])
        done = offset
    return "".join((*pieces, text[done:]))


def _comment_end(text: str, mark: re.Match[str], place: Place) -> int:
    if mark[0] == r"\*":
        end = text.find("\n", mark.end())
        return len(text) if end < 0 else end
    depth = 1
    for inner in _COMMENT_MARK.finditer(text, mark.end()):
        depth += 1 if inner[0] == "(*" else -1
        if depth == 0:
            return inner.end()
    raise place.mistake("a comment is never closed", mark.start(), expected="*)")


_COMMENT_MARK: Final = re.compile(r"\(\*|\*\)")


def _blank(comment: str) -> str:
    return re.sub(r"[^\n]", " ", comment)


def open_brackets(text: str) -> int:
    """How many more brackets open than close in the text."""
    depth = 0
    for mark in _BRACKET_OR_STRING.finditer(text):
        if not mark[0].startswith('"'):
            depth += 1 if mark[0] in _OPENING else -1
    return depth


def check_depth(text: str, place: Place) -> None:
    """Refuse brackets nested deeper than MAX_DEPTH."""
    if sum(map(text.count, _OPENING)) <= MAX_DEPTH:
        return
    depth = 0
    for mark in _BRACKET_OR_STRING.finditer(text):
        if mark[0] in _OPENING:
            depth += 1
        elif not mark[0].startswith('"'):
            depth -= 1
        if depth > MAX_DEPTH:
            raise place.mistake(
                "a value nests too deep",
                mark.start(),
                expected=f"at most {MAX_DEPTH} brackets inside one another",
            )


def _tables(parser: Lark) -> bytes:
    """Return what `Lark.load` takes."""
    file = io.BytesIO()
    parser.save(file)
    return file.getvalue()


def _in_words(wanted: frozenset[str]) -> str | None:
    if wanted >= _VALUE:
        wanted = (wanted - _STARTS_VALUE) | {"a value"}
    wanted = (wanted - _OPERATORS) or wanted
    return " or ".join(sorted(wanted, key=lambda word: (word == "the end", word)))


def _found(text: str, offset: int) -> str:
    if not text[offset:].strip(_BLANKS):
        return "the end"
    word = _WORD.match(text, offset)
    found = word[0] if word else text[offset]
    if not found.isascii() and len(found) == 1:
        return f"{found} ({unicodedata.name(found, 'a character without a name')})"
    if not found.isprintable():
        found = ascii(found)
    return found if len(found) <= _LONGEST_FOUND else found[:_LONGEST_FOUND] + "..."


def _hint(text: str, offset: int) -> str | None:
    if text[offset : offset + 1] == '"' and not re.compile(_STRING, re.DOTALL).match(
        text, offset
    ):
        return "the string that begins here is never closed"
    if re.match(r"\.[0-9]", text[offset:]) and text[offset - 1 : offset].isdigit():
        return "there are no decimal numbers here, only integers"
    if _OPERATOR.match(text, offset):
        return "operators on sets are mixed only with parentheses"
    return None


_OPERATOR: Final = re.compile(r"\\(?:(?:cup|cap|union|intersect|X|times)\b|[ \t\n{(])")
