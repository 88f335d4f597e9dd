\* expect: ok
\* An instance inside of an instance: Outer!Inner!Op, substituted twice.
-------------------------- MODULE InstanceInInstance --------------------------
EXTENDS Naturals
VARIABLES p, q
O == INSTANCE Middle WITH low <- p, high <- q, Most <- 2
Init == p = 0 /\ q = 0
Next == O!Move \/ (O!L!Reset /\ q' = 0)
===============================================================================
