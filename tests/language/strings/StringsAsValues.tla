\* expect: ok
\* Strings are compared whole; "" is one, and "1" is not 1's name.
--------------------------- MODULE StringsAsValues ----------------------------
VARIABLES s, t
Init == s \in {"", "1", "one", "One"} /\ t = {""}
Next == t' = {s} \cup t /\ s' \in {"1", ""} /\ s' # s
===============================================================================
