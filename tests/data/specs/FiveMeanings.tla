---- MODULE FiveMeanings ----
EXTENDS Integers
VARIABLE x
Init == x = foo
Next == x' = bar(1)
Next == TRUE
Q(a) == a
R == Q(1, 2)
T == \A x \in {1} : x = 1
====
