\* expect: ok
\* DOMAIN s = 1..Len(s), and a range of values.
-------------------------- MODULE IndicesAndDomains ---------------------------
EXTENDS Integers, Sequences
VARIABLES s, r
Init == s = <<4, 4, 2>> /\ r = {}
Next == \E i \in DOMAIN s :
          /\ s' = SubSeq(s, 1, i - 1) \o SubSeq(s, i + 1, Len(s))
          /\ r' = {s[j] : j \in 1..Len(s)}
===============================================================================
