"""Cut into pieces, compiled specs have the steps and invariants that they had."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pyspec.language.pieces import parts_of, pieces_of

SOURCE = """
def next_(x, y, z):
    if False: yield
    for b in (1, 2):
        if x < b:
            n1 = x + b
            yield ('Up', (b, ), (n1, y, z, ))
        if y == b:
            yield ('Keep', (b, ), (x, y, z, ))
    if z:
        n2 = not z
        yield ('Off', (), (x, y, n2, ))
    n3 = y + 1
    if n3 < 4:
        yield ('Right', (n3, ), (x, n3, z, ))
    alternatives = []
    if x: alternatives.append((0, ))
    if y: alternatives.append((x, ))
    for (n4, ) in alternatives:
        yield ('Either', (), (n4, y, True, ))

def small(a, b):
    return a < 3 and b < 3

def holds(x, y, z):
    return small(x, y) and (z or x == 0) and x >= 0
"""


def compiled() -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(SOURCE, space)  # noqa: S102 - the text above
    return space


STATES = list(itertools.product(range(4), range(4), (False, True)))


def joined(pieces: Any, state: Any) -> list[Any]:  # noqa: ANN401 - as it comes
    found = []
    for reads, writes, steps in pieces:
        for action, given, new in steps(*(state[place] for place in reads)):
            after = list(state)
            for place, value in zip(writes, new, strict=True):
                after[place] = value
            found.append((action, given, tuple(after)))
    return found


@pytest.mark.parametrize("state", STATES)
def test_pieces_have_the_steps_of_the_whole(state: Any) -> None:  # noqa: ANN401
    whole = compiled()["next_"]
    found = joined(pieces_of(SOURCE, whole), state)
    assert sorted(found) == sorted(whole(*state))


def test_a_piece_reads_and_writes_only_what_it_uses() -> None:
    pieces = pieces_of(SOURCE, compiled()["next_"])
    assert [(piece.reads, piece.writes) for piece in pieces] == [
        ((0,), (0,)),
        ((1,), ()),
        ((2,), (2,)),
        ((1,), (1,)),
        ((0, 1), (0, 2)),
    ]


@pytest.mark.parametrize("state", STATES)
def test_parts_hold_together_if_the_whole_does(state: Any) -> None:  # noqa: ANN401
    whole = compiled()["holds"]
    parts = parts_of(SOURCE, whole)
    assert len(parts) > 1
    together = all(holds(*(state[place] for place in reads)) for reads, holds in parts)
    assert together is bool(whole(*state))


def test_statements_that_need_each_other_stay_together() -> None:
    source = """
def next_(x, y):
    both = x + y
    yield ('A', (), (both, y, ))
    yield ('B', (), (x, both, ))
"""
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102 - the text above
    (piece,) = pieces_of(source, space["next_"])
    assert (piece.reads, piece.writes) == ((0, 1), (0, 1))
