--------------------------- MODULE Combinatorics ----------------------------
(* Factorials and binomial coefficients.                                   *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
EXTENDS Naturals
-----------------------------------------------------------------------------

\* The number of orders of n things.
factorial[n \in Nat] == IF n = 0 THEN 1 ELSE n * factorial[n - 1]

\* The number of ways to take k of n things.
choose(n, k) ==
  LET RECURSIVE ways(_)
      ways(i) == IF i = 0 THEN 1 ELSE (ways(i - 1) * (n - k + i)) \div i
  IN  ways(k)

=============================================================================
