"""Random walks through a model: one seed, one walk, whatever the hash seed."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspec.errors import Mistake
from pyspec.explore.blame import blamed
from pyspec.explore.checks import Checks, Violation, of_error
from pyspec.explore.limits import (
    NO_LIMITS,
    Limits,
    Progress,
    StopEvent,
    Stopped,
    Watch,
)
from pyspec.explore.result import Cause, Counterexample, Result
from pyspec.values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.explore.model import Model, State, Step
    from pyspec.values import Value

__all__ = ["End", "Simulation", "Walk", "simulate", "walk"]


class End(enum.Enum):
    """Why a walk ends."""

    LENGTH = "length"  # it is as long as was asked for
    DEADLOCK = "deadlock"  # no action is enabled
    CONSTRAINT = "constraint"  # every step leads out of the constraints


@dataclass(frozen=True, slots=True)
class Walk:
    """An initial state and the steps taken from it."""

    initial: State
    steps: tuple[Step, ...]
    end: End


def walk(model: Model, *, seed: int, length: int) -> Walk:
    """Walk at most `length` steps, each chosen evenly among the different ones.

    Raises Mistake if no initial state is inside the constraints.
    """
    walker = _Walker(model, random.Random(seed), None)  # noqa: S311 - no secret
    return walker.walk(length)


def simulate(  # noqa: PLR0913 - settings of a simulation, all keyword-only
    model: Model,
    *,
    seed: int,
    walks: int,
    length: int,
    limits: Limits = NO_LIMITS,
    stop: StopEvent | None = None,
) -> Result:
    """Judge the states and steps of random walks; the first violation ends it.

    Walk n is that of `walk` with seed + n.  Temporal properties are not
    judged.  `generated` counts the states visited; `distinct` is 0, as
    nobody counts.  Without a violation the verdict is that there was none in
    these walks: it is never `exhaustive`.
    """
    simulation = Simulation(model, Watch(limits, stop))
    return simulation.run(range(seed, seed + walks), length)


class Simulation:
    """Random walks, and how far they got."""

    def __init__(self, model: Model, watch: Watch) -> None:
        self.model = model
        self.watch = watch
        self.done = self.generated = self.depth = 0
        self.walker = _Walker(model, random.Random(0), watch)  # noqa: S311 - no secret

    def progress(self) -> Progress:
        """Return how far it is; nobody counts distinct states."""
        visited = self.generated + len(self.walker.steps)
        return Progress(0, visited, 0, self.depth, self.watch.seconds)

    def run(self, seeds: Iterable[int], length: int) -> Result:
        """Walk once for each seed; the first violation ends it."""
        return blamed(self._run(seeds, length), self.model)

    def _run(self, seeds: Iterable[int], length: int) -> Result:
        try:
            for seed in seeds:
                self._one(seed, length)
        except Stopped as stopped:
            return self._result(stopped.cause, self._so_far(stopped.message))
        except Violation as violation:
            return self._violated(violation)
        except (Mistake, RecursionError) as error:
            return self._violated(of_error(error, self.walker.checks.doing))
        return self._result(Cause.NONE, f"no violation in {self.done:,} random walks")

    def _one(self, seed: int, length: int) -> None:
        self.walker = _Walker(self.model, random.Random(seed), self.watch)  # noqa: S311 - no secret
        try:
            self.walker.walk(length, judge=True)
        finally:
            visited = len(self.walker.steps) + (self.walker.initial is not None)
            self.generated += visited
            self.depth = max(self.depth, visited)
        self.done += 1

    def _so_far(self, why: str) -> str:
        return f"{why}: no violation in {self.done:,} random walks"

    def _violated(self, violation: Violation) -> Result:
        walker = self.walker
        behavior = None
        if walker.initial is not None:
            behavior = Counterexample(walker.initial, tuple(walker.steps))
        return self._result(
            violation.cause, violation.message, violation, counterexample=behavior
        )

    def _result(
        self,
        cause: Cause,
        message: str,
        violation: Violation | None = None,
        counterexample: Counterexample | None = None,
    ) -> Result:
        return Result(
            cause,
            message,
            violation.name if violation else None,
            counterexample,
            generated=self.generated,
            depth=self.depth,
            seconds=self.watch.seconds,
            error=violation.error if violation else None,
        )


class _Walker:
    """One walk; `initial` and `steps` are as far as it has come."""

    def __init__(self, model: Model, dice: random.Random, watch: Watch | None) -> None:
        self.model = model
        self.checks = Checks(model)
        self.initial: State | None = None
        self.steps: list[Step] = []
        self._dice = dice
        self._watch = watch

    def walk(self, length: int, *, judge: bool = False) -> Walk:
        here = self._begin(judge=judge)
        end = End.LENGTH
        while len(self.steps) < length and end is End.LENGTH:
            if self._watch is not None:
                self._watch.look()
            end, here = self._go_on(here, judge=judge)
        assert self.initial is not None  # noqa: S101 - _begin sets it
        return Walk(self.initial, tuple(self.steps), end)

    def _begin(self, *, judge: bool) -> State:
        starts = list(dict.fromkeys(self.model.initial_states()))
        if judge:
            for self.initial in starts:
                self.checks.initial_state(self.initial)
            self.initial = None
        inside = [state for state in starts if self.checks.admits(state)]
        if not inside:
            message = "no state satisfies the initial predicate, so there is no walk"
            raise (
                Violation(Cause.NO_INITIAL_STATE, message)
                if judge
                else Mistake(
                    message, hint="is Init, or a CONSTRAINT, FALSE for these constants?"
                )
            )
        self.initial = self._dice.choice(inside)
        return self.initial

    def _go_on(self, here: State, *, judge: bool) -> tuple[End, State]:
        steps = list(_in_order(self.model.successors(here)))
        if not steps:
            if judge and self.model.check_deadlock:
                raise Violation(Cause.DEADLOCK, "deadlock: no action is enabled")
            return End.DEADLOCK, here
        if judge:
            self._judge(here, steps)
        steps = [step for step in steps if self.checks.admits_step(here, step.state)]
        if not steps:
            return End.CONSTRAINT, here
        self.steps.append(self._dice.choice(steps))
        return End.LENGTH, self.steps[-1].state

    def _judge(self, here: State, steps: list[Step]) -> None:
        """Judge every step that could be taken, as it costs little more."""
        for step in steps:
            self.steps.append(step)
            self.checks.state(step.state)
            self.checks.step(here, step.state)
            self.steps.pop()


def _in_order(steps: Iterable[Step]) -> Iterator[Step]:
    """Return different steps by the model's order of actions and arguments.

    Where action and arguments do not tell steps apart, their states do, in
    canonical order.
    """
    groups: dict[tuple[str, tuple[Value, ...]], dict[Value, Step]] = {}
    for step in steps:
        group = groups.setdefault((step.action, step.arguments), {})
        group.setdefault(step.state, step)
    for group in groups.values():
        states = canonical(group) if len(group) > 1 else group
        yield from (group[state] for state in states)
