"""What a spec is made of, ready to be compiled.

SANY's table of nodes becomes a graph of these: definitions refer to one
another directly, formal parameters and bound names are objects, and nothing is
looked up by its name again.  A node keeps its level (0 constant, 1 state,
2 action, 3 temporal) and its place in the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pyspec.trace.model import Location
    from pyspec.values import Value


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A formal parameter, or a name that a quantifier or function binds.

    `arity` is above 0 for a parameter that stands for an operator.
    """

    text: str
    arity: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A declared constant or variable of some module; `number` tells all apart."""

    text: str
    is_variable: bool
    arity: int = 0
    number: int = 0


@dataclass(slots=True, eq=False)
class Definition:
    """A defined operator.  `body` is filled in after all are known.

    `module` is where its body stands, and `name` is without the `M!` that an
    instance puts before it if that is a standard module's.
    """

    name: str
    parameters: tuple[Name, ...]
    module: str
    level: int
    at: Location | None
    recursive: bool
    local: bool
    body: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Any expression."""

    at: Location | None
    level: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A number or a string."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Reference(Node):
    """A declared constant or variable, a parameter, or a bound name."""

    to: Declared | Name


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Node):
    """A defined operator, or a parameter or constant that is one, applied."""

    operator: Definition | Name | Declared
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Operator(Node):
    """An operator passed as an argument: `Op`, or a LAMBDA."""

    operator: Definition | Name | Declared


@dataclass(frozen=True, slots=True, eq=False)
class Builtin(Node):
    """A built-in operator of the language, by SANY's name for it."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    r"""`x, y \in S`; with `pattern`, `<<x, y>> \in S`; no set: unbounded."""

    names: tuple[Name, ...]
    pattern: bool
    within: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class Binding(Node):
    """A built-in that binds names: quantifiers, CHOOSE, set and function makers."""

    name: str
    bounds: tuple[Bound, ...]
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """`![a][b] = value`; the value may mention `old`, which is @."""

    path: tuple[Node, ...]
    value: Node
    old: Name


@dataclass(frozen=True, slots=True, eq=False)
class Except(Node):
    """`[base EXCEPT ...]`."""

    base: Node
    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Let(Node):
    """`LET definitions IN body`."""

    definitions: tuple[Definition, ...]
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Instance(Node):
    """The body of an instantiated definition, under its substitution."""

    substitution: tuple[tuple[Declared, Node], ...]
    body: Node


Binder: TypeAlias = Binding | Let


@dataclass(frozen=True, slots=True, eq=False)
class Assumption:
    """ASSUME."""

    name: str | None
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A root module and all that it sees.

    `seen` has the names that each module involved sees, its own and others',
    and the modules that they were written in.
    """

    name: str
    constants: tuple[Declared, ...]
    variables: tuple[Declared, ...]
    definitions: dict[str, Definition] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
