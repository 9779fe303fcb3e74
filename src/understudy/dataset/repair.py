"""Texts as they were meant: characters that were decoded wrongly, spaces nobody sees, tags of a page.

Each repair is a function from text to text that leaves a good text exactly as it is, and is the same twice as once.
Code between fences is nobody's typing mistake and stays.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Callable

Repair = Callable[[str], str]

MISSING = (
    'Broken characters were not looked for, because ftfy is not installed: pip install "understudy[clean]" adds it.'
)

_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
"""Zero-width space, word joiner, byte order mark, soft hyphen. Joiners stay: Persian and emoji need them."""

_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_FENCE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_NAMES = (
    "a|abbr|b|blockquote|body|br|center|div|em|font|footer|h[1-6]|head|header|hr|html|i|img|li|link|meta|ol|p|section|"
    "small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul"
)
_UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(r"</(?:p|div|li|tr|h[1-6]|ul|ol|table|blockquote)\s*>|<(?:br|hr)\s*/?>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)


def unicode_repair() -> Repair | None:
    """Mojibake, lone surrogates and control codes, by ftfy; None where that is not installed."""
    try:
        import ftfy
    except ImportError:
        return None
    plain = ftfy.TextFixerConfig(
        unescape_html=False, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False, explain=False
    )
    return functools.partial(ftfy.fix_text, config=plain)


def spaces(text: str) -> str:
    """Without invisible characters, spaces at line ends, doubled spaces and doubled empty lines."""
    return (
        _outside_code(_INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")), _spaces).rstrip().lstrip("\n")
    )


def markup(text: str) -> str:
    """Without the tags, comments, scripts and entities of HTML; other angle brackets stay."""
    return text if _outside_code(text, _plain) == text else spaces(_outside_code(text, _plain))


def shown(text: str) -> str:
    """`text` with what cannot be seen in it named, for who compares two texts."""
    return "".join(f"⟨{unicodedata.name(c, f'U+{ord(c):04X}').lower()}⟩" if _hides(c) else c for c in text)


def _hides(character: str) -> bool:
    return bool(_INVISIBLE.match(character) or _SPACES.match(character)) or (
        unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    )


def _outside_code(text: str, repair: Repair) -> str:
    """The pieces of `text` that are no code, repaired."""
    pieces = _FENCE.split(text)
    return "".join(piece if place % 2 else repair(piece) for place, piece in enumerate(pieces))


def _spaces(text: str) -> str:
    text = re.sub(r"[ \t]+(?=\n)", "", _SPACES.sub(" ", text))
    text = re.sub(r"(?<=[.!?,;:]) {2,}(?=\w)|(?<=[a-z]) {2}(?=[a-z])", " ", text)  # columns of a table stay apart
    return re.sub(r"\n{3,}", "\n\n", text)


def _plain(text: str) -> str:
    text = _BLOCK.sub("\n", _UNSEEN.sub("", text))
    return _ENTITY.sub(lambda found: html.unescape(found[0]), _TAG.sub("", text))
