\* expect: ok
\* A CASE in parentheses inside of another, and one over strings.
------------------------------ MODULE CaseInCase ------------------------------
VARIABLE s
Init == s = "a"
Next == s' = CASE s \in {"a", "b"} -> (CASE s = "a" -> "b" [] OTHER -> "c")
               [] s = "c" -> "d" [] OTHER -> "a"
===============================================================================
