"""What decides: TLC, the native engine, or both, behind one way to run jobs."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.cli.options import find_toolchain
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspec.tla2tools import Job, Outcome, Progress, Toolchain

ENGINES: Final = ("tlc", "native", "both")


@dataclass(frozen=True)
class Engine:
    """An engine by its name, with the options that are its own."""

    name: str
    java: Path | None = None
    jar: Path | None = None
    depth_first: bool = False
    allow_io: bool = False

    @functools.cached_property
    def toolchain(self) -> Toolchain:
        """Java and jar; looked for when something needs them."""
        return find_toolchain(self.java, self.jar)

    def run_all(
        self,
        jobs: Sequence[Job],
        *,
        parallel: int = 1,
        progress: Callable[[int, Progress], None] | None = None,
    ) -> Iterator[tuple[int, Outcome]]:
        """Run jobs; yield (index, outcome) as they end."""
        if self.name == "tlc":
            from pyspec.tla2tools import run_all

            yield from run_all(
                self.toolchain, jobs, parallel=parallel, progress=progress
            )
            return
        from pyspec.campaign import native

        how = native.Native(depth_first=self.depth_first, allow_io=self.allow_io)
        if self.name == "native":
            yield from native.run_all(
                jobs, toolchain=lambda: self.toolchain, how=how, progress=progress
            )
            return
        from pyspec.campaign.both import Both
        from pyspec.report.difference import write

        both = Both(self.toolchain, how, functools.partial(write, self.toolchain))
        yield from both.run_all(jobs, parallel=parallel, progress=progress)


def refuse_options(engine: str, given: Mapping[str, object]) -> None:
    """Mistake for an option that the engine has no use for."""
    for name, value in given.items():
        if value and name in _TLC_ONLY and engine == "native":
            raise Mistake(
                f"{name} is TLC's: the native engine has no use for it",
                hint=_TLC_ONLY[name],
            )
        if value and name in _NATIVE_ONLY and engine == "tlc":
            raise Mistake(
                f"{name} is for the native engine", hint="Add --engine native."
            )
    if engine == "both" and given.get("--simulate"):
        raise Mistake(
            "--simulate walks at random, and so each engine on other ways",
            hint="Take one engine: --engine tlc or --engine native.",
        )


_TLC: Final = "Leave it out, or take --engine tlc."
_TLC_ONLY: Final = {
    "--workers": "It has one thread.",
    "--jobs": "It checks one cfg after the other.",
    "--coverage": _TLC,
    "--dump": _TLC,
    "--checkpoint": _TLC,
    "--recover": _TLC,
}
_NATIVE_ONLY: Final = frozenset({"--depth-first", "--allow-io"})
