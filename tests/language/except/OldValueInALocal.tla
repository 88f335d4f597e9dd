\* expect: ok
\* @ in what a LET defines, with parameters, recursive, and in a function.
--------------------------- MODULE OldValueInALocal ---------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = [a |-> 0, b |-> <<1, 2>>]
Next ==
  /\ x' = (x + 1) % 3
  /\ y' = [y EXCEPT !.a = LET add(n) == n + @ IN add(1) % 4,
                    !.b[1] = LET RECURSIVE Down(_)
                                 Down(n) == IF n = 0 THEN @ ELSE Down(n - 1)
                             IN  Down(2) + @ - x,
                    !.b[2] = [z \in {1} |-> (@ % 2) + z][1],
                    !.b = [@ EXCEPT ![1] = (@ + x') % 3]]
===============================================================================
