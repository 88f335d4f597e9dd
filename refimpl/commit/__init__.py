"""Atomic commitment: everybody does it, or nobody does."""
