\* expect: error
\* x' \in Int cannot be enumerated either.
-------------------------- MODULE AssignmentFromInt ---------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x' \in Int
===============================================================================
