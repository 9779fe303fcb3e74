"""Training beside the chat, from the outside: what is learned, what is shared, what may go wrong meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from tests.serving.models import random_model, save_adapter
from tests.training.conftest import CPU
from tests.training.examples import ask, corrections, say
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.errors import Cancelled, ModelError, TrainingError
from understudy.serving.adapter import read_adapter
from understudy.serving.backend import Stop
from understudy.serving.device import Placement
from understudy.serving.local import LocalBackend
from understudy.serving.slots import AdapterSlots
from understudy.training import trainer
from understudy.training.control import Quiet
from understudy.training.half import half_pays
from understudy.training.recipe import Recipe
from understudy.training.trainer import LocalTrainer
from understudy.types import Row, Sampling

QUICK = Recipe(
    learning_rate=1e-2, num_train_epochs=60, replay_share=0.0, per_device_train_batch_size=4, min_steps=0, eval_steps=1
)
SHORT = replace(QUICK, max_steps=8, replay_share=0.5, stop_when_learned=False, save_seconds=0.0)
WORDS = corrections("Once upon?", "the dog.", "And then?", "he slept in the sun.")
VOTE = Example("p", Kind.PREFERENCE, ask("Who?"), "a dog.", "anyone else.")
DOWN = Example("t", Kind.THUMB, ask("abc?"), "he never barked.", label=False)
ANCHORS = (Example("a0", Kind.REPLAY, ask("abc?"), "123."), Example("a1", Kind.REPLAY, ask("Who?"), "a dog."))
MIXED = Snapshot((*WORDS, VOTE, DOWN), anchors=ANCHORS)


class Doing(Quiet):
    """A control that does something at every micro-step, and keeps what it was told."""

    def __init__(self, act: Callable[[int], None] = lambda n: None) -> None:
        self.act, self.calls = act, 0
        self.points: list[tuple[str, int, float]] = []
        self.left: list[float | None] = []

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        self.calls += 1
        self.left.append(seconds_left)
        self.act(self.calls)

    def point(self, name: str, step: int, value: float) -> None:
        self.points.append((name, step, value))


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "adapter_model.safetensors")


def assert_same(a: Path, b: Path) -> None:
    ours, theirs = weights(a), weights(b)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_what_was_corrected_is_said_and_the_base_says_what_it_said(backend: LocalBackend, tmp_path: Path) -> None:
    before = [say(backend, example) for example in WORDS]
    trained = LocalTrainer(backend).train(Snapshot(WORDS), QUICK, tmp_path / "v1", Quiet())
    backend.load_version(1, trained.folder)
    assert [say(backend, example, 1) for example in WORDS] == [example.completion for example in WORDS]
    assert [say(backend, example) for example in WORDS] == before
    assert trained.stopped_because == "Every correction is said."
    assert trained.steps < 60


def test_the_trainer_holds_no_second_copy_and_the_chat_computes_the_same_to_the_bit(
    backend: LocalBackend, tmp_path: Path
) -> None:
    chat, ids, seen = backend._model, torch.arange(3, 30)[None], {}

    def logits() -> torch.Tensor:
        with torch.inference_mode():
            return chat(input_ids=ids).logits

    def look(model: Any) -> float:
        seen.update({name.replace(".base_layer", ""): p for name, p in model.named_parameters()})
        return 0.0

    before, same = logits(), []
    control = Doing(lambda n: same.append(torch.equal(logits(), before)))
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "v1", control)
    LocalTrainer(backend).train(MIXED, replace(SHORT, stop_when_learned=True), tmp_path / "v2", Quiet(), probe=look)
    assert len(same) > 8 and all(same) and torch.equal(logits(), before)
    base = dict(chat.named_parameters())
    found = {name.removeprefix("base_model.model."): p for name, p in seen.items() if "lora_" not in name}
    assert found.keys() == base.keys()
    assert all(found[name].data_ptr() == p.data_ptr() for name, p in base.items())
    assert not any(p.requires_grad or p.grad is not None for p in base.values())


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
@pytest.mark.parametrize("layers", [{}, {"target_modules": "mlp", "last_layers": 1 / 3}])
def test_the_saved_adapter_answers_in_a_slot_as_it_does_in_peft(
    home: Path, tmp_path: Path, architecture: str, layers: dict
) -> None:
    from tests.serving.models import save_model

    backend = LocalBackend(save_model(tmp_path / "model", architecture), placement=CPU)
    trained = LocalTrainer(backend).train(MIXED, replace(SHORT, **layers), tmp_path / "v1", Quiet())
    names = read_adapter(trained.folder).weights
    assert len(names) > 1 and (not layers or all(".2.mlp." in name for name in names))
    slots, ids = AdapterSlots(chat := backend.twin()), torch.arange(3, 20)[None]
    slot = slots.load(read_adapter(trained.folder))
    slots.route([0, slot])
    with torch.inference_mode():
        got = chat(input_ids=ids.repeat(2, 1)).logits
        expected = PeftModel.from_pretrained(backend.twin(), trained.folder).eval()(input_ids=ids).logits[0]
    torch.testing.assert_close(got[1], expected, atol=1e-4, rtol=1e-4)
    assert (got[0] - got[1]).abs().max() > 1e-3


def test_the_adapter_is_float32_on_a_bfloat16_base(home: Path, tmp_path: Path) -> None:
    half = LocalBackend(home, placement=Placement(torch.device("cpu"), torch.bfloat16, 1, "forced by the test"))
    trained = LocalTrainer(half).train(MIXED, SHORT, tmp_path / "v1", Quiet())
    assert {tensor.dtype for tensor in weights(trained.folder).values()} == {torch.float32}
    assert {p.dtype for p in half._model.parameters()} == {torch.bfloat16}


def test_votes_are_followed_and_the_chosen_answer_stays_as_likely(backend: LocalBackend, tmp_path: Path) -> None:
    recipe = replace(QUICK, beta=0.5)
    trained = LocalTrainer(backend).train(Snapshot((VOTE,)), recipe, tmp_path / "v1", Quiet())
    assert trained.stopped_because == "The chosen answer of every vote is the likelier one."


def test_a_form_that_cannot_be_learned_holds_up_no_run_but_a_correction_does(
    backend: LocalBackend, tmp_path: Path
) -> None:
    against = replace(WORDS[0], id="x", completion="123.", synthetic=True)
    recipe = replace(QUICK, num_train_epochs=30, synthetic_share=0.0)
    trained = LocalTrainer(backend).train(Snapshot((*WORDS, against), ()), recipe, tmp_path / "v1", Quiet())
    assert trained.stopped_because == "Every correction is said."
    both = Snapshot((*WORDS, replace(against, synthetic=False)))
    trained = LocalTrainer(backend).train(both, recipe, tmp_path / "v2", Quiet())
    assert trained.stopped_because == "It took all 30 steps that its recipe allows."


def test_what_is_still_said_is_not_learned_again_and_what_was_forgotten_is(
    backend: LocalBackend, tmp_path: Path
) -> None:
    """The first two are taught; then one of them and a third are rehearsed beside nothing new."""
    kept, lost = corrections("Once upon?", "the dog.", "And then?", "he slept in the sun.")
    before = LocalTrainer(backend).train(Snapshot((kept,)), QUICK, tmp_path / "v1", Quiet()).folder
    control = Doing()
    older = tuple(replace(example, rehearsed=True) for example in (kept, lost))
    trained = LocalTrainer(backend).train(Snapshot(older), QUICK, tmp_path / "v2", control, before)
    backend.load_version(2, trained.folder)
    assert [say(backend, example, 2) for example in older] == [kept.completion, lost.completion]
    again = LocalTrainer(backend).train(Snapshot(older), QUICK, tmp_path / "v3", Quiet(), trained.folder)
    assert (again.steps, trained.steps > 1) == (1, True)


def test_a_run_ends_when_what_was_held_out_gets_worse(backend: LocalBackend, tmp_path: Path) -> None:
    other = replace(WORDS[0], id="h", completion="never 123 anyone abc.")
    control, recipe = Doing(), replace(QUICK, stop_when_learned=False, early_stopping_patience=2)
    trained = LocalTrainer(backend).train(Snapshot(WORDS, held_out=(other,)), recipe, tmp_path / "v1", control)
    assert trained.stopped_because == "The loss on what was held out has not fallen for 2 looks."
    curve = [value for name, _, value in control.points if name == "held_out"]
    assert min(curve) == curve[-3] and trained.steps == len(curve) < 60


@pytest.mark.slow
def test_the_anchors_hold_the_base_where_nothing_was_corrected(backend: LocalBackend, tmp_path: Path) -> None:
    far = {}
    for weight in (0.0, 5.0):
        control = Doing()
        recipe = replace(SHORT, kl_weight=weight, max_steps=20, replay_share=0.5 if weight else 0.0)
        LocalTrainer(backend).train(MIXED, recipe, tmp_path / f"v{weight}", control)
        backend.load_version(1, tmp_path / f"v{weight}")
        far[weight] = distance(backend, tmp_path / f"v{weight}")
    assert far[5.0] < 0.5 * far[0.0]


def distance(backend: LocalBackend, folder: Path) -> float:
    """How far the adapter moves the base's distribution on the anchors' answers (KL, nats per token)."""
    from understudy.training.batch import encode
    from understudy.training.objective import Totals, micro_loss
    from understudy.training.reference import Reference, refer

    items, reference, recipe = [encode(backend.template, a, 256) for a in ANCHORS], Reference(), Recipe(kl_weight=1.0)
    refer(reference, backend.twin(), items, recipe, lambda: None)
    tuned = PeftModel.from_pretrained(backend.twin(), folder).eval()
    return float(micro_loss(tuned, items, Totals.of(items), reference, recipe).value)


class Breaking(LocalBackend):
    """A backend whose twins fail as a real model does: while computing."""

    def __init__(self, source: Path, act: Callable[[torch.Tensor], torch.Tensor | None]) -> None:
        super().__init__(source, placement=CPU)
        self._act = act

    def twin(self) -> Any:
        model = super().twin()
        model.model.embed_tokens.register_forward_hook(lambda _, inputs, out: self._act(out))
        return model


def test_a_step_whose_numbers_break_down_is_left_out_and_said(home: Path, tmp_path: Path) -> None:
    calls = []

    def once(out: torch.Tensor) -> torch.Tensor | None:
        calls.append(1)
        return out * float("nan") if len(calls) == 4 else None

    trained = LocalTrainer(Breaking(home, once)).train(Snapshot(WORDS), replace(SHORT), tmp_path / "v1", Quiet())
    assert trained.notices == (
        "Step 4 gave numbers that are not finite and was left out; the learning rate was halved.",
    )
    assert all(torch.isfinite(tensor).all() for tensor in weights(trained.folder).values())


def test_a_run_whose_numbers_stay_broken_is_given_up_with_a_sentence(home: Path, tmp_path: Path) -> None:
    broken = Breaking(home, lambda out: out * float("nan"))
    with pytest.raises(TrainingError, match=r"5 steps in a row .* Lower learning_rate"):
        LocalTrainer(broken).train(Snapshot(WORDS), SHORT, tmp_path / "v1", Quiet())
    assert not (tmp_path / "v1" / "adapter_config.json").exists()


def test_out_of_memory_halves_the_micro_batch_and_learns_the_same(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "half_pays", lambda: False)  # bfloat16 products round otherwise in every shape

    def at_most(tokens: int) -> Callable[[torch.Tensor], None]:
        def check(out: torch.Tensor) -> None:
            if out.shape[0] * out.shape[1] > tokens and torch.is_grad_enabled():
                raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ...")

        return check

    calm = LocalTrainer(Breaking(home, at_most(10**6))).train(MIXED, SHORT, tmp_path / "calm", Quiet())
    tight = LocalTrainer(Breaking(home, at_most(120))).train(MIXED, SHORT, tmp_path / "tight", Quiet())
    assert not calm.notices and "Memory was short" in tight.notices[0]
    assert tight.losses == pytest.approx(calm.losses, rel=1e-3)
    small = replace(SHORT, micro_batch_tokens=int(tight.notices[0].split(" tokens")[0].split()[-1]))
    LocalTrainer(Breaking(home, at_most(120))).train(MIXED, small, tmp_path / "small", Quiet())
    assert_same(tight.folder, tmp_path / "small")
    with pytest.raises(TrainingError, match="not enough memory to train on even one example"):
        LocalTrainer(Breaking(home, at_most(1))).train(MIXED, SHORT, tmp_path / "none", Quiet())


def test_the_trainer_stands_aside_while_an_answer_is_being_written(backend: LocalBackend, tmp_path: Path) -> None:
    control = Doing()
    answer = backend.generate([Row(ask("Once upon?"))], Sampling(temperature=0, max_tokens=64), Stop())
    next(answer)
    thread = threading.Thread(
        target=LocalTrainer(backend).train, args=(Snapshot(WORDS), SHORT, tmp_path / "v1", control)
    )
    thread.start()
    deadline = time.monotonic() + 30
    while control.calls < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert backend.busy and control.calls >= 20 and not control.points
    answer.close()
    thread.join(60)
    assert [step for name, step, _ in control.points if name == "loss"] == list(range(1, 9))


def test_a_crowd_that_never_pauses_does_not_starve_the_trainer(
    backend: LocalBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.training.trainer.PATIENCE_S", 0.2)
    answer = backend.generate([Row(ask("Once upon?"))], Sampling(temperature=0, max_tokens=64), Stop())
    next(answer)
    control, begun = Doing(), time.monotonic()
    trained = LocalTrainer(backend).train(Snapshot(WORDS), SHORT, tmp_path / "v1", control)
    whole = time.monotonic() - begun
    assert backend.busy
    assert [step for name, step, _ in control.points if name == "loss"] == list(range(1, 9))
    assert trained.seconds < whole / 2
    answer.close()


def test_a_cancelled_run_leaves_no_version_and_may_be_taken_up_again(backend: LocalBackend, tmp_path: Path) -> None:
    def cancel(n: int) -> None:
        if n == 6:
            raise Cancelled("You stopped the training.")

    with pytest.raises(Cancelled):
        LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "v1", Doing(cancel))
    assert not (tmp_path / "v1" / "adapter_config.json").exists()
    again = Doing()
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "v1", again)
    assert again.points[0][1] > 1
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "whole", Quiet())
    assert_same(tmp_path / "v1", tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are not there")
def test_a_run_killed_again_and_again_ends_with_the_adapter_of_an_undisturbed_one(
    backend: LocalBackend, tmp_path: Path
) -> None:
    def live_until(micro_step: int) -> None:
        torch.set_num_threads(1)
        control = Doing(lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == micro_step else None)
        LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "killed", control)

    half_pays()  # measured once, here: the children and the undisturbed run compute alike
    for micro_step in (1, 2, 4, 3, 3, 4):
        child = multiprocessing.get_context("fork").Process(target=live_until, args=(micro_step,))
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        assert not (tmp_path / "killed" / "adapter_config.json").exists()
    control = Doing()
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "killed", control)
    assert 1 < control.points[0][1] <= 8
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "whole", Quiet())
    assert_same(tmp_path / "killed", tmp_path / "whole")


def test_a_damaged_checkpoint_or_one_of_other_data_is_not_used(backend: LocalBackend, tmp_path: Path) -> None:
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "v1", Quiet())
    state = tmp_path / "v1" / "checkpoint" / "state.safetensors"
    whole = state.read_bytes()
    for content, data in ((whole[:300], MIXED), (whole, Snapshot(WORDS))):
        state.write_bytes(content)
        control = Doing()
        LocalTrainer(backend).train(data, SHORT, tmp_path / "v1", control)
        assert control.points[0][1] == 1


def test_a_run_may_go_on_from_an_earlier_version_but_not_from_one_of_another_base(
    backend: LocalBackend, tmp_path: Path
) -> None:
    first = LocalTrainer(backend).train(Snapshot(WORDS), QUICK, tmp_path / "v1", Quiet())
    second = LocalTrainer(backend).train(Snapshot(WORDS), QUICK, tmp_path / "v2", Quiet(), start=first.folder)
    assert second.steps < first.steps
    foreign = save_adapter(tmp_path / "foreign", random_model("gpt2"), 1)
    with pytest.raises(TrainingError, match="another base model"):
        LocalTrainer(backend).train(Snapshot(WORDS), QUICK, tmp_path / "v3", Quiet(), start=foreign)
    with pytest.raises(ModelError, match="no adapter folder"):
        LocalTrainer(backend).train(Snapshot(WORDS), QUICK, tmp_path / "v4", Quiet(), start=tmp_path / "nowhere")


def test_what_cannot_be_learned_is_said_and_stops_nothing(backend: LocalBackend, tmp_path: Path) -> None:
    long = replace(WORDS[0], id="long", completion="word " * 300)
    trained = LocalTrainer(backend).train(Snapshot((*WORDS, long)), SHORT, tmp_path / "v1", Quiet())
    assert len(trained.notices) == 1 and "this model reads 256 in all" in trained.notices[0]
    with pytest.raises(TrainingError, match="this model reads 256 in all"):
        LocalTrainer(backend).train(Snapshot((long,)), SHORT, tmp_path / "v2", Quiet())
    with pytest.raises(TrainingError, match="nothing to learn from yet"):
        LocalTrainer(backend).train(Snapshot(()), SHORT, tmp_path / "v3", Quiet())


def test_the_control_reads_how_much_is_left(backend: LocalBackend, tmp_path: Path) -> None:
    control = Doing()
    LocalTrainer(backend).train(MIXED, SHORT, tmp_path / "v1", control)
    left = [seconds for seconds in control.left if seconds is not None]
    assert left and all(0 < seconds < 60 for seconds in left) and left[-1] < max(left)
