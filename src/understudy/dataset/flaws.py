"""What is wrong with an answer that would be learned, told from its text alone: a sentence, or "" when nothing is.

None of this is certain, so nothing of it rejects an answer: a person looks. Each rule rather misses a flaw than names a
good answer, and says in its own words what it saw.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from typing import Any

from understudy.dataset.groups import words

LANGUAGE_MISSING = (
    'The language was not looked at, because py3langid is not installed: pip install "understudy[clean]" adds it.'
)

_OPEN_END = frozenset(
    "a an the of and or but with your our their my its which because although than if when while whether should must"
    " may could would from into as these those every each between und oder der".split()
)
"""Words that end no sentence, in English and a little German; other languages are told by their punctuation only."""

_LEAST_LETTERS = 40
_SURE = 0.9
"""Shorter texts, and those of which the model is less sure, have no language that we know of."""


def truncated(answer: str) -> str:
    """Whether an answer stops in the middle."""
    text = answer.rstrip()
    if text.count("```") % 2:
        return "A block of code is opened and not closed."
    last = re.search(r"[\w'’]+$", text)
    if last and last[0] in _OPEN_END and len(text.split()) > 3:
        return f"It stops after “{last[0]}”."
    if text.endswith((",", "(", "[", " -", " –")) and len(text) > 1:
        return f"It stops after “{text[-1]}”."
    return ""


def echo(question: str, answer: str) -> str:
    """Whether an answer only says the question again."""
    if not answer.strip():
        return "It is empty."
    asked, said = words(question), words(answer)
    if said and said <= asked and len(said) >= max(2, len(asked) * 0.6):
        return "It says the question again, and nothing else."
    return ""


def same_again(answer: str, wanted: str) -> str:
    """Whether a correction changes nothing but spaces, case and punctuation."""
    if answer.strip() and re.findall(r"\w+", answer.casefold()) == re.findall(r"\w+", wanted.casefold()):
        return "It corrects only spaces, capitals or punctuation."
    return ""


def other_language(question: str, answer: str) -> str:
    """Whether an answer is in another language than its question, where both are long enough to be sure."""
    asked, said = language(question), language(answer)
    if asked and said and asked != said and not _TRANSLATION.search(question):
        return f"The question is in {asked}, the answer in {said}."
    return ""


def language(text: str) -> str:
    """The ISO 639-1 code of a text, "" when it is too short or too mixed to tell, or py3langid is missing."""
    letters = re.sub(r"https?://\S+|[\W\d_]+", " ", text).strip()
    identifier = _identifier()
    if identifier is None or len(letters) < _LEAST_LETTERS:
        return ""
    code, sure = identifier.classify(letters)
    return code if sure >= _SURE else ""


def knows_languages() -> bool:
    return importlib.util.find_spec("py3langid") is not None


_TRANSLATION = re.compile(
    r"translat|übersetz|tradu[ic]|перев[ео]д|翻译|\b(?:in|into|auf|en|to) "
    r"(?:english|german|french|spanish|italian|chinese|japanese|russian|deutsch|englisch|français|anglais|inglés)\b",
    re.IGNORECASE,
)


@functools.cache
def _identifier() -> Any:
    """py3langid's, whose model is plain arrays in the package, and whose confidence is a probability."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
