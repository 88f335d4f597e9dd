---------------------------- MODULE Endless ----------------------------
(* What has no end, or too many elements.  Marks are as in Failing.     *)
EXTENDS Integers, Sequences, FiniteSets

VARIABLES n

Init == n = 40
Next == UNCHANGED n

RECURSIVE Down(_)
Down(x) == 1 + Down(x - 1)
Forever == Down(n) > 0

RECURSIVE Even(_), Odd(_)
Even(x) == Odd(x + 1)
Odd(x) == Even(x + 1)
Between == Even(n)

Count[x \in Int] == 1 + Count[x + 1]
Function == Count[1] > 0

Local == LET RECURSIVE Loop(_)
             Loop(x) == Loop(x) + 1
         IN  Loop(1) = 1

AllSubsets == \A s \in SUBSET (1..n) : Cardinality(s) >= 0
\*                     ^^^^^^^^^^^^^
AllFunctions == \A f \in [1..n -> 1..n] : f[1] >= 1
\*                       ^^^^^^^^^^^^^^
Nested == \A s \in SUBSET SUBSET (1..5) : s # {{7}}
\*                 ^^^^^^^^^^^^^^^^^^^^
UnionOfMany == UNION (SUBSET (1..n)) = {}
\*             ^^^^^^^^^^^^^^^^^^^^^
Mapped == {s \cup {1} : s \in SUBSET (1..n)} = {}
\*        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
Pairs == {<<x, y>> : x \in 1..5000, y \in 1..5000} = {}
\*       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
Compared == SUBSET (1..n) = SUBSET (2..n + 1)
\*          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
Domain == [s \in SUBSET (1..n) |-> 1] = 1
\*        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
Sequences == \E s \in Seq({1}) : s = <<1, 1>>
\*                    ^^^^^^^^
Chosen == (CHOOSE x \in Nat : x > n) > 0
\*                      ^^^
Product == \A p \in (1..n) \X SUBSET (1..30) : p # <<>>
\*                  ^^^^^^^^^^^^^^^^^^^^^^^^
Kept == {s \in SUBSET (1..n) : TRUE} = {{}}
\*      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

\* These end, though the sets are as large
Soon == /\ \E s \in SUBSET (1..n) : s = {2}
        /\ (CHOOSE x \in 0..1000000000 : x > 7) = 8
        /\ {1, 2} \in SUBSET (1..n)
        /\ [i \in 1..n |-> i] \in [1..n -> 1..n]
NextLarge == n' \in SUBSET (1..n)
\*                  ^^^^^^^^^^^^^
=============================================================================
