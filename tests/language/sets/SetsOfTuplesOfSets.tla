\* expect: ok
\* Deep values as elements: equal ones merge whatever way they were built.
-------------------------- MODULE SetsOfTuplesOfSets --------------------------
EXTENDS Integers
VARIABLE s
Init == s = {}
Next == \E x, y \in {1, 2} :
          s' = {<<{x, y}, {{y}, {x}}>>} \cup {p \in s : x = y}
===============================================================================
