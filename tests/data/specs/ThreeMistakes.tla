---- MODULE ThreeMistakes ----
EXTENDS Integers, FourthMistake
VARIABLE x
Init == x = = 0
Next == x' = ) 0
Other == /\ x = 1
         /\ x' = ,
====
