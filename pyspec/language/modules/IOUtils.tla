------------------------------ MODULE IOUtils -------------------------------
(* Files, other programs and environment variables; numbers as text.       *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* TLA+ cannot say what is outside of a spec.  Who evaluates this has no
\* operators of its own in place of these, and is told so.
LOCAL Outside(name) ==
  IF Assert(FALSE, name \o " works with pyspec's own engine, or with"
                        \o " CommunityModules.jar on TLC's class path")
  THEN "" ELSE ""

\* TRUE, and writes a value to a file as only TLC reads it.
IOSerialize(val, absoluteFilename, compress) == Outside("IOSerialize")

\* The value that a file has, as only TLC writes it.
IODeserialize(absoluteFilename, compressed) == Outside("IODeserialize")

\* Writes a string to a file; a record says how that went.
Serialize(value, dest, options) == Outside("Serialize")

\* Reads a string from a file, as the `stdout` of such a record.
Deserialize(src, options) == Outside("Deserialize")

\* Runs a program; a record says how it ended and what it printed.
IOExec(command) == Outside("IOExec")

\* The same, with environment variables.
IOEnvExec(env, command) == Outside("IOEnvExec")

\* The same, the command having places for parameters.
IOExecTemplate(commandTemplate, parameters) == Outside("IOExecTemplate")

\* Both.
IOEnvExecTemplate(env, commandTemplate, parameters) ==
  Outside("IOEnvExecTemplate")

\* The environment variables, a record.
IOEnv == Outside("IOEnv")

-----------------------------------------------------------------------------

\* The integer that a text is.
atoi(str) ==
  LET digit(i) == CHOOSE d \in 0..9 : ToString(d) = SubSeq(str, i, i)
      sign == IF SubSeq(str, 1, 1) = "-" THEN -1 ELSE 1
      first == IF SubSeq(str, 1, 1) \in {"-", "+"} THEN 2 ELSE 1
      RECURSIVE upto(_)
      upto(i) == IF i < first THEN 0 ELSE 10 * upto(i - 1) + sign * digit(i)
  IN  IF Len(str) >= first THEN upto(Len(str)) ELSE digit(1)

\* The text of a natural number, with zeros in front if it is shorter.
zeroPadN(n, width) ==
  LET RECURSIVE padded(_)
      padded(text) ==
        IF Len(text) >= width THEN text ELSE padded("0" \o text)
  IN  padded(ToString(n))

=============================================================================
