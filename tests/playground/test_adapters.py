"""An adapter that a provider gives out is brought home as two plain files, and answers here if it fits its base."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.playground.ordered import MODEL, chats
from tests.provider.fake import FakeProvider
from tests.serving.models import random_model, save_adapter, save_model
from understudy.dataset.jsonl import dump_lines
from understudy.errors import InputError, ModelError
from understudy.playground.adapters import Adapters
from understudy.playground.casting import Casting
from understudy.serving.local import LocalBackend
from understudy.serving.provider import endpoint_of, server_of
from understudy.serving.seal import FILES
from understudy.store import Store
from understudy.training.provider_job import FineTuning

BASE_NAME = "meta/tiny-llama"


@pytest.fixture
def adapters(store: Store, tmp_path: Path) -> Adapters:
    folder = save_model(tmp_path / "models" / "tiny-llama")
    store.models.add("tiny", str(folder))
    return Adapters(store, Casting(store, "tiny", lambda name, source: LocalBackend(source, name=name)), FineTuning)


@pytest.fixture
def given(tmp_path: Path) -> dict[str, bytes]:
    """The files of an adapter that fits the base."""
    folder = save_adapter(tmp_path / "given", random_model(), seed=1)
    return {f"checkpoint/{name}": (folder / name).read_bytes() for name in FILES}


def trained(provider: FakeProvider, url: str, files: dict[str, bytes], model: str = BASE_NAME) -> str:
    """A finished job whose checkpoints give out these files."""
    provider.state.adapter = files
    provider.state.models[model] = provider.state.models[MODEL]
    api = FineTuning(endpoint_of(f"{url}#{model}"))
    job = api.create("mine", "supervised", api.upload("shop.jsonl", dump_lines(chats()))).id
    while provider.jobs.advance(job).status != "succeeded":
        pass
    return job


@pytest.mark.slow
def test_it_becomes_a_version_of_its_base_once(
    adapters: Adapters, store: Store, provider: FakeProvider, provider_url: str, given: dict[str, bytes]
) -> None:
    job = trained(provider, provider_url, {**given, "checkpoint/optimizer.pt": b"never fetched"})
    taken = adapters.take(server_of(provider_url), job)
    assert taken.version is not None and taken.version.passed is None and "Nobody judged it" in taken.sentence
    assert {file.name for file in taken.folder.iterdir()} == set(FILES)
    assert adapters.take(server_of(provider_url), job).version == taken.version
    assert [version.number for version in store.versions.list("tiny")] == [1]
    earlier = adapters.take(server_of(provider_url), job, step=12)
    assert earlier.version is not None and earlier.version.number == 2
    with pytest.raises(InputError, match="It has some of the steps 12, 24, 36"):
        adapters.take(server_of(provider_url), job, step=13)


@pytest.mark.slow
def test_one_that_does_not_fit_or_is_hostile_is_no_version(
    adapters: Adapters, store: Store, provider: FakeProvider, provider_url: str, given: dict[str, bytes]
) -> None:
    weights, config = "adapter_model.safetensors", "adapter_config.json"
    files = {name.rpartition("/")[2]: data for name, data in given.items()}
    server = server_of(provider_url)
    for hostile, told in (
        ({**files, weights: pickle.dumps([1, 2, 3])}, "is a pickle file under another name"),
        ({**files, config: b'{"peft_type": "LORA", "use_dora": true}'}, "DoRA"),
        ({**files, config: b"["}, "cannot be read"),
    ):
        with pytest.raises(ModelError, match=told):
            adapters.take(server, trained(provider, provider_url, hostile))
    for missing, told in (
        ({config: files[config], "adapter_model.bin": pickle.dumps(1)}, f"no {weights}"),
        ({config: b" " * 1_000_001, weights: files[weights]}, "which is no adapter"),
    ):
        with pytest.raises(InputError, match=told):
            adapters.take(server, trained(provider, provider_url, missing))
    assert store.versions.list("tiny") == []


def test_without_its_base_it_is_a_folder_and_elsewhere_nothing_is_given(
    adapters: Adapters, store: Store, provider: FakeProvider, provider_url: str, given: dict[str, bytes]
) -> None:
    server = server_of(provider_url)
    taken = adapters.take(server, trained(provider, provider_url, given, model="meta/big-llama"))
    assert taken.version is None and str(taken.folder) in taken.sentence
    assert "understudy models add meta/big-llama" in taken.sentence
    with pytest.raises(InputError, match="cannot be taken out"):
        adapters.take(server, trained(provider, provider_url, {}))
    with pytest.raises(InputError, match="is no id of a job"):
        adapters.take(server, "../x")
