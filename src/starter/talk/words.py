"""Words the grammars draw from, and invented names, so that the model learns to copy rather than to remember."""

import random

FIRST = "Tal Mia Ben Ana Leo Nora Sam Ida Omar Lena Yuki Ravi Zoe Max Eva Noah Amir Lucy Jon Maya Ella Finn Tara Hugo Lina Otto Ruth Kai Rosa Igor Dana Paul Vera Theo Nina Abel Gita Marco Sofia Emil".split()
ONSETS = "b br ch d dr f fl g gr h j k kl l m n p pl r s sh sk st t tr v w y z zh th qu".split()
VOWELS = "a e i o u a e i o u ai ea oo ee ou".split()
CODAS = ["", "", "", "n", "l", "r", "s", "x", "k", "m", "nd", "rt", "sh", "lo", "ra"]
ANIMALS = "fox cat dog bear rabbit owl mouse frog horse duck hedgehog whale turtle snail crow lion bee goat wolf otter squirrel donkey parrot spider ant penguin elephant dragon".split()
COLOURS = "red blue green yellow orange purple pink brown black white grey gold silver turquoise indigo violet".split()
FOODS = "pizza soup pasta rice bread curry noodles salad pancakes cheese chocolate apples mangoes dumplings tacos potatoes cake olives tomatoes sushi".split()
THINGS = "apple table river lamp window garden stone letter bottle pencil chair bridge mirror button basket ladder candle blanket kettle spoon hammer umbrella cloud flower mountain island forest street number summer winter water paper silver yellow happy little quiet brave clever round heavy simple story music friend morning".split()


def invented(rng: random.Random, parts: int = 0) -> str:
    """A made-up name such as Zorbo or Klaish, of two or three syllables."""
    parts = parts or rng.choice((1, 2, 2, 2, 3))
    word = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(parts)) + rng.choice(CODAS)
    return (word if len(word) > 2 else word + "lo").capitalize()


def person(rng: random.Random) -> str:
    """A first name, invented more often than not."""
    return rng.choice(FIRST) if rng.random() < 0.35 else invented(rng)


def article(word: str) -> str:
    """The word with a or an."""
    return ("an " if word[0].lower() in "aeiou" else "a ") + word
