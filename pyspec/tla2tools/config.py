"""TLC's cfg files as data: read, and written back.

A cfg holds less than TLA+ does: integers, strings, TRUE and FALSE, model values
and sets of those.  All else is defined in a module and put in by `Name <- Def`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from pyspec.tla2tools.words import names_in
from pyspec.values.build import Builder, UnfitError
from pyspec.values.grammar import Grammar, Place
from pyspec.values.model import Bool, ModelValue, Value, canonical, is_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES: Final = 1 << 20
"""How long a cfg file may be."""

_KEYWORDS: Final = {
    "specification": "SPECIFICATION",
    "init": "INIT",
    "next": "NEXT",
    "view": "VIEW",
    "symmetry": "SYMMETRY",
    "alias": "ALIAS",
    "postcondition": "POSTCONDITION",
    "invariants": "INVARIANT",
    "properties": "PROPERTY",
    "constraints": "CONSTRAINT",
    "action_constraints": "ACTION_CONSTRAINT",
}
_SINGULAR: Final = {
    "INVARIANTS": "INVARIANT",
    "PROPERTIES": "PROPERTY",
    "CONSTRAINTS": "CONSTRAINT",
    "ACTION_CONSTRAINTS": "ACTION_CONSTRAINT",
}
_IGNORED: Final = frozenset({"TYPE", "TYPE_CONSTRAINT"})
_SETS: Final = frozenset({"Nat", "Int", "Real"})
_TLC_INTEGERS: Final = range(2**31)


@dataclass(frozen=True, slots=True)
class Config:
    """A cfg file.

    `overrides` maps a constant or operator to the operator that stands in for
    it, `module_overrides` to the module where it does and that operator.
    `module_constants` are values (`N = [M] 3`) for the constant of one module.
    `check_deadlock` is None if the file does not say.  `lines` tells where
    each keyword (in the singular) and each name under it first stands, `notes`
    what TLC reads otherwise than its author may have meant, `words` the names
    and strings in the order of the file.
    """

    constants: Mapping[str, Value] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    module_overrides: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    module_constants: Mapping[str, tuple[str, Value]] = field(default_factory=dict)
    specification: str | None = None
    init: str | None = None
    next: str | None = None
    invariants: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    action_constraints: tuple[str, ...] = ()
    symmetry: str | None = None
    view: str | None = None
    alias: str | None = None
    postcondition: str | None = None
    check_deadlock: bool | None = None
    file: str | None = field(default=None, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    words: tuple[str, ...] = field(default=(), compare=False)

    @property
    def has_behaviors(self) -> bool:
        """Whether there is an initial predicate; else only ASSUMEs are checked."""
        return self.specification is not None or self.init is not None

    def text(self, *, check_deadlock: bool = True) -> str:
        """Return the text of a cfg file that says the same.

        Without `check_deadlock` that entry is left out: TLC 2.15 does not know
        it.  A value that no cfg can hold is a Mistake.
        """
        lines = [*self._behavior(), *self._constants()]
        for attribute in ("invariants", "properties", "constraints"):
            lines += self._list(attribute)
        lines += self._list("action_constraints")
        if check_deadlock and self.check_deadlock is not None:
            lines.append(f"CHECK_DEADLOCK {str(self.check_deadlock).upper()}")
        return "".join(f"{line}\n" for line in lines)

    def _behavior(self) -> Iterator[str]:
        for attribute, keyword in _KEYWORDS.items():
            name = getattr(self, attribute)
            if isinstance(name, str):
                yield f"{keyword} {_checked_name(name)}"

    def _constants(self) -> Iterator[str]:
        for name, value in self.constants.items():
            yield f"CONSTANT {_qualified(name)} = {_show(value, name)}"
        for name, (module, value) in self.module_constants.items():
            where = f"[{_checked_name(module)}]"
            yield f"CONSTANT {_qualified(name)} = {where} {_show(value, name)}"
        for name, operator in self.overrides.items():
            yield f"CONSTANT {_qualified(name)} <- {_checked_name(operator)}"
        for name, (module, operator) in self.module_overrides.items():
            where = f"[{_checked_name(module)}]"
            yield f"CONSTANT {_qualified(name)} <- {where} {_checked_name(operator)}"

    def _list(self, attribute: str) -> Iterator[str]:
        for name in getattr(self, attribute):
            yield f"{_KEYWORDS[attribute]} {_checked_name(name)}"


def read_config(path: Path | str) -> Config:
    """Read a cfg file; a Mistake says where it is wrong."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Mistake(f"this cfg cannot be read: {reason}", file=path) from None
    if len(raw) > MAX_BYTES:
        raise Mistake(f"this cfg has more than {MAX_BYTES:,} bytes", file=path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Mistake("this cfg is not UTF-8", file=path, line=line) from None
    return parse_config(text, file=path)


def parse_config(text: str, file: Path | str | None = None) -> Config:
    """Read the text of a cfg file; `file` names it in errors."""
    place = Place(text, file=None if file is None else str(file))
    tree = _GRAMMAR.tree(text, "config", place, what="this cfg")
    builder = _ConfigBuilder(place)
    builder.build(tree)
    builder.said |= {each: tuple(names) for each, names in builder.lists.items()}
    return Config(
        **builder.said,
        file=place.file,
        lines=builder.lines,
        notes=tuple(builder.notes),
        words=names_in([text]),
    )


_GRAMMAR: Final = Grammar(
    Path(__file__).with_name("config.lark"),
    ("config",),
    {
        "LIST": "a keyword such as INVARIANT",
        "SINGLE": "a keyword such as INVARIANT",
        "CHECK_DEADLOCK": "a keyword such as INVARIANT",
        "CONSTANT": "a keyword such as INVARIANT",
        "CONSTANTS": "a keyword such as INVARIANT",
        "TRUTH": "TRUE or FALSE",
    },
    hints={
        ",": "blanks separate the entries of a cfg, commas only a set's elements",
        "!": "TLC reads no name of an instance here, only before = and <-",
    },
)


class _ConfigBuilder(Builder):
    """Collects what the entries of a cfg say."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.said: dict[str, Any] = {}
        self.lists: dict[str, dict[str, None]] = {}
        self.lines: dict[str, int] = {}
        self.notes: list[str] = []

    def rule(self, name: str, children: list[Any]) -> Any:  # noqa: ANN401 - as Builder
        """Refuse by name the values that no cfg can hold."""
        if name in _NOT_IN_A_CFG:
            raise UnfitError(
                f"a cfg file cannot hold {_NOT_IN_A_CFG[name]}",
                "define the value in a module (MyValue == ...) and write "
                "Name <- MyValue",
            )
        return super().rule(name, children)

    def on_config(self, _: list[Any]) -> None:
        """Build the whole file: its entries have been collected."""

    def on_assigned(self, parts: list[Any]) -> None:
        """Build `N = 3`."""
        name, value = parts
        self._keep_constant("constants", name, value)
        self._warn_of_sets(name, value)

    def on_replaced(self, parts: list[str]) -> None:
        """Build `N <- MyN`."""
        name, operator = parts
        self._keep_constant("overrides", name, operator)

    def on_assigned_in_module(self, parts: list[Any]) -> None:
        """Build `N = [M] 3`."""
        name, module, value = parts
        self._keep_constant("module_constants", name, (module, value))
        self._warn_of_sets(name, value)

    def on_replaced_in_module(self, parts: list[str]) -> None:
        """Build `N <- [M] MyN`."""
        name, module, operator = parts
        self._keep_constant("module_overrides", name, (module, operator))

    def on_pointwise(self, parts: list[Any]) -> None:
        """Build `F(1) = 2`, which is refused."""
        raise UnfitError(
            f"{parts[0]} is given value by value",
            f"define it in a module and write {parts[0]} <- Definition",
        )

    def on_qualified(self, tokens: list[str]) -> str:
        """Build `N`, or `M!N` of an instance."""
        return "".join(tokens)

    def on_list(self, tokens: list[str]) -> None:
        """Build `INVARIANT A B`."""
        keyword, *names = tokens
        keyword = _SINGULAR.get(keyword, keyword)
        self._mark(keyword)
        attribute = _ATTRIBUTES[keyword]
        self.lists.setdefault(attribute, {}).update(dict.fromkeys(names))
        for name in names:
            self._mark(name)

    def on_single(self, tokens: list[str]) -> None:
        """Build `INIT Init`."""
        keyword, name = tokens
        self._mark(keyword)
        if keyword in _IGNORED:
            self._note(f"{keyword} is ignored, as TLC does")
            return
        self._mark(name)
        self._keep_once(_ATTRIBUTES[keyword], keyword, name)

    def on_check_deadlock(self, tokens: list[str]) -> None:
        """Build `CHECK_DEADLOCK FALSE`."""
        self._mark("CHECK_DEADLOCK")
        self._keep_once("check_deadlock", "CHECK_DEADLOCK", tokens[0] == "TRUE")

    # Values: those that TLC cannot read in a cfg are refused by name.

    def on_string(self, tokens: list[str]) -> Value:
        """Build a string; in a cfg, TLC takes a backslash as it stands."""
        return tokens[0][1:-1]

    def on_name(self, tokens: list[str]) -> Value:
        """Build a model value."""
        if tokens[0] in {"BOOLEAN", "STRING"}:
            raise UnfitError(
                f"TLC would take {tokens[0]} for a model value, not for the set",
                "define an operator in a module and write Name <- Operator",
            )
        return ModelValue(tokens[0])

    def on_integer(self, tokens: list[str]) -> int:
        """Build an integer, and note what TLC cannot read."""
        value = super().on_integer(tokens)
        if value not in _TLC_INTEGERS:
            self._note(f"{value} does not fit into the 32 bits of TLC's integers")
        return value

    def on_negative(self, tokens: list[str]) -> int:
        """Build a negative integer."""
        value = -super().on_integer(tokens)
        self._note(
            f"TLC 2.15 cannot read {value} in a cfg: define it in a module "
            "and write Name <- Definition"
        )
        return value

    def _keep_constant(self, attribute: str, name: str, value: object) -> None:
        # What a name means everywhere, and what in one module, may both be given.
        kinds = ("constants", "overrides")
        if attribute not in kinds:
            kinds = ("module_constants", "module_overrides")
        for kind in kinds:
            if name in self.said.get(kind, {}):
                raise UnfitError(
                    f"{name} is given twice",
                    f"it is given in line {self.lines[name]} too; TLC would take "
                    "one of the two without a word",
                )
        self.said.setdefault(attribute, {})[name] = value
        self._mark("CONSTANT")
        self._mark(name)

    def _keep_once(self, attribute: str, keyword: str, value: object) -> None:
        if attribute in self.said:
            raise UnfitError(
                f"{keyword} occurs twice", f"it is in line {self.lines[keyword]} too"
            )
        self.said[attribute] = value

    def _warn_of_sets(self, name: str, value: Value) -> None:
        if isinstance(value, ModelValue) and value.name in _SETS:
            self._note(
                f"{name} = {value.name} makes a model value called {value.name}; "
                f"for the set write {name} <- {value.name}"
            )

    def _mark(self, name: str) -> None:
        self.lines.setdefault(name, self.line)

    def _note(self, note: str) -> None:
        self.notes.append(f"line {self.line}: {note}")


_ATTRIBUTES: Final = {keyword: name for name, keyword in _KEYWORDS.items()}


_EXPRESSIONS: Final = (
    "union intersection difference product powerset flattened "
    "interval records functions grouped"
)
_NOT_IN_A_CFG: Final = {
    "tuple": "tuples",
    "record": "records",
    "mapping": "functions",
    "merged": "functions",
    **dict.fromkeys(_EXPRESSIONS.split(), "expressions"),
}

# Writing.


_RAW_STRING: Final = re.compile(r'[^"\\\n]*(?:\\[^\n][^"\\\n]*)*')


def _show(value: Value, name: str) -> str:
    if isinstance(value, frozenset):
        members = [_show(member, name) for member in canonical(value)]
        return f"{{{', '.join(members)}}}"
    if isinstance(value, str) and _RAW_STRING.fullmatch(value):
        return f'"{value}"'
    if isinstance(value, (int, Bool, ModelValue)):
        return repr(value)
    raise Mistake(
        f"a cfg file cannot hold the value of {name}",
        expected="an integer, string, boolean, model value, or a set of those",
        hint="define the value in a module and write Name <- MyValue",
    )


def _qualified(name: str) -> str:
    return "!".join(map(_checked_name, name.split("!")))


def _checked_name(name: str) -> str:
    if is_name(name):
        return name
    raise Mistake("this name cannot stand in a cfg file", found=name)
