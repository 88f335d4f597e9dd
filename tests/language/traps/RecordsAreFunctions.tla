\* expect: ok
\* A record is a function on strings, made by whatever means.
------------------------- MODULE RecordsAreFunctions --------------------------
EXTENDS TLC
VARIABLE r
Init == r = [a |-> 1, b |-> 2]
Next == \/ r' = ("b" :> 2) @@ ("a" :> 1)
        \/ r' = [x \in {"a", "b"} |-> IF x = "a" THEN 1 ELSE 2]
        \/ r' \in [a : {1}, b : {2}] \/ r' = [r EXCEPT !["a"] = 1]
        \/ r' \in {f \in [{"a", "b"} -> {1, 2}] : f["a"] # f["b"]}
===============================================================================
