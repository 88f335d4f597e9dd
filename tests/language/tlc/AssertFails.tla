\* expect: assertion
\* Assert of something false stops everything, with its message.
----------------------------- MODULE AssertFails ------------------------------
EXTENDS TLC, Integers
VARIABLE x
Init == x = 0
Next == Assert(x # 2, <<"two is", x>>) /\ x' = x + 1
===============================================================================
