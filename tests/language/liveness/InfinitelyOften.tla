\* expect: ok
\* []<>P holds where <>[]P does not.
--------------------------- MODULE InfinitelyOften ----------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
Often == []<>(x = 2)
Both == ~<>[](x = 2) /\ []<>(x = 0)
===============================================================================
