---- MODULE FromLibrary ----
D == 1
====
