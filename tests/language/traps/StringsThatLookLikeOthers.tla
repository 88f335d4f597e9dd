\* expect: ok
\* "1", "TRUE", "{}" and a model value's name are strings and nothing else.
---------------------- MODULE StringsThatLookLikeOthers -----------------------
CONSTANT a
VARIABLES v, w
Init == v = "a" /\ w = a
Next == \/ v' \in {"1", "TRUE", "{}", "<<>>", "a", "_", " "} /\ w' = w
        \/ w' \in {a} /\ v' = "a" /\ w # v
        \/ w = a /\ w' = "a" /\ UNCHANGED v
===============================================================================
