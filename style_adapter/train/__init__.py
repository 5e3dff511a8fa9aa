"""Training of a persona's adapter: rows, loop, stop rule, metrics, plots. Knows no persona by name."""
