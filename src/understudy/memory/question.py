"""A question as the memory reads it: its words, and the few of them that decide which thing it is about.

Similar vectors do not tell Zorbo from Zorba, opening from closing, or with from without (see `agreement`), so names,
numbers, negation, the kind of answer that is asked for and the person who is meant are read from the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass

IsCommon = Callable[[str], bool]
"""Whether a lower-case word is an everyday word; what is not may be a name that somebody typed in a hurry."""

_WORD = re.compile(r"\w+(?:['’.@:/-]\w+)*")
_STOP = frozenset(
    "a an and are as at be been by can could do does did for from had has have he her here him his how i if in into is"
    " it its me my of on or our please she should so tell than that the their them then there these they this those to"
    " us was we were what when where which who whom whose why will with would you your about am get got just know need"
    " now say want s t d ll m re ve thanks thank hi hello hey sorry question quick forgot".split()
)
_NEGATION = frozenset("not no never without cannot none nor neither nobody nothing isn't aren't wasn't weren't".split())
_FIRST = re.compile(r"\b(?:my|mine|am i|i am|i'm|was i)\b")
_SECOND = re.compile(r"\b(?:your|yours|are you|were you)\b")
_SYNONYMS = {
    "cost": "pric",
    "begin": "start",
    "shop": "stor",
    "purchas": "buy",
    "telephon": "phon",
    "vacation": "holiday",
}
"""Stems of common words that people exchange freely; more would be a thesaurus, which vectors are better at."""
_NUMBERS = {word: str(n) for n, word in enumerate("zero - two three four five six seven eight nine ten".split())}
_ASKS = (
    ("when", re.compile(r"\bwhen\b|\b(?:what|which) (?:is the )?(?:time|day|date|year|month|birthday|deadline)\b")),
    ("where", re.compile(r"\bwhere\b|\b(?:what|which) (?:is the )?(?:address|city|town|country|place)\b")),
    ("who", re.compile(r"\bwho(?:m|se)?\b")),
    ("why", re.compile(r"\bwhy\b|\bhow come\b")),
    ("long", re.compile(r"\bhow (?:long|fast|soon|late|many (?:minutes|hours|days|weeks|months|years))\b")),
    ("old", re.compile(r"\bhow old\b|\bwhat (?:is the )?age\b")),
    ("much", re.compile(r"\bhow (?:much|many|big|heavy|high|tall|far|expensive)\b|\bwhat is the (?:price|cost)\b")),
    ("colour", re.compile(r"\b(?:what|which) colou?rs?\b")),
)


@dataclass(frozen=True, slots=True)
class Question:
    """`stems` are its content words without endings, in order; `names` groups of words that name something.

    `asks` is the kind of answer that is wanted (when, where, who, ..., "" for any), `person` whose thing it is about
    (1 the asking person's, 2 the model's, 0 somebody's).
    """

    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    numbers: frozenset[str]
    negated: bool
    asks: str
    person: int

    @property
    def content(self) -> frozenset[str]:
        """All that carries meaning: stems, names and numbers."""
        return frozenset(self.stems) | {word for name in self.names for word in name} | self.numbers


def read_question(text: str, is_common: IsCommon, known_names: Set[str] = frozenset()) -> Question:
    """Read a question. `known_names` are names of other questions, which need no capital to be names here."""
    shouted = text.isupper()
    tokens = [(match[0], _bare(match[0])) for match in _WORD.finditer(text)]
    words = [word for _, word in tokens]
    named = [
        _is_name(token, word, unsure=shouted or i == 0, is_common=is_common) or word in known_names
        for i, (token, word) in enumerate(tokens)
    ]
    lower = " ".join(words)
    return Question(
        text=text,
        words=tuple(words),
        stems=tuple(stem(w) for w, name in zip(words, named, strict=True) if not name and is_content(w)),
        names=_groups(words, named),
        numbers=frozenset(number for word in words if (number := _digits(word))),
        negated=any(word in _NEGATION or word.endswith("n't") for word in words),
        asks=next((kind for kind, pattern in _ASKS if pattern.search(lower)), ""),
        person=1 if _FIRST.search(lower) else 2 if _SECOND.search(lower) else 0,
    )


def plain(text: str) -> str:
    """A text without what does not change it: case, spaces, and the mark at its end."""
    return " ".join(text.lower().split()).rstrip(" .!?")


def nameless(question: Question) -> str:
    """What is asked, whoever it is asked of: every name is "it"."""
    text = question.text
    for name in question.names:
        text = re.sub(r"\b" + r"\W+".join(map(re.escape, name)) + r"\b", "it", text, flags=re.IGNORECASE)
    return text


def is_content(word: str) -> bool:
    """Whether a word says what is asked: no grammar, no negation, no number."""
    return word not in _STOP and word not in _NEGATION and not _digits(word)


def stem(word: str) -> str:
    """The word without its commonest endings: good enough to see that opens, opened and opening are one word."""
    for ending, least in (("ing", 6), ("ies", 5), ("ed", 5), ("es", 5), ("s", 4), ("e", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    return _SYNONYMS.get(word, word)


def _bare(token: str) -> str:
    return re.sub(r"['’]s$", "", token.replace("’", "'")).lower()


def _digits(word: str) -> str:
    """The word as a number or code ("3", "a4"), else nothing."""
    return _NUMBERS.get(word, word if any(c.isdigit() for c in word) else "")


def _is_name(token: str, word: str, *, unsure: bool, is_common: IsCommon) -> bool:
    """A capital makes a name; where every word has one (`unsure`), only a word that is not an everyday one."""
    return token[0].isupper() and is_content(word) and not (unsure and is_common(word))


def _groups(words: list[str], named: list[bool]) -> tuple[tuple[str, ...], ...]:
    """Neighbouring names are one name: ("ada", "pim")."""
    groups: list[list[str]] = []
    for i, (word, name) in enumerate(zip(words, named, strict=True)):
        if name and i and named[i - 1]:
            groups[-1].append(word)
        elif name:
            groups.append([word])
    return tuple(tuple(group) for group in groups)
