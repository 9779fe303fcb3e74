"""How to train: every knob of a run, named as PEFT, transformers and TRL name it, with a default for each size class.

A recipe is stored with its run, so that a version can be made again. A person changes it for good (`[training]` in
settings.toml, `UNDERSTUDY_TRAINING_*`) or for one run (`understudy train --set`).

`python -m understudy.training.recipe` prints the table of the README.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from understudy.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyperparameters of one run.

    `target_modules` is `all-linear` or `mlp`; `last_layers` the share of layers, from the top, that get an adapter.
    `num_train_epochs` is a limit: a run ends earlier when everything a person gave is learned, and `synthetic_share` of
    the forms made from it (`stop_when_learned`), or, with all that was given learned, when the held-out loss has not
    fallen for `early_stopping_patience` looks. It looks after every epoch, after `eval_steps` steps at the earliest.
    Few examples get `min_steps` steps however many epochs these are. `max_steps` limits optimizer steps, -1 does not.

    A step takes `per_device_train_batch_size` examples and so many anchors that they make up `replay_share` of its
    rows. `kl_weight` scales KL(base || tuned) on the anchors; 0 trains on the base's answers by cross-entropy instead.
    `beta` and `dpop_lambda` belong to votes, `desirable_weight` and `undesirable_weight` to thumbs up and down.
    `bf16` rounds products with frozen float32 weights on processors that gain by it (see `half`).
    A micro-step reads at most `micro_batch_tokens` tokens, padding included; `save_seconds` lie between checkpoints.

    `augmentation` trains every correction in other wordings too, `paraphrases` lets a base that can write them add its
    own. `class_balance` keeps one kind of feedback or one topic from drowning the others. `weak_weight` is what a weak
    signal counts beside a vote.
    """

    r: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    target_modules: str = "all-linear"
    last_layers: float = 1.0
    learning_rate: float = 3e-3
    lr_scheduler_type: str = "linear"
    warmup_steps: int = 5
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    num_train_epochs: int = 40
    min_steps: int = 120
    eval_steps: int = 8
    max_steps: int = -1
    per_device_train_batch_size: int = 16
    replay_share: float = 0.5
    kl_weight: float = 5.0
    beta: float = 0.1
    dpop_lambda: float = 5.0
    desirable_weight: float = 1.0
    undesirable_weight: float = 1.0
    stop_when_learned: bool = True
    synthetic_share: float = 0.95
    early_stopping_patience: int = 3
    bf16: bool = True
    micro_batch_tokens: int = 1024
    save_seconds: float = 5.0
    augmentation: bool = True
    paraphrases: bool = True
    class_balance: bool = True
    weak_weight: float = 0.25
    seed: int = 0

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe that `dataclasses.asdict` wrote. Raises SettingsError for a name or a value that is not one."""
        types: dict[str, type[Any]] = {field.name: type(getattr(cls(), field.name)) for field in fields(cls)}
        unknown = sorted(set(values) - set(types))
        if unknown:
            raise SettingsError(f"There is no training setting {unknown[0]}. Choose one of: {', '.join(types)}.")
        return cls(**{name: _read(name, types[name], value) for name, value in values.items()}).checked()

    def checked(self) -> Recipe:
        """Itself. Raises SettingsError when a value makes no sense."""
        wrong = [
            ("r", self.r >= 1, "1 or more"),
            ("lora_alpha", self.lora_alpha >= 1, "1 or more"),
            ("learning_rate", 0 < self.learning_rate < 1, "between 0 and 1"),
            ("last_layers", 0 < self.last_layers <= 1, "above 0, at most 1"),
            ("replay_share", 0 <= self.replay_share < 1, "from 0 to below 1"),
            ("weight_decay", 0 <= self.weight_decay < 1, "from 0 to below 1"),
            ("warmup_steps", self.warmup_steps >= 0, "0 or more"),
            ("min_steps", self.min_steps >= 0, "0 or more"),
            ("max_grad_norm", self.max_grad_norm > 0, "above 0"),
            ("kl_weight", 0 <= self.kl_weight < math.inf, "0 or more"),
            ("beta", 0 < self.beta < math.inf, "above 0"),
            ("dpop_lambda", 0 <= self.dpop_lambda < math.inf, "0 or more"),
            ("desirable_weight", 0 <= self.desirable_weight < math.inf, "0 or more"),
            ("undesirable_weight", 0 <= self.undesirable_weight < math.inf, "0 or more"),
            ("weak_weight", 0 < self.weak_weight <= 1, "above 0, at most 1"),
            ("synthetic_share", 0 <= self.synthetic_share <= 1, "from 0 to 1"),
            ("lora_dropout", 0 <= self.lora_dropout < 1, "from 0 to below 1"),
            ("per_device_train_batch_size", self.per_device_train_batch_size >= 1, "1 or more"),
            ("num_train_epochs", self.num_train_epochs >= 1, "1 or more"),
            ("eval_steps", self.eval_steps >= 1, "1 or more"),
            ("micro_batch_tokens", self.micro_batch_tokens >= 1, "1 or more"),
            ("target_modules", self.target_modules in ("all-linear", "mlp"), "all-linear or mlp"),
            ("lr_scheduler_type", self.lr_scheduler_type in ("linear", "constant"), "linear or constant"),
        ]
        for name, fine, range_ in wrong:
            if not fine:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}, but must be {range_}. Change it in the training settings."
                )
        return self

    @property
    def replay_rows(self) -> int:
        """Anchors in a step: a constant, so that one correction is surrounded by as much as a hundred are."""
        return round(self.per_device_train_batch_size * self.replay_share / (1 - self.replay_share))


_SWITCH = {"true": True, "1": True, "false": False, "0": False}
_MUST = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}


def _read(name: str, kind: type[Any], value: Any) -> Any:
    """A value as its field holds it, from TOML, JSON or the text of a variable."""
    try:
        if kind is bool:
            return _SWITCH[str(value).lower()]
        read = kind(value)
        if isinstance(value, float) and read != value:  # 1.5 is no whole number
            raise ValueError
    except (TypeError, ValueError, KeyError) as error:
        said = f"{name} is {str(value)!r}, but must be {_MUST[kind]}. Change it in the training settings."
        raise SettingsError(said) from error
    return read


REASONS = {
    "r": "Rank hardly matters below a thousand corrections; 16 leaves room.",
    "lora_alpha": "Twice r, the usual scale.",
    "lora_dropout": "None: runs are short, and other wordings and anchors hold it back already; not measured here.",
    "target_modules": "Measured on the starter's sketch: the last third of six layers has too little room.",
    "last_layers": "All of them, for the same reason.",
    "learning_rate": "Measured on the starter: 3e-3 learns ten in 72 steps, 2e-3 in 112; 4e-3 breaks more of 100.",
    "min_steps": "One correction makes epochs of one step: after 20 it was not learned (measured on the starter).",
    "num_train_epochs": "A limit only; at 20 the rate had faded before two of ten corrections were said (starter).",
    "lr_scheduler_type": "It falls, so that the last steps settle; the usual choice.",
    "warmup_steps": "The first steps of AdamW know too little to be large; the usual choice.",
    "weight_decay": "KL to the base already holds it in place; not measured here.",
    "max_grad_norm": "The usual value.",
    "eval_steps": "To look after every step would cost more than to learn; a guess.",
    "max_steps": "-1 is no limit; num_train_epochs is one.",
    "per_device_train_batch_size": "A correction with its other wordings is about one step.",
    "replay_share": "Half of a step's rows: on a small model breaking nothing is the work, learning is easy.",
    "kl_weight": "Measured on the starter's sketch: 80 % of other answers unchanged at 5, 75 at 1, 73 at 0.",
    "beta": "The usual value of DPO; not measured here.",
    "dpop_lambda": "The penalty of DPOP, so that a vote never makes the chosen answer less likely; not measured here.",
    "desirable_weight": "A thumb up counts as much as one down.",
    "undesirable_weight": "A thumb down counts as much as one up.",
    "stop_when_learned": "Once all is learned, every further step only changes other answers.",
    "synthetic_share": "One odd paraphrase must not hold up a run; not measured here.",
    "early_stopping_patience": "One worse look is noise; a guess.",
    "bf16": "Measured on the starter: a step takes 0.6 of its float32 time where bfloat16 products are fast.",
    "micro_batch_tokens": "So short that a chat hardly waits for it; a guess for larger models.",
    "save_seconds": "What a kill costs at most.",
    "augmentation": "A fact seen in one wording is known in 9.7 % of others, in many in 96.6 (arXiv 2309.14316).",
    "paraphrases": "They add what rules cannot, and only those that pass checks; a base below 100 M is not asked.",
    "class_balance": "Ten votes must not be lost among a thousand corrections, nor one correction among fifty votes.",
    "weak_weight": "A guess: to go on from an answer says less than a vote; four such signs say as much.",
    "seed": "The same run twice makes the same version.",
}
"""Why a default is what it is; what is not said to be measured is taken from the literature or a guess."""


def recipe_for(parameters: int) -> Recipe:
    """The default for a model with so many weights. Only the smallest class has been measured so far.

    Larger models need smaller steps, and micro-steps short enough that a chat never waits long for one to end.
    """
    small = Recipe()
    if parameters < 50_000_000:
        return small
    if parameters < 600_000_000:
        return replace(small, learning_rate=1e-3, micro_batch_tokens=512)
    return replace(small, learning_rate=5e-4, micro_batch_tokens=512, per_device_train_batch_size=8)


def recipe_table() -> str:
    """Every knob with its default and the reason for it, as a table in Markdown."""
    rows = ["| Name | Default | Why |", "|---|---|---|"]
    for field in fields(Recipe):
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        rows.append(f"| `{field.name}` | `{default}` | {REASONS.get(field.name, '')} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(recipe_table())
