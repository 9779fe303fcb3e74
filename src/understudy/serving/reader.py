"""Programs that use an export, asked as their users will ask them: a fresh load of the files, their own template.

transformers and PEFT read folders, and this program's own engine the version of a Space. llama.cpp reads GGUF files,
through xllamacpp, the bindings that come compiled for every system; it runs with its own defaults, except that it stays
on the CPU and off the network.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from understudy import __version__
from understudy.errors import ModelError
from understudy.serving.backend import Stop
from understudy.serving.device import Placement
from understudy.serving.loading import ONE_AT_A_TIME, resolve_source
from understudy.serving.local import LocalBackend
from understudy.serving.seal import verify
from understudy.types import Delta, Done, Message, Row, Sampling


class Reader(Protocol):
    """A program with an export open. `name` says which program and version, for the record."""

    name: str

    def answer(self, messages: Sequence[Message], most: int) -> str:
        """The greedy answer of at most `most` tokens. Raises ModelError."""
        ...

    def close(self) -> None: ...


class TransformersReader:
    """A transformers folder, or a PEFT folder on its base."""

    def __init__(self, folder: Path, base: str | Path | None = None) -> None:
        """With `base` the folder is an adapter for it. Raises ModelError where one of them does not load."""
        import transformers

        self.name = f"transformers {transformers.__version__}"
        try:
            with ONE_AT_A_TIME:
                source = folder if base is None else resolve_source(base)
                dtype = "auto" if base is None else torch.float32
                model = transformers.AutoModelForCausalLM.from_pretrained(source, dtype=dtype, use_safetensors=True)
                self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
                self._settings = transformers.GenerationConfig.from_pretrained(folder)
            self._model = model.eval() if base is None else self._on(model, folder)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"transformers cannot load the export: {error}") from error

    def _on(self, base: Any, folder: Path) -> Any:
        import peft

        self.name = f"PEFT {peft.__version__} on {self.name}"
        return peft.PeftModel.from_pretrained(base, folder).eval()

    def answer(self, messages: Sequence[Message], most: int) -> str:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        asked = self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        self._settings.update(max_new_tokens=most, do_sample=False, temperature=None, top_p=None, top_k=None)
        said = self._model.generate(**asked, generation_config=self._settings, tokenizer=self._tokenizer)
        text: str = self._tokenizer.decode(said[0, asked["input_ids"].shape[1] :], skip_special_tokens=True)
        for stop in self._settings.stop_strings or ():
            text = text.partition(stop)[0]
        return text

    def close(self) -> None:
        del self._model


class EngineReader:
    """A sealed version on its base, opened anew by the engine of this program, as a Space opens it."""

    def __init__(self, version: Path, base: str) -> None:
        """Raises ModelError where one of them does not load, or the seal is broken."""
        placement = Placement(torch.device("cpu"), torch.float32, torch.get_num_threads(), "read back exactly")
        self.name = f"Understudy {__version__}"
        self._backend = LocalBackend(base, name="base", placement=placement)
        verify(version, self._backend)
        self._backend.load_version(1, version)

    def answer(self, messages: Sequence[Message], most: int) -> str:
        sampling = Sampling(temperature=0, max_tokens=most)
        events = list(self._backend.generate([Row(messages, 1)], sampling, Stop()))
        error = next((event.error for event in events if isinstance(event, Done) and event.error), None)
        if error:
            raise ModelError(f"{self.name} did not answer: {error}")
        return "".join(event.text for event in events if isinstance(event, Delta))

    def close(self) -> None:
        self._backend.close()


class LlamaReader:
    """A GGUF model, with a GGUF adapter or without."""

    def __init__(self, file: Path, adapter: Path | None = None, stops: Sequence[str] = ()) -> None:
        """Raises ModelError where llama.cpp is not here or does not open the file."""
        try:
            import xllamacpp
        except ImportError as error:
            raise ModelError("llama.cpp is not installed here: pip install 'understudy[gguf]' brings it.") from error
        self.name = f"llama.cpp (xllamacpp {xllamacpp.__version__})"
        self._stops = list(stops)
        try:
            self._server: Any = xllamacpp.Server(_parameters(xllamacpp, file, adapter))
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"llama.cpp cannot open {file.name}: {error}") from error

    def answer(self, messages: Sequence[Message], most: int) -> str:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        asked = {"messages": turns, "temperature": 0, "max_tokens": most, "stop": self._stops, "cache_prompt": False}
        told = self._server.handle_chat_completions(asked)
        if "choices" not in told:
            raise ModelError(f"llama.cpp did not answer: {told.get('message') or told.get('error') or told}")
        return str(told["choices"][0]["message"]["content"])

    def close(self) -> None:
        del self._server


def _parameters(library: Any, file: Path, adapter: Path | None) -> Any:
    values = library.CommonParams()
    values.model.path = str(file)
    values.n_parallel, values.n_gpu_layers, values.cpuparams.n_threads = 1, 0, torch.get_num_threads()
    values.warmup, values.verbosity, values.fit_params = False, -1, False
    values.hostnames, values.port, values.api_keys = ["127.0.0.1"], 0, [secrets.token_hex(16)]
    values.reasoning_format = library.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    if adapter is not None:
        values.lora_adapters = [library.CommonAdapterLoraInfo(str(adapter), 1.0)]
    return values
