"""What TLC writes with `-dumpTrace json`: its shape, checked.

{"counterexample": {"action": [[[1, state], action, [2, state]], ...],
                    "state": [[1, state], [2, state], ...]}}
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.trace.strict_json import (
    check_array,
    check_integer,
    check_object,
    check_text,
    inside,
    mistake_of,
    read_json,
)
from pyspec.values.from_itf import WrongJsonError, described
from pyspec.values.model import is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Check: TypeAlias = Callable[[Any], Any]

_A_STATE: Final = "a state is a number and values", "[1, {...}]"
_A_STEP: Final = (
    "a step is a state, an action and a state",
    "[[1, {...}], {...}, [2, {...}]]",
)


@dataclass(frozen=True, slots=True)
class Dump:
    """States and steps as JSON objects; at least one state.

    `back_to` is the number of the state that the last step leads back to.
    """

    states: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    back_to: int | None

    @property
    def stutters(self) -> bool:
        """A step from the last state to itself is how stuttering is written."""
        return self.back_to == len(self.states)

    @property
    def module(self) -> str | None:
        """The module that the first action with a place stands in."""
        found = (step.get("location", {}).get("module") for step in self.steps)
        return next(
            (name for name in found if isinstance(name, str) and is_name(name)), None
        )


def read_dump(text: str | bytes, file: str | None = None) -> Dump:
    """Read JSON; Mistake with its place for what TLC does not write."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    data = read_json(text, file)
    try:
        return _dump(data)
    except WrongJsonError as wrong:
        raise mistake_of(wrong, text, file) from None


def _dump(data: Any) -> Dump:  # noqa: ANN401 - JSON
    data = check_object(data, "what TLC dumps", {"counterexample"})
    with inside("counterexample"):
        keys = {"action", "state"}
        example = check_object(data["counterexample"], "a counterexample", keys)
        with inside("state"):
            states = _each(example["state"], "states", _state)
            if not states:
                raise WrongJsonError("a behavior has a first state")
        with inside("action"):
            steps = _each(example["action"], "steps", _step)
            back = _back_to(example["action"], len(states))
    return Dump(states, steps, back)


def _back_to(steps: list[Any], states: int) -> int | None:
    if not steps:
        return None
    (before, _), _, (after, _) = steps[-1]
    if after > before:
        return None
    if after > states:
        with inside(len(steps) - 1), inside(2), inside(0):
            raise WrongJsonError(
                "the last step leads back to a state that is not there",
                expected=f"a number from 1 to {states}",
                found=described(after),
            )
    number: int = after
    return number


def _state(data: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    state: dict[str, Any]
    what = "a state's number and values"
    number = partial(check_integer, what="a state's number", least=1)
    _, state = _row(data, what, _A_STATE, (number, _variables))
    return state


def _step(data: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    action: dict[str, Any]
    what = "the parts of a step"
    _, action, _ = _row(data, what, _A_STEP, (_state, _action, _state))
    return action


def _variables(data: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    state = check_object(data, "a state")
    for name in state:
        with inside(name):
            _check_name(name)
    return state


def _action(data: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    action = check_object(data, "an action", {"name"})
    with inside("name"):
        for part in check_text(action["name"], "an action's name").split("!"):
            _check_name(part)
    with inside("parameters"):
        names = partial(check_text, what="a parameter")
        _each(action.get("parameters", []), "parameters", names)
    with inside("context"):
        check_object(action.get("context", {}), "a context")
    with inside("location"):
        check_object(action.get("location", {}), "a location")
    return action


def _each(data: Any, what: str, check: Check) -> list[Any]:  # noqa: ANN401 - JSON
    return _checked(check_array(data, what), repeat(check))


def _row(
    data: Any,  # noqa: ANN401 - JSON
    what: str,
    needs: tuple[str, str],
    checks: Sequence[Check],
) -> list[Any]:
    """Check an array with as many items as `checks`; `needs` says what it is."""
    if len(check_array(data, what)) != len(checks):
        message, expected = needs
        raise WrongJsonError(message, expected=expected, found=described(data))
    return _checked(data, checks)


def _checked(items: list[Any], checks: Iterable[Check]) -> list[Any]:
    found = []
    for place, (item, check) in enumerate(zip(items, checks, strict=False)):
        with inside(place):
            found.append(check(item))
    return found


def _check_name(name: str) -> None:
    if not is_name(name) or name == "SKIP":
        raise WrongJsonError("this is no name of a spec", found=described(name))
