"""Finds protocols by their folders; there is no list to edit.

A protocol is a folder `specs/<family>/<slug>/` with a `protocol.toml`.  The
folders are looked for in a checkout first, then in the installed wheel, where
they travel as `pyspec/_data`.
"""

from __future__ import annotations

import difflib
import enum
import functools
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """A protocol's facts and claims, and where its files are."""

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
            hint=f"Did you mean {' or '.join(close)}?"
            if close
            else "`pyspec list` shows them all.",
        )
    return read_protocol(known[name] / "protocol.toml")


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


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
            self.data = tomllib.loads(self.text)
        except OSError as error:
            raise Mistake(f"cannot read it: {error.strerror}", file=path) from None
        except UnicodeDecodeError as error:
            raise Mistake(f"not UTF-8: {error}", file=path) from None
        except tomllib.TOMLDecodeError as error:
            raise Mistake(f"not TOML: {error}", file=path) from None

    def read(self) -> Protocol:
        known = {
            "title",
            "family",
            "module",
            "model",
            "summary",
            "sources",
            "faults",
            "left_out",
            "claim",
        }
        self.only(self.data, known, "protocol.toml")
        folder = self.path.parent
        family = self.text_of(self.data, "family")
        if family != folder.parent.name:
            raise self.mistake(
                "the family is not the folder's name",
                key="family",
                expected=folder.parent.name,
                found=family,
            )
        return Protocol(
            slug=folder.name,
            family=family,
            title=self.text_of(self.data, "title"),
            summary=self.text_of(self.data, "summary"),
            module=self.text_of(self.data, "module"),
            model=self.text_of(self.data, "model"),
            sources=tuple(self.sources()),
            faults=self.faults(),
            left_out=tuple(self.texts("left_out")),
            claims=tuple(self.claims()),
            folder=folder,
        )

    def sources(self) -> Iterator[Source]:
        for table in self.tables("sources"):
            self.only(table, _keys(Source), "a source")
            yield Source(
                paper=self.text_of(table, "paper"),
                year=self.number_of(table, "year") or 0,
                where=self.text_of(table, "where", default=""),
            )

    def faults(self) -> dict[str, str]:
        table = self.data.get("faults", {})
        if not isinstance(table, dict):
            raise self.mistake("faults is not a table", key="faults")
        return {name: self.text_of(table, name) for name in table}

    def claims(self) -> Iterator[Claim]:
        lines = [
            number
            for number, line in enumerate(self.text.splitlines(), 1)
            if line.strip().replace(" ", "") == "[[claim]]"
        ]
        for place, table in enumerate(self.tables("claim")):
            line = lines[place] if place < len(lines) else None
            yield self.claim(table, line)

    def claim(self, table: dict[str, Any], line: int | None) -> Claim:
        self.only(
            table, (_keys(Claim) - {"line", "nightly"}) | {"run"}, "a claim", line=line
        )
        kind = self.choice(table, "kind", ("model", "witness", "mutant"), line)
        mutates = table.get("mutates", [])
        claim = Claim(
            config=self.text_of(table, "config", line=line),
            says=Says(self.choice(table, "says", ("holds", "violates"), line)),
            deadlock=self.choice(table, "deadlock", ("allowed", "checked"), line)
            == "checked",
            property=self.text_of(table, "property", default="", line=line) or None,
            distinct=self.number_of(table, "distinct", line=line),
            because=self.text_of(table, "because", default="", line=line),
            kind=kind,
            nightly=self.choice(table, "run", ("always", "nightly"), line) == "nightly",
            mutates=(mutates,) if isinstance(mutates, str) else tuple(mutates),
            line=line,
        )
        if claim.says is Says.VIOLATES and claim.property is None:
            raise self.mistake(
                f"the claim of {claim.config} does not say what is violated",
                line=line,
                expected='property = "..."',
            )
        return claim

    def choice(
        self,
        table: dict[str, Any],
        key: str,
        among: tuple[str, ...],
        line: int | None,
    ) -> str:
        value = table.get(key, among[0])
        if value not in among:
            raise self.mistake(
                f"{key} has an unknown value",
                line=line,
                key=key,
                expected=" or ".join(among),
                found=repr(value),
            )
        return str(value)

    def tables(self, key: str) -> list[dict[str, Any]]:
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            raise self.mistake(f"{key} is not a list of tables", key=key)
        return found

    def texts(self, key: str) -> list[str]:
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, str) for t in found):
            raise self.mistake(f"{key} is not a list of strings", key=key)
        return found

    def text_of(
        self,
        table: dict[str, Any],
        key: str,
        *,
        default: str | None = None,
        line: int | None = None,
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise self.mistake(
                f"{key} is missing" if value is None else f"{key} is not a string",
                key=key,
                line=line,
                expected=f'{key} = "..."',
            )
        return value

    def number_of(
        self,
        table: dict[str, Any],
        key: str,
        *,
        line: int | None = None,
    ) -> int | None:
        value = table.get(key)
        if value is not None and (type(value) is not int or value < 0):
            raise self.mistake(f"{key} is not a number", key=key, line=line)
        return value

    def only(
        self,
        table: dict[str, Any],
        known: frozenset[str] | set[str],
        what: str,
        *,
        line: int | None = None,
    ) -> None:
        for key in table:
            if key not in known:
                raise self.mistake(
                    f"{what} has no key {key!r}",
                    key=key,
                    line=line,
                    expected=", ".join(sorted(known)),
                )

    def mistake(
        self,
        message: str,
        *,
        key: str | None = None,
        line: int | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> Mistake:
        if line is None and key is not None:
            for number, text in enumerate(self.text.splitlines(), 1):
                if text.strip().startswith(key):
                    line = number
                    break
        return Mistake(
            message,
            file=self.path,
            line=line,
            expected=expected,
            found=found,
        )
