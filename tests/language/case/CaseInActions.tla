\* expect: ok
\* Arms that are actions; only the first that holds is taken.
---------------------------- MODULE CaseInActions -----------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == CASE x = 0 -> x' \in {1, 2} /\ y' = y
          [] x >= 1 /\ y < 2 -> y' = y + 1 /\ x' = x
          [] x = 1 -> x' = 3 /\ y' = 0
          [] OTHER -> x' = 0 /\ UNCHANGED y
===============================================================================
