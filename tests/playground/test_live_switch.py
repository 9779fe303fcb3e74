"""A promotion while an answer is being written: the answer ends as it began, and its words keep coming."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
import torch
from peft import LoraConfig, get_peft_model

from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.playground.promoting import version_folder
from understudy.serving.backend import Stop
from understudy.serving.local import LocalBackend
from understudy.serving.seal import Card, seal
from understudy.settings import starter_folder
from understudy.store import Store
from understudy.types import Delta, Message, Row, Sampling

pytestmark = pytest.mark.slow

STORY = [Message("user", "Tell me a story about a fox.")]
TRIES = 6


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    """The starter with two sealed versions; each says something of its own."""
    torch.set_num_threads(1)
    store = Store.open(tmp_path / "understudy.db")
    store.models.add("starter", str(starter_folder()))
    backend = LocalBackend.open(starter_folder(), name="starter", device="cpu", threads=1)
    for seed in (1, 2):
        run = store.runs.add("starter", 0, "by hand", {}, {}).id
        card = Card("starter", backend.describe().fingerprint, run=run)
        seal(save_random_adapter(backend, tmp_path / f"trained{seed}", seed), version_folder(store, run), card)
        store.versions.add("starter", f"versions/{run}", parent=0, run=run, passed=True)
        store.runs.finish(run, "succeeded", "Done.")
    made = Playground(store, Casting(store, "starter", lambda *_: backend))
    yield made
    made.close()


def save_random_adapter(backend: LocalBackend, folder: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    config = LoraConfig(r=16, lora_alpha=16, target_modules="all-linear", init_lora_weights=False)
    model = get_peft_model(backend.twin(), config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.mul_(0.1)
    model.save_pretrained(folder)
    return folder


def write(backend: LocalBackend, version: int, said: list[tuple[float, str]]) -> None:
    """Write a long story as `version`, noting when each piece came."""
    sampling = Sampling(temperature=0.8, max_tokens=160, seed=7)
    for event in backend.generate([Row(STORY, version)], sampling, Stop()):
        if isinstance(event, Delta):
            said.append((time.perf_counter(), event.text))


def text(said: list[tuple[float, str]]) -> str:
    return "".join(piece for _, piece in said)


def test_promoting_and_rolling_back_hold_up_no_word_of_a_running_answer(playground: Playground) -> None:
    """Other work on the machine makes gaps of its own, before the switch as during it: hence a ratio, and a median."""
    playground.promote(1)
    backend = playground.casting.backend("starter")
    assert isinstance(backend, LocalBackend)
    alone: list[tuple[float, str]] = []
    write(backend, 1, alone)
    ratios = []
    for _ in range(TRIES):
        said: list[tuple[float, str]] = []
        thread = threading.Thread(target=write, args=(backend, 1, said))
        thread.start()
        while len(said) < 20:
            time.sleep(0.001)
        begun = time.perf_counter()
        playground.promote(2)
        playground.roll_back()
        playground.promote(2)
        ended = time.perf_counter()
        thread.join()
        assert text(said) == text(alone)
        ratios.append(longest_gap(said, begun, ended) / longest_gap(said, 0, begun))
        playground.roll_back()
        backend.unload_version(2)
    print(f"longest gap while switching, as a multiple of the longest before: {sorted(ratios)}")
    assert median(ratios) <= 2


def longest_gap(said: list[tuple[float, str]], begun: float, ended: float) -> float:
    """Seconds between two pieces, the longest that touches the time from `begun` to `ended`."""
    times = [moment for moment, _ in said]
    return max(b - a for a, b in pairwise(times) if b > begun and a < ended)


def test_the_next_answer_is_the_new_versions(playground: Playground) -> None:
    backend = playground.casting.backend("starter")
    assert isinstance(backend, LocalBackend)
    stories = set()
    for number in (1, 2):
        playground.promote(number)
        said: list[tuple[float, str]] = []
        write(backend, playground.store.versions.champion("starter"), said)
        stories.add(text(said))
    assert len(stories) == 2
