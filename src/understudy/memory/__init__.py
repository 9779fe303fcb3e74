"""What was corrected comes back as a note in the prompt of the next answer (design, first tier)."""
