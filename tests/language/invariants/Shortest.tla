\* expect: violates Below
\* Breadth first finds the shortest behavior: four steps, although there are
\* longer ones.
------------------------------- MODULE Shortest -------------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == (x' = x + 1 /\ y' = 0) \/ (x' = x /\ y < 3 /\ y' = y + 1)
Below == x < 2 \/ y < 2
===============================================================================
