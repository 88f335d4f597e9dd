\* expect: ok
\* Strings are in the order in which TLC first met them anywhere in the text,
\* names of operators included: here zz is met before aa.
-------------------------- MODULE StringsMetEarlier ---------------------------
EXTENDS Naturals
VARIABLE v
zz == 1
mm(aa) == aa
Init == v = <<>>
Next == v' = << CHOOSE x \in {"aa", "zz", "mm"} : TRUE,
                CHOOSE x \in {"aa", "mm"} : TRUE,
                CHOOSE x \in {"new", "Naturals"} : TRUE,
                CHOOSE r \in [{"aa", "mm"} -> {1, 2}] : r["aa"] # r["mm"],
                CHOOSE r \in {[zz |-> 1, aa |-> 2], [zz |-> 2, aa |-> 1]} :
                  TRUE,
                CHOOSE s \in {{"aa"}, {"zz"}} : TRUE >>
===============================================================================
