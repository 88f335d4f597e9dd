\* expect: error
\* CASE without OTHER where no guard holds.
------------------------------ MODULE NoCaseFits ------------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x' = CASE x = 0 -> 1 [] x = 2 -> 0
===============================================================================
