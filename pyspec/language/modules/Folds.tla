------------------------------- MODULE Folds --------------------------------
(* One fold over finite sets, from which the folds of other modules come.  *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
-----------------------------------------------------------------------------

\* op(f(x1), op(f(x2), ... op(f(xn), base))), where choose(S) is x1, and so on.
MapThenFoldSet(op(_, _), base, f(_), choose(_), S) ==
  LET over[T \in SUBSET S] ==
        IF T = {} THEN base
        ELSE LET x == choose(T) IN op(f(x), over[T \ {x}])
  IN  over[S]

=============================================================================
