\* expect: ok
\* Quantifiers stop at the first element that decides, in ascending order:
\* the element that would raise an error is never reached.
------------------------------ MODULE StopsEarly ------------------------------
EXTENDS Integers
VARIABLE r
Init == r = <<>>
Next == r' = <<\E x \in 1..3 : x = 1 \/ 1 \div (x - 2) = 5,
               \A x \in {3, 1} : x # 1 /\ 1 \div (x - 3) = 0>>
===============================================================================
