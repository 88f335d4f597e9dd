\* expect: ok
\* [A]_v as a part of Next: A, or v unchanged; <<A>>_v excludes the latter.
------------------------------ MODULE BoxInNext -------------------------------
EXTENDS Integers
VARIABLES x, y
A == x' \in {x, 1 - x}
Init == x = 0 /\ y = 0
Next == \/ [x' = x + 1 /\ x < 2]_x /\ y' = 1 - y
        \/ x' \in {x, 0} /\ <<y' \in {y, 2}>>_y
===============================================================================
