"""Consensus: copies of one log that never disagree, whoever crashes."""
