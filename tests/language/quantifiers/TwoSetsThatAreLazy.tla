\* expect: ok
\* Sets that are not built, SUBSET or functions, are gone through repeatedly.
---- MODULE TwoSetsThatAreLazy ----
EXTENDS Integers
VARIABLES x, y
Init == x = {} /\ y = 0
Pick(S, T) == x' = S /\ y' = IF T = {} THEN 0 ELSE 1
Next == \/ \E S \in SUBSET {1, 2}, T \in SUBSET {3} : Pick(S, T)
        \/ \E S, T \in SUBSET {1, 2} : S # T /\ x' = S \union T /\ y' = y
        \/ \E f \in [{1} -> {1, 2}], n \in 1..2 : x' = {f[1], n} /\ y' = n
====
