\* expect: error
\* A module without variables: only its assumptions are checked.
--------------------------- MODULE NoBehaviorFails ----------------------------
EXTENDS Integers
ASSUME {x \in 0..9 : x * x = x} = {1}
===============================================================================
