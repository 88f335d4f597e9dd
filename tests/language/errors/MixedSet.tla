\* expect: error
\* A set of an integer and a string cannot be put in order.
------------------------------- MODULE MixedSet -------------------------------
VARIABLES x
Init == x = {}
Next == x' = x \cup {1, "a"}
===============================================================================
