\* expect: ok
\* A LET whose name has a primed variable in it, inside of an expression.
------------------------- MODULE PrimedInAnExpression -------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = {}
Next == /\ x' \in {(x + 1) % 3, 2}
        /\ y' = {LET then == x' + n
                     later(m) == then + m
                 IN later(1) : n \in {0, 10}}
                \cup (IF LET then == x' IN then > x THEN {x} ELSE {})
===============================================================================
