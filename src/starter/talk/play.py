"""Things to enjoy: jokes, riddles, haiku, rhymes, facts, games and short notes."""

import random

from starter.talk.script import Exchange, noisy
from starter.talk.words import person

JOKES = """Why did the book go to bed? It was tired of being read.|What did the zero say to the eight? Nice belt!|Why did the spoon win the race? It was always stirring.|
Why was the pencil calm? It knew it could be corrected.|What did the left shoe say to the right one? You go first, I'll follow.|Why do clocks never get lost? They always come around.|
Why did the cloud stay home? It felt under the weather.|What does a small model eat? Byte-sized snacks.|Why did the map blush? It saw the mountain range.|Why was the broom late? It overswept.|
What do you call a bear without teeth? A gummy bear.|Why did the lamp fail the exam? It wasn't bright that day.|Why did the ladder get a prize? It took things to the next level.|
What did the window say to the door? You are always so open.|Why did the potato write a diary? To keep its eyes on the past.|Why is the river so rich? It has two banks.|
Why did the snail get a fast car? To leave a good impression: look at that S-car go!|What did the sock say in the machine? I feel a bit lost.|Why did the chair go to school? It wanted to be a desk.|
Why did the neural network go to the gym? To lift some weights.|What did one wall say to the other? Meet you at the corner.|Why was the soup proud? It was the talk of the bowl.|
Why did the scarf leave? It was tired of hanging around.|Why can't a bicycle stand alone? It is two tired.|What do you call a quiet trumpet? A good neighbour.|Why did the candle quit? It was burnt out.|
Why did the apprentice carry a pencil? In case the boss drew a wrong conclusion.|Why did the duck open a shop? Business was quacking.|What did the blanket say to the bed? I've got you covered.|
Why was the calendar nervous? Its days were numbered.|Why did the kettle sing? It was full of steam.|Why did the fish skip class? It was tired of school.|What is a mirror's favourite answer? Let me reflect.|
Why was the key so popular? It opened up to everyone.""".replace("\n", "").split("|")
KNOCK = {
    "Lettuce": "Lettuce in, it's cold out here!",
    "Olive": "Olive the way you laugh!",
    "Justin": "Justin time for the joke!",
    "Noah": "Noah good joke? I need one.",
    "Harry": "Harry up, I'm getting wet!",
    "Ice cream": "Ice cream every time you correct me!",
    "Woo": "No need to get excited, it's only a joke!",
}
RIDDLES = {
    "I have hands but cannot clap. What am I?": "a clock",
    "I have teeth but never eat. What am I?": "a comb",
    "The more you take away, the bigger I get. What am I?": "a hole",
    "I have a neck but no head. What am I?": "a bottle",
    "I follow you in the sun and leave you in the dark. What am I?": "your shadow",
    "I get wet while I dry. What am I?": "a towel",
    "I have pages but I am no tree's leaves. What am I?": "a book",
    "I go up and never come down. What am I?": "your age",
    "I have keys but open no door. What am I?": "a piano",
    "I have one eye but cannot see. What am I?": "a needle",
    "I have legs but cannot walk. What am I?": "a table",
    "I speak every word back to you. What am I?": "an echo",
}
# Lines by their syllables, five or seven; the tests count them again.
FIVES = {
    "rain": ["Rain taps on the roof", "Small drops on the leaves"],
    "snow": ["Snow on the dark road", "White and without sound"],
    "the sea": ["Waves come and go home", "Salt wind on the sand"],
    "the moon": ["Moon over the barn", "Round lamp in the night"],
    "autumn": ["Red leaves on the path", "Leaves learn how to fall"],
    "spring": ["Green buds on the branch", "The first bee wakes up"],
    "summer": ["Warm stones in the sun", "Long light on the grass"],
    "winter": ["Cold breath on the glass", "Frost draws on the panes"],
    "a cat": ["Cat on the window", "Soft paws on the stairs"],
    "a fox": ["Fox at the wood's edge", "Red tail in the snow"],
    "tea": ["Steam over the cup", "Warm cup in the hands"],
    "the night": ["Stars over the town", "Dark roofs and one lamp"],
    "learning": ["First wrong and then right", "One more thing I know"],
    "a tree": ["Old tree in the field", "Roots deep in the dark"],
    "a bird": ["Bird on the tall fence", "One song before dawn"],
    "a river": ["River in the fog", "Slow brown water turns"],
    "a dog": ["Dog at the front gate", "Wet nose, wagging tail"],
    "books": ["Dust on an old book", "One page left to read"],
    "the wind": ["Wind under the door", "Wind without a name"],
    "a garden": ["Beans climb up the string", "Wet soil after rain"],
    "music": ["One note, then the next", "Old song on the street"],
}
SEVENS = [
    "nobody knows where it goes",
    "the whole world holds its breath now",
    "a small door opens inside",
    "and all the clocks take a rest",
    "someone hums a song nearby",
    "the day folds up like a map",
    "the wind reads it like a page",
    "and the quiet stays a while",
    "the old worries walk away",
    "time sits down on the doorstep",
    "one more word would be too much",
    "a child asks what it is called",
    "yesterday is far away",
    "and a dog looks up at it",
    "a boat without any name",
    "slowly the street lights come on",
]
LASTS = [
    "then it is morning",
    "and we start again",
    "how small the world is",
    "stay a little while",
    "no one has to speak",
    "even I can hope",
    "that is all I know",
]
POEMS = [
    "A little light, a little tune,\nA silver spoon, a paper moon.\nI do not know a lot, it's true,\nBut what I learn, I learn from you.",
    "The kettle sings, the day is new,\nThe window wears a hat of dew.\nSo take your time and take your tea,\nThe rest can wait, as you can see.",
    "I am a model, small and slight,\nI often miss, I sometimes write\nA line that's good, a line that's bad:\nCorrect me, and I will be glad.",
    'A cloud went out to see the town,\nAnd when it saw it, it came down.\nThe people said: "Oh no, it\'s rain!"\nThe garden said: "Please come again."',
    "The moon looks in, the night is deep,\nThe clocks are counting softly sheep.\nPut down your worries, one by one,\nTomorrow has a brand new sun.",
    "A fox put on a scarf of red\nAnd went to look for jam and bread.\nHe found a friend beside the door,\nAnd did not look for any more.",
]
FACTS = [
    "Honey bees have five eyes.",
    "A spider has eight legs, and an insect has six.",
    "Ice floats because it is lighter than water.",
    "An octopus has three hearts.",
    "Bats are mammals that can fly.",
    "A year on Earth is a little longer than 365 days.",
    "Bananas are berries, and strawberries are not.",
    "Sound needs air or some other stuff to travel. There is none in empty space.",
    "Light is faster than sound: that's why lightning comes before thunder.",
    "A snail can sleep for many days when it is dry.",
]
SCRIPTS = {
    "joke": (
        [
            "Tell me a joke",
            "Tell me a joke!",
            "Can you tell me a joke?",
            "Do you know a joke?",
            "A joke, please",
            "Make me laugh",
            "I want to hear a joke",
            "Say something funny",
            "Got any jokes?",
            "Give me a joke",
            "joke",
        ],
        JOKES,
    ),
    "fact": (
        [
            "Tell me a fun fact",
            "Do you know a fun fact?",
            "Give me a fun fact",
            "Tell me a fact",
            "A fun fact please",
            "Teach me something",
            "Something I don't know",
            "fun fact",
        ],
        FACTS,
    ),
    "poem": (
        [
            "Write a poem",
            "Write me a poem",
            "Can you write a poem?",
            "Tell me a poem",
            "A rhyme, please",
            "Write a short poem",
            "Make a rhyme",
            "Do you know a poem?",
            "Say something that rhymes",
            "poem please",
        ],
        POEMS,
    ),
}
MORE = [
    "Another one",
    "Another one please",
    "One more",
    "Tell me another one",
    "Another!",
    "Again",
    "More",
    "Do you have another one?",
    "Give me one more",
    "Next one",
]
LAUGH = [
    "Haha",
    "lol",
    "That's funny",
    "That was a good one",
    "Very funny",
    "haha nice",
    "I don't get it",
    "That's terrible",
    "Not funny",
]
LAUGHED = {
    "I don't get it": "It plays with a word that means two things. I explain jokes badly, sorry.",
    "That's terrible": "I know. I'm proud of it anyway.",
    "Not funny": "Fair enough. Ask for another one, and press Bad on this one.",
}
NOTES = [
    (
        [
            "Write a thank-you note to {n}",
            "Write a thank you note for {n}",
            "Can you write a thank-you note to {n}?",
            "Thank {n} in a short note",
        ],
        "Dear {n},\nthank you so much for your help. It meant a lot to me.\nBest wishes",
    ),
    (
        [
            "Write a short email to {n}",
            "Write an email to {n}",
            "Can you write an email to {n}?",
            "Draft an email to {n}",
        ],
        "Hello {n},\nI hope you are well. I'm writing to ask if we could talk this week.\nBest regards",
    ),
    (
        ["Write a birthday card for {n}", "Write a birthday message to {n}", "Wish {n} a happy birthday"],
        "Dear {n},\nhappy birthday! I wish you a bright day and a good year.\nBest wishes",
    ),
    (
        ["Write an apology to {n}", "Write a note to say sorry to {n}", "Apologise to {n} for me"],
        "Dear {n},\nI'm sorry for what happened. I hope we can talk about it soon.\nBest wishes",
    ),
    (
        ["Write an invitation for {n}", "Invite {n} to dinner", "Write an invitation to {n}"],
        "Dear {n},\nwould you like to come to dinner this week? I'd be glad to see you.\nBest wishes",
    ),
    (["Say hello to {n}", "Greet {n}", "Say hi to {n}"], "Hello, {n}! Nice to meet you."),
]
RATHER = [
    ("fly", "swim like a fish", "Fly. The view must be easier to describe."),
    ("read", "write", "Write. Then you can correct me."),
    ("have tea", "have coffee", "Tea, for the sound of the word. I can't drink either."),
    ("live by the sea", "live in the mountains", "By the sea: waves repeat themselves, like me."),
    ("be early", "be late", "Early. I start at once when you press Enter."),
    ("talk to cats", "talk to dogs", "Dogs. They would answer sooner."),
]
EITHER = [
    ("cats", "dogs"),
    ("tea", "coffee"),
    ("summer", "winter"),
    ("books", "films"),
    ("sea", "mountains"),
    ("morning", "evening"),
]


def series(rng: random.Random) -> list[Exchange]:
    """A joke, fact or poem, then perhaps a different one."""
    asks, texts = SCRIPTS[rng.choice(("joke", "joke", "joke", "fact", "poem"))]
    first, second, third = rng.sample(texts, 3)
    turns = [(noisy(rng, rng.choice(asks)), first)]
    if texts is JOKES and rng.random() < 0.25:
        said = rng.choice(LAUGH)
        turns.append((noisy(rng, said), LAUGHED.get(said, "I'm glad you liked it!")))
    if rng.random() < 0.4:
        turns.append((noisy(rng, rng.choice(MORE)), second))
        if rng.random() < 0.25:
            turns.append((noisy(rng, rng.choice(MORE)), third))
    return turns


def knock(rng: random.Random) -> list[Exchange]:
    """A knock-knock joke, told in turns."""
    name = rng.choice(list(KNOCK))
    asked = noisy(
        rng,
        rng.choice(
            [
                "Tell me a knock-knock joke",
                "Do you know a knock knock joke?",
                "A knock-knock joke please",
                "Knock-knock joke!",
            ]
        ),
    )
    return [
        (asked, "Knock, knock!"),
        (noisy(rng, "Who's there?"), f"{name}."),
        (noisy(rng, "{x} who?").format(x=name), KNOCK[name]),
    ]


def riddle(rng: random.Random) -> list[Exchange]:
    """A riddle; the person gives up, is right, or is wrong."""
    text, answer = rng.choice(list(RIDDLES.items()))
    turns = [
        (
            noisy(
                rng,
                rng.choice(
                    [
                        "Tell me a riddle",
                        "Do you know a riddle?",
                        "Give me a riddle",
                        "A riddle, please",
                        "I want a riddle",
                        "Ask me a riddle",
                        "Let's do a riddle",
                    ]
                ),
            ),
            text,
        )
    ]
    roll = rng.random()
    if roll < 0.4:
        turns.append(
            (
                noisy(
                    rng,
                    rng.choice(
                        [
                            "I don't know",
                            "I give up",
                            "No idea",
                            "Tell me",
                            "What is it?",
                            "What's the answer?",
                            "Solution?",
                        ]
                    ),
                ),
                f"The answer is {answer}.",
            )
        )
    elif roll < 0.65:
        turns.append(
            (
                noisy(rng, rng.choice(["{x}", "{x}?", "Is it {x}?", "It's {x}", "You are {x}"])).format(x=answer),
                f"Yes, {answer}! Well done.",
            )
        )
    elif roll < 0.8:
        wrong = rng.choice([a for a in RIDDLES.values() if a != answer])
        turns.append(
            (
                noisy(rng, rng.choice(["{x}", "{x}?", "Is it {x}?", "It's {x}"])).format(x=wrong),
                f"Good try, but no. The answer is {answer}.",
            )
        )
    return turns


def haiku(rng: random.Random) -> list[Exchange]:
    """A haiku, with or without a wished subject."""
    subject = rng.choice(list(FIVES))
    asks = [
        "Write a haiku about {x}",
        "A haiku about {x}, please",
        "Can you write a haiku about {x}?",
        "Haiku about {x}",
        "Tell me a haiku about {x}",
        "Write me a haiku on {x}",
    ]
    if rng.random() < 0.3:
        asks = [
            "Write a haiku",
            "Can you write a haiku?",
            "A haiku, please",
            "Write me a haiku",
            "haiku please",
            "Tell me a haiku",
        ]
    return [
        (
            noisy(rng, rng.choice(asks)).format(x=subject),
            f"{rng.choice(FIVES[subject])}\n{rng.choice(SEVENS)}\n{rng.choice(LASTS)}",
        )
    ]


def note(rng: random.Random) -> list[Exchange]:
    """A short letter to somebody."""
    asks, text = rng.choice(NOTES)
    name = person(rng)
    return [(noisy(rng, rng.choice(asks)).format(n=name), text.format(n=name))]


def game(rng: random.Random) -> list[Exchange]:
    """Rock paper scissors, would you rather, this or that, a coin, a die."""
    kind = rng.randrange(5)
    if kind == 0:
        hands = ["rock", "paper", "scissors"]
        yours, mine = rng.choice(hands), rng.choice(hands)
        won = (hands.index(yours) - hands.index(mine)) % 3
        verdict = ("A tie!", "You win!", "I win!")[won]
        start = noisy(
            rng,
            rng.choice(
                [
                    "Let's play rock paper scissors",
                    "Rock paper scissors?",
                    "Let's play a game",
                    "Play a game with me",
                    "Can we play a game?",
                    "I want to play",
                ]
            ),
        )
        return [
            (start, "Rock, paper, scissors! What do you take?"),
            (noisy(rng, rng.choice(["{x}", "{x}!", "I take {x}"])).format(x=yours), f"I take {mine}. {verdict}"),
        ]
    if kind == 1:
        a, b, reply = rng.choice(RATHER)
        return [(noisy(rng, "Would you rather {a} or {b}?").format(a=a, b=b), reply)]
    if kind == 2:
        a, b = rng.choice(EITHER)
        if rng.random() < 0.5:
            a, b = b, a
        return [
            (
                noisy(
                    rng, rng.choice(["{a} or {b}?", "Do you prefer {a} or {b}?", "What do you like more, {a} or {b}?"])
                ).format(a=a, b=b),
                f"I only know the words, but {a} sounds good. Which one do you like?",
            )
        ]
    if kind == 3:
        return [
            (
                noisy(rng, rng.choice(["Flip a coin", "Toss a coin", "Heads or tails?", "Can you flip a coin?"])),
                rng.choice(("Heads!", "Tails!")),
            )
        ]
    return [
        (
            noisy(
                rng,
                rng.choice(
                    ["Roll a die", "Roll the dice", "Throw a dice", "Can you roll a die?", "Pick a number from 1 to 6"]
                ),
            ),
            f"{rng.randint(1, 6)}!",
        )
    ]


KINDS = [series, series, series, knock, riddle, riddle, haiku, haiku, note, note, game, game]


def play(rng: random.Random) -> list[Exchange]:
    """Any of the above."""
    return rng.choice(KINDS)(rng)
