"""Of the states that a history leaves possible, those that are worth keeping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyspec.conformance.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.conformance.walk import Plan
    from pyspec.language.state import State
    from pyspec.trace.model import Event
    from pyspec.values import Value

__all__ = ["HistoryWalk"]


class HistoryWalk(Walk):
    """Leaves out states of Linearizability that another is at least as good as.

    One is as good as another if the object is the same, the same clients wait
    for the same, each read has seen as much, each update may as well have been
    done as not where they differ ("unseen"), and no lost update is missing.
    Whatever the other may be told later, the better one may be, too: it lets
    the same updates take effect in the same order, save one that is only done
    in the other.
    """

    def take(self, event: Event, plan: Plan | None = None) -> bool:
        """Match an event; False if no step does."""
        fits = super().take(event, plan)
        if fits and len(self.states) > 1:
            self.states = self._best(self.states)
        return fits

    def _best(self, states: Iterable[State]) -> set[State]:
        variables = self._asking.facts.variables
        places = [variables.index(x) for x in ("object", "due", "waiting", "lost")]
        groups: dict[object, list[_Progress]] = {}
        for state in states:
            shared, progress = _parted(state, *(state[place] for place in places))
            groups.setdefault(shared, []).append(progress)
        return {kept.state for group in groups.values() for kept in _antichain(group)}


class _Progress(NamedTuple):
    """What may have become of operations: by client in order, and of lost ones."""

    state: State
    done: tuple[Any, ...]
    lost: dict[Value, int]


def _parted(
    state: State, thing: Value, due: Value, waiting: Value, lost: Value
) -> tuple[object, _Progress]:
    """Return what states must share to be compared, and what is compared."""
    entries = sorted(_items(waiting), key=lambda item: repr(item[0]))
    shared = thing, due, tuple((client, entry["op"]) for client, entry in entries)
    done = tuple(entry["done" if "done" in entry else "seen"] for _, entry in entries)
    return shared, _Progress(state, done, dict(_items(lost)))


def _items(function: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - of any function
    """Return arguments and values; a function of 1..n is a tuple."""
    if isinstance(function, tuple):
        return iter(enumerate(function, 1))
    found: Iterator[tuple[Any, Any]] = iter(function.items())
    return found


def _antichain(group: list[_Progress]) -> list[_Progress]:
    kept: list[_Progress] = []
    for each in group:
        if not any(_is_as_good(other, each) for other in kept):
            kept = [other for other in kept if not _is_as_good(each, other)]
            kept.append(each)
    return kept


def _is_as_good(one: _Progress, other: _Progress) -> bool:
    return all(
        mine in {theirs, "unseen"} or (isinstance(mine, frozenset) and mine >= theirs)
        for mine, theirs in zip(one.done, other.done, strict=True)
    ) and all(one.lost.get(op, 0) >= count for op, count in other.lost.items())
