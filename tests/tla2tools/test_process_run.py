"""Running a process safely, tried on a Java that is a Python script.

It takes `main` and runs its first argument as Python, so that a test says in
its own words what "Java" does.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from pyspec.errors import Interrupted, Mistake, Unavailable
from pyspec.tla2tools.jar import Features, Jar
from pyspec.tla2tools.java import Java
from pyspec.tla2tools.process import (
    LONGEST_LINE_BYTES,
    REAP,
    Finished,
    JvmOptions,
    Size,
    Workspace,
    interruptible,
    memory_bound_mb,
    run_java,
)
from pyspec.tla2tools.toolchain import Toolchain

if TYPE_CHECKING:
    from collections.abc import Callable

FAKE = """#!{python} -IS
import sys
at = sys.argv.index("-cp")
exec(sys.argv[at + 3])
"""

SLEEP = "import time; print('begun', flush=True); time.sleep(60)"
FAMILY = (
    "import os, time\n"
    "child = os.fork()\n"
    "if child: print(os.getpid(), child, flush=True)\n"
    "time.sleep(60)"
)


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYSPEC_AOT", "off")
    return folder


@pytest.fixture
def toolchain(tmp_path: Path) -> Toolchain:
    program = tmp_path / "java"
    program.write_text(FAKE.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    java = Java(program, "17.0.1", 17, "fake", "test")
    jar = Jar(tmp_path / "t.jar", "2.15", "", "test", Features())
    return Toolchain(java, jar, tmp_path / "cache")


def run(
    toolchain: Toolchain,
    code: str,
    on_line: Callable[[str], object] = lambda _: None,
    **more: Any,  # noqa: ANN401 - handed on to run_java
) -> Finished:
    with Workspace() as workspace:
        return run_java(
            toolchain,
            "some.Main",
            [code],
            workspace=workspace,
            cwd=workspace.path,
            on_line=on_line,
            **more,
        )


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def gone_soon(pids: list[int]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(is_running(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def test_lines_code_and_stderr_come_through(toolchain: Toolchain, temp: Path) -> None:
    lines: list[str] = []
    code = (
        "sys.stdout.buffer.write('één\\n\\nlast'.encode()); sys.stdout.flush();"
        "print('aside', file=sys.stderr); sys.exit(12)"
    )
    finished = run(toolchain, code, lines.append)
    assert lines == ["één", "", "last"]
    assert (finished.returncode, finished.ended, finished.signal) == (12, "exit", None)
    assert finished.stderr == "aside\n"
    assert finished.seconds > 0
    assert finished.cpu_seconds > 0
    assert list(temp.iterdir()) == []


def test_bytes_that_are_no_utf8_are_replaced(toolchain: Toolchain) -> None:
    lines: list[str] = []
    run(toolchain, "sys.stdout.buffer.write(b'a\\xffb\\n')", lines.append)
    assert lines == ["a�b"]


def test_line_without_end_is_cut_not_hoarded(toolchain: Toolchain) -> None:
    lines: list[str] = []
    code = "w = sys.stdout.write\nfor _ in range(100): w('x' * 2**20)\nw('\\nnext\\n')"
    run(toolchain, code, lines.append)
    assert lines[1:] == ["next"]
    assert lines[0].startswith("x" * LONGEST_LINE_BYTES)
    assert lines[0].endswith(
        f"left out {100 * 2**20 - LONGEST_LINE_BYTES} bytes of this line]"
    )


def test_endless_stderr_is_bounded_and_blocks_nothing(toolchain: Toolchain) -> None:
    code = "sys.stderr.write('first' + 'x' * 10**7 + 'last')"
    finished = run(toolchain, code)
    assert finished.stderr.startswith("first")
    assert finished.stderr.endswith("last")
    assert len(finished.stderr) < 200_000


def test_timeout_kills_the_whole_group(toolchain: Toolchain, temp: Path) -> None:
    pids: list[int] = []
    finished = run(
        toolchain,
        FAMILY,
        lambda line: pids.extend(map(int, line.split())),
        timeout_s=0.5,
    )
    assert finished.ended == "timeout"
    assert len(pids) == 2
    assert gone_soon(pids)
    assert list(temp.iterdir()) == []


def test_child_left_behind_is_killed_and_holds_nothing_up(toolchain: Toolchain) -> None:
    pids: list[int] = []
    code = (
        "import os, time\nchild = os.fork()\n"
        "if child: print(child, flush=True)\nelse: time.sleep(60)"
    )
    finished = run(toolchain, code, lambda line: pids.append(int(line)))
    assert finished.ended == "exit"
    assert finished.seconds < 10
    assert gone_soon(pids)


def test_stop_ends_runs_in_all_threads(toolchain: Toolchain, temp: Path) -> None:
    stop = threading.Event()
    begun = threading.Semaphore(0)
    ends: list[str] = []

    def work() -> None:
        finished = run(toolchain, SLEEP, lambda _: begun.release(), stop=stop)
        ends.append(finished.ended)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert begun.acquire(timeout=10)
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
    assert ends == ["stopped"] * 3
    assert list(temp.iterdir()) == []


def test_process_killed_from_outside_is_told_apart(toolchain: Toolchain) -> None:
    def kill(line: str) -> None:
        os.kill(int(line), signal.SIGKILL)

    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    finished = run(toolchain, code, kill)
    assert (finished.ended, finished.signal) == ("signal", signal.SIGKILL)
    assert finished.returncode == -signal.SIGKILL


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_exception_in_the_listener_kills_and_passes(
    toolchain: Toolchain, temp: Path, error: type[BaseException]
) -> None:
    pids: list[int] = []

    def fail(line: str) -> None:
        pids.extend(map(int, line.split()))
        raise error

    with pytest.raises(error):
        run(toolchain, FAMILY, fail)
    assert gone_soon(pids)
    assert list(temp.iterdir()) == []


def test_reaped_process_gets_its_linger_and_no_more(toolchain: Toolchain) -> None:
    finished = run(toolchain, SLEEP, lambda _: REAP, linger_s=0.1)
    assert finished.reaped
    assert finished.ended == "exit"
    assert finished.seconds < 5
    prompt = run(toolchain, "print('all'); sys.exit(13)", lambda _: REAP, linger_s=5)
    assert not prompt.reaped
    assert prompt.returncode == 13


def test_reaping_still_tells_lines_that_come_in_time(toolchain: Toolchain) -> None:
    lines: list[str] = []

    def listen(line: str) -> object:
        lines.append(line)
        return REAP if line == "verdict" else None

    run(toolchain, "print('verdict', flush=True); print('more')", listen, linger_s=5)
    assert lines == ["verdict", "more"]


def test_too_much_memory_is_killed(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyspec.tla2tools.process.memory_bound_mb", lambda mb: mb)
    hog = "x = b'x' * 200 * 2**20; import time; time.sleep(60)"
    finished = run(toolchain, hog, memory_mb=64)
    assert finished.ended == "memory"
    assert finished.peak_rss_mb > 64
    assert memory_bound_mb(1000) > 1000


def test_memory_that_java_cannot_start_with_is_a_mistake(toolchain: Toolchain) -> None:
    with pytest.raises(Mistake, match="memory limit"):
        run(toolchain, "", memory_mb=1)


def test_java_that_vanished_is_the_environments_fault(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain.java.path.unlink()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="could not be started"):
        run(toolchain, "")


def test_flags_keep_what_tlc_needs(toolchain: Toolchain, tmp_path: Path) -> None:
    def flags(**more: Any) -> list[str]:  # noqa: ANN401 - handed on
        lines: list[str] = []
        run(toolchain, "print('\\n'.join(sys.argv))", lines.append, **more)
        return lines

    common = flags()
    assert "-Xss64m" in common
    assert "-Dfile.encoding=UTF-8" in common
    assert "-Xlog:all=warning:stderr" in common
    assert "-XX:+UseSerialGC" in common
    assert "-XX:TieredStopAtLevel=1" not in common
    assert not any("AOT" in flag for flag in common)
    assert "-XX:TieredStopAtLevel=1" in flags(jvm=JvmOptions(size=Size.SMALL))
    many = flags(jvm=JvmOptions(workers=8, classpath=(tmp_path / "more.jar",)))
    assert "-XX:+UseParallelGC" in many
    assert many[many.index("-cp") + 1].endswith(f":{tmp_path}/more.jar")
    assert "-Xmx512m" in flags(memory_mb=512)


def test_options_from_the_users_environment_stay_outside(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+UseZGC")
    monkeypatch.setenv("LC_ALL", "C")
    lines: list[str] = []
    code = "import os; print(os.environ.get('JAVA_TOOL_OPTIONS'), os.environ['LC_ALL'])"
    run(toolchain, code, lines.append)
    assert lines == ["None C.UTF-8"]


def test_full_disk_is_the_environments_fault(
    temp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, _: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Unavailable, match="is full"), Workspace():
        pass
    assert list(temp.iterdir()) == []


def test_temporary_folder_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    with pytest.raises(Unavailable, match="cannot be used") as error, Workspace():
        pass
    assert "/nowhere/at/all" in str(error.value)


def test_kept_folder_stays(tmp_path: Path, temp: Path) -> None:
    with Workspace(keep=tmp_path / "kept") as workspace:
        (workspace.meta / "checkpoint").write_text("1", encoding="utf-8")
        assert workspace.tmp.is_dir()
    assert (tmp_path / "kept" / "checkpoint").exists()
    assert list(temp.iterdir()) == []


def test_folders_of_killed_runs_are_swept_and_others_are_not(temp: Path) -> None:
    for name in ("pyspec-stale", "pyspec-young", "pyspec-other"):
        (temp / name / "meta").mkdir(parents=True)
        (temp / name / ".in-use").write_text("", encoding="utf-8")
    os.utime(temp / "pyspec-stale" / ".in-use", (0, 0))
    (temp / "pyspec-other" / ".in-use").unlink()
    (temp / "pyspec-link").symlink_to(temp / "pyspec-young")
    with Workspace() as running:
        os.utime(running.path / ".in-use", (0, 0))
        with Workspace():
            assert running.tmp.is_dir(), "a long run is not a stale one"
    names = sorted(path.name for path in temp.iterdir())
    assert names == ["pyspec-link", "pyspec-other", "pyspec-young"]


def test_sigterm_is_an_interruption_and_leaves_nothing(temp: Path) -> None:
    def work() -> None:
        with Workspace():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)

    with pytest.raises(Interrupted, match="SIGTERM"):
        work()
    assert list(temp.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_handlers_of_others_are_left_alone() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


PROGRAM = """
import sys, tempfile
from pathlib import Path
sys.path.insert(0, {root!r})
from pyspec.tla2tools.jar import Features, Jar
from pyspec.tla2tools.java import Java
from pyspec.tla2tools.process import Workspace, run_java
from pyspec.tla2tools.toolchain import Toolchain
java = Java(Path({java!r}), "17", 17, "fake", "test")
jar = Jar(Path("t.jar"), "2.15", "", "test", Features())
with Workspace() as workspace:
    run_java(Toolchain(java, jar, Path("cache")), "M", [{code!r}],
        workspace=workspace, cwd=workspace.path,
        on_line=lambda line: print(line, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_pyspec_that_is_ended_takes_java_along(
    toolchain: Toolchain, temp: Path, number: signal.Signals
) -> None:
    root = str(Path(__file__).parent.parent.parent)
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    program = PROGRAM.format(root=root, java=str(toolchain.java.path), code=code)
    environment = dict(os.environ, TMPDIR=str(temp))
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
    ) as pyspec:
        assert pyspec.stdout is not None
        pid = int(pyspec.stdout.readline())
        assert is_running(pid)
        pyspec.send_signal(number)
        pyspec.wait(timeout=10)
    assert gone_soon([pid])
    if number is not signal.SIGKILL:
        assert list(temp.iterdir()) == []
