"""From a file or a slug to a compiled spec.

Compiling takes a JVM for SANY and some tenths of a second, so compiled
programs are kept: by the contents of all modules involved, what the cfg says,
the constants, this engine's own sources and the version of Python.
"""

from __future__ import annotations

import functools
import hashlib
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from pyspec.kept import content_of, kept
from pyspec.language.expressions import evaluator
from pyspec.language.library import modules_folder
from pyspec.tla2tools.modules import involved, search_path

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from pyspec.language.link import Compiler
    from pyspec.language.logs import LogProgram
    from pyspec.language.noted import Noted
    from pyspec.language.program import Program, Spec
    from pyspec.language.stepping import Stepping
    from pyspec.language.twin import Twin
    from pyspec.tla2tools import Config, Toolchain
    from pyspec.values import Value

__all__ = [
    "Source",
    "Standard",
    "compiled",
    "load",
    "locate",
    "read_config",
    "twin",
]


def load(
    target: Path | str,
    config: Config | Path | str | None = None,
    constants: Mapping[str, Value | str] | None = None,
    *,
    library: Sequence[Path] = (),
) -> Spec:
    """Return a compiled spec, ready to be walked.

    - target: a module's file, or the slug of a protocol, whose model module it
      is then
    - config: a cfg file, its name (it is looked for beside the module, too),
      or a `Config`; without one the cfg beside the module with its name, if
      there is one, else `Spec`, or `Init` and `Next`, is the specification
    - constants: values, or text in TLA+ (`"{r1, r2}"`, `'"a string"'`), of
      constants; they come before the cfg's
    - library: folders of further modules

    Raises Mistake for what is wrong with any of these, and Unavailable if SANY
    is needed and cannot run.
    """
    source = locate(target, config, constants, library=library)
    spec = compiled(source).spec()
    spec.twin = lambda: twin(source)
    spec.evaluator = lambda: evaluator(source)
    return spec


@dataclass(frozen=True, slots=True)
class Source:
    """A module and what a cfg says of it.

    `folders` are those of modules: its own first, that of our modules last.
    """

    module: Path
    config: Config
    folders: tuple[Path, ...]


def locate(
    target: Path | str,
    config: Config | Path | str | None = None,
    constants: Mapping[str, Value | str] | None = None,
    *,
    library: Sequence[Path] = (),
) -> Source:
    """Find the module and read the cfg; the arguments are those of `load`."""
    module = _module(target)
    folders = search_path(module, (*library, modules_folder()))
    if config is None or isinstance(config, Path | str):
        config = _config(module, config, folders)
    return Source(module, _with_constants(config, constants or {}), folders)


def compiled(
    source: Source,
    toolchain: Callable[[], Toolchain] | None = None,
    *,
    stop: threading.Event | None = None,
) -> Program:
    """Return the compiled program, kept or made now.

    `toolchain` is asked only if SANY must run.
    """
    files = involved(source.module, source.folders)
    program: Program = kept(
        "programs",
        _key(source, files),
        lambda: _made(source, files, toolchain, stop),
    )
    return program


def stepping(
    source: Source,
    wanted: tuple[Sequence[str], Sequence[str]],
    toolchain: Callable[[], Toolchain] | None = None,
    *,
    stop: threading.Event | None = None,
) -> Stepping:
    """Return what `link_steps` makes of a source, kept or made now."""
    files = involved(source.module, source.folders)

    def made() -> Stepping:
        from pyspec.language.stepping import link_steps  # noqa: PLC0415 - slow

        xml = _exported(source, toolchain, stop)
        texts = _texts(source.module, files)
        return link_steps(xml, source.config, _standard(files), texts, wanted)

    found: Stepping = kept("steps", _key(source, files, repr(wanted)), made)
    return found


def reading_a_log(
    source: Source,
    toolchain: Callable[[], Toolchain] | None = None,
    *,
    stop: threading.Event | None = None,
) -> LogProgram:
    """Return what `link_log` makes of a source, kept or made now."""
    files = involved(source.module, source.folders)

    def made() -> LogProgram:
        from pyspec.language.logs import link_log  # noqa: PLC0415 - slow

        _refuse_self_mention(source.config, files)
        xml = _exported(source, toolchain, stop)
        texts = _texts(source.module, files)
        return link_log(xml, source.config, _standard(files), texts)

    found: LogProgram = kept("logs", _key(source, files, "log"), made)
    return found


def _key(source: Source, files: Mapping[str, Path], more: str = "") -> str:
    """Return what changes with anything that a compiled module depends on."""
    ours = sorted(n for n, file in files.items() if file.parent == modules_folder())
    said = f"{source.module.stem}\0{ours}\0{_canonical(source.config)}\0{more}"
    contents = content_of(file for _, file in sorted(files.items()))
    return hashlib.sha256(f"{engine()}{said}{contents}".encode()).hexdigest()


def named(source: Source, toolchain: Callable[[], Toolchain] | None = None) -> Program:
    r"""Return a program whose steps are named below `\E m \in net`, too.

    TLC, and so `compiled`, names them only below quantifiers over constant sets.
    """
    files = involved(source.module, source.folders)

    def made() -> Program:
        from pyspec.language.link import link  # noqa: PLC0415 - slow
        from pyspec.language.named import NamingEmitter  # noqa: PLC0415 - slow

        _refuse_self_mention(source.config, files)
        xml = _exported(source, toolchain, None)
        texts = _texts(source.module, files)
        return link(xml, source.config, _standard(files), texts, NamingEmitter)

    program: Program = kept("programs", _key(source, files, "named"), made)
    return program


def twin(source: Source, toolchain: Callable[[], Toolchain] | None = None) -> Twin:
    """Return what tells where evaluation failed, and why a predicate is false.

    It is compiled when it is first asked something.
    """
    from pyspec.language.twin import Twin, traced  # noqa: PLC0415 - few need it

    files = involved(source.module, source.folders)

    def compiler() -> Compiler:
        xml = _exported(source, toolchain, None)
        texts = _texts(source.module, files)
        return traced(xml, source.config, _standard(files), texts)

    return Twin(compiler, files)


def noted(source: Source, toolchain: Callable[[], Toolchain] | None = None) -> Noted:
    """Return what tells how far the steps from a state come."""
    from pyspec.language.noted import link_noted  # noqa: PLC0415 - few need it

    files = involved(source.module, source.folders)
    xml = _exported(source, toolchain, None)
    texts = _texts(source.module, files)
    return link_noted(xml, source.config, _standard(files), texts)


def _made(
    source: Source,
    files: Mapping[str, Path],
    toolchain: Callable[[], Toolchain] | None,
    stop: threading.Event | None,
) -> Program:
    from pyspec.language.link import link  # noqa: PLC0415 - slow

    _refuse_self_mention(source.config, files)
    xml = _exported(source, toolchain, stop)
    texts = _texts(source.module, files)
    return link(xml, source.config, _standard(files), texts)


def _exported(
    source: Source,
    toolchain: Callable[[], Toolchain] | None,
    stop: threading.Event | None,
) -> bytes:
    from pyspec.tla2tools import find_toolchain, sany  # noqa: PLC0415 - slow

    tools = (toolchain or find_toolchain)()
    return sany.export_xml(tools, source.module, source.folders[1:], stop=stop)


def _standard(files: Mapping[str, Path]) -> Standard:
    own = {name for name, file in files.items() if file.parent != modules_folder()}
    return Standard(frozenset(own), frozenset(files) - own)


def names_read(module: Path, folders: tuple[Path, ...]) -> tuple[str, ...]:
    """Return the names of a module and of those it needs, as TLC first reads them."""
    from pyspec.tla2tools.words import names_in  # noqa: PLC0415 - as the compiler

    return names_in(_texts(module, involved(module, folders)).values())


def _texts(module: Path, files: Mapping[str, Path]) -> dict[str, str]:
    """Return the modules' texts in the order in which they are first mentioned."""
    from pyspec.tla2tools.words import names_in  # noqa: PLC0415 - as the compiler

    found: dict[str, str] = {}
    todo = [module.stem]
    while todo:
        name = todo.pop()
        if name not in found:
            text = files[name].read_text(encoding="utf-8", errors="replace")
            found[name] = text
            mentioned = (word for word in names_in([text]) if word in files)
            todo += reversed([*mentioned])
    return found


@dataclass(frozen=True, slots=True)
class Standard:
    """Whether a module is a standard one, so that natives stand for it.

    `own` are the modules involved that the spec or a library brings, `ours`
    those of pyspec's own folder.  A module of neither comes from the jar.
    """

    own: frozenset[str]
    ours: frozenset[str]

    def __call__(self, module: str) -> bool:
        """Whether this is a standard module."""
        from pyspec.language.runtime.modules import OURS  # noqa: PLC0415 - slow

        return module in self.ours if module in OURS else module not in self.own


# --------------------------------------------------------------------------
# What is asked for


def _module(target: Path | str) -> Path:
    path = Path(target)
    named = isinstance(target, Path) or "/" in target or target.endswith(".tla")
    if not named and not path.is_file():
        from pyspec import catalog  # noqa: PLC0415 - few need it

        return catalog.find(str(target)).model_module.absolute()
    if path.suffix != ".tla" or not path.is_file():
        from pyspec.tla2tools import SanyReport, sany  # noqa: PLC0415 - slow

        if missing := sany.missing_module(path.absolute()):
            SanyReport(path, errors=(missing,)).require()
    return path.absolute()


def _config(module: Path, named: Path | str | None, folders: Sequence[Path]) -> Config:
    if named is not None:
        return read_config(_named(module, Path(named)))
    beside = module.with_suffix(".cfg")
    return read_config(beside) if beside.is_file() else _guessed(module, folders)


def _named(module: Path, named: Path) -> Path:
    """Find a cfg by its path or name, with or without its ending."""
    longer = named.with_name(f"{named.name}.cfg")
    places = [named, longer, module.parent / named, module.parent / longer]
    return next((place for place in places if place.is_file()), named)


def _guessed(module: Path, folders: Sequence[Path]) -> Config:
    """Return a cfg for a module that has none: Spec, or Init and Next."""
    from pyspec.tla2tools.config import Config  # noqa: PLC0415 - slow

    defined: set[str] = set()
    for file in involved(module, folders).values():
        text = file.read_text(encoding="utf-8", errors="replace")
        defined.update(_BEHAVIOR.findall(text))
    if "Spec" in defined:
        return Config(specification="Spec")
    if {"Init", "Next"} <= defined:
        return Config(init="Init", next="Next")
    return Config()


_BEHAVIOR: Final = re.compile(r"^\s*(Spec|Init|Next)\s*==", re.MULTILINE)


def read_config(path: Path) -> Config:
    """Read a cfg file; what it says is kept, as building the parser takes long."""
    try:
        content = path.read_bytes()
    except OSError:
        content = b""  # reading it properly says what is wrong
    said = hashlib.sha256(f"{engine()}{path}\0".encode() + content).hexdigest()

    def read() -> Config:
        from pyspec.tla2tools import read_config as read  # noqa: PLC0415 - slow

        return read(path)

    config: Config = kept("cfgs", said, read)
    return config


def _with_constants(config: Config, constants: Mapping[str, Value | str]) -> Config:
    """Return the cfg with other constants, whatever it gives for them."""
    if not constants:
        return config
    values = {name: _value(name, value) for name, value in constants.items()}

    def others(given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: what for name, what in given.items() if name not in values}

    return replace(
        config,
        constants={**others(config.constants), **values},
        overrides=others(config.overrides),
        module_constants=others(config.module_constants),
        module_overrides=others(config.module_overrides),
    )


def _value(name: str, given: Value | str) -> Value:
    """Return a constant's value; a string is TLA+ text."""
    if not isinstance(given, str):
        return given
    from pyspec.values import parse  # noqa: PLC0415 - slow

    try:
        return parse(given)
    except Mistake as error:
        raise Mistake(
            f"the value given for constant {name} cannot be read: {error.message}",
            expected=error.expected,
            found=error.found,
            hint="a string is TLA+ text here: 3, {r1, r2}, or '\"text\"' for a string",
        ) from None


def _refuse_self_mention(config: Config, files: Mapping[str, Path]) -> None:
    """Refuse an override that uses what it overrides, by the place where it does."""
    from pyspec.tla2tools.overrides import self_mentions  # noqa: PLC0415 - few need it

    elsewhere = config.module_overrides.items()
    given = {**config.overrides, **{name: by for name, (_, by) in elsewhere}}
    for mention in self_mentions(given, files.values()) if given else ():
        raise Mistake(
            mention.message,
            file=mention.file,
            line=mention.line,
            column=mention.column,
            hint=mention.hint,
        )


# --------------------------------------------------------------------------
# Keys


def _canonical(config: Config) -> str:
    """Return a text that says the same; values that no cfg can hold included."""
    from pyspec.values import show  # noqa: PLC0415 - slow

    values = sorted(config.constants.items(), key=lambda pair: pair[0])
    constants = "".join(f"{name} = {show(value)}\n" for name, value in values)
    # Names in the order of the file decide what CHOOSE takes.
    words = " ".join(config.words)
    return f"{replace(config, constants={}).text()}{constants}{words}"


@functools.cache
def engine() -> str:
    """Return what changes when the engine does, or the Python that runs it."""
    return f"{sys.version}\0{content_of(_sources())}\0"


def _sources() -> list[Path]:
    """Return the files that decide what a program is, or what it does."""
    package = Path(__file__).parents[1]
    return [
        *sorted((package / "language").rglob("*.py")),
        *sorted((package / "values").glob("*.*")),
        *sorted((package / "tla2tools").glob("config.*")),
    ]
