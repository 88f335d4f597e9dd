\* expect: ok
\* A constant of the other module that is an operator is replaced by one here.
-------------------------- MODULE OperatorConstants ---------------------------
EXTENDS Integers
VARIABLE x
Plus(a, b) == (a + b) % 5
G == INSTANCE Monoid WITH Op <- Plus, Unit <- 0
T == INSTANCE Monoid WITH Op <- LAMBDA a, b : (a * b) % 5, Unit <- 2
Init == x = G!Power(3, 2)
Next == x' \in {G!Power(x, 3), T!Power(x, 2)}
===============================================================================
