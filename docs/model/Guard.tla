-------------------------------- MODULE Guard --------------------------------
(***************************************************************************)
(* A guarded resource: a value, and beside it the highest token sealed.    *)
(* Leaders, the later the higher their token, add one to the value again   *)
(* and again: seal, read, write.  A deposed leader does not know that it   *)
(* is deposed and goes on.  An acknowledged write must not be lost.        *)
(***************************************************************************)
EXTENDS Integers

CONSTANTS
  L,       \* number of leaders; the tokens are 1..L
  Writes,  \* bound: writes that each tries
  Seal,    \* "first": the mark is raised before the read | "write": by the first write
  Equal,   \* "admitted" | "refused": a write with the token that is the mark
  Step     \* "one": the mark is checked in the write's own atomic step | "two": in a step before

Leaders == 1..L

VARIABLES
  mark,    \* the highest token sealed
  value,
  acked,   \* acknowledged writes
  elected, \* the newest leader
  phase,   \* of each leader: "new" | "sealed" | "read" | "admitted" | "stale"
  copy,    \* what each leader read
  tries,   \* writes that each has tried
  refused, \* a leader that nobody had followed was refused
  stale    \* a write went in under a lower token than the mark

vars == <<mark, value, acked, elected, phase, copy, tries, refused, stale>>

Put(f, l, v) == [f EXCEPT ![l] = v]

TypeOK == mark \in 0..L /\ value \in 0..(L * Writes) /\ acked \in 0..(L * Writes)

Init ==
  /\ mark = 0 /\ value = 0 /\ acked = 0 /\ elected = 1
  /\ phase = [l \in Leaders |-> "new"] /\ copy = [l \in Leaders |-> 0] /\ tries = [l \in Leaders |-> 0]
  /\ refused = FALSE /\ stale = FALSE

Elect ==
  /\ elected < L /\ elected' = elected + 1
  /\ UNCHANGED <<mark, value, acked, phase, copy, tries, refused, stale>>

Open(l) ==
  /\ phase[l] = "new" /\ l <= elected
  /\ IF Seal = "first" /\ l < mark
       THEN phase' = Put(phase, l, "stale") /\ UNCHANGED mark
       ELSE phase' = Put(phase, l, "sealed") /\ mark' = IF Seal = "first" THEN l ELSE mark
  /\ UNCHANGED <<value, acked, elected, copy, tries, refused, stale>>

Read(l) ==
  /\ phase[l] = "sealed" /\ tries[l] < Writes
  /\ phase' = Put(phase, l, "read") /\ copy' = Put(copy, l, value)
  /\ UNCHANGED <<mark, value, acked, elected, tries, refused, stale>>

Admits(l) ==
  \/ l = mark /\ Equal = "admitted"
  \/ l > mark /\ (Seal = "write" \/ Equal = "refused")

Store(l) ==
  /\ value' = copy[l] + 1 /\ acked' = acked + 1
  /\ stale' = (stale \/ l < mark)
  /\ mark' = IF l > mark THEN l ELSE mark
  /\ phase' = Put(phase, l, "sealed") /\ tries' = Put(tries, l, tries[l] + 1)
  /\ UNCHANGED <<elected, copy, refused>>

Refuse(l) ==
  /\ phase' = Put(phase, l, "stale")
  /\ refused' = (refused \/ \A m \in Leaders : phase[m] # "new" => m <= l)
  /\ UNCHANGED <<mark, value, acked, elected, copy, tries, stale>>

Write(l) ==
  /\ phase[l] = "read" /\ Step = "one"
  /\ IF Admits(l) THEN Store(l) ELSE Refuse(l)

Check(l) ==
  /\ phase[l] = "read" /\ Step = "two"
  /\ IF Admits(l)
       THEN phase' = Put(phase, l, "admitted") /\ UNCHANGED <<mark, value, acked, elected, copy, tries, refused, stale>>
       ELSE Refuse(l)

Act(l) == phase[l] = "admitted" /\ Store(l)

Next == Elect \/ \E l \in Leaders : Open(l) \/ Read(l) \/ Write(l) \/ Check(l) \/ Act(l)

Spec == Init /\ [][Next]_vars

\* S3: every acknowledged write is in the value.
NoLostUpdate == value = acked

\* S3: no write below the mark.
NoStaleWrite == ~stale

\* The guard is of use: it refuses nobody whom no later leader has shut out.
NoneRefusedInOffice == ~refused

\* To be violated: a deposed leader was shut out, and its successor wrote.
NeverFenced == ~(\E l \in Leaders : phase[l] = "stale" /\ tries[l] > 0 /\ tries[L] > 0)
=============================================================================
