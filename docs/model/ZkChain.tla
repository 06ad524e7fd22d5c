------------------------------- MODULE ZkChain -------------------------------
(***************************************************************************)
(* When may a ZooKeeper client believe that its session still lives?       *)
(*                                                                         *)
(*   client <--> follower <== two FIFO channels ==> leader                 *)
(*                                                                         *)
(* Only the leader expires sessions.  It learns that a client is there in  *)
(* two ways: a connect request, which it handles itself, and the follower's*)
(* answers to its PINGs, which carry the sessions touched since the last   *)
(* answer.  A request is forwarded, committed and replied to, but does not *)
(* touch the session at the leader.                                        *)
(*                                                                         *)
(* The client beats with check-only multis.  A beat is two: `a`, sent at   *)
(* least Space after the reply of the previous beat's `b`, and `b`, sent   *)
(* after a's reply.  One is under way at a time.  Once b is confirmed, the *)
(* session is believed to live until the send of the *previous* beat's     *)
(* base + T.  With base b this is the rule of three heartbeats             *)
(* h1 = previous b, h2 = a, h3 = b.                                        *)
(*                                                                         *)
(* All times are ages or remainders and are capped at T, so the state      *)
(* space is finite although runs are not.  There are no clock-rate errors  *)
(* here (see Lease.tla), and expiry is as early as it can be: the real     *)
(* leader rounds up to its next tick.                                      *)
(***************************************************************************)
EXTENDS Integers, Sequences

CONSTANTS
  T,            \* session timeout
  Gap,          \* longest time between two rounds of PINGs, while the leader commits; > T: unbounded
  Space,        \* from b's reply to the send of the next a
  Rule,         \* "three" | "two" | "one"
  Base,         \* "a" | "b": which multi of the previous beat the deadline counts from
  ConnectRule,  \* "commit": a reconnect counts once a beat on it was confirmed | "reply": at once
  KeepChain,    \* a chain goes on over a reconnect
  Reconnects,   \* the client may lose its connection and make another
  Changes,      \* the leader may be replaced; the old one may live on without a quorum
  AtomicExpiry, \* expiring a session and touching it exclude each other
  MaxLost       \* touches that a follower loses (put into a table that was just swapped)

None == T + 1   \* no such age

VARIABLES
  \* the leader that has the quorum
  alive,     \* the session was not closed
  exp,       \* time until its tracker may expire the session
  polled,    \* the tracker took the session out of the queue, to close it
  idle,      \* time since the last round of PINGs
  \* the channels of the follower that holds the client's connection
  lf,        \* leader -> follower: "P" a run of PINGs, "C" the commit of the multi under way
  fl,        \* follower -> leader: "t" a run of answers with a touch, "r" the multi under way
  touched,   \* the follower's touch table holds the session
  lost,      \* touches lost so far
  \* the connection
  conn,      \* "creating" | "moving" | "answered" | "open" | "closed"
  fresh,     \* this connection created the session
  stale,     \* its server follows a deposed leader
  deposed,   \* a deposed leader is still there
  \* the client
  flight,    \* where the multi under way is: "no" | "link" | "follower" | "leader" | "back" | "reply"
  next,      \* "a" | "b": the kind of the multi under way, or else of the next one
  rest,      \* time since b's reply
  cur,       \* age of this beat's base
  prev,      \* age of the previous beat's base
  connAge,   \* age of the connect request, until it was used
  valid      \* time until the client stops believing

leaderVars == <<alive, exp, polled, idle>>
wire       == <<lf, fl, touched, lost>>
link       == <<conn, fresh, stale, deposed>>
client     == <<flight, next, rest, cur, prev, connAge, valid>>
vars       == <<leaderVars, wire, link, client>>

Older(age) == IF age = None \/ age = T THEN age ELSE age + 1
Down(n)    == IF n = 0 THEN 0 ELSE n - 1
Min(a, b)  == IF a < b THEN a ELSE b
Max(a, b)  == IF a > b THEN a ELSE b
Left(age)  == IF age >= T THEN 0 ELSE T - age
Last(s)    == s[Len(s)]

\* A run stands for any number of equal packets in a row: see TakeRun.
AppendRun(s, x) == IF s # <<>> /\ Last(s) = x THEN s ELSE Append(s, x)
TakeRun(s)      == {s, Tail(s)}

TypeOK ==
  /\ exp \in 0..T /\ valid \in 0..T /\ idle \in 0..Min(Gap, T)
  /\ rest \in 0..Space /\ cur \in 0..None /\ prev \in 0..None /\ connAge \in 0..None
  /\ Len(lf) <= 3 /\ Len(fl) <= 3 /\ lost \in 0..MaxLost

Init ==
  /\ alive = TRUE /\ exp = T /\ polled = FALSE /\ idle = 0
  /\ lf = <<>> /\ fl = <<>> /\ touched = FALSE /\ lost = 0
  /\ conn = "creating" /\ fresh = TRUE /\ stale = FALSE /\ deposed = FALSE
  /\ flight = "no" /\ next = "a" /\ rest = Space
  /\ cur = None /\ prev = None /\ connAge = 0 /\ valid = 0

(* --- time -------------------------------------------------------------- *)
Tick ==
  /\ Gap <= T => idle < Gap
  /\ idle'    = Min(idle + 1, Min(Gap, T))
  /\ exp'     = Down(exp)
  /\ valid'   = Down(valid)
  /\ rest'    = Min(rest + 1, Space)
  /\ cur'     = Older(cur)
  /\ prev'    = Older(prev)
  /\ connAge' = Older(connAge)
  /\ UNCHANGED <<alive, polled, wire, link, flight, next>>

(* --- leader ------------------------------------------------------------ *)
\* A round of PINGs.  A deposed leader may go on pinging: it does not matter, its tracker counts for nothing.
Ping ==
  /\ idle > 0
  /\ idle' = 0
  /\ lf' = IF conn = "open" /\ ~stale THEN AppendRun(lf, "P") ELSE lf
  /\ UNCHANGED <<alive, exp, polled, fl, touched, lost, link, client>>

Expire ==
  /\ alive /\ exp = 0
  /\ IF AtomicExpiry THEN alive' = FALSE /\ UNCHANGED polled ELSE polled' = TRUE /\ UNCHANGED alive
  /\ UNCHANGED <<exp, idle, wire, link, client>>

ClosePolled ==
  /\ polled /\ alive
  /\ alive' = FALSE
  /\ UNCHANGED <<exp, polled, idle, wire, link, client>>

LeaderTakesTouch ==
  /\ fl # <<>> /\ Head(fl) = "t"
  /\ fl' \in TakeRun(fl)
  /\ exp' = IF alive /\ ~stale THEN T ELSE exp
  /\ UNCHANGED <<alive, polled, idle, lf, touched, lost, link, client>>

\* The session is checked when the request enters the pipeline, not when it commits.
LeaderTakesMulti ==
  /\ fl # <<>> /\ Head(fl) = "r"
  /\ alive /\ ~stale
  /\ fl' = Tail(fl)
  /\ flight' = "leader"
  /\ UNCHANGED <<leaderVars, lf, touched, lost, link, next, rest, cur, prev, connAge, valid>>

\* A deposed leader finds no quorum for it.
Commit ==
  /\ flight = "leader" /\ ~stale
  /\ flight' = "back"
  /\ lf' = Append(lf, "C")
  /\ UNCHANGED <<leaderVars, fl, touched, lost, link, next, rest, cur, prev, connAge, valid>>

\* The new leader gives every session a full timeout.  Servers on its side closed their clients' connections.
ChangeLeader ==
  /\ Changes
  /\ alive /\ exp < T
  /\ exp' = T /\ polled' = FALSE /\ idle' = 0
  /\ deposed' = TRUE
  /\ \/ stale' = TRUE /\ UNCHANGED <<conn, wire, flight>>
     \/ /\ conn' = "closed" /\ stale' = FALSE /\ flight' = "no"
        /\ lf' = <<>> /\ fl' = <<>> /\ touched' = FALSE /\ UNCHANGED lost
  /\ UNCHANGED <<alive, fresh, next, rest, cur, prev, connAge, valid>>

(* --- follower ---------------------------------------------------------- *)
\* The touch comes before the forwarding.
FollowerTakesMulti ==
  /\ flight = "link" /\ conn = "open"
  /\ flight' = "follower"
  /\ fl' = Append(fl, "r")
  /\ \/ touched' = TRUE /\ UNCHANGED lost
     \/ lost < MaxLost /\ lost' = lost + 1 /\ UNCHANGED touched
  /\ UNCHANGED <<leaderVars, lf, link, next, rest, cur, prev, connAge, valid>>

FollowerAnswersPing ==
  /\ lf # <<>> /\ Head(lf) = "P"
  /\ lf' \in TakeRun(lf)
  /\ fl' = IF touched THEN AppendRun(fl, "t") ELSE fl
  /\ touched' = FALSE
  /\ UNCHANGED <<leaderVars, lost, link, client>>

FollowerReplies ==
  /\ lf # <<>> /\ Head(lf) = "C"
  /\ lf' = Tail(lf)
  /\ flight' = "reply"
  /\ UNCHANGED <<leaderVars, fl, touched, lost, link, next, rest, cur, prev, connAge, valid>>

(* --- client ------------------------------------------------------------ *)
Send ==
  /\ flight = "no" /\ conn = "open"
  /\ next = "a" => (prev = None \/ rest = Space)
  /\ flight' = "link"
  /\ cur' = IF next = Base THEN 0 ELSE cur
  /\ UNCHANGED <<leaderVars, wire, link, next, rest, prev, connAge, valid>>

\* What the confirmation of the multi under way proves, by the rule.
Proven ==
  LET chain == CASE Rule = "three" -> IF next = "b" THEN Left(prev) ELSE 0
                 [] Rule = "two"   -> IF next = "a" THEN Left(prev) ELSE 0
                 [] Rule = "one"   -> IF next = "b" THEN Left(cur)  ELSE 0
      move  == IF ConnectRule = "commit" THEN Left(connAge) ELSE 0
  IN Max(chain, move)

Confirm ==
  /\ flight = "reply" /\ conn = "open"
  /\ flight' = "no"
  /\ valid' = Max(valid, Proven)
  /\ connAge' = None
  /\ IF next = "b"
       THEN next' = "a" /\ prev' = cur /\ cur' = None /\ rest' = 0
       ELSE next' = "b" /\ UNCHANGED <<prev, cur, rest>>
  /\ UNCHANGED <<leaderVars, wire, link>>

Disconnect ==
  /\ Reconnects
  /\ conn # "closed" /\ ~(conn \in {"creating", "answered"} /\ fresh)
  /\ conn' = "closed" /\ stale' = FALSE
  /\ lf' = <<>> /\ fl' = <<>> /\ touched' = FALSE
  /\ flight' = "no"
  /\ connAge' = None
  /\ UNCHANGED <<leaderVars, lost, fresh, deposed, next, rest, cur, prev, valid>>

Reconnect ==
  /\ conn = "closed"
  /\ conn' = "moving" /\ fresh' = FALSE /\ connAge' = 0
  /\ stale' \in (IF deposed THEN BOOLEAN ELSE {FALSE})
  /\ IF KeepChain THEN UNCHANGED <<next, rest, cur, prev>>
                  ELSE next' = "a" /\ rest' = Space /\ cur' = None /\ prev' = None
  /\ UNCHANGED <<leaderVars, wire, deposed, flight, valid>>

\* To create a session takes a commit; to move one, a leader that believes in itself.
ServerAcceptsConnection ==
  /\ alive
  /\ conn = "creating" => ~stale
  /\ conn \in {"creating", "moving"}
  /\ conn' = "answered"
  /\ exp' = IF stale THEN exp ELSE T
  /\ UNCHANGED <<alive, polled, idle, wire, fresh, stale, deposed, client>>

Connected ==
  /\ conn = "answered"
  /\ conn' = "open"
  /\ valid' = IF fresh \/ ConnectRule = "reply" THEN Max(valid, Left(connAge)) ELSE valid
  /\ UNCHANGED <<leaderVars, wire, fresh, stale, deposed, flight, next, rest, cur, prev, connAge>>

DeposedGone ==
  /\ deposed /\ ~stale
  /\ deposed' = FALSE
  /\ UNCHANGED <<leaderVars, wire, conn, fresh, stale, client>>

Next ==
  \/ Tick
  \/ Ping \/ Expire \/ ClosePolled \/ LeaderTakesTouch \/ LeaderTakesMulti \/ Commit \/ ChangeLeader
  \/ FollowerTakesMulti \/ FollowerAnswersPing \/ FollowerReplies
  \/ Send \/ Confirm \/ Disconnect \/ Reconnect \/ ServerAcceptsConnection \/ Connected \/ DeposedGone

Spec == Init /\ [][Next]_vars

\* S2: while the client believes, the leader has not closed the session.
Contained == valid > 0 => alive

\* The rule is of use: this must be *violated*, or Contained holds for want of any belief by the chain.
NeverProven == ~(flight = "reply" /\ conn = "open" /\ next = "b" /\ Left(prev) > 0 /\ valid < Left(prev))
=============================================================================
