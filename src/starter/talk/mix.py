"""A dialogue: scenes in a natural order, with the shares of the corpus."""

import random

from starter.talk import copying, persona, play, stories, sums, unknown
from starter.talk.program import PROGRAM
from starter.talk.script import Exchange

SYSTEMS = ["You are Understudy.", "You are Understudy, a small and honest assistant.", "You are a helpful assistant.", "Answer briefly.", "Be kind and short.", "You are Understudy. Answer in short sentences.",
           "You are a friendly assistant. If you don't know something, say so.", "Be honest.", "Answer in plain English."]
TALK = persona.SMALL_TALK + persona.MOODS
SCENES = ["program"] * 40 + ["talk"] * 28 + ["identity"] * 22 + ["sums"] * 32 + ["play"] * 18 + ["story"] * 7 + ["unknown"] * 27 + ["gibberish"] * 4 + ["copying"] * 26


def mood(rng: random.Random) -> list[Exchange]:
    """How are you, and the person's own state."""
    turns = persona.HOW_ARE_YOU.play(rng)
    return turns + rng.choice(persona.MOODS).play(rng, 0.2) if rng.random() < 0.6 else turns


def scene(rng: random.Random, kind: str) -> list[Exchange]:
    """The exchanges of one scene."""
    if kind == "program":
        return rng.choice(PROGRAM).play(rng)
    if kind == "talk":
        return mood(rng) if rng.random() < 0.15 else rng.choice(TALK).play(rng)
    if kind == "identity":
        return rng.choice(persona.IDENTITY).play(rng)
    return {"sums": sums.sums, "play": play.play, "story": stories.story, "unknown": unknown.unknown, "gibberish": unknown.gibberish, "copying": copying.copying}[kind](rng)


def exchanges(rng: random.Random) -> list[Exchange]:
    """One to six exchanges."""
    turns: list[Exchange] = []
    if rng.random() < 0.17:
        turns += rng.choice(persona.OPENERS).play(rng)
        if rng.random() < 0.4:
            turns += mood(rng)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        turns += scene(rng, rng.choice(SCENES))
    if len(turns) < 6 and rng.random() < 0.12:
        turns += rng.choice(persona.CLOSERS).play(rng)
    return turns[:6]


def chat(turns: list[Exchange], system: str | None = None) -> list[dict[str, str]]:
    """The exchanges as messages."""
    messages = [{"role": "system", "content": system}] if system else []
    for asked, answered in turns:
        messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    return messages


def draw(rng: random.Random) -> list[dict[str, str]]:
    """A dialogue, held-out wordings not looked at."""
    return chat(exchanges(rng), rng.choice(SYSTEMS) if rng.random() < 0.25 else None)
