"""Check a model with the native engine, as a whole process.

    python tools/bench/native.py MODULE.tla CONFIG.cfg

Until a command offers the engine, this stands for it.  SANY's XML is kept by
the content of the modules beside the file, as the command will keep it.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyspec.explore import check
from pyspec.language.compiled import Spec, compile_spec
from pyspec.tla2tools import find_toolchain, read_config, sany
from pyspec.tla2tools.cache import cache_folder, replacing

if TYPE_CHECKING:
    from pyspec.tla2tools import Config


def load(module: Path, config: Config) -> Spec:
    """Return the compiled spec."""
    own, xml = _exported(module)
    return compile_spec(xml, config, lambda name: name not in own)


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
    result = check(load(module, config))
    print(f"{result.distinct} distinct states, {result.generated} generated")
    print(result.message)
    raise SystemExit(result.exit.value)


if __name__ == "__main__":
    main()
