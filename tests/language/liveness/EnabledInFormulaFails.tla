\* expect: violates P
\* The last step is possible, but nothing forces it.
------------------------ MODULE EnabledInFormulaFails -------------------------
EXTENDS Integers
VARIABLE x
Up(n) == x < n /\ x' = x + 1
Spec == x = 0 /\ [][Up(3)]_x /\ WF_x(Up(2))
P == <>[]~ENABLED Up(3)
===============================================================================
