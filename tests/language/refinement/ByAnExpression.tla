\* expect: ok
\* The mapping is an expression with CHOOSE and a definition.
---------------------------- MODULE ByAnExpression ----------------------------
EXTENDS Integers
VARIABLE bits
Value == CHOOSE n \in 0..2 : bits = <<n % 2, n \div 2>>
Next == bits' = CASE bits = <<0, 0>> -> <<1, 0>> [] bits = <<1, 0>> -> <<0, 1>>
                  [] OTHER -> <<0, 0>>
Spec == bits = <<0, 0>> /\ [][Next]_bits /\ WF_bits(Next)
Hours == INSTANCE Clock WITH hour <- Value
Implements == Hours!Spec
===============================================================================
