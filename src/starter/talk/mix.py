"""A dialogue: scenes in a natural order, with the shares of the corpus."""

import random

from starter.talk import copying, persona, play, stories, sums, unknown
from starter.talk.program import PROGRAM
from starter.talk.script import Exchange, noisy

SYSTEMS = [
    "You are Understudy.",
    "You are Understudy, a small and honest assistant.",
    "You are a helpful assistant.",
    "Answer briefly.",
    "Be kind and short.",
    "You are Understudy. Answer in short sentences.",
    "You are a friendly assistant. If you don't know something, say so.",
    "Be honest.",
    "Answer in plain English.",
]
STATE = (
    "How are you?",
    "How are you today?",
    "And you?",
    "How about you?",
    "How is your day going?",
    "How was your day?",
)
TALK = persona.SMALL_TALK + persona.MOODS
SCENES = (
    ["program"] * 60
    + ["talk"] * 34
    + ["identity"] * 28
    + ["sums"] * 36
    + ["play"] * 20
    + ["story"] * 7
    + ["unknown"] * 22
    + ["gibberish"] * 4
    + ["copying"] * 22
)


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
    return {
        "sums": sums.sums,
        "play": play.play,
        "story": stories.story,
        "unknown": unknown.unknown,
        "gibberish": unknown.gibberish,
        "copying": copying.copying,
    }[kind](rng)


def answered(rng: random.Random, said: str) -> list[Exchange]:
    """What fits after an answer that asked or offered something."""
    if said.endswith(STATE):
        return rng.choice(persona.MOODS[:4] + persona.MOODS[:1] * 3).play(rng, 0.2)
    if "joke" not in said and "riddle" not in said:
        return []
    roll = rng.random()
    if roll < 0.2:
        return [
            (
                noisy(rng, rng.choice(("No", "No thanks", "Not now", "No thank you", "Nah"))),
                "All right. What would you like instead?",
            )
        ]
    if roll < 0.55:
        return [
            (
                noisy(
                    rng,
                    rng.choice(
                        ("Yes", "Yes please", "Sure", "A joke!", "The joke", "Yes!", "Ok", "A joke please", "Why not")
                    ),
                ),
                rng.choice(play.JOKES),
            )
        ]
    if roll < 0.7:
        return [
            (
                noisy(rng, rng.choice(("A story", "A story!", "The story", "Story please"))),
                stories.tale(rng, rng.choice(stories.FOLK)),
            )
        ]
    return play.riddle(rng) if "riddle" in said and roll < 0.85 else play.series(rng)


def exchanges(rng: random.Random) -> list[Exchange]:
    """One to six exchanges."""
    turns: list[Exchange] = []
    if rng.random() < 0.17:
        turns += rng.choice(persona.OPENERS).play(rng)
        turns += answered(rng, turns[-1][1]) if rng.random() < 0.6 else mood(rng) if rng.random() < 0.5 else []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        if turns and rng.random() < 0.6:
            turns += answered(rng, turns[-1][1])
        turns += scene(rng, rng.choice(SCENES))
    if rng.random() < 0.5:
        turns += answered(rng, turns[-1][1])
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
