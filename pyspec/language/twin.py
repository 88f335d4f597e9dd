"""Asking once more, of code that tells: where did it fail, and why is it false?

A `Twin` is made only then, since a spec that is right needs none.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake, PyspecError, Undecided
from pyspec.language import ir
from pyspec.language.build import build
from pyspec.language.excerpts import Excerpts, short
from pyspec.language.link import Compiler
from pyspec.language.nesting import room_for_depth
from pyspec.language.program import Spec, _made
from pyspec.language.reasons import Reason, reason
from pyspec.language.runtime import sets
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import outside, tlc
from pyspec.language.traced import Detail, TracedEmitter
from pyspec.language.tracer import with_room
from pyspec.language.tree import Tree
from pyspec.language.where import recursive, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pyspec.language.emit import Recipe
    from pyspec.language.program import State
    from pyspec.tla2tools import Config
    from pyspec.values import Value

__all__ = ["Twin", "traced", "traced_spec"]

_SECONDS: Final = 60.0
"""For one question; it was answered already, in less than a tenth of it."""


def traced_spec(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    files: Mapping[str, Path | str] | None = None,
) -> Twin:
    """Return the twin of what `compile_spec` makes of the same arguments.

    `files` are those of the modules by name, for the text that is shown.
    """
    return Twin(lambda: traced(xml, config, standard, {}), files)


def traced(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    sources: Mapping[str, str],
) -> Compiler:
    """Return the compiler of traced code; the arguments are those of `link`."""
    return Compiler(build(Tree(xml)), config, standard, sources, TracedEmitter)


class _TracedSpec(Spec):
    """A spec to which predicates can be added."""

    def add(self, source: str, recipes: Mapping[str, Recipe]) -> None:
        """Run more source, with what it needs."""
        self._space.update({name: _made(recipe) for name, recipe in recipes.items()})
        with room_for_depth():
            code = compile(source, "<twin>", "exec")
        exec(code, self._space)  # noqa: S102 - names are ours

    def function(self, name: str) -> Callable[..., bool]:
        """Return a function of the source."""
        found: Callable[..., bool] = self._space[name]
        return found


class Twin:
    """The traced twin of a spec, compiled when it is first asked something."""

    def __init__(
        self,
        compiler: Callable[[], Compiler],
        files: Mapping[str, Path | str] | None = None,
    ) -> None:
        self.excerpts = Excerpts(files or {})
        self._new_compiler = compiler
        self._compiler: Compiler | None = None
        self._spec: _TracedSpec | None = None
        self._asked: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def spec(self) -> Spec:
        """Return the spec that the traced code makes; it is slow."""
        with_room(self._loaded, _nothing)
        self._emitter.tracer.begin(None)
        return self._loaded()

    # ------------------------------------------------------------ errors

    def locate(
        self,
        error: BaseException,
        doing: str | None,
        state: State | None = None,
        after: State | None = None,
    ) -> PyspecError:
        """Return the error, now with its place and what led to it.

        - doing: the name of the invariant, constraint or property that was
          evaluated; None for initial states (without a state), or for steps
        - state, after: where, or the step that was judged

        What cannot be found again is returned as it came, as a PyspecError.
        """
        return self._located(error, lambda: self._again(doing, state, after))

    def locate_load(self, error: BaseException) -> PyspecError:
        """Return the error of an ASSUME, a constant, SYMMETRY or a property."""

        def question() -> None:
            spec = self._loaded()
            spec.check_assumptions()
            _ = spec.constants, spec.symmetry

        return self._located(error, question)

    def _located(
        self, error: BaseException, question: Callable[[], object]
    ) -> PyspecError:
        if _is_recursion(error):
            return self._recursive(question)
        if sets.TOO_MANY in _message(error):
            token = sets.patience.set(_IMPATIENT)
            try:
                if self._is_placed(error, question):
                    return _as_ours(error)
            finally:
                sets.patience.reset(token)
        self._is_placed(error, question)
        return _as_ours(error)

    def _is_placed(self, error: BaseException, question: Callable[[], object]) -> bool:
        """Ask again, and give the error its place if it is raised again."""
        try:
            self._ask(question)
        except (Mistake, RecursionError) as raised:
            return _message(raised) == _message(error) and self._place(error)
        except Undecided:
            pass
        return False

    def _recursive(self, question: Callable[[], object]) -> EvaluationError:
        """Return the error of a recursion without end, that names what recurses."""
        try:
            self._ask(question, shallow=True)
        except (Mistake, RecursionError) as raised:
            if _is_recursion(raised):
                names = recursive(self._emitter.tracer)[:3]
                who = " and ".join(names) or "the spec"
                verb = "recurse" if len(names) > 1 else "recurses"
                told = f"{who} {verb} for ever, or too deeply"
                found = EvaluationError(told, hint=_ENDS)
                self._place(found)
                return found
        except Undecided:
            pass
        return EvaluationError("the spec recurses too deeply", hint=_ENDS)

    def _ask(self, question: Callable[[], object], *, shallow: bool = False) -> None:
        """Evaluate, with as much stack as the plain code had, or with far more."""
        with_room(self._loaded, _nothing)
        tracer = self._emitter.tracer
        tracer.begin(_SECONDS)
        alone = contextvars.copy_context()
        alone.run(_without_effects)
        limit = {"frames": 0} if shallow else {}
        alone.run(lambda: with_room(question, tracer.stop, **limit))

    def _place(self, error: BaseException) -> bool:
        found = where(self._emitter.tracer, self.excerpts)
        if found is not None and isinstance(error, EvaluationError):
            error.where = found
            error.at = found.at
            error.file = self.excerpts.file(found.at.module)
            error.line, error.column = found.at.line, found.at.column
        return found is not None

    # ------------------------------------------------------------ reasons

    def explain(
        self, name: str, state: State, after: State | None = None
    ) -> Reason | None:
        """Return why a predicate is true or false in a state, or of a step.

        `name` is that of an operator without parameters; of `[][A]_v` the step
        is judged by `[A]_v`.  None if that cannot be told.
        """
        return self._explained(name, (), state, after)

    def explain_step(
        self, name: str, arguments: tuple[Value, ...], before: State, after: State
    ) -> Reason | None:
        """Return why a step is one by this action with these arguments, or not."""
        return self._explained(name, arguments, before, after)

    def _explained(
        self,
        name: str,
        arguments: tuple[Value, ...],
        state: State,
        after: State | None,
    ) -> Reason | None:
        def question() -> object:
            return self._predicate(name, arguments, state, after)

        try:
            self._ask(question)
        except (PyspecError, RecursionError):
            return None
        given = f"({', '.join(map(short, arguments))})" if arguments else ""
        tracer = self._emitter.tracer
        return reason(tracer, self.excerpts, f"{name}{given}")

    # ------------------------------------------------------------ asking

    def _again(
        self, doing: str | None, state: State | None, after: State | None
    ) -> None:
        """Evaluate what could be meant, until something raises."""
        spec = self._loaded()
        if doing is not None and state is not None:
            self._named(doing, state, after)
        elif state is None:
            for each in spec.initial_states():
                self._judge(each, None)
        else:
            self._judge(state, after)
            for _, _, target in spec.successors(state):
                self._judge(target, None)
                self._admits(state, target)

    def _named(self, name: str, state: State, after: State | None) -> None:
        spec = self._loaded()
        if name in spec.invariants:
            spec.invariants[name](after or state)
        elif name in spec.initial_properties:
            spec.initial_properties[name](state)
        elif name in spec.step_properties and after is not None:
            spec.step_properties[name](state, after)
        else:
            self._predicate(name, (), state, after)

    def _judge(self, state: State, after: State | None) -> None:
        """Evaluate all that is asked of a state, or of a step."""
        spec = self._loaded()
        predicates = (*spec.constraints, *spec.invariants.values())
        for each in (state,) if after is None else (state, after):
            for holds in predicates:
                holds(each)
            if spec.view is not None:
                spec.view(each)
        if after is not None:
            self._admits(state, after)

    def _admits(self, state: State, after: State) -> None:
        for allowed in self._loaded().action_constraints:
            allowed(state, after)

    def _predicate(
        self,
        name: str,
        arguments: tuple[Value, ...],
        state: State,
        after: State | None,
    ) -> object:
        compiler = self._compiled()
        definition = compiler.definition(name, "operator")
        given = tuple(ir.Literal(None, 0, value) for value in arguments)
        node: ir.Node = ir.Apply(definition.at, definition.level, definition, given)
        body = _on_steps(node, self._emitter.overrides)
        if body is None:
            raise Mistake(f"{name} says nothing of single steps")
        key = (name, arguments, after is not None)
        if key not in self._asked:
            self._asked[key] = self._function(body, primed=after is not None)
        return self._asked[key](*state, *(after or ()))

    def _function(self, node: ir.Node, *, primed: bool) -> Callable[..., bool]:
        """Add a function of a state, or of a step, to the compiled code."""
        compiler, spec = self._compiled(), self._loaded()
        emitter = self._emitter
        start, known = len(emitter.lines), set(emitter.recipes)
        scope = compiler.states(primed=primed)
        name = compiler.write(scope, emitter.condition(node, scope))
        new = {key: made for key, made in emitter.recipes.items() if key not in known}
        source = "\n".join(emitter.lines[start:])
        spec.add(source, new)
        return spec.function(name)

    # ------------------------------------------------------------ compiling

    def _loaded(self) -> _TracedSpec:
        """Compile in as much detail as Python can take."""
        if self._spec is None:
            for detail in sorted(Detail, reverse=True):
                compiler = self._compiler = self._new_compiler()
                self._emitter.detail = min(detail, TracedEmitter.allowed)
                try:
                    self._spec = _TracedSpec(compiler.program())
                except (Mistake, *_TOO_DEEP) as error:
                    too_deep = isinstance(error.__cause__ or error, _TOO_DEEP)
                    if detail is Detail.NOTHING or not too_deep:
                        raise
                else:
                    break
        assert self._spec is not None  # noqa: S101 - the last one raised otherwise
        return self._spec

    def _compiled(self) -> Compiler:
        assert self._compiler is not None  # noqa: S101 - it was asked something
        return self._compiler

    @property
    def _emitter(self) -> TracedEmitter:
        emitter = self._compiled().emitter
        assert isinstance(emitter, TracedEmitter)  # noqa: S101 - made so
        return emitter


_TOO_DEEP: Final = (SyntaxError, MemoryError, RecursionError)
"""What Python says of source that nests deeper than it can compile."""


def _without_effects() -> None:
    """Print nothing again, and change nothing outside."""
    outside.allow_io.set(False)
    tlc.printer.set(lambda _: None)
    tlc.registers.set(dict(tlc.registers.get() or {}))


def _nothing() -> None:
    """Have nothing to stop."""


def _is_recursion(error: BaseException) -> bool:
    """Whether Python's limit on recursion was met, in whatever words."""
    return isinstance(error, RecursionError) or isinstance(
        error.__context__, RecursionError
    )


def _as_ours(error: BaseException) -> PyspecError:
    return error if isinstance(error, PyspecError) else EvaluationError(str(error))


def _message(error: BaseException) -> str:
    return getattr(error, "message", str(error))


def _on_steps(
    node: ir.Node, overrides: Mapping[ir.Definition, ir.Definition]
) -> ir.Node | None:
    """Return what a property says of single steps: `[A]_v` of `[][A]_v`."""
    if node.level <= _ACTION:
        return node
    match node:
        case ir.Builtin(name="[]", arguments=(inside,)):
            return _on_steps(inside, overrides)
        case ir.Builtin(name="$ConjList" | "\\land", arguments=parts):
            found = [_on_steps(part, overrides) for part in parts]
            left = tuple(part for part in found if part is not None)
            return ir.Builtin(node.at, _ACTION, "$ConjList", left) if left else None
        case ir.Apply(operator=ir.Definition() as operator, arguments=()):
            body = overrides.get(operator, operator).body
            return None if body is None else _on_steps(body, overrides)
        case ir.Instance():
            body = _on_steps(node.body, overrides)
            if body is not None:
                return ir.Instance(node.at, _ACTION, node.substitution, body)
    return None


_ACTION: Final = 2
_IMPATIENT: Final = 1_000
"""Elements of a huge set that are tried again: it is known how that ends."""
_ENDS: Final = "does every recursive operator or function come to an end?"
