"""The use cases: the only layer that knows models, store and what a person wants at once."""

from understudy.playground.build import build_playground
from understudy.playground.feedback import BAD_REASONS, GOOD_REASONS
from understudy.playground.playground import Playground

__all__ = ["BAD_REASONS", "GOOD_REASONS", "Playground", "build_playground"]
