"""What a spec says of itself: its constants, variables, operators and actions.

Read from SANY's semantic tree (`tree`), so that nothing here parses TLA+.
"""

from typing import TYPE_CHECKING

from pyspec.lazy import lazily

if TYPE_CHECKING:
    from pyspec.language.facts import Application, Conjunct, Facts, Operator, read_facts
    from pyspec.language.library import modules_folder

__all__ = [
    "Application",
    "Conjunct",
    "Facts",
    "Operator",
    "modules_folder",
    "read_facts",
]

__getattr__ = lazily(
    __name__,
    {
        "facts": ["Application", "Conjunct", "Facts", "Operator", "read_facts"],
        "library": ["modules_folder"],
    },
)
