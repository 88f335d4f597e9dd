---- MODULE CfgUser ----
EXTENDS CfgBase, Naturals
After(v) == (v + Step + 10 * Other) % 40
====
