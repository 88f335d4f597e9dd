\* expect: ok
\* CHOOSE takes the string that TLC met first in the text, not the least one
\* of the alphabet.
------------------------------- MODULE Strings --------------------------------
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE x \in {"b", "c", "a"} : TRUE,
                CHOOSE x \in {"zz", "y"} : TRUE,
                CHOOSE x \in {"a", "b", "aa", "B", ""} : x # "",
                CHOOSE x \in {"late", "b"} \cup {"early"} : TRUE >>
===============================================================================
