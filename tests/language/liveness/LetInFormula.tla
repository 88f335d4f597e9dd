\* expect: ok
\* LET with a constant, a state function and a formula.
----------------------------- MODULE LetInFormula -----------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == LET n == 2
         Near(i) == x = i \/ x + 1 = i
         Often(i) == []<>Near(i)
     IN \A i \in 0..n : Often(i) /\ [](Near(i) => <>~Near(i))
===============================================================================
