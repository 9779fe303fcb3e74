"""The local engine from the outside: columns, errors in one column, stopping, swapping, queues, real models."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from tests.serving.models import random_model, save_adapter, save_model, shared_models
from understudy.errors import DownloadError, ModelError
from understudy.serving.backend import Stop
from understudy.serving.bandwidth import tokens_per_second
from understudy.serving.device import Placement, choose_placement
from understudy.serving.fit import estimate_fit
from understudy.serving.local import LocalBackend
from understudy.types import Delta, Done, FinishReason, Message, Notice, Row, Sampling

CPU = Placement(torch.device("cpu"), torch.float32, 1, "forced by the test")
ASK = [Message("user", "Once upon a time?")]
GREEDY = Sampling(temperature=0, max_tokens=24)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save_model(folder / "chat")
    save_model(folder / "plain", "gpt2", chat=False)
    save_adapter(folder / "v1", random_model(), 1)
    save_adapter(folder / "v2", random_model(), 2, r=8)
    return folder


@pytest.fixture
def backend(home: Path) -> LocalBackend:
    return LocalBackend(home / "chat", placement=CPU)


def ask(backend: LocalBackend, rows: list[Row], sampling: Sampling = GREEDY, stop: Stop | None = None):
    events = list(backend.generate(rows, sampling, stop or Stop()))
    texts = ["".join(e.text for e in events if isinstance(e, Delta) and e.row == i) for i in range(len(rows))]
    ends = [[e for e in events if isinstance(e, Done) and e.row == i] for i in range(len(rows))]
    assert all(len(end) == 1 for end in ends)
    return texts, [end[0] for end in ends], events


def test_columns_say_what_each_would_say_alone_and_report_what_they_cost(backend: LocalBackend, home: Path) -> None:
    backend.load_version(1, home / "v1")
    backend.load_version(2, home / "v2")
    assert backend.versions() == (0, 1, 2)
    rows = [Row(ASK, version) for version in (2, 0, 1)]
    texts, ends, _ = ask(backend, rows)
    assert texts == [ask(backend, [row])[0][0] for row in rows]
    assert len(set(texts)) == 3
    for end in ends:
        assert end.prompt.endswith("<|im_start|>assistant\n")
        assert end.usage.prompt_tokens == backend.count_tokens(ASK)
        assert 0 < end.usage.completion_tokens <= 24
        assert 0 < end.usage.first_token_ms <= end.usage.total_ms


def test_the_joined_deltas_are_the_answer_of_generate(backend: LocalBackend) -> None:
    texts, _, _ = ask(backend, [Row(ASK)])
    model, tokenizer = random_model(), backend.tokenizer
    prompt = tokenizer.apply_chat_template([{"role": "user", "content": ASK[0].content}], add_generation_prompt=True,
                                           return_tensors="pt", return_dict=True)  # fmt: skip
    out = model.generate(**prompt, max_new_tokens=24, do_sample=False, eos_token_id=[2], pad_token_id=0)
    said = out[0, prompt["input_ids"].shape[1] :]
    assert texts[0] == tokenizer.decode(said, skip_special_tokens=True)


def test_identical_models_say_identical_things_and_a_seed_of_its_own_makes_a_draft(backend: LocalBackend) -> None:
    sampling = Sampling(temperature=1.0, seed=5, max_tokens=16)
    texts, _, _ = ask(backend, [Row(ASK), Row(ASK), Row(ASK, seed=6)], sampling)
    assert texts[0] == texts[1] != texts[2]
    assert ask(backend, [Row(ASK)], sampling)[0][0] == texts[0]


def test_a_column_that_cannot_answer_says_why_and_the_others_finish(backend: LocalBackend) -> None:
    long = [Message("user", "word " * 400)]
    texts, ends, _ = ask(backend, [Row(ASK, 9), Row(ASK), Row(long)])
    assert [end.finish is FinishReason.ERROR for end in ends] == [True, False, True]
    assert "Version 9 is not loaded" in ends[0].error
    assert "reads 256 in all" in ends[2].error
    assert texts[1]


def test_the_next_turn_reads_only_what_is_new(backend: LocalBackend) -> None:
    texts, ends, _ = ask(backend, [Row(ASK)])
    talk = [*ASK, Message("assistant", texts[0]), Message("user", "And then?")]
    _, later, _ = ask(backend, [Row(talk)])
    assert ends[0].usage.cached_tokens == 0
    assert later[0].usage.cached_tokens >= ends[0].usage.prompt_tokens


def test_turns_that_no_longer_fit_are_dropped_with_a_notice(backend: LocalBackend) -> None:
    talk = [m for i in range(9) for m in (Message("user", f"word {i} " * 6), Message("assistant", "yes " * 6))]
    _, ends, events = ask(backend, [Row([*talk, *ASK])])
    assert "were left out" in next(e.text for e in events if isinstance(e, Notice))
    assert ends[0].usage.prompt_tokens + ends[0].usage.completion_tokens <= 256


def test_stop_ends_one_row_or_all_within_one_step(home: Path) -> None:
    model = LocalBackend(home / "chat", placement=CPU)
    model.template.end_tokens = frozenset()
    stop, counts = Stop(), {0: 0, 1: 0}
    ends = {}
    for event in model.generate([Row(ASK), Row(ASK)], Sampling(temperature=0, max_tokens=60), stop):
        if isinstance(event, Done):
            ends[event.row] = event
        elif isinstance(event, Delta):
            counts[event.row] += 1
            if counts[0] == 5:
                stop.request(0)
            if counts[1] == 20:
                stop.request()
    assert [ends[i].finish for i in (0, 1)] == [FinishReason.STOPPED] * 2
    assert ends[0].usage.completion_tokens < ends[1].usage.completion_tokens < 60


def test_a_plain_model_stops_before_it_speaks_for_the_person(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = LocalBackend(home / "plain", placement=CPU)
    assert model.describe().template == "plain"
    ids = model.template.encode(" Fine.\nUser: more")
    monkeypatch.setattr("understudy.serving.sampler.Sampler.choose", lambda *args, **kwargs: [ids.pop(0)])
    texts, ends, _ = ask(model, [Row(ASK)])
    assert (texts[0], ends[0].finish) == ("Fine.", FinishReason.STOP)


def test_a_version_is_replaced_while_its_old_self_is_still_answering(backend: LocalBackend, home: Path) -> None:
    backend.load_version(1, home / "v1")
    old, _, _ = ask(backend, [Row(ASK, 1)])
    pieces = []
    for event in backend.generate([Row(ASK, 1)], GREEDY, Stop()):
        if isinstance(event, Delta):
            pieces.append(event.text)
            if len(pieces) == 3:
                backend.load_version(1, home / "v2")
    assert "".join(pieces) == old[0]
    new, _, _ = ask(backend, [Row(ASK, 1)])
    assert new != old
    assert backend._slots._taken == {0, 2}
    backend.unload_version(1)
    assert backend.versions() == (0,)
    assert backend._slots._taken == {0}


def test_a_bad_adapter_leaves_the_version_that_was_there(backend: LocalBackend, home: Path, tmp_path: Path) -> None:
    backend.load_version(1, home / "v1")
    before, _, _ = ask(backend, [Row(ASK, 1)])
    with pytest.raises(ModelError, match="no adapter folder"):
        backend.load_version(1, tmp_path / "gone")
    with pytest.raises(ModelError, match="Version 0"):
        backend.load_version(0, home / "v1")
    assert ask(backend, [Row(ASK, 1)])[0] == before


def test_people_who_ask_at_once_share_a_batch_and_get_what_each_would_alone(backend: LocalBackend) -> None:
    questions = [[Message("user", f"Question {i} {'and more ' * i}?")] for i in range(4)]
    alone = [ask(backend, [Row(question)])[0][0] for question in questions]
    got: dict[int, str] = {}
    steps: list[int] = []
    step = backend._decoder._step
    backend._decoder._step = lambda batch, jobs: (steps.append(len(jobs)), step(batch, jobs))[1]

    def person(i: int) -> None:
        got[i] = ask(backend, [Row(questions[i])])[0][0]

    threads = [threading.Thread(target=person, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [got[i] for i in range(4)] == alone
    assert max(steps) > 1
    assert not backend.busy


def test_a_text_is_scored_between_two_steps_and_the_answer_stays_the_same(backend: LocalBackend, home: Path) -> None:
    backend.load_version(1, home / "v1")
    backend.template.end_tokens = frozenset()
    row, sampling = Row(ASK, 1), Sampling(temperature=0, max_tokens=200)
    expected, alone = ask(backend, [row], sampling)[0], backend.score([Row(ASK)], ["Yes."])
    answer = backend.generate([row], sampling, Stop())
    said = [next(answer)]
    assert backend.score([Row(ASK)], ["Yes."]) == alone
    said += list(answer)
    assert ["".join(event.text for event in said if isinstance(event, Delta))] == expected


def test_who_waits_can_stop_waiting_and_who_leaves_early_frees_the_way(backend: LocalBackend) -> None:
    first = backend.generate([Row(ASK)], GREEDY, Stop())
    next(first)
    assert backend.busy
    stop = Stop()
    stop.request()
    _, ends, _ = ask(backend, [Row(ASK)], stop=stop)
    assert ends[0].finish is FinishReason.STOPPED
    first.close()
    assert not backend.busy
    assert ask(backend, [Row(ASK)])[0][0]


def test_running_out_of_memory_is_a_sentence_and_the_next_answer_works(
    backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args, **kwargs):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.")

    with monkeypatch.context() as patch:
        patch.setattr(backend._model, "forward", fail)
        _, ends, _ = ask(backend, [Row(ASK), Row(ASK)])
    assert all(end.finish is FinishReason.ERROR and "not enough memory" in end.error for end in ends)
    assert ask(backend, [Row(ASK)])[1][0].finish is not FinishReason.ERROR


def test_a_twin_shares_every_weight_and_training_it_leaves_the_chat_alone(backend: LocalBackend, home: Path) -> None:
    before = ask(backend, [Row(ASK)])[0]
    backend.load_version(1, home / "v1")
    twin = backend.twin()
    assert {p.data_ptr() for p in twin.parameters()} == {p.data_ptr() for p in random_model_tensors(backend)}
    twin.train()
    assert not backend._model.training
    assert ask(backend, [Row(ASK)])[0] == before


def random_model_tensors(backend: LocalBackend):
    return backend._model.parameters()


def test_a_closed_backend_says_so(backend: LocalBackend) -> None:
    backend.close()
    _, ends, _ = ask(backend, [Row(ASK)])
    assert "was closed" in ends[0].error


def test_folders_that_cannot_be_loaded_are_refused_with_the_reason(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model folder at /nowhere/x"):
        LocalBackend("/nowhere/x", placement=CPU)
    save_model(tmp_path / "code")
    config = tmp_path / "code" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(ModelError, match="own Python code"):
        LocalBackend(tmp_path / "code", placement=CPU)
    save_model(tmp_path / "pickle")
    (tmp_path / "pickle" / "model.safetensors").rename(tmp_path / "pickle" / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin, a pickle"):
        LocalBackend(tmp_path / "pickle", placement=CPU)
    (tmp_path / "pickle" / "config.json").unlink()
    with pytest.raises(ModelError, match=r"no config\.json"):
        LocalBackend(tmp_path / "pickle", placement=CPU)


def test_an_id_that_cannot_be_fetched_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadError, match="someone/model"):
        LocalBackend("someone/model", placement=CPU)


def test_the_estimate_needs_no_loading_and_says_what_to_do(home: Path) -> None:
    fit = estimate_fit(home / "chat", available=10 * 2**30)
    assert fit.parameters == sum({p.data_ptr(): p.numel() for p in random_model().parameters()}.values())
    assert fit.verdict == "fits"
    assert fit.tokens_per_second == tokens_per_second(fit.parameters)
    assert estimate_fit(home / "chat", available=100_000).verdict == "too large"
    assert "choose a smaller model" in estimate_fit(home / "chat", available=100_000).sentence


def test_the_device_is_measured_quickly_and_the_reason_is_a_sentence() -> None:
    choose_placement.cache_clear()
    start = time.perf_counter()
    placement = choose_placement("cpu")
    assert time.perf_counter() - start < 2
    assert placement.reason.startswith(("float32: bfloat16", "bfloat16: its"))
    torch.set_num_threads(1)
    with pytest.raises(ModelError, match="no device cuda"):
        choose_placement("cuda") if not torch.cuda.is_available() else pytest.skip("there is a GPU")


def test_importing_serving_loads_no_torch() -> None:
    code = "import sys, understudy.serving; print('torch' in sys.modules or 'transformers' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")})  # fmt: skip
    assert out.stdout.strip() == "False"


@pytest.mark.parametrize("name", ["stories260k", "tinystories-656k"])
def test_a_real_pretrained_model_chats_in_two_equal_columns(name: str) -> None:
    model = LocalBackend(shared_models() / name, placement=CPU)
    texts, ends, _ = ask(model, [Row(ASK), Row(ASK)], Sampling(temperature=0, max_tokens=40))
    assert texts[0] == texts[1]
    assert len(texts[0].split()) > 5
    assert "\ufffd" not in texts[0]
    assert ends[0].error is None


def test_who_leaves_at_the_first_word_leaves_nothing_busy(backend: LocalBackend) -> None:
    events = backend.generate([Row(ASK, version=9), Row(ASK)], GREEDY, Stop())
    assert isinstance(next(events), Done)  # the row of a version that is not there
    assert backend.busy
    events.close()
    assert not backend.busy and ask(backend, [Row(ASK)])[1][0].finish is not FinishReason.ERROR
