"""From a snapshot to an adapter: beside the chat, on the same weights (design, decisions 2, 5 and 6)."""
