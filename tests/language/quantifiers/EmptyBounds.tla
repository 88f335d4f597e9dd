\* expect: ok
\* \A over {} is TRUE and \E FALSE, whatever the body: it is not evaluated.
----------------------------- MODULE EmptyBounds ------------------------------
EXTENDS Integers
VARIABLES s, r
Init == s \in SUBSET {1} /\ r = <<>>
Next == r' = <<\A x \in s : x > 1, \E x \in s : x = 1,
               \A x \in s \ {1} : 1 \div 0 = 1>> /\ s' = s
===============================================================================
