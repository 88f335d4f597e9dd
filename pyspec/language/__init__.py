"""What a spec says of itself: its constants, variables, operators and actions.

Read from SANY's semantic tree (`tree`), so that nothing here parses TLA+.
"""

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
