\* expect: ok
\* Records are functions: the order of fields makes no other state.
----------------------- MODULE FieldOrderDoesNotMatter ------------------------
VARIABLE r
Init == r = [a |-> 1, b |-> "x"]
Next == \/ r' = [b |-> "x", a |-> 1] \/ r' = [r EXCEPT !.b = "y"]
        \/ r' = [f \in {"b", "a"} |-> IF f = "a" THEN 1 ELSE "x"]
===============================================================================
