\* expect: ok
\* Tuples of unlike lengths are unequal, and may share a set.
---------------------------- MODULE LengthsDiffer -----------------------------
VARIABLES t, s
Init == t = <<>> /\ s = {<<1>>, <<1, 1>>, <<1, 1, 1>>}
Next == \E u \in s : t' = u /\ s' = s \ {t}
===============================================================================
