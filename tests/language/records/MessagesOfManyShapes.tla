\* expect: ok
\* Records with unlike fields in one set; a filter must ask for the type first.
------------------------- MODULE MessagesOfManyShapes -------------------------
EXTENDS Integers
VARIABLES msgs, n
Init == msgs = {[type |-> "a", n |-> 1]} /\ n = 0
Next == \E m \in msgs :
  \/ m.type = "a" /\ n' = m.n
     /\ msgs' = msgs \cup {[type |-> "b", from |-> "p"]}
  \/ m.type = "b" /\ m.from = "p" /\ n' = 2
     /\ msgs' = {k \in msgs : k.type = "a" /\ k.n = 1}
===============================================================================
