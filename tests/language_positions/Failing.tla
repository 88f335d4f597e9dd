---------------------------- MODULE Failing ----------------------------
(* Predicates without a value.  The line below each marks, with carets, *)
(* the expression to be blamed; `up` counts lines if it is not the line *)
(* just above.                                                          *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS None
VARIABLES q, f, n

Init == q = <<>> /\ f = [a |-> 1, b |-> 2] /\ n = 3
Next == UNCHANGED <<q, f, n>>

------------------------------------------------------------------------
\* Functions and records

OutsideOfDomain == n > 0 => <<1, 2>>[n] = 1
\*                          ^^^^^^^^^^^
OutsideOfFunction == LET g == [x \in 1..2 |-> x * 2] IN g[n] > 0
\*                                                      ^^^^
NoSuchField == n = 3 /\ f.c = 1
\*                      ^^^
NotAFunction == 0 = n[1]
\*                  ^^^^
ExceptOfANumber == [n EXCEPT ![1] = 2] = n
\*                 ^^^^^^^^^^^^^^^^^^^
InsideOfExcept == [f EXCEPT !.a = @ + q] = f
\*                                ^^^^^
SecondOfTwoUpdates == [f EXCEPT !.a = 2, !.b = Head(q)] = f
\*                                             ^^^^^^^
KeyOfExcept == [q EXCEPT ![Head(q)] = 2] = q
\*                         ^^^^^^^
DomainOfANumber == DOMAIN n = {}
\*                 ^^^^^^^^
InFunctionConstructor == [x \in 1..3 |-> 6 \div (x - 1)] # <<>>
\*                                       ^^^^^^^^^^^^^^
InDomainOfConstructor == [x \in n |-> x] # <<>>
\*                       ^^^^^^^^^^^^^^^
InRecord == [a |-> 1, b |-> 1 % 0].a = 1
\*                          ^^^^^

------------------------------------------------------------------------
\* Sequences, sets, numbers

HeadOfEmpty == \/ Len(q) > 0
               \/ Head(q) = 1
\*                ^^^^^^^
TailOfEmpty == Tail(q) = q
\*             ^^^^^^^
SubSeqTooLong == Len(SubSeq(<<1, 2>>, 1, n)) = 3
\*                   ^^^^^^^^^^^^^^^^^^^^^^
DivisionByZero == n \div (n - 3) = 0
\*                ^^^^^^^^^^^^^^
Overflow == n * 2000000000 > 0
\*          ^^^^^^^^^^^^^^
NoNumber == n + Len(q) + TRUE > 0
\*          ^^^^^^^^^^^^^^^^^
LessThanAString == n < "three"
\*                 ^^^^^^^^^^^
NoSet == n \in q
\*       ^^^^^^^
UnionOfNumbers == UNION {n} = {}
\*                ^^^^^^^^^
CardinalityOfNat == Cardinality(Nat) = n
\*                  ^^^^^^^^^^^^^^^^
SubsetOfSequence == {} \in SUBSET q
\*                         ^^^^^^^^

------------------------------------------------------------------------
\* Comparing

NumberAndString == n = "three"
\*                 ^^^^^^^^^^^
SetAndNumber == ~ ({1} = n)
\*                 ^^^^^^^
ElementsOfTwoKinds == Cardinality({n, "three"}) = 2
\*                                ^^^^^^^^^^^^
MemberOfAnotherKind == "three" \in {1, n}
\*                     ^^^^^^^^^^^^^^^^^^

------------------------------------------------------------------------
\* Choice

NoArm == (CASE n = 1 -> TRUE [] n = 2 -> FALSE)
\*        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
NothingToChoose == (CHOOSE x \in 1..2 : x > n) = 1
\*                  ^^^^^^^^^^^^^^^^^^^^^^^^^
ChooseOfAll == n = CHOOSE x : x \notin Nat
\*                 ^^^^^^^^^^^^^^^^^^^^^^^
InCondition == IF f.a THEN TRUE ELSE FALSE
\*                ^^^
InChoose == (CHOOSE x \in 0..2 : 2 \div x = 2) = 1
\*                               ^^^^^^^^

------------------------------------------------------------------------
\* Connectives

NumberInConjunction == /\ n > 1
                       /\ n
                       /\ TRUE
\* up 2                   ^
NumberInDisjunction == FALSE \/ n + 1
\*                              ^^^^^
NegationOfAString == ~ "no"
\*                     ^^^^
NumberImplies == n > 0 => f.a
\*                        ^^^

------------------------------------------------------------------------
\* Quantifiers and what cannot be enumerated

InForall == \A x \in {1, 0} : 1 \div x >= 0
\*                            ^^^^^^^^
InInnerExists == \A x \in 1..2 : \E y \in 1..2 : q[x] = y
\*                                               ^^^^
OfNat == \E x \in Nat : x = n
\*                ^^^
OfSequences == \A x \in Seq({1}) : Len(x) < n
\*                      ^^^^^^^^
OfNoSet == \A x \in q : x = n
\*                  ^
ChooseNat == (CHOOSE x \in Nat : x > n) = 4
\*                         ^^^
SetOfAllNat == {x + 1 : x \in Int} = {}
\*                            ^^^
InFilter == {x \in {1, 2} : q[x] = 1} = {}
\*                          ^^^^
InLazyFilter == 2 \in {x \in Nat : q[x] = 1}
\*                                 ^^^^

------------------------------------------------------------------------
\* Operators

Double(x) == x * 2
Twice(Op(_), x) == Op(Op(x))
First(s) ==
  LET rest == Tail(s)
      first == Head(s)
  IN  IF n > 5 THEN rest[1] ELSE first
InLet == First(q) = 1
\* up 3        ^^^^^^^
InOperator == n > 1 /\ Double(q) = 1
\* up 9      ^^^^^
InLambda == Twice(LAMBDA x : x \div 0, n) = 1
\*                           ^^^^^^^^
InArgument == Double(Head(q)) = 1
\*                   ^^^^^^^
Local == LET Half(x) == n \div x IN Half(0) = 1
\*                      ^^^^^^^^
Said == Assert(n = 4, "n is not four")
\*      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

RECURSIVE Sum(_)
Sum(s) == IF s = <<>> THEN None.value ELSE Head(s) + Sum(Tail(s))
InRecursion == Sum(<<1, 2>>) = 3
\* up 2                    ^^^^^^^^^^
Factorial[x \in Nat] == IF x = 0 THEN q[1] ELSE x * Factorial[x - 1]
InRecursiveFunction == Factorial[3] = 6
\* up 2                               ^^^^
=============================================================================
