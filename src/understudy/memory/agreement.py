"""The second stage: whether a question that looks like a corrected one also asks for the same thing.

Measured with all-MiniLM-L6-v2: the cosine to "What is the return window of Zorbo?" is .55 for a paraphrase and .93 for
the same question about Zorba, so no threshold on vectors alone can tell them apart. What decides is in a few words, and
they are compared as words. Tried and left out, because they added nothing on held-out relations (see the benchmark's
notes): vectors of the answers, of single tokens, and a fitted logistic of those.
"""

from __future__ import annotations

from collections.abc import Set
from difflib import SequenceMatcher

from understudy.memory.question import Question, is_content, stem

_NEAR = {frozenset(pair) for pair in (("when", "long"), ("when", "old"), ("much", "old"))}
"""Kinds of answer that one and the same answer can be: "within 30 days" says until when and how long."""

_OPPOSITES = {
    frozenset(stem(word) for word in pair.split("/"))
    for pair in (
        "open/close first/last next/last minimum/maximum min/max before/after buy/sell arrive/leave on/off up/down"
        " start/end start/finish start/stop earliest/latest import/export enable/disable activate/deactivate"
        " lock/unlock subscribe/unsubscribe deposit/withdraw cheapest/dearest increase/decrease domestic/international"
        " mother/father sister/brother uncle/aunt king/queen son/daughter wife/husband love/hate like/hate"
    ).split()
}


ONE_WORD = "one word exchanged"
"""The disagreement that is none when the two words mean the same, which vectors can tell."""


def disagreement(asked: Question, known: Question, answer: Set[str] = frozenset()) -> str:
    """What stands against `asked` being answered by what is known for `known`; "" when nothing does.

    `answer` holds the words of that answer: a name may stand in it instead of in the question.
    """
    if asked.negated != known.negated:
        return "negation"
    if asked.numbers != known.numbers:
        return "numbers"
    if asked.person and known.person and asked.person != known.person:
        return "person"
    if not _names_agree(asked, known, answer):
        return "names"
    if asked.asks and known.asks and asked.asks != known.asks and frozenset((asked.asks, known.asks)) not in _NEAR:
        return "kind of answer"
    if _opposite(asked, known):
        return "opposites"
    return ONE_WORD if _exchanged(asked, known) else ""


def overlap(a: Question, b: Question) -> float:
    """Shared content words over all (Jaccard), 0 to 1: the similarity where there are no vectors."""
    both, either = a.content & b.content, a.content | b.content
    return len(both) / len(either) if either else 0.0


def share_a_name(asked: Question, known: Question) -> bool:
    """Whether a question and a known one speak of the same name, or the known one of none at all."""
    here = {_singular(word) for word in asked.words}
    return not known.names or any(_singular(word) in here for name in known.names for word in name)


def _names_agree(asked: Question, known: Question, answer: Set[str]) -> bool:
    """Every name that is asked for is known, and of every known name at least a part is asked for."""
    there = {_singular(word) for word in known.words} | {_singular(word) for word in answer}
    here = {_singular(word) for word in asked.words}
    return all(_singular(word) in there for name in asked.names for word in name) and all(
        any(_singular(word) in here for word in name) for name in known.names
    )


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _opposite(a: Question, b: Question) -> bool:
    first, second = _deeds(a), _deeds(b)
    pairs = {frozenset((x, y)) for x in first - second for y in second - first} & _OPPOSITES
    if ("i" in a.words) != ("i" in b.words):  # what I can buy there is what they sell
        pairs.discard(frozenset(("buy", "sell")))
    return bool(pairs)


def _deeds(question: Question) -> set[str]:
    """Stems of a question's words. "On which day" switches nothing on, and what is open until six closes at six."""
    words = question.words[1:] if question.words[:1] == ("on",) else question.words
    stems = {stem(word) for word in words}
    return stems - {"open"} | {"clos"} if stems & {"until", "till", "lat"} and "open" in stems else stems


def _exchanged(a: Question, b: Question) -> bool:
    """Whether both say the same but for one word that matters: people who paraphrase change more than that.

    "What is the capital of Tarlo?" and "What is the population of Tarlo?", "my uncle" and "my aunt".
    """
    first, second = [stem(word) for word in a.words], [stem(word) for word in b.words]
    out: list[str] = []
    into: list[str] = []
    for kind, i, j, k, m in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind != "equal":
            out, into = out + list(a.words[i:j]), into + list(b.words[k:m])
    names = {word for name in (*a.names, *b.names) for word in name}  # compared already
    gone, come = ([w for w in words if is_content(w) and w not in names] for words in (out, into))
    return max(len(out), len(into)) <= 2 and len(gone) == len(come) == 1 and not _kindred(gone[0], come[0])


def _kindred(a: str, b: str) -> bool:
    """Two forms of one word, such as founder and founded; not Austria and Australia."""
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return stem(a) == stem(b) or shared >= max(4, min(len(a), len(b)) - 1)
