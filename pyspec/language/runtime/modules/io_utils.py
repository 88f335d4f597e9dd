"""IOUtils and CSV: text files, variables of the environment, numbers as text.

Programs are never run: a spec is checked thousands of times a second, by
several workers, in an order of their own.  What TLC alone writes is TLC's.
"""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pyspec.language.runtime.errors import EvaluationError, refused
from pyspec.language.runtime.modules.outside import (
    allow_io,
    granted,
    read_text,
    require_io,
    require_readable,
    string,
    write_text,
)
from pyspec.language.runtime.modules.sequences import sequence
from pyspec.language.runtime.modules.tlc import to_string
from pyspec.language.runtime.ops import (
    MAX_INT,
    MIN_INT,
    domain,
    field,
    record_maker,
)
from pyspec.language.runtime.sets import elements, plain
from pyspec.values import TRUE, Fn, fn

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]

_RESULT: Final = record_maker(("exitValue", "stdout", "stderr"))
_BINARY: Final = ("IOSerialize", "IODeserialize")
_PROGRAMS: Final = ("IOExec", "IOEnvExec", "IOExecTemplate", "IOEnvExecTemplate")
_PLACE: Final = re.compile(r"%(?:([0-9]+)\$)?([sdn%])")


# ------------------------------------------------------------------- text files


def deserialize(name: V, options: V) -> V:
    """Return a record of how reading a text file went; `stdout` has the text."""
    _require_text(options, "Deserialize")
    name = string(name, "first", "Deserialize")
    require_readable(name, "Deserialize")
    try:
        return _RESULT(0, read_text(name, "Deserialize"), "")
    except EvaluationError as error:
        return _RESULT(1, "", error.message)


def serialize(text: V, name: V, options: V) -> V:
    """Return a record of how writing a text file went."""
    require_io("Serialize", "writes a file")
    _require_text(options, "Serialize")
    text = string(text, "first", "Serialize")
    name = string(name, "second", "Serialize")
    asked = set(sequence(field(options, "openOptions"), "openOptions"))
    try:
        write_text(name, "Serialize", text, mode=_mode(name, asked))
    except EvaluationError as error:
        return _RESULT(1, "", error.message)
    return _RESULT(0, "", "")


def _mode(name: str, asked: set[V]) -> str:
    """Return Python's mode for Java's options of opening a file."""
    if "CREATE_NEW" in asked:
        return "x"
    if "CREATE" not in asked and not Path(name).exists():
        raise refused(f"Serialize cannot write {name}: No such file or directory")
    return "a" if "APPEND" in asked else "w"


def _require_text(options: V, what: str) -> None:
    if field(options, "format") != "TXT":
        raise refused(
            f"{what} knows only one format",
            expected='[format |-> "TXT", ...]',
            found=options,
        )


# -------------------------------------------------------------------- csv files


def csv_write(template: V, v: V, name: V) -> bool:
    """Add a line to a file; always true."""
    values = sequence(v, "CSVWrite", "second argument")
    places = iter(values)

    def filled(place: re.Match[str]) -> str:
        number, kind = place.groups()
        if kind in "n%":
            return "\n" if kind == "n" else "%"
        return to_string(values[int(number) - 1] if number else next(places))

    try:
        line = _PLACE.sub(filled, string(template, "first", "CSVWrite"))
    except (IndexError, StopIteration):
        raise refused(
            "the template of CSVWrite has more places than there are values",
            expected=f"{len(values)}",
            found=template,
        ) from None
    _add_line(line, name, "CSVWrite")
    return True


def csv_write_record(r: V, delimiter: V, headers: V, name: V) -> bool:
    """Add a record to a file, if asked for after its names; always true."""
    r = plain(r)
    if type(r) is not Fn or not r.is_record:
        raise refused(
            "the first argument of CSVWriteRecord is wrong",
            expected="a record",
            found=r,
        )
    apart = string(delimiter, "second", "CSVWriteRecord")
    names = tuple(elements(domain(r)))
    if headers is TRUE:
        _add_line(apart.join(names), name, "CSVWriteRecord")
    _add_line(apart.join(to_string(r[key]) for key in names), name, "CSVWriteRecord")
    return True


def csv_read(columns: V, delimiter: V, name: V) -> tuple[V, ...]:
    """Return the records of a file, their fields strings; none if there is no file."""
    names = sequence(columns, "CSVRead", "first argument")
    apart = string(delimiter, "second", "CSVRead")
    name = string(name, "third", "CSVRead")
    return tuple(
        fn(zip(names, _fields(line, apart, len(names), f"{name}:{at}"), strict=True))
        for at, line in enumerate(_lines(name, "CSVRead"), 1)
    )


def csv_records(name: V) -> int:
    """Return how many lines a file has; 0 if there is none."""
    return len(_lines(string(name, "the", "CSVRecords"), "CSVRecords"))


def _fields(line: str, apart: str, count: int, at: str) -> list[str]:
    fields = line.split(apart) if apart else list(line)
    if len(fields) != count:
        raise refused(
            f"{at}: this line has {len(fields)} fields", expected=f"{count} fields"
        )
    return fields


def _lines(name: str, what: str) -> list[str]:
    require_readable(name, what)
    return read_text(name, what).splitlines() if Path(name).exists() else []


def _add_line(line: str, name: V, what: str) -> None:
    write_text(string(name, "last", what), what, f"{line}\n", mode="a")


# ------------------------------------------------------------------- all others


def environment() -> V:
    """Return the variables of the environment, a record.

    Those that were granted come before the process's own, which only a spec
    that may reach out of itself sees.
    """
    grant = granted.get()
    if grant is None or allow_io.get():
        require_io("IOEnv", "reads variables of the environment")
    known = dict(os.environ) if allow_io.get() else {}
    known |= grant.variables if grant is not None else {}
    return fn({name: _readable(value) for name, value in known.items()})


def _readable(text: str) -> str:
    """Return the text with a question mark for each byte that is no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def number(text: V) -> int:
    """Return the integer that a text is."""
    text = string(text, "the", "atoi")
    if re.fullmatch(r"[+-]?[0-9]{1,20}", text, re.ASCII):
        found = int(text)
        if MIN_INT <= found <= MAX_INT:
            return found
    raise refused(
        "the argument of atoi is wrong",
        expected=f"the text of an integer, {MIN_INT} to {MAX_INT}",
        found=text,
    )


def program(what: str, *_arguments: V) -> NoReturn:
    """Refuse to run a program."""
    raise refused(
        f"{what} runs a program, which a spec may not do here",
        hint="let the program write a file, and read it with ndJsonDeserialize",
    )


def binary(what: str, *_arguments: V) -> NoReturn:
    """Refuse TLC's own format."""
    raise refused(
        f"{what} is for files in a format of TLC's own",
        hint="JsonSerialize and JsonDeserialize write and read what others know",
    )


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("IOUtils", "Serialize"): serialize,
    ("IOUtils", "Deserialize"): deserialize,
    **{("IOUtils", name): partial(binary, name) for name in _BINARY},
    **{("IOUtils", name): partial(program, name) for name in _PROGRAMS},
    ("IOUtils", "IOEnv"): environment,
    ("IOUtils", "atoi"): number,
    ("CSV", "CSVWrite"): csv_write,
    ("CSV", "CSVWriteRecord"): csv_write_record,
    ("CSV", "CSVRead"): csv_read,
    ("CSV", "CSVRecords"): csv_records,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final = frozenset({("CSV", "CSVWrite"), ("CSV", "CSVWriteRecord")})
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
