"""What questions are about: groups of near vectors, named by the words that set them apart, on a map of two dimensions.

k-means on 50 principal components of unit vectors; as many topics as a person can read. A name is the words with the
highest c-TF-IDF: how often a word is in a topic, times how rare it is elsewhere (M. Grootendorst, "BERTopic", 2022).
The map is t-SNE (van der Maaten and Hinton 2008) of at most `LANDMARKS` questions; every other question is put between
the landmarks it is nearest to, so that 100,000 cost little more than 2,000. Near on the map is near in meaning; far
apart says nothing, and neither axis means anything.

scikit-learn (BSD-3) does both; it comes with sentence-transformers, which makes the vectors. One core, because
somebody may be chatting on the others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from understudy.dataset.words import content_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]

LEAST, MOST_TOPICS, LANDMARKS = 12, 24, 2_000
"""Fewer different questions than `LEAST` make no topics."""

SIDE = 4_096
"""Places on the map are whole numbers from 0 to this, so that they travel short."""

_COMMON = 0.15
"""What more of all questions say is in no name while there are other words: of the public log that is "covid-19"."""

_DIMENSIONS, _NAMED_BY, _AT_ONCE, _CLUSTERED = 50, 3, 4_096, 20_000


@dataclass(frozen=True, slots=True)
class Topics:
    """`labels` has the topic of each question, from 0, the largest first; `names` the words of each topic.

    `places` are (questions, 2) whole numbers from 0 to `SIDE`.
    """

    labels: Labels
    names: tuple[tuple[str, ...], ...]
    places: Labels


def find_topics(questions: Sequence[str], vectors: Vectors, on_step: Callable[[str], None] = lambda _: None) -> Topics:
    """Topics of different `questions` with their unit `vectors`, (questions, dimensions). At least `LEAST` of them."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        on_step("Finding topics")
        reduced = _reduced(vectors)
        labels = _clustered(reduced)
        on_step("Drawing the map")
        places = _laid_out(reduced)
    on_step("Naming topics")
    return Topics(labels, names(questions, labels), places)


def names(questions: Sequence[str], labels: Labels, most: int = _NAMED_BY) -> tuple[tuple[str, ...], ...]:
    """The words that set each topic apart, best first; a topic of small words alone has none."""
    counts = [Counter[str]() for _ in range(int(labels.max()) + 1)]
    for words, label in zip(content_words(questions), labels, strict=True):
        counts[label].update(set(words))
    everywhere = sum(counts, Counter[str]())
    average = everywhere.total() / len(counts)
    common = {word for word, n in everywhere.items() if n > _COMMON * len(questions)}
    return tuple(_apart(found, everywhere, average, most, common) for found in counts)


def _apart(
    found: Counter[str], everywhere: Counter[str], average: float, most: int, common: set[str]
) -> tuple[str, ...]:
    """Best first; a word and its plural are one. Rather not what everybody says, or only one question does."""
    scores = {word: n * math.log(1 + average / everywhere[word]) for word, n in found.items()}
    chosen: list[str] = []
    everybody = {word for word in scores if any(_same(word, other) for other in common)}
    for word in sorted(scores, key=lambda word: (word in everybody or found[word] < 2, -scores[word], word)):
        if not any(_same(word, other) for other in chosen):
            chosen.append(word)
        if len(chosen) == most:
            break
    return tuple(chosen)


def _same(a: str, b: str) -> bool:
    short, long = sorted((a.replace("-", ""), b.replace("-", "")), key=len)
    return len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 3


def _reduced(vectors: Vectors) -> Vectors:
    """(questions, at most 50), of unit length."""
    from sklearn.decomposition import PCA

    some = vectors[_spread(len(vectors), _CLUSTERED)]
    fitted = PCA(min(_DIMENSIONS, len(some), vectors.shape[1]), random_state=0).fit(some)
    parts = [fitted.transform(vectors[i : i + _AT_ONCE]) for i in range(0, len(vectors), _AT_ONCE)]
    reduced = np.concatenate(parts).astype(np.float32)
    unit: Vectors = reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-9)
    return unit


def _clustered(reduced: Vectors) -> Labels:
    from sklearn.cluster import KMeans

    some = reduced[_spread(len(reduced), _CLUSTERED)]
    count = min(MOST_TOPICS, max(2, round(math.sqrt(len(reduced) / 2))))
    labels = KMeans(count, n_init=8, random_state=0).fit(some).predict(reduced)
    sizes = np.bincount(labels, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    ranked: Labels = rank[labels]
    return ranked


def _laid_out(reduced: Vectors) -> Labels:
    from sklearn.manifold import TSNE

    chosen = _spread(len(reduced), LANDMARKS)
    landmarks = reduced[chosen]
    tsne = TSNE(2, init="pca", perplexity=min(30.0, (len(chosen) - 1) / 3), random_state=0, max_iter=500)
    drawn = tsne.fit_transform(landmarks.astype(np.float64)).astype(np.float32)
    places = _between(reduced, landmarks, drawn)
    places[chosen] = drawn
    low, high = places.min(axis=0), places.max(axis=0)
    whole: Labels = np.rint((places - low) / np.maximum(high - low, 1e-9) * SIDE).astype(np.int64)
    return whole


def _between(reduced: Vectors, landmarks: Vectors, drawn: Vectors, nearest: int = 3) -> Vectors:
    """Where questions lie: between the landmarks nearest to them, much nearer to the nearest."""
    places = np.empty((len(reduced), 2), np.float32)
    nearest = min(nearest, len(landmarks))
    for start in range(0, len(reduced), _AT_ONCE):
        alike = reduced[start : start + _AT_ONCE] @ landmarks.T
        best = np.argpartition(-alike, nearest - 1, axis=1)[:, :nearest]
        weight = np.maximum(np.take_along_axis(alike, best, axis=1), 1e-3) ** 8
        weight /= weight.sum(axis=1, keepdims=True)
        places[start : start + _AT_ONCE] = (drawn[best] * weight[..., None]).sum(axis=1)
    return places


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` places, drawn once and for all, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))
