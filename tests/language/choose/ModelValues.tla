\* expect: ok
\* Of model values CHOOSE takes the one that stands first in the cfg.
----------------------------- MODULE ModelValues ------------------------------
CONSTANTS P, Z, A
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE x \in P : TRUE,
                CHOOSE x \in P \ {q \in P : q = Z} : TRUE,
                CHOOSE x \in {A} \cup P : TRUE, CHOOSE x \in {A, Z} : TRUE >>
===============================================================================
