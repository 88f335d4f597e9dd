\* expect: ok
\* Assert of something true is TRUE, and so is PrintT.
----------------------------- MODULE AssertHolds ------------------------------
EXTENDS TLC, Integers
VARIABLE x
Init == x = 0 /\ PrintT(<<"starts", x>>)
Next == x < 2 /\ Assert(x # 5, "five") /\ x' = x + 1
===============================================================================
