"""Questions by meaning among all items: what is proposed by signs is what whole vectors would find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from understudy.memory import EmbedderLoader
from understudy.memory.nearness import Nearness
from understudy.store import Store
from understudy.types import FinishReason, Sampling, Usage

if TYPE_CHECKING:
    from understudy.memory.embedder import Vectors


def rate(store: Store, question: str) -> str:
    """A question somebody rated an answer to; its turn."""
    conversation = store.conversations.add(question[:50])
    turn = store.turns.add(conversation.id, question)
    made = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling())
    store.completions.finish(made.id, "An answer.", FinishReason.STOP, Usage())
    store.ratings.add(made.id, True)
    return turn.id


class Fixed:
    """Vectors somebody wrote down, by text."""

    name = "fixed"

    def __init__(self, vectors: dict[str, Vectors]) -> None:
        self.vectors = vectors

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.vectors[text] for text in texts])

    def is_common(self, word: str) -> bool:
        return True


class Loaded(EmbedderLoader):
    """A loader that has its embedder already."""

    def __init__(self, embedder: Fixed) -> None:
        super().__init__("words")
        self._embedder = embedder


def scattered(count: int, dimensions: int = 384) -> Vectors:
    """Unit vectors in eight clusters, as questions have topics."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(8, dimensions))
    made = centres[rng.integers(0, 8, count)] + 0.9 * rng.normal(size=(count, dimensions))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def test_signs_and_then_vectors_find_what_vectors_alone_find(store: Store) -> None:
    vectors = scattered(400)
    texts = [f"question {i}" for i in range(len(vectors))]
    turns = {rate(store, text): i for i, text in enumerate(texts[:-20])}
    nearness = Nearness(store, Loaded(Fixed(dict(zip(texts, vectors, strict=True)))))
    assert nearness.read() == 380
    kept = shown = 0
    for i in range(380, 400):
        exact = set(np.argsort(-(vectors[:380] @ vectors[i]))[:10].tolist())
        kept += len(exact & {turns[near.turn] for near in nearness.near(texts[i], 10)})
        shown += len(exact)
    assert kept >= 0.9 * shown


def test_a_question_in_other_words_is_found_by_the_real_embedder(store: Store, loader: EmbedderLoader) -> None:
    wanted = rate(store, "How can I get my money back for a parcel?")
    rate(store, "What is the tallest mountain of Europe?")
    nearness = Nearness(store, loader)
    assert nearness.sentence == "Searching by meaning knows 0 of 2 questions so far."
    nearness.read()
    (near, *_) = nearness.near("refund of an order")
    assert near.turn == wanted and near.score > 0.4 and nearness.sentence == ""


def test_what_is_deleted_is_no_longer_near(store: Store, loader: EmbedderLoader) -> None:
    turn = rate(store, "How can I get my money back?")
    nearness = Nearness(store, loader)
    nearness.read()
    assert nearness.near("refund") != []
    store.conversations.delete(store.turns.get(turn).conversation)
    store.conversations.purge(0)
    assert nearness.near("refund") == []


def test_without_an_embedder_it_says_so(store: Store) -> None:
    nearness = Nearness(store, EmbedderLoader("words"))
    assert nearness.near("refund") == [] and "needs the embedding model" in nearness.sentence
