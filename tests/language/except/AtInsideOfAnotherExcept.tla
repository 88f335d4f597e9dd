\* expect: ok
\* The inner @ belongs to the inner EXCEPT, the outer one to the outer.
----------------------- MODULE AtInsideOfAnotherExcept ------------------------
EXTENDS Integers
VARIABLE f
Init == f = [a |-> [b |-> 1, c |-> 10], d |-> 0]
Next == /\ f.a.b < 4
        /\ f' = [f EXCEPT !.a = [@ EXCEPT !.b = @ + 1, !.c = @ + f.a.b],
                          !.d = @ + [f.a EXCEPT !.b = @ * 100].b]
===============================================================================
