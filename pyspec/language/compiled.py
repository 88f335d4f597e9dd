"""A compiled spec: what `pyspec.load` returns."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from pyspec.errors import Bug, Mistake
from pyspec.language import ir
from pyspec.language.actions import ActionEmitter
from pyspec.language.build import build
from pyspec.language.emit import Linked, Recipe, Scope
from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import native
from pyspec.language.tree import Tree
from pyspec.values import FALSE, TRUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspec.tla2tools import Config
    from pyspec.values import Value

State = tuple[Any, ...]


class Step(NamedTuple):
    """A step from some state: the action's name, its arguments, the next state."""

    action: str
    arguments: tuple[Any, ...]
    state: State


@dataclass(frozen=True)
class Spec:
    """A spec with constants, ready to be walked.

    States are tuples in the order of `variables`.
    """

    variables: tuple[str, ...]
    initial: Callable[[], Iterator[tuple[str, tuple[Any, ...], State]]]
    next: Callable[..., Iterator[tuple[str, tuple[Any, ...], State]]]
    invariants: Mapping[str, Callable[[State], bool]]
    constraints: tuple[Callable[[State], bool], ...]
    action_constraints: tuple[Callable[[State, State], bool], ...]
    source: str

    def initial_states(self) -> Iterator[State]:
        """Return the initial states; one may come several times."""
        with _finite():
            for _, _, state in self.initial():
                yield state

    def successors(self, state: State) -> Iterator[Step]:
        """Return the steps from a state; one may come several times."""
        with _finite():
            for action, arguments, after in self.next(*state):
                yield Step(action, arguments, after)


def compile_spec(xml: bytes, config: Config, standard: Callable[[str], bool]) -> Spec:
    """Compile SANY's XML with the constants and overrides of a cfg."""
    return _Compiler(build(Tree(xml)), config, standard).compile()


class _Compiler:
    def __init__(
        self, module: ir.Module, config: Config, standard: Callable[[str], bool]
    ) -> None:
        self.module = module
        self.config = config
        names = {declared: f"K{i}" for i, declared in enumerate(module.constants)}
        self.names = names
        self.emitter = ActionEmitter(
            Linked(
                module,
                self.overrides(),
                names,
                stands=self.stands(),
                inside=self.inside(),
                standard=standard,
            )
        )

    def compile(self) -> Spec:
        init, next_ = self.behavior()
        emitter = self.emitter
        wanted = {
            "initial": emitter.initials(init),
            "next": emitter.successors(next_),
        }
        invariants = {
            name: self.predicate(self.definition(name, "invariant"))
            for name in self.config.invariants
        }
        constraints = [
            self.predicate(self.definition(name, "constraint"))
            for name in self.config.constraints
        ]
        steps = [
            self.predicate(self.definition(name, "action constraint"), primed=True)
            for name in self.config.action_constraints
        ]
        assumptions = [self.assumed(each) for each in self.module.assumptions]
        constants = self.constants()
        source = "\n".join(emitter.lines)
        space = self.namespace()
        exec(compile(source, "<spec>", "exec"), space)  # noqa: S102 - names are ours
        for name, value in constants.items():
            space[name] = value
        for assumption, name in zip(self.module.assumptions, assumptions, strict=True):
            _check(assumption, space[name])
        return Spec(
            variables=tuple(v.text for v in self.module.variables),
            initial=space[wanted["initial"]],
            next=space[wanted["next"]],
            invariants={
                name: _on_state(space[text]) for name, text in invariants.items()
            },
            constraints=tuple(_on_state(space[text]) for text in constraints),
            action_constraints=tuple(_on_step(space[text]) for text in steps),
            source=source,
        )

    def overrides(self) -> dict[ir.Definition, ir.Definition]:
        """Return what stands in for operators: others, or values of the cfg."""
        found = {}
        for name, value in self.config.constants.items():
            given = self.module.definitions.get(name)
            if given is not None:
                found[given] = replace(given, body=ir.Literal(given.at, 0, value))
        for name, other in self.config.overrides.items():
            if name in self.module.definitions:
                found[self.module.definitions[name]] = self.definition(
                    other, "operator"
                )
        return found

    def stands(self) -> dict[ir.Declared, ir.Definition]:
        """Return what stands for constants that are operators."""
        return {
            declared: self.definition(self.config.overrides[declared.text], "operator")
            for declared in self.module.constants
            if declared.text in self.config.overrides
        }

    def inside(self) -> dict[tuple[str, str], ir.Definition]:
        """Return what stands for a name in one module only."""
        found = {
            (module, name): self.definition(other, "operator")
            for name, (module, other) in self.config.module_overrides.items()
        }
        for name, (module, value) in self.config.module_constants.items():
            found[(module, name)] = ir.Definition(
                name,
                (),
                module,
                0,
                None,
                recursive=False,
                local=False,
                body=ir.Literal(None, 0, value),
            )
        return found

    def constants(self) -> dict[str, Any]:
        """Values of constants; those that stand for operators are made later."""
        found: dict[str, Any] = {}
        for declared, name in self.names.items():
            if declared.text in self.config.constants:
                found[name] = self.config.constants[declared.text]
            elif declared.text not in self.config.overrides:
                raise Mistake(f"constant {declared.text} has no value in the cfg")
        return found

    def definition(self, name: str, what: str) -> ir.Definition:
        found = self.module.definitions.get(name)
        if found is None:
            raise Mistake(f"{what} {name} of the cfg is not defined in the spec")
        return found

    def predicate(self, definition: ir.Definition, *, primed: bool = False) -> str:
        """Write a function of a whole state, or of two."""
        emitter = self.emitter
        variables = self.module.variables
        before = {v: emitter.new("s") for v in variables}
        after = {v: emitter.new("n") for v in variables} if primed else {}
        call = ir.Apply(definition.at, definition.level, definition, ())
        body = emitter.condition(call, Scope(before=before, after=after))
        name = emitter.new("i")
        inside = ", ".join([*before.values(), *after.values()])
        emitter.lines += [f"def {name}({inside}):", f"    return {body}", ""]
        return name

    def assumed(self, assumption: ir.Assumption) -> str:
        """Write a function of nothing that tells whether an ASSUME holds."""
        body = self.emitter.condition(assumption.body, Scope())
        name = self.emitter.new("q")
        self.emitter.lines += [f"def {name}():", f"    return {body}", ""]
        return name

    def behavior(self) -> tuple[ir.Definition, ir.Definition]:
        """Return Init and Next, from the cfg or out of its specification."""
        config = self.config
        if config.init and config.next:
            return self.definition(config.init, "INIT"), self.definition(
                config.next, "NEXT"
            )
        if config.specification is None:
            raise Mistake("the cfg names neither SPECIFICATION nor INIT and NEXT")
        init: list[ir.Node] = []
        boxed: list[ir.Node] = []
        spec = self.definition(config.specification, "SPECIFICATION")
        self.split(spec, init, boxed)
        if len(boxed) != 1:
            raise Mistake(f"{spec.name} has {len(boxed)} conjuncts of the form [][N]_v")
        return self.named("Init", init), self.named("Next", boxed)

    def split(
        self, spec: ir.Definition, init: list[ir.Node], boxed: list[ir.Node]
    ) -> None:
        for part in _conjuncts(spec.body):
            if part.level <= 1:
                init.append(part)
            elif isinstance(part, ir.Builtin) and part.name == "[]":
                inside = part.arguments[0]
                if isinstance(inside, ir.Builtin) and inside.name == "$SquareAct":
                    boxed.append(inside.arguments[0])
            elif isinstance(part, ir.Apply) and isinstance(
                part.operator, ir.Definition
            ):
                self.split(part.operator, init, boxed)

    def named(self, name: str, parts: list[ir.Node]) -> ir.Definition:
        """Return the one operator that a part applies, or a definition of them."""
        if len(parts) == 1:
            only = parts[0]
            if isinstance(only, ir.Apply) and isinstance(only.operator, ir.Definition):
                return self.emitter.overrides.get(only.operator, only.operator)
            name = "UnnamedAction"  # as TLC calls it
        whole = ir.Builtin(None, 2, "$ConjList", tuple(parts))
        body = parts[0] if len(parts) == 1 else whole
        return ir.Definition(
            name, (), self.module.name, 2, None, recursive=False, local=False, body=body
        )

    def namespace(self) -> dict[str, Any]:
        """Return all that compiled code calls."""
        return {
            **{name: getattr(ops, name) for name in _OPS},
            **{name: getattr(sets, name) for name in _SETS},
            "TRUE": TRUE,
            "FALSE": FALSE,
            "once": _once,
            "fixed": _fixed,
            "not_assigned": _not_assigned,
            "unassigned": _unassigned,
            **{name: _cooked(each) for name, each in self.emitter.recipes.items()},
        }


_OPS: Final = [
    "apply",
    "big_union",
    "cap",
    "choose",
    "choose_unbounded",
    "contains",
    "cup",
    "domain",
    "eq",
    "except_with",
    "field",
    "filter_set",
    "func_set",
    "function",
    "function_n",
    "map_set",
    "no_case",
    "product",
    "record_set",
    "recursive",
    "set_of",
    "setminus",
    "subset",
    "subseteq",
    "truth",
    "value",
]
_SETS: Final = ["BOOLEAN", "STRING", "elements", "members", "plain"]


def _cooked(recipe: Recipe) -> object:
    """Make an object of the namespace."""
    if recipe.kind == "record":
        return ops.record_maker(recipe.of)
    if recipe.kind == "native":
        found = native(*recipe.of)
        if found is None:
            raise Bug(f"no native for {recipe.of}")
        return found.call() if found.constant else found.call
    return recipe.of


def _check(assumption: ir.Assumption, holds: Callable[[], bool]) -> None:
    """Raise Mistake, with the place, if an assumption is false."""
    if holds():
        return
    at = assumption.body.at
    raise Mistake(
        f"the assumption {assumption.name or ''}".rstrip() + " is false",
        file=at.module if at else None,
        line=at.line if at else None,
        hint="the constants of the cfg do not fit the spec",
    )


def _conjuncts(node: ir.Node | None) -> Iterator[ir.Node]:
    if node is None:
        raise Bug("a specification without a body")
    if isinstance(node, ir.Builtin) and node.name in {"$ConjList", "\\land"}:
        for part in node.arguments:
            yield from _conjuncts(part)
    else:
        yield node


@contextlib.contextmanager
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


_NOT_YET: Final = object()


def _once(thunk: Callable[[], Value]) -> Callable[[], Value]:
    """Evaluate at the first call and remember."""
    value: Any = _NOT_YET

    def get() -> Value:
        nonlocal value
        if value is _NOT_YET:
            value = thunk()
        return value

    return get


def _fixed(
    make: Callable[[Callable[..., Value]], Callable[..., Value]],
) -> Callable[..., Value]:
    """Return a local operator that applies itself."""

    def me(*given: Value) -> Value:
        return made(*given)

    made = make(me)
    return me


def _not_assigned(names: str) -> NoReturn:
    raise EvaluationError(f"the action gives no value to {names}")


def _unassigned(message: str) -> NoReturn:
    raise EvaluationError(message)
