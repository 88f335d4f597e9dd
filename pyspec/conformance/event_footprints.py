"""The footprints of an execution's events, read off the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.conformance.footprint import Reader, joined, with_observed
from pyspec.conformance.independence import Independence
from pyspec.conformance.module import Formulas, Literals
from pyspec.conformance.said import calls_of
from pyspec.conformance.walk import shape_of
from pyspec.language.build import build
from pyspec.language.library import modules_folder
from pyspec.language.load import Standard
from pyspec.language.nesting import room_for_depth
from pyspec.language.tree import Tree
from pyspec.tla2tools import sany
from pyspec.tla2tools.modules import involved, search_path
from pyspec.tla2tools.process import Workspace
from pyspec.trace.model import AnyStep, Skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.conformance.causality import Execution
    from pyspec.conformance.footprint import Footprint
    from pyspec.conformance.question import Question
    from pyspec.conformance.walk import Asking, Shape
    from pyspec.language import ir
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Event, Observation, Step

__all__ = ["EventFootprints"]

_NAME: Final = "PyspecFootprints"


class EventFootprints:
    """Footprints of the events and silent steps of a question's trace.

    What uses a constant that a cfg gives by an operator may do anything.
    """

    def __init__(
        self, question: Question, asking: Asking, toolchain: Callable[[], Toolchain]
    ) -> None:
        self.asking = asking
        self.facts = question.spec.facts
        shapes = {shape_of(call, self.facts) for call in calls_of(question.trace)}
        self.names = {shape: f"pxF_{n}" for n, shape in enumerate(sorted(shapes))}
        numbers = {name: n for n, name in enumerate(self.facts.variables)}
        with room_for_depth():
            module, standard = self._module(question, toolchain)
        self.reader = Reader(module, numbers, question.constants, standard)
        self.known: dict[object, Footprint] = {}

    def _module(
        self, question: Question, toolchain: Callable[[], Toolchain]
    ) -> tuple[ir.Module, Callable[[str], bool]]:
        """Return the spec with an operator for each form of a call."""
        formulas = Formulas(self.facts, Literals())
        bodies = (self._body(shape, n, formulas) for shape, n in self.names.items())
        text = "\n".join(
            [f"---- MODULE {_NAME} ----", f"EXTENDS {self.facts.module}", *bodies]
        )
        spec = question.spec
        with Workspace() as workspace:
            file = workspace.path / f"{_NAME}.tla"
            file.write_text(f"{text}\n====\n", encoding="utf-8")
            folders = search_path(file, (spec.path.absolute().parent, *spec.library))
            xml = sany.export_xml(toolchain(), file, folders[1:])
            files = involved(file, folders)
            own = {n for n, each in files.items() if each.parent != modules_folder()}
        return build(Tree(xml)), Standard(frozenset(own), frozenset(files) - own)

    @staticmethod
    def _body(shape: Shape, name: str, formulas: Formulas) -> str:
        action, known = shape
        texts = [f"pxA_{n}" if is_known else None for n, is_known in enumerate(known)]
        given = [text for text in texts if text]
        head = f"{name}({', '.join(given)})" if given else name
        return f"{head} == {formulas.shaped(action, texts)}"

    def independence(self, execution: Execution) -> Independence:
        """Return what is independent of what in an execution of such events."""
        with room_for_depth():
            events = [
                [self.of(event) for event in log.events] for log in execution.logs
            ]
            silent = [self.of_step(each.call) for each in execution.header.silent]
        return Independence(execution, events, silent)

    def of(self, event: Event) -> Footprint:
        """Return the footprint of an event: its steps, and what was observed."""
        key = event.steps, event.observations
        if key not in self.known:
            seen = joined(map(self._seen, event.observations))
            steps = [self.of_step(step) for step in event.steps]
            step = steps[0] if len(steps) == 1 else joined(steps)
            self.known[key] = with_observed(step, seen)
        return self.known[key]

    def of_step(self, step: Step) -> Footprint:
        """Return the footprint of a step alone."""
        if isinstance(step, Skip):
            return {}
        if isinstance(step, AnyStep):
            return self.reader.everything
        if step not in self.known:
            name = self.names[shape_of(step, self.facts)]
            arguments = self.asking.arguments(step)
            self.known[step] = self.reader.action(name, arguments)
        return self.known[step]

    def _seen(self, given: Observation) -> Footprint:
        return self.reader.observation(self.asking.observation(given))
