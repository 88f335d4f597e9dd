\* expect: ok
\* CHOOSE without a bound works if the cfg replaces the operator.
------------------------ MODULE UnboundedGivenByTheCfg ------------------------
EXTENDS Integers
NoValue == CHOOSE v : v \notin Int
VARIABLE x
Init == x = NoValue
Next == x' = IF x = NoValue THEN 0 ELSE NoValue
===============================================================================
