\* expect: ok
\* @ is the value at the path, also deep inside and in a set.
--------------------------- MODULE AtIsTheOldValue ----------------------------
EXTENDS Integers
VARIABLES f, g
Init == f = [a |-> 0, b |-> 1] /\ g = [x \in {1, 3} |-> {}]
Next == f.a < 3 /\ f' = [f EXCEPT !.a = @ + f.b, !["b"] = (@ + @) % 3]
        /\ g' = [g EXCEPT ![3] = @ \cup {f.a}]
===============================================================================
