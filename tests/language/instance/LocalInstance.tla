\* expect: ok
\* LOCAL INSTANCE: its definitions are not passed on to who extends, and may
\* be defined anew there.
---------------------------- MODULE LocalInstance -----------------------------
EXTENDS UsesLocally, Naturals
VARIABLE x
Reset == x' = 9
Init == x = 0
Next == CountTwice(x) \/ (x = 2 /\ Reset)
===============================================================================
