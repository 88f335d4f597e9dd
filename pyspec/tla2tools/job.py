"""What a checker is asked: a module with a cfg, and how to go about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspec.tla2tools.config import Config

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Job", "Simulation"]


@dataclass(frozen=True, slots=True)
class Simulation:
    """Random behaviors instead of a search: how many, and how long at most."""

    behaviors: int
    depth: int = 100
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One run of TLC.

    - config: a cfg file, or one made in memory; None for the one beside the
      module that has its name
    - library: folders of further modules
    - workers: threads; None for one per core
    - deadlock: whether a state without successor is a violation; None leaves
      it to CHECK_DEADLOCK of the cfg, and without that it is one
    - dump: write the state graph to this file in dot's language
    - keep_going: do not stop at the first violation
    - fingerprint: which of TLC's hash functions; -recover needs the same one
    - checkpoint: keep checkpoints in this folder, every `checkpoint_minutes`
    - recover: such a folder, or one checkpoint in it, to go on from
    - name_property: if TLC does not say which of several temporal properties
      is violated, check each alone
    - arguments: ask jars that can for the arguments of a counterexample's
      actions
    - expected_states: how many distinct states it will have, if that is
      known; it only helps to choose how Java compiles
    - options: further options of TLC, as they are
    """

    module: Path
    config: Path | Config | None = None
    library: tuple[Path, ...] = ()
    workers: int | None = 1
    deadlock: bool | None = None
    timeout_s: float | None = None
    memory_mb: int | None = None
    coverage: bool = False
    simulate: Simulation | None = None
    dump: Path | None = None
    keep_going: bool = False
    fingerprint: int = 0
    seed: int = 0
    checkpoint: Path | None = None
    checkpoint_minutes: int = 1
    recover: Path | None = None
    name_property: bool = True
    arguments: bool = False
    expected_states: int | None = None
    options: tuple[str, ...] = ()

    @property
    def config_path(self) -> Path | None:
        """The cfg file; None if the cfg was made in memory."""
        if isinstance(self.config, Config):
            return None
        return (self.config or self.module.with_suffix(".cfg")).absolute()
