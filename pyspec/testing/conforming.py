"""Traces, held to their spec in a test."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec import catalog
from pyspec.campaign.drawn import run
from pyspec.conformance import Judgement, Limits, NativeEngine, ask, load_spec
from pyspec.conformance.prose import lines_of
from pyspec.errors import Mistake
from pyspec.tla2tools import find_toolchain

if TYPE_CHECKING:
    from pyspec.conformance import Question, Spec
    from pyspec.trace.model import Trace

__all__ = ["DoesNotConform", "assert_conforms", "run"]

_SHORT: Final = Limits(unbounded_s=0, explained=0)


class DoesNotConform(AssertionError):
    """A trace is no behavior of its spec, or owes an action, or nobody knows.

    Why is looked for when it is printed: a test that shrinks raises many of these
    and shows one.
    """

    def __init__(self, headline: str, question: Question) -> None:
        super().__init__(headline)
        self.question = question

    @functools.cached_property
    def _told(self) -> str:
        (verdict,) = NativeEngine(find_toolchain).decide([self.question])
        return "\n".join(lines_of(verdict))

    def __str__(self) -> str:
        return self._told


def assert_conforms(trace: Trace, spec: Path | str | None = None) -> None:
    """Fail unless the trace is a behavior of its spec that owes nothing.

    `spec` is a file or a slug; without one the trace's module is looked up in the
    catalogue.  The AssertionError says what replay says.  What cannot be decided
    is a failure, too.
    """
    question = ask(_spec(_found(trace.module) if spec is None else spec), trace)
    (verdict,) = NativeEngine(find_toolchain, _SHORT).decide([question])
    if verdict.headline != Judgement.CONFORMS.value:
        raise DoesNotConform(verdict.headline, question)


def _found(module: str) -> str:
    """Return the slug of the one protocol that has this module; else a Mistake."""
    slugs = _slugs(module)
    if len(slugs) == 1:
        return slugs[0]
    raise Mistake(
        f"module {module} is that of {' and '.join(slugs)}"
        if slugs
        else f"no protocol of the catalogue has a module {module}",
        hint='Say which spec it is: assert_conforms(trace, "FILE.tla").',
    )


@functools.cache
def _slugs(module: str) -> tuple[str, ...]:
    """Look them up once: a test that shrinks asks hundreds of times."""
    return tuple(each.slug for each in catalog.protocols() if each.module == module)


@functools.cache
def _spec(named: Path | str) -> Spec:
    """Read a spec once: what the engine makes of it is kept with it."""
    is_file = isinstance(named, Path) or named.endswith(".tla")
    path = Path(named) if is_file else catalog.find(str(named)).spec
    return load_spec(find_toolchain, path)
