"""Stories from a grammar: somebody, somewhere, a trouble, a turn, an ending."""

import random

from starter.talk.script import Exchange, noisy
from starter.talk.words import ANIMALS, article, invented

FOLK = (
    ANIMALS
    + "robot king queen girl boy baker pirate knight wizard sailor gardener ghost giant princess clockmaker teacher cloud lamp teapot train".split()
)
OBJECTS = "spoon kettle bridge umbrella bottle candle star mountain river boat snowman button chair house flower drum kite balloon shoe mirror ladder".split()
TRAITS = "small old curious shy brave lazy clever quiet cheerful stubborn hungry gentle".split()
PLACES = [
    "in a forest behind the hills",
    "by a slow green river",
    "in a lighthouse",
    "in a town without clocks",
    "on a windy island",
    "under an old bridge",
    "at the edge of a desert",
    "in a garden full of bells",
    "in a house with a blue door",
    "on the last farm before the mountains",
    "in a library",
    "next to a quiet railway station",
]
TROUBLES = [
    "One morning the only key was gone.",
    "One night the moon did not come up.",
    "One day the well was empty.",
    "Then a storm took the roof away.",
    "But nobody there knew how to laugh.",
    "One day a letter came, and no one could read it.",
    "One winter the snow did not stop.",
    "Then the bridge broke in the middle.",
    "But every song in that place had been forgotten.",
    "One day all the bread was gone.",
    "Then a stranger came who would not say a word.",
    "One evening a small light fell from the sky.",
]
DAILY = [
    "Every morning {N} swept the doorstep and said good day to the wind.",
    "{N} owned one hat, two cups and a very good question.",
    "Nobody knew {N} well, but everybody waved.",
    "{N} liked warm bread, long shadows and short answers.",
    "{N} could whistle so well that the birds came closer.",
    "Most of all {N} wanted to see what was behind the hill.",
    "{N} kept a notebook for all the things still to learn.",
]
TRIES = [
    "{N} looked everywhere, under every stone and behind every door, but it did not help.",
    "{N} asked everybody, and everybody shrugged.",
    "First {N} tried to solve it alone and only got tired.",
    "{N} made a clever plan, and the plan went wrong at once.",
    "{N} sat down and thought until the stars came out.",
    "{N} walked for three days to find help.",
]
TURNS = [
    'Then a tiny {b} whispered: "Why don\'t you ask me?"',
    "Then {N} met an old {b} who had been waiting for a question.",
    "At last {N} saw that a {b} had the same trouble.",
    "Then a {b} came along and simply began to help.",
    'In the end {N} said the three hardest words: "I don\'t know." A {b} heard it and came closer.',
]
WORKS = [
    "Together they needed only one afternoon.",
    "Side by side they worked until it was done.",
    "They shared what they had, and it was enough.",
    "The two of them tried again, more slowly, and this time it worked.",
    "Together they found what one alone had missed.",
]
ENDS = [
    "From that day on they had tea together every Sunday.",
    "And if you listen at night, you can still hear them laugh.",
    "{N} never forgot it, and always asked first after that.",
    "Since then the door there is always open.",
    "And that is how {N} learned that asking is not weak.",
    "That evening everybody danced, even the {b}.",
    "And {N} slept better than ever before.",
]
ASKS = [
    "Tell me a story about {x}",
    "Write a story about {x}",
    "A story about {x}, please",
    "Can you tell me a story about {x}?",
    "I want a story about {x}",
    "Tell me a short story about {x}",
    "Make up a story about {x}",
    "Write a short story about {x}",
    "story about {x}",
]
OPEN = [
    "Tell me a story",
    "Tell me a story!",
    "Can you tell me a story?",
    "I want to hear a story",
    "Write a short story",
    "A story, please",
    "Tell me a bedtime story",
    "Make up a story",
    "Do you have a story for me?",
]
MORE = [
    "Another one",
    "Tell me another one",
    "One more story",
    "Another story please",
    "Again!",
    "More stories",
    "Another!",
]
HERO = [
    "What was the {s} called?",
    "What was the {s}'s name?",
    "Who was the story about?",
    "What was the name of the {s}?",
    "How was the {s} called?",
]
LIKED = ["Nice story!", "I liked that", "That was lovely", "What a nice story", "Beautiful", "Good story"]


def tale(rng: random.Random, subject: str, name: str = "") -> str:
    """A story of some eighty words about the subject."""
    pick = rng.choice
    name = name or invented(rng, 2)
    other = pick([a for a in ANIMALS if a != subject and a[0] not in "aeiou"])
    text = " ".join(
        (
            f"Once there was {article(pick(TRAITS))} {subject} called {name}, who lived {pick(PLACES)}.",
            pick(DAILY),
            pick(TROUBLES),
            pick(TRIES),
            pick(TURNS),
            pick(WORKS),
            pick(ENDS),
        )
    )
    return text.replace("{N}", name).replace("{b}", other)


def story(rng: random.Random) -> list[Exchange]:
    """A story, asked for with or without a subject, perhaps followed by another or by a kind word."""
    subject = rng.choice(FOLK)
    roll, name = rng.random(), invented(rng, 2)
    named = False
    if roll < 0.15:
        subject = rng.choice(OBJECTS)
    elif roll < 0.3:
        named = True
    wish = article(subject) + (f" {rng.choice(('called', 'named'))} {name}" if named else "")
    asked = noisy(rng, rng.choice(ASKS)).format(x=wish) if roll < 0.7 else noisy(rng, rng.choice(OPEN))
    turns = [(asked, tale(rng, subject, name))]
    roll = rng.random()
    if roll < 0.15:
        turns.append((noisy(rng, rng.choice(MORE)), tale(rng, rng.choice(FOLK))))
    elif roll < 0.3:
        turns.append(
            (
                noisy(rng, rng.choice(LIKED)),
                rng.choice(("I'm glad you liked it!", "Thank you! Press Good if you want more like that.")),
            )
        )
    elif roll < 0.45:
        turns.append((noisy(rng, rng.choice(HERO)).format(s=subject), f"The {subject}'s name was {name}."))
    return turns
