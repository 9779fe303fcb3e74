"""What decides the defaults: ten corrections learned again and again, each time with one thing changed.

    default             the program's own run: all linear layers, everything taught at once in ten forms each, half of a
                        step's rows anchors, KL to the base on them
    mlp-last-third      adapters in the MLPs of the last third of the layers; their inputs could be cached, here they
                        are not, so its seconds are those of this trainer
    header-on           adapters that act from the assistant's header on, so that one prefill would serve every column;
                        done by hooks here, the program cannot serve it
    newest-only         the same run for each correction by itself, one after another, each from the adapter before
    replay-0, -5, -25   anchors are 0, 5, 25 % of a step's rows instead of 50
    kl-off              anchors by cross-entropy on the base's answers
    augmentation-off    every correction only as it was asked

The adapter alone is scored, without memory and without the program's choice of when it speaks. Right is what greedy
decoding would write to the letter, its end included (`training.check` proves it without decoding). Locality is the
share of the base's answers that are still written so, neighbours the share among questions close to what was taught;
where the base goes on after 64 tokens, these are compared. Answers that the base wrote in other tokens than its
tokenizer would are left out, how many is printed. Seconds are the processor's, on one thread, of the training alone.

`experiment-NAME` learns company facts on the starter, `experiment-stories-NAME` edits on a model of other people:
`python -m tests.benchmarks 'experiment-*'`. Each row goes to `EXPERIMENTS.md` as soon as it is there; `newest-only` is
ten runs and takes the longest. Ten facts are few: what differs by some hundredths is noise.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch

from starter.talk import HELD_OUT
from tests.benchmarks.facts import Fact, Facts, asked, company, edits, rows
from tests.benchmarks.learn import TINYSTORIES, decoded, playground_of
from tests.benchmarks.results import HERE, Result, benchmark, machine
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.gather import snapshot, sources
from understudy.playground.teaching import Taught
from understudy.serving.device import choose_placement
from understudy.serving.local import LocalBackend
from understudy.settings import starter_folder
from understudy.training.batch import Item, encode_all
from understudy.training.batch import Row as TokenRow
from understudy.training.check import check
from understudy.training.control import Quiet
from understudy.training.recipe import Recipe, recipe_for
from understudy.training.trainer import LocalTrainer
from understudy.training.tuned import wrap
from understudy.types import BASE, Message

COUNT = 10
JSON, TABLE = HERE / "experiments.json", HERE / "EXPERIMENTS.md"
TALK = {talk[-1]["content"] for talk in HELD_OUT}
MODELS: dict[str, tuple[Path, Callable[[], Facts]]] = {
    "starter": (starter_folder(), lambda: company(COUNT)),
    "stories": (TINYSTORIES, lambda: edits(10 * COUNT)),
}


# -- adapters from the header on ---------------------------------------------------------------------------------------


class FromHeader(LocalBackend):
    """A backend in whose twins an adapter sees nothing before the last assistant's header."""

    def twin(self) -> Any:
        twin, header = super().twin(), torch.tensor(self._header())
        seen: list[torch.Tensor] = []
        hooked: set[torch.nn.Module] = set()

        def look(_: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
            """Before the embedding: where are the headers of these rows? Adapters are there by now."""
            seen[:] = [after(inputs[0], header)]
            for module in {m for name, m in twin.named_modules() if name.endswith("lora_A.default")} - hooked:
                module.register_forward_pre_hook(lambda _, inputs: (inputs[0] * seen[0],))
                hooked.add(module)

        twin.get_input_embeddings().register_forward_pre_hook(look)
        return twin

    def _header(self) -> list[int]:
        """The tokens with which every prompt ends."""
        one, other = (self.template.encode(self.template.render([Message("user", text)])) for text in ("a", "what?"))
        same = next(i for i in range(1, len(one)) if one[-i] != other[-i])
        return one[1 - same :]


def after(ids: torch.Tensor, header: torch.Tensor) -> torch.Tensor:
    """1 from the last `header` of each row of `ids` [rows, tokens] on, 0 before it: [rows, tokens, 1]."""
    places = torch.arange(ids.shape[1])
    found = (ids.unfold(1, len(header), 1) == header).all(-1)
    starts = (found * places[: found.shape[1]]).amax(1)
    return (places >= starts[:, None])[..., None].float()


# -- the experiments ---------------------------------------------------------------------------------------------------


def together(snap: Snapshot) -> list[Snapshot]:
    return [snap]


def one_by_one(snap: Snapshot) -> list[Snapshot]:
    """A snapshot for each correction, all with the same anchors."""

    def only(examples: Iterable[Example], lesson: str) -> tuple[Example, ...]:
        return tuple(example for example in examples if example.source == lesson)

    each = [(only(snap.train, lesson.id), only(snap.held_out, lesson.id)) for lesson in snap.lessons]
    return [replace(snap, train=train, held_out=held_out) for train, held_out in each]


def as_asked(snap: Snapshot) -> list[Snapshot]:
    return [replace(snap, train=tuple(e for e in snap.train if not e.synthetic), held_out=())]


@dataclass(frozen=True, slots=True)
class Experiment:
    """What differs from the program's own run: values of the recipe, what is learned in which order, the engine."""

    name: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    parts: Callable[[Snapshot], list[Snapshot]] = together
    engine: type[LocalBackend] = LocalBackend


EXPERIMENTS = (
    Experiment("default"),
    Experiment("mlp-last-third", {"target_modules": "mlp", "last_layers": 1 / 3}),
    Experiment("header-on", engine=FromHeader),
    Experiment("newest-only", parts=one_by_one),
    Experiment("replay-0", {"replay_share": 0.0}),
    Experiment("replay-5", {"replay_share": 0.05}),
    Experiment("replay-25", {"replay_share": 0.25}),
    Experiment("kl-off", {"kl_weight": 0.0}),
    Experiment("augmentation-off", parts=as_asked),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What all experiments on a model share: what is learned, and by measure what is asked with what is right."""

    snapshot: Snapshot
    exam: Mapping[str, Sequence[Item]]


@cache
def stage(model: str) -> Stage:
    """The facts taught, the anchors answered by the base, and the questions."""
    source, make = MODELS[model]
    facts = make()
    taught = replace(facts, facts=facts.facts[:COUNT])
    with playground_of(str(source)) as playground:
        playground.teach([(n, Taught(**row)) for n, row in enumerate(rows(taught), 1)], facts.name)
        name = playground.casting.base_model
        backend = playground.casting.backend(name)
        assert isinstance(backend, LocalBackend)
        snap = snapshot(playground.store, sources(playground.store, name, BASE))
        anchors = answered(backend, snap.anchors)
        unrelated = answered(backend, [_example(prompt, "", f"locality{i}") for i, prompt in enumerate(facts.locality)])
        exam = {measure: encoded(backend, asks) for measure, asks in _questions(taught.facts).items()}
        kept = as_written(backend.twin(), encoded(backend, unrelated))
        print(f"  {model}: {len(kept)} of {len(facts.locality)} unrelated answers can be compared", flush=True)
        exam |= _unrelated(kept)
    return Stage(replace(snap, anchors=tuple(anchors)), exam)


def answered(backend: LocalBackend, examples: Sequence[Example]) -> list[Example]:
    """With what the base says; without those to which it says nothing."""
    said = decoded(backend, BASE)([example.prompt for example in examples])
    return [replace(e, completion=text) for e, text in zip(examples, said, strict=True) if text.strip()]


def _questions(facts: Sequence[Fact]) -> dict[str, list[Example]]:
    others = [(other, fact.wanted) for fact in facts for other in fact.paraphrases]
    return {
        "reliability": [_example(asked(fact.question), fact.wanted, f"fact{i}") for i, fact in enumerate(facts)],
        "paraphrase": [_example(asked(other), wanted, f"other{i}") for i, (other, wanted) in enumerate(others)],
    }


def _unrelated(items: Sequence[Item]) -> dict[str, Sequence[Item]]:
    asked_of = [(item, item.example.prompt) for item in items]
    near = [item for item, prompt in asked_of if prompt[0].role != "system" and prompt[-1].content not in TALK]
    return {"locality": items, "neighbours": near}


def _example(prompt: tuple[Message, ...], completion: str, id: str) -> Example:
    return Example(id, Kind.CORRECTION, prompt, completion)


def encoded(backend: LocalBackend, examples: Sequence[Example]) -> list[Item]:
    items, refused = encode_all(backend.template, examples, backend.describe().context_length)
    if refused:
        raise RuntimeError(refused[0])
    return items


def as_written(base: Any, items: Sequence[Item]) -> list[Item]:
    """The answers that `base` gave, with their end where it ended them; what reads back in other tokens is left out."""
    ended = [item for item, right in zip(items, marks(base, items), strict=True) if right]
    cut = [replace(i, row=TokenRow(i.row.tokens[:-1], i.row.start)) for i in items if i not in ended]
    return [*ended, *(item for item, right in zip(cut, marks(base, cut), strict=True) if right)]


def marks(model: Any, items: Sequence[Item]) -> list[bool]:
    """Of each item, whether greedy decoding writes its completion."""
    right = check(model, items, 1024, lambda: None).right if items else {}
    return [right[item.example.id] for item in items]


# -- a row -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What one experiment gave; `seconds` of the processor."""

    model: str
    experiment: str
    reliability: float
    paraphrase: float
    locality: float
    neighbours: float
    steps: int
    seconds: float
    ended: str
    date: str
    machine: str


def measured(model: str, experiment: Experiment) -> Row:
    """Train as the experiment says, and ask."""
    shared = stage(model)
    backend = experiment.engine(MODELS[model][0], placement=choose_placement("cpu", 1))
    recipe = replace(recipe_for(backend.describe().parameters), **experiment.recipe)
    with tempfile.TemporaryDirectory() as home:
        begun = time.process_time()
        folder, steps, ended = learned(backend, experiment.parts(shared.snapshot), recipe, Path(home))
        seconds = time.process_time() - begun
        tuned = wrap(backend.twin(), recipe, folder)
    shares = {measure: share(marks(tuned, items)) for measure, items in shared.exam.items()}
    backend.close()
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Row(model, experiment.name, **shares, steps=steps, seconds=round(seconds), ended=ended, date=date,
               machine=machine())  # fmt: skip


def learned(backend: LocalBackend, parts: Sequence[Snapshot], recipe: Recipe, home: Path) -> tuple[Path, int, str]:
    """The adapter that has learned the parts one after the other, the steps it took, and why the last part ended."""
    trainer, folder, steps, ended = LocalTrainer(backend), None, 0, ""
    for i, part in enumerate(parts):
        trained = trainer.train(part, recipe, home / str(i), Quiet(), start=folder)
        folder, steps, ended = trained.folder, steps + trained.steps, trained.stopped_because
    assert folder is not None
    return folder, steps, ended


def share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 3)


def record(row: Row) -> None:
    """Put the row into the files, in the place of the one with its name."""
    old = json.loads(JSON.read_text(encoding="utf-8")) if JSON.is_file() else []
    known = {(each["model"], each["experiment"]): each for each in [*old, asdict(row)]}
    places = [(model, experiment.name) for model in MODELS for experiment in EXPERIMENTS]
    ordered = [known[place] for place in places if place in known]
    JSON.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    TABLE.write_text(_table(ordered), encoding="utf-8")


def _table(ordered: Sequence[Mapping[str, Any]]) -> str:
    names = list(ordered[0])
    lines = [
        "# What decides the defaults",
        "",
        f"{COUNT} corrections, one thing changed a row; `experiments.py` says what and how it is measured.",
        "",
        f"| {' | '.join(names)} |",
        "|---" * len(names) + "|",
        *(f"| {' | '.join(str(row[name]) for name in names)} |" for row in ordered),
    ]
    return "\n".join(lines) + "\n"


def _register(model: str, experiment: Experiment) -> None:
    prefix = "experiment" if model == "starter" else f"experiment-{model}"

    @benchmark(f"{prefix}-{experiment.name}")
    def run() -> Iterator[Result]:
        if not MODELS[model][0].is_dir():
            print(f"  skipped: there is no {MODELS[model][0].name} beside this checkout", flush=True)
            return
        row = measured(model, experiment)
        record(row)
        print(f"  {row}", flush=True)
        yield from ()

    run.__name__ = f"{prefix}-{experiment.name}"


for _model in MODELS:
    for _experiment in EXPERIMENTS:
        _register(_model, _experiment)
