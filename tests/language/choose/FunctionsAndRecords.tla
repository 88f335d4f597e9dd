\* expect: ok
\* The first function of a function set, the first record of a record set.
------------------------- MODULE FunctionsAndRecords --------------------------
EXTENDS Integers
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE f \in [{"a", "b"} -> {1, 2}] : f["a"] # f["b"],
                CHOOSE r \in [p : {2, 1}, q : {4, 3}] : r.p + r.q > 4,
                CHOOSE r \in {[a |-> 2, b |-> 1], [a |-> 1, b |-> 2]} : TRUE,
                CHOOSE r \in {[z |-> 1], [a |-> 2]} : TRUE,
                CHOOSE f \in [1..2 -> {0, 1}] : f # <<0, 0>> >>
===============================================================================
