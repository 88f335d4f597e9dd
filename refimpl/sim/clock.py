"""Simulated time: what is to happen, in order."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """The time in nanoseconds, and what is scheduled.

    What is scheduled for the same instant happens in the order of scheduling.
    """

    def __init__(self) -> None:
        self.now_ns = 0
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._scheduled = 0

    def after(self, delay_ns: int, happening: Callable[[], None]) -> None:
        """Let it happen so much later; ValueError for a time in the past."""
        if delay_ns < 0:
            raise ValueError(f"cannot schedule {-delay_ns} ns in the past")
        self._scheduled += 1
        heapq.heappush(
            self._queue, (self.now_ns + delay_ns, self._scheduled, happening)
        )

    def step(self) -> bool:
        """Let the next thing happen; False if nothing is left."""
        if not self._queue:
            return False
        self.now_ns, _, happening = heapq.heappop(self._queue)
        happening()
        return True
