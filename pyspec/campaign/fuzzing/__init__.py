"""Many runs of an implementation, each held to its spec while it happens.

given           faults as text
subject         which implementation is run
simulation      one run, written down
schedule_file   what happened, for it to happen again
swarm           which faults a run has, and which were worth another run
judge           a run, and what is wrong with it
reached         actions and conjuncts that runs have reached
watch           handlers that never return
shrink          a failing run, made small
findings        failing runs on the disk
worker, crew    processes that run, and who gives them work
campaign        all together
"""
