\* expect: ok
\* The first tuple in TLC's order: by length, then element by element.
-------------------------- MODULE TuplesAndSequences --------------------------
EXTENDS Integers
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE t \in {<<2, 1>>, <<1, 9>>, <<1, 2>>} : TRUE,
                CHOOSE t \in {<<9>>, <<1, 1>>} : TRUE,
                CHOOSE t \in {1, 2} \X {4, 3} : t[1] + t[2] > 4,
                CHOOSE t \in {<<3, 1>>, <<2, 5>>} : TRUE >>
===============================================================================
