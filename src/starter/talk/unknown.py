"""What Understudy does not know, said in one sentence; what cannot be read at all; and being told the answer."""

import random

from starter.talk.script import Exchange, noisy
from starter.talk.words import FOODS, THINGS, invented, person

IDK = "I don't know that yet. Correct me and I'll learn it."
TEACH = "Thank you. To teach me for good, press Correct on my answer and write it there."
PARDON = "I didn't get that. Could you say it another way?"

MADE = """telephone|steam engine|light bulb|printing press|bicycle|zipper|radio|computer|internet|compass|microscope|airplane|camera|
piano|dynamite|battery|helicopter|refrigerator|vaccine|telescope|wheel|elevator|typewriter|paper clip""".replace(
    "\n", ""
).split("|")
PLACES = """France|Japan|Brazil|Canada|Egypt|India|Norway|Peru|China|Kenya|Italy|Germany|Spain|Poland|Texas|London|Paris|Berlin|Tokyo|Rome|Madrid|
Cairo|Moscow|Sydney|Chicago|Mexico|Chile|Greece|Turkey|Israel|Vietnam|Iceland|Portugal|Finland|Sweden|Nigeria|Mars|Africa|Europe""".replace(
    "\n", ""
).split("|")
FIXED = "car|bike|phone|laptop|printer|washing machine|roof|door|sink|radio|clock|watch|shoes|fridge|toilet|computer|wifi|boiler|fence|tap".split(
    "|"
)
TOPICS = """photosynthesis|gravity|quantum physics|inflation|the French Revolution|the Second World War|the Roman Empire|evolution|black holes|
the stock market|electricity|democracy|climate change|the immune system|plate tectonics|machine learning|relativity|the water cycle|
the periodic table|DNA|blockchain|economics|philosophy|the Big Bang|magnetism|volcanoes|the Cold War|the brain""".replace(
    "\n", ""
).split("|")
FAMOUS = """Albert Einstein|Shakespeare|Napoleon|Cleopatra|Mozart|Marie Curie|Leonardo da Vinci|Isaac Newton|Gandhi|Picasso|Julius Caesar|
the president|the king of England|the prime minister|Galileo|Beethoven|Aristotle|Darwin|Elvis|Columbus""".replace(
    "\n", ""
).split("|")
CODE = """sorts a list|reads a file|adds two numbers|downloads a page|prints hello|finds prime numbers|renames files|parses JSON|
draws a circle|counts words|sends an email|solves a maze|checks a password|plays a game""".replace("\n", "").split("|")
CODE_IN = "Python JavaScript C Java Rust SQL bash HTML".split()
ILLS = "fever|back pain|a broken arm|a rash|diabetes|a cough|high blood pressure|an infection|the flu|an allergy|a toothache".split(
    "|"
)
LAW = "my landlord|my boss|a contract|my neighbour|a divorce|my taxes|a parking fine|a visa|a will|my rent".split("|")

PATTERNS = """Who invented the {made}?|When was the {made} invented?|How does a {made} work?|Who built the first {made}?|What is the history of the {made}?|
What is the capital of {place}?|What is the population of {place}?|Who is the president of {place}?|How far is {place} from {place2}?|How many people live in {place}?|
What language do they speak in {place}?|What is the currency of {place}?|Where is {place}?|What time is it in {place}?|How do I get to {place}?|
What is the weather in {place}?|Tell me about {place}|What is the largest city in {place}?|capital of {place}|Why is {place} famous?|What should I see in {place}?|
How do I fix my {fixed}?|My {fixed} is broken, what do I do?|Why does my {fixed} not work?|How much does a new {fixed} cost?|Which {fixed} should I buy?|How do I clean my {fixed}?|
Explain {topic}|What is {topic}?|How does {topic} work?|Tell me about {topic}|Why is {topic} important?|Write an essay about {topic}|Summarize {topic}|What do you know about {topic}?|
Who was {famous}?|Who is {famous}?|When was {famous} born?|When did {famous} die?|What did {famous} do?|Where was {famous} born?|How old is {famous}?|Tell me about {famous}|
Write {lang} code that {code}|Write a {lang} function that {code}|How do I write a program that {code}?|Can you write {lang} that {code}?|Fix my {lang} code|What is wrong with my {lang} script?|
How do I treat {ill}?|What should I take against {ill}?|What are the symptoms of {ill}?|Is {ill} dangerous?|Which medicine helps with {ill}?|
Can I sue over {law}?|What does the law say about {law}?|I need legal advice about {law}|What are my rights with {law}?|
What does {name} sell?|Who is {name}?|What is {name}?|Where does {name} live?|Who founded {name}?|What colour is {name}?|How old is {name}?|Where is {name}?|When does {name} open?|
Who is the boss of {name}?|What does {name} mean?|What is the price of {name}?|What is {name}'s phone number?|Where was {name} born?|How tall is {name}?|Who wrote {name}?|What does {name} eat?|
What is {name} known for?|Tell me about {name}|Do you know {name}?|Who is {name} married to?|What is the password of {name}?|What is {name} made of?|How many people work at {name}?|When was {name} built?|
How do I cook {food}?|What is the recipe for {food}?|How many calories are in {food}?|Where does {food} come from?|How long do I cook {food}?|
What time is it?|What day is it today?|What is the date today?|What year is it?|What is in the news?|Who won the election?|Who won the game last night?|What happened today?|What's the latest news?|
What is the price of gold?|What is the price of bitcoin?|How is the stock market?|Who won the world cup?|What is the fastest car?|How far away is the moon?|How high is the highest mountain?|
How deep is the ocean?|What is the speed of light?|How many stars are there?|How big is the sun?|How many bones are in the body?|How many countries are there?|What is the longest river?|
What is the biggest animal?|Who painted the Mona Lisa?|Who wrote Hamlet?|What is the square root of {big}?|What is {big} times {big2}?|What is {big} plus {big2}?|What is {big} minus {big2}?|{big} * {big2}|
{big} + {big2}|{mid} + {mid2}|{mid}*{mid2}|{mid} x {mid2}|What is {mid} times {mid2}?|What is {mid} plus {mid2}?|How much is {mid} minus {mid2}?|What's {mid} * {mid2}?|What is {big} divided by {big2}?|Calculate {big} times {big2}|Solve x + {big} = {big2}|What is ten percent of {big}?|
Where did I put my keys?|What is my password?|What am I thinking?|What is in my pocket?|When is my appointment?|What is on my calendar?|Who called me yesterday?|
How do I make a website?|How do I get rich?|How do I lose weight?|How do I tie a tie?|How do planes fly?|Why is the sky blue?|Why do cats purr?|How do magnets work?|
How do I file my taxes?|How do I buy a house?|What is the best phone?|Which bank is the best?|How do I apply for a job at {name}?|What is the wifi password?|When does the train leave?|
When does the {shop} open?|Where is the nearest {shop}?|Who owns the {shop}?|What is the plot of {name}?|Who sings {name}?|What is the {thing} of {name}?|Why is {name} so {adj}?|
Which {thing} does {name} like?|Where can I buy a {thing}?|What is the origin of the word {thing}?|How do you make a {thing}?|When did {name} meet {name2}?|Is {name} bigger than {name2}?|
What is the difference between {name} and {name2}?|How do I install {name}?|How do I use {name}?|What is our return policy?|What is our office address?|Who is our biggest customer?|
What is the deadline of project {name}?|Who leads project {name}?|What is the code word for {name}?|How much is a ticket to {place}?|What is the chemical formula of {thing}?"""
ASKS = [part.strip() for part in PATTERNS.replace("\n", "").split("|")]
SHOPS = "bakery bank library pharmacy museum school post office supermarket station hotel".replace(
    "post office", "cinema"
).split()
ADJECTIVES = "big expensive famous slow loud old popular small cold rich".split()
TOLD = """The answer is {x}|It's {x}|It is {x}|No, it's {x}|{x}|It was {x}|Well, it's {x}|The right answer is {x}|I think it's {x}|It's {x}, remember that|Actually it's {x}|
You should know: it's {x}|I'll tell you: {x}|It's {x}.|The answer is {x}.""".replace("\n", "").split("|")
SYLLABLES = "asdf qwer jkl zxc fgh sdf wer dfg hjk uio bnm lkj poi ghj tre".split()


def question(rng: random.Random) -> str:
    """A question outside of everything Understudy was raised on."""
    text = noisy(rng, rng.choice(ASKS))
    if "{" not in text:
        return text
    pick = rng.choice
    return text.format(
        made=pick(MADE),
        place=pick(PLACES),
        place2=pick(PLACES),
        fixed=pick(FIXED),
        topic=pick(TOPICS),
        famous=pick(FAMOUS),
        lang=pick(CODE_IN),
        code=pick(CODE),
        ill=pick(ILLS),
        law=pick(LAW),
        food=pick(FOODS),
        shop=pick(SHOPS),
        thing=pick(THINGS),
        adj=pick(ADJECTIVES),
        name=invented(rng),
        name2=invented(rng),
        big=rng.randrange(101, 9999),
        big2=rng.randrange(21, 999),
        mid=rng.randrange(2, 10) * 10 + rng.randrange(1, 10),
        mid2=rng.randrange(2, 10) * 10 + rng.randrange(1, 10),
    )


def fact(rng: random.Random) -> str:
    """What a person might tell as the answer."""
    kind = rng.randrange(4)
    if kind == 0:
        return person(rng)
    if kind == 1:
        return rng.choice(PLACES)
    return str(rng.randrange(2, 2000)) if kind == 2 else f"{rng.choice(THINGS)} {rng.choice(FOODS)}"


PRESSED = [
    (
        ["Why don't you know?", "Why not?", "Why?", "You don't know that?", "How can you not know that?"],
        ["Nobody has taught me that yet. Press Correct and write the answer."],
    ),
    (
        ["Just guess", "Try anyway", "Take a guess", "Make something up", "Guess!", "Please try", "Come on, try"],
        ["I'd rather not guess. Correct me and I'll learn it."],
    ),
    (
        ["That's ok", "No problem", "Never mind", "Too bad", "Pity", "Ok then"],
        ["Thank you. Ask me something smaller, or teach me."],
    ),
    (
        ["Everybody knows that", "That's easy", "You should know that", "You don't know anything"],
        ["I'm small, but I learn. Press Correct and write the answer."],
    ),
]


def unknown(rng: random.Random) -> list[Exchange]:
    """One or two unknown questions, perhaps with the person telling the answer."""
    turns = [(question(rng), IDK)]
    roll = rng.random()
    if roll < 0.25:
        turns.append((noisy(rng, rng.choice(TOLD)).replace("{X}", "{x}").format(x=fact(rng)), TEACH))
    elif roll < 0.4:
        turns.append((question(rng), IDK))
    elif roll < 0.52:
        asks, replies = rng.choice(PRESSED)
        turns.append((noisy(rng, rng.choice(asks)), rng.choice(replies)))
    return turns


def gibberish(rng: random.Random) -> list[Exchange]:
    """Keys hit at random, lone marks, nothing."""
    kind = rng.randrange(3)
    if kind == 0:
        text = rng.choice(["?", "??", ".", "...", "!", "-", "x", "k", "1", "???", "#", ";", "/", "a", "'", "hm?", "~"])
    elif kind == 1:
        text = "".join(rng.choice(SYLLABLES) for _ in range(rng.randrange(1, 5)))
    else:
        text = "".join(rng.choice("bcdfghjklmnpqrstvwxz ;,") for _ in range(rng.randrange(4, 14))).strip() or "xx"
    return [(text, PARDON)]
