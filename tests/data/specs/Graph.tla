---- MODULE Graph ----
EXTENDS Integers
VARIABLES x, s
Init == x \in 0..1 /\ s = "a\"b\\c"
Inc(n) == x < 3 /\ x' = x + n /\ s' = "n] ; -> [label=\"q\""
Back == x = 3 /\ x' = 0 /\ UNCHANGED s
Next == (\E n \in 1..2 : Inc(n)) \/ Back \/ (x = 1 /\ UNCHANGED <<x, s>>)
====
