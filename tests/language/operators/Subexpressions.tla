\* expect: ok
\* Parts of a definition by their place or label: Op(x)!1, Op!lab, Op!(e)!2.
---------------------------- MODULE Subexpressions ----------------------------
EXTENDS Integers
VARIABLES x, y
Within(p) == /\ p > 0
             /\ p < 3
More == more:: x + 1
Some == \E e \in 0..2 : /\ e = x
                        /\ e > 0
Init == x = 0 /\ y = <<>>
Next ==
  /\ x' = (x + 1) % 3
  /\ y' = <<IF Within(x)!1 THEN More!more ELSE IF Within(x)!: THEN 5 ELSE 6,
            IF Some!(1)!2 THEN 4 ELSE 7, Some!(x)!1, Some!(x')!1>>
===============================================================================
