"""A version in the form another program wants it, and that program to read it back.

Six forms: the adapter as PEFT reads it, base and adapter merged as transformers reads them, the merged model or the
adapter as GGUF, a folder for `ollama create`, and a sealed version for this program on a Space. Ollama runs llama.cpp's
engine, so llama.cpp reads that one back.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from understudy.errors import ModelError
from understudy.serving.adapter import read_adapter
from understudy.serving.gguf_file import check_gguf, write_adapter, write_model
from understudy.serving.gguf_tokens import vocabulary
from understudy.serving.loading import resolve_source
from understudy.serving.merged import merge, open_base, write_merged
from understudy.serving.ollama import modelfile
from understudy.serving.portable import Portable
from understudy.serving.reader import EngineReader, LlamaReader, Reader, TransformersReader
from understudy.serving.seal import CARD, FILES, ON_A_SPACE, Card, seal
from understudy.serving.weights import fingerprint, read_json
from understudy.settings import STARTER_INSIDE

MODEL_FILE, ADAPTER_FILE, MODELFILE = "model.gguf", "adapter.gguf", "Modelfile"


@dataclass(frozen=True, slots=True)
class Exported:
    """Version files on their way out. `adapter` is the version's folder, `base` what others know its base as."""

    source: str
    adapter: Path
    base: str
    name: str
    form: str
    dtype: str
    portable: Portable

    @classmethod
    def prepare(cls, source: str, adapter: Path, base: str, name: str, form: str, dtype: str) -> Exported:
        """Look at everything that could stop it later. Raises ModelError; no weights are loaded, nothing is written."""
        portable = Portable.open(resolve_source(source))
        if "gguf" in form or form == "ollama":
            check_gguf(portable.config)
            vocabulary(portable.tokenizer, portable.config.vocab_size)
        return cls(source, adapter, base, name, form, dtype, portable)

    @property
    def snapshot(self) -> str:
        """The hash of what the version learned from, as its seal has it; "" for one that was made elsewhere."""
        sealed = self.adapter / CARD
        return str(read_json(sealed, self.name).get("snapshot", "")) if sealed.is_file() else ""

    def write(self, folder: Path) -> None:
        """Make the files in `folder`, which exists and is empty. Raises ModelError."""
        writers: dict[str, Callable[[Path], None]] = {
            "adapter": self._adapter,
            "merged": self._merged,
            "gguf": self._gguf,
            "gguf-adapter": self._gguf_adapter,
            "ollama": self._ollama,
            "space": self._space,
        }
        writers[self.form](folder)

    @property
    def missing(self) -> str:
        """Why the program that would use it is not here to read it back; "" where it is."""
        if self.form in ("adapter", "merged", "space") or find_spec("xllamacpp"):
            return ""
        return "llama.cpp is not installed here. pip install 'understudy[gguf]' brings it."

    @contextmanager
    def reading(self, folder: Path) -> Iterator[Reader]:
        """The program, with the files of `folder` open. Raises ModelError."""
        with tempfile.TemporaryDirectory(prefix=".base-", dir=folder.parent) as beside:
            reader = self._open(folder, Path(beside))
            try:
                yield reader
            finally:
                reader.close()

    def _open(self, folder: Path, beside: Path) -> Reader:
        if self.form == "merged":
            return TransformersReader(folder)
        if self.form == "adapter":
            return TransformersReader(folder, self.source)
        if self.form == "space":
            return EngineReader(folder / ON_A_SPACE, self.base_of_space(folder))
        if self.form == "gguf-adapter":
            write_model(open_base(self.source).model, self.portable, beside / MODEL_FILE, self.base, "float32")
            return LlamaReader(beside / MODEL_FILE, folder / ADAPTER_FILE, self.portable.stops)
        return LlamaReader(folder / MODEL_FILE, stops=self.portable.stops)

    def _adapter(self, folder: Path) -> None:
        """Its weights as they are; a path of this machine in its settings gives way to the name of the base."""
        self._named_adapter(folder)
        self.portable.write(folder)

    def _named_adapter(self, folder: Path) -> None:
        settings, weights = FILES
        config = read_json(self.adapter / settings, f"The version {self.name}") | {"base_model_name_or_path": self.base}
        (folder / settings).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")
        shutil.copyfile(self.adapter / weights, folder / weights)

    def _space(self, folder: Path) -> None:
        """Sealed anew, because its settings name no path of this machine any more; numbers and hashes stay."""
        sealed = self.adapter / CARD
        known = read_json(sealed, self.name) if sealed.is_file() else {}
        card = Card(
            self.base, fingerprint(resolve_source(self.source)), snapshot=self.snapshot,
            recipe=known.get("recipe", {}), metrics=known.get("metrics", {}),
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as beside:
            self._named_adapter(Path(beside))
            seal(Path(beside), folder / ON_A_SPACE, card)

    def base_of_space(self, folder: Path) -> str:
        """The model in the folder of a Space where it brings its own, else the name that the hub knows it by."""
        inside = folder / STARTER_INSIDE
        return str(inside) if inside.is_dir() else self.source

    def _merged(self, folder: Path) -> None:
        write_merged(self._sum(), self.portable, folder, self.dtype)

    def _gguf(self, folder: Path) -> None:
        write_model(self._sum(), self.portable, folder / MODEL_FILE, self.name, self.dtype)

    def _gguf_adapter(self, folder: Path) -> None:
        write_adapter(read_adapter(self.adapter), self.portable.config, folder / ADAPTER_FILE)

    def _ollama(self, folder: Path) -> None:
        self._gguf(folder)
        (folder / MODELFILE).write_text(modelfile(self.portable, MODEL_FILE), "utf-8")

    def _sum(self) -> Any:
        model = open_base(self.source).model
        merge(model, read_adapter(self.adapter))
        return model


def base_licence(source: str) -> str:
    """What the card of the base says about its licence; "" where it says nothing, or there is none."""
    try:
        card = resolve_source(source) / "README.md"
        lines = card.read_text("utf-8").splitlines() if card.is_file() else []
    except (OSError, ValueError, ModelError):
        return ""
    head = lines[1 : lines.index("---", 1)] if lines[:1] == ["---"] and "---" in lines[1:] else []
    return next((line.partition(":")[2].strip(" \"'") for line in head if line.startswith("license:")), "")
