\* expect: ok
\* \o and \circ; <<>> is neutral; sequences built in other ways are the same.
---------------------------- MODULE Concatenation -----------------------------
EXTENDS Integers, Sequences
VARIABLE s
Init == s = <<>>
Next == /\ Len(s) < 3
        /\ \/ s' = s \o <<1>>
           \/ s' = <<2>> \circ s
           \/ s' = Append(s, 1) \o <<>>
           \/ s' = [i \in 1..(Len(s) + 1) |-> IF i = 1 THEN 2 ELSE s[i - 1]]
===============================================================================
