------------------------------- MODULE Parcels --------------------------------
(* Depots that exchange parcels through a network that is a bag, with copies *)
(* and losses; each depot keeps a set of receipts: bags and sets of records, *)
(* for benchmarks.                                                           *)
EXTENDS Naturals, FiniteSets, Bags

CONSTANTS Depot, MaxInFlight, MaxCopies

VARIABLES stock, receipts, road, copies

vars == <<stock, receipts, road, copies>>

Init ==
  /\ stock = [d \in Depot |-> 1]
  /\ receipts = {}
  /\ road = EmptyBag
  /\ copies = 0

Parcel(d, e) == [what |-> "parcel", from |-> d, to |-> e]
Thanks(d, e) == [what |-> "thanks", from |-> d, to |-> e]

Ship(d, e) ==
  /\ d # e
  /\ stock[d] > 0
  /\ BagCardinality(road) < MaxInFlight
  /\ stock' = [stock EXCEPT ![d] = @ - 1]
  /\ road' = road (+) SetToBag({Parcel(d, e)})
  /\ UNCHANGED <<receipts, copies>>

Take(d, e) ==
  /\ BagIn(Parcel(d, e), road)
  /\ stock' = [stock EXCEPT ![e] = @ + 1]
  /\ road' = (road (-) SetToBag({Parcel(d, e)})) (+) SetToBag({Thanks(e, d)})
  /\ UNCHANGED <<receipts, copies>>

File(d, e) ==
  /\ BagIn(Thanks(e, d), road)
  /\ receipts' = receipts \cup {[by |-> d, of |-> e]}
  /\ road' = road (-) SetToBag({Thanks(e, d)})
  /\ UNCHANGED <<stock, copies>>

Copy(d, e) ==
  /\ copies < MaxCopies
  /\ BagIn(Thanks(d, e), road)
  /\ BagCardinality(road) < MaxInFlight
  /\ copies' = copies + 1
  /\ road' = road (+) SetToBag({Thanks(d, e)})
  /\ UNCHANGED <<stock, receipts>>

Next ==
  \/ \E d, e \in Depot : Ship(d, e)
  \/ \E d, e \in Depot : Take(d, e)
  \/ \E d, e \in Depot : File(d, e)
  \/ \E d, e \in Depot : Copy(d, e)

Spec == Init /\ [][Next]_vars

RECURSIVE Total(_)
Total(left) ==
  IF left = {} THEN 0
  ELSE LET d == CHOOSE d \in left : TRUE IN stock[d] + Total(left \ {d})

NoneIsMade == Total(Depot) <= Cardinality(Depot)
RoadOK == IsABag(road) /\ BagCardinality(road) <= MaxInFlight
===============================================================================
