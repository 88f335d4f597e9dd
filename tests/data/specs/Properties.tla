---- MODULE Properties ----
EXTENDS Integers, TLC, Sequences
CONSTANT N
VARIABLES x, y
vars == <<x, y>>
Init == x = 0 /\ y = [a |-> 1]
Inc == x < 3 /\ x' = x + 1 /\ UNCHANGED y
Back == x = 3 /\ x' = 0 /\ UNCHANGED y
Next == Inc \/ Back
Spec == Init /\ [][Next]_vars /\ WF_vars(Next)
InvInit == x # 0
ConstF == 1 = 2
ConstT == 1 = 1
Prim == x' = x
PropInit == x = 1
Starts == PropInit /\ []<>(x = 3)
AlwaysSmall == [](x < 2)
BoxInit == [](x # 0)
L1 == <>(x = 7)
L2 == []<>(x = 9)
L3 == []<>(x = 3)
ActP == [][x' # 2]_vars
AssertInit == Assert(x # 0, "boo") /\ x = 0 /\ y = 1
InitA == x = 0 /\ y = 1 /\ Assert(FALSE, <<"in", "init">>)
InitNone == x = 0 /\ x = 1 /\ y = 1
InitPart == x = 0
InitEval == x = 0 /\ y = Head(<<>>)
NoDead == Inc
NeverNext == x = 7 /\ x' = 1 /\ UNCHANGED y
AInv == Assert(x < 2, "inv assert")
EInv == Head(<<>>) = x
EvalL == <>(Head(<<>>) = x)
Constr == x < 2
Wide == [i \in 1..30 |-> "some long string value"]
InitWide == x = 0 /\ y = Wide
PrintNext == PrintT(Wide) /\ Print("p", TRUE) /\ Next
ActEval == [][x' = Head(<<>>)]_vars
NextAssertWide == Inc /\ Assert(x<1, Wide)
====
