-------------------------------- MODULE Lease --------------------------------
(***************************************************************************)
(* A lease, renewed by messages that may be delayed, lost and reordered,   *)
(* between a coordinator and a holder whose clocks share no zero and run   *)
(* at different rates.                                                     *)
(*                                                                         *)
(* One step of Tick is one unit of the coordinator's clock.  The holder's  *)
(* clock advances by one too, except that once in Rate ticks it may stand  *)
(* still, and once in Rate ticks it may jump by two: it loses or gains at  *)
(* most 1/Rate, rounded up.                                                *)
(*                                                                         *)
(* The coordinator counts TTL from the moment at which it handles a grant  *)
(* or a renewal.  The holder counts Trust, on its own clock, from the      *)
(* moment *before* it sent the message that was answered.                  *)
(***************************************************************************)
EXTENDS Integers, Sequences

CONSTANTS
  TTL,      \* what the coordinator grants
  Rate,     \* the holder's clock may lose one unit in Rate
  Trust,    \* what the holder believes: TTL * (1 - rate error) - margin
  From,     \* "send" | "receipt": where the holder counts from
  Match,    \* "own" | "kth" | "newest": which send a reply is taken to answer
  Ordered,  \* a stream: nothing is lost or overtaken
  Pending   \* renewals under way at a time

VARIABLES
  alive,    \* the coordinator holds the lease
  left,     \* coordinator: time until it may expire the lease
  valid,    \* holder: time until it stops believing
  out,      \* renewals under way, in the order sent: [at, age], age on the holder's clock
  loss,     \* ticks until the holder's clock may stand still
  gain      \* ticks until it may jump

vars == <<alive, left, valid, out, loss, gain>>

Down(n, d) == IF n <= d THEN 0 ELSE n - d
Up(n, d)   == IF n + d >= Trust THEN Trust ELSE n + d
Max(a, b)  == IF a > b THEN a ELSE b
Remove(s, i) == SubSeq(s, 1, i - 1) \o SubSeq(s, i + 1, Len(s))

TypeOK ==
  /\ alive \in BOOLEAN /\ left \in 0..TTL /\ valid \in 0..Trust /\ loss \in 0..Rate /\ gain \in 0..Rate
  /\ Len(out) <= Pending
  /\ \A i \in 1..Len(out) : out[i].at \in {"there", "back"} /\ out[i].age \in 0..Trust

\* The grant is answered like a renewal: it is the first message under way.
Init ==
  /\ alive = TRUE /\ left = TTL /\ valid = 0
  /\ out = <<[at |-> "back", age |-> 0]>>
  /\ loss = 0 /\ gain = 0

Tick ==
  \E step \in 0..2 :
    /\ step = 0 => loss = 0
    /\ step = 2 => gain = 0
    /\ loss'  = IF step = 0 THEN Rate - 1 ELSE Down(loss, 1)
    /\ gain'  = IF step = 2 THEN Rate - 1 ELSE Down(gain, 1)
    /\ left'  = Down(left, 1)
    /\ valid' = Down(valid, step)
    /\ out'   = [i \in 1..Len(out) |-> [out[i] EXCEPT !.age = Up(@, step)]]
    /\ UNCHANGED alive

Send ==
  /\ Len(out) < Pending
  /\ out' = Append(out, [at |-> "there", age |-> 0])
  /\ UNCHANGED <<alive, left, valid, loss, gain>>

\* On a stream only the first that is in the same place may move.
InTurn(i) == Ordered => \A j \in 1..(i - 1) : out[j].at # out[i].at

\* A lease that is gone is not renewed.
Renew(i) ==
  /\ alive /\ out[i].at = "there" /\ InTurn(i)
  /\ left' = TTL
  /\ out' = [out EXCEPT ![i].at = "back"]
  /\ UNCHANGED <<alive, valid, loss, gain>>

Age(i) == CASE Match = "own"    -> out[i].age
            [] Match = "kth"    -> Head(out).age
            [] Match = "newest" -> out[Len(out)].age

\* What remains: with "kth", the first send is ticked off whichever message came, and the rest stand against the rest in order.
Remaining(i) == IF Match = "kth"
                THEN [j \in 1..(Len(out) - 1) |->
                       [at |-> (IF j < i THEN out[j] ELSE out[j + 1]).at, age |-> out[j + 1].age]]
                ELSE Remove(out, i)

Receive(i) ==
  /\ out[i].at = "back" /\ InTurn(i)
  /\ valid' = Max(valid, IF From = "send" THEN Down(Trust, Age(i)) ELSE Trust)
  /\ out' = Remaining(i)
  /\ UNCHANGED <<alive, left, loss, gain>>

Lose(i) ==
  /\ ~Ordered
  /\ out' = Remove(out, i)
  /\ UNCHANGED <<alive, left, valid, loss, gain>>

Expire ==
  /\ alive /\ left = 0
  /\ alive' = FALSE
  /\ UNCHANGED <<left, valid, out, loss, gain>>

Next ==
  \/ Tick \/ Send \/ Expire
  \/ \E i \in 1..Len(out) : Renew(i) \/ Receive(i) \/ Lose(i)

Spec == Init /\ [][Next]_vars

\* S2: while the holder believes, the coordinator has let nobody else in.
Contained == valid > 0 => alive

\* To be violated: a renewal prolongs the belief past the grant.
NeverProlonged == ~(valid > 0 /\ left > valid /\ \E i \in 1..Len(out) : out[i].at = "back" /\ Down(Trust, out[i].age) > valid)
=============================================================================
