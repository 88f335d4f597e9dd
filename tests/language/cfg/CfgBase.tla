---- MODULE CfgBase ----
Step == 1
Other == Step
====
