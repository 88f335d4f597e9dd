"""The files that a new protocol begins with.

They parse, the one model runs, and the audit has something to say about each
thing that is still missing.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from typing import TYPE_CHECKING, Final

from pyspec import catalog
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from pathlib import Path

STANDARD: Final = frozenset(
    {
        "Bags",
        "Integers",
        "Naturals",
        "Randomization",
        "Reals",
        "Sequences",
        "Toolbox",
    }
)
"""Modules that come with TLC and are named as one of ours could be."""
RESERVED: Final = frozenset(
    {
        "actions",
        "audit",
        "fields",
        "history",
        "maps",
        "process",
        "protocol",
        "real",
        "sim",
        "steps",
        "triggers",
    }
)
"""Names that refimpl/ and traces/ have other uses for."""


def scaffold(root: Path, family: str, slug: str, title: str | None) -> list[Path]:
    """Write the files below a checkout; Mistake if one of them exists."""
    module = "".join(word.capitalize() for word in slug.split("_"))
    named = title or slug.replace("_", " ").capitalize()
    check_names(root, family, slug, module, named)
    folder = root / "specs" / family / slug
    files = {
        folder / f"{module}.tla": _spec(module, named, family, slug),
        folder / f"MC{module}.tla": _model(module),
        folder / f"MC{module}.cfg": _CONFIG,
        folder / "protocol.toml": _facts(module, named, family),
        folder / "README.md": _page(module, named, slug),
        root / "refimpl" / family / f"{slug}.py": _implementation(module, named, slug),
        root / "traces" / family / slug / ".gitkeep": "",
    }
    for path in files:
        if path.exists():
            raise Mistake("this file exists already", file=path)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    package = root / "refimpl" / family / "__init__.py"
    if not package.exists():
        package.write_text(f'"""Protocols of the family {family}."""\n')
        return [*files, package]
    return list(files)


def check_names(root: Path, family: str, slug: str, module: str, title: str) -> None:
    """Mistake for a name that some file or module could not bear."""
    if not (root / "pyspec" / "catalog.py").is_file():
        raise Mistake(
            "this is no checkout of pyspec, so there is no place for a protocol",
            file=root,
            hint="Name one: pyspec new SLUG --family FAMILY --root CHECKOUT.",
        )
    for kind, word in (("slug", slug), ("family", family)):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word):
            raise Mistake(
                f"{word!r} is not a {kind}",
                expected="lower case letters, digits and underscores, a letter first",
            )
        if keyword.iskeyword(word) or word in RESERVED:
            raise Mistake(f"{word!r} cannot be a {kind}: the name is taken")
    if slug.endswith("_broken") or module in STANDARD:
        raise Mistake(f"{slug!r} cannot be a slug: the name is taken")
    there = catalog.slugs(root / "specs").get(slug)
    if there is not None:
        raise Mistake(f"there is a protocol {slug} already", file=there)
    if re.search(r"""["\\\x00-\x1f]|\(\*|\*\)""", title) or not title.strip():
        raise Mistake(
            f"{title!r} is not a title",
            expected='text without ", \\, (*, *) and line ends',
        )


def _boxed(*lines: str) -> str:
    wrapped = [part for line in lines for part in textwrap.wrap(line, 73) or [""]]
    return "\n".join(f"(* {line:<73} *)" for line in wrapped)


def _spec(module: str, title: str, family: str, slug: str) -> str:
    head = f" MODULE {module} "
    header = _boxed(
        f"{title}.  TODO what it is for, in two or three sentences.",
        "",
        "Source    TODO author, title, venue and year.",
        "Refines   TODO what it refines, as a property that is checked; or drop this.",
        "Modelled  TODO which faults, and which action each of them is.",
        "Left out  TODO what the paper has and this spec has not.",
        f"Python    refimpl/{family}/{slug}.py, one method per action.",
    )
    rule = "-" * 79
    return f"""{head:-^79}
{header}
CONSTANT Process  \\* the processes that take part

VARIABLE
  state  \\* state[p]: what p is doing, "idle" or "done"

vars == <<state>>

TypeOK == state \\in [Process -> {{"idle", "done"}}]

Init == state = [p \\in Process |-> "idle"]
{rule}
{_boxed("A process finishes.  TODO say why that is safe.")}
Finish(p) ==
  /\\ state[p] = "idle"
  /\\ state' = [state EXCEPT ![p] = "done"]

Next == \\E p \\in Process : Finish(p)

Fairness == \\A p \\in Process : WF_vars(Finish(p))

Spec == Init /\\ [][Next]_vars /\\ Fairness
{rule}
EveryoneFinishes == <>(\\A p \\in Process : state[p] = "done")

THEOREM Spec => []TypeOK /\\ EveryoneFinishes
{"=" * 79}
"""


def _model(module: str) -> str:
    head = f" MODULE MC{module} "
    text = _boxed(
        f"Bounds, witnesses and deliberately wrong variants of {module}.",
    )
    return f"{head:-^79}\n{text}\nEXTENDS {module}\n{'=' * 79}\n"


_CONFIG = """\\* The protocol holds: two processes.
SPECIFICATION Spec
CONSTANT Process = {p1, p2}
INVARIANT TypeOK
PROPERTY EveryoneFinishes
"""


def _facts(module: str, title: str, family: str) -> str:
    return f"""title   = "{title}"
family  = "{family}"
module  = "{module}"
model   = "MC{module}"
summary = "TODO what it is for, in a sentence."

# TODO what the sources have and this spec has not.
left_out = []

# TODO the fault model: what each fault is in the spec (an action, or a stutter).
[faults]

# TODO [[sources]] with paper = "...", year = 1999, where = "section 2".

[[claim]]
config   = "MC{module}.cfg"
says     = "holds"
deadlock = "allowed"
distinct = 4
"""


def _page(module: str, title: str, slug: str) -> str:
    return f"""# {title}

TODO what it is for, who takes part, which messages they send.

## What was checked

| model | what it shows |
|---|---|
| `MC{module}` | the protocol holds for two processes |

    pyspec verify {slug}
"""


def _implementation(module: str, title: str, slug: str) -> str:
    return f'''"""{title}: the reference implementation.

Written to be read beside {module}.tla, one method per action.
"""

from __future__ import annotations

from typing import ClassVar

from pyspec.values import ModelValue
from refimpl.process import Context, Process, ProcessId, Timer, action, guard, volatile
from refimpl.protocol import Protocol, Role

FINISH = Timer("finish")


class Worker(Process):
    """One process."""

    declares: ClassVar[dict[str, str]] = {{"state": "state[self.id]"}}

    state: str = volatile("idle")

    def start(self) -> None:
        """Begin at once."""
        self.set_timer(FINISH, 0)

    @action("Finish(self.id)", on=FINISH)
    def finish(self) -> None:
        """Finish."""
        guard(self.state == "idle")
        self.state = "done"


_IDS = (ProcessId("p1"), ProcessId("p2"))


def _worker(context: Context) -> Worker:
    return Worker(context)


PROTOCOL = Protocol(
    slug="{slug}",
    module="{module}",
    # Without crash= a worker never crashes: the spec has no action for it.
    roles=(Role(name="worker", ids=_IDS, make=_worker),),
    constants={{"Process": frozenset(ModelValue(name) for name in _IDS)}},
)
'''
