"""Words of texts, counted without the small ones: what is said often, and what it is about.

Small words come from the stop-words package (BSD-3, data only, 33 languages). Its English list holds 1,333 words and
with them "bill", "buy" and "call", so English has a list of its own here: only words that never carry what is meant. A
text's language is the one whose small words it has most of, which needs no model and suits what it is used for.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

_ENGLISH = frozenset(
    """
    a about above after again against all almost already also although always am among an and another any anybody
    anyone anything are aren't around as at be because been before being below between both but by came can can't
    cannot come comes could couldn't did didn't do does doesn't doing don't done down due during e.g each eg either else
    enough etc ever every everyone everything example few find for found from further get gets getting give given
    gives go goes going gone got had hadn't happen happens has hasn't have haven't having he he'd he'll he's her
    here hers herself him himself his how however i i'd i'll i'm i've i.e ie if in include includes including into
    is isn't it it'd it'll it's its itself just know known let let's like look made make makes many may maybe me
    might mine more most much must my myself need needed needs neither never no nobody none nor not nothing now of
    off often on once one only onto or other others our ours ourselves out over own per perhaps please put quite
    rather really s said same say see seen shall she she'd she'll she's should shouldn't since so some somebody
    someone something still such t take taken takes taking tell than that that's the their theirs them themselves
    then there there's therefore these they they'd they'll they're they've thing things this those though through
    thus to together too toward towards try trying under until up upon us use used uses using very via want was
    wasn't we we'd we'll we're we've well were weren't what what's whatever when where where's whether which while
    who who's whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've
    your yours yourself yourselves
    """.split()
)
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff"
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\(/[^)]{1,400}\)|\S+@\S+|<[^<>]{1,200}>")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_RUN = re.compile(f"[{_SPACELESS}]+|[^{_SPACELESS}]+")


def words_of(text: str) -> list[str]:
    """Words in lower case, in order: no numbers, no addresses. Scripts without spaces are cut into pairs of letters."""
    found: list[str] = []
    for match in _WORD.finditer(_ADDRESS.sub(" ", text.casefold().replace("’", "'"))):
        word = match[0].removesuffix("'s")
        if word.isascii() or not re.search(f"[{_SPACELESS}]", word):
            found.append(word)
        else:
            found += [part for run in _RUN.findall(word) for part in _pairs(run)]
    return [word for word in found if any(map(str.isalpha, word))]


@cache
def small_words(language: str) -> frozenset[str]:
    """The small words of a language; of English, and where the language is not known (""), those of English."""
    if language in ("", "english"):
        return _ENGLISH
    from stop_words import get_stop_words

    return frozenset(word for line in get_stop_words(language) for word in words_of(line))


def language_of(words: Iterable[str]) -> str:
    """The language that these words have most small words of; "" where several, or none, have."""
    hits = Counter(language for word in words for language in _speakers().get(word, ()))
    best = hits.most_common(2)
    return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else ""


class WordCount:
    """In how many texts each word is: a word that is repeated in one text counts once. `read` takes texts in."""

    def __init__(self) -> None:
        self.texts = 0
        self.languages: Counter[str] = Counter()
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def read(self, text: str) -> None:
        words = set(words_of(text))
        if words:
            language = language_of(words)
            self.texts += 1
            self.languages[language] += 1
            self._counts[language].update(words)

    def most(self, limit: int) -> list[tuple[str, int]]:
        """The most frequent words that are not small in the language of their text; a short text's is the main one."""
        found: Counter[str] = Counter()
        for language, counts in self._counts.items():
            small = small_words(language or self.main)
            found.update({word: n for word, n in counts.items() if word not in small and len(word) > 1})
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]

    @property
    def main(self) -> str:
        """The language of most texts; "" when none is known."""
        known = [(n, language) for language, n in self.languages.items() if language]
        return max(known)[1] if known else ""


def content_words(texts: Sequence[str]) -> list[list[str]]:
    """Of each text its words without the small ones of its language, or of the language of most of the texts."""
    read = [words_of(text) for text in texts]
    languages = [language_of(set(words)) for words in read]
    known = Counter(language for language in languages if language).most_common(1)
    main = known[0][0] if known else ""
    return [
        [word for word in words if word not in small_words(language or main) and len(word) > 1]
        for words, language in zip(read, languages, strict=True)
    ]


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    """Which languages have a small word."""
    from stop_words import AVAILABLE_LANGUAGES

    found: defaultdict[str, list[str]] = defaultdict(list)
    for language in sorted(AVAILABLE_LANGUAGES):
        for word in small_words(language):
            found[word].append(language)
    return {word: tuple(languages) for word, languages in found.items()}


def _pairs(run: str) -> list[str]:
    if not re.match(f"[{_SPACELESS}]", run) or len(run) == 1:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]
