"""Real runs of TLC: one for each class of outcome, isolated, nothing left."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.errors import Exit, Mistake, Unavailable
from pyspec.tla2tools import (
    Cause,
    Config,
    Job,
    Kind,
    Outcome,
    Progress,
    Simulation,
    Toolchain,
    Verdict,
    find_toolchain,
    read_dot,
    run,
    run_all,
)
from pyspec.tla2tools.tlc import newest_checkpoint
from pyspec.trace.model import Call, End, Loop
from pyspec.values import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parents[1] / "data"
SPECS = DATA / "specs"
SAMPLES = DATA / "tlc-samples" / "specs"


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    try:
        return find_toolchain()
    except Unavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a temporary folder for workspaces; nothing may be left in it."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def sample(module: str, config: str) -> Job:
    return Job(SAMPLES / f"{module}.tla", SAMPLES / f"{config}.cfg")


def properties(**entries: object) -> Job:
    config = Config(specification="Spec", constants={"N": 1})
    return Job(SPECS / "Properties.tla", replace(config, **entries))  # type: ignore[arg-type]


def init_next(init: str, next_: str) -> Job:
    return properties(specification=None, init=init, next=next_)


CASES: dict[str, tuple[Job, Cause, str | None]] = {
    "ok": (sample("Ok", "ok"), Cause.NONE, None),
    "invariant": (sample("Ok", "inv"), Cause.INVARIANT, "NoFour"),
    "lasso": (sample("Ok", "live"), Cause.PROPERTY, "Live2"),
    "check_deadlock": (sample("Dead", "ckdl"), Cause.PROPERTY, "Ev"),
    "deadlock": (sample("Dead", "Dead"), Cause.DEADLOCK, None),
    "action": (sample("Ok", "act"), Cause.ACTION_PROPERTY, "Stp"),
    "assertion": (sample("Asrt", "asrtA"), Cause.ASSERTION, None),
    "assumption": (sample("Ass", "Ass"), Cause.ASSUMPTION, None),
    "evaluation": (sample("Asrt", "asrtF"), Cause.EVALUATION, None),
    "syntax": (sample("Par", "Par"), Cause.PARSE, None),
    "semantic": (sample("Sem", "Sem"), Cause.SEMANTIC, None),
    "missing module": (sample("Mis", "Mis"), Cause.MISSING_FILE, None),
    "undefined name": (sample("Ok", "badname"), Cause.CONFIG, "Nope"),
    "malformed cfg": (sample("Ok", "badsyn"), Cause.CONFIG, None),
    "memory": (
        replace(sample("Oom", "Oom"), memory_mb=64),
        Cause.MEMORY,
        None,
    ),
    "timeout": (replace(sample("Big", "Big"), timeout_s=2.5), Cause.TIMEOUT, None),
    "simulation": (
        replace(sample("Ok", "ok"), simulate=Simulation(5, 10)),
        Cause.NONE,
        None,
    ),
    "violation at the start": (
        properties(invariants=("InvInit",)),
        Cause.INVARIANT,
        "InvInit",
    ),
    "constant invariant": (
        properties(invariants=("ConstF",)),
        Cause.INVARIANT,
        "ConstF",
    ),
    "one of several": (
        properties(properties=("L3", "L1", "ActP", "L2")),
        Cause.ACTION_PROPERTY,
        "ActP",
    ),
    "first of several": (
        properties(properties=("L3", "L2", "L1")),
        Cause.PROPERTY,
        "L2",
    ),
    "start of a property": (
        properties(properties=("L3", "Starts")),
        Cause.PROPERTY,
        "Starts",
    ),
    "assumptions only": (sample("Only", "Only"), Cause.NONE, None),
    "read too soon": (sample("Used", "Used"), Cause.EVALUATION, None),
    "no initial state": (init_next("InitNone", "Next"), Cause.NO_INITIAL_STATE, None),
    "evaluation with exit code 0": (
        properties(properties=("EvalL",)),
        Cause.EVALUATION,
        None,
    ),
    "two workers": (
        replace(init_next("InitEval", "Next"), workers=2),
        Cause.EVALUATION,
        None,
    ),
    "keep going": (
        replace(properties(invariants=("Constr",)), keep_going=True),
        Cause.INVARIANT,
        "Constr",
    ),
    "coverage": (replace(sample("Ok", "ok"), coverage=True), Cause.NONE, None),
    "all workers": (replace(sample("Ok", "ok"), workers=None), Cause.NONE, None),
}


@pytest.fixture(scope="module")
def outcomes(toolchain: Toolchain) -> dict[str, Outcome]:
    """Every case, two at a time."""
    names = list(CASES)
    jobs = [CASES[name][0] for name in names]
    return {names[at]: one for at, one in run_all(toolchain, jobs, parallel=2)}


@pytest.mark.java
@pytest.mark.parametrize("name", CASES)
def test_each_class_of_outcome_is_recognized(
    outcomes: dict[str, Outcome], name: str
) -> None:
    _, cause, violated = CASES[name]
    outcome = outcomes[name]
    assert (outcome.cause, outcome.property) == (cause, violated), outcome


@pytest.mark.java
def test_counterexamples_end_as_they_are(outcomes: dict[str, Outcome]) -> None:
    ends = {
        name: outcome.counterexample.end
        for name, outcome in outcomes.items()
        if outcome.counterexample is not None
    }
    assert isinstance(ends["lasso"], Loop)
    assert ends["check_deadlock"] is End.QUIESCENT
    assert ends["deadlock"] is End.CUT
    assert ends["first of several"] == Loop(0)


@pytest.mark.java
def test_counts_coverage_and_findings_are_told(outcomes: dict[str, Outcome]) -> None:
    counted = outcomes["ok"]
    assert (counted.generated, counted.distinct, counted.depth) == (34, 14, 4)
    actions = [one.action for one in outcomes["coverage"].coverage]
    assert actions == ["Init", "Inc", "Dec"]
    assert len(outcomes["keep going"].findings) == 2
    assert not outcomes["simulation"].exhaustive


@pytest.mark.java
def test_errors_have_full_paths_and_places(outcomes: dict[str, Outcome]) -> None:
    places = {
        name: [
            (Path(error.file or "").name, error.line, error.column)
            for error in outcomes[name].errors
        ]
        for name in (
            "syntax",
            "semantic",
            "missing module",
            "undefined name",
            "read too soon",
        )
    }
    assert places == {
        "syntax": [("Par.tla", 4, 15)],
        "semantic": [("Sem.tla", 4, 13)],
        "missing module": [("Mis.tla", 2, 19)],
        "undefined name": [("badname.cfg", 2, 11)],
        "read too soon": [("Used.tla", 4, 14)],
    }
    for outcome in outcomes.values():
        for error in outcome.errors:
            assert error.file is None or Path(error.file).is_file()


@pytest.mark.java
def test_whose_fault_it_is_shows_in_the_exit_code(outcomes: dict[str, Outcome]) -> None:
    codes = {name: outcome.exit for name, outcome in outcomes.items()}
    assert codes["memory"] is Exit.UNDECIDED
    assert codes["timeout"] is Exit.UNDECIDED
    assert codes["assumption"] is Exit.MISTAKE
    assert codes["assertion"] is Exit.VIOLATION
    assert codes["no initial state"] is Exit.MISTAKE


@pytest.mark.java
def test_the_same_job_gives_the_same_counterexample(
    toolchain: Toolchain, outcomes: dict[str, Outcome]
) -> None:
    again = run(toolchain, sample("Ok", "live"))
    assert again.counterexample == outcomes["lasso"].counterexample


@pytest.mark.java
def test_what_is_wrong_before_the_start_names_the_path(toolchain: Toolchain) -> None:
    ok = sample("Ok", "ok")
    for job, part in (
        (replace(ok, module=SAMPLES / "NotThere.tla"), "NotThere.tla"),
        (replace(ok, config=SAMPLES / "notthere.cfg"), "notthere.cfg"),
        (replace(ok, config=None, module=SPECS / "Graph.tla"), "Graph.cfg"),
        (replace(ok, library=(SPECS / "nowhere",)), "nowhere"),
        (replace(ok, module=SAMPLES), "specs"),
    ):
        outcome = run(toolchain, job)
        assert outcome.cause is Cause.MISSING_FILE
        assert part in outcome.message
        assert outcome.exit is Exit.MISTAKE


@pytest.mark.java
def test_a_run_leaves_nothing_behind(toolchain: Toolchain, own_temp: Path) -> None:
    before = sorted(SAMPLES.iterdir())
    assert run(toolchain, sample("Ok", "inv")).verdict is Verdict.VIOLATED
    assert run(toolchain, sample("Par", "Par")).cause is Cause.PARSE
    assert sorted(SAMPLES.iterdir()) == before
    assert own_temp.exists()


@pytest.mark.java
def test_a_stopped_run_says_so_and_leaves_nothing(
    toolchain: Toolchain, own_temp: Path
) -> None:
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    outcome = run(toolchain, sample("Big", "Big"), stop=stop)
    assert (outcome.cause, outcome.exit) == (Cause.STOPPED, Exit.INTERRUPTED)
    assert own_temp.exists()


@pytest.mark.java
def test_closing_the_iterator_stops_all_runs(
    toolchain: Toolchain, own_temp: Path
) -> None:
    jobs = [sample("Par", "Par"), sample("Big", "Big"), sample("Big", "Big")]
    results = run_all(toolchain, jobs, parallel=2)
    index, outcome = next(results)
    assert (index, outcome.cause) == (0, Cause.PARSE)
    start = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 15
    assert own_temp.exists()


@pytest.mark.java
def test_stop_ends_all_runs_with_an_outcome_each(toolchain: Toolchain) -> None:
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    jobs = [sample("Big", "Big")] * 3
    found = dict(run_all(toolchain, jobs, parallel=1, stop=stop))
    assert [found[at].cause for at in range(3)] == [Cause.STOPPED] * 3


@pytest.mark.java
def test_progress_is_told_with_the_index_of_its_job(toolchain: Toolchain) -> None:
    told: list[tuple[int, Progress]] = []
    jobs = [sample("Par", "Par"), sample("Ok", "ok")]
    list(run_all(toolchain, jobs, progress=lambda at, news: told.append((at, news))))
    assert [(at, news.distinct) for at, news in told] == [(1, 14)]


@pytest.mark.java
def test_deadlock_is_as_the_job_says_then_as_the_cfg_says(toolchain: Toolchain) -> None:
    job = sample("Dead", "ckdl")
    assert run(toolchain, replace(job, deadlock=True)).cause is Cause.DEADLOCK
    dead = sample("Dead", "Dead")
    assert run(toolchain, replace(dead, deadlock=False)).cause is Cause.NONE


@pytest.mark.java
def test_modules_are_found_on_the_library_path(toolchain: Toolchain) -> None:
    config = Config(
        init="Init", next="Next", invariants=("Small",), check_deadlock=False
    )
    job = Job(SPECS / "NeedsLibrary.tla", config, library=(SPECS / "library",))
    outcome = run(toolchain, job)
    assert (outcome.cause, outcome.distinct) == (Cause.NONE, 3)
    assert Path(outcome.modules["FromLibrary"]).parent == SPECS / "library"
    without = run(toolchain, replace(job, library=()))
    assert without.cause is Cause.MISSING_FILE


@pytest.mark.java
def test_all_syntax_errors_are_told(toolchain: Toolchain) -> None:
    config = Config(init="Init", next="Next")
    outcome = run(toolchain, Job(SPECS / "ThreeMistakes.tla", config))
    assert outcome.cause is Cause.PARSE
    places = [(Path(one.file or "").stem, one.line) for one in outcome.errors]
    assert places == [
        ("ThreeMistakes", 4),
        ("ThreeMistakes", 5),
        ("ThreeMistakes", 7),
        ("FourthMistake", 2),
    ]


@pytest.mark.java
def test_an_override_that_mentions_what_it_overrides_is_refused_by_name(
    toolchain: Toolchain,
) -> None:
    def overridden(**overrides: str) -> Outcome:
        config = Config(init="Init", next="Next", overrides=overrides)
        return run(toolchain, Job(SPECS / "Overridden.tla", config))

    refused = overridden(Step="HastyStep")
    assert refused.cause is Cause.OVERRIDE
    assert refused.returncode is None
    assert "HastyStep replaces Step" in refused.message
    assert refused.errors[0].line == 9
    assert overridden(Inc="LowInc").cause is Cause.OVERRIDE
    assert overridden(Step="FineStep").cause is Cause.DEADLOCK


@pytest.mark.java
def test_the_property_may_be_left_unnamed(toolchain: Toolchain) -> None:
    job = replace(properties(properties=("L3", "L2")), name_property=False)
    outcome = run(toolchain, job)
    assert outcome.property is None
    assert outcome.candidates == ("L3", "L2")


@pytest.mark.java
def test_the_state_graph_is_dumped(toolchain: Toolchain, tmp_path: Path) -> None:
    config = Config(init="Init", next="Next", check_deadlock=False)
    file = tmp_path / "graph.dot"
    outcome = run(toolchain, Job(SPECS / "Graph.tla", config, dump=file))
    graph = read_dot(file)
    assert graph.number_of_nodes() == outcome.distinct
    labels = {data["action"] for _, _, data in graph.edges(data=True)}
    assert labels == {"Inc", "Back", "Next"}
    first = [data["state"] for _, data in graph.nodes(data=True) if data["initial"]]
    assert sorted(state["x"] for state in first) == [0, 1]
    assert {state["s"] for state in first} == {parse(r'"a\"b\\c"')}


@pytest.mark.java
def test_prints_in_unicode_survive(toolchain: Toolchain, tmp_path: Path) -> None:
    module = tmp_path / "Uni.tla"
    module.write_text(
        "---- MODULE Uni ----\nEXTENDS TLC\nVARIABLE x\n"
        'Init == x = 0 /\\ PrintT("one\\ttwo")\nNext == x\' = x\n====\n',
        encoding="utf-8",
    )
    outcome = run(toolchain, Job(module, Config(init="Init", next="Next")))
    assert outcome.prints
    assert parse(outcome.prints[0]) == "one\ttwo"


@pytest.mark.java
def test_folders_with_blanks_and_other_letters_are_fine(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder, été"
    folder.mkdir()
    text = (SAMPLES / "Ok.tla").read_text()
    (folder / "Ok.tla").write_text(text)
    (folder / "Ok.cfg").write_text("SPECIFICATION Spec\nINVARIANT NoFour\n")
    outcome = run(toolchain, Job(folder / "Ok.tla"))
    assert outcome.property == "NoFour"
    assert outcome.counterexample is not None
    assert outcome.counterexample.events[0].steps[0] == Call("Inc")


def test_a_checkpoint_is_found_in_its_folder(tmp_path: Path) -> None:
    for name in ("26-11-20-10-00-00", "26-11-21-09-00-00", "other"):
        (tmp_path / name).mkdir()
    newest = tmp_path / "26-11-21-09-00-00"
    assert newest_checkpoint(tmp_path) == newest
    assert newest_checkpoint(newest) == newest
    for missing in (tmp_path / "other", tmp_path / "none"):
        with pytest.raises(Mistake):
            newest_checkpoint(missing)


@pytest.mark.java
@pytest.mark.nightly
def test_recursion_without_end_is_recognized(toolchain: Toolchain) -> None:
    """Nightly, since TLC takes a minute to overflow a stack of 64 MB."""
    config = Config(init="Init", next="Next", invariants=("Positive",))
    outcome = run(toolchain, Job(SPECS / "Endless.tla", config))
    assert (outcome.cause, outcome.exit) == (Cause.RECURSION, Exit.MISTAKE)


@pytest.mark.java
@pytest.mark.nightly
def test_a_killed_run_goes_on_from_its_checkpoint(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    module = tmp_path / "Wide.tla"
    module.write_text(
        (SAMPLES / "Big.tla").read_text().replace("Big", "Wide").replace("500", "350")
    )
    config = Config(specification="Spec")
    kept = tmp_path / "checkpoints"
    job = Job(module, config, checkpoint=kept)
    stop = threading.Event()
    found: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: found.append(run(toolchain, job, stop=stop))
    )
    thread.start()
    deadline = time.monotonic() + 150
    while thread.is_alive() and time.monotonic() < deadline:
        if list(kept.glob("*/*.chkpt")):
            break
        time.sleep(0.5)
    stop.set()
    thread.join()
    if found[0].cause is Cause.NONE:
        pytest.skip("the machine is too fast for a checkpoint after one minute")
    outcome = run(toolchain, replace(job, checkpoint=None, recover=kept))
    assert (outcome.cause, outcome.distinct) == (Cause.NONE, 350**3)


def test_outcomes_of_failed_jobs_name_their_kind() -> None:
    outcome = Outcome.of_error(Mistake("no", file="f.tla", line=3))
    assert (outcome.message, outcome.exit) == ("f.tla:3: no", Exit.MISTAKE)
    assert Kind.CONFIG.value == "config"
