"""An error of evaluation names the expression to blame, by line and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pyspec.errors import Exit
from pyspec.explore import Cause, check
from pyspec.language.compiled import Spec, compile_spec
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.traced import Detail, TracedEmitter
from pyspec.language.twin import Twin, traced_spec
from pyspec.tla2tools import Job, find_toolchain, run_all, sany
from pyspec.tla2tools.config import Config
from pyspec.values import ModelValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.trace.model import Location

HERE: Final = Path(__file__).parent
FAILING: Final = HERE / "Failing.tla"
ACTING: Final = HERE / "Acting.tla"
pytestmark = pytest.mark.java


@dataclass(frozen=True)
class Marked:
    """A predicate and what its mark says is to blame: line, first and last column."""

    name: str
    line: int
    first: int
    last: int


def marked(text: str) -> list[Marked]:
    found, name = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if operator := re.match(r"(?:ASSUME )?(\w+)(?:\[.*\]|\(.*\))? ==", line):
            name = operator[1]
        if mark := re.fullmatch(r"\\\*(?: up (\d+))? +(\^+)", line):
            up = int(mark[1] or 1)
            found.append(Marked(name, number - up, mark.start(2) + 1, mark.end(2)))
    return found


def cases(module: Path) -> dict[str, Marked]:
    return {each.name: each for each in marked(module.read_text("utf-8"))}


CASES: Final = cases(FAILING)
ACTIONS: Final = cases(ACTING)
CONFIG: Final = Config(
    init="Init",
    next="Next",
    invariants=tuple(CASES),
    constants={"None": ModelValue("None")},
)


def compiled(module: Path, config: Config) -> tuple[Spec, Twin]:
    xml = sany.export_xml(find_toolchain(), module)

    def standard(name: str) -> bool:
        return name != module.stem

    fast = compile_spec(xml, config, standard)
    return fast, traced_spec(xml, config, standard, {module.stem: module})


@pytest.fixture(scope="module")
def specs() -> tuple[Spec, Twin]:
    return compiled(FAILING, CONFIG)


def failure(specs: tuple[Spec, Twin], name: str) -> tuple[EvaluationError, Any]:
    fast, twin = specs
    (state,) = fast.initial_states()
    with pytest.raises((EvaluationError, RecursionError)) as raised:
        fast.invariants[name](state)
    found = twin.locate(raised.value, name, state)
    assert isinstance(found, EvaluationError)
    return found, raised.value


def columns(at: Location | None) -> tuple[int, int, int] | None:
    return None if at is None else (at.line, at.column, at.end_column)


def is_right(found: EvaluationError, expected: Marked) -> bool:
    if found.where is None:
        return False
    blamed = columns(found.where.at)
    return blamed == (expected.line, expected.first, expected.last)


def test_there_are_many_cases() -> None:
    assert len(CASES) + len(ACTIONS) >= 65


@pytest.mark.parametrize("name", CASES)
def test_the_expression_is_blamed(specs: tuple[Spec, Twin], name: str) -> None:
    found, raised = failure(specs, name)
    assert found.message == raised.message
    assert is_right(found, CASES[name]), found


def test_a_wrong_mark_would_be_noticed(specs: tuple[Spec, Twin]) -> None:
    found, _ = failure(specs, "HeadOfEmpty")
    right = CASES["HeadOfEmpty"]
    assert is_right(found, right)
    for wrong in (
        replace(right, line=right.line - 1),
        replace(right, first=right.first + 1),
        replace(right, last=right.last + 1),
        CASES["TailOfEmpty"],
    ):
        assert not is_right(found, wrong)


def test_the_message_shows_values_and_the_way_there(specs: tuple[Spec, Twin]) -> None:
    found, _ = failure(specs, "InLet")
    lines = str(found).splitlines()
    place = str(Path(found.file or "").name)
    assert (place, found.line, found.column) == ("Failing.tla", 137, 16)
    assert lines[0].endswith(
        "Failing.tla:137:16: Head of the empty sequence has no value"
    )
    assert lines[1:] == [
        "  Head(s)",
        "      s = <<>>",
        "  in first  line 138",
        "  in First(s)  line 139",
        "      s = <<>>",
        "  in InLet  line 139",
    ]


def test_long_values_are_abbreviated(specs: tuple[Spec, Twin]) -> None:
    for name in CASES:
        found, _ = failure(specs, name)
        assert found.where is not None
        lines = list(found.where.lines())
        assert len(lines) < 40
        assert all(len(line) < 160 for line in lines)


@pytest.mark.parametrize("detail", [Detail.MOST, Detail.OUTLINE, Detail.NOTHING])
def test_less_detail_knows_less_but_never_lies(
    detail: Detail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TracedEmitter, "allowed", detail)
    specs = compiled(FAILING, CONFIG)
    for name, expected in CASES.items():
        found, raised = failure(specs, name)
        assert found.message == raised.message
        if found.where is not None:
            assert found.where.at.module == "Failing"
            assert found.where.at.line <= expected.line
        assert (found.where is None) == (detail is Detail.NOTHING)


# ------------------------------------------------------------------ behaviors


def judged(init: str, next_: str, **more: Any) -> EvaluationError:  # noqa: ANN401 - of a cfg
    nodes = frozenset({1, 2})
    config = Config(init=init, next=next_, constants={"Nodes": nodes}, **more)
    fast, twin = compiled(ACTING, config)
    fast.locate = twin.locate  # type: ignore[method-assign,attr-defined,unused-ignore]
    result = check(fast)
    assert result.cause in {Cause.EVALUATION, Cause.ASSERTION}, result
    assert result.exit in {Exit.MISTAKE, Exit.VIOLATION}
    assert isinstance(result.error, EvaluationError)
    return result.error


@pytest.mark.parametrize("name", ACTIONS)
def test_the_part_of_an_action_is_blamed(name: str) -> None:
    is_initial = name.startswith("Init")
    found = judged(name if is_initial else "Init", "Next" if is_initial else name)
    assert is_right(found, ACTIONS[name]), found


def test_operators_written_out_in_an_action_are_shown() -> None:
    found = judged("Init", "NextDeliver")
    lines = str(found).splitlines()[1:]
    assert lines == [
        "  Head(q[p])",
        "      q[p] = <<>>",
        "  in Deliver(p)  line 29",
        "      p = 1",
        "  in NextDeliver  line 29",
        "      node = 1",
    ]


@pytest.mark.parametrize("name", ["InitMissing", "NextMissing"])
def test_an_action_that_leaves_a_variable_without_value_is_named(name: str) -> None:
    is_initial = name.startswith("Init")
    found = judged(name if is_initial else "Init", "Next" if is_initial else name)
    assert found.where is not None, found
    text = ACTING.read_text("utf-8").splitlines()
    assert text[found.where.at.line - 1].startswith(name)


# ------------------------------------------------------------------ and TLC

SAMPLE: Final = (
    "HeadOfEmpty",
    "OutsideOfDomain",
    "NoArm",
    "InOperator",
    "InForall",
    "NumberInConjunction",
    "InLet",
    "InRecursion",
)
_TLC_PLACE: Final = re.compile(
    r"[Ll]ine (\d+), column (\d+) to line (\d+), column (\d+)"
)


def overlaps(place: Sequence[Any], expected: Marked) -> bool:
    """Whether one of TLC's positions has the expression that is blamed in it."""
    return any(
        at.line <= expected.line <= at.end_line
        and (at.line < expected.line or at.column <= expected.first)
        and (at.end_line > expected.line or at.end_column >= expected.last)
        for at in place
    )


def test_tlc_names_the_same_place_where_it_names_one(tmp_path: Path) -> None:
    jobs = []
    for name in SAMPLE:
        file = tmp_path / f"{name}.cfg"
        file.write_text(
            f"INIT Init\nNEXT Next\nINVARIANT {name}\nCONSTANT None = None\n"
        )
        jobs.append(Job(FAILING, config=file))
    told = 0
    for index, outcome in run_all(find_toolchain(), jobs):
        name = SAMPLE[index]
        places = [at for finding in outcome.findings for at in finding.positions]
        places = [at for at in places if at.module == "Failing"]
        told += bool(places)
        if places:
            assert overlaps(places, CASES[name]), (name, places)
            assert not overlaps(places, CASES["NotAFunction"])
    assert told >= len(SAMPLE) // 2
