\* expect: ok
\* Quotes and backslashes inside of strings reach the state as one character.
------------------------------- MODULE Escapes --------------------------------
VARIABLES s, eq
Init == s = "a\"b" /\ eq = FALSE
Next == \/ s' = "c\\d" /\ eq' = (s = "a\"b")
        \/ s' = "tab\tend" /\ eq' = (s = "c\\d")
===============================================================================
