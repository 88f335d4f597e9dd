---------------------------- MODULE SequencesExt ----------------------------
(* Sequences: of the elements of sets, searched, edited, folded, replaced. *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
(*         What is extended, and so passed on, is as published, too.       *)
EXTENDS Sequences, Naturals, FiniteSets, FiniteSetsExt, Folds, Functions, Bags,
        TLC
-----------------------------------------------------------------------------

\* The elements of a sequence.
ToSet(s) == {s[i] : i \in DOMAIN s}

\* The bag of a sequence's elements: how often each is in it.
ToBag(s) == [x \in ToSet(s) |-> Cardinality({i \in DOMAIN s : s[i] = x})]

\* A sequence of a set's elements, each once: in TLC's order.
SetToSeq(S) ==
  LET RECURSIVE listed(_, _)
      listed(T, done) ==
        IF T = {} THEN done
        ELSE LET x == CHOOSE x \in T : TRUE
             IN  listed(T \ {x}, Append(done, x))
  IN  listed(S, <<>>)

\* All sequences of a set's elements, each once.
SetToSeqs(S) ==
  {s \in [1..Cardinality(S) -> S] : S \subseteq ToSet(s)}

\* The sequence of a set's elements that is sorted by op.
SetToSortSeq(S, op(_, _)) == SortSeq(SetToSeq(S), op)

\* All sequences of elements of S without repetition, however short.
SetToAllKPermutations(S) == UNION {SetToSeqs(T) : T \in SUBSET S}

\* The sequences of n elements of a set.
TupleOf(set, n) == [1..n -> set]

\* The sequences of at most n elements of a set.
SeqOf(set, n) == UNION {[1..m -> set] : m \in 0..n}

\* The same, by a name like that of Seq, which has no bound.
BoundedSeq(S, n) == SeqOf(S, n)

-----------------------------------------------------------------------------

\* Whether e is in the sequence.
Contains(s, e) == \E i \in 1..Len(s) : s[i] = e

\* Whether op holds between each element and all after it.
IsSorted(s, op(_, _)) ==
  \A i \in 1..Len(s) : \A j \in i+1..Len(s) : op(s[i], s[j])

\* The sequence, last element first.
Reverse(s) == [i \in 1..Len(s) |-> s[Len(s) + 1 - i]]

\* The sequence without any e.
Remove(s, e) == SelectSeq(s, LAMBDA x : x # e)

\* The sequence with `new` for each `old`.
ReplaceAll(s, old, new) ==
  [i \in 1..Len(s) |-> IF s[i] = old THEN new ELSE s[i]]

\* Where the first element is that passes a test; 0 if none does.
SelectInSeq(seq, Test(_)) ==
  LET RECURSIVE from(_)
      from(i) == IF i > Len(seq) THEN 0
                 ELSE IF Test(seq[i]) THEN i ELSE from(i + 1)
  IN  from(1)

\* The same among from..to, which are places in the sequence.
SelectInSubSeq(seq, from, to, Test(_)) ==
  LET i == SelectInSeq(SubSeq(seq, from, to), Test)
  IN  IF i = 0 THEN 0 ELSE i + from - 1

\* Where the last element is that passes a test; 0 if none does.
SelectLastInSeq(seq, Test(_)) ==
  LET RECURSIVE upto(_)
      upto(i) == IF i = 0 THEN 0 ELSE IF Test(seq[i]) THEN i ELSE upto(i - 1)
  IN  upto(Len(seq))

\* The same among from..to, which are places in the sequence.
SelectLastInSubSeq(seq, from, to, Test(_)) ==
  LET i == SelectLastInSeq(SubSeq(seq, from, to), Test)
  IN  IF i = 0 THEN 0 ELSE i + from - 1

-----------------------------------------------------------------------------

\* The sequence with e as its i-th element, before what was there.
InsertAt(s, i, e) ==
  SubSeq(s, 1, i - 1) \o <<e>> \o SubSeq(s, i, Len(s))

\* The sequence with e for its i-th element.
ReplaceAt(s, i, e) == [s EXCEPT ![i] = e]

\* The sequence without its i-th element.
RemoveAt(s, i) == SubSeq(s, 1, i - 1) \o SubSeq(s, i + 1, Len(s))

\* The sequence without the first element that passes a test.
RemoveFirstMatch(s, Test(_)) ==
  LET i == SelectInSeq(s, Test)
  IN  IF i = 0 THEN s ELSE RemoveAt(s, i)

\* The sequence without its first e.
RemoveFirst(s, e) == RemoveFirstMatch(s, LAMBDA x : x = e)

\* The sequence with an element in front.
Cons(elt, seq) == <<elt>> \o seq

\* The sequence with an element at its end: Append, as folds take it.
Snoc(elt, seq) == Append(seq, elt)

\* All but the last element; of the empty sequence, itself.
Front(s) == SubSeq(s, 1, Len(s) - 1)

\* The last element.
Last(s) == s[Len(s)]

-----------------------------------------------------------------------------

\* Whether t begins with s.
IsPrefix(s, t) == Len(s) <= Len(t) /\ s = SubSeq(t, 1, Len(s))

\* Whether t begins with s and has more.
IsStrictPrefix(s, t) == IsPrefix(s, t) /\ s # t

\* Whether t ends with s.
IsSuffix(s, t) ==
  Len(s) <= Len(t) /\ s = SubSeq(t, Len(t) - Len(s) + 1, Len(t))

\* Whether t ends with s and has more.
IsStrictSuffix(s, t) == IsSuffix(s, t) /\ s # t

\* What s begins with, the empty sequence and s itself among it.
Prefixes(s) == {SubSeq(s, 1, n) : n \in 0..Len(s)}

\* What all sequences of S begin with.
CommonPrefixes(S) ==
  {p \in UNION {Prefixes(s) : s \in S} : \A s \in S : IsPrefix(p, s)}

\* The longest of them.
LongestCommonPrefix(S) ==
  LET common == CommonPrefixes(S)
  IN  CHOOSE p \in common : \A q \in common : Len(q) <= Len(p)

\* What s ends with, the empty sequence and s itself among it.
Suffixes(s) == {SubSeq(s, n, Len(s)) : n \in 1..Len(s) + 1}

-----------------------------------------------------------------------------

\* a modulo b, within 1..b: for places in a sequence.
SeqMod(a, b) == IF a % b = 0 THEN b ELSE a % b

\* op(op(base, s[1]), ...), the first element first.
FoldLeft(op(_, _), base, seq) ==
  LET RECURSIVE upto(_)
      upto(i) == IF i = 0 THEN base ELSE op(upto(i - 1), seq[i])
  IN  upto(Len(seq))

\* op(s[1], op(s[2], ... op(s[n], base))), the last element first.
FoldRight(op(_, _), seq, base) ==
  LET RECURSIVE from(_)
      from(i) == IF i > Len(seq) THEN base ELSE op(seq[i], from(i + 1))
  IN  from(1)

\* op(s[n], ... op(s[1], base)), over any function in an order that is
\* unspecified: it is TLC's.
FoldSeq(op(_, _), base, seq) ==
  LET places == SetToSeq(DOMAIN seq)
  IN  FoldLeft(LAMBDA done, i : op(seq[i], done), base, places)

\* FoldLeft over places instead of elements.
FoldLeftDomain(op(_, _), base, seq) ==
  FoldLeft(op, base, [i \in 1..Len(seq) |-> i])

\* FoldRight over places instead of elements.
FoldRightDomain(op(_, _), seq, base) ==
  FoldRight(op, [i \in 1..Len(seq) |-> i], base)

-----------------------------------------------------------------------------

\* All sequences of a sequence, one after the other.
FlattenSeq(seqs) ==
  IF Len(seqs) = 0 THEN seqs
  ELSE FoldLeft(LAMBDA done, s : done \o s, Head(seqs), Tail(seqs))

\* The pairs of elements at the same place, as far as both sequences go.
Zip(s, t) ==
  [i \in 1..(IF Len(s) <= Len(t) THEN Len(s) ELSE Len(t)) |-> <<s[i], t[i]>>]

\* s[1], t[1], s[2], t[2], ... of sequences that are as long, each of them in
\* a sequence of its own; for empty ones two empty sequences.
Interleave(s, t) ==
  CASE Len(s) = Len(t) /\ Len(s) > 0 ->
         [i \in 1..2 * Len(s) |->
            IF i % 2 = 1 THEN <<s[(i + 1) \div 2]>> ELSE <<t[i \div 2]>>]
    [] Len(s) = Len(t) /\ Len(s) = 0 -> <<<<>>, <<>>>>

\* What stands together somewhere in s, the empty sequence among it.
SubSeqs(s) == {SubSeq(s, i + 1, j) : i, j \in 0..Len(s)}

\* What is left of s if some elements are taken out.
AllSubSeqs(s) ==
  LET kept(places) ==
        FoldLeft(LAMBDA done, i : IF i \in places THEN Append(done, s[i])
                                  ELSE done,
                 <<>>, [i \in 1..Len(s) |-> i])
  IN  {kept(places) : places \in SUBSET (1..Len(s))}

\* Where s begins in t, the first time.
IndexFirstSubSeq(s, t) ==
  CHOOSE i \in 1..Len(t) - Len(s) + 1 :
    /\ SubSeq(t, i, i + Len(s) - 1) = s
    /\ \A j \in 1..i - 1 : SubSeq(t, j, j + Len(s) - 1) # s

\* The sequence t with r for the Len(s) elements from place i on.
ReplaceSubSeqAt(i, r, s, t) ==
  SubSeq(t, 1, i - 1) \o r \o SubSeq(t, i + Len(s), Len(t))

\* The sequence t with r for the first s.
ReplaceFirstSubSeq(r, s, t) ==
  IF s \in SubSeqs(t)
  THEN ReplaceSubSeqAt(IndexFirstSubSeq(s, t), r, s, t)
  ELSE t

\* The sequence t with r for each s, from the left; for an empty s, with r
\* before each element.
ReplaceAllSubSeqs(r, s, t) ==
  LET RECURSIVE from(_)
      from(i) ==
        CASE i > Len(t) -> SubSeq(t, i, Len(t))
          [] i <= Len(t) /\ Len(s) = 0 -> r \o SubSeq(t, i, i) \o from(i + 1)
          [] OTHER ->
               IF i + Len(s) - 1 <= Len(t) /\ SubSeq(t, i, i + Len(s) - 1) = s
               THEN r \o from(i + Len(s))
               ELSE SubSeq(t, i, i) \o from(i + 1)
  IN  IF s = t THEN r ELSE from(1)

=============================================================================
