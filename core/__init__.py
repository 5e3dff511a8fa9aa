"""The floor: nouns, settings, errors, the answer path. Imports none of the other rooms."""
