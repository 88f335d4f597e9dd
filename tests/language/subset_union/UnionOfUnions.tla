\* expect: ok
\* UNION flattens one level; UNION {} is {}.
---------------------------- MODULE UnionOfUnions -----------------------------
VARIABLES s, r
Init == s \in SUBSET {{}, {1}, {1, 2}} /\ r = {{9}}
Next == /\ r' = IF s = {} THEN {UNION s} ELSE UNION {s, {UNION s}}
        /\ UNCHANGED s
===============================================================================
