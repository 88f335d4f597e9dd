"""Compiled specs: as they are kept, and as they are used.

A `Program` is text and tables and can be written to a file.  Its `spec()` is
alive: it enumerates initial states and successors, judges steps, and evaluates
what the cfg names.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from pyspec.errors import Bug, Mistake
from pyspec.language import temporal
from pyspec.language.nesting import room_for_depth
from pyspec.language.pieces import parts_of, pieces_of
from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import native
from pyspec.language.runtime.order import Appearance, Naming
from pyspec.language.state import State, Step
from pyspec.language.symmetry import representative
from pyspec.values import FALSE, TRUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.language.emit import Recipe
    from pyspec.language.pieces import Part, Piece
    from pyspec.language.reasons import Reason
    from pyspec.language.steps import Checkable
    from pyspec.language.temporal import Formula
    from pyspec.language.twin import Twin
    from pyspec.trace.model import Location
    from pyspec.values import Value

__all__ = ["Action", "Assumption", "Program", "Spec", "State", "Step"]


class Action(NamedTuple):
    """An operator that names steps; `comment` stands above it in its module."""

    name: str
    parameters: tuple[str, ...]
    location: Location | None
    comment: str


class Assumption(NamedTuple):
    """An ASSUME, and the function that tells whether it holds."""

    name: str | None
    location: Location | None
    function: str


@dataclass(frozen=True, slots=True)
class Program:
    """A module with its cfg, compiled to Python source.

    - constants: the value of each declared constant of the root, by its name
      in the source
    - recipes: what else the source needs, by its name there
    - initial, next: names of generators; None if the cfg has no behavior
    - invariants, constraints, action_constraints, view, symmetry: names of
      functions of a state, of a step, or of nothing
    - initial_properties, step_properties, temporal, fairness: Python text
    - properties: the names of what these came from, and some of the invariants
    - impure: whether an evaluation may give another value each time
    - names: strings and names in the order that TLC meets them
    - checkables: actions as tests of a step, by their names
    """

    module: str
    variables: tuple[str, ...]
    declared: tuple[tuple[str, str], ...]
    actions: tuple[Action, ...]
    source: str
    recipes: Mapping[str, Recipe]
    constants: Mapping[str, Value]
    initial: str | None = None
    next: str | None = None
    invariants: Mapping[str, str] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    action_constraints: tuple[str, ...] = ()
    view: str | None = None
    symmetry: str | None = None
    assumptions: tuple[Assumption, ...] = ()
    initial_properties: Mapping[str, str] = field(default_factory=dict)
    step_properties: Mapping[str, str] = field(default_factory=dict)
    temporal: Mapping[str, str] = field(default_factory=dict)
    properties: tuple[str, ...] = ()
    fairness: tuple[str, ...] = ()
    check_deadlock: bool = True
    impure: bool = False
    names: tuple[str, ...] = ()
    checkables: Mapping[str, Checkable] = field(default_factory=dict)

    def spec(self) -> Spec:
        """Return the spec; Mistake if an assumption is false."""
        found = Spec(self)
        found.check_assumptions()
        return found


class Spec:
    """A spec with constants, ready to be walked.

    States are tuples of values in the order of `variables`.  Everything here
    is pure; an EvaluationError is raised where the spec has no value.
    """

    twin: Callable[[], Twin] | None = None
    """Makes what is asked for places and reasons; whoever loads it knows how."""

    evaluator: Callable[[], Callable[[str, State], Value]] | None = None
    """Makes what evaluates text, likewise."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.source = program.source
        self._appearance = Appearance(program.names)
        self._space = _namespace(program)
        with room_for_depth():
            code = compile(program.source, f"<{program.module}>", "exec")
        exec(code, self._space)  # noqa: S102 - all names in it are ours

    @property
    def name(self) -> str:
        """The root module."""
        return self.program.module

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, in the order of their declarations."""
        return self.program.variables

    @cached_property
    def constants(self) -> Mapping[str, Value]:
        """The value of each declared constant that is no operator."""
        with self.naming():
            return {
                name: sets.plain(
                    self._space[text]() if text[0] == "v" else self._space[text]
                )
                for name, text in self.program.declared
            }

    @property
    def actions(self) -> tuple[Action, ...]:
        """The operators that name steps, in the order in which Next has them."""
        return self.program.actions

    @property
    def has_behaviors(self) -> bool:
        """Whether the cfg names Init and Next; else only its ASSUMEs say anything."""
        return self.program.initial is not None

    # ------------------------------------------------------------ walking

    def initial_states(self) -> Iterator[State]:
        """Return the initial states; one may come several times."""
        if self.program.initial is not None:
            found = self._space[self.program.initial]()
            for _, _, state in self._named(found):
                yield state

    def successors(self, state: State) -> Iterator[Step]:
        """Return the steps from a state; one may come several times."""
        if self.program.next is not None:
            found = self._space[self.program.next](*state)
            yield from map(Step._make, self._named(found))

    def is_step(self, state: State, after: State) -> bool:
        """Whether Next allows this step; stuttering only if Next says so."""
        return any(step.state == after for step in self.successors(state))

    def step_checker(
        self, action: str
    ) -> Callable[[State, tuple[Value, ...], State], bool]:
        """Return what says whether an action holds of a step: see `steps`."""
        from pyspec.language.steps import Surroundings  # noqa: PLC0415 - few need it

        found = self.program.checkables.get(action)
        if found is None:
            raise Mistake(f"{action} is no action of {self.name}")
        return found.checker(Surroundings(self._space, _made, self.naming))

    def enabled(self, state: State) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        """Return actions with arguments that lead somewhere from a state."""
        found = ((step.action, step.arguments) for step in self.successors(state))
        return tuple(dict.fromkeys(found))

    def evaluate(self, text: str, state: State) -> Value:
        """Return the value of TLA+ text in a state.

        The text may mention all that the root module defines, and no primes.
        Raises Mistake if it cannot be parsed, or was given a spec that was not
        loaded from a file, and EvaluationError if it has no value.
        """
        if self.evaluator is None:
            raise Mistake(
                "this spec cannot evaluate text", expected="one that pyspec.load gave"
            )
        with self.naming(), _finite():
            return self._evaluator(text, state)

    @cached_property
    def _evaluator(self) -> Callable[[str, State], Value]:
        assert self.evaluator is not None  # noqa: S101 - the caller looked
        return self.evaluator()

    def naming(self) -> Naming:
        """Choose among names in this spec's order while in this block."""
        return Naming(self._appearance)

    def named(self, found: Iterator[Any], most: int) -> list[Any]:
        """Return so many of what a generator gives, run in this spec's order."""
        with self.naming(), _finite():
            return list(islice(found, most))

    def _named(self, found: Iterator[Any]) -> Iterator[Any]:
        """Return what a generator gives, run in this spec's order of names."""
        while True:
            with self.naming(), _finite():
                item = next(found, _END)
            if item is _END:
                return
            yield item

    # ------------------------------------------------------------ judging

    @cached_property
    def invariants(self) -> Mapping[str, Callable[[State], bool]]:
        """Predicates on every reachable state."""
        named = self.program.invariants
        return {name: _on_state(self._space[text]) for name, text in named.items()}

    @cached_property
    def initial_properties(self) -> Mapping[str, Callable[[State], bool]]:
        """Properties that are about initial states only."""
        return self._evaluated(self.program.initial_properties)

    @cached_property
    def step_properties(self) -> Mapping[str, Callable[[State, State], bool]]:
        """Properties `[][A]_v`, as the predicate `[A]_v` on a step."""
        return self._evaluated(self.program.step_properties)

    @cached_property
    def temporal(self) -> Mapping[str, Formula]:
        """Temporal properties by name."""
        return self._evaluated(self.program.temporal)

    @cached_property
    def fairness(self) -> Sequence[Formula]:
        """What Spec assumes of behaviors besides Init and Next."""
        texts = dict(enumerate(self.program.fairness))
        return tuple(self._evaluated(texts).values())

    @property
    def properties(self) -> tuple[str, ...]:
        """The names of the cfg's properties, however they are checked."""
        return self.program.properties

    def _evaluated(self, texts: Mapping[Any, str]) -> dict[Any, Any]:
        with self.naming(), _finite():
            return {name: eval(text, self._space) for name, text in texts.items()}  # noqa: S307 - our own text

    # ------------------------------------------------------------ why

    def locate(
        self,
        error: BaseException,
        doing: str | None,
        state: State | None = None,
        after: State | None = None,
    ) -> BaseException:
        """Return an error with its place, if that can be told: see `twin`."""
        if self.twin is None:
            return error
        return self._asked.locate(error, doing, state, after)

    def explain(
        self, name: str, state: State, after: State | None = None
    ) -> Reason | None:
        """Return why a predicate is true or false in a state, or of a step."""
        return None if self.twin is None else self._asked.explain(name, state, after)

    def explain_step(
        self, action: str, arguments: tuple[Value, ...], before: State, after: State
    ) -> Reason | None:
        """Return why a step is one by this action with these arguments, or not."""
        if self.twin is None:
            return None
        return self._asked.explain_step(action, arguments, before, after)

    @cached_property
    def _asked(self) -> Twin:
        assert self.twin is not None  # noqa: S101 - the callers looked
        return self.twin()

    # ------------------------------------------------------------ what cuts

    @cached_property
    def constraints(self) -> tuple[Callable[[State], bool], ...]:
        """CONSTRAINT: a state outside is checked, but not explored further."""
        return tuple(_on_state(self._space[text]) for text in self.program.constraints)

    @cached_property
    def action_constraints(self) -> tuple[Callable[[State, State], bool], ...]:
        """ACTION_CONSTRAINT: a step outside is checked, but not followed."""
        return tuple(
            _on_step(self._space[text]) for text in self.program.action_constraints
        )

    @property
    def check_deadlock(self) -> bool:
        """Whether a state without any step is a violation."""
        return self.program.check_deadlock

    @cached_property
    def view(self) -> Callable[[State], Value] | None:
        """VIEW: states with the same view count as one."""
        if self.program.view is None:
            return None
        function = self._space[self.program.view]
        return lambda state: sets.plain(function(*state))

    @cached_property
    def symmetry(self) -> Callable[[State], State] | None:
        """SYMMETRY: the representative of the states that count as one."""
        if self.program.symmetry is None:
            return None
        with self.naming():
            permutations = sets.elements(self._space[self.program.symmetry]())
        return representative(permutations)

    # ------------------------------------------------------------ faster ways

    @cached_property
    def pieces(self) -> tuple[Piece, ...] | None:
        """Next in pieces that read few of the variables.

        None if what they gave may not be remembered.
        """
        if self.program.next is None or self.program.impure:
            return None
        return pieces_of(self.source, self._space[self.program.next])

    @cached_property
    def invariant_parts(self) -> Mapping[str, tuple[Part, ...]] | None:
        """Invariants in parts that read few of the variables; None as above."""
        if self.program.impure:
            return None
        named = self.program.invariants
        return {
            name: parts_of(self.source, self._space[text])
            for name, text in named.items()
        }

    def check_assumptions(self) -> None:
        """Raise Mistake, with the place, if an assumption is false."""
        for name, at, function in self.program.assumptions:
            with self.naming(), _finite():
                held = self._space[function]()
            if not held:
                raise Mistake(
                    f"the assumption {name or ''}".rstrip() + " is false",
                    file=at.module if at else None,
                    line=at.line if at else None,
                    column=at.column if at else None,
                    hint="the constants of the cfg do not fit the spec",
                )


_END: Final = object()


def _namespace(program: Program) -> dict[str, Any]:
    """Return all that compiled code calls."""
    return {
        **_called(),
        **{name: _made(recipe) for name, recipe in program.recipes.items()},
        **program.constants,
    }


def _made(recipe: Recipe) -> object:
    """Make an object of the namespace."""
    if recipe.kind == "record":
        return ops.record_maker(recipe.of)
    if recipe.kind == "native":
        found = native(*recipe.of)
        if found is None:
            raise Bug(f"no native for {recipe.of}")
        return found.call() if found.constant else found.call
    return recipe.of


@contextmanager
def _finite() -> Iterator[None]:
    """Report a recursion that has no end, or one too deep for Python."""
    try:
        yield
    except RecursionError:
        raise EvaluationError(
            "this recursion is too deep",
            hint="does every recursive operator or function come to an end?",
        ) from None


def _on_state(function: Callable[..., bool]) -> Callable[[State], bool]:
    return lambda state: function(*state)


def _on_step(function: Callable[..., bool]) -> Callable[[State, State], bool]:
    return lambda before, after: function(*before, *after)


# ------------------------------------------------- what compiled code calls

_NOT_YET: Final = object()


def _once(thunk: Callable[[], Any]) -> Callable[[], Any]:
    """Evaluate at the first call and remember."""
    value: Any = _NOT_YET

    def get() -> Any:  # noqa: ANN401 - any value
        nonlocal value
        if value is _NOT_YET:
            value = thunk()
        return value

    return get


def _fixed(
    make: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> Callable[..., Any]:
    """Return a local operator that applies itself."""

    def me(*given: Any) -> Any:  # noqa: ANN401 - any values
        return made(*given)

    made = make(me)
    return me


def _chosen(values: Any, wanted: tuple[Any, ...] | None) -> Iterable[Any]:  # noqa: ANN401 - a set
    """Return the elements of a set, or, if one value only will do, that one.

    Where membership cannot be told the elements are gone through as ever.
    """
    if wanted is None:
        return sets.every(values)
    try:
        return wanted if sets.contains(values, *wanted) else ()
    except EvaluationError:
        return sets.every(values)


def _guarded(values: Iterable[Any], holds: Callable[[], bool]) -> Iterable[Any]:
    """Return the elements; none if there is one, and then this does not hold."""
    elements = iter(values)
    for first in elements:
        if holds():
            yield first
            yield from elements
        return


def _fixed_all(
    count: int, make: Callable[..., tuple[Callable[..., Any], ...]]
) -> tuple[Callable[..., Any], ...]:
    """Return local operators that apply one another."""

    def one(place: int) -> Callable[..., Any]:
        def me(*given: Any) -> Any:  # noqa: ANN401 - any values
            return made[place](*given)

        return me

    made = make(*map(one, range(count)))
    return made


def _not_assigned(names: str) -> NoReturn:
    raise EvaluationError(f"the action gives no value to {names}")


def _unassigned(message: str) -> NoReturn:
    raise EvaluationError(message)


def _listed(module: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names}


_OPS: Final = (
    "apply", "big_union", "cap", "choose", "choose_unbounded", "contains", "cup",
    "domain", "eq", "except_at", "except_with", "field", "filter_set", "func_set",
    "function", "function_n", "map_set", "no_case", "part", "product", "record_set",
    "recursive", "set_of", "setminus", "subset", "subseteq", "truth", "value",
)  # fmt: skip
_SETS: Final = ("BOOLEAN", "STRING", "elements", "every", "members", "plain")
_FORMULAS: Final = (
    "About", "ActionPredicate", "Always", "And", "Equivalent", "Eventually",
    "Implies", "LeadsTo", "Not", "Or", "StatePredicate", "StrongFairness",
    "WeakFairness",
)  # fmt: skip


def _called() -> dict[str, Any]:
    """Return the operators of the runtime."""
    return {
        **_listed(ops, _OPS),
        **_listed(sets, _SETS),
        **_listed(temporal, _FORMULAS),
        "TRUE": TRUE,
        "FALSE": FALSE,
        "once": _once,
        "fixed": _fixed,
        "fixed_all": _fixed_all,
        "chosen": _chosen,
        "guarded": _guarded,
        "not_assigned": _not_assigned,
        "unassigned": _unassigned,
    }
