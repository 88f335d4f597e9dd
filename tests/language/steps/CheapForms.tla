\* expect: ok
\* What a step checker tests without building a value: a set, a sequence, a
\* function or a bag with something more or less, and what looks like it.
------------------------------ MODULE CheapForms ------------------------------
EXTENDS Naturals, Sequences, FiniteSets, Bags
CONSTANTS a, b
VARIABLES f, s, q, bag, net, n

P == {a, b}
Most == 3
Kinds == {"ask", "say"}
Pairs == {r \in SUBSET P : 2 * Cardinality(r) >= Cardinality(P)}
vars == <<f, <<s, q>>, bag, net, n>>
more == n < Most /\ n' = n + 1
Message(k, p) == [kind |-> k, from |-> p]
With(m, g) ==
  [x \in DOMAIN g \cup {m} |->
     IF x \in DOMAIN g THEN IF x = m THEN g[x] + 1 ELSE g[x] ELSE 1]
Without(m, g) ==
  IF g[m] = 1 THEN [x \in DOMAIN g \ {m} |-> g[x]] ELSE [g EXCEPT ![m] = @ - 1]
Count(g) ==
  LET Sum[r \in SUBSET DOMAIN g] ==
        IF r = {} THEN 0
        ELSE LET m == CHOOSE m \in r : TRUE IN g[m] + Sum[r \ {m}]
  IN  Sum[DOMAIN g]
Sizes(r) ==
  LET Sum[t \in SUBSET r] ==
        IF t = {} THEN 1
        ELSE LET m == CHOOSE m \in t : TRUE
             IN  Sum[t \ {m}] + (IF m = a THEN 2 ELSE 1)
  IN  Sum[r]
InFlight(k, p) == {m \in DOMAIN net : m.kind = k /\ m.from = p}

Init ==
  /\ f = [p \in P |-> [row |-> 0, seen |-> {}]]
  /\ s = {}
  /\ q = <<>>
  /\ bag = EmptyBag
  /\ net = [m \in {} |-> 0]
  /\ n = 0

Add(p) == more /\ p \notin s /\ s' = s \cup {p} /\ UNCHANGED <<f, q, bag, net>>
Drop(p) == more /\ s' = s \ {p} /\ p \in s /\ UNCHANGED <<f, q, bag, net>>
Push(p) ==
  more /\ q' = Append(q, p) /\ Sizes(s) < 4 /\ UNCHANGED <<f, s, bag, net>>
Pop == q # <<>> /\ more /\ q' = Tail(q) /\ UNCHANGED <<f, s, bag, net>>
Twice ==
  more /\ Len(q) = 1 /\ q' = q \o <<q[1]>> /\ UNCHANGED <<f, s, bag, net>>
Inner(p) ==
  more /\ f[p].row < 2 /\ f' = [f EXCEPT ![p].row = @ + 1]
  /\ UNCHANGED <<s, q, bag, net>>
Whole(p) ==
  /\ more
  /\ f' = [f EXCEPT ![p] = [row |-> Len(q), seen |-> s]]
  /\ UNCHANGED <<s, q, bag, net>>
Both ==
  /\ more
  /\ f' = [f EXCEPT ![a].seen = @ \cup {b}, ![b] = [@ EXCEPT !.row = 0]]
  /\ UNCHANGED <<s, q, bag, net>>
Put(p) ==
  more /\ bag' = bag (+) SetToBag({p}) /\ UNCHANGED <<f, s, q, net>>
Take(p) ==
  /\ more
  /\ BagIn(p, bag)
  /\ bag' = bag (-) SetToBag({p})
  /\ UNCHANGED <<f, s, q, net>>
Exchange(p, r) ==
  /\ more
  /\ BagIn(p, bag)
  /\ bag' = (bag (-) SetToBag({p})) (+) SetToBag({r})
  /\ UNCHANGED <<f, s, q, net>>
Send(k, p) ==
  /\ Count(net) < 2
  /\ InFlight(k, p) = {}
  /\ more
  /\ net' = With(Message(k, p), net)
  /\ UNCHANGED <<f, s, q, bag>>
Again(p) ==
  \E m \in InFlight("ask", p) :
    more /\ net' = With(m, net) /\ UNCHANGED <<f, s, q, bag>>
Receive(p) ==
  \E m \in DOMAIN net :
    /\ m.from = p
    /\ more
    /\ IF m.kind = "ask" THEN s' = s \cup {m.from} ELSE UNCHANGED s
    /\ net' = Without(m, net)
    /\ UNCHANGED <<f, q, bag>>
Reply(p) ==
  \E m \in InFlight("ask", p) :
    LET other  == IF p = a THEN b ELSE a
        answer == Message("say", other)
    IN  /\ more
        /\ net' = With(answer, Without(m, net))
        /\ UNCHANGED <<f, s, q, bag>>
Agree ==
  LET Holds(p, k) == f[p].row >= k
      high        == {k \in 1..2 : \A p \in P : Holds(p, k)}
      highest     == CHOOSE k \in high : \A l \in high : l <= k
  IN
  /\ {p \in P : Holds(p, 1)} \in Pairs
  /\ high # {}
  /\ f' = [f EXCEPT ![a].row = highest]
  /\ more
  /\ UNCHANGED <<s, q, bag, net>>
DropAny ==
  /\ s # {}
  /\ more
  /\ s' = s \ {CHOOSE p \in s : TRUE}
  /\ UNCHANGED <<f, q, bag, net>>
Still == (n = Most => s \subseteq P) /\ UNCHANGED vars

Next ==
  \/ \E p \in P :
       \/ Add(p) \/ Drop(p) \/ Push(p) \/ Inner(p) \/ Whole(p)
       \/ Put(p) \/ Take(p)
  \/ Pop \/ Twice \/ Both \/ Agree \/ DropAny \/ Still
  \/ \E p, r \in P : Exchange(p, r)
  \/ \E k \in Kinds, p \in P : Send(k, p)
  \/ \E p \in P : Again(p) \/ Receive(p) \/ Reply(p)
===============================================================================
