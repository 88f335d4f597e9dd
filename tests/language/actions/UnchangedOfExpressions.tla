\* expect: ok
\* UNCHANGED of what is no tuple of variables compares values; it assigns none.
------------------------ MODULE UnchangedOfExpressions ------------------------
EXTENDS Integers
VARIABLES x, y, z
Init == x = 0 /\ y = 3 /\ z = {}
Next == /\ x' \in 0..3
        /\ y' \in 0..3
        /\ z' \in SUBSET {x}
        /\ UNCHANGED (x + y)
        /\ \/ UNCHANGED (z \cup {x})
           \/ UNCHANGED <<x, z \cap {1}>>
           \/ UNCHANGED IF x > 1 THEN {x} ELSE z
===============================================================================
