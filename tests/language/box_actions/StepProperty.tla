\* expect: violates Grows
\* [][A]_x as a property of steps; stuttering steps are allowed.
----------------------------- MODULE StepProperty -----------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == \/ x' = x /\ y' = 1 - y
        \/ x < 3 /\ x' = x + 1 /\ y' = y
        \/ x = 3 /\ x' = 0 /\ y' = y
Grows == [][x' > x]_x
===============================================================================
