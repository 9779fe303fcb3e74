"""What a version thinks of a text is what transformers and PEFT say about it."""

from __future__ import annotations

import copy
import threading
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from tests.serving.models import random_model, save_adapter, save_model
from understudy.errors import InputError, ModelError
from understudy.serving.backend import Stop
from understudy.serving.local import LocalBackend
from understudy.types import Delta, Message, Row, Sampling

HELLO, LONGER = [Message("user", "Hello")], [Message("system", "Be kind."), Message("user", "abc 123 é, and a dog?")]


@pytest.fixture
def backend(tmp_path: Path):
    opened = LocalBackend.open(save_model(tmp_path / "model"), device="cpu", threads=1)
    opened.load_version(1, save_adapter(tmp_path / "v1", random_model(), 1))
    yield opened
    opened.close()


def judged(model: torch.nn.Module, backend: LocalBackend, messages: list[Message], text: str) -> tuple[float, int]:
    """transformers' own loss, with the prompt masked out, and how many of the tokens are its first choice."""
    prompt = backend.template.encode(backend.template.render(messages))
    ids = torch.tensor([[*prompt, *backend.template.answer(text)]])
    labels = ids.clone()
    labels[:, : len(prompt)] = -100
    with torch.inference_mode():
        out = model(input_ids=ids, labels=labels)
    return float(out.loss), int((out.logits[0, :-1].argmax(-1) == labels[0, 1:]).sum())


def test_loss_and_hits_of_each_row_are_transformers_own(backend: LocalBackend, tmp_path: Path) -> None:
    base = random_model()
    tuned = PeftModel.from_pretrained(copy.deepcopy(base), tmp_path / "v1").eval()
    said = backend.tokenizer.decode(base.generate(torch.tensor([[5, 6, 7]]), max_new_tokens=6, do_sample=False)[0, 3:])
    cells = [(1, HELLO, "A dog."), (0, LONGER, said), (1, LONGER, "x"), (0, HELLO, "A dog."), (0, HELLO, said * 4)]
    scores = backend.score([Row(messages, version) for version, messages, _ in cells], [text for *_, text in cells])
    expected = [judged(tuned if version else base, backend, messages, text) for version, messages, text in cells]
    assert [score.loss for score in scores] == pytest.approx([loss for loss, _ in expected], rel=1e-4)
    assert [score.hits for score in scores] == [hits for _, hits in expected]
    assert abs(scores[0].loss - scores[3].loss) > 0.01 and any(score.hits for score in scores)


def test_many_rows_and_an_answer_meanwhile_leave_both_right(backend: LocalBackend) -> None:
    def say() -> str:
        events = backend.generate([Row(HELLO, 1)], Sampling(temperature=0, max_tokens=40), Stop())
        return "".join(event.text for event in events if isinstance(event, Delta))

    alone, said = say(), []
    rows, texts = [Row(LONGER, i % 2) for i in range(24)], [f"number {i}" for i in range(24)]
    expected = [score.loss for score in backend.score(rows, texts)]
    thread = threading.Thread(target=lambda: said.append(say()))
    thread.start()
    again = [score.loss for score in backend.score(rows, texts)]
    thread.join()
    assert said == [alone] and again == pytest.approx(expected)


def test_a_version_that_is_not_there_and_a_text_that_is_too_long_are_refused(backend: LocalBackend) -> None:
    with pytest.raises(ModelError, match="Version 7 is not loaded"):
        backend.score([Row(HELLO, 1), Row(HELLO, 7)], ["a", "b"])
    with pytest.raises(InputError, match="this model reads 256"):
        backend.score([Row(HELLO)], ["a b " * 300])
    assert not backend.busy
