----------------------------- MODULE Acting -----------------------------
(* Behaviors that cannot be computed.  Each name that begins with Init   *)
(* or Next is one; marks are as in Failing.                              *)
EXTENDS Integers, Sequences, TLC

CONSTANTS Nodes
VARIABLES q, n

vars == <<q, n>>
Init == q = [p \in Nodes |-> <<>>] /\ n = 3
Next == UNCHANGED vars

InitHead == /\ n = 3
            /\ q = Head(Tail(<<n>>))
\*                 ^^^^^^^^^^^^^^^^^
InitNat == q = 1 /\ n \in Nat
\*                        ^^^
InitLarge == q = 1 /\ n \in SUBSET (1..40)
\*                          ^^^^^^^^^^^^^^
InitInfinite == n = 1 /\ q = Seq(1..2)
\*                           ^^^^^^^^^
InitMissing == q = 1
InitTest == q = 1 /\ n = 2 /\ q[n] = 1
\*                            ^^^^

Deliver(p) == /\ n > 0
              /\ n' = Head(q[p])
              /\ UNCHANGED q
NextDeliver == \E node \in Nodes : n = 3 /\ Deliver(node)
\* up 3               ^^^^^^^^^^

Guarded(p) ==
  LET first == Head(q[p])
  IN  n > 2 /\ first = 1 /\ UNCHANGED vars
NextGuarded == \E p \in Nodes : Guarded(p)
\* up 3        ^^^^^^^^^^

NextPrimed == n' = 0 /\ q' = q /\ q'[n'] = <<>>
\*                                ^^^^^^
NextEarly == q' = n' /\ n' = 1
\*                ^^
NextMissing == n' = n + 1
NextCase == CASE n = 1 -> UNCHANGED vars [] n = 2 -> UNCHANGED vars
\*          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
NextNoSet == n' \in 3 /\ q' = q
\*                  ^
NextIf == /\ IF n THEN n' = 1 ELSE n' = 2
          /\ q' = q
\* up 2         ^
NextOr == (n' = 1 \/ n' = q + 1) /\ q' = q
\*                        ^^^^^
NextEnabled == ENABLED (q' = q /\ n' = q[n + 7]) /\ UNCHANGED vars
\*                                     ^^^^^^^^
NextAssert == Assert(n > 3, <<"n", n>>) /\ UNCHANGED vars
\*            ^^^^^^^^^^^^^^^^^^^^^^^^^
NextForall == \A p \in Nodes : q[p][n] = 1 /\ UNCHANGED vars
\*                             ^^^^^^^
=============================================================================
