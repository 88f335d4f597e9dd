"""Finds protocols by their folders; there is no list to edit.

A protocol is a folder `specs/<family>/<slug>/` with a `protocol.toml`.  The
folders are looked for in a checkout first, then in the installed wheel, where
they travel as `pyspec/_data`.
"""

from __future__ import annotations

import difflib
import enum
import functools
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from _typeshed import DataclassInstance


class Says(enum.Enum):
    """What a claim expects of the checker."""

    HOLDS = "holds"
    VIOLATES = "violates"


@dataclass(frozen=True, slots=True)
class Claim:
    """One cfg and what the checker must say of it.

    `kind` is model, witness or mutant; a mutant names the operators that it
    overrides.  `distinct` is the number of distinct states recorded from TLC.
    `nightly` claims take minutes and are checked only when asked for.
    `line` is where the claim stands in protocol.toml.
    """

    config: str
    says: Says
    deadlock: bool = False
    property: str | None = None
    distinct: int | None = None
    because: str = ""
    kind: str = "model"
    mutates: tuple[str, ...] = ()
    nightly: bool = False
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A paper or book that the spec is written from."""

    paper: str
    year: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol's facts and claims, and where its files are.

    `unreached` are actions that its implementation never takes, with the reasons.
    """

    slug: str
    family: str
    title: str
    summary: str
    module: str
    model: str
    sources: tuple[Source, ...]
    faults: Mapping[str, str]
    left_out: tuple[str, ...]
    claims: tuple[Claim, ...]
    folder: Path
    unreached: Mapping[str, str] = field(default_factory=dict)

    @property
    def spec(self) -> Path:
        """The protocol's module."""
        return self.folder / f"{self.module}.tla"

    @property
    def model_module(self) -> Path:
        """The module that bounds it for checking."""
        return self.folder / f"{self.model}.tla"

    @property
    def page(self) -> Path:
        """The protocol's page."""
        return self.folder / "README.md"

    @property
    def traces(self) -> Path:
        """The folder of its recorded traces."""
        return data_folder("traces") / self.family / self.slug


def data_folder(name: str) -> Path:
    """Return the folder `specs` or `traces`, of a checkout or of the wheel."""
    package = Path(__file__).parent
    checkout = package.parent / name
    if (package.parent / "pyproject.toml").exists() and checkout.is_dir():
        return checkout
    return package / "_data" / name


def protocols(root: Path | None = None) -> tuple[Protocol, ...]:
    """All protocols below a folder of families, by family and slug."""
    base = root or data_folder("specs")
    return tuple(
        read_protocol(found) for found in sorted(base.glob("*/*/protocol.toml"))
    )


def slugs(root: Path | None = None) -> dict[str, Path]:
    """Each slug's folder, without reading the protocols."""
    base = root or data_folder("specs")
    return {
        found.parent.name: found.parent
        for found in sorted(base.glob("*/*/protocol.toml"))
    }


def find(slug: str, root: Path | None = None) -> Protocol:
    """Return a protocol by its slug (hyphens count as underscores)."""
    known = slugs(root)
    name = slug.replace("-", "_")
    if name not in known:
        close = difflib.get_close_matches(name, known, n=3)
        raise Mistake(
            f"there is no protocol {slug!r} in the catalogue",
            hint=_elsewhere(name)
            or (f"Did you mean {' or '.join(close)}?" if close else None)
            or "`pyspec list` shows them all.",
        )
    return read_protocol(known[name] / "protocol.toml")


def _elsewhere(slug: str) -> str | None:
    """Say so if one stands in a checkout that has it, and pyspec runs from another."""
    if not any(Path("specs").glob(f"*/{slug}/protocol.toml")):
        return None
    home = data_folder("specs").parent
    return f"It is in specs/ here, and pyspec runs from {home}: pip install -e ."


def find_by_module(module: str, root: Path | None = None) -> Protocol:
    """Return the one protocol whose module has this name."""
    found = [protocol for protocol in protocols(root) if protocol.module == module]
    if len(found) == 1:
        return found[0]
    many = " and ".join(protocol.slug for protocol in found)
    raise Mistake(
        f"module {module} is that of {many}"
        if found
        else f"no protocol of the catalogue has a module {module}",
        hint="Say which spec it is: --spec SLUG or --spec FILE.tla.",
    )


def read_protocol(path: Path) -> Protocol:
    """Read a protocol.toml; Mistake that names file and line if it is broken."""
    return _Reader(path).read()


@functools.cache
def _keys(cls: type[DataclassInstance]) -> frozenset[str]:
    return frozenset(each.name for each in fields(cls))


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file: its name for people, its data, and its lines.

    `first` is the line of its header, None for the file itself; the others are
    those below it, up to the next header.
    """

    what: str
    data: dict[str, Any]
    first: int | None
    lines: tuple[tuple[int, str], ...]

    def line_of(self, key: str | None) -> int | None:
        """The line that assigns a key; the header's if none does."""
        pattern = re.compile(rf"""\s*["']?{re.escape(key or "")}["']?\s*=""")
        for number, line in self.lines:
            if key is not None and pattern.match(line):
                return number
        return self.first


_MOST_DOTS: Final = 500
_HEADER: Final = re.compile(r"\s*\[\[?\s*([\w-]+)\s*\]\]?\s*(?:#.*)?\Z")


class _Reader:
    """Reads one protocol.toml; a Mistake names the file and, if it can, the line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = self.decoded()
        self.refuse_deep_keys()
        try:
            self.data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.fullmatch(
                r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error)
            )
            last = self.text.rstrip("\n").count("\n") + 1
            raise Mistake(
                f"not TOML: {found[1] if found else error}",
                file=path,
                line=int(found[2]) if found and found[2] else last,
                column=int(found[3]) if found and found[3] else None,
            ) from None
        except (ValueError, RecursionError):
            raise Mistake(
                "not TOML that can be read: a number is too long, or it nests too deep",
                file=path,
            ) from None
        self.whole, self.tables_at = self.split()

    def decoded(self) -> str:
        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise Mistake(f"cannot read it: {error.strerror}", file=self.path) from None
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Mistake(
                f"not UTF-8: {error.reason}",
                file=self.path,
                line=raw.count(b"\n", 0, error.start) + 1,
            ) from None

    def refuse_deep_keys(self) -> None:
        """Refuse `a.a.a`: tomllib takes memory by the square of its length."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.count(".") > _MOST_DOTS:
                raise Mistake(
                    "this line has too many dots",
                    file=self.path,
                    line=number,
                    expected=f"at most {_MOST_DOTS}",
                )

    def split(self) -> tuple[_Table, dict[str, list[_Table]]]:
        """Cut the text at the headers of its tables; their data is filled in later."""
        lines = list(enumerate(self.text.splitlines(), 1))
        heads = [(n, found[1]) for n, line in lines if (found := _HEADER.match(line))]
        ends = [*(number for number, _ in heads[1:]), len(lines) + 1][: len(heads)]
        parts: dict[str, list[_Table]] = {}
        for (start, name), end in zip(heads, ends, strict=True):
            part = _Table(name, {}, start, tuple(lines[start : end - 1]))
            parts.setdefault(name, []).append(part)
        top = tuple(lines[: heads[0][0] - 1] if heads else lines)
        return _Table("protocol.toml", self.data, None, top), parts

    def read(self) -> Protocol:
        top = self.whole
        known = _keys(Protocol) - {"slug", "folder", "claims", "unreached"}
        self.only(top, known | {"claim", "implementation"})
        folder = self.path.parent
        family = self.text_of(top, "family")
        if family != folder.parent.name:
            raise self.mistake(
                "the family is not the folder's name",
                top.line_of("family"),
                expected=folder.parent.name,
                found=family,
            )
        return Protocol(
            slug=folder.name,
            family=family,
            title=self.text_of(top, "title"),
            summary=self.text_of(top, "summary"),
            module=self.text_of(top, "module"),
            model=self.text_of(top, "model"),
            sources=tuple(map(self.source, self.tables("sources", "a source"))),
            faults=self.faults(),
            left_out=self.texts(top, "left_out"),
            claims=tuple(map(self.claim, self.tables("claim", "a claim"))),
            folder=folder,
            unreached=self.unreached(),
        )

    def source(self, table: _Table) -> Source:
        self.only(table, _keys(Source))
        year = self.number_of(table, "year")
        if year is None:
            raise self.mistake("year is missing", table.first, expected="year = 1999")
        return Source(
            paper=self.text_of(table, "paper"),
            year=year,
            where=self.text_of(table, "where", default=""),
        )

    def faults(self) -> dict[str, str]:
        data = self.data.get("faults", {})
        if not isinstance(data, dict):
            line = self.whole.line_of("faults")
            raise self.mistake("faults is not a table", line, expected="[faults]")
        table = self.placed("faults", "the faults", data, 0)
        return {name: self.text_of(table, name) for name in data}

    def unreached(self) -> dict[str, str]:
        """Read `[implementation]`, which may be absent."""
        data = self.data.get("implementation", {})
        if not isinstance(data, dict):
            line = self.whole.line_of("implementation")
            message = "implementation is not a table"
            raise self.mistake(message, line, expected="[implementation]")
        table = self.placed("implementation", "the implementation", data, 0)
        self.only(table, frozenset({"unreached"}))
        found = data.get("unreached", {})
        if not isinstance(found, dict) or not all(
            isinstance(why, str) and why for why in found.values()
        ):
            raise self.mistake(
                "unreached does not give a reason for each action",
                table.line_of("unreached"),
                expected='unreached = { Action = "why" }',
            )
        return found

    def claim(self, table: _Table) -> Claim:
        self.only(table, (_keys(Claim) - {"line", "nightly"}) | {"run"})
        if "says" not in table.data:
            raise self.mistake(
                "says is missing", table.first, expected='says = "holds" or "violates"'
            )
        claim = Claim(
            config=self.text_of(table, "config"),
            says=Says(self.choice(table, "says", ("holds", "violates"))),
            deadlock=self.choice(table, "deadlock", ("allowed", "checked"))
            == "checked",
            property=self.text_of(table, "property", default="") or None,
            distinct=self.number_of(table, "distinct"),
            because=self.text_of(table, "because", default=""),
            kind=self.choice(table, "kind", ("model", "witness", "mutant")),
            nightly=self.choice(table, "run", ("always", "nightly")) == "nightly",
            mutates=self.texts(table, "mutates"),
            line=table.first,
        )
        if claim.says is Says.VIOLATES and claim.property is None:
            raise self.mistake(
                f"the claim of {claim.config} does not say what is violated",
                table.line_of("says"),
                expected='property = "..."',
            )
        return claim

    def tables(self, key: str, what: str) -> Iterator[_Table]:
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            parts = self.tables_at.get(key)
            raise self.mistake(
                f"{key} is not a list of tables",
                parts[0].first if parts else self.whole.line_of(key),
                expected=f"[[{key}]]",
            )
        for place, data in enumerate(found):
            yield self.placed(key, what, data, place)

    def placed(self, key: str, what: str, data: dict[str, Any], place: int) -> _Table:
        """Put a table's data together with its lines."""
        parts = self.tables_at.get(key, [])
        if place >= len(parts):  # written inline
            return _Table(what, data, self.whole.line_of(key), ())
        return replace(parts[place], what=what, data=data)

    def choice(self, table: _Table, key: str, among: tuple[str, ...]) -> str:
        value = table.data.get(key, among[0])
        if value not in among:
            raise self.mistake(
                f"{key} has an unknown value",
                table.line_of(key),
                expected=" or ".join(among),
                found=repr(value),
            )
        return str(value)

    def texts(self, table: _Table, key: str) -> tuple[str, ...]:
        """Return a list of strings; for `mutates` one string will do."""
        found = table.data.get(key, [])
        if isinstance(found, str) and key == "mutates":
            return (found,)
        if not isinstance(found, list) or not all(isinstance(t, str) for t in found):
            raise self.mistake(
                f"{key} is not a list of strings",
                table.line_of(key),
                expected=f'{key} = ["..."]',
            )
        return tuple(found)

    def text_of(self, table: _Table, key: str, *, default: str | None = None) -> str:
        value = table.data.get(key, default)
        if not isinstance(value, str):
            raise self.mistake(
                f"{key} is missing" if value is None else f"{key} is not a string",
                table.line_of(key),
                expected=f'{key} = "..."',
            )
        return value

    def number_of(self, table: _Table, key: str) -> int | None:
        value = table.data.get(key)
        if value is not None and (type(value) is not int or value < 0):
            raise self.mistake(
                f"{key} is not a number",
                table.line_of(key),
                expected="an integer that is at least 0",
                found=repr(value),
            )
        return value

    def only(self, table: _Table, known: frozenset[str]) -> None:
        for key in table.data:
            if key not in known:
                raise self.mistake(
                    f"{table.what} has no key {key!r}",
                    self.line_of_unknown(table, key),
                    expected=", ".join(sorted(known)),
                )

    def line_of_unknown(self, table: _Table, key: str) -> int | None:
        """The line of a key that may be a table's name, too."""
        parts = self.tables_at.get(key, []) if table is self.whole else []
        return parts[0].first if parts else table.line_of(key)

    def mistake(
        self,
        message: str,
        line: int | None,
        *,
        expected: str | None = None,
        found: str | None = None,
    ) -> Mistake:
        return Mistake(
            message,
            file=self.path,
            line=line,
            expected=expected,
            found=found,
        )
