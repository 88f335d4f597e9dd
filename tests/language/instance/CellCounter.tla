----------------------------- MODULE CellCounter ------------------------------
EXTENDS Naturals
CONSTANT Top
VARIABLE cell
After(k) == IF cell + k > Top THEN 0 ELSE cell + k
===============================================================================
