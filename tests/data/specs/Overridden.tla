---- MODULE Overridden ----
EXTENDS Integers
VARIABLE x
Limit == 3
Inc(n) == x < Limit /\ x' = x + n
Step == Inc(1)
Init == x = 0
Next == Step \/ (x = 3 /\ x' = 0)
HastyStep == Step \/ x' = 7                  \* mentions what it would override
HastyInc(n) == Inc(n) /\ x' = 7              \* so does this, with its own argument
LowInc(m) == \E k \in 1..m : Inc(k)          \* and this, with another one
FineStep == x < 2 /\ x' = x + 1              \* Step only here, and "Step" too
Downto(n) == IF n = 0 THEN 0 ELSE Limit - n
====
