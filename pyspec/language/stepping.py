"""Actions with arguments as generators of steps that look at what is observed.

`Spec.successors` gives every step.  A replay knows more: the action, some of
its arguments, and new values of some variables.  What is compiled here takes
them as given, so that a branch ends where a variable gets another value than
the one that was observed, and not after all combinations have been made.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import filterfalse
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.language.actions import Label
from pyspec.language.build import build
from pyspec.language.emit import Scope
from pyspec.language.link import Compiler
from pyspec.language.nesting import room_for_depth, within_limits
from pyspec.language.program import Program, Spec
from pyspec.language.properties import PropertyEmitter
from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.tree import Tree
from pyspec.values.names import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.language import ir
    from pyspec.language.actions import Continue
    from pyspec.language.state import State
    from pyspec.tla2tools import Config
    from pyspec.values import ModelValue, Value

__all__ = ["Look", "Stepping", "Steps", "link_steps"]

Look: TypeAlias = "Callable[[Value], bool] | None"
"""What is observed of the new value of a variable."""


@dataclass(frozen=True, slots=True)
class Stepping:
    """A compiled program, and what it has besides a `Program`.

    - steps: the names of generators, by the operators that they came from
    - functions: of functions of arguments and a state, likewise
    """

    program: Program
    steps: Mapping[str, str]
    functions: Mapping[str, str]


def link_steps(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    sources: Mapping[str, str],
    wanted: tuple[Sequence[str], Sequence[str]],
) -> Stepping:
    """Compile a module as `link` does, and some of its operators so.

    `wanted` are names of action operators and of state operators.
    """
    actions, functions = wanted
    with room_for_depth():
        compiler = Compiler(build(Tree(xml)), config, standard, sources, StepEmitter)
        emitter, of = compiler.emitter, compiler.definition
        assert isinstance(emitter, StepEmitter)  # noqa: S101 - it was given above
        steps = {name: emitter.steps(of(name, "action")) for name in actions}
        others = {name: emitter.value_of(of(name, "operator")) for name in functions}
        return Stepping(compiler.program(), steps, others)


class StepEmitter(PropertyEmitter):
    """Writes generators that take arguments and looks at new values."""

    looking = False

    def steps(self, definition: ir.Definition) -> str:
        """Write a generator of steps.

        Its parameters are the variables, those of the action, `looks` (for
        each variable a test of its new value, or None) and `only` (likewise
        the one new value that will do, in a tuple, or None).
        """
        name, code, self.code = self.new("g"), self.code, []
        scope, inside = self._scope(definition)
        assert definition.body is not None  # noqa: S101 - SANY gives operators bodies
        self.looking = True
        try:
            self.act(definition.body, scope, 1, Label(definition.name), self.finish)
        finally:
            self.looking = False
        written, self.code = within_limits(self.code, gives=True), code
        many = [str(v.number) for v in self.module.variables]
        looks = "".join(f"look{number}, " for number in many)
        only = "".join(f"only{number}, " for number in many)
        self.lines += [
            f"def {name}({', '.join([*inside, 'looks', 'only'])}):",
            "    if False: yield",
            f"    {looks} = looks" if many else "    pass",
            f"    {only} = only" if many else "    pass",
            *written,
            "",
        ]
        return name

    def value_of(self, definition: ir.Definition) -> str:
        """Write a function of a state and the operator's arguments."""
        name = self.new("f")
        scope, inside = self._scope(definition)
        assert definition.body is not None  # noqa: S101 - as above
        text = self.value(definition.body, scope)
        self.lines += [f"def {name}({', '.join(inside)}):", f"    return {text}", ""]
        return name

    @contextmanager
    def _blind(self) -> Iterator[None]:
        """Do not look: what is assigned here is no value of the step's end."""
        looking, self.looking = self.looking, False
        try:
            yield
        finally:
            self.looking = looking

    def attempt(self, node: ir.Node, scope: Scope, found: Continue) -> str:
        """Return a call that tries an action which is not taken."""
        with self._blind():
            return super().attempt(node, scope, found)

    def compose(
        self, node: ir.Builtin, scope: Scope, depth: int, label: Label, go: Continue
    ) -> None:
        r"""`A \cdot B` assigns each variable twice."""
        with self._blind():
            super().compose(node, scope, depth, label, go)

    def _scope(self, definition: ir.Definition) -> tuple[Scope, list[str]]:
        """Return what names mean inside, and the names of Python's parameters."""
        states = {variable: self.new("s") for variable in self.module.variables}
        given = {each: self.new("a") for each in definition.parameters}
        return Scope(names=given, before=states), [*states.values(), *given.values()]

    def choices(self, text: str, target: ir.Declared) -> str:
        """Take the one value that will do, if it is known."""
        if not self.looking:
            return super().choices(text, target)
        return f"chosen({text}, only{target.number})"

    def drawn_from(self, text: str) -> str:
        r"""Leave out what makes no difference.

        If names are exchanged, then for all that was drawn at once, so that only
        one of several can be had without loss to be any of a few.
        """
        if not self.looking or self.drawn:
            return super().drawn_from(text)
        return f"thinned({text})"

    def look(self, depth: int, target: ir.Declared, text: str) -> int:
        """Go on only with a value that is as observed."""
        if not self.looking:
            return super().look(depth, target, text)
        look = f"look{target.number}"
        self.put(depth, f"if {look} is None or {look}({text}):")
        return depth + 1


class Steps:
    """Compiled steps of one spec, ready to be taken.

    `chosen_among`: model values among which a CHOOSE has chosen though others
    would have done as well, which treats them unlike.
    """

    def __init__(self, stepping: Stepping) -> None:
        self.spec = Spec(stepping.program)
        self.chosen_among: set[ModelValue] = set()
        self._stepping = stepping
        self._spare: Callable[[Any], bool] | None = None
        space = self.spec._space  # noqa: SLF001 - of one package
        space.update(thinned=self._thinned, choose=self._choose)

    def taken(  # noqa: PLR0913, PLR0917 - what is known of a step
        self,
        name: str,
        state: State,
        arguments: Iterable[Value],
        looks: tuple[Look, ...],
        only: tuple[tuple[Value] | None, ...],
        spare: Callable[[Any], bool] | None = None,
    ) -> Iterator[State]:
        r"""Return the states that an action leads to; one may come several times.

        A variable that the action tests rather than assigns is not looked at:
        the caller looks at the whole state.  The first name that `\E` binds does
        not get values that are `spare`.
        """
        function = self._found(self._stepping.steps[name])
        given = function(*state, *arguments, looks, only)
        more = True
        while more:
            found = self._some(given, spare)
            yield from found
            more = len(found) == _AT_ONCE

    def _some(
        self, given: Iterator[Any], spare: Callable[[Any], bool] | None
    ) -> list[State]:
        """Return the next states; what it takes to evaluate is set up once for all."""
        self._spare = spare
        try:
            return [after for _, _, after in self.spec.named(given, _AT_ONCE)]
        finally:
            self._spare = None

    def value(self, name: str, state: State, arguments: Iterable[Value]) -> Value:
        """Return the value of a state operator."""
        function = self._found(self._stepping.functions[name])
        with self.spec.naming():
            found: Value = function(*state, *arguments)
            return found

    @property
    def symmetric(self) -> bool:
        """Whether no operator goes by an order of values, but for CHOOSE."""
        recipes = self._stepping.program.recipes.values()
        natives = (recipe.of for recipe in recipes if recipe.kind == "native")
        return all(
            module in _EVEN_HANDED or (module, name) in _EVEN_HANDED
            for module, name in natives
        )

    def _found(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = self.spec._space[name]  # noqa: SLF001 - of one package
        return found

    def _thinned(self, values: Iterable[Any]) -> Iterable[Any]:
        if self._spare is None:
            return values
        return filterfalse(self._spare, values)

    def _choose(
        self,
        values: Any,  # noqa: ANN401 - a set
        test: Callable[[Any], bool],
        at: object | None = None,
    ) -> Any:  # noqa: ANN401 - any value
        """Choose as ever, and note what else would have done."""
        chosen = ops.choose(values, test, at)
        names = self._names(chosen)
        if names:  # those that were noted before may stand before others now
            self.chosen_among |= self._as_good(values, test, chosen, names)
            if self.chosen_among >= self._all_names():
                self.spec._space["choose"] = ops.choose  # noqa: SLF001 - nothing is left to note
        return chosen

    def _as_good(
        self,
        values: Any,  # noqa: ANN401 - a set
        test: Callable[[Any], bool],
        chosen: Any,  # noqa: ANN401 - any value
        names: set[ModelValue],
    ) -> set[ModelValue]:
        """Return the names in what might have been chosen, if there is a choice."""
        others: set[ModelValue] = set()
        found = False
        for number, each in enumerate(sets.elements(values)):
            if number >= _MOST_LOOKED_AT:
                return self._all_names()
            try:
                fits = each != chosen and test(each)
            except EvaluationError:
                return self._all_names()
            if fits:
                found, others = True, others | self._names(each)
        return names | others if found else set()

    def _all_names(self) -> set[ModelValue]:
        return names_in(tuple(self.spec.constants.values()))

    def _names(self, value: Any) -> set[ModelValue]:  # noqa: ANN401 - any value
        """Return the names in a value; all that there are, if it cannot be built."""
        try:
            return names_in(sets.plain(value))
        except EvaluationError:
            return self._all_names()


_AT_ONCE: Final = 256
_MOST_LOOKED_AT: Final = 1000
_EVEN_HANDED: Final = {
    "Naturals",
    "Integers",
    "Reals",
    "Sequences",
    "FiniteSets",
    "Bags",
    ("TLC", ":>"),
    ("TLC", "@@"),
    ("TLC", "Assert"),
}
"""Standard modules, or operators of them, that treat all model values alike."""
