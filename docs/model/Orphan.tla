------------------------------- MODULE Orphan --------------------------------
(***************************************************************************)
(* The queue where the coordinator does not remove the entry of an ended   *)
(* session but leaves it without a session (Consul, behaviour release).    *)
(* A session may end at any time, by expiry or by somebody's hand, while   *)
(* its holder still believes in it.  So the next in line waits, from the   *)
(* moment at which it first sees its predecessor orphaned, as long as the  *)
(* holder could believe, and then removes it.                              *)
(*                                                                         *)
(* All clocks run at one rate here: the wait's allowance for the           *)
(* difference is Lease.tla's business.  Late and lost messages are         *)
(* Queue.tla's.                                                            *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  C,         \* candidates
  Ttl,       \* how long each may believe after a renewal
  MaxEpoch,  \* bound: entries ever made
  OnEnd,     \* "release": an ended session leaves its entry | "delete": takes it along
  Wait,      \* whose TTL is waited: "holder" | "own" | "none" | "first": the holder's, if the orphan is the first in the queue
  From,      \* "sight": from the first sight of the orphan | "entry": from the own enrolment
  Own,       \* takes office where its own entry is the first: "entry": whatever has become of it | "session": and has its session
  Per        \* "entry": each predecessor is waited for anew | "once": a wait that is over serves for the next one too

None == -1

VARIABLES
  clock,   \* the coordinator's index
  queue,   \* entries in order of creation: [c, e, orphan]
  session, \* the candidate has a living session
  valid,   \* time until it stops believing in it
  claimed, \* epoch of its entry, or 0
  leading,
  wait,    \* time until the candidate may remove its orphaned predecessor, or None
  awaited, \* the epoch of that predecessor, or 0
  last,    \* highest epoch under which anybody led
  repeated \* some term did not have a higher epoch than all before

vars == <<clock, queue, session, valid, claimed, leading, wait, awaited, last, repeated>>

Put(f, c, v)   == [f EXCEPT ![c] = v]
Down(n)        == IF n > 0 THEN n - 1 ELSE n
Index(e)       == CHOOSE i \in 0..Len(queue) : IF \E j \in 1..Len(queue) : queue[j].e = e
                                                 THEN i > 0 /\ queue[i].e = e ELSE i = 0
Place(c)       == IF claimed[c] = 0 THEN 0 ELSE Index(claimed[c])
Without(e)     == SelectSeq(queue, LAMBDA x : x.e # e)
Patience(c, p) == CASE Wait = "holder" -> Ttl[p] [] Wait = "own" -> Ttl[c] [] Wait = "none" -> 0
                    [] Wait = "first" -> IF Place(c) = 2 THEN Ttl[p] ELSE 0

TypeOK == /\ \A c \in C : valid[c] \in 0..Ttl[c] /\ Place(c) \in 0..Len(queue)
          /\ \A i \in 1..(Len(queue) - 1) : queue[i].e < queue[i + 1].e

Init ==
  /\ clock = 0 /\ queue = <<>> /\ last = 0 /\ repeated = FALSE
  /\ session = [c \in C |-> TRUE] /\ valid = Ttl
  /\ claimed = [c \in C |-> 0] /\ leading = [c \in C |-> FALSE] /\ wait = [c \in C |-> None]
  /\ awaited = [c \in C |-> 0]

Tick ==
  /\ valid' = [c \in C |-> Down(valid[c])]
  /\ wait' = [c \in C |-> Down(wait[c])]
  /\ UNCHANGED <<clock, queue, session, claimed, leading, awaited, last, repeated>>

Renew(c) ==
  /\ session[c] /\ valid' = Put(valid, c, Ttl[c])
  /\ leading[c] => valid[c] > 0
  /\ UNCHANGED <<clock, queue, session, claimed, leading, wait, awaited, last, repeated>>

EndSession(c) ==
  /\ session[c] /\ session' = Put(session, c, FALSE)
  /\ queue' = IF OnEnd = "delete" THEN SelectSeq(queue, LAMBDA x : x.c # c)
              ELSE [i \in 1..Len(queue) |-> IF queue[i].c = c THEN [queue[i] EXCEPT !.orphan = TRUE] ELSE queue[i]]
  /\ UNCHANGED <<clock, valid, claimed, leading, wait, awaited, last, repeated>>

\* Its own entry was orphaned or is gone: it gives the term up, and stands again with a new session.
Reopen(c) ==
  /\ ~session[c]
  /\ session' = Put(session, c, TRUE) /\ valid' = Put(valid, c, Ttl[c])
  /\ claimed' = Put(claimed, c, 0) /\ leading' = Put(leading, c, FALSE)
  /\ wait' = Put(wait, c, None) /\ awaited' = Put(awaited, c, 0)
  /\ UNCHANGED <<clock, queue, last, repeated>>

Enrol(c) ==
  /\ session[c] /\ claimed[c] = 0 /\ ~leading[c] /\ clock < MaxEpoch
  /\ clock' = clock + 1
  /\ queue' = Append(queue, [c |-> c, e |-> clock + 1, orphan |-> FALSE])
  /\ claimed' = Put(claimed, c, clock + 1)
  /\ IF From = "entry" /\ queue # <<>>
       THEN wait' = Put(wait, c, Patience(c, queue[Len(queue)].c)) /\ awaited' = Put(awaited, c, queue[Len(queue)].e)
       ELSE UNCHANGED <<wait, awaited>>
  /\ UNCHANGED <<session, valid, leading, last, repeated>>

Orphaned(c) == Place(c) > 1 /\ queue[Place(c) - 1].orphan
Before(c)   == queue[Place(c) - 1]
Counting(c) == wait[c] # None /\ (Per = "entry" => awaited[c] = Before(c).e)

See(c) ==
  /\ Orphaned(c) /\ ~Counting(c)
  /\ wait' = Put(wait, c, Patience(c, Before(c).c))
  /\ awaited' = Put(awaited, c, Before(c).e)
  /\ UNCHANGED <<clock, queue, session, valid, claimed, leading, last, repeated>>

Remove(c) ==
  /\ Orphaned(c) /\ Counting(c) /\ wait[c] = 0
  /\ queue' = Without(Before(c).e)
  /\ wait' = Put(wait, c, None) /\ awaited' = Put(awaited, c, 0)
  /\ UNCHANGED <<clock, session, valid, claimed, leading, last, repeated>>

TakeOffice(c) ==
  /\ ~leading[c] /\ valid[c] > 0 /\ Place(c) = 1
  /\ Own = "session" => ~queue[1].orphan
  /\ leading' = Put(leading, c, TRUE)
  /\ last' = IF claimed[c] > last THEN claimed[c] ELSE last
  /\ repeated' = (repeated \/ claimed[c] <= last)
  /\ UNCHANGED <<clock, queue, session, valid, claimed, wait, awaited>>

\* By its own will, or because the deadline passed.  The entry is deleted by its index; that needs no session.
Leave(c) ==
  /\ claimed[c] # 0
  /\ queue' = Without(claimed[c])
  /\ claimed' = Put(claimed, c, 0) /\ leading' = Put(leading, c, FALSE)
  /\ wait' = Put(wait, c, None) /\ awaited' = Put(awaited, c, 0)
  /\ UNCHANGED <<clock, session, valid, last, repeated>>

Next ==
  \/ Tick
  \/ \E c \in C : Renew(c) \/ EndSession(c) \/ Reopen(c) \/ Enrol(c) \/ See(c) \/ Remove(c) \/ TakeOffice(c) \/ Leave(c)

Spec == Init /\ [][Next]_vars

\* S2: two never believe at once.
OneBelieves == Cardinality({c \in C : leading[c] /\ valid[c] > 0}) <= 1

\* S1.
TokensIncrease == ~repeated

\* To be violated: somebody leads after an orphan was removed.
NeverSucceeded == ~(\E c, d \in C : leading[c] /\ leading[d] /\ c # d)
=============================================================================
