"""The promise of side by side: a batch changes nothing about what any of its rows says."""

from __future__ import annotations

import copy
from itertools import count
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from tests.serving.models import ARCHITECTURES, random_model, save_adapter
from understudy.serving.adapter import read_adapter
from understudy.serving.decode import Decoder, Job
from understudy.serving.prefix import PrefixStore
from understudy.serving.sampler import Sampler
from understudy.serving.slots import AdapterSlots, SlotLinear
from understudy.types import Sampling

STEPS = 24
GREEDY = Sampling(temperature=0)


class Recorder(Sampler):
    """A sampler that keeps the logits of every step, in the order of the rows."""

    def __init__(self) -> None:
        super().__init__(GREEDY)
        self.steps: list[torch.Tensor] = []

    def choose(self, logits, histories, seeds=None):
        self.steps.append(logits.clone())
        return super().choose(logits, histories, seeds)


def run(decoder: Decoder, jobs: list[Job], steps: int = STEPS, sampler: Sampler | None = None) -> list[list[int]]:
    for job in jobs:
        job.sampler = sampler or job.sampler
    for job in decoder.run(jobs):
        job.ended = len(job.said) >= steps
    return [job.said for job in jobs]


def prompt(length: int, seed: int) -> list[int]:
    return torch.randint(3, 300, (length,), generator=torch.Generator().manual_seed(seed)).tolist()


@torch.inference_mode()
def greedy(model, ids: list[int], steps: int = STEPS) -> tuple[list[int], torch.Tensor]:
    """The oracle: the whole text through the model at every step, no cache, no batch."""
    said, logits = [], []
    for _ in range(steps):
        last = model(input_ids=torch.tensor([ids + said])).logits[0, -1]
        logits.append(last)
        said.append(int(last.argmax()))
    return said, torch.stack(logits)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_row_equals_the_model_alone_whatever_the_other_rows_do(architecture: str, tmp_path: Path) -> None:
    plain = random_model(architecture)
    peft = [
        PeftModel.from_pretrained(copy.deepcopy(plain), save_adapter(tmp_path / f"v{i}", plain, i, r=r)).eval()
        for i, r in ((1, 4), (2, 8))
    ]
    model = copy.deepcopy(plain)
    slots = AdapterSlots(model)
    numbers = [0] + [slots.load(read_adapter(tmp_path / f"v{i}")) for i in (1, 2)]
    prompts = [prompt(20, 1), prompt(20, 1), prompt(33, 2)]
    jobs = [Job(i, p, s, s) for i, (p, s) in enumerate(zip(prompts, numbers, strict=True))]
    recorder = Recorder()
    said = run(Decoder(model, slots, PrefixStore()), jobs, sampler=recorder)
    for i, oracle in enumerate([plain, *peft]):
        expected, logits = greedy(oracle, prompts[i])
        assert said[i] == expected
        torch.testing.assert_close(torch.stack([step[i] for step in recorder.steps]), logits, atol=2e-4, rtol=1e-4)
    assert len({tuple(row) for row in said}) == 3


def test_rows_may_come_in_any_order_and_one_version_may_answer_twice(tmp_path: Path) -> None:
    model = random_model()
    save_adapter(tmp_path / "v1", model, 1)
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(tmp_path / "v1"))
    decoder = Decoder(model, slots, PrefixStore())
    alone = [run(decoder, [Job(0, prompt(9, 3), s, s)])[0] for s in (0, slot)]
    mixed = run(decoder, [Job(i, prompt(9, 3), s, s) for i, s in enumerate((slot, 0, slot, 0))])
    assert mixed == [alone[1], alone[0], alone[1], alone[0]]


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "mistral"])
def test_a_row_that_ends_early_leaves_the_others_as_they_were(architecture: str) -> None:
    model = random_model(architecture)
    jobs = [Job(i, prompt(5 + 7 * i, i), 0, 0) for i in range(3)]
    decoder = Decoder(model, AdapterSlots(model), PrefixStore())
    for job in decoder.run(jobs):
        job.ended = len(job.said) >= (STEPS, 3, 9)[job.row]
    for job, steps in zip(jobs, (STEPS, 3, 9), strict=True):
        assert job.said == greedy(model, job.prompt, steps)[0]


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gemma2"])
def test_kept_prefixes_change_no_token_after_a_turn_a_branch_and_an_edit(architecture: str) -> None:
    model = random_model(architecture)
    kept = Decoder(model, AdapterSlots(model), PrefixStore())
    first = prompt(12, 5)
    said = run(kept, [Job(0, first, 0, 0)])[0]
    talks = [
        first + said + prompt(6, 6),  # the next turn
        first,  # regenerate
        first + said[:4] + prompt(9, 7),  # a branch inside the answer
        first[:5] + prompt(9, 8),  # an edited first message
        first + said + prompt(6, 6) + prompt(40, 9),
    ]
    for talk in talks:
        job = Job(0, talk, 0, 0)
        assert run(kept, [job])[0] == greedy(model, talk)[0]
        assert job.cached >= 5
    both = [Job(i, talk, 0, 0) for i, talk in enumerate((talks[0], talks[3]))]
    assert run(kept, both) == [greedy(model, job.prompt)[0] for job in both]


def test_prefixes_of_one_version_are_never_used_for_another(tmp_path: Path) -> None:
    model = random_model()
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(save_adapter(tmp_path / "v1", random_model(), 1)))
    decoder = Decoder(model, slots, PrefixStore())
    run(decoder, [Job(0, prompt(12, 5), 0, 0)])
    job = Job(0, prompt(12, 5), slot, slot)
    run(decoder, [job])
    assert job.cached == 0


def test_a_long_prompt_is_read_in_pieces_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    monkeypatch.setattr("understudy.serving.decode._PIECE", 7)
    decoder = Decoder(model, AdapterSlots(model), PrefixStore())
    assert run(decoder, [Job(0, prompt(30, 1), 0, 0)])[0] == greedy(model, prompt(30, 1))[0]


def test_stop_is_seen_between_two_pieces_of_a_prompt_and_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    monkeypatch.setattr("understudy.serving.decode._PIECE", 4)
    decoder = Decoder(model, AdapterSlots(model), PrefixStore())
    asked = count()
    job = Job(0, prompt(30, 1), 0, 0)
    list(decoder.run([job], lambda job: next(asked) >= 3))
    assert job.ended
    assert job.said == []
    asked = count()
    job = Job(0, prompt(4, 1), 0, 0)
    list(decoder.run([job], lambda job: next(asked) >= 3))
    assert job.ended
    assert len(job.said) == 3


def test_an_adapter_swapped_in_while_rows_run_leaves_them_alone(tmp_path: Path) -> None:
    plain = random_model()
    save_adapter(tmp_path / "v1", plain, 1, target_modules=["q_proj"])
    save_adapter(tmp_path / "v2", plain, 2, r=8)
    model = copy.deepcopy(plain)
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(tmp_path / "v1"))
    decoder = Decoder(model, slots, PrefixStore())
    expected = run(decoder, [Job(0, prompt(12, 5), 0, 0), Job(1, prompt(12, 5), slot, slot)])
    jobs = [Job(0, prompt(12, 5), 0, "a"), Job(1, prompt(12, 5), slot, "b")]
    for job in decoder.run(jobs):
        job.ended = len(job.said) >= STEPS
        if job.row == 0 and len(job.said) == 5:
            slots.load(read_adapter(tmp_path / "v2"))
    assert [job.said for job in jobs] == expected


@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="packed weights need MKL")
@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_packed_weights_change_no_token_and_a_twin_does_not_have_them(
    architecture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.serving.slots.worth_packing", lambda model: True)
    plain = random_model(architecture)
    tuned = PeftModel.from_pretrained(copy.deepcopy(plain), save_adapter(tmp_path / "v1", plain, 1)).eval()
    model = copy.deepcopy(plain)
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(tmp_path / "v1"))
    decoder = Decoder(model, slots, PrefixStore())
    for rows in (4, 6, 9):
        jobs = [Job(i, prompt(9, i), s, s) for i, s in enumerate([0, slot] * rows)][:rows]
        said = run(decoder, jobs, 8)
        assert said == [greedy(tuned if job.slot else plain, job.prompt, 8)[0] for job in jobs]
    slots.route([0] * 4)
    assert any(isinstance(module, SlotLinear) and module.packed for module in model.modules())
    twin = copy.deepcopy(model)
    assert [name for name, _ in twin.named_modules()] == [name for name, _ in plain.named_modules()]


def test_a_copy_on_the_same_tensors_is_the_plain_model_again(tmp_path: Path) -> None:
    plain = random_model()
    model = copy.deepcopy(plain)
    AdapterSlots(model).load(read_adapter(save_adapter(tmp_path / "v1", plain, 1)))
    twin = copy.deepcopy(model, memo={id(t): t for t in [*model.parameters(), *model.buffers()]})
    assert list(twin.state_dict()) == list(plain.state_dict())
    assert {t.data_ptr() for t in twin.parameters()} == {t.data_ptr() for t in model.parameters()}
    assert greedy(twin, prompt(9, 1))[0] == greedy(plain, prompt(9, 1))[0]


def test_a_lone_base_column_runs_on_the_plain_layers(tmp_path: Path) -> None:
    model = random_model()
    names = [name for name, _ in model.named_modules()]
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(save_adapter(tmp_path / "v1", random_model(), 1)))
    slots.route([0, slot])
    assert any(isinstance(module, SlotLinear) for module in model.modules())
    slots.route([0])
    assert [name for name, _ in model.named_modules()] == names


def test_rows_that_kept_nearly_the_same_are_read_together_with_the_same_result(tmp_path: Path) -> None:
    plain = random_model()
    tuned = PeftModel.from_pretrained(copy.deepcopy(plain), save_adapter(tmp_path / "v1", plain, 1)).eval()
    model = copy.deepcopy(plain)
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(tmp_path / "v1"))
    decoder = Decoder(model, slots, PrefixStore())
    first = run(decoder, [Job(0, prompt(12, 5), 0, 0), Job(1, prompt(12, 5), slot, slot)])
    talk = prompt(12, 5) + first[0] + prompt(6, 6)
    jobs = [Job(0, talk, 0, 0), Job(1, talk, slot, slot)]
    assert run(decoder, jobs) == [greedy(plain, talk)[0], greedy(tuned, talk)[0]]
    assert jobs[0].cached == jobs[1].cached >= 12


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gemma2"])
def test_a_row_that_joins_later_and_the_rows_it_joins_say_what_they_would_alone(architecture: str) -> None:
    model = random_model(architecture)
    decoder = Decoder(model, AdapterSlots(model), PrefixStore())
    jobs = [Job(i, prompt(5 + 9 * i, i), 0, 0) for i in range(4)]
    looks = count(1)
    for job in decoder.run(jobs[:1], arriving=lambda: jobs[at : at + 1] if (at := _at(next(looks))) else ()):
        job.ended = len(job.said) >= (STEPS, 3, STEPS, 9)[job.row]
    for job, steps in zip(jobs, (STEPS, 3, STEPS, 9), strict=True):
        assert job.said == greedy(model, job.prompt, steps)[0]


def _at(look: int) -> int:
    """Which job joins at which look: the second after 2 steps, and so on."""
    return {2: 1, 7: 2, 9: 3}.get(look, 0)


def test_a_row_of_a_version_that_joins_the_base_moves_none_of_its_tokens(tmp_path: Path) -> None:
    plain = random_model()
    tuned = PeftModel.from_pretrained(copy.deepcopy(plain), save_adapter(tmp_path / "v1", plain, 1)).eval()
    model = copy.deepcopy(plain)
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(tmp_path / "v1"))
    first, later = Job(0, prompt(9, 1), slot, slot), Job(1, prompt(20, 2), 0, 0)
    looks = count()
    for job in Decoder(model, slots, PrefixStore()).run([first], arriving=lambda: [later] if next(looks) == 4 else ()):
        job.ended = len(job.said) >= STEPS
    assert (first.said, later.said) == (greedy(tuned, first.prompt)[0], greedy(plain, later.prompt)[0])


def test_a_prompt_that_cannot_be_read_ends_alone() -> None:
    model = random_model()
    decoder = Decoder(model, AdapterSlots(model), PrefixStore())
    first, bad = Job(0, prompt(9, 1), 0, 0), Job(1, [10**6], 0, 0)
    looks = count()
    for job in decoder.run([first], arriving=lambda: [bad] if next(looks) == 4 else ()):
        job.ended = len(job.said) >= STEPS
    assert (bad.ended, bad.said, isinstance(bad.error, IndexError)) == (True, [], True)
    assert first.said == greedy(model, first.prompt)[0]
