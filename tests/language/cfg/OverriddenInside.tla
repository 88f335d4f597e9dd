---- MODULE OverriddenInside ----
EXTENDS Naturals
Step == 1
Nothing == CHOOSE n : n \notin Nat
Next(v) == IF v = Nothing THEN v ELSE (v + Step) % 9
====
