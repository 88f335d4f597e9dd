"""Things kept between runs, in pyspec's folder of the user's caches.

Nothing here is needed twice: what cannot be written or read costs time, and
never an error.  An object is kept as its pickle behind a digest of that, and
read only if the digest is right: a torn or damaged file is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["cache_folder", "content_of", "kept", "load", "replacing", "store", "trim"]

MOST_BYTES: Final = 256 << 20
"""How large the folder of one kind of things may become."""

_DIGEST: Final = hashlib.sha256().digest_size


def kept(kind: str, key: str, compute: Callable[[], Any]) -> Any:  # noqa: ANN401 - as computed
    """Return what was kept under a key, or compute it now and keep it."""
    place = cache_folder() / kind / key
    found = load(place)
    if found is None:
        found = compute()
        store(place, found)
    return found


def load(place: Path) -> Any:  # noqa: ANN401 - as it was stored
    """Return the object that a file holds; None if it holds none."""
    try:
        content = place.read_bytes()
        data = memoryview(content)[_DIGEST:]
        if hashlib.sha256(data).digest() != content[:_DIGEST]:
            return None
        found = pickle.loads(data)  # noqa: S301 - the digest says that we wrote it
    except Exception:  # noqa: BLE001 - a pickle may fail in any way
        return None
    with contextlib.suppress(OSError):
        os.utime(place)  # so that `trim` takes what nobody reads
    return found


def store(place: Path, kept: object) -> None:
    """Keep an object in a file, in one step, if that is possible."""
    try:
        data = pickle.dumps(kept, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError):
        return
    with contextlib.suppress(OSError), replacing(place) as part:
        part.write_bytes(hashlib.sha256(data).digest() + data)
    trim(place.parent)


def trim(folder: Path, most: int = MOST_BYTES) -> None:
    """Remove the files of a folder that were not used for longest, if it is full."""
    with contextlib.suppress(OSError):
        files = [(file.stat(), file) for file in folder.iterdir() if file.is_file()]
        left = sum(status.st_size for status, _ in files)
        for status, file in sorted(files, key=lambda pair: pair[0].st_mtime_ns):
            if left <= most:
                return
            file.unlink(missing_ok=True)
            left -= status.st_size


def content_of(files: Iterable[Path]) -> str:
    """Return what changes if one of the files does, its name or its content.

    Raises OSError for a file that cannot be read.
    """
    said = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        said.update(f"{file.name}\0{content}\0".encode())
    return said.hexdigest()


def cache_folder() -> Path:
    """Return `$PYSPEC_CACHE`, or pyspec's folder in the user's caches.

    The folder need not exist yet.
    """
    named = os.environ.get("PYSPEC_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - slow to import

    return Path(platformdirs.user_cache_dir("pyspec-tla", appauthor=False))


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target` that becomes it if all went well.

    Readers see the old file or the new one, never a part of it.  The temporary
    file is gone afterwards whatever happened.  Raises OSError as writing does.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and reading needs none

    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.stem}-", suffix=".part"
    )
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
