-------------------------------- MODULE Middle --------------------------------
EXTENDS Naturals
CONSTANT Most
VARIABLES low, high
L == INSTANCE Counter WITH x <- low, N <- Most + 1
Move == \/ L!Count /\ UNCHANGED high
        \/ low = high + 1 /\ high < Most /\ high' = high + 1 /\ low' = 0
===============================================================================
