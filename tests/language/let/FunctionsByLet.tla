\* expect: ok
\* f[x \in S] == e as a local definition, over a set from the state.
---------------------------- MODULE FunctionsByLet ----------------------------
EXTENDS Integers
VARIABLES s, f
Init == s = {1} /\ f = <<1>>
Next == LET g[x \in s \cup {2}] == IF x \in s THEN x ELSE 0
        IN f' = g /\ s' = DOMAIN g \cup {3}
===============================================================================
