"""Java's ahead-of-time cache: loaded and linked classes of TLC, on a shelf.

It takes half a second off every run, from Java 25 on.  Making it costs three
seconds of CPU, once for each pair of Java and jar.  Nobody waits for that: it
is made after a run, by a process of lowest priority that may outlive pyspec by
some seconds, holds a lock, and cleans up after itself.  Trouble with the cache
is never an error: TLC then runs without.

It is trained interpreting (-Xint).  Profiles from a run with compilers would
make every later run compile at once what the training ran often; that cost a
small model a fifth of its CPU, and a run trained by C1 never reached C2.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyspec.tla2tools.cache import digest, identity, sweep
from pyspec.tla2tools.jvm import JvmOptions, environment, jvm_flags
from pyspec.tla2tools.quiet import TLC_MAIN, quiet_jar, quiet_main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.tla2tools.jar import Jar
    from pyspec.tla2tools.java import Java

__all__ = ["OLDEST_JAVA_FOR_AOT", "AotCache", "class_path"]

OLDEST_JAVA_FOR_AOT = 25  # makes the cache in one step (JEP 514)

_SCHEME = "1"  # to change with anything here that changes what is in the cache
_TRAINING_TIMEOUT_S = 120
_TRAINING_HEAP_MB = 512
_NEEDED_BYTES = 150 << 20
_SMALLEST_CACHE_BYTES = 1 << 20
_RETRY_AFTER_S = 24 * 3600
_KEPT = 4
_CANCEL_WITHIN_S = 2.0


@dataclass(frozen=True)
class AotCache:
    """The AOT cache of one Java and one jar, whether or not it exists yet."""

    java: Java
    jar: Jar
    folder: Path

    def ready(self) -> Path | None:
        """Return the cache to give to Java; None to run without."""
        return self.file if self.unusable() is None and self.file.is_file() else None

    def unusable(self) -> str | None:
        """Say why there can be no cache; None if there can."""
        if os.environ.get("PYSPEC_AOT", "").lower() in {"off", "0", "no"}:
            return "switched off by PYSPEC_AOT"
        if self.java.major < OLDEST_JAVA_FOR_AOT:
            return f"needs Java {OLDEST_JAVA_FOR_AOT}; this is {self.java.version}"
        return None

    def state(self) -> str:
        """Say in a few words how it is with the cache, for `pyspec doctor`."""
        unusable = self.unusable()
        if unusable is not None:
            return unusable
        if self.file.is_file():
            return f"ready: {self.file} ({self.file.stat().st_size >> 20} MB)"
        if self.training():
            return "being made"
        return self._failure() or "will be made after the next run of TLC"

    @property
    def file(self) -> Path:
        """Where the cache is or will be; another path if anything changes."""
        libraries = self.java.path.resolve().parent.parent / "release"
        quiet = quiet_jar()
        parts = [
            _SCHEME,
            self.java.version,
            identity(self.java.path),
            identity(libraries),
            identity(self.jar.path),
            identity(quiet) if quiet else "",
        ]
        return self.folder / f"tlc-{digest(parts)}.aot"

    def train(self, timeout_s: float = _TRAINING_TIMEOUT_S) -> str | None:
        """Make the cache now; return why that failed, None if it did not.

        Several may do so at once: each makes its own and the last one stays.
        """
        try:
            trouble = self._make(timeout_s)
        except OSError as error:
            trouble = str(error)
        if trouble is not None:
            self._note_failure(trouble)
            return trouble
        self._failed.unlink(missing_ok=True)
        self._prune()
        return None

    def train_later(self) -> bool:
        """Start making the cache beside us; return whether that was done.

        It is not if the cache exists, cannot be made, failed lately, or is
        being made already.
        """
        if self.unusable() or self.file.is_file() or self._failure():
            return False
        try:
            return self._spawn_training()
        except OSError:
            return False

    def training(self) -> bool:
        """Whether somebody is making the cache at this moment."""
        with self._locked() as lock:
            return lock is None

    def cancel(self) -> None:
        """End the training that this process started, if it is still going on."""
        if not self._lock.is_file() or not self.training():
            return
        with contextlib.suppress(OSError, ValueError):
            group, starter = self._lock.read_text(encoding="ascii").split()
            if int(starter) != os.getpid():
                return
            os.killpg(int(group), signal.SIGTERM)
            deadline = time.monotonic() + _CANCEL_WITHIN_S
            while self.training() and time.monotonic() < deadline:
                time.sleep(0.02)

    def discard(self, why: str) -> None:
        """Throw away a cache that Java did not like, and do without for a day."""
        with contextlib.suppress(OSError):
            self.file.unlink(missing_ok=True)
        self._note_failure(why)

    @property
    def _failed(self) -> Path:
        return self.file.with_suffix(".failed")

    @property
    def _lock(self) -> Path:
        return self.file.with_suffix(".lock")

    def _failure(self) -> str | None:
        try:
            if self._failed.stat().st_mtime < time.time() - _RETRY_AFTER_S:
                return None
            why = self._failed.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        return f"failed, to be tried again in a day: {why}"

    def _note_failure(self, why: str) -> None:
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._failed.write_text(why, encoding="utf-8")

    def _prune(self) -> None:
        """Remove caches of Javas and jars that are long gone."""
        with contextlib.suppress(OSError):
            caches = sorted(self.folder.glob("tlc-*.aot"), key=_changed, reverse=True)
            for old in caches[_KEPT:]:
                for suffix in (".aot", ".lock", ".failed"):
                    old.with_suffix(suffix).unlink(missing_ok=True)

    def _make(self, timeout_s: float) -> str | None:
        sweep(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=self.folder, prefix=".train-", suffix=".part.d"
        ) as name:
            made = Path(name) / "tlc.aot"
            trouble = self._run_training(Path(name), made, timeout_s)
            if trouble is None:
                made.replace(self.file)
        return trouble

    def _run_training(self, folder: Path, made: Path, timeout_s: float) -> str | None:
        """Check a small spec under training; say what went wrong, if anything."""
        (folder / "Shelf.tla").write_text(_SPEC, encoding="utf-8")
        (folder / "Shelf.cfg").write_text(_CONFIG, encoding="utf-8")
        output = f"-XX:AOTCacheOutput={made}"
        code, said = _run(self._command(folder, output), folder, timeout_s)
        if code == 0 and made.is_file() and _size(made) >= _SMALLEST_CACHE_BYTES:
            return None
        return f"training ended with code {code}: {said[-300:].strip()}"

    def _command(self, folder: Path, output: str) -> list[str]:
        options = JvmOptions(extra=("-Xint",))
        quiet = quiet_jar()
        return [
            str(self.java.path),
            *jvm_flags(options, folder, _TRAINING_HEAP_MB),
            output,
            "-cp",
            class_path(self.jar.path, quiet, ()),
            quiet_main(TLC_MAIN, quiet),
            *("-tool", "-fp", "0", "-metadir", str(folder / "meta")),
            *("-config", "Shelf.cfg", "Shelf"),
        ]

    def _spawn_training(self) -> bool:
        """Start the trainer, which takes over our lock and leaves our family."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < _NEEDED_BYTES or not sys.executable:
            return False
        with self._locked() as lock:
            if lock is None or lock < 0 or self.file.is_file():
                return False
            launcher = subprocess.Popen(
                [sys.executable, "-c", _TRAINER, *self._arguments()],
                pass_fds=[lock],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
            )
            os.truncate(lock, 0)
            os.pwrite(lock, f"{launcher.pid} {os.getpid()}".encode(), 0)
            launcher.wait()
        return True

    def _arguments(self) -> list[str]:
        root = Path(__file__).parent.parent.parent
        return [str(root), str(self.java.path), str(self.jar.path), str(self.folder)]

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int | None]:
        """Hold the training lock; None if another holds it.

        The lock lives as long as any process has the descriptor open: handed
        to the trainer, it says exactly whether that is still there.
        """
        try:
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            yield -1
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            yield None
            return
        try:
            yield lock
        finally:
            os.close(lock)


def class_path(jar: Path, quiet: Path | None, more: tuple[Path, ...]) -> str:
    """Return Java's class path.

    It starts with the same files in training and use: Java compares.
    """
    return os.pathsep.join(str(part) for part in (jar, quiet, *more) if part)


def _run(command: list[str], folder: Path, timeout_s: float) -> tuple[int, str]:
    """Run Java in a group of its own; kill the whole group if it takes too long."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(dict(os.environ)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as java:
        try:
            said = java.communicate(timeout=timeout_s)[0]
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL, f"not done within {timeout_s} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(java.pid, signal.SIGKILL)
    return java.returncode, said.decode(errors="replace")


def _size(path: Path) -> int:
    return path.stat().st_size


def _changed(path: Path) -> float:
    return path.stat().st_mtime


# Forks before it imports anything, so that its starter waits for milliseconds.
_TRAINER = """
import os, sys
if os.fork():
    os._exit(0)
os.nice(19)
sys.path.insert(0, sys.argv[1])
from pyspec.tla2tools.train import main
main(sys.argv[2:])
"""

_CONFIG = """\
SPECIFICATION Spec
CONSTANT Reader = {r1, r2}
CONSTANT Nobody = Nobody
INVARIANT TypeOK
INVARIANT Fair
PROPERTY Served
"""

_SPEC = r"""
---- MODULE Shelf ----
EXTENDS Integers, Sequences, FiniteSets, TLC
CONSTANTS Reader, Nobody
VARIABLES queue, holder, served, notes
vars == <<queue, holder, served, notes>>
Note == [type : {"asks"}, of : Reader] \cup [type : {"closes"}, at : 0..1]
TypeOK ==
  /\ queue \in Seq(Reader)
  /\ holder \in Reader \cup {Nobody}
  /\ served \in [Reader -> 0..2]
  /\ notes \subseteq Note
Init ==
  /\ queue = <<>>
  /\ holder = Nobody
  /\ served = [r \in Reader |-> 0]
  /\ notes = {}
Last == IF queue = <<>> THEN Nobody ELSE queue[Len(queue)]
Waiting == {queue[i] : i \in DOMAIN queue}
Ask(r) ==
  /\ r \notin Waiting /\ r # holder /\ served[r] < 2
  /\ queue' = Append(queue, r)
  /\ notes' = notes \cup {[type |-> "asks", of |-> r]}
  /\ UNCHANGED <<holder, served>>
Give ==
  /\ holder = Nobody /\ queue # <<>>
  /\ holder' = Head(queue) /\ queue' = Tail(queue)
  /\ UNCHANGED <<served, notes>>
Return ==
  LET r == CHOOSE x \in Reader : x = holder
  IN  /\ holder \in Reader
      /\ served' = [served EXCEPT ![r] = @ + 1]
      /\ holder' = CASE Cardinality(Reader) > 0 -> Nobody [] OTHER -> r
      /\ notes' = {n \in notes : n.type = "closes" \/ n.of # r}
      /\ UNCHANGED queue
Rest ==
  /\ \A r \in Reader : served[r] = 2
  /\ UNCHANGED vars
Next == (\E r \in Reader : Ask(r)) \/ Give \/ Return \/ Rest
Spec == Init /\ [][Next]_vars /\ WF_vars(Next) /\ SF_vars(Give)
Fair == \A r \in Reader : holder = r => Last # r /\ Assert(TRUE, "never")
Served == \A r \in Reader : (holder = r) ~> (holder = Nobody)
====
"""
