\* expect: error
\* All keys of a path are evaluated, even if the first is not in the domain,
\* and although the second is the same in each state.
------------------------- MODULE SecondKeyOfAnExcept --------------------------
EXTENDS Integers
VARIABLE x

Never == 2 ^ (0 - 2)

Twice(F(_), y) == F(F(y))

Init == x = 0

Next ==
  /\ x < 2
  /\ x' = x + 1
  /\ x = 1 => [[y \in {} |-> Twice(LAMBDA w : w + x, y)]
                 EXCEPT ![0][Never] = 0] = <<>>
===============================================================================
