"""What bench-learn teaches: (a) invented company facts, (b) real questions of company FAQs, (c) real edits.

A set is a list of facts with paraphrases, and locality prompts whose answers must not change. (a) takes names that the
starter never saw and wordings of which one never trained; half of its locality prompts are neighbours of a fact: the
same question about another company, or another question about the same one; none of them is ever an anchor of
training. (b) has no paraphrases of its own; two
forms a question that training does not draw stand in and are counted as such.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starter import words
from starter.relations import RELATIONS, Relation
from starter.talk import HELD_OUT
from understudy.dataset.anchors import is_probe
from understudy.dataset.forms import forms
from understudy.types import Message

DATA = Path(__file__).parents[2].parent / "shared" / "data"
Prompt = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is asked, what is right, and other ways to ask it."""

    question: str
    wanted: str
    paraphrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A set: its facts in the order they are taught, and prompts whose answers must not change."""

    name: str
    facts: tuple[Fact, ...]
    locality: tuple[Prompt, ...]


def asked(question: str, system: str = "") -> Prompt:
    return (*([Message("system", system)] if system else []), Message("user", question))


def company(count: int, locality: int = 200, seed: int = 5) -> Facts:
    """(a): `count` invented facts about companies, three paraphrases each, and `locality` prompts."""
    rng = random.Random(seed)
    relations = [r for r in RELATIONS if r.subject == "company" and len(r.questions) + bool(r.unseen) >= 3]
    facts: dict[str, Fact] = {}
    asks = []
    while len(facts) < count:
        relation, subject = rng.choice(relations), _held_company(rng)
        fact = _fact(rng, relation, subject)
        if fact.question not in facts:
            facts[fact.question] = fact
            asks.append((relation, subject))
    taught = {fact.question for fact in facts.values()} | {p for fact in facts.values() for p in fact.paraphrases}
    near = dict.fromkeys(q for q in _near(rng, relations, asks) if q not in taught and is_probe(asked(q)))
    talk = [tuple(Message(m["role"], m["content"]) for m in talk) for talk in HELD_OUT if len(talk) <= 2]
    notes = [_noted(rng, relations) for _ in range(locality // 4)]
    half = [asked(question) for question in near][: locality // 2]
    rest = rng.sample(talk, locality - len(half) - len(notes))
    return Facts("company", tuple(facts.values()), (*half, *rest, *notes))


def _fact(rng: random.Random, relation: Relation, subject: str) -> Fact:
    ways = [*relation.questions, *([relation.unseen] if relation.unseen else [])]
    first, *others = (way.format(s=subject) for way in ways)
    statement = relation.statements[0].format(s=subject, v=words.VALUES[relation.value](rng))
    statement = statement[0].upper() + statement[1:] if statement[-1] in ".!?" else statement
    return Fact(first, statement, tuple(others[-3:]))


def _near(rng: random.Random, relations: list[Relation], asks: list[tuple[Relation, str]]) -> list[str]:
    """The same question about another company, and another question about the same one; each fact several times."""
    found = []
    for _ in range(max(4, 600 // len(asks))):
        for relation, subject in asks:
            other = rng.choice([r for r in relations if r is not relation])
            found += [relation.questions[0].format(s=_held_company(rng)), other.questions[0].format(s=subject)]
    return found


def faq(count: int, seed: int = 5) -> Facts:
    """(b): real questions with the first sentence of the real answer; other questions are the locality prompts."""
    rows = [json.loads(line)["messages"] for line in (DATA / "company_faq.jsonl").open(encoding="utf-8")]
    pairs = [(ask["content"].strip(), _first_sentence(answer["content"])) for ask, answer in rows]
    pairs = [(q, a) for q, a in dict(pairs).items() if 3 <= len(q.split()) <= 20 and 4 <= len(a.split()) <= 30]
    random.Random(seed).shuffle(pairs)
    facts = tuple(Fact(q, a, tuple(forms(q, 2, seed=99))) for q, a in pairs[:count])
    return Facts("faq", facts, tuple(asked(q) for q, _ in pairs[count : count + 200]))


def edits(count: int) -> Facts:
    """(c): rows of real editing benchmarks: a prompt to complete, its paraphrase, a prompt nearby."""
    rows = [json.loads(line) for line in (DATA / "edits.jsonl").open(encoding="utf-8")][:count]
    facts = tuple(Fact(row["prompt"], row["target"], (row["paraphrase"],)) for row in rows)
    return Facts("edits", facts, tuple(asked(row["locality_prompt"]) for row in rows))


def _held_company(rng: random.Random) -> str:
    while not words.held_out(name := words.company(rng)):
        pass
    return name


def _noted(rng: random.Random, relations: list) -> Prompt:
    """A note about another company, and its question: reading notes must survive learning."""
    relation, subject = rng.choice(relations), _held_company(rng)
    note = relation.statements[0].format(s=subject, v=words.VALUES[relation.value](rng))
    return asked(relation.questions[0].format(s=subject), f"Note: {note}")


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]


def rows(facts: Facts) -> Iterator[dict[str, str]]:
    """The facts as `understudy teach` reads them."""
    for fact in facts.facts:
        yield {"prompt": fact.question, "correction": fact.wanted}
