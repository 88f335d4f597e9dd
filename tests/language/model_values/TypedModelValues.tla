\* expect: error
\* Typed model values (T_x) may not be compared with those of another type.
--------------------------- MODULE TypedModelValues ---------------------------
CONSTANTS X, Y
VARIABLE v
Init == v = FALSE
Next == v' = (X = Y)
===============================================================================
