"""Spelling: a word that is no word, one slip away from a common one. Suggested and never done by itself.

The dictionaries are pyspellchecker's, plain word counts in its package (MIT), for the languages below. Real texts are
full of words that no dictionary has, so most of this is about what is no fault: names and abbreviations (anything
with a capital, a digit or a sign), words that several texts use, words made of two words, and the other side's
spelling of English. In 925 answers of the real log a dictionary alone told 221 words. With these rules (tuned on that
log) 4 remain, and 27 in its 2,552 comments; read by eye, 26 of these 31 are slips with the right suggestion.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from understudy.dataset.flaws import knows_languages, language

MISSING = (
    'Spelling was not looked at, because pyspellchecker is not installed: pip install "understudy[clean]" adds it.'
)

LANGUAGES = frozenset("de en es fr it nl pt".split())

_WORD = re.compile(r"(?<![\w.@/#&’'\\-])[^\W\d_]{5,}(?![\w@/’'\\-]|\.\w)")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|https?://\S+", re.DOTALL)
_TERM = 2
"""Texts that use a word make it a term of theirs and no slip of somebody's."""

_COMMON = 100
"""How often the word that is suggested was counted; a rare one is as likely the wrong guess."""

_PART = 3
_BEFORE = re.compile(r"^(?:un|re|pre|non|on|off|out|over|under|anti|multi)(?=[a-z]{4})")
_PLURAL = re.compile(r"(?<=[^s])s$")
_VARIANTS = tuple(
    pair.split("/") for pair in "is/iz ys/yz our/or re/er ae/e oe/e ence/ense yj/aj ll/l l/ll ogue/og amme/am".split()
)
"""Letters of British words, and what stands in their place in American ones."""


def can_spell() -> bool:
    return importlib.util.find_spec("spellchecker") is not None and knows_languages()


def terms(texts: Iterable[str]) -> frozenset[str]:
    """Words that several of these texts use."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({word.casefold() for word in _WORD.findall(text)})
    return frozenset(word for word, count in counts.items() if count >= _TERM)


def respelled(text: str, known: Collection[str] = ()) -> str:
    """`text` with each slip replaced by the word it most likely was; unchanged where there is nothing to suggest.

    `known` are words that are none. A text whose language is not sure is left alone.
    """
    spoken = language(text)
    if spoken not in LANGUAGES:
        return text
    pieces, last = [], 0
    for code in _CODE.finditer(text):
        pieces += [_corrected(text[last : code.start()], spoken, known), code[0]]
        last = code.end()
    return "".join([*pieces, _corrected(text[last:], spoken, known)])


def _corrected(text: str, spoken: str, known: Collection[str]) -> str:
    return _WORD.sub(lambda found: found[0] if found[0] in known else _meant(found[0], spoken), text)


@functools.lru_cache(maxsize=50_000)
def _meant(word: str, spoken: str) -> str:
    """The word that was meant; itself where it is fine, or nobody can say."""
    if not word.islower() or _is_word(word, spoken):
        return word
    dictionary = _dictionary(spoken)
    near = sorted(dictionary.known(dictionary.edit_distance_1(word)), key=lambda one: (-dictionary[one], one))
    near = [one for one in near if one.isalpha() and dictionary[one] >= _COMMON]
    near = [one for one in near if one[0] == word[0]] or near  # a slip seldom is in the first letter
    swapped = [one for one in near if sorted(one) == sorted(word)]
    if swapped:  # two letters the wrong way round are the likeliest slip of all
        return str(swapped[0])
    if not near or (len(near) > 1 and dictionary[near[0]] < 10 * dictionary[near[1]]):
        return word
    return str(near[0])


def _is_word(word: str, spoken: str) -> bool:
    dictionary = _dictionary(spoken)
    if word in dictionary or any(_both(word[:at], word[at:], dictionary) for at in range(_PART, len(word) - _PART + 1)):
        return True
    if spoken != "en":
        return False
    if _BEFORE.sub("", word) in dictionary or _PLURAL.sub("", word) in dictionary:
        return True
    return any(old in word and word.replace(old, new) in dictionary for old, new in _VARIANTS)


def _both(first: str, second: str, dictionary: Any) -> bool:
    return first in dictionary and second in dictionary and min(dictionary[first], dictionary[second]) >= _COMMON


@functools.cache
def _dictionary(spoken: str) -> Any:
    """A dictionary; half a second the first time."""
    from spellchecker import SpellChecker

    return SpellChecker(language=spoken, distance=1)
