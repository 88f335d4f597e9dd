"""What SANY prints: which files it read, and its errors, in our words.

SANY alone and SANY inside of TLC print the same, without frames.  One run
gives at most one syntax error, but any number of semantic ones.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.tla2tools.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Chatter", "Kind", "SpecError", "read_chatter"]


class Kind(enum.Enum):
    """What sort of mistake an error in a spec or in its cfg is."""

    SYNTAX = "syntax"
    SEMANTIC = "semantic"
    LEVEL = "level"
    MISSING_MODULE = "missing module"
    MODULE_NAME = "module name"
    CIRCULAR = "circular"
    EVALUATION = "evaluation"
    CONFIG = "config"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class SpecError:
    """An error at a place in a spec or cfg; lines and columns are 1-based.

    `message` is in our words, `said` in SANY's or TLC's.  `file` is the path
    as the tool gave it, None if the tool did not say which file it is.
    """

    message: str
    kind: Kind
    file: str | None = None
    line: int | None = None
    column: int | None = None
    module: str | None = None
    said: str = ""
    hint: str | None = None

    def __str__(self) -> str:
        where = [self.file or self.module, self.line, self.column]
        place = ":".join(str(part) for part in where if part is not None)
        return f"{place}: {self.message}" if place else self.message


@dataclass(slots=True)
class Chatter:
    """`files` maps each module to the file that it was read from."""

    files: dict[str, str] = field(default_factory=dict)
    errors: list[SpecError] = field(default_factory=list)
    warnings: list[SpecError] = field(default_factory=list)


_LONGEST_LINE: Final = 4_000  # SANY's are short, unless damaged
_LONGEST_BLOCK: Final = 8_000
_FILE: Final = re.compile(r"Parsing file (.+?)(?: \((?:jar:)?file:.*\))?\s*\Z")
_REGION: Final = re.compile(
    r"line (\d+), col (\d+) to line \d+, col \d+ of module (\S+)\s*\Z"
)
_IN_MODULE: Final = re.compile(r"In module (\S+)\s*\Z")
_COUNTED: Final = re.compile(r"\*\*\* (Errors|Warnings|Abort messages): \d+\s*\Z")
_ENCOUNTERED: Final = re.compile(
    r'Encountered "(.*)" at line (\d+), column (\d+)(?: and token "(.*)")?\s*\Z',
    re.DOTALL,
)
_EXPECTING: Final = re.compile(r'Was expecting "?(.*?)"?\s*\Z')
_LEXICAL: Final = re.compile(
    r"Lexical error at line (\d+), column (\d+)\.\s+Encountered: (.*?)"
    r'(?:, after : "(.*)")?\s*\Z'
)
_ANY_PLACE: Final = re.compile(r"line (\d+), col(?:umn)? (\d+)")
_PRECEDENCE: Final = re.compile(
    r"Precedence conflict between ops (\S+) in block .* and (\S+)\.\s*\Z"
)
_CRASH: Final = re.compile(r"(?:java|tla2sany|util)\.[\w.$]+(?:Exception|Error)\b.*")


def read_chatter(lines: Iterable[str]) -> Chatter:
    """Read SANY's output; each error once, in the order of first mention."""
    reader = _Reader([line.rstrip("\r\n")[:_LONGEST_LINE] for line in lines])
    reader.run()
    found = reader.found
    found.errors = _once(found.errors, found.files)
    found.warnings = _once(found.warnings, found.files)
    return found


def _once(errors: Sequence[SpecError], files: Mapping[str, str]) -> list[SpecError]:
    """Drop repetitions, and give each error its file."""
    filed = (
        replace(error, file=files.get(error.module, error.file))
        if error.module is not None
        else error
        for error in errors
    )
    return list(dict.fromkeys(filed))


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.found = Chatter()
        self.file: str | None = None

    def run(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            self._line(line)

    def _line(self, line: str) -> None:
        if parsing := _FILE.match(line):
            self.file = parsing[1]
            self.found.files[Path(parsing[1]).stem] = parsing[1]
        elif line.startswith("***Parse Error***"):
            self._syntax(self._block())
        elif lexical := _LEXICAL.match(line):
            self._lexical(lexical, line)
        elif counted := _COUNTED.match(line):
            self._entries(counted[1])
        elif _CRASH.match(line) and "AbortException" not in line:
            self._crash(line)

    def _block(self) -> list[str]:
        """Return the lines up to the trace of the parser's stack."""
        taken: list[str] = []
        while self.at < len(self.lines) and not self._starts_other():
            taken.append(self.lines[self.at])
            self.at += 1
        return [line for line in taken if line.strip()]

    def _starts_other(self) -> bool:
        line = self.lines[self.at]
        return line.startswith(
            ("Residual stack trace", "Fatal errors", "Parsing file", "***Parse")
        ) or bool(_COUNTED.match(line))

    def _syntax(self, block: list[str]) -> None:
        said = "\n".join(line.strip() for line in block)
        place = _ANY_PLACE.search(said)
        message = _syntax_words(block)
        self._add(Kind.SYNTAX, message, said, place)

    def _lexical(self, match: re.Match[str], line: str) -> None:
        what = f"after {match[4]}, {match[3].split(' ', 1)[0]}"
        if match[3].startswith("<EOF>"):
            message = f"the file ends inside of {match[4] or 'a token'}"
        elif (match[4] or "").startswith('\\"') and match[3].startswith('"\\n"'):
            message = 'a string is not closed on its line: a " is missing'
        elif match[4]:
            message = f"no token of TLA+: {what} was found"
        else:
            message = f"no token of TLA+ starts with {match[3].split(' ', 1)[0]}"
        self._add(Kind.SYNTAX, message, line.strip(), match)

    def _add(
        self, kind: Kind, message: str, said: str, place: re.Match[str] | None
    ) -> None:
        line, column = (whole(place[1]), whole(place[2])) if place else (None, None)
        name = Path(self.file).stem if self.file else None
        self.found.errors.append(
            SpecError(message, kind, self.file, line, column, name, said)
        )

    def _entries(self, header: str) -> None:
        while (entry := self._entry()) is not None:
            place, said = entry
            error = _entry_error(place, said, warning=header == "Warnings")
            if header == "Warnings":
                self.found.warnings.append(error)
            elif header == "Errors" or not self._is_echo(error):
                self.found.errors.append(error)

    def _is_echo(self, error: SpecError) -> bool:
        """Whether this abort only repeats that a syntax error was found."""
        return "Could not parse module" in error.said and any(
            known.kind is Kind.SYNTAX for known in self.found.errors
        )

    def _entry(self) -> tuple[str, str] | None:
        """Return place and text of the next entry of a counted list."""
        self._skip_blank()
        if self.at >= len(self.lines):
            return None
        place = self.lines[self.at].strip()
        if not (
            place == "Unknown location"
            or _REGION.match(place)
            or _IN_MODULE.match(place)
        ):
            return None
        self.at += 1
        self._skip_blank()
        return place, self._paragraphs()

    def _skip_blank(self) -> None:
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1

    def _paragraphs(self) -> str:
        """Return the lines up to two blank ones, or to something else."""
        taken: list[str] = []
        while self.at < len(self.lines) and not self._ends_entry():
            taken.append(self.lines[self.at].strip())
            self.at += 1
        return "\n".join(line for line in taken if line)

    def _ends_entry(self) -> bool:
        line = self.lines[self.at]
        if not line.strip():
            after = self.lines[self.at + 1 : self.at + 2]
            return not after or not after[0].strip()
        return line.startswith(("***", "Semantic processing", "Parsing file"))

    def _crash(self, line: str) -> None:
        if self.found.errors:
            return
        self._add(
            Kind.SYNTAX,
            "SANY broke down over this file: is it empty, or no TLA+ module?",
            line,
            None,
        )


def _syntax_words(block: list[str]) -> str:
    said = "\n".join(line.strip() for line in block)
    if clash := _PRECEDENCE.search(said):
        return (
            f"{clash[1]} and {clash[2]} stand side by side and neither binds "
            "tighter: parentheses are needed"
        )
    expecting = next((m[1] for m in map(_EXPECTING.match, block) if m), None)
    for start, line in enumerate(block):
        found = _ENCOUNTERED.search("\n".join(block[start:])[:_LONGEST_BLOCK])
        if line.strip().startswith("Encountered") and found:
            return _unexpected(found[1], found[4], expecting)
    return " ".join(said.split()) or "not TLA+"


def _unexpected(found: str, after: str | None, expecting: str | None) -> str:
    what = "end of the file" if found == "<EOF>" else f'"{found}"'
    message = f"unexpected {what}"
    if after:
        message += f' after "{after}"'
    return message + (f"; expected {expecting}" if expecting else "")


def _entry_error(place: str, said: str, *, warning: bool) -> SpecError:
    region = _REGION.match(place)
    inside = _IN_MODULE.match(place)
    module = region[3] if region else inside[1] if inside else None
    line, column = (whole(region[1]), whole(region[2])) if region else (None, None)
    kind, message, hint, named = _semantic_words(said)
    if warning:
        kind = Kind.WARNING
    return SpecError(message, kind, None, line, column, module or named, said, hint)


_Words = tuple[Kind, str, str | None, str | None]


def _semantic_words(said: str) -> _Words:
    """Return kind, message, hint, and the module that the text names."""
    for pattern, make in _WORDS:
        if match := re.match(pattern, said, re.DOTALL):
            return make(match)
    told = " ".join(said.split()) or "SANY finds an error here, and gives no reason"
    return Kind.SEMANTIC, told, None, None


def _missing(match: re.Match[str]) -> _Words:
    where = f", which {match[2]} needs" if match[2] else ""
    hint = "put its folder on the library path, or its file beside the module"
    return (
        Kind.MISSING_MODULE,
        f"there is no file for module {match[1]}{where}",
        hint,
        match[2],
    )


_WORDS: Final = (
    (
        (
            r"Cannot find source file for module (\S+?)"
            r"(?: imported in module (\S+?))?\.?\s*\Z"
        ),
        _missing,
    ),
    (
        r"File name '(.*)' does not match the name '(.*)' of the top level module",
        lambda m: (
            Kind.MODULE_NAME,
            f"the file is called {m[1]}.tla but holds module {m[2]}",
            "rename one of the two",
            m[1],
        ),
    ),
    (
        r"Circular dependency among \.tla files; dependency cycle is:\s*(.*)",
        lambda m: (
            Kind.CIRCULAR,
            f"modules extend each other in a circle: {' '.join(m[1].split())}",
            None,
            None,
        ),
    ),
    (
        r"Unknown operator: `(.*)'\.",
        lambda m: (
            Kind.SEMANTIC,
            f"{m[1]} is not defined",
            "is it misspelt, or is a module missing from EXTENDS?",
            None,
        ),
    ),
    (
        r"Operator (\S+) already defined or declared\.",
        lambda m: (Kind.SEMANTIC, f"{m[1]} is defined twice", None, None),
    ),
    (
        r"The operator (\S+) requires (\d+) arguments?\.",
        lambda m: (
            Kind.SEMANTIC,
            f"{m[1]} takes {m[2]} argument{'' if m[2] == '1' else 's'}",
            None,
            None,
        ),
    ),
    (
        (
            r"Multiply-defined symbol '(.*?)':.*?"
            r"line (\d+), col (\d+) .*of module (\S+?)\."
        ),
        lambda m: (
            Kind.SEMANTIC,
            f"{m[1]} already has a meaning here, from {m[4]}:{m[2]}:{m[3]}",
            None,
            None,
        ),
    ),
    (
        r"(Level error.*|\[\] followed by action not of form.*)",
        lambda m: (Kind.LEVEL, " ".join(m[1].split()), None, None),
    ),
)
