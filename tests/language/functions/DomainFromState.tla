\* expect: ok
\* The domain of an assigned function depends on the state.
--------------------------- MODULE DomainFromState ----------------------------
EXTENDS Integers
VARIABLES s, f
Init == s = {1} /\ f = <<0>>
Next == \/ \E x \in {2, 3} : s' = s \cup {x} /\ f' = [y \in s' |-> y \in s]
        \/ s' \in SUBSET s /\ f' = [y \in s \ s' |-> TRUE]
===============================================================================
