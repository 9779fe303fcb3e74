"""What was learned and what was broken, by real decoding; and the gate that decides (design, decision 9)."""
