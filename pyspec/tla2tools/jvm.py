"""How Java is started: memory, garbage collector, compilers, encodings.

The choices are measured ones (two-phase commit, one worker, Java 25, user and
system CPU against `java -cp tla2tools.jar tlc2.TLC`):

    ====================  ==========  ===========  ============
    with the AOT cache    288 states  51 k states  296 k states
    ====================  ==========  ===========  ============
    SMALL: C1 only              0.45         0.64          1.09
    else: C2, but late          0.59         0.66          0.75
    C2 as usual                 0.69         0.79          0.79
    ====================  ==========  ===========  ============

A short run pays for C2 without living to profit from it.  Nobody knows the
size of a model before checking it, so by default C2 waits until code is twenty
times as hot as usual: that costs a long run nothing that could be measured.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

import psutil

from pyspec.errors import Mistake

__all__ = ["JvmOptions", "Size", "environment", "heap_mb", "jvm_flags"]

_STACK_MB = 64
_SMALLEST_MB = 32
_COMPRESSED_OOPS_MB = 30 * 1024
_SERIAL_UP_TO_WORKERS = 2
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Size(enum.Enum):
    """How many distinct states are expected; only speed depends on it."""

    UNKNOWN = "unknown"
    SMALL = "small"  # up to 100 000
    LARGE = "large"


@dataclass(frozen=True)
class JvmOptions:
    """What a run of Java may ask for.

    - workers: TLC's `-workers`, for the choice of the garbage collector
    - classpath: appended after tla2tools.jar (operators in Java, say)
    - extra: more options for the JVM; they come last, so they win
    - aot, quiet: whether to use the AOT cache and QuietTLC where there are any
    """

    size: Size = Size.UNKNOWN
    workers: int = 1
    classpath: tuple[Path, ...] = ()
    extra: tuple[str, ...] = ()
    aot: bool = True
    quiet: bool = True

    @property
    def fits_aot(self) -> bool:
        """Whether `extra` leaves objects and modules as the AOT cache has them."""
        return self.aot and all(o.startswith(("-D", "-Xs")) for o in self.extra)


def jvm_flags(options: JvmOptions, temp: Path, memory_mb: int | None) -> list[str]:
    """Return Java's options, all but the class path and the AOT cache.

    `temp` must exist: SANY unpacks the standard modules there.  Raises Mistake
    if `memory_mb` is less than TLC can start with.
    """
    return [
        f"-Xss{_STACK_MB}m",
        f"-Xmx{heap_mb(options, memory_mb)}m",
        f"-Djava.io.tmpdir={temp}",
        *_COMMON,
        f"-XX:ErrorFile={temp}/hs_err.log",
        *_collector(options.workers),
        *(_C1_ONLY if options.size is Size.SMALL else _LATE_C2),
        *options.extra,
    ]


_COMMON = (
    "-Dstdout.encoding=UTF-8",
    "-Dstderr.encoding=UTF-8",
    "-Dfile.encoding=UTF-8",
    "-Duser.language=en",  # or counts are printed as 1.146 in German
    "-Duser.country=US",
    "-Xlog:disable",
    "-Xlog:all=warning:stderr",  # or the JVM's remarks come before TLC's lines
    "-XX:-UsePerfData",  # or /tmp/hsperfdata_* stays behind after a kill
    "-XX:-CreateCoredumpOnCrash",
)
_C1_ONLY = ("-XX:TieredStopAtLevel=1",)
_LATE_C2 = (
    "-XX:Tier3InvocationThreshold=600",
    "-XX:Tier3MinInvocationThreshold=300",
    "-XX:Tier3CompileThreshold=6000",
    "-XX:Tier3BackEdgeThreshold=180000",
    "-XX:Tier4InvocationThreshold=100000",
    "-XX:Tier4MinInvocationThreshold=12000",
    "-XX:Tier4CompileThreshold=300000",
    "-XX:Tier4BackEdgeThreshold=800000",
)


def _collector(workers: int) -> list[str]:
    """Return the garbage collector's option.

    Serial takes a third of Parallel's memory and, up to two workers, no more
    time; how it scales beyond was not measured.
    """
    serial = workers <= _SERIAL_UP_TO_WORKERS
    return ["-XX:+UseSerialGC" if serial else "-XX:+UseParallelGC"]


def heap_mb(options: JvmOptions, memory_mb: int | None) -> int:
    """Return the heap to allow: `memory_mb`, or a quarter of the machine.

    A small model gets less than 30 GB of a large machine, since the AOT cache
    holds only for heaps that 32-bit references reach.
    """
    if memory_mb is not None:
        if memory_mb < _SMALLEST_MB:
            raise Mistake(
                "the memory limit is less than Java can start with",
                expected=f"at least {_SMALLEST_MB} MB",
                found=f"{memory_mb} MB",
            )
        return memory_mb
    quarter = max(machine_memory_mb() // 4, 256)
    if options.size is Size.SMALL:
        return min(quarter, _COMPRESSED_OOPS_MB)
    return quarter


def compressed_references(heap: int) -> bool:
    """Whether a heap of so many MB is one that the AOT cache was made for."""
    return heap <= _COMPRESSED_OOPS_MB


def machine_memory_mb() -> int:
    """Return the memory of the machine or of the container we run in."""
    total = int(psutil.virtual_memory().total)
    try:
        limit = int(_CGROUP_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):
        limit = total
    return min(total, limit) >> 20


def environment(inherited: dict[str, str]) -> dict[str, str]:
    """Return the environment for Java: UTF-8 file names, no options from afar.

    Options in JAVA_TOOL_OPTIONS and its kin could contradict ours, and a JVM
    with two garbage collectors does not start.
    """
    ours = {name: v for name, v in inherited.items() if name not in _OPTIONS_FROM_AFAR}
    charset = next((ours[n] for n in ("LC_ALL", "LC_CTYPE", "LANG") if ours.get(n)), "")
    if "utf" not in charset.lower():
        ours["LC_ALL"] = "C.UTF-8"
    return ours


_OPTIONS_FROM_AFAR = {
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "CLASSPATH",
}
