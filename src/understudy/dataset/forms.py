"""Other ways to ask the same: what makes a fact known and not just a string repeated.

One wording of a fact is learned as that wording: 9.7 % are answered when asked otherwise, against 96.6 % with varied
wordings (Allen-Zhu and Li 2023, arXiv 2309.14316, bioS). So each correction is trained in several forms: how people
really vary a question (case, politeness, a typo, key words) and how English turns one around ("What is the A of B?" and
"B's A?"). They are rules and not a model, so that they work with the smallest base; a base that can write paraphrases
adds its own.
Every form is marked synthetic.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

_OPENINGS = ("Please tell me: ", "Quick question: ", "Hi, ", "Hello! ", "I want to know: ", "So, ", "One more thing: ")
_CLOSINGS = (" Please.", " Thanks!", " I need to know.", " Do you know?", " Can you help?")
_SMALL = frozenset(
    "a an the is are was were be do does did can could will would should may of to in on at for from with by about"
    " me my you your i we it its this that there please tell what which who whom whose when where why how".split()
)
_TURNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"what(?: is|'s) the (?P<a>[\w ]+?) of (?P<b>.+)",
        (
            "What is {b}'s {a}?",
            "Tell me the {a} of {b}.",
            "{b} {a}?",
            "Which {a} does {b} have?",
            "Name the {a} of {b}.",
            "Do you know the {a} of {b}?",
            "What's {b}'s {a}?",
            "I need the {a} of {b}.",
        ),
    ),
    (
        r"what(?: is|'s) (?P<b>.+?)'s (?P<a>[\w ]+)",
        (
            "What is the {a} of {b}?",
            "Tell me the {a} of {b}.",
            "{b} {a}?",
            "Name {b}'s {a}.",
            "Which {a} does {b} have?",
        ),
    ),
    (
        r"tell me (?P<x>(?:the|about) .+)",
        ("Do you know {x}?", "What do you know: {x}?", "I would like to know {x}.", "Can you tell me {x}?"),
    ),
    (
        r"(?P<w>who|what|where|when|how|why|which .+?) (?P<v>is|are|was|were) (?P<x>.+)",
        ("Do you know {w} {x} {v}?", "Tell me {w} {x} {v}.", "Can you tell me {w} {x} {v}?", "I wonder {w} {x} {v}."),
    ),
    (
        r"(?P<w>how (?:long|much|many \w+|old|far|often|fast|late|big|tall|heavy|high)|which \w+|what \w+)"
        r" (?P<d>does|do|did|can|should) (?P<x>.+)",
        ("Do you know {w} {x}?", "Tell me {w} {x}.", "Any idea {w} {x}?", "And {w} {d} {o}?"),
    ),
    (
        r"(?P<w>who|what|where|when|how) (?P<d>does|do|did|can|should|will|must) (?P<x>.+)",
        ("Do you know {w} {x}?", "Tell me {w} {x}.", "Please say {w} {x}.", "Any idea {w} {x}?", "And {w} {d} {o}?"),
    ),
    (
        r"(?P<w>who|what) (?P<x>(?!has |is |was |does )\w+(?:s|ed)) (?P<y>.+)",
        ("Do you know {w} {x} {y}?", "Tell me {w} {x} {y}.", "Who knows {w} {x} {y}?", "{y}: {w} {x} it?"),
    ),
)

SYSTEMS = ("", "You are a helpful assistant.", "Answer briefly.", "Be kind and honest.")
"""The same must hold under other prompts: learned under one alone, 1.00 falls to 0.80 (arXiv 2502.11177)."""


def forms(question: str, count: int, seed: int = 0) -> list[str]:
    """Up to `count` other wordings of `question`, no two the same, the same ones for the same seed."""
    rng = random.Random(f"{seed} {question}")
    found: dict[str, None] = {}
    for form in _drawn(question.strip(), rng, count * 6):
        if form.casefold() != question.strip().casefold() or form != question.strip():
            found.setdefault(form)
        if len(found) == count:
            break
    return list(found)


def turned(question: str) -> list[str]:
    """What English grammar makes of the question, most different first; empty where no rule fits."""
    plain = question.strip().rstrip("?.! ")
    for pattern, shapes in _TURNS:
        match = re.fullmatch(pattern, plain, re.IGNORECASE)
        if match:
            parts = {name: _inside(name, text) for name, text in match.groupdict().items()}
            parts["o"] = parts.get("x", "")
            if parts.get("d") == "does":
                parts["x"] = _third_person(parts["x"])
            return [_upper(shape.format(**parts)) for shape in shapes]
    return []


def keywords(question: str) -> str:
    """The words that carry the question, as people type them into a search box."""
    words = [word for word in re.findall(r"[^\s?!.,;:]+", question) if word.casefold() not in _SMALL]
    return " ".join(words)


def _drawn(question: str, rng: random.Random, tries: int) -> Iterator[str]:
    """First what differs most, then surface variation of the question and of its turned forms."""
    turns = turned(question)
    rng.shuffle(turns)
    yield from turns
    if len(keywords(question).split()) >= 2:
        yield keywords(question)
    for _ in range(tries):
        yield rng.choice(_SURFACES)(rng.choice([question, question, *turns]), rng)


def _lower(text: str, _: random.Random) -> str:
    return text.lower()


def _bare(text: str, _: random.Random) -> str:
    return text.rstrip("?.!")


def _opened(text: str, rng: random.Random) -> str:
    return rng.choice(_OPENINGS) + _down(text)


def _closed(text: str, rng: random.Random) -> str:
    return text + rng.choice(_CLOSINGS) if text[-1:] in "?.!" else text


def _mistyped(text: str, rng: random.Random) -> str:
    """Two letters of a small word swapped; names stay whole, because a wrong name is another question."""
    spots = [m.start() for m in re.finditer(r"(?<=[a-z])[a-z]{2}(?=[a-z])", text)]
    if not spots:
        return text
    at = rng.choice(spots)
    word_start = text.rfind(" ", 0, at) + 1
    if text[word_start : word_start + 1].isupper():
        return text
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


_SURFACES: tuple[Callable[[str, random.Random], str], ...] = (_lower, _bare, _opened, _closed, _mistyped)


def _inside(name: str, text: str) -> str:
    return text.lower() if name in ("w", "v", "d") else text


def _third_person(text: str) -> str:
    """ "the train leave" as "the train leaves": what is left when "does" goes; other endings stay as they are."""
    start, _, verb = text.rpartition(" ")
    if verb in _SMALL or verb in ("in", "like", "up", "off", "out") or not verb.isalpha():
        return text
    verb = "has" if verb == "have" else verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")
    return f"{start} {verb}".strip()


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _down(text: str) -> str:
    """A small first letter after an opening, unless it begins a name or stands alone."""
    first = text.split(" ", 1)[0]
    return text if first.casefold().rstrip("'s") not in _SMALL else text[:1].lower() + text[1:]
