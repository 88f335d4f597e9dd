\* expect: ok
\* CHOOSE takes the first that fits; of integers the least, however the set is
\* written.  Taking "some" element reaches other states.
-------------------------- MODULE IntegersAscending ---------------------------
EXTENDS Integers
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE x \in {5, 3, 9} : TRUE, CHOOSE x \in 1..9 : x > 4,
                CHOOSE x \in {3, -2, 4} \cup {-7} : x % 2 = 0,
                CHOOSE x \in {9 - y : y \in 1..4} : TRUE >>
===============================================================================
