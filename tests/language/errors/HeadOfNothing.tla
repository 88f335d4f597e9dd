\* expect: error
\* Head(<<>>).
---------------------------- MODULE HeadOfNothing -----------------------------
EXTENDS Sequences
VARIABLE q
Init == q = <<1>>
Next == q' = Tail(q) /\ Head(q) = 1
===============================================================================
