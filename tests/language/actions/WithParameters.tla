\* expect: ok
\* An action with parameters, applied to constants, states and bound names.
---------------------------- MODULE WithParameters ----------------------------
EXTENDS Integers
VARIABLES x, y
Move(d, stays) == x' = x + d /\ x' \in 0..4 /\ (stays => y' = y)
                  /\ (~stays => y' = d)
Init == x = 0 /\ y = 0
Next == Move(2, TRUE) \/ Move(-x, FALSE) \/ \E d \in {-1, 1} : Move(d, y = 0)
===============================================================================
