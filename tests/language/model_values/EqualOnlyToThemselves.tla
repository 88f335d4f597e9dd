\* expect: ok
\* A model value equals itself and nothing else, of whatever type: comparing
\* it with integers, strings and sets is FALSE and no error.
------------------------ MODULE EqualOnlyToThemselves -------------------------
EXTENDS Integers
CONSTANTS None, Other
VARIABLES x, r
Init == x \in {None, Other, 1} /\ r = <<>>
Next == r' = <<x = None, None = 1, None = "None", None # {}, x \in {1, None},
               None \in {Other, None}>> /\ x' = x
===============================================================================
