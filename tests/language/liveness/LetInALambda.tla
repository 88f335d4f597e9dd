\* expect: ok
\* A LET around a formula, of which only a LAMBDA inside mentions a name.
----------------------------- MODULE LetInALambda -----------------------------
EXTENDS Integers
VARIABLE x
Some(S, P(_)) == \E e \in S : P(e)
Init == x = 0
Next == x' = (x + 1) % 3
Spec == Init /\ [][Next]_x /\ WF_x(Next)
Found ==
  \A n \in {2, 3} :
    LET s == {0, 1, n}
        t == s
    IN  [](Some(0..3, LAMBDA e : e \in t /\ e <= x))
===============================================================================
