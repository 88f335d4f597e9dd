\* expect: ok
\* Op <- [M] Def holds for what M defines, also where it is called M!Op.
---- MODULE OverrideThroughAnInstance ----
EXTENDS Naturals
VARIABLE x
M == INSTANCE OverriddenInside
Seven == 7
None == 5
Init == x = M!Step
Next == x' \in {M!Next(x), M!Nothing}
Small == x <= 9
====
