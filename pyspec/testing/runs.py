"""Hypothesis strategies over runs of an implementation.

    from pyspec.testing import assert_conforms, run, schedules

    @given(schedule=schedules(PROTOCOL))
    def test_every_run_is_a_behavior_of_the_spec(schedule):
        assert_conforms(run(schedule))

A failing run shrinks to few faults and few happenings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from pyspec.campaign.drawn import Bounds, Course, FaultPlan, drawn, faults_within

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from pyspec.campaign.drawn import Implementation, Turn

__all__ = ["fault_plans", "schedules"]

_MOST_TURNS: Final = 12
_FARTHEST: Final = 12
"""So many happenings lie at most between two turns."""
_MOST_LIKE: Final = 31
"""Of so many things of one kind that can happen, one happens at a turn."""
_SEEDS: Final = 1 << 16


@st.composite
def schedules(  # noqa: PLR0913 - settings, all keyword-only
    draw: DrawFn,
    protocol: Implementation,
    *,
    losses: int | None = None,
    copies: int | None = None,
    crashes: int | None = None,
    length: int = 60,
) -> Course:
    """Draw what happens in a run, one thing after another, at most `length`.

    It is the calm run, in which messages arrive in order and timers fire when they
    are due, with a few turns: something else happens there that can happen.  At most
    so many messages are lost and copied, and processes crash, also amid their steps;
    without a number two, or none where the protocol's fault model has none.
    """
    most, seed = draw(st.integers(0, length)), draw(st.integers(0, 7))
    turn = st.tuples(
        st.integers(0, _FARTHEST), st.integers(0, 4), st.integers(0, _MOST_LIKE)
    )
    turns = _placed(draw(st.lists(turn, max_size=_MOST_TURNS)))
    bounds = Bounds(*_within(protocol, (losses, copies, crashes), 2))
    return drawn(protocol, turns, length=most, bounds=bounds, seed=seed)


def _placed(turns: list[tuple[int, int, int]]) -> dict[int, Turn]:
    """Return the turns by their places: each is so far behind the one before."""
    found: dict[int, Turn] = {}
    place = -1
    for distance, kind, which in turns:
        place += distance + 1
        found[place] = kind, which
    return found


def fault_plans(
    protocol: Implementation,
    *,
    losses: int | None = None,
    copies: int | None = None,
    crashes: int | None = None,
    max_events: int = 200,
) -> SearchStrategy[FaultPlan]:
    """Draw runs of the simulator: a seed, and faults up to these numbers.

    Without a number three, or none where the protocol's fault model has none.  They
    shrink to fewer kinds of faults, fewer faults, and a small seed.
    """
    lost_most, copied_most, crashed_most = _within(
        protocol, (losses, copies, crashes), 3
    )
    return st.builds(
        lambda lost, copied, crashed, seed: FaultPlan(
            protocol, seed, faults_within(lost, copied, crashed), max_events
        ),
        st.integers(0, lost_most),
        st.integers(0, copied_most),
        st.integers(0, crashed_most),
        st.integers(0, _SEEDS),
    )


def _within(
    protocol: Implementation, wanted: tuple[int | None, ...], most: int
) -> list[int]:
    """Return how many are lost, copied and crash, at most; `most` if nobody says.

    Nothing goes wrong then that the spec may have no action for.
    """
    model = protocol.faults
    counted = model.losses, model.duplications, model.crashes
    return [
        most * bool(count) if number is None else number
        for number, count in zip(wanted, counted, strict=True)
    ]
