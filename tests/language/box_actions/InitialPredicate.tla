\* expect: violates P
\* A property Init0 /\ [][A]_v is false of the first state.
--------------------------- MODULE InitialPredicate ---------------------------
EXTENDS Integers
VARIABLE x
Init == x \in {0, 1}
Next == x' = 1 - x
P == x = 0 /\ [][x' # x]_x
===============================================================================
