"""A spec compiled for what traces ask of it.

A module that extends the spec has an operator for each form in which a trace
calls an action (which arguments it knows), with the formula that TLC would be
asked; it is compiled once, and what is known is given to it as values.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from pyspec.conformance.module import Formulas, Literals, drawn_at, model_values
from pyspec.conformance.read_order import read_order
from pyspec.conformance.said import (
    Heard,
    calls_of,
    distinct,
    observations_of,
    values_of,
)
from pyspec.conformance.walk import ANY, Asking, shape_of
from pyspec.errors import Mistake, Unavailable
from pyspec.language.load import Source, stepping
from pyspec.language.stepping import Steps
from pyspec.tla2tools import Config
from pyspec.tla2tools.modules import search_path
from pyspec.tla2tools.process import Workspace
from pyspec.values import ModelValue, show
from pyspec.values.names import Renaming

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.conformance.footprint import Reader
    from pyspec.conformance.question import Spec
    from pyspec.conformance.walk import Shape
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Trace
    from pyspec.values import Value

__all__ = ["Asker"]

_NAME: Final = "PyspecSteps"

_REMEMBERED: Final = 1 << 12
"""Values of traces that are kept with their names replaced by what they mean."""


class Asker:
    """Compiles one spec with one set of constants, and again if more is asked.

    `toolchain` is asked for only if SANY must run.
    """

    def __init__(
        self,
        spec: Spec,
        constants: Mapping[str, Value],
        toolchain: Callable[[], Toolchain],
        stop: threading.Event | None = None,
    ) -> None:
        self.facts = spec.facts
        self.constants = constants
        self._spec = spec
        self._words = read_order(spec, constants)
        self._toolchain = toolchain
        self._stop = stop
        self._shapes = set(self._usual())
        self._roots: set[str] = set()
        self._named: set[str] = set()
        self.made: Asking | None = None
        self.heard = Heard()

    @classmethod
    def of(
        cls,
        spec: Spec,
        constants: Mapping[str, Value],
        toolchain: Callable[[], Toolchain],
        stop: threading.Event | None = None,
    ) -> Asker:
        """Return the one that was made for this spec and these constants, or one."""
        key = repr(sorted((name, show(value)) for name, value in constants.items()))
        if key not in spec.compiled:
            spec.compiled[key] = cls(spec, constants, toolchain, stop)
        return spec.compiled[key]

    def asking(self, traces: Sequence[Trace]) -> Asking:
        """Return the compiled spec, which knows all that these traces ask.

        Raises Mistake for constants that do not fit the spec, and
        EvaluationError for those that have no value.
        """
        traces = [replace(t, events=tuple(distinct(t.events))) for t in traces]
        new = [
            self._added(self._shapes, {s for t in traces for s in self._called(t)}),
            self._added(self._roots, {r for t in traces for r in self._observed(t)}),
            self._added(self._named, {n for t in traces for n in self._meant(t)}),
        ]
        if self.made is None or any(new):
            self.made = self._compiled()
        return self.made

    @staticmethod
    def _added(known: set[Any], asked: set[Any]) -> bool:
        more = asked - known
        known |= more
        return bool(more)

    # ------------------------------------------------------------ what is asked

    def _usual(self) -> Iterator[Shape]:
        """Return each action with all its arguments known, and with none.

        Most traces ask no more, so that what is compiled for one serves others.
        """
        for action in self.facts.actions:
            if action not in self.facts.operators:
                continue  # it is LOCAL: nobody can name it
            arity = len(self.facts.operators[action].parameters)
            yield action, (True,) * arity
            with contextlib.suppress(Mistake):  # from where nothing can be drawn
                drawn_at(self.facts, action)
                yield action, (False,) * arity

    def _called(self, trace: Trace) -> Iterator[Shape]:
        return (shape_of(call, self.facts) for call in calls_of(trace))

    def _observed(self, trace: Trace) -> Iterator[str]:
        roots = (observation.path.root for observation in observations_of(trace))
        return (root for root in roots if root not in self.facts.variables)

    def _meant(self, trace: Trace) -> Iterator[str]:
        """Return names in values that the spec gives a meaning to."""
        own = frozenset().union(*map(model_values, self.constants.values()))
        for value in values_of(trace):
            yield from (model_values(value) - own) & self.facts.nullary

    # ------------------------------------------------------------ compiling

    def _compiled(self) -> Asking:
        names = _numbered("pxS", sorted(self._shapes))
        roots = _numbered("pxO", sorted(self._roots))
        named = _numbered("pxN", sorted(self._named))
        bodies = [
            f"{ANY} == {self.facts.next}",
            *(self._step(shape, name) for shape, name in names.items()),
            *(self._root(root, name) for root, name in roots.items()),
            *(f"{name} == {word}" for word, name in named.items()),
        ]
        wanted = (ANY, *names.values()), (*roots.values(), *named.values())
        steps = self.steps(bodies, wanted)
        steps.spec.check_assumptions()
        state = next(steps.spec.initial_states(), None) if named else None
        meanings = {
            ModelValue(word): steps.value(name, state, ())
            for word, name in named.items()
            if state is not None
        }
        renaming = Renaming(meanings, _REMEMBERED)
        reader = cache(partial(self._reader, bodies))
        return Asking(self.facts, steps, names, roots, renaming, reader)

    def steps(
        self,
        bodies: Sequence[str],
        wanted: tuple[Sequence[str], Sequence[str]],
        more: Mapping[str, Value] | None = None,
    ) -> Steps:
        """Compile definitions beside the spec; `more` are further constants."""
        with self._source(bodies, more or {}) as source:
            return Steps(stepping(source, wanted, self._toolchain, stop=self._stop))

    @contextlib.contextmanager
    def _source(
        self, bodies: Sequence[str], more: Mapping[str, Value]
    ) -> Iterator[Source]:
        text = "\n".join([*self._head(more), *bodies, "====", ""])
        with Workspace() as workspace:
            module = workspace.path / f"{_NAME}.tla"
            module.write_text(text, encoding="utf-8")
            config = Config(
                init="pxInit",
                next="pxNext",
                constants={**self.constants, **more},
                overrides=dict(self._spec.overrides),
                words=self._words,
            )
            library = (self._spec.path.absolute().parent, *self._spec.library)
            yield Source(module, config, search_path(module, library))

    def _reader(self, bodies: Sequence[str]) -> Reader | None:
        """Return what reads footprints off what was compiled; None without SANY."""
        from pyspec.conformance.footprint import Reader  # noqa: PLC0415 - few need it
        from pyspec.conformance.reading import read_module  # noqa: PLC0415 - likewise

        numbers = {name: n for n, name in enumerate(self.facts.variables)}
        try:
            with self._source(bodies, {}) as source:
                module, standard = read_module(source, self._toolchain, self._stop)
        except (Mistake, Unavailable):
            return None
        return Reader(module, numbers, self.constants, standard)

    def _head(self, more: Mapping[str, Value]) -> list[str]:
        return [
            f"---- MODULE {_NAME} ----",
            f"EXTENDS {self.facts.module}",
            *([f"CONSTANTS {', '.join(more)}"] if more else []),
            "pxTLC == INSTANCE TLC",
            "pxInt == INSTANCE Integers",
            "pxSeq == INSTANCE Sequences",
            f"pxInit == {self.facts.init}",
            f"pxNext == {self.facts.next}",
        ]

    def _step(self, shape: Shape, name: str) -> str:
        action, known = shape
        texts = [f"pxA_{n}" if is_known else None for n, is_known in enumerate(known)]
        given = [text for text in texts if text]
        formulas = Formulas(self.facts, Literals())
        return f"{_head_of(name, given)} == {formulas.shaped(action, texts)}"

    def _root(self, root: str, name: str) -> str:
        arity = len(self.facts.operators[root].parameters)
        given = [f"pxA_{n}" for n in range(arity)]
        return f"{_head_of(name, given)} == {_head_of(root, given)}"


def _head_of(name: str, parameters: Sequence[str]) -> str:
    return f"{name}({', '.join(parameters)})" if parameters else name


def _numbered(prefix: str, things: Sequence[Shape] | Sequence[str]) -> dict[Any, str]:
    return {thing: f"{prefix}_{number}" for number, thing in enumerate(things)}
