\* expect: ok
\* CHOOSE over BOOLEAN, and with a tuple pattern.
--------------------------- MODULE BooleansAndMixed ---------------------------
EXTENDS Integers
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE b \in BOOLEAN : TRUE, CHOOSE b \in {TRUE, FALSE} : b,
                CHOOSE <<x, y>> \in (1..3) \X (1..3) : x + y = 4 >>
===============================================================================
