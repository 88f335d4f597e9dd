\* expect: ok
\* Two modules extend a third: its variable and operators are there once.
------------------------------- MODULE Diamond --------------------------------
EXTENDS DiamondLeft, DiamondRight
Init == x = 0
Next == Left \/ Right
===============================================================================
