"""`pyspec replay --minimize`: what of a rejected trace is needed for that."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, Self

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.conformance import Verdict
    from pyspec.conformance.minimize import Core
    from pyspec.tla2tools import Toolchain

__all__ = [
    "SECONDS",
    "Cores",
    "check_reductions",
    "core_json",
    "core_lines",
    "write_core",
]

SECONDS: Final = 60.0
"""For each trace, unless --timeout says otherwise."""
SCREEN: Final = 30
"""Lines of a core that are shown, unless --verbose asks for all."""


class Cores(dict[int, "Core | None"]):
    """The cores of rejected traces by their place, each made when it is asked for.

    None for one that has none.  So a verdict is told before its core is looked for.
    """

    def __init__(
        self,
        verdicts: Sequence[Verdict],
        toolchain: Callable[[], Toolchain],
        seconds: float | None,
        *,
        quiet: bool,
    ) -> None:
        super().__init__()
        self._verdicts = verdicts
        self._toolchain = toolchain
        self._seconds = seconds or SECONDS
        self._quiet = quiet

    def __missing__(self, place: int) -> Core | None:
        """Make a core."""
        from pyspec.conformance.minimize import minimize
        from pyspec.report.progress import Reporter

        verdict, most = self._verdicts[place], self._seconds
        with Reporter(["replay"], quiet=self._quiet) as reporter:
            name = verdict.question.name
            reporter.say(0, f"minimizing {name}, for {most:g} s at most")
            found = minimize(verdict, self._toolchain, seconds=most)
        return self.setdefault(place, found)

    def made(self) -> Self:
        """Make all that are not made yet."""
        from pyspec.conformance import Judgement

        for place, verdict in enumerate(self._verdicts):
            if verdict.judgement is Judgement.REJECTED:
                self[place]
        return self


def check_reductions(
    output: str | None, *, minimize: bool, coverage: bool, follow: bool
) -> None:
    """Refuse what is said of a core or of coverage that there will not be."""
    if output is not None and not minimize:
        raise Mistake("--output is for the core of a trace", hint="Add --minimize.")
    if follow and (minimize or coverage):
        raise Mistake(
            "--minimize and --coverage are of whole traces",
            hint="Leave out --follow.",
        )


def core_lines(core: Core | None, *, verbose: bool = False) -> Iterator[str]:
    """Return a core for people: what is left, and how much that is.

    It fits on a screen, unless `verbose` asks for all of it.
    """
    from pyspec.trace import write_trace

    if core is None:
        yield "  This rejection is not one of single events; it is not minimized."
        return
    left = ", ".join(
        f"{core.kept[kind]} of {core.said[kind]} {kind.value}" for kind in core.said
    )
    yield f"  core: {left or 'nothing'} {_are(core)}"
    try:
        text = write_trace(core.trace)
    except Mistake as error:
        yield f"    This core cannot be written as text: {error.message}"
        return
    lines = [line for line in text.splitlines() if not line.startswith("META")]
    most = len(lines) if verbose else SCREEN
    for line in lines[:most]:
        yield f"    {line}".rstrip()
    if len(lines) > most:
        left_out = len(lines) - most
        yield f"    (... {left_out} lines more: --verbose, or -o FILE for a file)"


def _are(core: Core) -> str:
    if core.minimal:
        return "are needed"
    return "are left; time or states did not suffice to know if fewer would do"


def core_json(core: Core | None) -> dict[str, Any] | None:
    """Return what `--json` says of a core."""
    from pyspec.trace import write_trace

    if core is None:
        return None
    text = None
    with contextlib.suppress(Mistake):  # no text can hold it
        text = write_trace(core.trace)
    return {
        "trace": text,
        "minimal": core.minimal,
        "kept": {kind.value: core.kept[kind] for kind in core.said},
        "said": {kind.value: core.said[kind] for kind in core.said},
        "trials": core.trials,
        "seconds": round(core.seconds, 3),
    }


def write_core(cores: Mapping[int, Core | None], output: str) -> None:
    """Write the one core to a file; Mistake if there are none or several."""
    from pyspec.cli.convert_command import write_whole
    from pyspec.trace import write_trace

    found = [core for core in cores.values() if core is not None]
    if len(found) != 1:
        raise Mistake(
            "--output is for the core of one rejected trace",
            found=f"{len(found)} of them",
            hint="Name one trace at a time.",
        )
    write_whole(output, write_trace(found[0].trace))
