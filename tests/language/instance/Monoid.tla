-------------------------------- MODULE Monoid --------------------------------
EXTENDS Naturals
CONSTANTS Op(_, _), Unit
RECURSIVE Power(_, _)
Power(x, n) == IF n = 0 THEN Unit ELSE Op(x, Power(x, n - 1))
===============================================================================
