\* expect: ok
\* A bag counts copies; (+) adds, (-) removes and drops what is left of none.
----------------------------- MODULE AddAndRemove -----------------------------
EXTENDS Bags, Integers
VARIABLE b
Init == b = EmptyBag
Next == \/ \E x \in {"m", "n"} :
             BagCardinality(b) < 3 /\ b' = b (+) SetToBag({x})
        \/ \E x \in BagToSet(b) : b' = b (-) SetToBag({x})
===============================================================================
