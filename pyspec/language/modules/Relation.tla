------------------------------ MODULE Relation ------------------------------
(* Relations on a set S, as functions from pairs to booleans: R[x, y].     *)
(* What ends in Under takes an operator of two arguments instead.          *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
(*         What is extended, and so passed on, is as published, too.       *)
EXTENDS Naturals, FiniteSets
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* The relation on S that an operator is.
LOCAL Under(op(_, _), S) == [x, y \in S |-> op(x, y)]

\* Whether each element of S is related to itself.
IsReflexive(R, S) == \A x \in S : R[x, x]
IsReflexiveUnder(op(_, _), S) == IsReflexive(Under(op, S), S)

\* Whether no element of S is related to itself.
IsIrreflexive(R, S) == \A x \in S : ~R[x, x]
IsIrreflexiveUnder(op(_, _), S) == IsIrreflexive(Under(op, S), S)

\* Whether the relation always holds both ways.
IsSymmetric(R, S) == \A x, y \in S : R[x, y] => R[y, x]
IsSymmetricUnder(op(_, _), S) == IsSymmetric(Under(op, S), S)

\* Whether it holds both ways only between an element and itself.
IsAntiSymmetric(R, S) == \A x, y \in S : R[x, y] /\ R[y, x] => x = y
IsAntiSymmetricUnder(op(_, _), S) == IsAntiSymmetric(Under(op, S), S)

\* Whether the relation never holds both ways.
IsAsymmetric(R, S) == \A x, y \in S : R[x, y] => ~R[y, x]
IsAsymmetricUnder(op(_, _), S) == IsAsymmetric(Under(op, S), S)

\* Whether two steps of the relation are always one as well.
IsTransitive(R, S) == \A x, y, z \in S : R[x, y] /\ R[y, z] => R[x, z]
IsTransitiveUnder(op(_, _), S) == IsTransitive(Under(op, S), S)

\* Whether R is a partial order like <.
IsStrictlyPartiallyOrdered(R, S) ==
  IsIrreflexive(R, S) /\ IsAntiSymmetric(R, S) /\ IsTransitive(R, S)
IsStrictlyPartiallyOrderedUnder(op(_, _), S) ==
  IsStrictlyPartiallyOrdered(Under(op, S), S)

\* Whether R is a partial order like <=.
IsPartiallyOrdered(R, S) ==
  IsReflexive(R, S) /\ IsAntiSymmetric(R, S) /\ IsTransitive(R, S)
IsPartiallyOrderedUnder(op(_, _), S) == IsPartiallyOrdered(Under(op, S), S)

\* Whether R is a total order like <.
IsStrictlyTotallyOrdered(R, S) ==
  /\ IsStrictlyPartiallyOrdered(R, S)
  /\ \A x, y \in S : x # y => R[x, y] \/ R[y, x]
IsStrictlyTotallyOrderedUnder(op(_, _), S) ==
  IsStrictlyTotallyOrdered(Under(op, S), S)

\* Whether R is a total order like <=.
IsTotallyOrdered(R, S) ==
  /\ IsPartiallyOrdered(R, S)
  /\ \A x, y \in S : R[x, y] \/ R[y, x]
IsTotallyOrderedUnder(op(_, _), S) == IsTotallyOrdered(Under(op, S), S)

-----------------------------------------------------------------------------

\* What is related by one step or more, all but the first and the last of them
\* in S.
TransitiveClosure(R, S) ==
  LET RECURSIVE through(_, _)
      through(Q, T) ==
        IF T = {} THEN Q
        ELSE LET z == CHOOSE z \in T : TRUE
             IN  through(TLCEval([x, y \in S |->
                                    Q[x, y] \/ (Q[x, z] /\ Q[z, y])]),
                         T \ {z})
  IN  through(TLCEval([x, y \in S |-> R[x, y]]), S)

\* The same, and each element is related to itself.
ReflexiveTransitiveClosure(R, S) ==
  LET closure == TransitiveClosure(R, S)
  IN  [x, y \in S |-> x = y \/ closure[x, y]]

\* Whether each element of S leads to each other.
IsConnected(R, S) ==
  LET closure == ReflexiveTransitiveClosure(R, S)
  IN  \A x, y \in S : closure[x, y]

=============================================================================
