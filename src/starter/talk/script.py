"""Talk written as a script: wordings a person may use, and the few answers that fit.

One block per intent. ``> `` lines hold user wordings, ``< `` lines hold answers, both separated by ``|``;
``>> `` and ``<< `` hold a follow-up exchange. Many wordings and few answers: a tiny model learns a crisp mapping best.
"""

import random
from dataclasses import dataclass, field

Exchange = tuple[str, str]


@dataclass
class Intent:
    """One thing a person may say, how it is answered, and perhaps how the person follows up."""

    name: str
    asks: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    follow_asks: list[str] = field(default_factory=list)
    follow_replies: list[str] = field(default_factory=list)

    def play(self, rng: random.Random, follow: float = 0.4) -> list[Exchange]:
        """One exchange, or two with the chance ``follow`` where a follow-up is written."""
        turns = [(noisy(rng, rng.choice(self.asks)), rng.choice(self.replies))]
        if self.follow_asks and rng.random() < follow:
            turns.append((noisy(rng, rng.choice(self.follow_asks)), rng.choice(self.follow_replies)))
        return turns


MARKS = {">": "asks", "<": "replies", ">>": "follow_asks", "<<": "follow_replies"}


def read_script(text: str) -> list[Intent]:
    """The intents of a script; every one has at least one wording and one answer."""
    intents: list[Intent] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        mark, _, rest = line.partition(" ")
        if mark == "#":
            intents.append(Intent(rest))
        else:
            getattr(intents[-1], MARKS[mark]).extend(part.strip() for part in rest.split("|"))
    return intents


def noisy(rng: random.Random, text: str) -> str:
    """The wording as a hurried person types it; fields in braces stay whole."""
    roll = rng.random()
    if roll < 0.45:
        return text
    if roll < 0.75:
        text = lower(text)
    if rng.random() < 0.4:
        text = text.rstrip(".!?") or text
    if rng.random() < 0.15:
        text = text.replace("'", "")
    if "{" not in text and len(text) > 8 and rng.random() < 0.1:
        text = typo(rng, text)
    if rng.random() < 0.04:
        text = text.rstrip(".!?") + rng.choice(["??", "!", "...", " ?", " :)"])
    return text


def lower(text: str) -> str:
    """Lower case outside of fields (their names are lower case already)."""
    return text.lower()


def typo(rng: random.Random, text: str) -> str:
    """One slip of the fingers: two neighbours swapped, or a letter lost or doubled."""
    at = rng.randrange(1, len(text) - 2)
    if not (text[at].isalpha() and text[at + 1].isalpha()):
        return text
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[: at + 1] + text[at:]
