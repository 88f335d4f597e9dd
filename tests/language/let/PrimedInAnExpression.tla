\* expect: ok
\* A LET inside of an expression with primes, its own and of what it is given.
------------------------- MODULE PrimedInAnExpression -------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = {}
Next == /\ x' \in {(x + 1) % 3, 2}
        /\ y' = {LET then == x' + n
                     later(m) == then + m
                     new(e) == e' + n
                 IN later(1) + 100 * new(x + n) : n \in {0, 10}}
                \cup (IF LET new(e) == e' IN new(x) > x THEN {x} ELSE {})
===============================================================================
