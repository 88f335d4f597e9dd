---------------------------- MODULE Reasons ----------------------------
(* Predicates that are false in the initial state, or of the step from  *)
(* it, and what is to blame: see test_reasons_are_given.py.             *)
EXTENDS Integers, Sequences

CONSTANTS Nodes
VARIABLES msgs, log, n

vars == <<msgs, log, n>>
Message == [type : {"req", "ack"}, from : Nodes, seq : 0..9]

Init == /\ msgs = {[type |-> "req", from |-> 1, seq |-> 3],
                   [type |-> "ack", from |-> 7, seq |-> 4]}
        /\ log = [i \in Nodes |-> <<i, i * 5>>]
        /\ n = 2

Grow(by) == /\ n < 10
            /\ n' = n + by
            /\ UNCHANGED <<msgs, log>>
Next == \E by \in 1..2 : Grow(by)
Spec == Init /\ [][Next]_vars

SecondConjunct == /\ n > 1
                  /\ n > 2
                  /\ n > 3
NoDisjunct == n > 2 \/ n = 1
Implied == n = 2 => log[1] = <<1>>
Witness == \A i \in Nodes : \A j \in 1..2 : log[i][j] < 10
NoWitness == \E i \in Nodes : log[i][1] = n + 5
Small(x, most) == x <= most
Opened == Small(n, 1)
Negated == ~ \E i \in Nodes : log[i][2] = 15
TypeOK == /\ n \in Nat
          /\ msgs \subseteq Message
LogOK == log \in [Nodes -> Seq(1..10)]
Chosen == IF n = 2 THEN log[1] = <<>> ELSE TRUE
Armed == CASE n = 1 -> TRUE [] n = 2 -> n = 3
Deep == LET m == n + 1 IN SecondConjunct \/ m = 4
Same == (n = 2) <=> (log = <<>>)
NotTen == n > 1 /\ n < 10
Stays == n' = n
Steps == [][n' = n + 1]_vars
Boxed == [][Grow(1)]_n
Unchanged == UNCHANGED vars
=============================================================================
