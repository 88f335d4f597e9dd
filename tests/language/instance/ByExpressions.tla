\* expect: ok
\* Variables replaced by expressions of the state: x' in the instance is the
\* expression primed.
---------------------------- MODULE ByExpressions -----------------------------
EXTENDS Naturals, Sequences
VARIABLES s, t
C == INSTANCE Counter WITH x <- Len(s), N <- 2
Init == s = <<>> /\ t = 0
Next == /\ s' \in {<<>>, <<1>>, <<t, t>>} /\ t' \in 0..1
        /\ C!Next
===============================================================================
