\* expect: ok
\* INSTANCE without a name: definitions of the other module are about this
\* module's variables and constants of the same names.
-------------------------------- MODULE Plain ---------------------------------
EXTENDS Naturals
CONSTANT N
VARIABLE x
INSTANCE Counter
Init == Start
Step == Count \/ Reset
===============================================================================
