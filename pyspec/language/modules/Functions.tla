----------------------------- MODULE Functions ------------------------------
(* Functions: their range, parts of them, inverses, folds over them.       *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
(*         What is extended, and so passed on, is as published, too.       *)
EXTENDS Integers, Folds
LOCAL INSTANCE FiniteSets
-----------------------------------------------------------------------------

\* The function f on the set S, which should be a part of f's domain.
Restrict(f, S) == [x \in S |-> f[x]]

\* The function f where its argument passes the test.
RestrictDomain(f, Test(_)) == Restrict(f, {x \in DOMAIN f : Test(x)})

\* The function f where its value passes the test.
RestrictValues(f, Test(_)) == Restrict(f, {x \in DOMAIN f : Test(f[x])})

\* Whether `wide` is defined, with the same values, wherever `narrow` is.
IsRestriction(narrow, wide) ==
  /\ DOMAIN narrow \subseteq DOMAIN wide
  /\ \A x \in DOMAIN narrow : narrow[x] = wide[x]

\* The values of the function f.
Range(f) == {f[x] : x \in DOMAIN f}

\* The function from x to T(f[x], g[x]), on the domain of f.
Pointwise(f, g, T(_, _)) == [x \in DOMAIN f |-> T(f[x], g[x])]

\* For each t in T some s in S with f[s] = t, or any s if t is no value of f.
Inverse(f, S, T) ==
  LET values == Range(f)
  IN  [t \in T |-> CHOOSE s \in S : t \in values => f[s] = t]

\* From each value of f to an argument that has it.
AntiFunction(f) == Inverse(f, DOMAIN f, Range(f))

-----------------------------------------------------------------------------

\* Whether f has no value twice.
IsInjective(f) == \A x, y \in DOMAIN f : f[x] = f[y] => x = y

\* The functions from S to T that have no value twice.
Injection(S, T) == {f \in [S -> T] : IsInjective(f)}

\* The functions from S to T that have each element of T as a value.
Surjection(S, T) == {f \in [S -> T] : T \subseteq Range(f)}

\* The functions that pair the elements of S with those of T.
Bijection(S, T) == {f \in Injection(S, T) : T \subseteq Range(f)}

\* Whether a finite S fits into T.
ExistsInjection(S, T) == Cardinality(S) <= Cardinality(T)

\* Whether a finite S can cover T.
ExistsSurjection(S, T) ==
  /\ Cardinality(T) <= Cardinality(S)
  /\ T = {} => S = {}

\* Whether finite S and T have as many elements.
ExistsBijection(S, T) == Cardinality(S) = Cardinality(T)

-----------------------------------------------------------------------------

\* op(f[xn], ... op(f[x1], base)) for the elements x1 .. xn of a set, whose
\* order is unspecified: it is TLC's.
FoldFunctionOnSet(op(_, _), base, fun, indices) ==
  LET RECURSIVE over(_, _)
      over(T, done) ==
        IF T = {} THEN done
        ELSE LET x == CHOOSE x \in T : TRUE
             IN  over(T \ {x}, op(fun[x], done))
  IN  over(indices, base)

\* The same for all of a function's values.
FoldFunction(op(_, _), base, fun) ==
  FoldFunctionOnSet(op, base, fun, DOMAIN fun)

\* The sum of the values that a function has on a set.
SumFunctionOnSet(fun, indices) == FoldFunctionOnSet(+, 0, fun, indices)

\* The sum of a function's values.
SumFunction(fun) == SumFunctionOnSet(fun, DOMAIN fun)

=============================================================================
