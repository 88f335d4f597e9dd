---------------------------- MODULE VectorClocks ----------------------------
(* Logs of distributed systems, whose lines carry a vector clock: for each *)
(* node that is known of, how many of its events have been.                *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
EXTENDS Naturals, Sequences, Functions
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* Whether each line's clock is later than or concurrent with all before it;
\* a node that a clock does not know has had no event.
IsCausalOrder(log, clock(_)) ==
  LET at(c, n) == IF n \in DOMAIN c THEN c[n] ELSE 0
      beyond(c, d) == \E n \in DOMAIN c : at(c, n) > at(d, n)
  IN  \A i \in 1..Len(log) : \A j \in 1..i - 1 :
        beyond(clock(log[i]), clock(log[j]))

\* The log in an order in which causes stand before effects.  A later clock
\* has had more events, so counting them will do; where it does not decide,
\* lines stay as they were.
CausalOrder(log, clock(_), node(_), domain(_)) ==
  LET RECURSIVE sum(_, _)
      sum(c, nodes) ==
        IF nodes = {} THEN 0
        ELSE LET n == CHOOSE n \in nodes : TRUE
             IN  c[n] + sum(c, nodes \ {n})
      events(line) == sum(clock(line), domain(clock(line)))
  IN  SortSeq(log, LAMBDA a, b : events(a) < events(b))

=============================================================================
