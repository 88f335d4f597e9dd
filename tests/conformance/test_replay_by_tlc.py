"""What TLC decides of traces, on a spec small enough to see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pyspec.conformance import (
    Judgement,
    Limits,
    Spec,
    TlcEngine,
    Verdict,
    ask,
    load_spec,
)
from pyspec.conformance.prose import as_json, lines_of
from pyspec.errors import Mistake
from pyspec.tla2tools import Toolchain, find_toolchain
from pyspec.trace import Trace, parse_trace

pytestmark = pytest.mark.java
Replay = Callable[..., list[Verdict]]

HOUR = r"""---- MODULE Hour ----
EXTENDS Naturals, Sequences
CONSTANTS P, Limit
VARIABLES count, log, on
vars == <<count, log, on>>
Init == count = [p \in P |-> 0] /\ log = <<>> /\ on = {}
Total == Len(log)
Counted(p) == count[p]
Tick(p) ==
  /\ count[p] < Limit
  /\ count' = [count EXCEPT ![p] = @ + 1]
  /\ log' = Append(log, p)
  /\ UNCHANGED on
Jump(p, n) ==
  /\ count[p] < n
  /\ count' = [count EXCEPT ![p] = n]
  /\ UNCHANGED <<log, on>>
Switch(p) ==
  /\ p \notin on
  /\ on' = on \cup {p}
  /\ UNCHANGED <<count, log>>
Reset ==
  /\ log # <<>>
  /\ log' = <<>>
  /\ UNCHANGED <<count, on>>
Hidden(p) ==
  /\ count' = [count EXCEPT ![p] = @ + 1]
  /\ UNCHANGED <<log, on>>
Group(p) == Tick(p) \/ Switch(p)
Next ==
  \/ \E p \in P : Group(p)
  \/ \E q \in P, n \in Nat : n > 1 /\ Jump(q, n)
  \/ Reset
Spec == Init /\ [][Next]_vars
====
"""

# The same without the quantifier over Nat, which TLC cannot enumerate, and with
# a step that is free to happen again and again.
FREE = HOUR.replace("MODULE Hour", "MODULE Free").replace(
    r"\E q \in P, n \in Nat : n > 1 /\ Jump(q, n)",
    r"\E q \in P, n \in 2..3 : Jump(q, n)  \/  \E p \in P : Hidden(p)",
)

HEAD = "---- TRACE {module} ----\nCONSTANT P = {{a, b}}\nCONSTANT Limit = 2\n"


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="session")
def specs(
    toolchain: Toolchain,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Spec]:
    folder = tmp_path_factory.mktemp("specs")
    found = {}
    for name, text in (("Hour", HOUR), ("Free", FREE)):
        path = folder / f"{name}.tla"
        path.write_text(text, encoding="utf-8")
        found[name] = load_spec(toolchain, path)
    return found


@pytest.fixture(scope="session")
def engine(toolchain: Toolchain) -> TlcEngine:
    return TlcEngine(toolchain, Limits(timeout_s=120, unbounded_s=4))


def trace_of(lines: str, module: str = "Free") -> Trace:
    """Return a trace of the small specs; its events begin on line 4."""
    return parse_trace(f"{HEAD.format(module=module)}{lines}\n====\n", file="t.trace")


@pytest.fixture(scope="session")
def replay(
    engine: TlcEngine,
    specs: dict[str, Spec],
) -> Callable[..., list[Verdict]]:
    """Replay several traces' event lines in one run."""

    def decide(*traces: str, module: str = "Free") -> list[Verdict]:
        spec = specs[module]
        return engine.decide([ask(spec, trace_of(one, module)) for one in traces])

    return decide


# Each trace with its verdict; all are decided in one run of TLC.
DECIDED = {
    "no event at all": ("", "conforms"),
    "a known action": ("1 Tick(a)", "conforms"),
    "an action whose guard is false": (
        "1 Tick(a)\n2 Tick(a)\n3 Tick(a)",
        "rejected at 3",
    ),
    "an observation after the step": ("1 Tick(a) /\\ count[a]' = 1", "conforms"),
    "a wrong observation after the step": (
        "1 Tick(a) /\\ count[a]' = 2",
        "rejected at 1",
    ),
    "an observation before the step": (
        "1 Tick(a)\n2 Tick(b) /\\ count[a] = 1 /\\ count[b] = 0",
        "conforms",
    ),
    "a wrong observation before the step": (
        "1 Tick(a)\n2 Tick(b) /\\ count[a] = 0",
        "rejected at 2",
    ),
    "an unknown argument": ("1 Tick(_) /\\ count[b]' = 1", "conforms"),
    "an unknown argument that nothing fits": (
        "1 Tick(_) /\\ count[a]' = 1 /\\ count[b]' = 1",
        "rejected at 1",
    ),
    "a bare name": ("1 Tick /\\ log' = <<b>>", "conforms"),
    "an argument known, another not": (
        "1 Jump(a, _) /\\ count[a]' = 3",
        "conforms",
    ),
    "the unknown one outside of its set": (
        "1 Jump(a, _) /\\ count[a]' = 4",
        "rejected at 1",
    ),
    "a known argument that Next never takes": ("1 Jump(a, 4)", "rejected at 1"),
    "an unknown action": ("1 ? /\\ on' = {a}", "conforms"),
    "an unknown action after which nothing has changed": (
        "1 ? /\\ log' = <<>> /\\ on' = {} /\\ count' = [a |-> 0, b |-> 0]",
        "rejected at 1",
    ),
    "an action above the one that steps carry": ("1 Group(a)", "conforms"),
    "two steps in one event": (
        "1 Tick(a) ; Switch(b) /\\ log = <<>> /\\ on' = {b} /\\ log' = <<a>>",
        "conforms",
    ),
    "two steps, the second impossible": (
        "1 Switch(a) ; Switch(a)",
        "rejected at 1",
    ),
    "no step": ("1 Tick(a)\n2 SKIP /\\ log = <<a>>", "conforms"),
    "no step, but something else is observed": (
        "1 Tick(a)\n2 SKIP /\\ log = <<b>>",
        "rejected at 2",
    ),
    "one of several values": ("1 Tick(a) /\\ count[a]' \\in {1, 7}", "conforms"),
    "an element": ("1 Switch(a) /\\ a \\in on'", "conforms"),
    "a missing element": ("1 Switch(a) /\\ b \\in on'", "rejected at 1"),
    "a subset": ("1 Switch(a)\n2 Switch(b) /\\ {a, b} \\subseteq on'", "conforms"),
    "a length": ("1 Tick(a) /\\ Len(log)' = 1", "conforms"),
    "a wrong length": ("1 Tick(a) /\\ Len(log)' = 2", "rejected at 1"),
    "a state operator": ("1 Tick(a) /\\ Total' = 1 /\\ Counted(a)' = 1", "conforms"),
    "a wrong value of a state operator": (
        "1 Tick(a) /\\ Counted(b)' = 1",
        "rejected at 1",
    ),
    "an index that is not there yet": (
        "1 Tick(a) /\\ log[1] = a",
        "rejected at 1",
    ),
    "the same index when it is": ("1 Tick(a) /\\ log[1]' = a", "conforms"),
    "an initial state": ("INIT /\\ count[a] = 0\n1 Tick(a)", "conforms"),
    "an impossible initial state": (
        "INIT /\\ count[a] = 1\n1 Tick(a)",
        "rejected at INIT",
    ),
    "a silent step that is allowed": (
        "SILENT Hidden(_) MAX 1\n1 Tick(a) /\\ count[a]' = 2",
        "conforms",
    ),
    "a silent step that is not": ("1 Tick(a) /\\ count[a]' = 2", "rejected at 1"),
    "silent steps, but not in one event": (
        "SILENT Switch(_) MAX 1\n1 Tick(a) ; Tick(b) /\\ on = {} /\\ on' = {a}",
        "rejected at 1",
    ),
    "silent steps in each gap": (
        (
            "SILENT Hidden(a) MAX 1\n"
            "1 Tick(b) /\\ count[a] = 1\n"
            "2 Tick(b) /\\ count[a] = 2"
        ),
        "conforms",
    ),
    "any number of silent steps": (
        "SILENT Switch(_)\n1 Tick(a) /\\ on = {a, b}",
        "conforms",
    ),
    "a bound that does not matter": (
        "SILENT Switch(_) MAX 5\n1 Tick(a) /\\ on = {}\n2 Switch(a) /\\ on = {a}",
        "rejected at 2",
    ),
}


def test_each_form_of_event_is_decided(replay: Replay) -> None:
    verdicts = replay(*(lines for lines, _ in DECIDED.values()))
    found = {
        name: verdict.headline for name, verdict in zip(DECIDED, verdicts, strict=True)
    }
    assert found == {name: headline for name, (_, headline) in DECIDED.items()}


def test_a_rejection_that_more_silent_steps_may_lift_says_so(replay: Replay) -> None:
    [verdict] = replay("SILENT Hidden(a) MAX 2\n1 Tick(b) /\\ count[a] = 3")
    assert verdict.headline == "rejected at 1 with at most 2 silent steps per gap"


def test_an_impossible_initial_state_is_rejected_on_its_own_too(
    replay: Replay,
) -> None:
    [verdict] = replay("INIT /\\ count[a] = 1\n1 Tick(a)")
    assert verdict.headline == "rejected at INIT"


def test_infinite_sets_take_known_arguments(replay: Replay) -> None:
    first, second = replay("1 Tick(a)\n2 Reset", "1 Switch(b)", module="Hour")
    assert first.headline == second.headline == "conforms"


def test_a_false_conjunct_is_named_with_its_line(
    replay: Replay,
    specs: dict[str, Spec],
) -> None:
    [verdict] = replay("1 Tick(a)\n2 Tick(a)\n3 Tick(a)")
    text = "\n".join(lines_of(verdict))
    line = 1 + specs["Free"].path.read_text().splitlines().index(
        "  /\\ count[p] < Limit",
    )
    assert f"Free.tla:{line}   count[a] < Limit   is false" in text
    assert "      count[a] = 2" in text
    assert "t.trace:6: rejected at 3" in text
    assert "2 of 3 events matched." in text
    enabled = text.partition("enabled here")[2]
    assert "Tick(b)" in enabled
    assert "Tick(a)" not in enabled


def test_a_false_conjunct_is_named_where_next_cannot_be_enumerated(
    replay: Replay,
) -> None:
    [verdict] = replay("1 Tick(a)\n2 Tick(a)\n3 Tick(a)", module="Hour")
    [guard] = verdict.explanation.guards
    assert guard.text == "count[a] < Limit"
    assert not verdict.explanation.stuck


def test_a_differing_observation_is_told_with_both_values(replay: Replay) -> None:
    [verdict] = replay("1 Tick(a) /\\ count[a]' = 2 /\\ log' = <<a>>")
    text = "\n".join(lines_of(verdict))
    assert "count[a]' = 2" in text
    assert "the step gives  1" in text
    assert "log" not in text.partition("enabled")[0].partition("observed")[2]


def test_an_absent_path_is_told_as_absent(replay: Replay) -> None:
    [verdict] = replay("1 Tick(a) /\\ log[2]' = a")
    assert verdict.explanation.differences[0].actual == ("absent",)


def test_a_value_that_tlc_cannot_compare_is_malformed_and_spares_the_others(
    replay: Replay,
) -> None:
    good, bad, other = replay(
        "1 Tick(a)",
        '1 Tick(a)\n2 Tick(b) /\\ count[a] = "one"',
        "1 Tick(a)\n2 Tick(a)\n3 Tick(a)",
    )
    assert good.judgement is Judgement.CONFORMS
    assert bad.judgement is Judgement.MALFORMED
    assert bad.event is not None
    assert bad.event.number == 2
    assert other.headline == "rejected at 3"


def test_a_limit_gives_unknown_and_says_how_far_it_got(
    engine: TlcEngine,
    specs: dict[str, Spec],
) -> None:
    hurried = TlcEngine(engine.toolchain, Limits(timeout_s=4))
    trace = trace_of("SILENT Hidden(_)\n1 Tick(a)\n2 Tick(a) /\\ on = {a}")
    [verdict] = hurried.decide([ask(specs["Free"], trace)])
    assert verdict.judgement is Judgement.UNKNOWN
    assert "1 of 2 events matched" in verdict.why


def test_json_has_the_contract_s_keys(replay: Replay) -> None:
    [verdict] = replay("1 Tick(a) /\\ count[a]' = 2")
    row = as_json(verdict)
    assert row["verdict"] == "rejected"
    assert (row["event"], row["line"], row["file"]) == (1, 4, "t.trace")
    assert "count[a]' = 2" in row["why"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("1 Tock(a)", ["Tock is not an action", "Did you mean Tick?"]),
        ("1 Tick(a, b)", ["Tick has 1 parameter", "2 argument"]),
        ("1 Total", ["Total is not an action"]),
        ("1 Tick(c)", ["c is neither a constant's value"]),
        ("1 Tick(a) /\\ counts[a]' = 1", ["counts is neither", "Did you mean count?"]),
        ("1 Tick(a) /\\ Counted' = 1", ["Counted has 1 parameter"]),
        ("CONSTANT Q = 1\n1 Tick(a)", ["Q is not a constant"]),
    ],
)
def test_what_the_spec_cannot_be_asked_is_a_mistake_with_its_line(
    specs: dict[str, Spec],
    lines: str,
    words: list[str],
) -> None:
    with pytest.raises(Mistake) as caught:
        ask(specs["Free"], trace_of(lines))
    for word in words:
        assert word in str(caught.value)
    assert "t.trace" in str(caught.value)


def test_a_constant_without_value_is_a_mistake(specs: dict[str, Spec]) -> None:
    trace = trace_of("1 Tick(a)")
    bare = type(trace)(module="Free", constants={"P": trace.constants["P"]})
    with pytest.raises(Mistake, match="constant Limit of module Free has no value"):
        ask(specs["Free"], bare)


def test_a_constant_with_two_values_is_a_mistake(specs: dict[str, Spec]) -> None:
    spec = specs["Free"]
    other = Spec(spec.path, spec.facts, {"Limit": 3})
    with pytest.raises(Mistake, match="constant Limit has two values"):
        ask(other, trace_of("1 Tick(a)"))
