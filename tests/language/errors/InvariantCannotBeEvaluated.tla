\* expect: error
\* The invariant fails to evaluate in the third state.
---------------------- MODULE InvariantCannotBeEvaluated ----------------------
EXTENDS Integers, Sequences
VARIABLE q
Init == q = <<1, 2>>
Next == q # <<>> /\ q' = Tail(q)
Inv == Head(q) > 0
===============================================================================
