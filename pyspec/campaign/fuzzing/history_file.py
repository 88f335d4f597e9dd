"""Histories of simulated clients, as `pyspec replay --history` reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from refimpl.history import HistoryEvent

__all__ = ["history_line"]


def history_line(event: HistoryEvent) -> str:
    """Return a line of NDJSON.

    An operation on a key has the value `(key, value)`, as in Jepsen's files.
    """
    outcome, function, value = event.happened
    return (
        json.dumps(
            {
                "process": str(event.process),
                "type": outcome,
                "f": function,
                "value": _plain(value),
                "time": event.time_ns,
            }
        )
        + "\n"
    )


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [*map(_plain, value)]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise Mistake(
        f"a client notes {value!r}, which no history has",
        expected="int, str, bool, None and tuples of them",
    )
