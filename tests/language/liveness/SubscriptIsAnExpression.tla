\* expect: violates P
\* Steps that leave the subscript unchanged do not count.
----------------------- MODULE SubscriptIsAnExpression ------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 2) % 4
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == []<><<TRUE>>_(x % 2)
===============================================================================
