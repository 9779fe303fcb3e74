"""Items made by hand, for what reads them without a store."""

from __future__ import annotations

from typing import Any

from understudy.store import Item


def correction(number: int, question: str, said: str, **more: Any) -> Item:
    return _item(number, kind="correction", question=question, said=said, **more)


def rating(number: int, question: str, answer: str, label: str = "good", **more: Any) -> Item:
    return _item(number, kind="rating", question=question, answer=answer, label=label, **more)


def _item(number: int, **values: Any) -> Item:
    rest = {"fact": str(number), "state": "approved", "tags": (), "number": number, "version": 0, "revision": 0}
    scores = ("wrong", "differs", "fresh", "dispute", "value")
    return Item(**{**dict.fromkeys(Item.__slots__, ""), **dict.fromkeys(scores, 0.0), **rest, **values})
