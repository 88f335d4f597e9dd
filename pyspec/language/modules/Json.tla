-------------------------------- MODULE Json --------------------------------
(* Values as JSON, and files of it.  Records are objects, sequences and    *)
(* sets are arrays, other functions are objects whose names are their      *)
(* arguments' texts.  Objects are read as records, arrays as sequences.    *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* TLA+ cannot say what is outside of a spec.  Who evaluates this has no
\* operators of its own in place of these, and is told so.
LOCAL Outside(name) ==
  IF Assert(FALSE, name \o " works with pyspec's own engine, or with"
                        \o " CommunityModules.jar on TLC's class path")
  THEN "" ELSE ""

\* The JSON text of a value.
ToJson(value) == Outside("ToJson")

\* The JSON text of a sequence or set, an array.
ToJsonArray(value) == Outside("ToJsonArray")

\* The JSON text of a function, an object; if it is from 1..n, an array.
ToJsonObject(value) == Outside("ToJsonObject")

\* TRUE, and writes a sequence or record to a file.
JsonSerialize(absoluteFilename, value) == Outside("JsonSerialize")

\* The value that a file has.
JsonDeserialize(absoluteFilename) == Outside("JsonDeserialize")

\* TRUE, and writes a sequence to a file, each element on a line.
ndJsonSerialize(absoluteFilename, value) == Outside("ndJsonSerialize")

\* The sequence of the values that a file has, one on each line.
ndJsonDeserialize(absoluteFilename) == Outside("ndJsonDeserialize")

=============================================================================
