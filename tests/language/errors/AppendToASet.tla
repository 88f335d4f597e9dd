\* expect: error
\* Append to what is no sequence.
----------------------------- MODULE AppendToASet -----------------------------
EXTENDS Sequences
VARIABLE x
Init == x = {1}
Next == x' = Append(x, 2)
===============================================================================
