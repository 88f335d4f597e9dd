\* expect: ok
\* Actions, ENABLED, [A]_v and primed operators of an instance with parameters.
------------------------ MODULE SeenThroughParameters -------------------------
EXTENDS Integers
VARIABLES x, y
I(n) == INSTANCE Adding WITH N <- n, Op <- LAMBDA a : a + n, v <- x
Init == x = 0 /\ y = 0
Next ==
  \/ I(3)!Inc /\ I(2)!Eq(y)
  \/ /\ I(2)!Same
     /\ \E n \in 1..2 :
          y' = <<n, I(n)!Can, I(n)!Box, I(n)!Val', I(n)!Local, I(n)!Local'>>
===============================================================================
