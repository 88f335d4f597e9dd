------------------------------ MODULE BagsExt -------------------------------
(* Bags: adding and removing elements one by one, folds over all copies.   *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
LOCAL INSTANCE Integers
-----------------------------------------------------------------------------

\* The bag with one x more.
BagAdd(B, x) ==
  [y \in DOMAIN B \cup {x} |->
     (IF y \in DOMAIN B THEN B[y] ELSE 0) + (IF y = x THEN 1 ELSE 0)]

\* The bag without any x.
BagRemoveAll(B, x) == [y \in DOMAIN B \ {x} |-> B[y]]

\* The bag with one x less; the bag itself if there is none.
BagRemove(B, x) ==
  CASE x \notin DOMAIN B -> B
    [] x \in DOMAIN B ->
         IF B[x] = 1 THEN BagRemoveAll(B, x) ELSE [B EXCEPT ![x] = @ - 1]

\* op(h(x1), ... op(h(xn), base)) over the different elements of a bag, where
\* h(x) is op(... op(op(base, f(x)), f(x)) ..., f(x)), once for each copy.
\* What `choose` would say of the order is not looked at.
MapThenFoldBag(op(_, _), base, f(_), choose(_), B) ==
  LET RECURSIVE copies(_, _), over(_)
      copies(x, n) == IF n = 0 THEN base ELSE op(copies(x, n - 1), f(x))
      over(S) ==
        IF S = {} THEN base
        ELSE LET x == CHOOSE x \in S : TRUE
             IN  op(copies(x, B[x]), over(S \ {x}))
  IN  over(DOMAIN B)

\* op(... op(op(base, x1), x1) ..., xn) over all copies of all elements, in an
\* order that is unspecified: it is TLC's.
FoldBag(op(_, _), base, B) ==
  LET RECURSIVE copies(_, _, _), over(_, _)
      copies(x, n, done) ==
        IF n = 0 THEN done ELSE copies(x, n - 1, op(done, x))
      over(S, done) ==
        IF S = {} THEN done
        ELSE LET x == CHOOSE x \in S : TRUE
             IN  over(S \ {x}, copies(x, B[x], done))
  IN  over(DOMAIN B, base)

\* The sum of a bag of integers.
SumBag(B) == FoldBag(LAMBDA x, y : x + y, 0, B)

\* The product of a bag of integers.
ProductBag(B) == FoldBag(LAMBDA x, y : x * y, 1, B)

=============================================================================
