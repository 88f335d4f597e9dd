\* expect: ok
\* Print(out, value) is value; ToString gives TLC's text.
------------------------------- MODULE Printed --------------------------------
EXTENDS TLC, Integers
VARIABLE x
Init == x = "0"
Next == x' = ToString(Print("here", 1) + 1) \/ x' = ToString({2, 1})
        \/ x' = ToString(<<"a", TRUE>>)
===============================================================================
