---- MODULE Only ----
ASSUME {} \subseteq {1}
====
