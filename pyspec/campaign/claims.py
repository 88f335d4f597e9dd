"""The claims of a protocol, and whether the checker says what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspec.catalog import Says
from pyspec.errors import Exit, Mistake
from pyspec.language import modules_folder
from pyspec.tla2tools import Job, Verdict, read_config, run_all

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyspec.catalog import Claim, Protocol
    from pyspec.tla2tools import Config, Outcome, Progress, Toolchain


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run TLC: workers, seconds, MiB; the same for each claim."""

    workers: int | None = None
    timeout_s: float | None = None
    memory_mb: int | None = None
    coverage: bool = False


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim, what TLC said, and what of it is not as claimed (None if all is)."""

    claim: Claim
    outcome: Outcome
    unmet: str | None

    @property
    def exit(self) -> Exit:
        """Fine if met; else a violation, or whose fault it is that TLC failed.

        Of both engines the native one must have decided as well, and alike.
        """
        if self.outcome.difference is not None:
            return Exit.BUG
        undecided = [part.exit for part in self.outcome.parts[1:] if not decides(part)]
        return Exit.worst([self._exit, *undecided])

    @property
    def _exit(self) -> Exit:
        if self.unmet is None:
            return Exit.FINE
        return Exit.VIOLATION if decides(self.outcome) else self.outcome.exit


def decides(outcome: Outcome) -> bool:
    """Whether it is a verdict, and not an error or a limit."""
    return outcome.verdict in {Verdict.OK, Verdict.VIOLATED}


def check_claims(  # noqa: PLR0913 - one job's settings, and who listens
    protocol: Protocol,
    claims: Sequence[Claim],
    toolchain: Toolchain,
    *,
    settings: Settings,
    parallel: int = 1,
    progress: Callable[[int, Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[tuple[int, ClaimResult]]:
    """Run each claim; yield its index and result as they finish."""
    jobs = [job_of(protocol, claim, settings) for claim in claims]
    ran = run_all(toolchain, jobs, parallel=parallel, progress=progress, stop=stop)
    yield from results_of(claims, ran)


def results_of(
    claims: Sequence[Claim], ran: Iterable[tuple[int, Outcome]]
) -> Iterator[tuple[int, ClaimResult]]:
    """Hold outcomes, by the index of their claim, to what is claimed."""
    for index, outcome in ran:
        claim = claims[index]
        yield index, ClaimResult(claim, outcome, unmet(claim, outcome))


def job_of(protocol: Protocol, claim: Claim, settings: Settings) -> Job:
    """Return the run of TLC that decides a claim."""
    path = protocol.folder / claim.config
    if path.exists():
        refuse_unsound(read_config(path), path)
    return Job(
        module=protocol.model_module,
        config=path,
        library=(modules_folder(),),
        deadlock=claim.deadlock,
        workers=settings.workers or 1,
        timeout_s=settings.timeout_s,
        memory_mb=settings.memory_mb,
        coverage=settings.coverage,
        expected_states=claim.distinct,
    )


def unmet(claim: Claim, outcome: Outcome) -> str | None:
    """Say what is not as claimed; None if everything is."""
    wanted = Verdict.OK if claim.says is Says.HOLDS else Verdict.VIOLATED
    if outcome.verdict is not wanted:
        return f"expected: {expected(claim)}; found: {outcome.message}"
    if claim.says is Says.VIOLATES and outcome.property != claim.property:
        return (
            f"expected a violation of {claim.property}; "
            f"found one of {outcome.property or outcome.cause.value}"
        )
    if claim.distinct is not None and outcome.distinct != claim.distinct:
        return (
            f"expected {claim.distinct:,} distinct states; "
            f"found {outcome.distinct or 0:,}"
        )
    return None


def expected(claim: Claim) -> str:
    """Return what a claim expects, in words."""
    if claim.says is Says.HOLDS:
        return "holds"
    return f"violates {claim.property}"


def refuse_unsound(config: Config, path: Path) -> None:
    """Refuse liveness under a constraint, VIEW or SYMMETRY.

    TLC then reports false properties as true without a word.
    """
    reason = unsound(config)
    if reason:
        raise Mistake(
            f"it checks a property under {reason}; TLC's answer may be wrong then",
            file=path,
            hint="Bound a liveness model by budgets in guards instead.",
        )


def unsound(config: Config) -> str | None:
    """Name what makes a check of temporal properties unsound, if anything does."""
    if not config.properties:
        return None
    found = [
        name
        for name, present in (
            ("CONSTRAINT", config.constraints),
            ("ACTION_CONSTRAINT", config.action_constraints),
            ("VIEW", config.view),
            ("SYMMETRY", config.symmetry),
        )
        if present
    ]
    return " and ".join(found) or None
