\* expect: ok
\* A translated PlusCal algorithm: pc, labels as actions, self, await, either,
\* while and a procedure-free macro; mutual exclusion and progress hold.
------------------------------- MODULE Peterson -------------------------------
EXTENDS Naturals
(* --algorithm Peterson {
     variables flag = [i \in {0, 1} |-> FALSE], turn = 0;
     macro raise(me) { flag[me] := TRUE }
     fair process (p \in {0, 1})
       variable rounds = 0;
     { a0: while (rounds < 2) {
             rounds := rounds + 1;
       a1:   raise(self);
       a2:   turn := 1 - self;
       a3:   await ~flag[1 - self] \/ turn = self;
       cs:   skip;
       a4:   flag[self] := FALSE;
             either { goto a0 } or { rounds := 2 }
           }
     }
   } *)
\* BEGIN TRANSLATION PCal-ae3db0551668dd38e2f12a199c77256d
VARIABLES flag, turn, pc, rounds

vars == << flag, turn, pc, rounds >>

ProcSet == ({0, 1})

Init == (* Global variables *)
        /\ flag = [i \in {0, 1} |-> FALSE]
        /\ turn = 0
        (* Process p *)
        /\ rounds = [self \in {0, 1} |-> 0]
        /\ pc = [self \in ProcSet |-> "a0"]

a0(self) == /\ pc[self] = "a0"
            /\ IF rounds[self] < 2
                  THEN /\ rounds' = [rounds EXCEPT ![self] = rounds[self] + 1]
                       /\ pc' = [pc EXCEPT ![self] = "a1"]
                  ELSE /\ pc' = [pc EXCEPT ![self] = "Done"]
                       /\ UNCHANGED rounds
            /\ UNCHANGED << flag, turn >>

a1(self) == /\ pc[self] = "a1"
            /\ flag' = [flag EXCEPT ![self] = TRUE]
            /\ pc' = [pc EXCEPT ![self] = "a2"]
            /\ UNCHANGED << turn, rounds >>

a2(self) == /\ pc[self] = "a2"
            /\ turn' = 1 - self
            /\ pc' = [pc EXCEPT ![self] = "a3"]
            /\ UNCHANGED << flag, rounds >>

a3(self) == /\ pc[self] = "a3"
            /\ ~flag[1 - self] \/ turn = self
            /\ pc' = [pc EXCEPT ![self] = "cs"]
            /\ UNCHANGED << flag, turn, rounds >>

cs(self) == /\ pc[self] = "cs"
            /\ TRUE
            /\ pc' = [pc EXCEPT ![self] = "a4"]
            /\ UNCHANGED << flag, turn, rounds >>

a4(self) == /\ pc[self] = "a4"
            /\ flag' = [flag EXCEPT ![self] = FALSE]
            /\ \/ /\ pc' = [pc EXCEPT ![self] = "a0"]
                  /\ UNCHANGED rounds
               \/ /\ rounds' = [rounds EXCEPT ![self] = 2]
                  /\ pc' = [pc EXCEPT ![self] = "a0"]
            /\ turn' = turn

p(self) == a0(self) \/ a1(self) \/ a2(self) \/ a3(self) \/ cs(self)
              \/ a4(self)

(* Allow infinite stuttering to prevent deadlock on termination. *)
Terminating == /\ \A self \in ProcSet: pc[self] = "Done"
               /\ UNCHANGED vars

Next == (\E self \in {0, 1}: p(self))
           \/ Terminating

Spec == /\ Init /\ [][Next]_vars
        /\ \A self \in {0, 1} : WF_vars(p(self))

Termination == <>(\A self \in ProcSet: pc[self] = "Done")

\* END TRANSLATION TLA-649efffa0832fa79af949e7d12af497d
Exclusive == ~(pc[0] = "cs" /\ pc[1] = "cs")
Everyone == \A i \in {0, 1} : <>(pc[i] = "cs")
===============================================================================
