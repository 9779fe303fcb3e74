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


# Other ways to begin the same request; the rest of the wording stays.
BEGIN = {
    "How do I ": (
        "How can I ",
        "How could I ",
        "How would I ",
        "Tell me how to ",
        "Show me how to ",
        "In what way can I ",
        "How to ",
        "What do I do to ",
    ),
    "How can I ": ("How do I ", "How could I ", "Tell me how I can "),
    "What is ": (
        "What's ",
        "Tell me what is ",
        "Do you know what is ",
        "Can you tell me what is ",
        "What exactly is ",
        "And what is ",
    ),
    "What's ": ("What is ", "Tell me, what's ", "And what's "),
    "What are ": ("Tell me what are ", "What exactly are ", "And what are "),
    "What does ": ("And what does ", "Tell me what does ", "Do you know what does ", "What exactly does "),
    "Where is ": ("Where do I find ", "Where can I find ", "Tell me where is ", "Where's ", "In which place is "),
    "Can you ": ("Could you ", "Would you ", "Can you please ", "Are you able to ", "Will you "),
    "Can I ": ("Could I ", "May I ", "Is it possible to ", "Am I able to ", "Can one "),
    "Do you ": ("So do you ", "Do you really ", "And do you ", "Tell me, do you "),
    "Are you ": ("So are you ", "Are you really ", "And are you ", "Tell me, are you "),
    "Tell me ": (
        "Please tell me ",
        "Could you tell me ",
        "Can you tell me ",
        "I want you to tell me ",
        "Would you tell me ",
        "Tell us ",
    ),
    "Write ": ("Please write ", "Could you write ", "Can you write ", "I need you to write ", "Compose ", "Write me "),
    "Who is ": ("Who's ", "Tell me who is ", "Do you know who is ", "Who might be "),
    "Why ": ("Tell me why ", "And why ", "So why "),
    "I'm ": ("I am ", "Today I'm ", "I'm really ", "I think I'm "),
    "I feel ": ("I am feeling ", "Today I feel ", "I really feel "),
}
LEADS = (
    "Hey, ",
    "So, ",
    "Well, ",
    "Understudy, ",
    "One question: ",
    "Quick question: ",
    "I wonder: ",
    "Please: ",
    "Hi! ",
    "Ok, ",
    "Now ",
    "Tell me: ",
    "Hello, ",
    "And ",
    "Sorry, ",
)
TAILS = (", please", " please", " then", ", Understudy", " now", ", thanks")


def reworded(rng: random.Random, text: str) -> str:
    """The wording begun another way, or with a word before or after it; short ones stay."""
    if len(text) < 12:
        return text
    for begin, others in BEGIN.items():
        if text.startswith(begin) and rng.random() < 0.6:
            return rng.choice(others) + text[len(begin) :]
    if text.count(" ") < 2 or text[0] == "{":
        return text
    if rng.random() < 0.6:
        return rng.choice(LEADS) + (text if text[:2] in ("I ", "I'") else text[0].lower() + text[1:])
    return text[:-1] + rng.choice(TAILS) + text[-1] if text[-1] == "?" else text


def noisy(rng: random.Random, text: str) -> str:
    """The wording as a hurried person types it; fields in braces stay whole."""
    if rng.random() < 0.28:
        text = reworded(rng, text)
    roll = rng.random()
    if roll < 0.45:
        return text
    if roll < 0.75:
        text = text.lower()
    if rng.random() < 0.4:
        text = text.rstrip(".!?") or text
    if rng.random() < 0.15:
        text = text.replace("'", "")
    if "{" not in text and len(text) > 8 and rng.random() < 0.1:
        text = typo(rng, text)
    if rng.random() < 0.04:
        text = text.rstrip(".!?") + rng.choice(["??", "!", "...", " ?", " :)"])
    return text


def typo(rng: random.Random, text: str) -> str:
    """One slip of the fingers: two neighbours swapped, or a letter lost or doubled."""
    at = rng.randrange(1, len(text) - 2)
    if not (text[at].isalpha() and text[at + 1].isalpha()):
        return text
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[: at + 1] + text[at:]
