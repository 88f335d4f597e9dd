\* expect: ok
\* Next is C!Both: an instance is not descended, its steps are C!Both.
---------------------------- MODULE InstanceIsNext ----------------------------
EXTENDS Naturals
VARIABLE x
C == INSTANCE LabelHelper WITH v <- x
Init == x = 0
Next == C!Both
===============================================================================
