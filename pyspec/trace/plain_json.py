"""JSON as other tools write TLA+ values: without what tells them apart.

An array may be a sequence or a set, a string may be a model value, null may be
anything, and the keys of an object are strings whatever they were.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyspec.trace.model import Observation, Path, Relation
from pyspec.values.from_itf import WrongJsonError, described
from pyspec.values.model import MAX_DEPTH, ModelValue, Value, boolean, fn

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST: Final = 16
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlainJson:
    """Reads plain JSON; strings among `model_values` are those model values."""

    model_values: frozenset[str] = frozenset()

    def observation(self, path: Path, data: Any) -> Observation | None:  # noqa: ANN401 - JSON
        """Return what is known of the path afterwards; None if that is too little."""
        values = self.readings(data)
        if len(values) == 1:
            return Observation(path, Relation.EQUALS, values[0], primed=True)
        if values:
            return Observation(path, Relation.ONE_OF, frozenset(values), primed=True)
        return None

    def only(self, data: Any) -> Value | None:  # noqa: ANN401 - JSON
        """Return the one value that this stands for; None if there are several."""
        values = self.readings(data)
        return values[0] if len(values) == 1 else None

    def readings(self, data: Any, depth: int = MAX_DEPTH) -> list[Value]:  # noqa: ANN401 - JSON
        """Return all values that this may stand for; [] if there are too many.

        What null stands for only the one who wrote it knows: [], too.
        """
        if data is None:
            return []
        if isinstance(data, bool):
            return [boolean(truth=data)]
        if isinstance(data, int):
            return [data]
        if isinstance(data, str):
            return [self.name(data)]
        if not isinstance(data, (list, dict)):
            raise WrongJsonError(
                "this stands for no value of TLA+", found=described(data)
            )
        if depth == 0:
            raise WrongJsonError(f"a value nests deeper than {MAX_DEPTH} levels")
        if isinstance(data, list):
            return self._array(data, depth)
        return self._object(data, depth)

    def name(self, text: str) -> Value:
        """Return a model value, or the string."""
        return ModelValue(text) if text in self.model_values else text

    def _array(self, items: list[Any], depth: int) -> list[Value]:
        rows = _rows([self.readings(item, depth - 1) for item in items])
        values: list[Value] = [*rows]
        values += [frozenset(row) for row in rows if len({*row}) == len(row)]
        return values if len(values) <= _MOST else []

    def _object(self, fields: dict[str, Any], depth: int) -> list[Value]:
        rows = _rows([self.readings(value, depth - 1) for value in fields.values()])
        keys: list[Value] = [self.name(key) for key in fields]
        if fields and all(map(_NUMBER.fullmatch, fields)):
            numbers: list[Value] = list(map(int, fields))
            keys = numbers if len({*numbers}) == len(numbers) else keys
        return [fn(zip(keys, row, strict=True)) for row in rows]


def _rows(columns: Sequence[list[Value]]) -> list[tuple[Value, ...]]:
    readings = 1
    for column in columns:
        readings *= len(column)
        if not 0 < readings <= _MOST:
            return []
    return list(itertools.product(*columns))
