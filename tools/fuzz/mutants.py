"""Broken inputs out of good ones: bytes, tokens, lines, and parts of JSON."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

LONGEST: Final = 1 << 16
"""How long a mutant may become, in bytes."""

MARKS: Final = (
    *(b"{", b"}", b"[", b"]", b"(", b")", b"<<", b">>", b",", b":", b'"', b"\\"),
    *(b"\n", b"\r\n", b" ", b"\t", b"\x00", b"\xff", b"\x1b[2J", b"\xef\xbb\xbf"),
    *("\u00a0\u00e9".encode(), "\u2028".encode(), b"\\ud800", b"\\u0000", b"\xed\xa0"),
    *(b"0", b"1", b"-1", b"-", b"1e999", b"1.5", b"99999999999", b"9" * 5000),
)
TEXT_TOKENS: Final = (
    *MARKS,
    *(b"|->", b":>", b"@@", b"\\*", b"(*", b"*)", b"..", b"'", b"/\\", b"\\in", b"="),
    *(b"SUBSET ", b"UNION ", b"Len(", b"\\X ", b"\\cup ", b"BOOLEAN", b"STRING"),
    *(b"INIT", b"CONSTANT", b"META", b"SILENT", b"EXPECT ", b"MAX", b"END", b"LOOP 0"),
    *(b"====", b"----", b"TRACE", b"_", b"?", b";", b"!", b"SKIP", b"t=", b"vc=", b"@"),
    *(b"1..1000000000", b"[1..1000000000 -> {0, 1}]", b"SUBSET (1..1000000000)"),
    *(b"1..99999", b"TRUE", b"null", b"<-", b"9" * 3999, b"(" * 200, b"<<" * 200),
)
JSON_TOKENS: Final = (
    *MARKS,
    *(b"null", b"true", b"NaN", b"-Infinity", b"-0", b"{}", b"[]", b'""', b'"SKIP"'),
    *(b"[" * 2000, b'{"a":' * 500, b"[" * 150 + b"]" * 150),
    *(b'{"#set":', b'"#bigint"', b'"#mv"', b'"#map"', b'"#meta"', b'"#tup"'),
    *(b'"format"', b'"event"', b'"loop"', b'"pyspec"', b'"op"', b'"tag"', b'"steps"'),
)
TLC_TOKENS: Final = (
    *TEXT_TOKENS,
    *(b"@!@!@STARTMSG 2217:4 @!@!@\n", b"@!@!@ENDMSG 2217 @!@!@\n"),
    *(b"@!@!@STARTMSG 2110:1 @!@!@\n", b"@!@!@ENDMSG 2110 @!@!@\n"),
    *(b"Back to state", b" line ", b", col ", b" of module ", b"1: <", b">"),
)
_MOST_PARTS: Final = 20_000
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2**31, 10**35, 10**3998, 10**4100, 1.5, 1e308),
    *("", "a b", "SKIP", "?", "A", "r1", "x", "\ud800", "\x00\n\x1b[2J", "M!A", "Len"),
    *("a" * 5000, [], [[]], {}, {"": 1}, {"#mv": "a b"}, {"#set": {}}, {"#map": [1]}),
    *({"#bigint": "9" * 4000}, {"#bigint": "9" * 5000}, {"#tup": None}, {"#x": 1}),
)


def mutant(
    chance: random.Random, raw: bytes, tokens: Sequence[bytes] = TEXT_TOKENS
) -> bytes:
    """Change some bytes, tokens or lines of a text."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        raw = _with_other_lines(chance, raw) if chance.random() < 0.2 else raw  # noqa: PLR2004 - one in five
        start = chance.randint(0, len(raw))
        end = min(len(raw), start + chance.choice((0, 1, 1, 2, 5, 20)))
        token = chance.choice(tokens)
        replacement = chance.choice(
            (b"", token, chance.randbytes(1), raw[start:end] * 2, _run(chance, token))
        )
        raw = raw[:start] + replacement + raw[end:]
    return raw[:LONGEST]


def json_mutant(chance: random.Random, raw: bytes) -> bytes:
    """Change parts of a JSON document, or of some lines that are one each.

    Of what is no JSON, bytes are changed.
    """
    try:
        return _json_mutant(chance, raw)
    except RecursionError:  # parts were put into one another again and again
        return mutant(chance, raw, JSON_TOKENS)


def _json_mutant(chance: random.Random, raw: bytes) -> bytes:
    whole = _parsed(raw)
    if whole is not None:
        return _dumped(_changed(chance, whole))
    lines = raw.split(b"\n")
    for _ in range(chance.choice((1, 1, 2, 3))):
        place = chance.randrange(len(lines))
        data = _parsed(lines[place])
        if data is None:
            lines[place] = mutant(chance, lines[place], JSON_TOKENS)
        else:
            lines[place] = _dumped(_changed(chance, data))
    return b"\n".join(lines)[:LONGEST]


def _run(chance: random.Random, token: bytes) -> bytes:
    """Repeat a token: seldom often enough to slow down what is not linear."""
    longest = chance.choice((1, 1, 1, 1, 1, 1, 1, 8, 200, LONGEST // 2))
    return token * (longest // (len(token) or 1)) or token


def _with_other_lines(chance: random.Random, raw: bytes) -> bytes:
    """Drop, repeat or move a line."""
    lines = raw.split(b"\n")
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.choice((0, 1, 1, 2, 40))):
        lines.insert(chance.randint(0, len(lines)), line)
    return b"\n".join(lines)


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _dumped(data: Any) -> bytes:  # noqa: ANN401 - JSON
    try:
        return json.dumps(data).encode()[:LONGEST]
    except RecursionError:
        return b"[" * 1000


def _changed(chance: random.Random, data: Any) -> Any:  # noqa: ANN401 - JSON
    """Change some parts of a copy: other values, without, doubled, renamed, wrapped."""
    holder = [copy.deepcopy(data)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = _places(holder)
        if len(places) > _MOST_PARTS:
            break
        parent, key = chance.choice(places)
        other, far = chance.choice(places)
        chance.choice(_CHANGES)(chance, parent, key, copy.deepcopy(other[far]))
    return holder[0] if holder else None


def _places(data: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    """Return all parts, each as what has it and its key there."""
    found: list[tuple[Any, Any]] = []
    todo = [data]
    while todo:
        parent = todo.pop()
        keys = parent.keys() if isinstance(parent, dict) else range(len(parent))
        for key in list(keys):
            found.append((parent, key))
            if isinstance(parent[key], (dict, list)):
                todo.append(parent[key])
    return found


def _odd(chance: random.Random, parent: Any, key: Any, _: Any) -> None:  # noqa: ANN401 - JSON
    parent[key] = copy.deepcopy(chance.choice(ODD))


def _other(_: random.Random, parent: Any, key: Any, other: Any) -> None:  # noqa: ANN401 - JSON
    parent[key] = other


def _without(chance: random.Random, parent: Any, key: Any, other: Any) -> None:  # noqa: ANN401 - JSON
    if len(parent) > 1:
        del parent[key]
    else:
        _other(chance, parent, key, other)


def _wrapped(chance: random.Random, parent: Any, key: Any, _: Any) -> None:  # noqa: ANN401 - JSON
    word = chance.choice(("#set", "#map", "#tup", "a", "event", "#bigint"))
    for _ in range(chance.choice((1, 1, 3, 99, 110))):
        parent[key] = {word: parent[key]} if chance.random() < 0.5 else [parent[key]]  # noqa: PLR2004 - either


def _doubled(chance: random.Random, parent: Any, key: Any, other: Any) -> None:  # noqa: ANN401 - JSON
    most = 2 + LONGEST // len(_dumped(other))
    parent[key] = [other] * min(chance.choice((2, 2, 30, 300)), most)


def _renamed(chance: random.Random, parent: Any, key: Any, _: Any) -> None:  # noqa: ANN401 - JSON
    if isinstance(parent, dict):
        name = chance.choice([one for one in ODD if isinstance(one, str)])
        parent[name] = parent.pop(key)


_CHANGES: Final = (_odd, _odd, _other, _without, _wrapped, _doubled, _renamed)
