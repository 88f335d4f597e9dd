\* expect: ok
\* An unnamed INSTANCE brings the specification in.
--------------------- MODULE SpecificationThroughInstance ---------------------
EXTENDS Integers
Top == 2
VARIABLE n
INSTANCE Counting
P == <>(n = Top)
===============================================================================
