"""Steps have the names of their actions below sets that depend on the state, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec.language.load import compiled, locate, named

if TYPE_CHECKING:
    from pathlib import Path

MODULE = r"""---- MODULE Mail ----
EXTENDS Naturals
VARIABLE net
Init == net = {1, 2}
Take(m) == net' = net \ {m}
Answer(m) == m < 3 /\ net' = net \cup {m + 2}
Receive(m) == Take(m) \/ Answer(m)
Next == \/ \E m \in net : Receive(m)
        \/ \E m \in {7, 8} : Take(m)
Spec == Init /\ [][Next]_net
====
"""


@pytest.mark.java
def test_the_steps_are_the_same_and_have_the_names_of_their_actions(
    tmp_path: Path,
) -> None:
    file = tmp_path / "Mail.tla"
    file.write_text(MODULE, encoding="utf-8")
    plain, telling = compiled(locate(file)).spec(), named(locate(file)).spec()
    (state,) = telling.initial_states()
    steps = [*telling.successors(state)]
    assert [s.state for s in steps] == [s.state for s in plain.successors(state)]
    assert [(s.action, s.arguments) for s in steps] == [
        ("Take", (1,)),
        ("Answer", (1,)),
        ("Take", (2,)),
        ("Answer", (2,)),
        ("Take", (7,)),
        ("Take", (8,)),
    ]
    assert [s.action for s in plain.successors(state)] == ["Next"] * 4 + ["Take"] * 2
