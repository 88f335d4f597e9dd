"""Why a response cannot be: what its client might have been told instead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pyspec.conformance.verdict import Judgement
from pyspec.errors import Mistake
from pyspec.trace.model import Call
from pyspec.values import ModelValue, apply, canonical, domain, parse, record, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.conformance.question import Question
    from pyspec.conformance.verdict import Explanation, Verdict
    from pyspec.trace.model import Event
    from pyspec.values import Value

__all__ = ["decided"]

_MOST_SHOWN: Final = 12


def decided(
    questions: Sequence[Question],
    briefly: Callable[[Sequence[Question]], list[Verdict]],
    fully: Callable[[Sequence[Question]], list[Verdict]],
    most: int,
) -> list[Verdict]:
    """Answer questions of histories, the first `most` rejections with reasons.

    `briefly` decides, `fully` also explains.  What a read that was refused
    might have been told is found out by asking again of one that tells all
    answers apart, up to there.
    """
    verdicts = briefly(questions)
    places = [n for n, each in enumerate(verdicts) if _is_refused(each)][:most]
    again = fully([_widened(verdicts[place]) for place in places])
    for place, told in zip(places, again, strict=True):
        if _is_refused(told) and told.event == verdicts[place].event:
            verdicts[place] = replace(
                verdicts[place], explanation=told.explanation, why=_why(told)
            )
    return verdicts


def _is_refused(verdict: Verdict) -> bool:
    return verdict.judgement is Judgement.REJECTED and verdict.event is not None


def _widened(verdict: Verdict) -> Question:
    """Return the question up to the response, the read of which tells all apart."""
    question, events = verdict.question, list(verdict.question.trace.events)
    refused = events[verdict.matched]
    client = _call(refused).arguments
    place = next(
        n
        for n in range(verdict.matched, -1, -1)
        if _call(events[n]).action == "Invoke"
        and _client(events[n]) == _client(refused)
    )
    asked = _call(events[place])
    assert asked.arguments is not None  # noqa: S101 - the traces here have them
    assert client is not None  # noqa: S101 - likewise
    operation: Any = asked.arguments[1]
    if operation["f"] == "read":
        told = {name: operation[name] for name in operation}
        told["among"] = _answers(question.constants)
        steps = replace(asked, arguments=(asked.arguments[0], record(**told)))
        events[place] = replace(events[place], steps=(steps,))
    events = events[: verdict.matched + 1]
    return replace(question, trace=replace(question.trace, events=tuple(events)))


def _answers(constants: Mapping[str, Value]) -> Value:
    values = constants["Value"]
    assert isinstance(values, frozenset)  # noqa: S101 - traces of histories say so
    return values | {constants["Nil"]}


def _call(event: Event) -> Call:
    step = event.steps[0]
    assert isinstance(step, Call)  # noqa: S101 - the traces here have no other steps
    return step


def _client(event: Event) -> object:
    arguments = _call(event).arguments
    return arguments[0] if arguments else None


# ------------------------------------------------------------ in words


def _why(verdict: Verdict) -> str:
    """`the read by client 3 returned 7; possible were 3, 5 (2 states)`."""
    assert verdict.event is not None  # noqa: S101 - it is refused
    call, explanation = _call(verdict.event), verdict.explanation
    if explanation.states == 0 or not call.arguments:
        return ""
    client: Any = call.arguments[0]
    states = list(_states(explanation))
    count = f"{explanation.states} state{'' if explanation.states == 1 else 's'}"
    if len(states) < explanation.states:
        count = f"{len(states)} of {count} looked at"
    if call.action == "Respond":
        answer: Any = call.arguments[1]
        possible = {x for state in states for x in _entry(state, client)["seen"]}
        return (
            f"the read by client {_word(client)} returned {_word(answer)}; "
            f"possible were {_listed(possible)} ({count})"
        )
    found = {state["object"] for state in states}
    operation = _entry(states[0], client)["op"] if states else None
    return (
        f"{_named(operation)} by client {_word(client)} cannot have been done: "
        f"it would find {_listed(found)} ({count})"
    )


def _states(explanation: Explanation) -> Iterator[dict[str, Any]]:
    for each in (explanation, *explanation.others):
        try:
            yield {name: parse(text) for name, text in each.state}
        except Mistake:
            continue  # a text that was cut short


def _entry(state: Mapping[str, Any], client: Value) -> Any:  # noqa: ANN401 - a record
    waiting = state["waiting"]
    found = {show(each): apply(waiting, each) for each in domain(waiting)}
    return found[show(client)]


def _named(operation: Any) -> str:  # noqa: ANN401 - a record
    if operation is None:
        return "the operation"
    if operation["f"] == "cas":
        return f"the cas from {_word(operation['old'])} to {_word(operation['new'])}"
    return f"the {operation['f']} of {_word(operation['value'])}"


def _listed(values: set[Any]) -> str:
    shown = [_word(value) for value in canonical(values)]
    if len(shown) > _MOST_SHOWN:
        shown = [*shown[:_MOST_SHOWN], f"and {len(shown) - _MOST_SHOWN} more"]
    return ", ".join(shown) or "none"


def _word(value: Any) -> str:  # noqa: ANN401 - a value
    return value.name if isinstance(value, ModelValue) else show(value)
