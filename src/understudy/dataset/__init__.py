"""From feedback to what is trained on: examples, and the frozen snapshot of a run. No torch, no SQL."""
