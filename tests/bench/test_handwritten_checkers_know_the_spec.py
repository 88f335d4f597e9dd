"""The hand-written step checkers of the benchmarks say what the engine says.

They are worth comparing speed with only if they answer the same question.
"""

from __future__ import annotations

import importlib.util
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.language.compiled import Spec, compile_spec
from pyspec.tla2tools import find_toolchain, read_config, sany
from pyspec.values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "tools/bench"
PROTOCOL = ROOT / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
NAMES = ["two_phase_commit", "raft_like"]
WALKS = 24
LENGTH = 60
FAULTS = {
    "TMAbort",
    "TMCrash",
    "RMCrash",
    "RMChooseToAbort",
    "LoseMessage",
    "DuplicateMessage",
    "Timeout",
    "Restart",
}
"""What every second walk does only if there is nothing else to do."""

pytestmark = pytest.mark.java


class Subject:
    """A spec and the checker of its steps."""

    def __init__(self, name: str) -> None:
        two_phase = name == "two_phase_commit"
        module = PROTOCOL if two_phase else BENCH / "specs/RaftLike.tla"
        stem = PROTOCOL.stem if two_phase else "RaftLike"
        config = BENCH / f"specs/{stem}_replay.cfg"
        self.spec = compiled(module, config)
        given: dict[str, Any] = dict(read_config(config).constants)
        servers = canonical(given["RM" if two_phase else "Server"])
        made = checkers(name).Checker
        self.checker = made(servers) if two_phase else made(given, servers)

    def steps(self, state: Any) -> set[Any]:  # noqa: ANN401 - a state
        return set(map(tuple, self.spec.successors(state)))

    def accepts(self, before: Any, action: str, given: Any, after: Any) -> bool:  # noqa: ANN401
        checker = self.checker
        answer = checker.is_step[action](
            checker.plain(before), checker.given(given), checker.plain(after)
        )
        return bool(answer)

    def walks(self) -> Iterator[Any]:
        """Return the states of random walks, with the steps from each."""
        for seed in range(WALKS):
            chance = random.Random(seed)  # noqa: S311 - no secret
            state = next(iter(self.spec.initial_states()))
            for _ in range(LENGTH):
                steps = self.steps(state)
                if not steps:
                    break
                yield state, steps, chance
                # Each action as likely as any, or most steps would be faults.
                names = {action for action, _, _ in steps}
                names = (names - FAULTS if seed % 2 else names) or names
                name = chance.choice(sorted(names))
                ways = sorted((s for s in steps if s[0] == name), key=repr)
                state = chance.choice(ways)[2]


def compiled(module: Path, config: Path) -> Spec:
    toolchain = find_toolchain()
    own = {name for name, _ in sany.parse(toolchain, module).require().modules}
    xml = sany.export_xml(toolchain, module)
    return compile_spec(xml, read_config(config), lambda name: name not in own)


def checkers(name: str) -> Any:  # noqa: ANN401 - a module
    found = importlib.util.spec_from_file_location(
        f"checker_of_{name}", BENCH / f"checkers/{name}.py"
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=NAMES)
def subject(request: pytest.FixtureRequest) -> Subject:
    return Subject(request.param)


def test_each_step_of_the_spec_is_accepted(subject: Subject) -> None:
    seen: Counter[str] = Counter()
    for state, steps, _ in subject.walks():
        for action, given, after in steps:
            seen[action] += 1
            assert subject.accepts(state, action, given, after), (action, given)
    assert set(seen) >= set(subject.checker.is_step)
    assert seen.total() > 3_000


def test_a_step_is_accepted_under_no_name_but_its_own(subject: Subject) -> None:
    labels: set[Any] = set()
    asked: Counter[bool] = Counter()
    for state, steps, chance in subject.walks():
        labels |= {(action, given) for action, given, _ in steps}
        every = sorted(labels, key=repr)
        for _, _, after in sorted(steps, key=repr)[:3]:
            for action, given in chance.sample(every, min(8, len(every))):
                expected = (action, given, after) in steps
                asked[expected] += 1
                assert subject.accepts(state, action, given, after) is expected
    assert asked[False] > 3_000


def test_a_step_with_one_variable_changed_is_judged_as_the_spec_does(
    subject: Subject,
) -> None:
    others: list[Any] = []
    asked: Counter[bool] = Counter()
    for state, steps, chance in subject.walks():
        others.append(state)
        for action, given, after in sorted(steps, key=repr)[:6]:
            place = chance.randrange(len(after))
            value = chance.choice(others[-40:])[place]
            changed = (*after[:place], value, *after[place + 1 :])
            expected = (action, given, changed) in steps
            asked[expected] += 1
            assert subject.accepts(state, action, given, changed) is expected
    assert asked[False] > 1_000
    assert asked[True] > 100
