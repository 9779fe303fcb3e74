"""What somebody should know who finds the files of a version: a model card as the hub reads them.

Numbers and hashes only. What people asked and corrected is in nobody's card: it could not be taken back from it. Where
the texts lie beside a version, on a Space, its card says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from understudy import __version__
from understudy.playground.licences import front
from understudy.store import Store, Version

NEXT = {
    "gguf-adapter": " It was tried on a GGUF of its base in float32.",
    "ollama": " Ollama itself was not run here; it uses llama.cpp's engine.",
}
"""What should be said beside a comparison, by form."""

_USES = {
    "adapter": """```python
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

base = AutoModelForCausalLM.from_pretrained("{source}", dtype="float32")
model = PeftModel.from_pretrained(base, "{place}")
tokenizer = AutoTokenizer.from_pretrained("{place}")
settings = GenerationConfig.from_pretrained("{place}")
```""",
    "merged": """```python
from transformers import pipeline

ask = pipeline("text-generation", "{place}")
print(ask([{{"role": "user", "content": "Hello!"}}], do_sample=False))
```""",
    "gguf": "```sh\nllama-cli -m model.gguf --jinja\n```",
    "gguf-adapter": (
        "```sh\nllama-cli -m BASE.gguf --lora adapter.gguf --jinja\n```\n\n`BASE.gguf` is a GGUF of {base}, made by"
        " llama.cpp's own converter or by Understudy."
    ),
    "ollama": "```sh\nollama create {name} -f Modelfile\nollama run {name}\n```",
    "space": (
        "As a Space: open it, ask, and correct what is wrong; whoever signs in is known by name. On a machine of your"
        " own:\n\n```sh\npip install -r requirements.txt\npython app.py\n```"
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card is made of. `compared` says how the export did beside the version, `licence` is that of the base
    unless somebody named one, `place` is where a program finds the files. `texts` counts the corrections whose texts go
    along, None where that is for no program."""

    version: Version
    form: str
    base: str
    dtype: str
    compared: str
    licence: str
    snapshot: str
    place: str
    texts: int | None = None


def card_of(store: Store, facts: Facts, head: str = "") -> str:
    """The text of README.md; `head` are settings for the hub other than those of a model."""
    version, form, base, licence = facts.version, facts.form, facts.base, facts.licence
    learned = len(store.versions.learned(version.model, version.number))
    named = f"{version.model}-v{version.number}"
    parts = [
        head or _head(base, form, licence),
        f"# {named}",
        f"{base}, tuned with Understudy {__version__} on what people corrected. Version {version.number} of"
        f" {version.created[:10]}, as {form}, weights in {facts.dtype}"
        f"{'' if 'adapter' in form or form == 'space' else ' after a sum in float32'}.",
        "## How to use",
        _USES[form].format(
            base=base, source=base if "/" in base else f"FOLDER_OF_{base}", name=named, place=facts.place
        ),
        "## Does it answer the same?",
        f"Asked greedily beside the version itself: {facts.compared[0].lower()}{facts.compared[1:]}",
        "## What it learned from",
        f"{learned} corrections that it answers by itself. {_texts(facts.texts)} {_run(store, facts)}".strip(),
        "## Measured before it was used",
        _metrics(version.report) or "Nothing: it was made elsewhere, or never judged.",
        "## Limits",
        "It knows what its base knows and what was corrected, and says wrong things with confidence as its base does."
        f" {_where(facts.texts)}",
        "## Licence",
        f"The base is under: {licence or 'unknown; look at its own card'}. The corrections belong to who wrote them."
        " Check both before you share this.",
    ]
    return "\n\n".join(parts) + "\n"


def _texts(count: int | None) -> str:
    if not count:
        return "The texts are not in here."
    return (
        f"The texts of {count} of them are in `version/lessons.json`: what was asked, what is wanted, and what was said"
        " before it in the same conversation; not by whom. A text that is cut out of there is gone from here; the"
        " weights may still say it."
    )


def _where(texts: int | None) -> str:
    if texts:
        return "The version speaks where it does at home, and corrections are remembered beside it."
    return (
        "In Understudy the version speaks only near what it learned, and corrections are remembered beside it; an"
        " export speaks everywhere and remembers nothing."
    )


def _head(base: str, form: str, licence: str) -> str:
    library = {"adapter": "peft", "merged": "transformers"}.get(form, "gguf")
    known = [f"base_model: {json.dumps(base)}"] if base.count("/") == 1 else []
    lines = [*front(licence), *known, f"library_name: {library}"]
    return "\n".join(["---", *lines, "pipeline_tag: text-generation", "tags: [understudy]", "---"])


def _run(store: Store, facts: Facts) -> str:
    if facts.version.run is None:
        return "It was trained elsewhere."
    recipe = json.dumps(store.runs.get(facts.version.run).recipe, sort_keys=True, default=str)
    told = f"Data snapshot: `{facts.snapshot}`." if facts.snapshot else ""
    return f"{told}\n\n<details><summary>Training settings</summary>\n\n`{recipe}`\n\n</details>"


def _metrics(report: Mapping[str, Any]) -> str:
    """The gate's table; what is not a number is left out."""
    metrics = report.get("metrics")
    rows = [
        f"| {name} | {_number(metric.get('value'))} | {_number(metric.get('base'))} | {metric.get('n') or ''} |"
        for name, metric in (metrics.items() if isinstance(metrics, dict) else ())
        if isinstance(metric, dict) and isinstance(metric.get("value"), int | float)
    ]
    return "\n".join(["| | this version | base | n |", "|---|---|---|---|", *rows]) if rows else ""


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else ""
