"""The command line, one file per command.

Nothing but click is imported until a command runs: `pyspec --help` must not
wait for libraries that it does not use.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

import click

from pyspec.errors import Bug, Exit, Interrupted, Mistake, PyspecError, Unavailable
from pyspec.garbage import collect_seldom

if TYPE_CHECKING:
    from types import FrameType

# Help is listed from here, so that a command's module is not imported for it.
COMMANDS: Final = {
    "verify": "Everything about a protocol: claims, implementation, traces.",
    "check": "Model-check a protocol's claims, or any .tla with its .cfg.",
    "replay": "Is a recorded trace a behavior of its spec?",
    "convert": "A trace from one format to another.",
    "simulate": "Run a protocol's implementation, and write its trace.",
    "fuzz": "Many runs of an implementation under faults, each held to its spec.",
    "drive": "Does an implementation do all that its spec allows?",
    "mutate": "Would a conforming trace be rejected if it said anything else?",
    "list": "The catalogue of protocols.",
    "show": "One protocol: facts, claims and where its files are.",
    "new": "Scaffold a protocol; its audit says what is missing.",
    "doctor": "What was found: JRE, jar, versions, caches.",
}
HIDDEN_TRACEBACK: Final = "PYSPEC_DEBUG"


class _Lazy(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pyspec.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def format_commands(
        self,
        ctx: click.Context,
        formatter: click.HelpFormatter,
    ) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self,
        ctx: click.Context,
        args: list[str],
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if close:
                raise click.UsageError(
                    f"{error.message} Did you mean {close[0]!r}?",
                    ctx,
                ) from None
            raise


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"pyspec {version('pyspec-tla')}")
        except PackageNotFoundError:
            click.echo("pyspec, from a checkout that is not installed")
        ctx.exit()


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 a violation was found, 2 your mistake, 3 undecided "
    "within limits, 4 the environment (no Java, disk full), 5 our bug, "
    "130 interrupted.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def group() -> None:
    """Hold distributed systems to their TLA+ specifications."""


def main() -> NoReturn:
    """Run the command line and exit with the code that says whose fault it was."""
    signal.signal(signal.SIGTERM, _terminate)
    collect_seldom()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone: nothing is left to tell them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code == Exit.INTERRUPTED:
        # Python forgets that a Ctrl-C was handled if it struck while a library
        # was being imported, and would die by the signal; all is cleaned up.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; return its exit code, with errors told on stderr.

    With --json what went wrong is the one object on standard output, too.
    """
    try:
        result = group.main(arguments, prog_name="pyspec", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except BrokenPipeError:
        return Exit.FINE
    except click.ClickException as error:
        error.show()
        wrong: PyspecError = Mistake(error.format_message())
    except Exception as error:
        if os.environ.get(HIDDEN_TRACEBACK) and not isinstance(error, click.Abort):
            raise
        wrong = _blamed(error)
        click.echo(f"pyspec: {wrong}", err=True)
    except KeyboardInterrupt:
        wrong = Interrupted("interrupted")
        click.echo(f"pyspec: {wrong}", err=True)
    else:
        return int(result) if isinstance(result, int) else Exit.FINE
    if "--json" in arguments:
        _print_json(wrong)
    return wrong.exit


def _blamed(error: Exception) -> PyspecError:
    """Say whose fault an exception is."""
    if isinstance(error, PyspecError):
        return error
    if isinstance(error, click.Abort):
        return Interrupted("interrupted")
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return Unavailable(f"{where}{error.strerror or error}")
    if isinstance(error, ModuleNotFoundError) and not _is_ours(error.name or ""):
        return Unavailable(
            f"the library {error.name} is not installed for {sys.executable}",
            hint="Install pyspec with pip, which brings its libraries.",
        )
    return Bug(
        f"this is a bug of pyspec: {type(error).__name__}: {error}",
        hint=f"Please report it, with what {HIDDEN_TRACEBACK}=1 pyspec ... prints.",
    )


def _is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in {"pyspec", "refimpl", ""}


def _print_json(wrong: PyspecError) -> None:
    import json

    place = {"file": wrong.file, "line": wrong.line, "column": wrong.column}
    data = {
        "verdict": "error",
        "cause": wrong.exit.name.lower(),
        "message": str(wrong),
        "errors": [{**place, "message": wrong.message}],
    }
    click.echo(json.dumps(data, indent=2))


def _terminate(signum: int, frame: FrameType | None) -> None:
    """Let SIGTERM unwind like Ctrl-C, so that processes and folders are removed."""
    del signum, frame
    raise KeyboardInterrupt
