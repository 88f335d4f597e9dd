"""TLA+ values in Python; parsing and printing them.

    integer      int              boolean         TRUE, FALSE (class Bool)
    string       str              model value     ModelValue("r1")
    set          frozenset        tuple, sequence tuple
    record, function              Fn

All are immutable and hashable, and two are equal in Python if and only if
they are equal in TLA+.  Hence booleans are objects of their own (in Python
`True == 1`), and a function whose domain is 1..n *is* a tuple, the empty
function is `()`: `fn` makes the right one of the two.
"""

from pyspec.values.model import (
    FALSE,
    TRUE,
    Bool,
    Fn,
    ModelValue,
    Value,
    apply,
    boolean,
    canonical,
    domain,
    fn,
    fn_maker,
    record,
    updated,
)
from pyspec.values.parse import parse
from pyspec.values.show import show, show_state

__all__ = [
    "FALSE",
    "TRUE",
    "Bool",
    "Fn",
    "ModelValue",
    "Value",
    "apply",
    "boolean",
    "canonical",
    "domain",
    "fn",
    "fn_maker",
    "parse",
    "record",
    "show",
    "show_state",
    "updated",
]
