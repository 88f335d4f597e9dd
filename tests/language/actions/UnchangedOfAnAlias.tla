\* expect: ok
\* UNCHANGED of a definition that is a variable, or another such definition.
---- MODULE UnchangedOfAnAlias ----
EXTENDS Naturals
VARIABLES x, y, z

Alias == y
Behind == Alias
Pair == <<Behind, z>>

Init == x = 0 /\ y \in {1, 2} /\ z = 0
Alone == x < 2 /\ x' = x + 1 /\ UNCHANGED Alias /\ z' = z
Twice == x = 2 /\ x' = 3 /\ UNCHANGED Behind /\ UNCHANGED z
Both == x = 3 /\ x' = 0 /\ UNCHANGED Pair
Next == Alone \/ Twice \/ Both
====
