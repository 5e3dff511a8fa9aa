"""The proof of a persona: four arms on the same held-out turns, the gates, and the decision what to ship."""
