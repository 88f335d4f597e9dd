"""`pyspec simulate`: one seed, one trace; what is wrong is said in a line."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from pyspec.campaign.fuzzing.schedule_file import read_schedule, schedule_lines
from pyspec.cli import run
from pyspec.errors import Exit, Mistake
from pyspec.trace import read_trace
from pyspec.trace.model import End
from refimpl.commit.two_phase_commit import two_phase_commit
from refimpl.protocol import Faults, find
from refimpl.sim.schedule import Schedule
from refimpl.sim.world import World, simulate

if TYPE_CHECKING:
    from pathlib import Path

SLUG: Final = "two_phase_commit"
CLIENTS: Final = """
from dataclasses import replace
from refimpl.commit.two_phase_commit import TransactionManager, two_phase_commit
from refimpl.process import guard

class Asking(TransactionManager):
    def rcv_prepared(self, message):
        guard(self.state == "init")
        self.note("invoke", "write", 1)
        self.prepared |= {message.rm}
        self.note("ok", "write", 1)

PROTOCOL = replace(two_phase_commit(tm_class=Asking), history="register")
"""
RAISING: Final = """
from refimpl.commit.two_phase_commit import ResourceManager, two_phase_commit

class Raising(ResourceManager):
    def prepare(self):
        {}["no such key"]

PROTOCOL = two_phase_commit(rm_class=Raising)
"""

ENDLESS: Final = """
from refimpl.commit.two_phase_commit import RESEND, TransactionManager
from refimpl.commit.two_phase_commit import two_phase_commit
from refimpl.process import guard

class Endless(TransactionManager):
    def rcv_ack(self, message):
        guard(self.state in {"committed", "aborted"})

PROTOCOL = two_phase_commit(tm_class=Endless)
"""


def simulated(*arguments: object, hash_seed: str = "0", seconds: int = 120) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "pyspec", "simulate", SLUG, *map(str, arguments)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        timeout=seconds,
    )
    return done.stdout


def test_a_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    file = tmp_path / "run.trace"
    asked = ("--seed", 7, "--faults", "all", "--clocks", "--messages")
    first = simulated(*asked, hash_seed="1")
    simulated(*asked, "-o", file, hash_seed="2")
    assert file.read_bytes() == first
    assert simulated("--seed", 8, "--faults", "all") != first


def test_the_trace_is_that_of_the_simulator(tmp_path: Path) -> None:
    file = tmp_path / "run.trace"
    assert run(["simulate", SLUG, "--seed", "5", "-o", str(file)]) == 0
    trace, protocol = read_trace(file), two_phase_commit()
    expected = simulate(protocol, 5)
    assert [e.steps for e in trace.events] == [e.steps for e in expected.events]
    assert [e.time_ns for e in trace.events] == [e.time_ns for e in expected.events]
    assert trace.end is End.QUIESCENT


def test_a_run_ends_after_its_steps_or_its_time(tmp_path: Path) -> None:
    file = tmp_path / "run.trace"
    assert run(["simulate", SLUG, "--steps", "7", "-o", str(file)]) == 0
    assert len(read_trace(file).events) == 7
    assert run(["simulate", SLUG, "--time", "30ms", "-o", str(file)]) == 0
    times = [event.time_ns or 0 for event in read_trace(file).events]
    assert times
    assert max(times) <= 30_000_000
    assert run(["simulate", SLUG, "--steps", "0", "-o", str(file)]) == 0
    assert not read_trace(file).events


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    code = tmp_path / "endless.py"
    code.write_text(ENDLESS, encoding="utf-8")
    words = [sys.executable, "-m", "pyspec", "simulate", SLUG, "--steps", "5000"]
    words += ["--implementation", str(code), "--faults", "none"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith(b"---- TRACE")
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


def test_each_process_has_its_log(tmp_path: Path) -> None:
    logs, file = tmp_path / "logs", tmp_path / "run.trace"
    arguments = ["--messages", "--logs-per-process", str(logs), "-o", str(file)]
    assert run(["simulate", SLUG, *arguments]) == 0
    whole = read_trace(file)
    parts = [read_trace(path) for path in logs.glob("*.trace")]
    assert len(parts) > 3
    assert sum(len(part.events) for part in parts) == len(whole.events)
    for part in parts:
        assert len({event.process for event in part.events}) == 1


def test_clients_have_a_history_that_replay_reads(tmp_path: Path) -> None:
    code, history = tmp_path / "asking.py", tmp_path / "history.ndjson"
    code.write_text(CLIENTS, encoding="utf-8")
    arguments = ["--implementation", str(code), "--history", str(history)]
    trace = str(tmp_path / "run.trace")
    assert run(["simulate", SLUG, *arguments, "-o", trace]) == 0
    lines = [json.loads(line) for line in history.read_text().splitlines()]
    assert {line["type"] for line in lines} == {"invoke", "ok"}
    assert all(line["process"] == "tm" and line["f"] == "write" for line in lines)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--set", "losses=many"], "a whole number"),
        (["--set", "losses=-1"], "a whole number"),
        (["--set", "loses=3"], "Did you mean losses?"),
        (["--set", "losses"], "this is no setting"),
        (["--set", "latency_ns=5parsecs"], "a time such as 5ms"),
        (["--set", "latency_ns=20ms..1ms"], "no range"),
        (["--set", "latency_ns=0.5ns"], "whole nanoseconds"),
        (["--set", "latency=slow"], "none of"),
        (["--set", "fifo=perhaps"], "true or false"),
        (["--set", "loss_percent=101"], "more than 100"),
        (["--set", "partition_kinds=thirds"], "none of"),
        (["--time", "5"], "as 2s or 500ms"),
        (["--time", "-1s"], "--time -1s: this is no time"),
        (["--set", "spared=nobody"], "has no role nobody"),
        (["--set", "stay_down=tm,nobody"], "has no role nobody"),
        (["--steps", "-1"], "-1"),
        (["--seed", "x"], "x"),
        (["--faults", "some"], "none"),
        (["--broken", "hasty_tn"], "Did you mean hasty_tm?"),
        (["--implementation", "/nowhere.py"], "no such file"),
        (["--history", "/nowhere/h"], "no clients"),
        (["--schedule", "/nowhere"], "cannot be read"),
        (["--schedule", "x", "--set", "losses=1"], "--schedule says all"),
    ],
)
def test_a_bad_option_is_one_clear_error(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", SLUG, *arguments]) == 2
    told = capsys.readouterr()
    assert expected in told.err
    assert "Traceback" not in told.err
    assert not told.out


def test_an_output_that_cannot_be_written_is_the_environments_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["simulate", SLUG, "-o", "/nowhere/run.trace"]) == 4
    assert "/nowhere/run.trace" in capsys.readouterr().err


def test_an_implementation_that_raises_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = tmp_path / "raising.py"
    code.write_text(RAISING, encoding="utf-8")
    out = str(tmp_path / "run.trace")
    assert run(["simulate", SLUG, "--implementation", str(code), "-o", out]) == 2
    told = capsys.readouterr().err
    assert "Raising.prepare" in told
    assert "raising.py:6" in told
    assert "KeyError" in told
    code.write_text("PROTOCOL = 3", encoding="utf-8")
    (tmp_path / "other.py").write_text("import no_such_module", encoding="utf-8")
    assert run(["simulate", SLUG, "--implementation", str(tmp_path / "other.py")]) == 2
    assert "no_such_module" in capsys.readouterr().err


# ------------------------------------------------------------ schedules

PROTOCOL: Final = two_phase_commit()
STORMY: Final = Faults(
    losses=4,
    duplications=4,
    crashes=4,
    crash_percent=12,
    skew_ns=10**9,
    drift_ppm=300_000,
)


def schedule_of(seed: int) -> Schedule:
    schedule = Schedule()
    World(PROTOCOL, seed, STORMY, schedule=schedule).run()
    return schedule


def test_schedules_come_back_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "run.schedule"
    kinds = set()
    for seed in range(40):
        schedule = schedule_of(seed)
        happenings, clocks = schedule.happenings, schedule.clocks
        lines = schedule_lines(PROTOCOL, seed, End.CUT, happenings, clocks)
        file.write_text("".join(lines), encoding="utf-8")
        noted = read_schedule(file, PROTOCOL)
        assert list(noted.happenings) == happenings
        assert (noted.seed, noted.end, noted.clocks) == (seed, End.CUT, clocks)
        kinds |= {(h.kind, bool(h.doom), bool(h.crash_after)) for h in happenings}
    assert len(kinds) > 7


def test_a_schedule_is_simulated_again(tmp_path: Path) -> None:
    file, out = tmp_path / "run.schedule", tmp_path / "run.trace"
    schedule = schedule_of(3)
    happenings, clocks = schedule.happenings, schedule.clocks
    lines = schedule_lines(PROTOCOL, 3, End.QUIESCENT, happenings, clocks)
    file.write_text("".join(lines), encoding="utf-8")
    assert run(["simulate", SLUG, "--schedule", str(file), "-o", str(out)]) == 0
    expected = simulate(PROTOCOL, 3, STORMY)
    for one, other in zip(read_trace(out).events, expected.events, strict=True):
        assert (one.steps, one.time_ns) == (other.steps, other.time_ns)
        assert one.process == other.process


def test_a_schedule_is_done_again_by_the_configuration_that_it_is_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.schedule"
    protocol, schedule = find("raft", "pre_votes"), Schedule()
    World(protocol, 1, Faults(), schedule=schedule).run(40)
    what = protocol, 1, End.CUT, schedule.happenings
    file.write_text("".join(schedule_lines(*what, variant="pre_votes")), "utf-8")
    again = ["simulate", "raft", "--schedule", str(file)]
    assert run(again) == Exit.MISTAKE
    assert '"pre_votes"' in capsys.readouterr().err
    assert run([*again, "--variant", "pre-votes"]) == Exit.FINE
    assert capsys.readouterr().out.count("RequestPreVote") > 1


HEAD: Final = (
    '{"format": "pyspec schedule 1", "slug": "two_phase_commit", "seed": 1, '
    '"processes": ["tm", "r1", "r2", "r3"], "end": "cut"}'
)
MAIL: Final = '"who": "r1", "at_ns": 1, "sender": "tm"'


def clock(skew_ns: str, drift_ppm: str) -> str:
    """Return the end of a first line, with the clock of r1."""
    return f', "clocks": {{"r1": {{"skew_ns": {skew_ns}, "drift_ppm": {drift_ppm}}}}}}}'


@pytest.mark.parametrize(
    ("lines", "line", "expected"),
    [
        ([], None, "empty"),
        (["{}"], 1, "no schedule"),
        ([HEAD.replace("two_phase", "one_phase")], 1, "another protocol"),
        ([HEAD.replace('"r3"', '"r9"')], 1, "other processes"),
        ([HEAD.replace('"seed": 1', '"seed": "1"')], 1, "no seed"),
        ([HEAD.replace("cut", "cat")], 1, "no end"),
        ([HEAD.replace('"cut"', "{}")], 1, "no end"),
        ([HEAD.replace('"r3"', "[]")], 1, "other processes"),
        ([HEAD[:-1] + ', "clocks": {"r9": {}}}'], 1, "no clocks of processes"),
        ([HEAD[:-1] + ', "clocks": {"r1": {}}}'], 1, "no clock"),
        ([HEAD[:-1] + clock("1.5", "0")], 1, "no clock"),
        ([HEAD[:-1] + clock("0", "-1000000")], 1, "stands still"),
        ([HEAD, "{"], 2, "JSON"),
        ([HEAD, "[]"], 2, "no happening"),
        ([HEAD, '{"kind": "drop"}'], 2, "nothing of this kind"),
        ([HEAD, '{"kind": "crash", "who": "r1", "at_ns": -1}'], 2, "no time"),
        ([HEAD, '{"kind": "crash", "who": "r9", "at_ns": 1}'], 2, "no such process"),
        ([HEAD, '{"kind": "fire", "who": "r1", "at_ns": 1}'], 2, "no timer"),
        ([HEAD, '{"kind": "lose", %s}' % MAIL], 2, "no message"),  # noqa: UP031 - braces
        (
            [HEAD, '{"kind": "lose", %s, "message": {"#": "Popen"}}' % MAIL],  # noqa: UP031 - likewise
            2,
            "no such class",
        ),
        ([HEAD, '{"kind": "lose", %s, "message": {"#set": 5}}' % MAIL], 2, "no parts"),  # noqa: UP031 - likewise
        (
            [HEAD, '{"kind": "crash", "who": "r1", "at_ns": 1, "doom": {"side": []}}'],
            2,
            "no crash at a force",
        ),
        (
            [HEAD, '{"kind": "lose", %s, "message": {"#": "Abort", "x": 1}}' % MAIL],  # noqa: UP031 - likewise
            2,
            "this is no Abort",
        ),
    ],
)
def test_a_malformed_schedule_is_told_with_its_line(
    lines: list[str], line: int | None, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "bad.schedule"
    file.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    with pytest.raises(Mistake, match=expected) as told:
        read_schedule(file, PROTOCOL)
    assert told.value.file == str(file)
    assert told.value.line == line


def test_what_cannot_happen_is_not_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.schedule"
    restart = '{"kind": "restart", "who": "r1", "at_ns": 1}'
    file.write_text(f"{HEAD}\n{restart}\n", encoding="utf-8")
    out = str(tmp_path / "run.trace")
    assert run(["simulate", SLUG, "--schedule", str(file), "-o", out]) == 2
    assert "cannot happen after 0 events: restart r1" in capsys.readouterr().err


def test_help_names_every_option() -> None:
    from pyspec.cli.simulate_command import command  # noqa: PLC0415 - as the CLI does

    told = CliRunner().invoke(command, ["--help"]).output
    for option in ("--set", "--schedule", "--broken", "--history", "--observe"):
        assert option in told


@pytest.mark.nightly
def test_a_million_events_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    code = tmp_path / "endless.py"
    code.write_text(ENDLESS, encoding="utf-8")
    used = []
    for steps in (1_000, 1_000_000):
        arguments = ["--implementation", code, "--steps", steps, "-o", "/dev/null"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        simulated(*arguments, "--faults", "none", seconds=1800)
        used.append(max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
    assert used[1] < used[0] + 20_000
