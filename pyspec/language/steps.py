"""Is this a step of that action?  A function for each action of a spec.

An action has two: a quick one (see `quick`), which answers for ordinary steps,
and the plain form of the action as a condition, which is asked where the quick
one fails, and says what is an error.  Both are kept as text, and compiled when
they are first needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from pyspec.language.actions import ActionEmitter
from pyspec.language.emit import Scope
from pyspec.language.quick.checks import QuickEmitter
from pyspec.language.quick.texts import NotQuickError
from pyspec.language.runtime import changes, ops
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.sets import plain
from pyspec.values import Fn
from pyspec.values.model import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from pyspec.language import ir
    from pyspec.language.emit import Linked, Recipe
    from pyspec.language.state import State

    Check = Callable[[State, tuple[Any, ...], State], bool]

__all__ = ["Checkable", "Surroundings", "checkables"]


@dataclass(frozen=True, slots=True)
class Form:
    """A text to be compiled, and the name of the function that it is for.

    - later: constants that are made when they are missed, and by which function
    - is_ordered: whether its values may depend on a spec's order of names
    """

    text: str
    name: str
    recipes: Mapping[str, Recipe]
    later: Mapping[str, str]
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Checkable:
    """An action with its two forms; `problem` says why there is none.

    It can be kept in a file.  `variables` is how many values a state has.
    """

    name: str
    parameters: tuple[str, ...]
    variables: int
    quick: Form | None = None
    plain: Form | None = None
    problem: str | None = None

    def checker(self, around: Surroundings) -> Check:
        """Return a function of a state, the arguments and the state after it.

        It says whether the action holds of the step, all of which is known.
        Raises Mistake for an action that has no such function; the function
        raises EvaluationError where the action has no value, and Mistake for
        arguments or states of another number than the action's.
        """
        if self.problem is not None:
            raise Mistake(f"{self.name} cannot be checked: {self.problem}")
        whole = Plain(self, around)
        return whole if self.quick is None else Quick(self.quick, whole).check


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the code of a spec needs to run.

    - space: all that it calls, and the values of constants
    - made: makes the object of a recipe
    - naming: a block in which names have the order that they have in the spec
    """

    space: Mapping[str, Any]
    made: Callable[[Recipe], object]
    naming: Callable[[], AbstractContextManager[object]]

    def compiled(self, form: Form, **others: object) -> dict[str, Any]:
        """Return a namespace of its own with what a text defines."""
        recipes = {name: self.made(recipe) for name, recipe in form.recipes.items()}
        own = {**self.space, **_HELPERS, **recipes, **others}
        exec(compile(form.text, "<step>", "exec"), own)  # noqa: S102 - names are ours
        return own


class Plain:
    """Evaluates an action as a condition."""

    def __init__(self, action: Checkable, around: Surroundings) -> None:
        self.action = action
        self.around = around

    def __call__(self, before: State, arguments: tuple[Any, ...], after: State) -> bool:
        """Whether it is a step; an error if it is neither that nor none."""
        self.refuse_numbers(before, arguments, after)
        try:
            with self.around.naming():
                return self.holds(*before, *after, *arguments)
        except RecursionError:
            raise EvaluationError(
                "this recursion is too deep",
                hint="does every recursive operator or function come to an end?",
            ) from None

    @cached_property
    def holds(self) -> Callable[..., bool]:
        """The function of all values."""
        form = self.action.plain
        assert form is not None  # noqa: S101 - there is one if no problem is
        found: Callable[..., bool] = self.around.compiled(form)[form.name]
        return found

    def refuse_numbers(
        self, before: State, arguments: tuple[Any, ...], after: State
    ) -> None:
        """Refuse arguments and states that cannot be the action's."""
        action = self.action
        if len(arguments) != len(action.parameters):
            raise Mistake(
                f"{action.name} is given {len(arguments)} arguments",
                expected=", ".join(action.parameters) or "none",
            )
        for state in (before, after):
            if len(state) != action.variables:
                raise Mistake(
                    f"a state is given {len(state)} values",
                    expected=f"{action.variables}, one for each variable",
                )


class Quick:
    """Runs the quick form, and knows what to do where it fails."""

    def __init__(self, form: Form, plain: Plain) -> None:
        self.plain = plain
        self.later = form.later
        self.naming = plain.around.naming
        self.own = plain.around.compiled(form, otherwise=self.otherwise)
        self.quick: Check = self.own[form.name]
        self.check = self.in_order if form.is_ordered else self.quick

    def in_order(self, before: State, arguments: tuple[Any, ...], after: State) -> bool:
        """Run it where names have their order."""
        with self.naming():
            return self.quick(before, arguments, after)

    def otherwise(
        self,
        error: Exception,
        before: State,
        arguments: tuple[Any, ...],
        after: State,
    ) -> bool:
        """Answer where the quick form fails: for want of a constant, or for good."""
        if isinstance(error, NameError) and self.make(error):
            return self.quick(before, arguments, after)
        return self.plain(before, arguments, after)

    def make(self, error: NameError) -> bool:
        """Make the constant that is missed, and those that it needs, if it has one."""
        name = error.name
        if name is None or name not in self.later:
            return False
        try:
            with self.naming():
                self.own[name] = self.own[self.later[name]]()
        except NameError as other:
            return self.make(other) and self.make(error)
        except Exception:  # noqa: BLE001 - the plain form meets it again
            return False
        return True


class Memo(dict[Any, Any]):
    """What a function gave, by its argument; forgotten when it becomes too much."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:  # noqa: ANN401 - values
        if len(self) >= _REMEMBERED:
            self.clear()
        value = self._make(key)
        if type(value) is Fn:  # a message, likely; bags have the same object then
            value = shared(plain(value))
        self[key] = value
        return value


_REMEMBERED: Final = 1 << 12
_HELPERS: Final[Mapping[str, object]] = {
    **{name: getattr(changes, name) for name in changes.__all__},
    "apply": changes.at,
    "except_at": ops.except_at,
    "Fn": Fn,
    "Memo": Memo,
}


# --------------------------------------------------------------------------
# Writing


def checkables(linked: Linked) -> dict[str, Checkable]:
    """Return what a module defines of action level, without operators as parameters."""
    emitter = ActionEmitter(linked)  # of which the others share what it finds out
    return {
        name: _checkable(emitter, name, definition)
        for name, definition in linked.module.definitions.items()
        if definition.level == _ACTION
        and not any(each.arity for each in definition.parameters)
    }


_ACTION: Final = 2


def _checkable(first: ActionEmitter, name: str, definition: ir.Definition) -> Checkable:
    linked = first.linked
    definition = linked.overrides.get(definition, definition)
    parameters = tuple(each.text for each in definition.parameters)
    variables = len(linked.module.variables)
    try:
        condition = _plain(first, definition)
    except Mistake as problem:
        return Checkable(name, parameters, variables, problem=str(problem))
    return Checkable(name, parameters, variables, _quick(first, definition), condition)


def _plain(first: ActionEmitter, definition: ir.Definition) -> Form:
    emitter = ActionEmitter(first.linked)
    emitter.uses, emitter.analysis = first.uses, first.analysis
    before = {each: emitter.new("s") for each in emitter.module.variables}
    after = {each: emitter.new("n") for each in emitter.module.variables}
    names = {each: emitter.new("p") for each in definition.parameters}
    if definition.body is None:
        raise emitter.mistake(f"{definition.name} has no definition", definition.at)
    for name in emitter.uses.primed(definition):
        what = f"{name.text} stands for an expression with a new value, not for a value"
        raise emitter.mistake(what, definition.at)
    scope = Scope(names=names, before=before, after=after)
    text = emitter.condition(definition.body, scope)
    function = emitter.new("i")
    inside = ", ".join([*before.values(), *after.values(), *names.values()])
    lines = [*emitter.lines, f"def {function}({inside}):", f"    return {text}", ""]
    return Form("\n".join(lines), function, emitter.recipes, {})


def _quick(first: ActionEmitter, definition: ir.Definition) -> Form | None:
    emitter = QuickEmitter(first.linked)
    emitter.uses, emitter.analysis = first.uses, first.analysis
    try:
        name = emitter.checker(definition)
    except (NotQuickError, Mistake):
        return None
    text = "\n".join(emitter.lines)
    return Form(text, name, emitter.recipes, emitter.later, emitter.is_ordered)
