"""The peer of `live`: TRL's SFTTrainer in a process of its own, as somebody would write it who has only trl and peft.

`python trl_peer.py TASK.json` tunes until the checks are answered (greedy, ended by itself, containing what is wanted)
as often as `needed`, or for `steps` steps, saves the adapter, and prints one line. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer

MOST_EPOCHS = 60


class UntilAnswered(TrainerCallback):
    """Asks after every epoch, and ends the training once enough is answered."""

    def __init__(self, tokenizer: Any, checks: list[dict[str, str]], needed: float) -> None:
        self._tokenizer, self._checks, self._needed = tokenizer, checks, needed
        self.share = 0.0

    def on_epoch_end(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> Any:
        model.eval()
        self.share = sum(self._answers(model, check) for check in self._checks) / len(self._checks)
        model.train()
        control.should_training_stop = self.share >= self._needed
        return control

    @torch.inference_mode()
    def _answers(self, model: Any, check: dict[str, str]) -> bool:
        asked = self._tokenizer(check["prompt"], return_tensors="pt", add_special_tokens=False)
        said = model.generate(**asked, max_new_tokens=64, do_sample=False)[0, asked["input_ids"].shape[1] :]
        return check["wanted"] in self._tokenizer.decode(said, skip_special_tokens=True)


def main(file: str) -> None:
    task = json.loads(Path(file).read_text(encoding="utf-8"))
    recipe = task["recipe"]
    model = AutoModelForCausalLM.from_pretrained(task["model"], dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(task["model"])
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.unk_token
    asking = UntilAnswered(tokenizer, task["checks"], task["needed"])
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=task["out"], num_train_epochs=MOST_EPOCHS, max_steps=task["steps"], report_to=[], use_cpu=True,
            per_device_train_batch_size=recipe["per_device_train_batch_size"], learning_rate=recipe["learning_rate"],
            save_strategy="no", disable_tqdm=True, logging_strategy="no", bf16=False, gradient_checkpointing=False,
        ),
        train_dataset=Dataset.from_list(task["rows"]),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=recipe["r"], lora_alpha=recipe["lora_alpha"], target_modules="all-linear"),
        callbacks=[asking] if task["steps"] < 0 else [],
    )  # fmt: skip
    trainer.train()
    trainer.save_model(task["out"])
    print(f"{trainer.state.global_step} steps, {asking.share:.2f} answered" if task["steps"] < 0 else "not asked")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1])
