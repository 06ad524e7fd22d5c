-------------------------------- MODULE Queue --------------------------------
(***************************************************************************)
(* Candidates queue for one election.  An entry belongs to a session and   *)
(* gets the coordinator's next commit number when its request lands: that  *)
(* is the epoch.  The lowest entry leads.  Requests land late, replies are *)
(* lost, sessions end, candidates resign, lose faith in their lease and    *)
(* regain it, and stand again.                                             *)
(*                                                                         *)
(* The coordinator removes the entries of an ended session (etcd and       *)
(* ZooKeeper; for Consul see Orphan.tla) and refuses its late requests.    *)
(* That it ends a session only after the holder's own deadline is assumed  *)
(* here and shown in Lease.tla and ZkChain.tla.                            *)
(***************************************************************************)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
  C,          \* candidates
  MaxEpoch,   \* bound: entries ever made
  MaxAttempt, \* bound: enrolments that one candidate sends
  Exclusive,  \* one entry a session, by its key (etcd); else each attempt has a key of its own (ZooKeeper, Consul)
  Claim,      \* "epoch": ours is the entry with the claimed epoch | "identity": whatever is under our name
  Absence,    \* "unknown" | "proof": what one read without the entry says about a request that was not answered
  Adopt,      \* "unused": only an epoch that no term of ours had | "any"
  Release,    \* "drained" | "at once": when the entry goes on resigning
  Delete      \* "compare": an entry is deleted by its epoch | "identity": whatever is under our name

VARIABLES
  clock,    \* the coordinator's commit number
  entries,  \* [c, n, e]: candidate, attempt, epoch
  net,      \* requests that may still land: [do |-> "enrol" | "delete", c, n]
  open,     \* the coordinator keeps the candidate's session
  valid,    \* the candidate believes in its session
  phase,    \* see Phases; "gone": closed, and no longer watching what lands under its name
  attempt,  \* the candidate's newest attempt
  unsure,   \* its attempts in this session that may still land, for all it knows
  claimed,  \* epoch of the entry that this candidacy stands with, or 0
  worker,   \* leader work: "none" | "covered" by a lease all the time | "late": the lease lapsed under it
  led,      \* the newest epoch under which the candidate led, or 0
  last,     \* the highest epoch under which anybody led
  repeated  \* some term did not have a higher epoch than all terms before it

vars == <<clock, entries, net, open, valid, phase, attempt, unsure, claimed, worker, led, last, repeated>>

Phases == {"idle", "enrolling", "waiting", "leading", "draining", "releasing", "closed", "gone"}
Symmetry == Permutations(C)

Put(f, c, v) == [f EXCEPT ![c] = v]
Own(c)       == {x \in entries : x.c = c}
First        == CHOOSE x \in entries : \A y \in entries : x.e <= y.e
Unused(c, e) == Adopt = "any" \/ e # led[c]
Standing(c)  == \E x \in entries : x.e = claimed[c]

TypeOK ==
  /\ clock \in 0..MaxEpoch /\ Cardinality(entries) <= MaxEpoch
  /\ \A c \in C : phase[c] \in Phases /\ attempt[c] <= MaxAttempt /\ worker[c] \in {"none", "covered", "late"}

Init ==
  /\ clock = 0 /\ entries = {} /\ net = {}
  /\ open = [c \in C |-> TRUE] /\ valid = [c \in C |-> TRUE]
  /\ phase = [c \in C |-> "idle"] /\ attempt = [c \in C |-> 0] /\ unsure = [c \in C |-> {}]
  /\ claimed = [c \in C |-> 0] /\ worker = [c \in C |-> "none"]
  /\ led = [c \in C |-> 0] /\ last = 0 /\ repeated = FALSE

(* --- entering ---------------------------------------------------------- *)
\* The first try, or another one when no answer came.
Enrol(c) ==
  /\ phase[c] \in {"idle", "enrolling"} /\ valid[c] /\ attempt[c] < MaxAttempt
  /\ attempt' = Put(attempt, c, attempt[c] + 1)
  /\ net' = net \cup {[do |-> "enrol", c |-> c, n |-> attempt[c] + 1]}
  /\ unsure' = Put(unsure, c, unsure[c] \cup {attempt[c] + 1})
  /\ phase' = Put(phase, c, "enrolling")
  /\ UNCHANGED <<clock, entries, open, valid, claimed, worker, led, last, repeated>>

\* The answer comes at once or is lost.  One that comes late tells no more than a read at that time: see Read.
Answered(c, n, e) ==
  \/ /\ unsure' = Put(unsure, c, unsure[c] \ {n})
     /\ IF phase[c] = "enrolling" /\ n = attempt[c] /\ Unused(c, e)
          THEN claimed' = Put(claimed, c, e) /\ phase' = Put(phase, c, "waiting")
          ELSE UNCHANGED <<claimed, phase>>
  \/ UNCHANGED <<unsure, claimed, phase>>

LandEnrol(m) ==
  /\ m.do = "enrol"
  /\ net' = net \ {m}
  /\ LET there == {x \in entries : Exclusive /\ x.c = m.c} IN
       IF there # {}
         THEN Answered(m.c, m.n, (CHOOSE x \in there : TRUE).e) /\ UNCHANGED <<clock, entries>>
         ELSE /\ clock < MaxEpoch
              /\ clock' = clock + 1
              /\ entries' = entries \cup {[c |-> m.c, n |-> m.n, e |-> clock + 1]}
              /\ Answered(m.c, m.n, clock + 1)
  /\ UNCHANGED <<open, valid, attempt, worker, led, last, repeated>>

\* A linearizable read under the same identity settles what it shows, and only that.
Read(c) ==
  /\ phase[c] \in {"enrolling", "closed"} /\ valid[c] /\ unsure[c] # {}
  /\ unsure' = Put(unsure, c, IF Absence = "proof" THEN {} ELSE unsure[c] \ {x.n : x \in Own(c)})
  /\ LET found == {x \in Own(c) : Unused(c, x.e) /\ (Exclusive \/ x.n = attempt[c])} IN
       IF phase[c] = "enrolling" /\ found # {}
         THEN claimed' = Put(claimed, c, (CHOOSE x \in found : TRUE).e) /\ phase' = Put(phase, c, "waiting")
         ELSE UNCHANGED <<claimed, phase>>
  /\ UNCHANGED <<clock, entries, net, open, valid, attempt, worker, led, last, repeated>>

(* --- in office --------------------------------------------------------- *)
TakeOffice(c) ==
  /\ phase[c] = "waiting" /\ valid[c] /\ entries # {}
  /\ IF Claim = "epoch" THEN First.e = claimed[c] ELSE First.c = c
  /\ phase' = Put(phase, c, "leading")
  /\ worker' = Put(worker, c, "covered")
  /\ led' = Put(led, c, claimed[c])
  /\ last' = IF claimed[c] > last THEN claimed[c] ELSE last
  /\ repeated' = (repeated \/ claimed[c] <= last)
  /\ UNCHANGED <<clock, entries, net, open, valid, attempt, unsure, claimed>>

Resign(c) ==
  /\ phase[c] = "leading"
  /\ phase' = Put(phase, c, "draining")
  /\ entries' = IF Release = "at once" THEN {x \in entries : x.e # claimed[c]} ELSE entries
  /\ UNCHANGED <<clock, net, open, valid, attempt, unsure, claimed, worker, led, last, repeated>>

Drained(c) ==
  /\ phase[c] = "draining"
  /\ worker' = Put(worker, c, "none")
  /\ phase' = Put(phase, c, "releasing")
  /\ UNCHANGED <<clock, entries, net, open, valid, attempt, unsure, claimed, led, last, repeated>>

\* A compare-delete that lands late does what one sent later does.  A delete by name is another matter.
Withdraw(c, e) ==
  IF Delete = "compare"
    THEN entries' = {x \in entries : x.e # e} /\ UNCHANGED net
    ELSE net' = net \cup {[do |-> "delete", c |-> c, n |-> 0]} /\ UNCHANGED entries

LandDelete(m) ==
  /\ m.do = "delete"
  /\ net' \in {net, net \ {m}}      \* sent once or twice
  /\ entries' = {x \in entries : x.c # m.c}
  /\ UNCHANGED <<clock, open, valid, phase, attempt, unsure, claimed, worker, led, last, repeated>>

ReleaseEntry(c) ==
  /\ phase[c] = "releasing" /\ Standing(c) /\ valid[c]
  /\ Withdraw(c, claimed[c])
  /\ UNCHANGED <<clock, open, valid, phase, attempt, unsure, claimed, worker, led, last, repeated>>

\* The candidacy is done with its entry when that is seen to be gone; one that adopts does not wait for it.
Released(c) ==
  /\ phase[c] = "releasing" /\ (Adopt = "any" \/ ~Standing(c))
  /\ claimed' = Put(claimed, c, 0)
  /\ \E next \in {"idle", "closed"} : phase' = Put(phase, c, next)
  /\ UNCHANGED <<clock, entries, net, open, valid, attempt, unsure, worker, led, last, repeated>>

(* --- leaving ----------------------------------------------------------- *)
\* A campaign is cancelled or timed out, before or after it has its entry.
GiveUp(c) ==
  /\ phase[c] \in {"idle", "enrolling", "waiting"}
  /\ phase' = Put(phase, c, IF phase[c] = "waiting" THEN "releasing" ELSE "closed")
  /\ UNCHANGED <<clock, entries, net, open, valid, attempt, unsure, claimed, worker, led, last, repeated>>

\* An entry under our name that no candidacy stands with is withdrawn.
Sweep(c) ==
  /\ Claim = "epoch" /\ phase[c] \notin {"enrolling", "gone"} /\ valid[c]
  /\ \E x \in Own(c) : x.e # claimed[c] /\ Withdraw(c, x.e)
  /\ UNCHANGED <<clock, open, valid, phase, attempt, unsure, claimed, worker, led, last, repeated>>

\* As far as the client knows nothing of its own stands, and nothing can land.
Leave(c) ==
  /\ phase[c] = "closed"
  /\ Claim = "epoch" => unsure[c] = {} /\ Own(c) = {}
  /\ phase' = Put(phase, c, "gone")
  /\ UNCHANGED <<clock, entries, net, open, valid, attempt, unsure, claimed, worker, led, last, repeated>>

(* --- sessions ---------------------------------------------------------- *)
\* The local deadline passes: a leadership is over, though the session may live on.
Lapse(c) ==
  /\ valid[c]
  /\ valid' = Put(valid, c, FALSE)
  /\ phase' = IF phase[c] = "leading" THEN Put(phase, c, "draining") ELSE phase
  /\ worker' = IF worker[c] = "none" THEN worker ELSE Put(worker, c, "late")
  /\ UNCHANGED <<clock, entries, net, open, attempt, unsure, claimed, led, last, repeated>>

Renewed(c) ==
  /\ ~valid[c] /\ open[c]
  /\ valid' = Put(valid, c, TRUE)
  /\ UNCHANGED <<clock, entries, net, open, phase, attempt, unsure, claimed, worker, led, last, repeated>>

Expire(c) ==
  /\ open[c] /\ ~valid[c]
  /\ open' = Put(open, c, FALSE)
  /\ entries' = {x \in entries : x.c # c}
  /\ net' = {m \in net : m.c # c}
  /\ UNCHANGED <<clock, valid, phase, attempt, unsure, claimed, worker, led, last, repeated>>

NewSession(c) ==
  /\ ~open[c] /\ phase[c] \in {"idle", "enrolling", "waiting", "releasing", "closed"}
  /\ open' = Put(open, c, TRUE) /\ valid' = Put(valid, c, TRUE)
  /\ unsure' = Put(unsure, c, {}) /\ claimed' = Put(claimed, c, 0)
  /\ phase' = Put(phase, c, IF phase[c] = "closed" THEN "closed" ELSE "idle")
  /\ UNCHANGED <<clock, entries, net, attempt, worker, led, last, repeated>>

Next ==
  \/ \E c \in C :
       \/ Enrol(c) \/ Read(c) \/ TakeOffice(c) \/ Resign(c) \/ Drained(c) \/ ReleaseEntry(c) \/ Released(c)
       \/ GiveUp(c) \/ Sweep(c) \/ Leave(c)
       \/ Lapse(c) \/ Renewed(c) \/ Expire(c) \/ NewSession(c)
  \/ \E m \in net : LandEnrol(m) \/ LandDelete(m)

Spec == Init /\ [][Next]_vars

\* S1: tokens strictly increase; so none is shared and none is used twice.
TokensIncrease == ~repeated

\* S2 and S5: at most one works under a lease that held all the time.
OneWorker == Cardinality({c \in C : worker[c] = "covered"}) <= 1

\* S4: who believes to lead has an entry, and it is the first.
NoPhantom == \A c \in C : phase[c] = "leading" /\ valid[c] => entries # {} /\ First.e = claimed[c]

\* S4: what nobody stands with and nobody watches does not stand in a living session.
NoGhost == \A x \in entries : phase[x.c] # "gone"

\* To be violated: one candidate leads, and another after it.
NeverSucceeded == ~(last = 2 /\ \E c \in C : led[c] = 1)
=============================================================================
