\* expect: ok
\* A property that is an implication: fairness as its premise.
--------------------------- MODULE AssumingFairness ---------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 2
Spec == x = 0 /\ [][Next]_x
P == ([]<>(x = 1) /\ []<><<Next>>_x) => []<>(x = 0)
===============================================================================
