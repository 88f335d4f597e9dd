"""Options that say which implementation is run, and what goes wrong meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.campaign.fuzzing.subject import Subject

__all__ = ["FaultOptions", "SubjectOptions", "fault_options", "subject_options"]

PRESETS = ("none", "default", "all")


@dataclass(frozen=True)
class SubjectOptions:
    """Which implementation is run."""

    slug: str
    broken: str | None
    variant: str | None
    implementation: Path | None

    def subject(self) -> Subject:
        """Return it by its names."""
        from pyspec.campaign.fuzzing.subject import Subject

        if self.broken is not None and self.variant is not None:
            raise Mistake(
                "--broken names an implementation with a configuration of its own",
                hint="Leave out --variant.",
            )
        file = str(self.implementation) if self.implementation else None
        slug = self.slug if self.slug.endswith(".tla") else _plain(self.slug)
        return Subject(slug, _plain(self.broken), file, _plain(self.variant))

    def held(self) -> Subject:
        """Return it to be held to the protocol's spec; Mistake if it is of another."""
        found = self.subject()
        if found.file is None:
            return found
        if not found.spec().is_file():
            raise Mistake("there is no such file", file=found.spec())
        implemented, wanted = found.protocol().module, found.module
        if implemented != wanted:
            raise Mistake(
                "this is not an implementation of the protocol that is named",
                file=found.file,
                expected=f"module {wanted} ({found.slug})",
                found=f"module {implemented}",
                hint="A spec that is not in the catalogue is named by its file.",
            )
        return found


Name = TypeVar("Name", str, str | None)


def _plain(name: Name) -> Name:
    """Return a name as it is in Python, however it is typed."""
    return name.replace("-", "_") if name is not None else None


@dataclass(frozen=True)
class FaultOptions:
    """What may go wrong, in words."""

    preset: str
    settings: tuple[str, ...]
    is_given: bool


def subject_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add SLUG, --broken, --variant and --implementation, as `subject`."""

    @wraps(function)
    def command(**given: Any) -> int:  # noqa: ANN401 - what click read
        held = {each.name: given.pop(each.name) for each in fields(SubjectOptions)}
        return function(subject=SubjectOptions(**held), **given)

    for option in (
        click.option(
            "--implementation",
            type=click.Path(path_type=Path),
            metavar="FILE.py",
            help="Run the PROTOCOL of this file: instead of the reference "
            "implementation, or as that of FILE.tla.  Its code is run.",
        ),
        click.option(
            "--broken",
            metavar="NAME",
            help="Run an implementation with a known mistake.",
        ),
        click.option(
            "--variant",
            metavar="NAME",
            help="Run another configuration, which does what the first never does.",
        ),
        click.argument("slug", metavar="SLUG|FILE.tla"),
    ):
        command = option(command)
    return command


def fault_options(
    default: str,
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Add --faults and --set; the function gets `faults`."""

    def decorated(function: Callable[..., int]) -> Callable[..., int]:
        @wraps(function)
        def command(**given: Any) -> int:  # noqa: ANN401 - what click read
            preset, settings = given.pop("preset"), given.pop("settings")
            is_given = preset is not None or bool(settings)
            found = FaultOptions(preset or default, settings, is_given)
            return function(faults=found, **given)

        for option in (
            click.option(
                "--set",
                "settings",
                multiple=True,
                metavar="NAME=VALUE",
                help="A field of Faults, as losses=3 or latency_ns=1ms..20ms.  May be "
                "repeated.",
            ),
            click.option(
                "--faults",
                "preset",
                type=click.Choice(PRESETS),
                help="What may go wrong: nothing, what the protocol's fault model "
                f"says, or more of that  [default: {default}]",
            ),
        ):
            command = option(command)
        return command

    return decorated
