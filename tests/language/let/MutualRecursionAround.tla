\* expect: ok
\* Local operators that apply one another, and mention a name from around them.
------------------------ MODULE MutualRecursionAround -------------------------
EXTENDS Integers
VARIABLES x, y
Calc(n) ==
  LET RECURSIVE Even(_), Odd(_)
      Even(k) == IF k = 0 THEN n ELSE Odd(k - 1)
      Odd(k) == IF k = 0 THEN n + 10 ELSE Even(k - 1)
  IN  Even(n) + Odd(n)
Init == x = 0 /\ y = 0
Next ==
  \E n \in 1..2 :
    LET RECURSIVE Up(_), Down(_)
        k == n + 1
        Up(j) == IF j = 0 THEN k + x ELSE Down(j - 1)
        Down(j) == IF j = 0 THEN n + 10 ELSE Up(j - 1)
    IN  x' = (x + 1) % 3 /\ y' = Calc(x) + Up(n) + Down(n)
===============================================================================
