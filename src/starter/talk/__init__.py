"""Talk for the starter model: dialogues of an honest apprentice, drawn from scripts and grammars of our own.

``dialogue`` draws one; ``HELD_OUT`` are prompts whose wordings it never draws; ``IDK`` is the one way not to know.
"""

import random

from starter.talk.held_out import HELD_OUT, PLAIN, plain
from starter.talk.mix import draw
from starter.talk.unknown import IDK

__all__ = ["HELD_OUT", "IDK", "dialogue"]


def dialogue(rng: random.Random) -> list[dict[str, str]]:
    """Messages of one to six exchanges, a system message before them in a quarter of the cases; no held-out wording."""
    while True:
        messages = draw(rng)
        if not any(m["role"] == "user" and plain(m["content"]) in PLAIN for m in messages):
            return messages
