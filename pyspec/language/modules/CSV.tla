-------------------------------- MODULE CSV ---------------------------------
(* Files whose lines are records, their fields apart by some text.         *)
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

\* TRUE, and adds a line to a file: %1$s of the template is val[1].
CSVWrite(template, val, file) == Outside("CSVWrite")

\* TRUE, and adds a record to a file, after a line of names if asked for.
CSVWriteRecord(record, delim, headers, file) == Outside("CSVWriteRecord")

\* The sequence of records, their fields strings, that a file has.
CSVRead(columns, delimiter, file) == Outside("CSVRead")

\* How many lines a file has; 0 if there is none.
CSVRecords(file) == Outside("CSVRecords")

=============================================================================
