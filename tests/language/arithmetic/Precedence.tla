\* expect: ok
\* -2^2 is -(2^2), % binds less than *, .. less than +, - is left associative,
\* and unary minus binds less than *.
------------------------------ MODULE Precedence ------------------------------
EXTENDS Integers
VARIABLE v
Init == v = <<>>
Next == v' = <<-2^2, 2*3 % 4, 10 - 3 - 2, 1 + 1 .. 2 + 2, -2 * 3 + 1, 2 - -1,
               -7 % 3, 2^3 * 2, (7 \div 2) * 2, 3 - 2 + 1>>
===============================================================================
