---------------------------- MODULE OrphanBounds -----------------------------
(* Bounds for Orphan: the first candidate holds a longer lease than the others. *)
EXTENDS Orphan
UnequalTtl == [c \in C |-> IF c = "a" THEN 2 ELSE 1]
=============================================================================
