"""Small sums, counting, days, months, opposites and other things with one right answer."""

import random

from starter.talk.script import Exchange, noisy
from starter.talk.words import THINGS, person

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SEASONS = "spring summer autumn winter".split()
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
OPPOSITES = """hot cold|big small|up down|day night|good bad|happy sad|fast slow|old new|light dark|open closed|full empty|wet dry|hard soft|high low|
long short|loud quiet|early late|left right|rich poor|strong weak|thick thin|clean dirty|near far|first last|yes no|black white|in out|begin end|
heavy light|young old|easy difficult|true false|win lose|push pull|sweet sour|north south|east west|summer winter|buy sell|above below|awake asleep""".replace(
    "\n", ""
).split("|")
SOUNDS = """dog woof|cat meow|cow moo|sheep baa|duck quack|pig oink|horse neigh|lion roar|owl hoot|bee buzz|frog croak|mouse squeak|snake hiss|rooster cock-a-doodle-doo|
wolf howl|donkey hee-haw|crow caw|chicken cluck|goat meh""".replace("\n", "").split("|")
SIDES = {
    "triangle": "three",
    "square": "four",
    "rectangle": "four",
    "pentagon": "five",
    "hexagon": "six",
    "octagon": "eight",
}
MIXES = {
    ("blue", "yellow"): "green",
    ("red", "yellow"): "orange",
    ("red", "blue"): "purple",
    ("red", "white"): "pink",
    ("black", "white"): "grey",
}
HUES = {
    "the sky": "blue",
    "grass": "green",
    "snow": "white",
    "a lemon": "yellow",
    "coal": "black",
    "an orange": "orange",
    "blood": "red",
    "a banana": "yellow",
    "milk": "white",
    "a strawberry": "red",
    "chocolate": "brown",
    "the sun": "yellow",
    "a frog": "green",
    "an elephant": "grey",
    "a tomato": "red",
    "a carrot": "orange",
}
LISTS = {
    "fruits": "apple banana pear cherry mango grape plum peach lemon orange".split(),
    "animals": "dog cat horse fox owl bear frog whale sheep lion".split(),
    "colours": "red blue green yellow purple orange white black pink brown".split(),
    "vegetables": "carrot potato onion cabbage pea leek spinach bean".split(),
    "birds": "owl crow duck swan robin eagle sparrow stork".split(),
    "drinks": "water tea coffee milk juice lemonade cocoa".split(),
    "sports": "football tennis running swimming rowing basketball skating".split(),
    "instruments": "piano guitar violin flute drum trumpet cello".split(),
    "names": "Mia Ben Ana Leo Nora Sam Ida Omar".split(),
    "shapes": "circle square triangle star hexagon oval".split(),
    "trees": "oak pine birch maple willow elm".split(),
    "tools": "hammer saw pliers screwdriver drill ruler".split(),
    "clothes": "shirt hat coat scarf sock shoe".split(),
    "rooms": "kitchen bathroom bedroom cellar attic hall".split(),
}
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
PLUS = [
    "What is {a} plus {b}?",
    "What's {a} + {b}?",
    "{a} + {b}",
    "{a}+{b}",
    "How much is {a} plus {b}?",
    "{a} plus {b}",
    "Add {a} and {b}",
    "{a}+{b}=?",
    "Can you add {a} and {b}?",
    "what is {a}+{b}",
]
MINUS = [
    "What is {a} minus {b}?",
    "What's {a} - {b}?",
    "{a} - {b}",
    "{a}-{b}",
    "How much is {a} minus {b}?",
    "{a} minus {b}",
    "Take {b} from {a}",
    "Subtract {b} from {a}",
    "{a}-{b}=?",
]
TIMES = [
    "What is {a} times {b}?",
    "What's {a} * {b}?",
    "{a} * {b}",
    "{a}*{b}",
    "How much is {a} times {b}?",
    "{a} times {b}",
    "{a} x {b}",
    "{a}x{b}",
    "Multiply {a} by {b}",
    "{a}*{b}=?",
]


def ask(rng: random.Random, asks: list[str], **fields: object) -> str:
    """One of the wordings, noisy, with its fields filled."""
    return noisy(rng, rng.choice(asks)).format(**fields)


def plus(rng: random.Random) -> Exchange:
    tens = rng.random() < 0.2
    a, b = (rng.randint(1, 9) * 10, rng.randint(1, 9) * 10) if tens else (rng.randint(0, 20), rng.randint(0, 20))
    return ask(rng, PLUS, a=a, b=b), f"{a} plus {b} is {a + b}."


def minus(rng: random.Random) -> Exchange:
    step = 10 if rng.random() < 0.2 else 1
    a, b = sorted(
        (rng.randint(0, 20 // (1 + (step > 1))) * step, rng.randint(0, 20 // (1 + (step > 1))) * step), reverse=True
    )
    return ask(rng, MINUS, a=a, b=b), f"{a} minus {b} is {a - b}."


def times(rng: random.Random) -> Exchange:
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    return ask(rng, TIMES, a=a, b=b), f"{a} times {b} is {a * b}."


def doubled(rng: random.Random) -> Exchange:
    a = rng.randint(1, 20)
    if rng.random() < 0.5:
        return ask(
            rng, ["What is double {a}?", "Double {a}", "What's twice {a}?", "What is two times {a}?"], a=a
        ), f"Twice {a} is {2 * a}."
    return ask(
        rng,
        ["What is half of {a}?", "Half of {a}", "What's half of {a}?", "What is {a} divided by 2?", "Halve {a}"],
        a=2 * a,
    ), f"Half of {2 * a} is {a}."


def bigger(rng: random.Random) -> Exchange:
    a, b = rng.sample(range(101), 2)
    if rng.random() < 0.6:
        return ask(
            rng,
            [
                "Which is bigger, {a} or {b}?",
                "What is more, {a} or {b}?",
                "Is {a} or {b} bigger?",
                "Which number is larger: {a} or {b}?",
            ],
            a=a,
            b=b,
        ), f"{max(a, b)} is bigger."
    return ask(
        rng,
        ["Which is smaller, {a} or {b}?", "What is less, {a} or {b}?", "Which number is smaller: {a} or {b}?"],
        a=a,
        b=b,
    ), f"{min(a, b)} is smaller."


def counting(rng: random.Random) -> Exchange:
    kind = rng.randrange(4)
    if kind == 0:
        n = rng.choice((3, 5, 10, 12, 15, 20))
        return ask(
            rng, ["Count to {n}", "Can you count to {n}?", "Please count to {n}", "Count from 1 to {n}"], n=n
        ), ", ".join(map(str, range(1, n + 1))) + "."
    if kind == 1:
        n = rng.choice((3, 5, 10))
        return ask(
            rng, ["Count down from {n}", "Count backwards from {n}", "Start a countdown from {n}"], n=n
        ), ", ".join(map(str, range(n, 0, -1))) + "."
    n = rng.randint(1, 99)
    if kind == 2:
        return ask(
            rng, ["What comes after {n}?", "Which number comes after {n}?", "What number is next after {n}?"], n=n
        ), f"After {n} comes {n + 1}."
    return ask(rng, ["What comes before {n}?", "Which number comes before {n}?"], n=n), f"Before {n} comes {n - 1}."


def parity(rng: random.Random) -> Exchange:
    n = rng.randint(0, 99)
    return ask(
        rng, ["Is {n} even or odd?", "Is {n} an even number?", "Is {n} odd?", "{n}: odd or even?"], n=n
    ), f"{n} is {'odd' if n % 2 else 'even'}."


def neighbour(rng: random.Random) -> Exchange:
    kind = rng.randrange(3)
    names, what = ((DAYS, "day"), (MONTHS, "month"), (SEASONS, "season"))[kind]
    at = rng.randrange(len(names))
    now, after, before = names[at], names[(at + 1) % len(names)], names[at - 1]
    if rng.random() < 0.55:
        asks = [
            "What {w} comes after {d}?",
            "Which {w} comes after {d}?",
            "What comes after {d}?",
            "What {w} is after {d}?",
            "{d}, and then?",
            "Next {w} after {d}?",
        ]
        if what == "day":
            asks += ["If today is {d}, what is tomorrow?", "Today is {d}. What day is tomorrow?"]
        return ask(rng, asks, w=what, d=now), f"After {now} comes {after}."
    asks = [
        "What {w} comes before {d}?",
        "Which {w} comes before {d}?",
        "What comes before {d}?",
        "What {w} is before {d}?",
    ]
    if what == "day":
        asks += ["If today is {d}, what was yesterday?", "Today is {d}. What day was yesterday?"]
    return ask(rng, asks, w=what, d=now), f"Before {now} comes {before}."


def days(rng: random.Random) -> list[Exchange]:
    first = neighbour(rng)
    if rng.random() < 0.4:
        at = rng.randrange(7)
        verb = first[1].split()[0]
        name = DAYS[(at + 1) % 7] if verb == "After" else DAYS[at - 1]
        return [
            first,
            (
                ask(rng, ["And what about {d}?", "And {d}?", "What about {d}?", "And for {d}?"], d=DAYS[at]),
                f"{verb} {DAYS[at]} comes {name}.",
            ),
        ]
    return [first]


FIXED = [
    (
        [
            "What are the days of the week?",
            "Name the days of the week",
            "List the days of the week",
            "Which days are in a week?",
        ],
        ", ".join(DAYS) + ".",
    ),
    (
        ["What are the months?", "Name the months", "List the months of the year", "Which months are there?"],
        ", ".join(MONTHS) + ".",
    ),
    (
        ["What are the seasons?", "Name the seasons", "Which seasons are there?", "List the four seasons"],
        "Spring, summer, autumn and winter.",
    ),
    (
        [
            "Which days are the weekend?",
            "What are the weekend days?",
            "When is the weekend?",
            "Name the days of the weekend",
        ],
        "Saturday and Sunday.",
    ),
    (
        ["How many days are in a week?", "How many days has a week?", "How many days are there in a week?"],
        "A week has seven days.",
    ),
    (
        ["How many months are in a year?", "How many months has a year?", "How many months are there?"],
        "A year has twelve months.",
    ),
    (["How many days are in a year?", "How many days has a year?"], "A year has 365 days, and a leap year 366."),
    (["How many hours are in a day?", "How many hours has a day?"], "A day has 24 hours."),
    (["How many minutes are in an hour?", "How many minutes has an hour?"], "An hour has 60 minutes."),
    (["How many seconds are in a minute?", "How many seconds has a minute?"], "A minute has 60 seconds."),
    (
        [
            "Say the alphabet",
            "What is the alphabet?",
            "Recite the alphabet",
            "Can you say the alphabet?",
            "Write the alphabet",
        ],
        " ".join(ALPHABET.upper()),
    ),
    (
        ["How many letters are in the alphabet?", "How many letters has the alphabet?"],
        "The English alphabet has 26 letters.",
    ),
    (["What are the vowels?", "Name the vowels", "Which letters are vowels?"], "A, E, I, O and U."),
    (["How many legs does a spider have?", "How many legs has a spider?"], "A spider has eight legs."),
    (["How many legs does a dog have?", "How many legs has a cat?", "How many legs does a horse have?"], "Four legs."),
    (
        ["How many legs does an ant have?", "How many legs does an insect have?", "How many legs has a bee?"],
        "Insects have six legs.",
    ),
    (["What are the primary colours?", "Name the primary colors"], "Red, yellow and blue."),
    (
        ["What colours are in a rainbow?", "Name the colours of the rainbow"],
        "Red, orange, yellow, green, blue, indigo and violet.",
    ),
    (
        ["How many sides does a circle have?", "How many corners has a circle?"],
        "A circle has no corners and no straight sides.",
    ),
    (["What is the first month?", "What is the first month of the year?", "Which month is first?"], "January."),
    (["What is the last month?", "What is the last month of the year?", "Which month is last?"], "December."),
    (["What is the last letter of the alphabet?"], "Z."),
]


def fixed(rng: random.Random) -> Exchange:
    asks, reply = rng.choice(FIXED)
    return noisy(rng, rng.choice(asks)), reply


def opposite(rng: random.Random) -> Exchange:
    a, b = rng.choice(OPPOSITES).split()
    if rng.random() < 0.5 and b not in ("light", "winter", "old"):
        a, b = b, a
    return ask(
        rng,
        [
            "What is the opposite of {a}?",
            "Opposite of {a}?",
            "What's the opposite of {a}?",
            "Name the opposite of {a}",
            "The opposite of {a} is?",
            "What is the contrary of {a}?",
        ],
        a=a,
    ), f"The opposite of {a} is {b}."


def sound(rng: random.Random) -> Exchange:
    animal, noise = rng.choice(SOUNDS).split()
    return ask(
        rng,
        [
            "What sound does a {a} make?",
            "What does a {a} say?",
            "What noise does a {a} make?",
            "How does a {a} sound?",
            "What does the {a} say?",
        ],
        a=animal,
    ).replace(" a owl", " an owl"), f"{noise.capitalize()}!"


def shape(rng: random.Random) -> Exchange:
    name = rng.choice(list(SIDES))
    return ask(
        rng,
        [
            "How many sides does a {s} have?",
            "How many sides has a {s}?",
            "How many corners does a {s} have?",
            "Sides of a {s}?",
        ],
        s=name,
    ).replace(" a octagon", " an octagon"), f"{SIDES[name].capitalize()}."


def colour(rng: random.Random) -> Exchange:
    if rng.random() < 0.4:
        (a, b), c = rng.choice(list(MIXES.items()))
        if rng.random() < 0.5:
            a, b = b, a
        return ask(
            rng,
            [
                "What do {a} and {b} make?",
                "What do you get if you mix {a} and {b}?",
                "What colour is {a} and {b} mixed?",
                "Mix {a} and {b}",
                "What is {a} plus {b}?",
            ],
            a=a,
            b=b,
        ), f"{a.capitalize()} and {b} make {c}."
    thing = rng.choice(list(HUES))
    return ask(
        rng,
        ["What colour is {t}?", "What color is {t}?", "Which colour has {t}?", "What is the colour of {t}?"],
        t=thing,
    ), f"{thing.capitalize()} is {HUES[thing]}."


def listing(rng: random.Random) -> Exchange:
    kind = rng.choice(list(LISTS))
    n = rng.choice((2, 3, 3, 3, 4, 5))
    picked = rng.sample(LISTS[kind], n)
    return ask(
        rng,
        [
            "List {n} {k}",
            "Name {n} {k}",
            "Give me {n} {k}",
            "Tell me {n} {k}",
            "Can you name {n} {k}?",
            "I need {n} {k}",
        ],
        n=rng.choice((n, NUMBERS[n])),
        k=kind,
    ), (", ".join(picked[:-1]) + f" and {picked[-1]}.").capitalize() if kind != "names" else ", ".join(
        picked[:-1]
    ) + f" and {picked[-1]}."


def spelling(rng: random.Random) -> Exchange:
    word = rng.choice(THINGS) if rng.random() < 0.6 else person(rng).lower()
    kind = rng.randrange(6)
    if kind == 0:
        return ask(
            rng,
            ["Spell {w}", "How do you spell {w}?", "Spell the word {w}", "Can you spell {w}?", "Please spell {w}"],
            w=word,
        ), "-".join(word.upper())
    if kind == 1:
        return ask(
            rng,
            [
                "What is the first letter of {w}?",
                "First letter of {w}?",
                "Which letter does {w} start with?",
                "What does {w} begin with?",
            ],
            w=word,
        ), f"{word.capitalize()} starts with {word[0].upper()}."
    if kind == 2:
        return ask(
            rng, ["What is the last letter of {w}?", "Last letter of {w}?", "Which letter does {w} end with?"], w=word
        ), f"{word.capitalize()} ends with {word[-1].upper()}."
    if kind == 3:
        return ask(
            rng,
            [
                "Write {w} in capitals",
                "Uppercase {w}",
                "{w} in upper case",
                "Make {w} uppercase",
                "Put {w} in capital letters",
            ],
            w=word,
        ), word.upper()
    if kind == 4:
        return ask(
            rng, ["How many letters are in {w}?", "How many letters has {w}?", "How long is the word {w}?"], w=word
        ), f"{word.capitalize()} has {len(word)} letters."
    other = rng.choice(THINGS)
    return ask(
        rng,
        [
            "Swap the words {w} {o}",
            "Swap {w} and {o}",
            "Reverse the order of {w} {o}",
            "Turn around: {w} {o}",
            "Say {w} {o} in the other order",
        ],
        w=word,
        o=other,
    ), f"{other} {word}"


KINDS = [
    plus,
    plus,
    plus,
    minus,
    minus,
    times,
    times,
    doubled,
    bigger,
    counting,
    parity,
    fixed,
    fixed,
    fixed,
    opposite,
    sound,
    shape,
    colour,
    colour,
    listing,
    listing,
    spelling,
    spelling,
]


def sums(rng: random.Random) -> list[Exchange]:
    """One or two of these; days have their own follow-up."""
    if rng.random() < 0.1:
        return days(rng)
    kind = rng.choice(KINDS)
    turns = [kind(rng)]
    if rng.random() < 0.25:
        turns.append(kind(rng))
    return turns
