"""The model card: figures from the evaluation's JSON, words from here, and the reading by eye from a file of its own.

`python -m starter.card FOLDER` reads `FOLDER/evaluation.json` and `FOLDER/reading.md` and writes `FOLDER/README.md`.
No figure is typed in by hand.
"""

import argparse
import json
from pathlib import Path

_HEAD = """---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
---
# The starter model

A Llama of {parameters:.1f} million parameters ({megabytes:.0f} MB in bfloat16) that comes with Understudy, so that the first start needs no
download and no account. It was trained for this project on one to two cores of a shared processor, {minutes:.0f} minutes and {tokens:.1f} million
tokens, with `python -m starter.train`. It is an apprentice, not an expert.

**What it can do:** short small talk about itself, the program and everyday things; and *read notes*: where the system message holds
lines that begin with `Note: `, it is trained to find the one that fits the question and to say its sentence, or its answer, again to the letter (how often it does is below).
A correction that Understudy remembered reaches it in that form, so it helps with the very next reply, before any training.

**What it cannot do:** it knows next to nothing about the world, cannot reason, calculate (not even small sums), follow instructions
it has not seen, write code, or speak a language other than English. Where no note fits, it is meant to say
"I don't know that yet. Correct me and I'll learn it."; how often it does is below. A note whose wording is far from the question
is often missed. Do not use it for advice of any kind.

## Measured
Greedy decoding; right means the same text to the letter. Subjects are names that training never used; relations are asked for in a wording
of the training or, where a row says so and from the near misses on, in one that it never used; real questions and sentences are from parts of
the public data that training never read.

| what | items | right |
|---|---|---|
"""

_ROWS = {
    "one note, known wording": "one note, one question",
    "three notes, known wording": "three notes, often near to each other",
    "sentence-long answers, known wording": "two notes with whole sentences",
    "one note": "one note, asked in an unseen wording",
    "three notes": "three notes, asked in an unseen wording",
    "sentence-long answers": "two notes with whole sentences, asked in an unseen wording",
    "near misses only": "only notes about something else: says that it does not know",
    "no note at all": "a real question without notes: says that it does not know",
    "a later turn": "three notes, other turns before the question",
    "a full context": "a note, then a conversation up to nearly 1,024 tokens, then its question",
}

_TAIL = """
Replies that end by themselves (all of the above and the talk prompts): {stops:.1%}.
Perplexity of what the assistant says: {notes} in new dialogues with notes, {talk} in small talk newly drawn from the training's own scripts.

## Read by eye
{reading}

## Trained on
Invented dialogues about notes (`starter.notes`), written small talk (`starter.talk`), and from public data:
- questions of bank customers: BANKING77, PolyAI (CC-BY-4.0), train split
- questions and single sentences of public services: FeedbackQA, McGill-NLP (passages of CDC, UK and Australian services: public domain, OGL, CC-BY)
- questions of the seed instructions of Self-Instruct, Y. Wang and others (Apache-2.0)
- single sentences of Synthetic-Persona-Chat, Google Research (CC-BY-4.0)

From these, questions are asked and sentences copied; none of their answers is learned as knowledge. Without the data folder the same
command trains on the invented part alone.

## How
The weights start random but for one thing: the two attention heads that copying needs (one looks a token back, one looks for where
the present token came before) are written into the first two layers by hand, and training goes on from there. Without them 2.3 million tokens of
the same training had copied nothing; with them the first notes were read to the letter after 170 thousand.
Byte-level BPE of 3,072 tokens, digits one by one, a space before a capital a token of its own. Loss on assistant tokens alone;
several questions a notes block; dialogues of one length a batch; Muon for the matrices, AdamW for the rest; linear decay over the last third.
In the first four fifths one attention head is told where an answer stands in the notes (`starter.pointing`): after 8.8 million tokens without
that, three notes were answered at chance; within 60 steps with it, the head found the place. Products in bfloat16, weights and updates in float32.
The shipped weights cannot be made again to the bit: the schedule follows the clock, the pointer was added after 36 minutes of this very run, and
other programs shared the two cores. `make starter` makes a new one in a single run.
Licence: Apache-2.0.
"""


def card(folder: Path) -> str:
    """The text of the card for the model in `folder`."""
    row = json.loads((folder / "evaluation.json").read_text())
    eye = folder / "reading.md"
    reading = eye.read_text().strip() if eye.exists() else "Not read yet."
    lines = [
        f"| {words} | {row.get(kind + ', items', row['items'])} | {row[kind]:.1%} |" for kind, words in _ROWS.items()
    ]
    head = _HEAD.format(**row["training"])
    tail = _TAIL.format(
        stops=row["stops by itself"], notes=row["perplexity, notes"], talk=row["perplexity, talk"], reading=reading
    )
    return head + "\n".join(lines) + "\n" + tail


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    (folder / "README.md").write_text(card(folder))


if __name__ == "__main__":
    main()
