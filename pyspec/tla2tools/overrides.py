"""Overrides (`Op <- Def` in a cfg) that TLC could never finish to evaluate.

Where Def is evaluated, Op means Def.  So a Def that mentions Op refers to
itself, which is not what its text says, and TLC recurses until its stack
overflows.  That can take minutes, and the message blames a recursive function.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.tla2tools.plain import without_comments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["SelfMention", "self_mentions"]


@dataclass(frozen=True, slots=True)
class SelfMention:
    """Where the definition of an override mentions what it overrides."""

    operator: str
    override: str
    file: Path
    line: int
    column: int

    @property
    def message(self) -> str:
        """What is wrong."""
        return (
            f"{self.override} replaces {self.operator} but mentions it, "
            "and so refers to itself without end"
        )

    @property
    def hint(self) -> str:
        """What to do."""
        return f"write out in {self.override} what {self.operator} says"


_DEFINITION: Final = r"^[ \t]*(?:LOCAL\s+)?{name}[ \t]*(?:\([^=\n]*\))?\s*=="
_NEXT_UNIT: Final = re.compile(
    r"^[ \t]*(?:(?:LOCAL\s+)?[A-Za-z_]\w*[ \t]*(?:\([^=\n]*\)|\[[^=\n]*\])?[ \t]*==|"
    r"(?:VARIABLES?|CONSTANTS?|ASSUME|ASSUMPTION|AXIOM|THEOREM|LEMMA|RECURSIVE|"
    r"INSTANCE|LOCAL)\b|-{4,}|={4,})",
    re.MULTILINE,
)
_STRING: Final = re.compile(r'"(?:\\.|[^"\\\n])*"')


def self_mentions(
    substitutions: Mapping[str, str], files: Iterable[Path]
) -> list[SelfMention]:
    """Return the overrides whose own definition mentions what they override.

    The first file is the root module's; of the others only those count that
    define or declare the operator themselves, since elsewhere its name may be
    that of a bound variable.  This is a scan of the text: names in comments,
    in strings and of fields of records are no mentions, and what a definition
    mentions indirectly is not seen.
    """
    found: list[SelfMention] = []
    for number, file in enumerate(files):
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        plain = _STRING.sub(lambda m: " " * len(m[0]), without_comments(text))
        for operator, override in substitutions.items():
            if number and not _introduces(plain, operator):
                continue
            place = _mention(plain, operator, override)
            if place is not None:
                line, column = _line_and_column(plain, place)
                found.append(SelfMention(operator, override, file, line, column))
    return found


def _introduces(text: str, operator: str) -> bool:
    """Whether a module defines the operator, or declares it as a constant."""
    name = re.escape(operator)
    defined = _DEFINITION.replace("{name}", name)
    declared = rf"\bCONSTANTS?\b[\w\s,()]*?\b{name}\b"
    return bool(re.search(f"{defined}|{declared}", text, re.MULTILINE))


def _mention(text: str, operator: str, override: str) -> int | None:
    """Return the place of the first mention."""
    pattern = _DEFINITION.replace("{name}", re.escape(override))
    definition = re.search(pattern, text, re.MULTILINE)
    if definition is None:
        return None
    end = _end_of_body(text, definition)
    use = re.compile(rf"(?<![\w.!\\])(?<!\.\s){re.escape(operator)}\b(?!\s*\|->)")
    for match in use.finditer(text, definition.end(), end):
        if not _is_field_of_a_set(text, match.end()):
            return match.start()
    return None


def _end_of_body(text: str, definition: re.Match[str]) -> int:
    """Return where the next unit of the module starts.

    A definition inside LET starts further right than this one.
    """
    margin = len(definition[0]) - len(definition[0].lstrip(" \t"))
    for unit in _NEXT_UNIT.finditer(text, definition.end()):
        if len(unit[0]) - len(unit[0].lstrip(" \t")) <= margin:
            return unit.start()
    return len(text)


def _is_field_of_a_set(text: str, end: int) -> bool:
    r"""Tell `[Op : S]`, a field, from `\E x \in Op : P`, a mention."""
    after = text[end:].lstrip(" \t")
    if not after.startswith(":") or after.startswith((":>", ":=")):
        return False
    before = text[:end].rstrip()
    opening = re.search(r"[\[,]\s*\w+\Z", before)
    return opening is not None


def _line_and_column(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
