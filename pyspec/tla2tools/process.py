"""Running one Java process so that nothing of it stays behind.

The process has a group of its own, which is killed as a whole on every way out
but its own exit; its temporary files are in a folder that goes with it.  If
pyspec itself is killed, Linux kills the JVM too (through setpriv, where there
is one), and the next run removes the folder.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import fcntl
import os
import selectors
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn, Self

import psutil

from pyspec.errors import Bug, Interrupted, Unavailable
from pyspec.tla2tools.aot import class_path
from pyspec.tla2tools.cache import remember
from pyspec.tla2tools.jvm import (
    JvmOptions,
    Size,
    compressed_references,
    environment,
    heap_mb,
    jvm_flags,
)
from pyspec.tla2tools.quiet import TLC_MAIN, did_not_start, quiet_jar, quiet_main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType, TracebackType

    from pyspec.tla2tools.toolchain import Toolchain

__all__ = [
    "LONGEST_LINE_BYTES",
    "REAP",
    "Finished",
    "JvmOptions",
    "Reap",
    "Size",
    "Workspace",
    "interruptible",
    "memory_bound_mb",
    "run_java",
]

LONGEST_LINE_BYTES = 16 << 20

_TICK_S = 0.1
_CHUNK_BYTES = 1 << 16
_STDERR_HALF_BYTES = 64 << 10
_DRAIN_S = 1.0
_DEATH_S = 10.0
_STALE_S = 3600
_JVM_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL}


class Reap(enum.Enum):
    """What `on_line` returns when all is said and the process may be ended."""

    REAP = enum.auto()


REAP = Reap.REAP

Ended = Literal["exit", "timeout", "memory", "stopped", "signal"]


@dataclass(frozen=True)
class Finished:
    """How a Java process ended.

    - returncode: its exit code; minus the signal's number if one killed it
    - ended: "exit" by itself (or reaped, see below), "timeout", "memory" and
      "stopped" by us, "signal" by somebody else (`signal` is its number)
    - stderr: bounded; the middle of a very long one is left out
    - cpu_seconds: user and system time; seconds is wall-clock time
    - peak_rss_mb: as sampled ten times a second
    - reaped: `on_line` returned REAP and the process did not exit in time;
      its return code then means nothing
    """

    returncode: int
    ended: Ended
    signal: int | None
    stderr: str
    seconds: float
    cpu_seconds: float
    peak_rss_mb: float
    reaped: bool = False


def run_java(  # noqa: PLR0913 - a process has as many sides
    toolchain: Toolchain,
    main: str,
    arguments: Sequence[str],
    *,
    workspace: Workspace,
    cwd: Path,
    on_line: Callable[[str], object],
    jvm: JvmOptions | None = None,
    timeout_s: float | None = None,
    memory_mb: int | None = None,
    stop: threading.Event | None = None,
    linger_s: float = 0.5,
    longest_line_bytes: int = LONGEST_LINE_BYTES,
) -> Finished:
    """Run `main` of tla2tools and tell `on_line` each line of standard output.

    `on_line` is called in this thread, without the line's end; what a line has
    beyond `longest_line_bytes` is left out.  If it returns REAP, the process
    gets `linger_s` more to exit by itself and is then killed.  If it raises, the
    process is killed and the exception passes through; so with
    KeyboardInterrupt.  Runs in other threads end when `stop` is set.

    `memory_mb` bounds the heap; a process that takes `memory_bound_mb` of it in
    all is killed.  Raises Unavailable if Java cannot be started.
    """
    jvm = jvm or JvmOptions()
    limits = _Limits(timeout_s, memory_mb, stop, linger_s)
    quiet = quiet_jar()
    plan = _Plan(toolchain, jvm, workspace, memory_mb, quiet)
    job = _Job(main, arguments, cwd, on_line, limits, longest_line_bytes)
    try:
        finished, lines = _run(plan, job)
    except BaseException:
        toolchain.aot.cancel()
        raise
    if jvm.quiet and quiet and lines == 0 and did_not_start(finished.stderr):
        plan = _Plan(toolchain, jvm, workspace, memory_mb, None)
        finished, lines = _run(plan, job)
    _tend_aot(plan, main, finished)
    return finished


class Workspace:
    """A private folder for one run: `tmp` for Java's files, `meta` for TLC's.

    Use it in a `with`; at its end the folder is gone, whatever happened.  With
    `keep`, `meta` is that folder instead, and stays (for checkpoints).  In the
    main thread SIGTERM and SIGHUP raise Interrupted meanwhile.  Raises
    Unavailable if there is no room or no permission.
    """

    def __init__(self, keep: Path | None = None) -> None:
        self._keep = keep
        self._exits = contextlib.ExitStack()
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        with self._exits:
            self._exits.enter_context(interruptible())
            try:
                self._folder = self._make()
            except OSError as error:
                raise _no_workspace(error) from error
            self._exits = self._exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exits.close()

    @property
    def path(self) -> Path:
        """The private folder."""
        if self._folder is None:
            raise Bug("a Workspace is used outside its `with`")
        return self._folder

    @property
    def tmp(self) -> Path:
        """For java.io.tmpdir."""
        return self.path / "tmp"

    @property
    def meta(self) -> Path:
        """For TLC's -metadir."""
        return self._keep or self.path / "meta"

    def free_mb(self) -> int:
        """Return how much room is left; 0 explains many a failure of TLC."""
        return shutil.disk_usage(self.path).free >> 20

    def _make(self) -> Path:
        parent = Path(tempfile.gettempdir())
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix="pyspec-", dir=parent)).resolve()
        self._exits.callback(_remove, folder)
        self._exits.callback(os.close, _lock(folder))
        (folder / "tmp").mkdir()
        (self._keep or folder / "meta").mkdir(parents=True, exist_ok=True)
        (folder / "tmp" / "probe").write_bytes(b"x" * 4096)
        (folder / "tmp" / "probe").unlink()
        return folder


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise Interrupted here, as Ctrl-C raises its own.

    Only the main thread can do this; in another one nothing changes, so that
    a program with threads calls it first.  Handlers of others are left alone.
    """
    replaced = []
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _interrupt)
                replaced.append(number)
    try:
        yield
    finally:
        for number in replaced:
            signal.signal(number, signal.SIG_DFL)


def memory_bound_mb(memory_mb: int) -> int:
    """Return the resident memory at which a process with this heap is killed.

    Java needs room beside its heap, for code, classes and threads: half a
    gigabyte and a quarter more are never reached by a healthy TLC.
    """
    return memory_mb + memory_mb // 4 + 512


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    raise Interrupted(f"ended by {signal.Signals(number).name}")


def _no_workspace(error: OSError) -> Unavailable:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    what = "is full" if full else f"cannot be used: {error.strerror or error}"
    return Unavailable(
        f"the folder for TLC's files {what}",
        file=error.filename,
        hint="free some space, or set TMPDIR to a folder with room",
    )


def _lock(folder: Path) -> int:
    """Mark the folder as in use: the lock ends with us, however we end."""
    handle = os.open(folder / ".in-use", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _sweep(parent: Path) -> None:
    """Remove folders of runs that were killed an hour ago or more."""
    for folder in parent.glob("pyspec-*"):
        mark = folder / ".in-use"
        with contextlib.suppress(OSError):
            if _is_ours(folder, stat.S_ISDIR) and _is_ours(mark, stat.S_ISREG):
                _remove_stale(folder, mark)


def _is_ours(path: Path, kind: Callable[[int], bool]) -> bool:
    """Whether the user owns the file itself, not what a link of others names."""
    status = path.lstat()
    return status.st_uid == os.getuid() and kind(status.st_mode)


def _remove_stale(folder: Path, mark: Path) -> None:
    with mark.open("rb") as handle:
        if mark.stat().st_mtime < time.time() - _STALE_S:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder; a dying process may still add a file, so try again."""
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_TICK_S)


@dataclass(frozen=True)
class _Limits:
    timeout_s: float | None
    memory_mb: int | None
    stop: threading.Event | None
    linger_s: float


@dataclass(frozen=True)
class _Job:
    """What Java is to do, and who listens."""

    main: str
    arguments: Sequence[str]
    cwd: Path
    on_line: Callable[[str], object]
    limits: _Limits
    longest_line_bytes: int


@dataclass(frozen=True)
class _Plan:
    """What Java is started with; `quiet` is the jar to append, if any."""

    toolchain: Toolchain
    jvm: JvmOptions
    workspace: Workspace
    memory_mb: int | None
    quiet: Path | None

    def command(self, main: str, arguments: Sequence[str]) -> list[str]:
        aot = self.aot
        quiet = self.quiet if self.jvm.quiet else None
        return [
            *_deathbed(),
            str(self.toolchain.java.path),
            *jvm_flags(self.jvm, self.workspace.tmp, self.memory_mb),
            *([f"-XX:AOTCache={aot}"] if aot else []),
            "-cp",
            class_path(self.toolchain.jar.path, self.quiet, self.jvm.classpath),
            quiet_main(main, quiet),
            *arguments,
        ]

    @property
    def aot(self) -> Path | None:
        heap = heap_mb(self.jvm, self.memory_mb)
        fits = self.jvm.fits_aot and compressed_references(heap)
        return self.toolchain.aot.ready() if fits else None


def _deathbed() -> list[str]:
    """Return the words before a command that make it die with pyspec.

    The kernel does it when the thread that started the process ends, which
    here waits for the process anyway.
    """
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return []
    words = [setpriv, "--pdeathsig", "KILL", "--"]
    known = remember("setpriv", [Path(setpriv)], lambda: _try(words))
    return words if known.get("works") == "yes" else []


def _try(words: list[str]) -> dict[str, str]:
    try:
        code = subprocess.run(
            [*words, "true"], capture_output=True, timeout=10, check=False
        ).returncode
    except (OSError, subprocess.SubprocessError):
        code = 1
    return {"works": "yes" if code == 0 else "no"}


def _run(plan: _Plan, job: _Job) -> tuple[Finished, int]:
    child = _Child(plan.command(job.main, job.arguments), job)
    try:
        return child.wait(), child.lines.count
    finally:
        child.close()


def _tend_aot(plan: _Plan, main: str, finished: Finished) -> None:
    """Have the AOT cache made, or thrown away if Java stumbled over it."""
    cache = plan.toolchain.aot
    if plan.aot is not None:
        if "[aot]" in finished.stderr:
            cache.discard(finished.stderr[:300])
        elif finished.ended == "signal" and finished.signal in _JVM_CRASHES:
            cache.discard(f"Java died of signal {finished.signal}")
    elif finished.ended in {"stopped", "signal"}:
        cache.cancel()
    elif main == TLC_MAIN and plan.jvm.aot and finished.ended == "exit":
        cache.train_later()


class _Child:
    """A process, its pipes, and what ends it."""

    def __init__(self, command: list[str], job: _Job) -> None:
        self._limits = job.limits
        self._started = time.monotonic()
        self._process = _start(command, job.cwd)
        self._group: int | None = self._process.pid
        self.lines = _Lines(job.on_line, job.longest_line_bytes)
        self._stderr = _Ends()
        self._selector = selectors.DefaultSelector()
        self._peak_mb = 0.0
        self._sampled = 0.0
        self._status: tuple[int, float] | None = None
        self._reap_at: float | None = None
        self._open: dict[int, Callable[[bytes], None]] = {}

    def wait(self) -> Finished:
        """Serve the process until it has ended or must end."""
        self._listen()
        ended: Ended | None = None
        while ended is None and not self._gone():
            self._serve(_TICK_S)
            ended = self._verdict()
        if ended is None:
            self._drain()
        reaped = ended == "exit"
        self._kill()
        self._await_death()
        self.lines.end()
        return self._finished(ended, reaped=reaped)

    def close(self) -> None:
        """Kill what is still there; let go of the pipes."""
        self._kill()
        self._await_death()
        self._selector.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _listen(self) -> None:
        for pipe, take in (
            (self._process.stdout, self.lines.take),
            (self._process.stderr, self._stderr.take),
        ):
            if pipe is None:
                raise Bug("a process was started without pipes")
            os.set_blocking(pipe.fileno(), False)
            self._open[pipe.fileno()] = take
            self._selector.register(pipe.fileno(), selectors.EVENT_READ)

    def _serve(self, wait_s: float) -> bool:
        """Take what the pipes have, or wait for it; return whether there was any."""
        if not self._open:
            time.sleep(min(wait_s, 0.01))
            return False
        ready = self._selector.select(wait_s)
        for key, _ in ready:
            chunk = _read(key.fd)
            if chunk == b"":
                self._selector.unregister(key.fd)
                del self._open[key.fd]
            elif chunk is not None:
                self._take(key.fd, chunk)
        return bool(ready)

    def _take(self, descriptor: int, chunk: bytes) -> None:
        self._open[descriptor](chunk)
        if self.lines.done and self._reap_at is None:
            self._reap_at = time.monotonic() + self._limits.linger_s

    def _verdict(self) -> Ended | None:
        """Say why the process has to end now; None if it may go on."""
        now = time.monotonic()
        limits = self._limits
        if limits.stop is not None and limits.stop.is_set():
            return "stopped"
        if self._reap_at is not None:
            return "exit" if now >= self._reap_at else None
        if limits.timeout_s is not None and now - self._started >= limits.timeout_s:
            return "timeout"
        if now - self._sampled >= _TICK_S:
            self._sampled = now
            return self._weigh()
        return None

    def _weigh(self) -> Ended | None:
        try:
            now_mb = psutil.Process(self._process.pid).memory_info().rss / 2**20
        except psutil.Error:
            return None
        self._peak_mb = max(self._peak_mb, now_mb)
        bound = self._limits.memory_mb
        over = bound is not None and now_mb > memory_bound_mb(bound)
        return "memory" if over else None

    def _gone(self) -> bool:
        """Reap the process if it has ended; return whether it has."""
        if self._status is None:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self._note(status, usage.ru_utime + usage.ru_stime)
        return self._status is not None

    def _note(self, status: int, cpu_seconds: float) -> None:
        self._status = os.waitstatus_to_exitcode(status), cpu_seconds
        self._process.returncode = self._status[0]  # or Popen would wait again

    def _drain(self) -> None:
        """Take what the dead process left in its pipes."""
        deadline = time.monotonic() + _DRAIN_S
        while self._open and time.monotonic() < deadline:
            if not self._serve(0.0):
                break

    def _kill(self) -> None:
        """Kill the whole group; children may outlive the process that had them.

        Once all is dead the group's number may come to belong to others.
        """
        if self._group is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, signal.SIGKILL)

    def _await_death(self) -> None:
        deadline = time.monotonic() + _DEATH_S
        while not self._gone() and time.monotonic() < deadline:
            time.sleep(0.005)
        self._group = None

    def _finished(self, ended: Ended | None, *, reaped: bool) -> Finished:
        code, cpu_seconds = self._status or (-signal.SIGKILL, 0.0)
        if ended is None:
            ended = "signal" if code < 0 else "exit"
        return Finished(
            returncode=code,
            ended=ended,
            signal=-code if ended == "signal" else None,
            stderr=self._stderr.text(),
            seconds=time.monotonic() - self._started,
            cpu_seconds=cpu_seconds,
            peak_rss_mb=self._peak_mb,
            reaped=reaped,
        )


def _start(command: list[str], cwd: Path) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=environment(dict(os.environ)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise Unavailable(
            f"Java could not be started: {error.strerror or error}",
            file=error.filename,
        ) from error


def _read(descriptor: int) -> bytes | None:
    """Read what is there; empty at the end, None if there is nothing yet."""
    try:
        return os.read(descriptor, _CHUNK_BYTES)
    except BlockingIOError:
        return None


@dataclass
class _Lines:
    """Cuts bytes into lines and tells them; bounded for one endless line."""

    tell: Callable[[str], object]
    longest: int
    count: int = 0
    done: bool = False
    _parts: list[bytes] = field(default_factory=list)
    _held: int = 0
    _cut: int = 0

    def take(self, chunk: bytes) -> None:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            self._hold(line)
            self._emit()
        self._hold(rest)

    def end(self) -> None:
        if self._held or self._cut:
            self._emit()

    def _hold(self, part: bytes) -> None:
        room = self.longest - self._held
        kept = part[:room]
        self._cut += len(part) - len(kept)
        self._held += len(kept)
        if kept:
            self._parts.append(kept)

    def _emit(self) -> None:
        line = b"".join(self._parts).decode("utf-8", errors="replace")
        if self._cut:
            line += f" … [pyspec left out {self._cut} bytes of this line]"
        self._parts, self._held, self._cut = [], 0, 0
        self.count += 1
        if self.tell(line) is REAP:
            self.done = True


@dataclass
class _Ends:
    """Keeps the beginning and the end of a stream of bytes."""

    _first: bytearray = field(default_factory=bytearray)
    _last: bytearray = field(default_factory=bytearray)
    _cut: int = 0

    def take(self, chunk: bytes) -> None:
        room = max(_STDERR_HALF_BYTES - len(self._first), 0)
        self._first += chunk[:room]
        self._last += chunk[room:]
        surplus = max(len(self._last) - _STDERR_HALF_BYTES, 0)
        del self._last[:surplus]
        self._cut += surplus

    def text(self) -> str:
        note = f"\n… {self._cut} bytes left out …\n".encode() if self._cut else b""
        return bytes(self._first + note + self._last).decode(errors="replace")
