-------------------------- MODULE DyadicRationals ---------------------------
(* Fractions whose denominator is a power of two, as records of `num` and  *)
(* `den` without a common divisor.                                         *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* The fraction, without a common divisor of its parts.
LOCAL Reduced(num, den) ==
  LET RECURSIVE halved(_, _)
      halved(n, d) == IF d % 2 = 0 /\ n % 2 = 0 THEN halved(n \div 2, d \div 2)
                      ELSE [num |-> n, den |-> d]
  IN  halved(num, den)

\* Whether the denominator is a power of two.
IsDyadicRational(r) == \E i \in 0..r.den : 2^i = r.den

\* 0
Zero == [num |-> 0, den |-> 1]

\* 1
One == [num |-> 1, den |-> 1]

\* The sum.
Add(p, q) ==
  LET den == IF p.den > q.den THEN p.den ELSE q.den
  IN  Reduced(p.num * (den \div p.den) + q.num * (den \div q.den), den)

\* Half of it.
Half(p) == Reduced(p.num, 2 * p.den)

\* Its text: "0", "1" or "num/den".
PrettyPrint(p) ==
  CASE p = Zero -> "0"
    [] p = One -> "1"
    [] OTHER -> ToString(p.num) \o "/" \o ToString(p.den)

=============================================================================
