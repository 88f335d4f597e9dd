\* expect: error
\* All sets of a quantifier are evaluated, even if the first is empty, and
\* although the second is the same in each state.
------------------------ MODULE SecondSetOfAQuantifier ------------------------
EXTENDS Integers
VARIABLE x

Never == 0 .. 2 ^ (0 - 2)

Twice(F(_), y) == F(F(y))

Init == x = 0

Next ==
  /\ x < 2
  /\ x' = x + 1
  /\ x = 1 => ~ \E y \in {}, z \in Never : Twice(LAMBDA w : w + x, y) = z
===============================================================================
