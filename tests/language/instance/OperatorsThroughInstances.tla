\* expect: ok
\* M!Op passed as an operator argument, and with arguments under a bound name.
---------------------- MODULE OperatorsThroughInstances -----------------------
EXTENDS Naturals
VARIABLE s
M == INSTANCE CellCounter WITH Top <- 3, cell <- s
Map(F(_), S) == {F(x) : x \in S}
Init == s = 0
Next == s' \in Map(M!After, {1, 2})
===============================================================================
