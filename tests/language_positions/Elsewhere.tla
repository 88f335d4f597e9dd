---------------------------- MODULE Elsewhere ----------------------------
(* Errors in what the cfg names beside invariants and Next.  Marks are as *)
(* in Failing.                                                            *)
EXTENDS Integers, Sequences

CONSTANTS Limit
VARIABLES q, n

ASSUME Limits == Limit[1] > 0
\*               ^^^^^^^^

Init == q = <<>> /\ n = 0
Step == n < 3 /\ n' = n + 1 /\ q' = q
Next == Step
Spec == Init /\ [][Next]_<<q, n>>

Constrained == n < 2 \/ Head(q) = 1
\*                      ^^^^^^^
Followed == n' < 3 \/ q'[n] = 1
\*                    ^^^^^
Viewed == <<n, 6 \div (2 - n)>>
\*             ^^^^^^^^^^^^^^
Held == n < 2 \/ n.a
\*               ^^^
Stepped == [][n < 1 \/ n' = Head(q)]_n
\*                          ^^^^^^^
=============================================================================
