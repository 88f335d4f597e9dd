------------------------------ MODULE Bitwise -------------------------------
(* Operations on the bits of integers, negative ones in two's complement.  *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
LOCAL INSTANCE Integers
-----------------------------------------------------------------------------

\* The bits that are set in both; -1 has all of them.
x & y ==
  LET RECURSIVE both(_, _)
      both(a, b) ==
        CASE a = 0 \/ b = 0 -> 0
          [] a = -1 -> b
          [] b = -1 /\ a # -1 -> a
          [] OTHER -> 2 * both(a \div 2, b \div 2) + (a % 2) * (b % 2)
  IN  both(x, y)

\* The bits that are set in one of them or both.
x | y == x + (y - (x & y))

\* The bits that are set in one of them and not in the other.
x ^^ y == (x - (x & y)) + (y - (x & y))

\* The bits below the highest one of a natural number, turned around; 0 for
\* negative integers, whose highest bit is the sign.
Not(a) ==
  LET RECURSIVE turned(_)
      turned(n) == IF n < 2 THEN 0 ELSE 2 * turned(n \div 2) + 1 - (n % 2)
  IN  turned(a)

\* n without its lowest bits, as many as pos says; what is left moves down.
RECURSIVE shiftR(_, _)
shiftR(n, pos) == IF pos = 0 THEN n ELSE shiftR(n \div 2, pos - 1)

=============================================================================
