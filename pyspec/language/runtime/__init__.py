"""What compiled specs call: sets, functions, arithmetic, standard modules.

    errors    what evaluation refuses, and how it says so
    sets      membership, enumeration in TLC's order, sets that are not built
    ops       equality, integers, operators on sets and functions, CHOOSE
    modules   the operators of standard modules, by module and name

It knows values, and nothing of any spec.  In a condition a boolean is a
Python `bool`; in the place of a value it is TRUE or FALSE.
"""
