----------------------------- MODULE Generation ------------------------------
(***************************************************************************)
(* The token's high-order part.  A record beside the elections holds the   *)
(* generation; an enrolment carries the generation that its candidate      *)
(* knows and lands only if it is the record's.  An operator raises it and  *)
(* removes all entries.  The coordinator may be restored from a backup:    *)
(* record, entries and commit numbers go back, the candidates do not; what *)
(* they sent before may land after, and a paused candidate whose entry was *)
(* long gone may find it there again.                                      *)
(*                                                                         *)
(* A term is counted from the state in which its candidate found itself    *)
(* first.  That two may believe at once around a raise is said elsewhere   *)
(* (S2 is waived); their tokens must be in order all the same.             *)
(***************************************************************************)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
  C,          \* candidates
  MaxEpoch,   \* bound: the commit number
  MaxWall,    \* bound: raises
  Restores,   \* the coordinator may be restored, once
  Raise,      \* "atomic": record and entries in one transaction | "waiters first" | "leaders first": record first, then
              \* the old entries one by one | "keep": the entries stay
  Counter,    \* "wall": a raise goes beyond any clock reading so far | "record": to the record's value + 1
  Compare,    \* an enrolment lands only under the record's generation
  Follow,     \* "together": a candidate sees record and entries in one order, and withdraws an older entry before it
              \* takes office | "apart": it sees the record late | "no"
  Refuse      \* nobody takes office between a restore and the next raise

VARIABLES
  gen,      \* the record
  clock,    \* the coordinator's commit number
  entries,  \* [c, g, e]: candidate, generation under which it enrolled, epoch
  wall,     \* clock reading of the newest raise: not restored
  backup,   \* [gen, clock, entries]
  restored, \* "no" | "not raised" | "raised"
  net,      \* enrolments that may still land: [c, g]
  known,    \* the generation that each candidate knows
  claimed,  \* [g, e] of the entry that each candidate stands with
  phase,    \* "idle" | "asked" | "waiting" | "leading"
  last,     \* [g, e] of the highest token so far
  repeated  \* some term did not have a higher token than all before

vars == <<gen, clock, entries, wall, backup, restored, net, known, claimed, phase, last, repeated>>

Symmetry    == Permutations(C)
Put(f, c, v) == [f EXCEPT ![c] = v]
Nothing     == [g |-> 0, e |-> 0]
Above(x, y) == x.g > y.g \/ (x.g = y.g /\ x.e > y.e)
First       == CHOOSE x \in entries : \A y \in entries : x.e <= y.e
Standing(c) == \E x \in entries : x.c = c /\ x.e = claimed[c].e
Old         == {x \in entries : x.g < gen}
Removing    == Raise \in {"waiters first", "leaders first"} /\ Old # {}

TypeOK ==
  /\ gen \in 1..(MaxWall + 1) /\ clock \in 0..MaxEpoch
  /\ \A c \in C : known[c] <= MaxWall + 1 /\ phase[c] \in {"idle", "asked", "waiting", "leading"}

Init ==
  /\ gen = 1 /\ clock = 0 /\ entries = {} /\ wall = 1
  /\ backup = [gen |-> 1, clock |-> 0, entries |-> {}] /\ restored = "no"
  /\ net = {} /\ known = [c \in C |-> 1] /\ claimed = [c \in C |-> Nothing] /\ phase = [c \in C |-> "idle"]
  /\ last = Nothing /\ repeated = FALSE

(* --- candidates -------------------------------------------------------- *)
Enrol(c) ==
  /\ phase[c] = "idle"
  /\ net' = net \cup {[c |-> c, g |-> known[c]]}
  /\ phase' = Put(phase, c, "asked")
  /\ UNCHANGED <<gen, clock, entries, wall, backup, restored, known, claimed, last, repeated>>

Land(m) ==
  /\ clock < MaxEpoch
  /\ net' = net \ {m}
  /\ IF Compare /\ m.g # gen
       THEN /\ known' = Put(known, m.c, gen)      \* refused, and told why
            /\ phase' = Put(phase, m.c, "idle")
            /\ UNCHANGED <<clock, entries, claimed>>
       ELSE /\ clock' = clock + 1
            /\ entries' = entries \cup {[c |-> m.c, g |-> m.g, e |-> clock + 1]}
            /\ claimed' = Put(claimed, m.c, [g |-> m.g, e |-> clock + 1])
            /\ phase' = Put(phase, m.c, "waiting")
            /\ UNCHANGED known
  /\ UNCHANGED <<gen, wall, backup, restored, last, repeated>>

Learn(c) ==
  /\ known[c] # gen /\ known' = Put(known, c, gen)
  /\ UNCHANGED <<gen, clock, entries, wall, backup, restored, net, claimed, phase, last, repeated>>

Current(c) == CASE Follow = "together" -> claimed[c].g = gen
                [] Follow = "apart"    -> claimed[c].g = known[c]
                [] Follow = "no"       -> TRUE

TakeOffice(c) ==
  /\ phase[c] = "waiting" /\ Standing(c) /\ First.c = c /\ First.e = claimed[c].e
  /\ Current(c)
  /\ Refuse => restored # "not raised"
  /\ phase' = Put(phase, c, "leading")
  /\ last' = IF Above(claimed[c], last) THEN claimed[c] ELSE last
  /\ repeated' = (repeated \/ ~Above(claimed[c], last))
  /\ UNCHANGED <<gen, clock, entries, wall, backup, restored, net, known, claimed>>

\* Resigns, steps down, withdraws an older entry, or sees that its own is gone.
Leave(c) ==
  /\ phase[c] \in {"waiting", "leading"}
  /\ entries' = {x \in entries : ~(x.c = c /\ x.e = claimed[c].e)}
  /\ claimed' = Put(claimed, c, Nothing) /\ phase' = Put(phase, c, "idle")
  /\ UNCHANGED <<gen, clock, wall, backup, restored, net, known, last, repeated>>

(* --- coordinator and operator ------------------------------------------ *)
\* A session ends.  Its waiting candidate need not notice for a while; a leader's deadline has passed.
Expire(c) ==
  /\ phase[c] \in {"waiting", "leading"} /\ Standing(c)
  /\ entries' = {x \in entries : ~(x.c = c /\ x.e = claimed[c].e)}
  /\ IF phase[c] = "leading" THEN phase' = Put(phase, c, "idle") /\ claimed' = Put(claimed, c, Nothing)
                             ELSE UNCHANGED <<phase, claimed>>
  /\ UNCHANGED <<gen, clock, wall, backup, restored, net, known, last, repeated>>

BackUp ==
  /\ Restores /\ restored = "no"
  /\ backup' = [gen |-> gen, clock |-> clock, entries |-> entries]
  /\ UNCHANGED <<gen, clock, entries, wall, restored, net, known, claimed, phase, last, repeated>>

Restore ==
  /\ Restores /\ restored = "no" /\ ~Removing
  /\ gen' = backup.gen /\ clock' = backup.clock /\ entries' = backup.entries
  /\ restored' = "not raised"
  /\ UNCHANGED <<wall, backup, net, known, claimed, phase, last, repeated>>

RaiseIt ==
  /\ wall <= MaxWall /\ ~Removing
  /\ wall' = wall + 1
  /\ gen' = IF Counter = "wall" THEN wall + 1 ELSE gen + 1
  /\ entries' = IF Raise = "atomic" THEN {} ELSE entries
  /\ restored' = IF restored = "not raised" THEN "raised" ELSE restored
  /\ UNCHANGED <<clock, backup, net, known, claimed, phase, last, repeated>>

RemoveNext ==
  /\ Removing
  /\ LET x == IF Raise = "waiters first" THEN CHOOSE x \in Old : \A y \in Old : x.e >= y.e
                                         ELSE CHOOSE x \in Old : \A y \in Old : x.e <= y.e
     IN entries' = entries \ {x}
  /\ UNCHANGED <<gen, clock, wall, backup, restored, net, known, claimed, phase, last, repeated>>

Next ==
  \/ \E c \in C : Enrol(c) \/ Learn(c) \/ TakeOffice(c) \/ Leave(c) \/ Expire(c)
  \/ \E m \in net : Land(m)
  \/ BackUp \/ Restore \/ RaiseIt \/ RemoveNext

Spec == Init /\ [][Next]_vars

\* S1: tokens strictly increase, over raises and a restore.
TokensIncrease == ~repeated

\* To be violated: somebody leads after a restore and a raise, with an epoch that ran backwards.
NeverAfterRestore == ~(restored = "raised" /\ \E c \in C : phase[c] = "leading" /\ claimed[c] = last /\ last.e = 1 /\ backup.clock = 0)
=============================================================================
