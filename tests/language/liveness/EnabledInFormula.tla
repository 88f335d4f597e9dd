\* expect: ok
\* ENABLED as a state predicate of a formula.
--------------------------- MODULE EnabledInFormula ---------------------------
EXTENDS Integers
VARIABLE x
Up(n) == x < n /\ x' = x + 1
Spec == x = 0 /\ [][Up(3)]_x /\ WF_x(Up(2))
P == (\A n \in 1..2 : <>[]~ENABLED Up(n)) /\ (ENABLED Up(2) ~> x = 2)
===============================================================================
