\* expect: ok
\* Definitions of infix, prefix and postfix operators.
-------------------------- MODULE InfixPrefixPostfix --------------------------
EXTENDS Naturals
VARIABLE v
a (+) b == <<a, b>>
a \prec b == a * 2 < b
-. a == <<"minus", a>>
a ^+ == a + 100
S \subset T == S \subseteq T /\ S # T
Init == v = <<>>
Next == v' = <<1 (+) 2, 1 \prec 2, 1 \prec 3, -7, 7^+, {1} \subset {1, 2},
               {1} \subset {1}>>
===============================================================================
