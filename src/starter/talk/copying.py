"""Reading the conversation: what the person said is said back, with invented names, so that only copying helps."""

import random

from starter.talk.script import Exchange, noisy, read_script
from starter.talk.words import COLOURS, FOODS, THINGS, invented, person

# What is told, the reply, the question later, the answer; {x} is the value.
TELL = {
    "name": [
        "My name is {x}.",
        "I'm {x}.",
        "I am {x}",
        "Call me {x}",
        "Hi, I'm {x}",
        "Hello, my name is {x}",
        "You can call me {x}",
        "They call me {x}",
        "It's {x} here",
        "name's {x}",
    ],
    "city": [
        "I live in {x}.",
        "I'm from {x}",
        "I come from {x}",
        "My home is in {x}",
        "I moved to {x}",
        "My city is {x}",
    ],
    "thing": [
        "My {k}'s name is {x}.",
        "My {k} is called {x}",
        "I have a {k} named {x}",
        "I have a {k}. The name is {x}",
        "This is my {k} {x}",
        "My {k} is {x}",
    ],
    "like": [
        "My favourite {k} is {x}.",
        "My favorite {k} is {x}",
        "The {k} I like best is {x}",
        "I like {x} best, that's my favourite {k}",
    ],
}
TOLD = {
    "name": ["Nice to meet you, {x}.", "Hello, {x}!", "Good to meet you, {x}. How can I help?"],
    "city": ["{x}, good to know. What is it like there?", "I've noted {x} for this conversation."],
    "thing": ["{x} is a nice name.", "Hello to {x}!"],
    "like": ["{x}, a good choice.", "I'll keep {x} in mind."],
}
ASK = {
    "name": [
        "What is my name?",
        "What's my name?",
        "Who am I?",
        "Do you know my name?",
        "Do you remember my name?",
        "What am I called?",
        "Say my name",
        "And my name is?",
        "What was my name again?",
    ],
    "city": [
        "Where do I live?",
        "Where am I from?",
        "Which city do I live in?",
        "Do you remember where I live?",
        "Where is my home?",
    ],
    "thing": [
        "What is my {k}'s name?",
        "What is my {k} called?",
        "What's the name of my {k}?",
        "Do you remember my {k}'s name?",
        "And what is my {k} called?",
        "How did I say my {k} is called?",
    ],
    "like": [
        "What is my favourite {k}?",
        "What's my favorite {k}?",
        "Which {k} do I like best?",
        "Do you remember my favourite {k}?",
    ],
}
ANSWER = {
    "name": "Your name is {x}.",
    "city": "You live in {x}.",
    "thing": "Your {k}'s name is {x}.",
    "like": "Your favourite {k} is {x}.",
}
NOT_TOLD = {
    "name": "You haven't told me your name yet.",
    "city": "You haven't told me where you live yet.",
    "thing": "You haven't told me about your {k} yet.",
    "like": "You haven't told me your favourite {k} yet.",
}
CHANGED = [
    "No, my name is {x}",
    "Actually, call me {x}",
    "I mean my name is {x}",
    "Sorry, my name is really {x}",
    "Please call me {x} from now on",
    "No, it's {x}, my name is {x}",
]
THINGS_NAMED = [
    "dog",
    "cat",
    "friend",
    "sister",
    "brother",
    "boss",
    "teacher",
    "horse",
    "boat",
    "company",
    "daughter",
    "son",
    "street",
    "parrot",
    "neighbour",
]
LIKES = ["colour", "food", "number", "word", "book", "team", "place", "song"]
FILLER = read_script("""
# filler
> How are you? | How's it going?
< I'm well, thank you! | All my numbers are in order, thanks.
# filler joke
> You seem nice | I like you | You're funny
< Thank you! That's kind of you.
# filler ok
> Ok | Good | Nice | Cool | Let's see | Great
< Good! What next?
# filler weather
> It's raining here | Nice weather today | It is hot today
< I can't see the weather from in here, so I take your word for it.
# filler thanks
> Thanks | Thank you
< You're welcome!
""")


def fact(rng: random.Random) -> tuple[str, str, str]:
    """A kind of fact, its key and its value."""
    kind = rng.choice(("name", "name", "name", "city", "thing", "thing", "like"))
    if kind == "like":
        key = rng.choice(LIKES)
        value = {
            "colour": rng.choice(COLOURS),
            "food": rng.choice(FOODS),
            "number": str(rng.randrange(1, 100)),
            "word": rng.choice(THINGS),
        }
        return kind, key, value.get(key) or invented(rng)
    return kind, rng.choice(THINGS_NAMED) if kind == "thing" else "", person(rng) if kind != "city" else invented(rng)


def fill(rng: random.Random, asks: list[str], key: str, value: str, noise: bool = True) -> str:
    """One of the wordings with its fields filled."""
    text = rng.choice(asks)
    return (noisy(rng, text) if noise else text).format(k=key, x=value)


def capital(text: str) -> str:
    """The text with its first letter upper case."""
    return text[:1].upper() + text[1:]


def personal(rng: random.Random) -> list[Exchange]:
    """One to three facts told, perhaps a word about something else, then asked for; some were never told."""
    facts: dict[str, tuple[str, str, str]] = {}
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        kind, key, value = fact(rng)
        facts[kind + key] = (kind, key, value)
    told = list(facts.values())
    if rng.random() < 0.2:
        kind, key, _ = fact(rng)
        if kind + key not in facts:
            asked = (fill(rng, ASK[kind], key, ""), NOT_TOLD[kind].format(k=key))
            return [*told_turns(rng, told[: rng.randrange(2)]), asked]
    turns = told_turns(rng, told)
    if rng.random() < 0.12:
        name = person(rng)
        told = [*(f for f in told if f[0] != "name"), ("name", "", name)]
        turns.append((fill(rng, CHANGED, "", name), f"Sorry, {name} it is."))
    if rng.random() < 0.3:
        turns += rng.choice(FILLER).play(rng)
    for kind, key, value in rng.sample(told, rng.randint(1, min(2, len(told)))):
        turns.append((fill(rng, ASK[kind], key, value), capital(ANSWER[kind].format(k=key, x=value))))
    return turns


def told_turns(rng: random.Random, told: list[tuple[str, str, str]]) -> list[Exchange]:
    """The exchanges in which the facts are told."""
    return [
        (fill(rng, TELL[kind], key, value), capital(fill(rng, TOLD[kind], key, value, noise=False)))
        for kind, key, value in told
    ]


SAY = [
    "Say {x}",
    "Repeat: {x}",
    "Say {x} exactly",
    "Repeat after me: {x}",
    "Please say {x}",
    "Can you say {x}?",
    "Write {x}",
    "Just say {x}",
    "Echo {x}",
    "Type {x}",
    "Repeat {x}",
    'Say "{x}"',
    'Repeat "{x}"',
    'Write "{x}"',
    'Please repeat "{x}"',
    "Answer with {x}",
    "Say the word {x}",
    "Copy this: {x}",
    "Print {x}",
    "Reply only with {x}",
]
RECALL = [
    "What did I just say?",
    "What did I say?",
    "Repeat what I said",
    "What was my last message?",
    "Can you repeat what I just wrote?",
    "What did I just write?",
]


def phrase(rng: random.Random) -> str:
    """Something to repeat: invented words, known words, numbers."""
    kind = rng.randrange(4)
    if kind == 0:
        return invented(rng)
    if kind == 1:
        return rng.choice(THINGS)
    if kind == 2:
        return " ".join(rng.choice(THINGS) for _ in range(rng.randint(2, 4)))
    return f"{invented(rng)} {rng.choice(('likes', 'sees', 'has', 'and', 'is not', 'meets'))} {rng.choice((invented(rng), rng.choice(THINGS)))}"


def repeating(rng: random.Random) -> list[Exchange]:
    """Say X; once or twice."""
    turns = []
    for _ in range(rng.choice((1, 1, 2))):
        text = phrase(rng)
        turns.append((noisy(rng, rng.choice(SAY)).format(x=text), text))
    return turns


def recalling(rng: random.Random) -> list[Exchange]:
    """What did I just say? is answered with the message before it, to the letter."""
    turns = rng.choice(FILLER).play(rng) if rng.random() < 0.7 else repeating(rng)[:1]
    said = turns[-1][0]
    return [*turns, (noisy(rng, rng.choice(RECALL)), f'You said: "{said}"')]


def copying(rng: random.Random) -> list[Exchange]:
    """Any of the above."""
    roll = rng.random()
    return personal(rng) if roll < 0.6 else repeating(rng) if roll < 0.87 else recalling(rng)
