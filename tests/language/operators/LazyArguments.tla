\* expect: ok
\* An argument is evaluated where the operator uses it, if ever.
---------------------------- MODULE LazyArguments -----------------------------
EXTENDS Integers
VARIABLE x
Guarded(c, e) == IF c THEN e ELSE 0
Init == x \in 0..3
Next == x' = Guarded(x # 0, 6 \div x) % 4
===============================================================================
