"""`pyspec convert TRACE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.options import json_option
from pyspec.errors import Exit, Mistake, Unavailable

if TYPE_CHECKING:
    from pyspec.trace.reading import Reading

READABLE = ("text", "ndjson", "itf", "tlc", "dump", "etcd", "inria")
WRITABLE = ("text", "ndjson", "itf")
STANDARD = "-"


@click.command("convert")
@click.argument("trace")
@click.option(
    "--to",
    "target",
    type=click.Choice(WRITABLE),
    help="The format to write (default: by the ending of -o, else text).",
)
@click.option(
    "--from",
    "source",
    type=click.Choice(READABLE),
    help="The format to read (default: by what the file is called and begins with).",
)
@click.option(
    "-o",
    "--output",
    default=STANDARD,
    metavar="FILE",
    help="Write to this file, in one step (default: standard output).",
)
@click.option(
    "--module",
    metavar="NAME",
    help="The module that the trace is of, whatever the file says.",
)
@click.option(
    "--model-values",
    metavar="NAMES",
    default="",
    help="Strings that are model values, as r1,r2, where the format does not tell.",
)
@click.option(
    "--nth",
    type=click.IntRange(min=1),
    help="Which counterexample to take, of several in TLC's output (from 1).",
)
@json_option
def command(
    trace: str,
    target: str | None,
    source: str | None,
    output: str,
    module: str | None,
    model_values: str,
    nth: int | None,
    as_json: bool,
) -> int:
    """Convert a trace between formats: text, NDJSON, ITF; TLC's and others' too.

    TRACE is a file, or - for standard input.  What the target cannot hold is an
    error; what is not carried over from a foreign log is counted and told.
    """
    name = "standard input" if trace == STANDARD else trace
    _check_names(module, model_values)
    readings = _read(trace, name, source, module, model_values)
    reading = _chosen(readings, nth, name)
    target = target or _by_ending(output)
    text = _written(reading, target, name)
    shown = text if as_json and output == STANDARD else None
    if output != STANDARD:
        write_whole(output, text)
    elif not as_json:
        _print(text)
    notes = [*_notes(readings, reading, nth)]
    if as_json:
        _print_json(reading, name, target, output, notes, shown)
    else:
        _tell(reading, name, notes)
    return Exit.FINE


def _check_names(module: str | None, model_values: str) -> None:
    from pyspec.values.model import NO_MODEL_VALUES, is_name

    if module is not None and not is_name(module):
        raise Mistake("--module is the name of a module", found=module)
    for name in _names(model_values):
        if not is_name(name) or name in NO_MODEL_VALUES:
            raise Mistake(
                "--model-values are names, with commas between them", found=name
            )


def _names(model_values: str) -> list[str]:
    return [name.strip() for name in model_values.split(",") if name.strip()]


def _read(
    trace: str, name: str, source: str | None, module: str | None, model_values: str
) -> list[Reading]:
    from pyspec.tla2tools.formats import Format, read_any, read_stream, seekable

    form = Format(source) if source else None
    names = _names(model_values)
    if trace != STANDARD:
        return read_any(trace, form, module=module, model_values=names)
    if sys.stdin is None:
        raise Mistake("there is no standard input")
    with seekable(sys.stdin.buffer) as stream:
        return read_stream(stream, name, form, module=module, model_values=names)


def _chosen(readings: list[Reading], nth: int | None, name: str) -> Reading:
    place = 1 if nth is None else nth
    if place > len(readings):
        raise Mistake(
            f"there is no counterexample {place}",
            file=name,
            expected=f"--nth from 1 to {len(readings)}",
        )
    return readings[place - 1]


def _by_ending(output: str) -> str:
    if output.endswith((".ndjson", ".jsonl")):
        return "ndjson"
    return "itf" if output.endswith(".itf.json") else "text"


def _written(reading: Reading, target: str, name: str) -> str:
    from pyspec.trace import write_trace
    from pyspec.trace.itf import write_itf
    from pyspec.trace.ndjson import write_ndjson

    try:
        if target == "text":
            return write_trace(reading.trace)
        if target == "ndjson":
            return write_ndjson(reading.trace)
        return write_itf(reading.trace)
    except Mistake as mistake:
        mistake.file = mistake.file or name
        raise


def write_whole(output: str, text: str) -> None:
    """Write a file in one step, or what is no regular file as it is."""
    from pyspec.kept import replacing

    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        path = path.resolve()
        if not path.parent.is_dir():
            raise Mistake("no such folder to write to", file=output)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
            part.chmod(mode)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(f"this cannot be written: {reason}", file=output) from None


def _umask() -> int:
    import os

    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _print(text: str) -> None:
    """Print in UTF-8 whatever the terminal's encoding is: a trace is UTF-8."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _notes(readings: list[Reading], chosen: Reading, nth: int | None) -> list[str]:
    notes = list(chosen.notes)
    if chosen.trace.damage:
        notes.append(chosen.trace.damage)
    if len(readings) > 1 and nth is None:
        notes.append(
            f"this is the first of {len(readings)} counterexamples: --nth takes another"
        )
    return notes


def _tell(reading: Reading, name: str, notes: list[str]) -> None:
    for note in notes:
        click.echo(f"{name}: {note}", err=True)
    for what, count in reading.ignored.items():
        click.echo(f"{name}: not carried over: {what} ({count:,})", err=True)


def _print_json(
    reading: Reading,
    name: str,
    target: str,
    output: str,
    notes: list[str],
    text: str | None,
) -> None:
    import json

    trace = reading.trace
    data: dict[str, Any] = {
        "file": name,
        "from": reading.form.value,
        "to": target,
        "output": None if output == STANDARD else output,
        "module": trace.module,
        "events": len(trace.events),
        "damage": trace.damage,
        "notes": notes,
        "ignored": dict(reading.ignored),
        "trace": text,
    }
    click.echo(json.dumps(data, indent=2))
