\* expect: ok
\* Operators whose definition in the standard modules is not what they mean,
\* passed as arguments and applied through definitions.
-------------------------- MODULE OrderByDefinition ---------------------------
EXTENDS Integers, Sequences
VARIABLES a, r
Apply(Op(_, _), x, y) == Op(x, y)
Most(S) == CHOOSE m \in S : \A n \in S : n \leq m
Init == a \in 0..2 /\ r = <<>>
Next == /\ r' = <<Apply(\leq, a, 1), Apply(\geq, a, 1),
                  Apply(\o, <<a>>, <<1>>),
                  Apply(\div, 7, a + 1), Apply(\cup, {a}, {1}), Most({a, 1}),
                  Apply(.., a, 2), Apply(-, a, 3), Apply(^, 2, a)>>
        /\ UNCHANGED a
===============================================================================
