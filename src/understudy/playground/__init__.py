"""The use cases: the only layer that knows models, store and what a person wants at once.

What the package offers is imported when it is asked for: an import of a file needs no model, no hub and no numpy, which
take most of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["BAD_REASONS", "GOOD_REASONS", "Playground", "build_playground"]

if TYPE_CHECKING:
    from understudy.playground.build import build_playground
    from understudy.playground.feedback import BAD_REASONS, GOOD_REASONS
    from understudy.playground.playground import Playground
else:
    _FROM = dict.fromkeys(__all__, "feedback") | {"Playground": "playground", "build_playground": "build"}

    def __getattr__(name: str) -> object:
        if name not in _FROM:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)
