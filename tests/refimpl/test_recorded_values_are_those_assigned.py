"""What a recorder remembers is never taken for something else that looks like it."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from hypothesis import given
from hypothesis import strategies as st

from pyspec.trace.model import Call
from pyspec.values import FALSE, TRUE, ModelValue, fn, record
from refimpl.process import (
    UNRECORDED,
    Context,
    FrozenMap,
    Message,
    Process,
    ProcessId,
    Timer,
    action,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role
from refimpl.sim import Observe, simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.trace.model import Event
    from pyspec.values import Value

TELL = Timer("tell")
P, Q = ProcessId("p"), ProcessId("q")


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True)
class Single:
    it: object


@dataclass(frozen=True, slots=True)
class Pair:
    z: object
    a: object
    hidden: object = field(default=None, metadata=UNRECORDED)


@dataclass(frozen=True, slots=True)
class News(Message):
    what: object
    secret: object = field(default=None, metadata=UNRECORDED)


def plain(item: object) -> Value:  # noqa: C901 - one for each kind
    """Say what an object is in the spec, case by case, remembering nothing."""
    match item:
        case bool():
            return TRUE if item else FALSE
        case ProcessId():
            return ModelValue(item)
        case int() | str():
            return item
        case tuple():
            return tuple(plain(each) for each in item)
        case frozenset():
            return frozenset(plain(each) for each in item)
        case FrozenMap():
            return fn([(plain(key), plain(item[key])) for key in item])
        case Nothing():
            return ()
        case Single():
            return record(it=plain(item.it))
        case Pair():
            return record(a=plain(item.a), z=plain(item.z))
        case News():
            return record(type="News", what=plain(item.what))
    raise AssertionError(item)


def protocol_that_tells(items: tuple[object, ...]) -> Protocol:
    """P assigns one after the other and sends it to Q, which assigns it as well."""

    class Teller(Process):
        declares: ClassVar[Mapping[str, str]] = {"item": "item[self.id]"}
        item: object = volatile(0)
        told: int = volatile(0)

        def start(self) -> None:
            if self.id == P:
                self.set_timer(TELL, 1)

        @property
        def next(self) -> object:
            return items[self.told]

        @action("Tell(self.next)", on=TELL)
        def tell(self) -> None:
            self.item = self.next
            self.send(Q, News(self.next, self.told))
            self.told += 1
            if self.told < len(items):
                self.set_timer(TELL, 100)

        @action("Hear(news)", on=News)
        def hear(self, news: News) -> None:
            self.item = news.what

    def made(context: Context) -> Process:
        return Teller(context)

    role = Role(name="teller", ids=(P, Q), make=made)
    return Protocol(slug="tell", module="Tell", roles=(role,), network="net")


def same(one: object, other: object) -> bool:
    """Whether two values are equal and print alike: TRUE is not 1."""
    return one == other and sorted(repr(one)) == sorted(repr(other))


def told(event: Event) -> tuple[str, Value, dict[str, Value]]:
    """Return the action, its argument, and what was seen."""
    (call,) = event.steps
    assert isinstance(call, Call)
    assert call.arguments is not None
    (argument,) = call.arguments
    return (
        call.action,
        argument,  # type: ignore[return-value]  # all are recorded
        {fact.path.root: fact.value for fact in event.observations},
    )


atoms = st.sampled_from([0, 1, False, True, "p", "q", P, Q, 300, 301])
hashable = st.recursive(
    atoms,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(tuple),
        st.frozensets(parts, max_size=3),
        st.dictionaries(parts, parts, max_size=3).map(FrozenMap),
        st.just(Nothing()),
        parts.map(Single),
        st.builds(Pair, parts, parts, parts),
    ),
    max_leaves=6,
)


@given(st.lists(hashable, min_size=1, max_size=8), st.data())
def test_each_event_has_the_values_of_its_own_step(
    items: list[object], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(items), max_size=8))
    every = (*items, *again)
    for observe in (Observe.EVERYTHING, Observe.OWN):
        calm = Faults(latency_ns=(10, 10))
        trace = simulate(protocol_that_tells(every), 0, calm, observe=observe)
        assert len(trace.events) == 2 * len(every)
        for item, tells, hears in zip(
            every, trace.events[::2], trace.events[1::2], strict=True
        ):
            value, news = plain(item), plain(News(item))
            name, argument, seen = told(tells)
            assert name == "Tell"
            assert same(argument, value)
            assert same(seen["item"], value)
            if observe is Observe.EVERYTHING:
                assert same(seen["net"], fn({news: 1}))
            name, argument, seen = told(hears)
            assert name == "Hear"
            assert same(argument, news)
            assert same(seen["item"], value)


def test_values_that_python_takes_for_equal_are_told_apart() -> None:
    items = (1, True, (1,), (True,), P, "p", FrozenMap({P: 1}), FrozenMap({"p": 1}))
    trace = simulate(protocol_that_tells(items), 0, Faults(latency_ns=(10, 10)))
    found = [told(event)[2]["item"] for event in trace.events[::2]]
    of_p = fn({ModelValue("p"): 1})
    expected = [1, TRUE, (1,), (TRUE,), ModelValue("p"), "p", of_p, record(p=1)]
    assert len(found) == len(expected)
    assert all(map(same, found, expected))
    assert not same(of_p, record(p=1))
    assert not same(1, TRUE)
