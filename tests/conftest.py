"""What all tests share: Java or a reason, and no skipping in CI."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from pyspec.errors import PyspecError

if TYPE_CHECKING:
    from collections.abc import Generator

# A shared machine is slow now and then; that is no failure.  In CI the examples
# are the same each time, so that what lands depends on the change alone; fuzzing
# with new ones is for everybody else, and for every night.
settings.register_profile(
    "pyspec",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("pyspec"), derandomize=True)
IN_CI = bool(os.environ.get("PYSPEC_CI"))
settings.load_profile("ci" if IN_CI else "pyspec")


def pytest_collection_modifyitems(
    config: pytest.Config,
    items: list[pytest.Item],
) -> None:
    """Leave out nightly tests unless asked for, and Java tests without Java."""
    if "nightly" not in (config.option.markexpr or ""):
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    reason = _why_no_java() if any(map(_needs_java, items)) else None
    if reason:
        for item in filter(_needs_java, items):
            item.add_marker(pytest.mark.skip(reason=reason))


def _needs_java(item: pytest.Item) -> bool:
    return item.get_closest_marker("java") is not None


def _why_no_java() -> str | None:
    from pyspec.tla2tools import find_toolchain  # noqa: PLC0415 - only if it matters

    try:
        find_toolchain()
    except PyspecError as error:
        return f"no Java or no tla2tools: {error.message}"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every test runs: a skipped one fails, with the reason it gave."""
    del item, call
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where none may be: {report.longrepr}"
    return report


@pytest.fixture(autouse=True, scope="session")
def _own_temp_folder(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[None]:
    """Whatever a test leaves in the temp folder goes with pytest's own."""
    folder = str(tmp_path_factory.mktemp("temp"))
    before = tempfile.tempdir
    tempfile.tempdir = folder
    yield
    tempfile.tempdir = before
