"""Flags made from the settings, so that help, README and error messages say the same."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from understudy.settings import Settings, flag, load_settings, spelt_default

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

MODEL = ("home", "base_model", "device", "threads")
"""What every command that loads a model takes."""

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the writing direction, and so can make a line read as what it is not."""

METAVARS = {
    "home": "FOLDER",
    "base_model": "MODEL",
    "system": "TEXT",
    "device": "DEVICE",
    "host": "ADDRESS",
    "hosts": "NAMES",
    "proxies": "ADDRESSES",
}
"""What stands for the value of a flag in help; a number where nothing is said."""

SAMPLING = ("temperature", "top_p", "top_k", "repetition_penalty", "max_tokens", "seed")


def with_settings(*names: str) -> Decorator:
    """Give a command the flags of these settings; its first argument is the checked `Settings`.

    Values arrive as text and are checked by `Settings` like those of every other source.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def run(**arguments: Any) -> Any:
            flags = {name: arguments.pop(name) for name in names}
            return command(load_settings(flags), **arguments)

        flagged: Callable[..., Any] = run
        for name in reversed(names):
            flagged = option(name)(flagged)
        return flagged

    return decorate


def option(name: str) -> Decorator:
    """The flag of one setting."""
    if name == "open_browser":
        return click.option("--no-browser", name, flag_value="0", help="Print the address and open nothing.")
    if name in ("window", "listen", "personal"):
        return click.option(flag(name), name, flag_value="1", help=f"{_described(name)}.")
    default = spelt_default(name).replace("`", "")
    shown = f"  [default: {default}]" if default else ""
    metavar = METAVARS.get(name, "N")
    return click.option(flag(name), name, metavar=metavar, help=f"{_described(name)}.{shown}")


def _described(name: str) -> str:
    """What a setting is, without the links that the README has in it."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", Settings.model_fields[name].description or "")


def person_option() -> Decorator:
    """Whose understudy a command is about; without it everyone's."""
    return click.option("--person", metavar="NAME", default="", help="The understudy of one person, not everyone's.")


@contextmanager
def opened(settings: Settings) -> Iterator[Playground]:
    """The playground of these settings, closed at the end so that nothing of it is lost."""
    from understudy.playground.build import build_playground

    playground = build_playground(settings)
    try:
        yield playground
    finally:
        playground.close()


def printable(text: str) -> str:
    """`text` without characters that steer a terminal: a model's words must not move the cursor or set its title."""
    return "".join("\ufffd" if steers(c) else c for c in text.replace("\r\n", "\n"))


def steers(character: str) -> bool:
    """Whether a character is a control code (escape sequences start with one) or turns the writing direction."""
    return (unicodedata.category(character) == "Cc" and character not in "\n\t") or character in BIDI
