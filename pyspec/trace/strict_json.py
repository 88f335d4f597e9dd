"""JSON, strictly: a key stands once in an object, and NaN is no number.

Python's own reader does the work.  Where something is wrong, a slow scanner
goes over the text again to find out where.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined] # not in the stubs
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from pyspec.values.from_itf import WrongJsonError, described
from pyspec.values.model import MAX_DEPTH, MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

MOST_LEVELS: Final = 3 * MAX_DEPTH + 20
"""How deep JSON nests that is read: an element of a function is three levels down."""

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_MARK: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{},:]|[^][{},:"\s]+', re.DOTALL)


def read_json(text: str, file: str | None = None, line: int = 1) -> Any:  # noqa: ANN401 - JSON
    """Return what JSON says; Mistake with file, line and column if it is wrong."""
    try:
        data = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _no_json(error, text, file, line) from None
    except RecursionError:
        place = _first(text, lambda at: at.depth > MOST_LEVELS)
        message = f"this JSON nests deeper than {MOST_LEVELS} levels"
        raise _mistake(WrongJsonError(message), place, text, file, line) from None
    except _OddError as odd:
        raise _mistake(odd.wrong, _first(text, odd.here), text, file, line) from None
    if _SURROGATE.search(text):
        _check_characters(data, text, file, line)
    return data


def mistake_of(
    wrong: WrongJsonError, text: str, file: str | None, line: int = 1
) -> Mistake:
    """Return the mistake that something in this JSON is, with its place."""
    return _mistake(wrong, _place(text, wrong.path[::-1]), text, file, line)


@contextlib.contextmanager
def inside(key: str | int) -> Iterator[None]:
    """Say of what is wrong inside that it stands under this key."""
    try:
        yield
    except WrongJsonError as wrong:
        wrong.path.append(key)
        raise


def check_object(
    data: Any,  # noqa: ANN401 - JSON
    what: str,
    required: Collection[str] = (),
    optional: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return an object; WrongJsonError if a key is missing, or is none of ours.

    Without `optional` there may be any other keys.
    """
    if not isinstance(data, dict):
        raise WrongJsonError(
            f"{what} is an object", expected="{...}", found=described(data)
        )
    for key in required:
        if key not in data:
            raise WrongJsonError(
                f"{what} lacks {json.dumps(key)}", found=described(data)
            )
    known = {*required, *(optional or ())}
    for key in data if optional is not None else ():
        if key not in known:
            with inside(key):
                raise WrongJsonError(
                    f"{what} has no key {json.dumps(key)}",
                    expected=" or ".join(map(json.dumps, sorted(known))),
                )
    return data


def check_array(data: Any, what: str) -> list[Any]:  # noqa: ANN401 - JSON
    """Return an array; WrongJsonError for anything else."""
    if not isinstance(data, list):
        raise WrongJsonError(
            f"{what} stand in an array", expected="[...]", found=described(data)
        )
    return data


def check_text(data: Any, what: str) -> str:  # noqa: ANN401 - JSON
    """Return a string; WrongJsonError for anything else."""
    if not isinstance(data, str):
        raise WrongJsonError(
            f"{what} is a string", expected='"..."', found=described(data)
        )
    return data


def check_integer(data: Any, what: str, least: int | None = None) -> int:  # noqa: ANN401 - JSON
    """Return an integer, which may have a least one; WrongJsonError otherwise."""
    wrong = not isinstance(data, int) or isinstance(data, bool)
    if wrong or (least is not None and data < least):
        at_least = "" if least is None else f" from {least} on"
        raise WrongJsonError(
            f"{what} is an integer{at_least}",
            expected="an integer",
            found=described(data),
        )
    number: int = data
    return number


# What Python's reader lets pass, or cannot place.


class _OddError(Exception):
    """Something odd, which stands at the first place that is `here`."""

    def __init__(self, wrong: WrongJsonError, here: Callable[[_At], bool]) -> None:
        super().__init__(wrong.message)
        self.wrong = wrong
        self.here = here


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        wrong = WrongJsonError("this object has a key twice")
        raise _OddError(wrong, lambda at: at.is_again)
    return data


def _constant(name: str) -> Any:  # noqa: ANN401 - never returns
    wrong = WrongJsonError("this is no number of JSON", found=name)
    raise _OddError(wrong, lambda at: at.mark == name)


def _integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        wrong = WrongJsonError(f"an integer of more than {MAX_DIGITS} digits")
        raise _OddError(wrong, lambda at: at.mark == digits)
    return int(digits)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer
)


def _check_characters(data: Any, text: str, file: str | None, line: int) -> None:  # noqa: ANN401 - JSON
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        wrong = WrongJsonError(
            "this JSON has one half of a surrogate pair, which is no character"
        )
        place = _first(text, lambda at: _is_half(at.mark))
        raise _mistake(wrong, place, text, file, line) from None
    except (RecursionError, ValueError):
        raise Mistake("this JSON nests too deep", file=file, line=line) from None


def _is_half(mark: str) -> bool:
    """Whether a string has half of a pair: such a one cannot be encoded."""
    if not _SURROGATE.search(mark):
        return False
    try:
        json.loads(mark).encode()
    except UnicodeEncodeError:
        return True
    return False


# Places.


@dataclass(slots=True)
class _At:
    """A value or a key, where the scanner is."""

    offset: int = 0
    mark: str = ""
    path: list[str | int] = field(default_factory=list)
    is_key: bool = False
    is_again: bool = False  # a key that its object had already

    @property
    def depth(self) -> int:
        return len(self.path)


def _place(text: str, path: list[str | int]) -> int | None:
    """Return where the path leads, stepping over all that stands before."""
    offset = _after_blanks(text, 0)
    try:
        for key in path:
            offset = _inside(text, offset, key)
    except (ValueError, IndexError, RecursionError):
        return None
    return offset


def _inside(text: str, offset: int, wanted: str | int) -> int:
    """Return where a part of the array or object that begins here begins."""
    is_object = text[offset] == "{"
    count = 0
    while text[offset] in "{[,":
        offset = _after_blanks(text, offset + 1)
        key: str | int = count
        if is_object:
            key, offset = scanstring(text, offset + 1, False)  # noqa: FBT003 - not strict
            offset = _after_blanks(text, _after_blanks(text, offset) + 1)
        if key == wanted:
            return offset
        offset = _after_blanks(text, _STEPPING.raw_decode(text, offset)[1])
        count += 1
    raise ValueError(wanted)


_STEPPING: Final = json.JSONDecoder(parse_int=str, parse_float=str)
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_LONGEST_SCANNED: Final = 1 << 22


def _after_blanks(text: str, offset: int) -> int:
    found = _BLANKS.match(text, offset)
    return offset if found is None else found.end()


def _first(text: str, here: Callable[[_At], bool]) -> int | None:
    """Return the first place that is `here`; None, too, if that would take long."""
    if len(text) > _LONGEST_SCANNED:
        return None
    return next((at.offset for at in _scan(text) if here(at)), None)


def _scan(text: str) -> Iterator[_At]:
    """Yield values and keys, outer ones first; one `_At` that changes."""
    at = _At()
    keys: list[set[str] | None] = []  # of each open object; None for an array
    for match in _MARK.finditer(text):
        mark = at.mark = match[0]
        at.offset = match.start()
        at.is_key = at.is_again = False
        if mark == ",":
            _step(at, keys)
        elif mark in {"}", "]"}:
            if keys:
                keys.pop()
                at.path.pop()
        elif mark != ":":
            known = keys[-1] if keys else None
            if known is not None and at.path[-1] == _NO_KEY:
                _name(at, known)
            yield at
            if not at.is_key and mark in {"{", "["}:
                keys.append(set() if mark == "{" else None)
                at.path.append(_NO_KEY if mark == "{" else 0)


_NO_KEY: Final = -1  # in a path: the object's next key is still to come


def _step(at: _At, keys: list[set[str] | None]) -> None:
    if keys:
        last = at.path[-1]
        array = keys[-1] is None and isinstance(last, int)
        at.path[-1] = last + 1 if array and isinstance(last, int) else _NO_KEY


def _name(at: _At, known: set[str]) -> None:
    try:
        key = str(json.loads(at.mark))
    except ValueError:
        key = at.mark
    at.path[-1] = key
    at.is_key = True
    at.is_again = key in known
    known.add(key)


def _no_json(
    error: json.JSONDecodeError, text: str, file: str | None, line: int
) -> Mistake:
    what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
    found = text[error.pos : error.pos + 20].partition("\n")[0].strip()
    wrong = WrongJsonError(f"this is not JSON: {what}", found=found or "the end")
    return _mistake(wrong, error.pos, text, file, line)


def _mistake(
    wrong: WrongJsonError, place: int | None, text: str, file: str | None, line: int
) -> Mistake:
    before = 0 if place is None else text.count("\n", 0, place)
    is_known = place is not None or "\n" not in text.rstrip()
    return Mistake(
        wrong.message,
        file=file,
        line=line + before if is_known else None,
        column=None if place is None else place - text.rfind("\n", 0, place),
        expected=wrong.expected,
        found=wrong.found,
        hint=wrong.hint,
    )
