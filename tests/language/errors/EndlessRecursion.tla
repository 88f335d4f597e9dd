\* expect: error
\* A recursion without an end is reported; it is not a crash.
--------------------------- MODULE EndlessRecursion ---------------------------
EXTENDS Integers
VARIABLE x
RECURSIVE Down(_)
Down(n) == Down(n - 1) + 1
Init == x = 0
Next == x' = Down(x)
===============================================================================
