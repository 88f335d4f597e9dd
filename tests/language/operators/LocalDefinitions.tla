\* expect: ok
\* LOCAL definitions of two modules with one name are two operators.
--------------------------- MODULE LocalDefinitions ---------------------------
EXTENDS LocalHelper, Integers
VARIABLE x
LOCAL Step == 1
Init == x = 0
Next == x < 9 /\ x' \in {x + Step, x + Leap}
===============================================================================
