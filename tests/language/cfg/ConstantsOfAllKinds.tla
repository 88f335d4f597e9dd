\* expect: ok
\* Numbers, strings, booleans, sets and sets of sets in a cfg.
------------------------- MODULE ConstantsOfAllKinds --------------------------
EXTENDS Integers
CONSTANTS N, S, B, Sets, Names
VARIABLE v
Init == v \in Names
Next == v' \in {S} /\ B /\ {N, 3} \in Sets /\ N + 1 = 3 /\ v # S
===============================================================================
