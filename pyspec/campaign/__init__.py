"""A protocol's dossier, run: its claims, its implementation, its traces.

The one part of pyspec that imports `refimpl`.
"""
