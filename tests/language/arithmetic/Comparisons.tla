\* expect: ok
\* Every spelling of the comparisons; a \leq b has a dummy body in Naturals,
\* and taking it for a definition makes it equality.
----------------------------- MODULE Comparisons ------------------------------
EXTENDS Integers
VARIABLES a, b, r
Init == a \in -1..1 /\ b \in -1..1 /\ r = <<>>
Next == /\ r = <<>>
        /\ r' = <<a < b, a <= b, a =< b, a \leq b, a > b, a >= b, a \geq b>>
        /\ UNCHANGED <<a, b>>
===============================================================================
