"""Comparisons with peers in the same run. Each file prints or writes a table; no figure here is an assertion."""
