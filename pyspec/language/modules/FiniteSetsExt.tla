--------------------------- MODULE FiniteSetsExt ----------------------------
(* Finite sets: folds, sums, greatest and least elements, choices.         *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
(*         What is extended, and so passed on, is as published, too.       *)
EXTENDS Integers, FiniteSets, Folds, Functions
-----------------------------------------------------------------------------

\* op(xn, ... op(x1, base)) for the elements x1 .. xn of a set, whose order is
\* unspecified: it is TLC's.
FoldSet(op(_, _), base, set) ==
  LET RECURSIVE over(_, _)
      over(T, done) ==
        IF T = {} THEN done
        ELSE LET x == CHOOSE x \in T : TRUE
             IN  over(T \ {x}, op(x, done))
  IN  over(set, base)

\* The sum of a set of integers.
SumSet(set) == FoldSet(LAMBDA x, y : x + y, 0, set)

\* The product of a set of integers.
ProductSet(set) == FoldSet(LAMBDA x, y : x * y, 1, set)

\* A fold, its arguments in the order of older specs.
ReduceSet(op(_, _), set, acc) == FoldSet(op, acc, set)

\* The sum of op(x) for all elements x of a set.
MapThenSumSet(op(_), set) == FoldSet(LAMBDA x, sum : op(x) + sum, 0, set)

\* The elements of the elements of S.
FlattenSet(S) == UNION S

\* What is in one of the sets, not in both.
SymDiff(A, B) == (A \cup B) \ (A \cap B)

-----------------------------------------------------------------------------

\* How many elements of S pass a test.
Quantify(S, P(_)) == Cardinality({x \in S : P(x)})

\* The subsets of S that have k elements.
kSubset(k, S) == {T \in SUBSET S : Cardinality(T) = k}

\* The greatest element of a set of integers.
Max(S) == CHOOSE x \in S : \A y \in S : y <= x

\* The least element of a set of integers.
Min(S) == CHOOSE x \in S : \A y \in S : x <= y

\* The sets that have been made by taking one element of each set.
Choices(Sets) ==
  LET ways == {f \in [Sets -> UNION Sets] : \A T \in Sets : f[T] \in T}
  IN  {{f[T] : T \in Sets} : f \in ways}

\* The one element of S that passes a test.
ChooseUnique(S, P(_)) ==
  CHOOSE x \in S : P(x) /\ \A y \in S \ {x} : ~P(y)

=============================================================================
