\* expect: ok
\* Op <- [M]Def replaces Op inside of module M only.
----------------------- MODULE OverrideInsideOfAModule ------------------------
EXTENDS Naturals
VARIABLE x
H == INSTANCE CfgHelper WITH y <- x
Two == 2
Init == x = 0
Next == H!Up
===============================================================================
