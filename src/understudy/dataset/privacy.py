"""Personal data and secrets in what is about to leave: found on this machine, masked by kind before it goes.

The recognisers are Microsoft's presidio-analyzer: patterns with checksums (Luhn, mod 97) and Google's phone numbers,
kept up by others, used without the language models and without the network that some of them would reach for. Names
and postal addresses of people are not found this way, and whoever shows a count has to say so (`LIMIT`). Without the
library nothing is looked for, which is not the same as nothing found: `recogniser` gives None then.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from understudy.dataset.formats import Fields


class Kind(StrEnum):
    """What can be found; a person chooses which of these are masked."""

    SECRET = "secret"
    MAIL = "mail"
    IBAN = "iban"
    CARD = "card"
    SSN = "ssn"
    IP = "ip"
    PHONE = "phone"


WORDS = {
    Kind.SECRET: ("key or password", "keys or passwords"),
    Kind.MAIL: ("mail address", "mail addresses"),
    Kind.IBAN: ("bank account (IBAN)", "bank accounts (IBAN)"),
    Kind.CARD: ("card number", "card numbers"),
    Kind.SSN: ("US social security number", "US social security numbers"),
    Kind.IP: ("IP address", "IP addresses"),
    Kind.PHONE: ("phone number", "phone numbers"),
}

MISSING = (
    "Personal data were not looked for, because the recogniser library is not installed. Install it with"
    ' pip install "understudy[privacy]", or agree to send the data unchecked.'
)
LIMIT = "Names and postal addresses of people are not looked for: read a few lines yourself."

_LEAST_SCORE = 0.4
"""Below it presidio only guesses and waits for words around, such as any nine digits for a social security number."""

_ENTITIES = {
    "SECRET": Kind.SECRET,
    "EMAIL_ADDRESS": Kind.MAIL,
    "IBAN_CODE": Kind.IBAN,
    "CREDIT_CARD": Kind.CARD,
    "US_SSN": Kind.SSN,
    "IP_ADDRESS": Kind.IP,
    "PHONE_NUMBER": Kind.PHONE,
}

_SECRETS = {
    "OpenAI, Anthropic": r"\bsk-[A-Za-z0-9_-]{20,}",
    "GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google": r"\bAIza[0-9A-Za-z_-]{35}",
    "Hugging Face": r"\bhf_[A-Za-z0-9]{30,}",
    "Slack": r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",
    "Stripe": r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}",
    "JSON web token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----",
    "named": r"\b(?:password|passwd|api[_-]?key|secret[_-]?key|access[_-]?token)\b[\"']?\s*[:=]\s*[\"']?"
    r"(?=[^\s\"']*\d)[^\s\"']{8,}",  # with a digit: a program that names a variable after a password holds none
}

_NO_TEXT = frozenset({"role", "type", "id", "tool_call_id", "weight"})
"""Keys whose values are words of the format: a mask in them would break the line."""


@dataclass(frozen=True, slots=True)
class Match:
    """Text from `start` to `end` (characters) is of this kind."""

    kind: Kind
    start: int
    end: int


class Recogniser(Protocol):
    """What finds personal data in a text: matches in order that do not overlap."""

    def find(self, text: str) -> list[Match]: ...


def recogniser() -> Recogniser | None:
    """The one there is, None where the library is not installed. The first call takes seconds."""
    try:
        return _presidio()
    except ImportError:
        return None


def mask(text: str, kinds: Collection[Kind], finder: Recogniser) -> str:
    """`text` with `[mail]` in place of a mail address, and so on for every chosen kind."""
    for match in reversed(finder.find(text)):
        if match.kind in kinds:
            text = f"{text[: match.start]}[{match.kind}]{text[match.end :]}"
    return text


def mask_line(fields: Fields, kinds: Collection[Kind], finder: Recogniser) -> Fields:
    """A line with every text in it masked; keys, roles and ids stay."""
    return {key: value if key in _NO_TEXT else _masked(value, kinds, finder) for key, value in fields.items()}


def count_line(fields: Fields, finder: Recogniser) -> Counter[Kind]:
    """How often each kind is in a line."""
    return Counter(match.kind for text in _texts(fields) for match in finder.find(text))


def words(counts: Counter[Kind]) -> str:
    """`3 mail addresses and 1 phone number`; "" for nothing."""
    told = [f"{n:,} {WORDS[kind][n != 1]}" for kind in Kind if (n := counts[kind])]
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def _masked(value: Any, kinds: Collection[Kind], finder: Recogniser) -> Any:
    if isinstance(value, dict):
        return mask_line(value, kinds, finder)
    if isinstance(value, list):
        return [_masked(part, kinds, finder) for part in value]
    return mask(value, kinds, finder) if isinstance(value, str) else value


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in _NO_TEXT:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


class _Presidio:
    """presidio's recognisers, asked one by one: its engine would load a language model that none of them needs."""

    def __init__(self, recognisers: list[Any]) -> None:
        self._recognisers = recognisers

    def find(self, text: str) -> list[Match]:
        matches = []
        for one in self._recognisers:
            for found in one.analyze(text, one.supported_entities, None) or []:
                kind = _ENTITIES[found.entity_type]
                if found.score >= _LEAST_SCORE and not _is_chance(kind, text[found.start : found.end]):
                    matches.append(Match(kind, found.start, found.end))
        return _apart(matches)


def _is_chance(kind: Kind, text: str) -> bool:
    """What a recogniser takes for personal data in sums and programs, of which training data are full."""
    if kind is Kind.PHONE:  # no national number has twelve digits; a plus stands before a number, not in it
        return bool(re.fullmatch(r"\d{12,}", text) or re.search(r"\d\s*\+", text))
    if kind is Kind.IP and ":" in text:  # a slice such as [::2], or a scope such as a::b
        return len([part for part in text.split(":") if part]) < 3
    return False


def _apart(matches: list[Match]) -> list[Match]:
    """Without overlaps: the kind that stands first in `Kind` wins, then the longer match."""
    order = list(Kind)
    taken: list[Match] = []
    for match in sorted(matches, key=lambda m: (order.index(m.kind), m.start - m.end, m.start)):
        if all(match.end <= other.start or match.start >= other.end for other in taken):
            taken.append(match)
    return sorted(taken, key=lambda match: match.start)


@functools.cache
def _presidio() -> Recogniser:
    import tldextract
    from presidio_analyzer import Pattern, PatternRecognizer
    from presidio_analyzer import predefined_recognizers as ready

    suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list that came with it, no newer one

    class Mail(ready.EmailRecognizer):
        """Checks the domain without fetching a list of domains first, as the one it comes from does."""

        def validate_result(self, pattern_text: str) -> bool:
            return suffixes(pattern_text).top_domain_under_public_suffix != ""

    patterns = [Pattern(name, expression, 1.0) for name, expression in _SECRETS.items()]
    return _Presidio(
        [
            PatternRecognizer("SECRET", name="secrets", patterns=patterns),
            Mail(),
            ready.IbanRecognizer(),
            ready.CreditCardRecognizer(),
            ready.UsSsnRecognizer(),
            ready.IpRecognizer(),
            ready.PhoneRecognizer(),
        ]
    )
