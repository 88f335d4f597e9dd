"""Manifests of tlaplus/Examples: which models there are, and what is said of them.

There are two layouts.  The newer has a manifest.json in each folder below
`specifications`; the older one manifest.json at the root, with a list of
specifications, whose models also have features ("ignore deadlock").
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["RESULTS", "Model", "read"]

EXHAUSTIVE: Final = "exhaustive search"
UNKNOWN: Final = "unknown"
RESULTS: Final = (
    "success",
    "assumption failure",
    "deadlock failure",
    "safety failure",
    "liveness failure",
)


@dataclass(frozen=True, slots=True)
class Model:
    """A module with a cfg, as a manifest lists it.

    - name: the cfg's path below the root, which is what `--only` is matched with
    - result: one of RESULTS; None if the manifest does not know
    - distinct: the number of distinct states; None if the manifest has none
    - seconds: what TLC took where the manifest was made; None if not known
    - deadlock: False if a state without successor is no violation whatever the
      cfg says; None leaves it to the cfg
    """

    name: str
    module: Path
    config: Path
    result: str | None = None
    distinct: int | None = None
    seconds: int | None = None
    deadlock: bool | None = None


def read(root: Path) -> list[Model]:
    """Return the models that are to be searched exhaustively, by name.

    Raises Mistake for a folder without manifests, or a manifest that is not of
    either layout.
    """
    found = sorted(root.glob("specifications/*/manifest.json"))
    old = root / "manifest.json"
    manifests = [old] if old.is_file() else found
    if not manifests:
        raise Mistake(
            "this folder has no manifests",
            file=root,
            expected="manifest.json here, or specifications/*/manifest.json",
        )
    models = [model for file in manifests for model in _models(root, file)]
    return sorted(models, key=lambda model: model.name)


def _models(root: Path, file: Path) -> Iterator[Model]:
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Mistake(f"this manifest cannot be read: {error}", file=file) from None
    for module in _modules(manifest, file):
        for model in _list(module, "models", file):
            if _field(model, "mode", file) == EXHAUSTIVE:
                yield _model(root, module, model, file)


def _modules(manifest: Any, file: Path) -> Iterator[Any]:  # noqa: ANN401 - JSON
    if isinstance(manifest, dict) and "specifications" in manifest:
        for specification in _list(manifest, "specifications", file):
            yield from _list(specification, "modules", file)
    else:
        yield from _list(manifest, "modules", file)


def _model(root: Path, module: Any, model: Any, file: Path) -> Model:  # noqa: ANN401
    name = _text(model, "path", file)
    return Model(
        name,
        module=_below(root, _text(module, "path", file), file),
        config=_below(root, name, file),
        result=_result(model, file),
        distinct=_count(model, "distinctStates", file),
        seconds=_seconds(model.get("runtime", UNKNOWN), file),
        deadlock=False if "ignore deadlock" in model.get("features", ()) else None,
    )


def _result(model: Any, file: Path) -> str | None:  # noqa: ANN401 - JSON
    result = _field(model, "result", file)
    if result == UNKNOWN:
        return None
    if result not in RESULTS:
        raise _unfit(file, "a result", " | ".join([*RESULTS, UNKNOWN]), result)
    return str(result)


def _seconds(runtime: Any, file: Path) -> int | None:  # noqa: ANN401 - JSON
    if runtime == UNKNOWN:
        return None
    parts = str(runtime).split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):  # noqa: PLR2004
        raise _unfit(file, "a runtime", "hh:mm:ss | unknown", runtime)
    hours, minutes, seconds = map(int, parts)
    return 3600 * hours + 60 * minutes + seconds


def _below(root: Path, name: str, file: Path) -> Path:
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise _unfit(file, "a path", "a path below the root", name)
    return path


def _count(model: Any, key: str, file: Path) -> int | None:  # noqa: ANN401 - JSON
    count = model.get(key)
    if count is None or (type(count) is int and count >= 0):
        return count
    raise _unfit(file, key, "a number", count)


def _text(data: Any, key: str, file: Path) -> str:  # noqa: ANN401 - JSON
    value = _field(data, key, file)
    if isinstance(value, str):
        return value
    raise _unfit(file, key, "a string", value)


def _list(data: Any, key: str, file: Path) -> list[Any]:  # noqa: ANN401 - JSON
    value = _field(data, key, file)
    if isinstance(value, list):
        return value
    raise _unfit(file, key, "a list", value)


def _field(data: Any, key: str, file: Path) -> Any:  # noqa: ANN401 - JSON
    if isinstance(data, dict) and key in data:
        return data[key]
    raise _unfit(file, "an entry", f"an object with {key!r}", data)


def _unfit(file: Path, what: str, expected: str, found: object) -> Mistake:
    return Mistake(
        f"{what} of this manifest is of another form",
        file=file,
        expected=expected,
        found=json.dumps(found)[:80],
    )
