"""`Sampling` as the JSON of a column."""

from __future__ import annotations

import json
from dataclasses import asdict

from understudy.store.texts import to_json
from understudy.types import Sampling


def dump(sampling: Sampling) -> str:
    return to_json(asdict(sampling), "sampling")


def load(text: str) -> Sampling:
    return Sampling(**json.loads(text))
