\* expect: ok
\* The subscript matters: a step that changes y alone is none of [x' > x]_x.
-------------------------- MODULE StepPropertyHolds ---------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == (x' = x /\ y' = 1 - y) \/ (x < 3 /\ x' = x + 1 /\ y' = 0)
Grows == [][x' > x]_x
Together == [][x' # x => y' = 0]_<<x, y>>
===============================================================================
