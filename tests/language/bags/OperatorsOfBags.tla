\* expect: ok
\* The operators of Bags, each once.
--------------------------- MODULE OperatorsOfBags ----------------------------
EXTENDS Bags, Integers, TLC
VARIABLE v
B == ("a" :> 2) @@ ("b" :> 1)
C == SetToBag({"b", "c"})
Init == v = <<>>
Next == v' = <<B (+) C, B (-) C, BagIn("a", B), BagIn("c", B),
               CopiesIn("a", B), CopiesIn("z", B), BagToSet(B),
               BagCardinality(B),
               C \sqsubseteq (B (+) C), B \sqsubseteq C, BagUnion({B, C}),
               IsABag(B), IsABag([x \in {1} |-> 0])>>
===============================================================================
