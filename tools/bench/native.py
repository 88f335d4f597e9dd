"""Check a model with the native engine, as a whole process.

    python tools/bench/native.py MODULE.tla CONFIG.cfg

Until a command offers the engine, this stands for it.  SANY's XML is kept by
the content of the modules beside the file, as the command will keep it.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pyspec.explore import check
from pyspec.language.compiled import Spec, compile_spec
from pyspec.language.pieces import parts_of, pieces_of
from pyspec.tla2tools import find_toolchain, read_config, sany
from pyspec.tla2tools.cache import cache_folder, replacing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.tla2tools import Config


def load(module: Path, config: Config) -> Spec:
    """Return the compiled spec."""
    own, xml = _exported(module)
    return compile_spec(xml, config, lambda name: name not in own)


def model_of(spec: Spec, config: Config) -> Any:  # noqa: ANN401 - a Model
    """Return what `check` explores."""
    return SimpleNamespace(
        variables=spec.variables,
        initial_states=spec.initial_states,
        successors=spec.successors,
        invariants=spec.invariants,
        initial_properties={},
        step_properties={},
        constraints=spec.constraints,
        action_constraints=spec.action_constraints,
        check_deadlock=config.check_deadlock is not False,
        temporal={},
        fairness=(),
        view=None,
        symmetry=None,
        pieces=pieces_of(spec.source, spec.next),
        invariant_parts={
            name: parts_of(spec.source, _compiled(holds))
            for name, holds in spec.invariants.items()
        },
    )


def _compiled(holds: Any) -> Callable[..., bool]:  # noqa: ANN401 - a closure
    """Return the compiled function of variables that a predicate of states calls."""
    function: Callable[..., bool] = holds.__closure__[0].cell_contents
    return function


def _exported(module: Path) -> tuple[frozenset[str], bytes]:
    """Return the modules that are no standard ones, and SANY's XML."""
    beside = sorted(module.parent.glob("*.tla"))
    content = b"".join(path.name.encode() + path.read_bytes() for path in beside)
    name = hashlib.sha256(module.name.encode() + content).hexdigest()[:32]
    place = cache_folder() / "bench" / f"{name}.xml"
    if not place.exists():
        tools = find_toolchain()
        report = sany.parse(tools, module).require()
        own = " ".join(name for name, _ in report.modules)
        with replacing(place) as part:
            part.write_bytes(own.encode() + b"\n" + sany.export_xml(tools, module))
    first, _, xml = place.read_bytes().partition(b"\n")
    return frozenset(first.decode().split()), xml


def main() -> None:
    """Check, and print the result."""
    module, config = Path(sys.argv[1]), read_config(Path(sys.argv[2]))
    result = check(model_of(load(module, config), config))
    print(f"{result.distinct} distinct states, {result.generated} generated")
    print(result.message)
    raise SystemExit(result.exit.value)


if __name__ == "__main__":
    main()
