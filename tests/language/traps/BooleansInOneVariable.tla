\* expect: ok
\* The same variable is TRUE, 1, FALSE, 0 in turn: six states and not four.
------------------------ MODULE BooleansInOneVariable -------------------------
VARIABLE v
Init == v = <<>>
Next == \/ v' = TRUE \/ v' = 1 \/ v' = FALSE \/ v' = 0
        \/ v' = "TRUE" \/ v' = <<>>
===============================================================================
