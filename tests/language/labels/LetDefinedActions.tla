\* expect: ok
\* An action that is defined inside of a LET.
-------------------------- MODULE LetDefinedActions ---------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == LET Up == x < 3 /\ x' = x + 1
            Down == x = 3 /\ x' = 0
        IN Up \/ Down
===============================================================================
