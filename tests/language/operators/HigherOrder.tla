\* expect: ok
\* Operators as arguments: user's own, infix ones and LAMBDA.  A * right
\* after ( would begin a comment.
----------------------------- MODULE HigherOrder ------------------------------
EXTENDS Integers
VARIABLE v
RECURSIVE Fold(_, _, _)
Fold(Op(_, _), n, z) == IF n = 0 THEN z ELSE Op(n, Fold(Op, n - 1, z))
Twice(F(_), x) == F(F(x))
Inc(x) == x + 1
Init == v = <<>>
Next == v' = <<Fold(+, 4, 0), Fold( *, 4, 1), Fold(LAMBDA a, b : a - b, 4, 0),
               Twice(Inc, 5), Twice(LAMBDA x : x * x, 3)>>
===============================================================================
