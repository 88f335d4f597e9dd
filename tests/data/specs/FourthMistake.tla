---- MODULE FourthMistake ----
A == 1 + + 2
====
