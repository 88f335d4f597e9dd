\* expect: ok
\* An action is passed to an operator; its primes keep their meaning.
-------------------------- MODULE ActionsAsArguments --------------------------
EXTENDS Integers
VARIABLES x, y
Both(A, B) == A /\ B
When(p, A) == p /\ A
Init == x = 0 /\ y = 0
Next == \/ When(x < 2, Both(x' = x + 1, UNCHANGED y))
        \/ When(x = 2, Both(y' = 1 - y, x' = y'))
===============================================================================
