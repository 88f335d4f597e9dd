\* expect: ok
\* A definition is evaluated where it is used, if ever.
------------------------- MODULE NotEvaluatedIfUnused -------------------------
EXTENDS Integers
VARIABLE x
Init == x \in 0..2
Next == LET bad == 6 \div x
        IN x' = IF x = 0 THEN 1 ELSE bad % 3
===============================================================================
