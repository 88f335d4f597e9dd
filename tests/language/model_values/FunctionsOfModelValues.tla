\* expect: ok
\* Model values as arguments of functions, record fields and members of tuples.
------------------------ MODULE FunctionsOfModelValues ------------------------
CONSTANT RM
VARIABLES f, last
Init == f \in [RM -> {"idle"}] /\ last = <<>>
Next == \E r \in RM : \E to \in RM \ {r} :
          /\ f[r] = "idle"
          /\ f' = [f EXCEPT ![r] = "done"]
          /\ last' = <<r, [to |-> to]>>
===============================================================================
