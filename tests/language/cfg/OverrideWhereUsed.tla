\* expect: ok
\* Op <- [M] Def holds for what M uses, though another module defines it.
---- MODULE OverrideWhereUsed ----
EXTENDS Naturals
VARIABLE x
U == INSTANCE CfgUser
Seven == 7
Init == x = U!Step
Next == x' \in {U!After(x), U!Step, U!Other}
====
