----------------------------- MODULE WithConstant -----------------------------
EXTENDS Integers
CONSTANT Limit
ASSUME Limit \in Nat /\ Limit > 1
===============================================================================
