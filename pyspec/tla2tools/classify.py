"""Which of TLC's error messages means what."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

from pyspec.tla2tools.chatter import Kind

if TYPE_CHECKING:
    from pyspec.tla2tools.chatter import Chatter
    from pyspec.tla2tools.messages import Message

__all__ = ["Cause", "classify"]


class Cause(enum.Enum):
    """Why a run ended as it did: one cause, one verdict."""

    NONE = "none"
    INVARIANT = "invariant"
    DEADLOCK = "deadlock"
    PROPERTY = "property"
    ACTION_PROPERTY = "action_property"
    ASSERTION = "assertion"
    ASSUMPTION = "assumption"
    EVALUATION = "evaluation"
    RECURSION = "recursion"
    OVERRIDE = "override"
    NO_INITIAL_STATE = "no_initial_state"
    PARSE = "parse"
    SEMANTIC = "semantic"
    CONFIG = "config"
    MISSING_FILE = "missing_file"
    USAGE = "usage"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    STOPPED = "stopped"
    KILLED = "killed"
    DISK = "disk"
    JAVA = "java"
    TLC_BUG = "tlc_bug"


_BY_CODE: Final = {
    1001: Cause.MEMORY,
    1002: Cause.MEMORY,
    1003: Cause.MEMORY,
    1005: Cause.RECURSION,
    1101: Cause.USAGE,
    1102: Cause.USAGE,
    2104: Cause.ASSUMPTION,
    2105: Cause.ASSUMPTION,
    2107: Cause.INVARIANT,
    2108: Cause.PROPERTY,
    2110: Cause.INVARIANT,
    2112: Cause.ACTION_PROPERTY,
    2114: Cause.DEADLOCK,
    2115: Cause.CONFIG,
    2116: Cause.PROPERTY,
    2118: Cause.NO_INITIAL_STATE,
    2146: Cause.CONFIG,
    2256: Cause.NO_INITIAL_STATE,
    2280: Cause.EVALUATION,
    2281: Cause.CONFIG,
    **dict.fromkeys(range(2222, 2246), Cause.CONFIG),
    **dict.fromkeys(range(3100, 3115), Cause.USAGE),
    **dict.fromkeys(range(5001, 5007), Cause.CONFIG),
    **dict.fromkeys((2100, 2101, 2125, 2126, 2127, 2129), Cause.DISK),
    **dict.fromkeys((2134, 2135, 2137, 2160, 2161, 2162), Cause.DISK),
    **dict.fromkeys((2163, 2167, 2174, 2175, 2270), Cause.DISK),
    **dict.fromkeys((2117, 2119, 2123, 2124, 2128, 2130), Cause.TLC_BUG),
    **dict.fromkeys((2131, 2133, 2138, 2159, 2166, 2172), Cause.TLC_BUG),
}
_PARSING_FAILED: Final = frozenset({3002, 2171})
_ASSUMPTION_FAILED: Final = frozenset({2104, 2105})
_ASSERT_FAILED: Final = 2132
_IS_CONSTANT: Final = 2230
_NO_CONFIG: Final = 5001
_BROKEN: Final = re.compile(
    r"The exception was a java\.(?:lang\.(?:NullPointer|ArrayIndexOutOfBounds|"
    r"IndexOutOfBounds|IllegalState|AssertionError|NoClassDefFound|NoSuchMethod|"
    r"LinkageError|UnsupportedOperation)|util\.ConcurrentModification)"
)


def classify(message: Message, chatter: Chatter) -> Cause:
    """Return what an error message means; never fails."""
    text = message.text
    codes = [one.code for one in message.walk()]
    if "java.lang.OutOfMemoryError" in text or "\nJava heap space" in text:
        return Cause.MEMORY
    if not _PARSING_FAILED.isdisjoint(codes):
        return _parsing(text, chatter)
    if _IS_CONSTANT in codes:
        return _constant(text)
    if "is a constant-level formula" in text:
        return Cause.INVARIANT if "evaluates to FALSE" in text else Cause.CONFIG
    if _ASSERT_FAILED in codes and _ASSUMPTION_FAILED.isdisjoint(codes):
        return Cause.ASSERTION
    if "Java StackOverflowError" in text or "java.lang.StackOverflowError" in text:
        return Cause.RECURSION
    return _by_codes(codes, text)


def _by_codes(codes: list[int], text: str) -> Cause:
    if _NO_CONFIG in codes and "File not found" in text:
        return Cause.MISSING_FILE
    for code in codes:
        if code in _BY_CODE:
            return _BY_CODE[code]
    if "java.io.IOException" in text or "No space left on device" in text:
        return Cause.DISK
    if "java.io.FileNotFoundException" in text:
        return Cause.DISK
    return Cause.TLC_BUG if _BROKEN.search(text) else Cause.EVALUATION


def _constant(text: str) -> Cause:
    """2230: a constant formula among the properties; it is an error if FALSE."""
    if "equal to FALSE" not in text:
        return Cause.CONFIG
    return Cause.INVARIANT if "invariant" in text else Cause.PROPERTY


def _parsing(text: str, chatter: Chatter) -> Cause:
    """SANY failed; what it said between the messages tells why."""
    kinds = {error.kind for error in chatter.errors}
    if kinds & {Kind.SYNTAX, Kind.CIRCULAR, Kind.MODULE_NAME}:
        return Cause.PARSE
    if Kind.MISSING_MODULE in kinds:
        return Cause.MISSING_FILE
    if kinds:
        return Cause.SEMANTIC
    return Cause.SEMANTIC if "semantic error" in text.lower() else Cause.PARSE
