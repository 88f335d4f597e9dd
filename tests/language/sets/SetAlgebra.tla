\* expect: ok
\* Union, intersection, difference and inclusion; \ is not symmetric.
------------------------------ MODULE SetAlgebra ------------------------------
EXTENDS Integers
VARIABLES a, b, r
Init == a \in SUBSET {1, 2} /\ b \in SUBSET {2, 3} /\ r = <<>>
Next == /\ r = <<>> /\ UNCHANGED <<a, b>>
        /\ r' = <<a \cup b, a \union b, a \cap b, a \intersect b, a \ b, b \ a,
                  a \subseteq b, {2} \subseteq a>>
===============================================================================
