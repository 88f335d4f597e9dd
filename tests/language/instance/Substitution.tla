\* expect: ok
\* Two named instances with variables and constants renamed.
----------------------------- MODULE Substitution -----------------------------
EXTENDS Naturals
VARIABLES a, b
A == INSTANCE Counter WITH x <- a, N <- 2
B == INSTANCE Counter WITH x <- b, N <- 1
Init == A!Start /\ B!Start
Next == \/ A!Count /\ UNCHANGED b
        \/ B!Next /\ A!Far /\ UNCHANGED a
===============================================================================
