"""From a module and a cfg to a compiled program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspec.errors import Mistake
from pyspec.language import ir
from pyspec.language.build import build
from pyspec.language.emit import Linked, Scope
from pyspec.language.nesting import room_for_depth
from pyspec.language.program import Action, Assumption, Program
from pyspec.language.properties import (
    Behavior,
    PropertyEmitter,
    split_specification,
    write_properties,
)
from pyspec.language.steps import checkables
from pyspec.language.tree import Tree
from pyspec.tla2tools.words import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspec.tla2tools import Config
    from pyspec.values import Value

__all__ = ["Compiler", "link"]


def link(
    xml: bytes,
    config: Config,
    standard: Callable[[str], bool],
    sources: Mapping[str, str] | None = None,
    emitter: type[PropertyEmitter] = PropertyEmitter,
) -> Program:
    """Compile SANY's XML with the constants and overrides of a cfg.

    - standard: whether a module is one that natives stand for
    - sources: the text of the spec's own modules, the root first: for comments,
      and for the order in which TLC meets names
    """
    with room_for_depth():
        module = build(Tree(xml))
        return Compiler(module, config, standard, sources or {}, emitter).program()


class Compiler:
    """Compiles one module with one cfg."""

    def __init__(
        self,
        module: ir.Module,
        config: Config,
        standard: Callable[[str], bool],
        sources: Mapping[str, str],
        emitter: type[PropertyEmitter] = PropertyEmitter,
    ) -> None:
        self.module = module
        self.config = config
        self.sources = sources
        # No emitted name has a capital letter.
        self.constants = {each: f"K{i}" for i, each in enumerate(module.constants)}
        self.values = dict(self.given_values())
        self.emitter = emitter(
            Linked(
                module,
                overrides=self.overrides(),
                constants=self.constants,
                stands=self.stands(),
                inside=self.inside(),
                standard=standard,
            )
        )

    def program(self) -> Program:
        """Return what the module and the cfg compile to."""
        emitter, config = self.emitter, self.config
        initial = next_ = None
        fairness: tuple[ir.Node, ...] = ()
        if config.has_behaviors:
            init, step, fairness = self.behavior()
            initial = emitter.initials(self.named("Init", init))
            next_ = emitter.successors(self.named("Next", (step,)))
        actions = tuple(self.actions())
        invariants = {name: self.judge(name, "invariant") for name in config.invariants}
        constraints = [self.judge(name, "constraint") for name in config.constraints]
        steps = [
            self.judge(name, "action constraint", primed=True)
            for name in config.action_constraints
        ]
        named = {name: self.definition(name, "property") for name in config.properties}
        properties = write_properties(emitter, named, fairness)
        view = None if config.view is None else self.viewed(config.view)
        symmetry = None if config.symmetry is None else self.permuted(config.symmetry)
        impure = emitter.impure
        assumptions = tuple(map(self.assumed, self.module.assumptions))
        declared = tuple(self.declared())
        return Program(
            module=self.module.name,
            variables=tuple(v.text for v in self.module.variables),
            declared=declared,
            actions=actions,
            source="\n".join(emitter.lines),
            recipes=emitter.recipes,
            constants=self.values,
            initial=initial,
            next=next_,
            invariants={**invariants, **properties.invariants},
            constraints=tuple(constraints),
            action_constraints=tuple(steps),
            view=view,
            symmetry=symmetry,
            properties=tuple(config.properties),
            assumptions=assumptions,
            initial_properties=properties.initial_properties,
            step_properties=properties.step_properties,
            temporal=properties.temporal,
            fairness=properties.fairness,
            impure=impure,
            check_deadlock=config.check_deadlock is not False,
            names=(*config.words, *names_in(self.sources.values())),
            checkables=checkables(emitter.linked),
        )

    # ------------------------------------------------------------ the cfg

    def given_values(self) -> Iterator[tuple[str, Value]]:
        """Return the values that the cfg gives to declared constants."""
        for declared, name in self.constants.items():
            if declared.text in self.config.constants:
                yield name, self.config.constants[declared.text]
            elif declared.text not in self.config.overrides:
                raise Mistake(
                    f"constant {declared.text} has no value",
                    file=self.config.file,
                    expected=f"CONSTANT {declared.text} = ... in the cfg",
                )

    def overrides(self) -> dict[ir.Definition, ir.Definition]:
        """Return what stands for defined operators: others, or values."""
        found = {}
        for name, value in self.config.constants.items():
            given = self.module.definitions.get(name)
            if given is not None:
                found[given] = replace(given, body=ir.Literal(given.at, 0, value))
        for name, other in self.config.overrides.items():
            if name in self.module.definitions:
                replaced = self.module.definitions[name]
                found[replaced] = self.definition(other, "operator")
        return found

    def stands(self) -> dict[ir.Declared, ir.Definition]:
        """Return the operators that stand for declared constants."""
        found = {
            declared: self.definition(self.config.overrides[declared.text], "operator")
            for declared in self.module.constants
            if declared.text in self.config.overrides
        }
        for declared, stands in found.items():
            if stands.level and not declared.arity:
                raise Mistake(
                    f"constant {declared.text} is given by {stands.name}, which may "
                    "have another value in another state",
                    file=self.config.file,
                    line=self.config.lines.get(declared.text),
                    expected="what depends on no variable",
                )
        return found

    def inside(self) -> dict[tuple[str, str], ir.Definition]:
        """Return what stands for the names that the cfg gives with a module.

        What a module only sees is replaced where it is defined, and so for all.
        """
        found = {
            (self.origin(module, name), name): self.definition(other, "operator")
            for name, (module, other) in self.config.module_overrides.items()
        }
        for name, (module, value) in self.config.module_constants.items():
            body = ir.Literal(None, 0, value)
            found[(self.origin(module, name), name)] = _made_up(name, module, 0, body)
        return found

    def origin(self, module: str, name: str) -> str:
        """Return the module that a name was defined in which a module sees."""
        return self.module.seen.get(module, {}).get(name, module)

    def definition(self, name: str, what: str) -> ir.Definition:
        """Return a definition of the root module that the cfg names."""
        found = self.module.definitions.get(name)
        if found is None:
            raise Mistake(
                f"{what} {name} of the cfg is not defined in the spec",
                file=self.config.file,
                line=self.config.lines.get(name),
            )
        return found

    # ------------------------------------------------------------ functions

    def judge(self, name: str, what: str, *, primed: bool = False) -> str:
        """Write a predicate on a state, or on two, that the cfg names."""
        definition = self.definition(name, what)
        scope = self.states(primed=primed)
        call = ir.Apply(definition.at, definition.level, definition, ())
        return self.write(scope, self.emitter.condition(call, scope))

    def viewed(self, name: str) -> str:
        """Write a function of the state."""
        definition = self.definition(name, "VIEW")
        scope = self.states(primed=False)
        call = ir.Apply(definition.at, definition.level, definition, ())
        return self.write(scope, self.emitter.value(call, scope))

    def permuted(self, name: str) -> str:
        """Write a function that gives the set of permutations."""
        definition = self.definition(name, "SYMMETRY")
        call = ir.Apply(definition.at, definition.level, definition, ())
        return self.write(Scope(), self.emitter.value(call, Scope()))

    def assumed(self, assumption: ir.Assumption) -> Assumption:
        """Write a function of nothing that tells whether an ASSUME holds."""
        text = self.write(Scope(), self.emitter.condition(assumption.body, Scope()))
        return Assumption(assumption.name, assumption.body.at, text)

    def states(self, *, primed: bool) -> Scope:
        """Return the scope of a function of a whole state, or of two."""
        new, variables = self.emitter.new, self.module.variables
        before = {variable: new("s") for variable in variables}
        after = {variable: new("n") for variable in variables} if primed else {}
        return Scope(before=before, after=after)

    def write(self, scope: Scope, body: str) -> str:
        """Write a function of the states of a scope; return its name."""
        name = self.emitter.new("i")
        inside = ", ".join([*scope.before.values(), *scope.after.values()])
        self.emitter.lines += [f"def {name}({inside}):", f"    return {body}", ""]
        return name

    def declared(self) -> Iterator[tuple[str, str]]:
        """Return what gives each declared constant that is no operator."""
        for declared, name in self.constants.items():
            stands = self.emitter.linked.stands.get(declared)
            if stands is None:
                yield declared.text, name
            elif not stands.parameters and not stands.level:
                yield declared.text, self.emitter.function(stands, condition=False)

    def actions(self) -> Iterator[Action]:
        """Return the operators that gave their names to steps."""
        for definition in self.emitter.labelled.values():
            yield Action(
                definition.name,
                tuple(name.text for name in definition.parameters),
                definition.at,
                self.comment(definition),
            )

    def comment(self, definition: ir.Definition) -> str:
        """Return the comment above a definition."""
        at = definition.at
        text = self.sources.get(at.module) if at is not None else None
        if at is None or text is None:
            return ""
        return _comment_above(text.split("\n")[: at.line - 1])

    # ------------------------------------------------------------ behavior

    def behavior(self) -> Behavior:
        """Return Init, Next and fairness, from the cfg or out of its specification."""
        config = self.config
        if config.init and config.next:
            init = self.definition(config.init, "INIT")
            next_ = self.definition(config.next, "NEXT")
            return Behavior((_call(init),), _call(next_), ())
        if config.specification is None:
            raise Mistake(
                "the cfg names neither SPECIFICATION nor INIT and NEXT",
                file=config.file,
            )
        spec = self.definition(config.specification, "SPECIFICATION")
        return split_specification(self.emitter, spec)

    def named(self, name: str, parts: tuple[ir.Node, ...]) -> ir.Definition:
        """Return the one operator that a part applies, or a definition of them."""
        if len(parts) == 1:
            only = parts[0]
            operator = only.operator if isinstance(only, ir.Apply) else None
            if isinstance(operator, ir.Definition) and not operator.parameters:
                return self.emitter.overrides.get(operator, operator)
            name = "UnnamedAction"  # as TLC calls it
        whole = ir.Builtin(None, 2, "$ConjList", parts)
        body = parts[0] if len(parts) == 1 else whole
        return _made_up(name, self.module.name, 2, body)


def _call(definition: ir.Definition) -> ir.Node:
    return ir.Apply(definition.at, definition.level, definition, ())


def _made_up(name: str, module: str, level: int, body: ir.Node) -> ir.Definition:
    """Return a definition that stands in no module."""
    return ir.Definition(
        name, (), module, level, None, recursive=False, local=False, body=body
    )


# ------------------------------------------------------------ the text


def _comment_above(lines: list[str]) -> str:
    r"""Return the text of the comment that ends just above: `(* *)` or `\*` lines."""
    found: list[str] = []
    for line in reversed(lines):
        text = line.strip()
        is_comment = text.startswith(("\\*", "(*")) or text.endswith("*)")
        if not text or not is_comment:
            break
        found.append(text.removeprefix("\\*").strip("(*)").strip())
    return "\n".join(each for each in reversed(found) if each)
