\* expect: ok
\* Op' is Op of the next state, also for operators with arguments and for
\* tuples: <<x, y>>' = e assigns nothing but compares.
--------------------------- MODULE PrimedOperators ----------------------------
EXTENDS Integers
VARIABLES x, y
Sum == x + y
Plus(k) == x + k
Init == x = 0 /\ y = 0
Next == /\ x' \in 0..2 /\ y' \in 0..2
        /\ Sum' = Sum + 1 \/ <<x, y>>' = <<y, x>>
        /\ Plus(y)' # Plus(2)
===============================================================================
