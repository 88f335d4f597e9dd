\* expect: ok
\* An operator that is passed on primes what it is applied to, or assigns it.
---------------------- MODULE NewValueThroughAnOperator -----------------------
EXTENDS Integers
VARIABLES x, y
Set(v, e) == v' = e
Get(v) == v'
Both(A(_, _), v, w) == A(v, 1) /\ A(w, 2)
Outer(A(_, _), v, w) == Both(LAMBDA a, b : A(a, b), w, v)
Sum(A(_), v) == LET s == A(v) IN s + 1
Twice(A(_), v) == LET B(u) == A(u) + A(u) IN Sum(B, v)
Init == x = 0 /\ y = 0
Next ==
  \/ Both(Set, x, y)
  \/ Outer(Set, x, y)
  \/ Both(LAMBDA v, e : v' \in {e, e + 3}, y, x)
  \/ /\ x' = (x + 1) % 3
     /\ y' = (Sum(Get, x) + Twice(LAMBDA u : u' + u, x)) % 5
===============================================================================
