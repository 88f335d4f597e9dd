r"""An action becomes a test of a step: quick, where the step is an ordinary one.

With both states known nothing is enumerated or assigned.  Conjuncts are tested
in their order, each by a statement of its own, and what has a cheap form is
tested in that: `x' = [x EXCEPT ![k] = e]` builds no function, `s' = s \cup {e}`
no set, UNCHANGED looks whether the two are one object, `\E m \in DOMAIN net` is
a loop.  Operators are written out where they are applied.  What depends on the
action's arguments alone is remembered by them, and constants are computed when
a step first asks for them.

The one rule: **where this code says TRUE or FALSE, so does the plain form** of
the action (`Emitter.condition`).  It may fail where the plain form does not: it
evaluates arguments and LETs that nobody uses, and its cheap forms give up on
unusual values.  Whoever runs it then asks the plain form, which has the last
word on values and on errors.  So conjuncts keep their order: an UNCHANGED
tested before a guard that has no value would say FALSE where TLC refuses.

One thing depends on an order that TLA+ does not have, here as in the plain
form: if one element of a set satisfies the body of a quantifier, and for
another it has no value, which is met first?

- `texts`: Python variables, blocks, constants and what is remembered
- `values`: expressions, operators, LET
- `conditions`: connectives, quantifiers, and equalities by their cheap forms
- `idioms`: the shapes of expressions that have one
- `checks`: statements, and the function around them
"""
