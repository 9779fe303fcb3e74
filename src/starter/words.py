"""Invented names, values and sentences: the stuff that notes are made of.

Nothing here may be guessable, or the model would learn to guess instead of to read: names are built from syllables,
numbers are drawn, sentences are put together from unrelated words. A name whose checksum says so is held out of training.
"""

import random
import zlib
from collections.abc import Callable

_HEADS = "b br c ch cl d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl sp st t th tr v w x y z".split()
_VOWELS = "a a e e i i o o u ai ea ee ia io oa oo ou y au ie".split()
_TAILS = [""] * 12 + "b ck d ff k l ll m n nd ng nk nt p r rd rk rn s sh ss st t th x z".split()
_FIRST = (
    "Anna Ben Carla David Emma Felix Grace Hugo Ida Jonas Karin Leo Maria Nina Oscar Paula Ravi Sofia Tom Ursula Viktor "
    "Wendy Yusuf Zoe Alice Bruno Chen Dina Elif Farid Greta Hana Ivan Julia Kofi Lena Mateo Noor Olga Priya Rosa Samir "
    "Tanja Umar Vera Will Aiko Bob Clara Diego Eva Frank Gina Henry Irene Jack Kate Lucas Mona Nick Otto Peter Ruth"
).split()
_BRAND = (
    "Blue Red Golden Silver North South River Stone Bright Happy Green Old New Little Grand Lucky Sunny Quick Royal Wild "
    "Lantern Bakery Market Tower Bridge Garden Harbor Books Cycles Bank Hotel Pharmacy Studio Fox Bear Eagle Star Moon "
    "Cloud Forest Table Kitchen Works Labs Motors Foods Travel Energy Museum Library School Clinic Cafe Tools Toys"
).split()
_LANDS = (
    "France Germany Italy Spain Japan China India Brazil Canada Mexico Egypt Kenya Norway Sweden Poland Greece Turkey "
    "Australia Austria Portugal Ireland Peru Chile Cuba Nigeria Ghana Finland Denmark Hungary Russia Ukraine Vietnam"
).split()
_TOWNS = (
    "Paris Berlin Rome Madrid Tokyo Beijing Delhi Lima London Dublin Vienna Prague Lisbon Athens Cairo Nairobi Oslo "
    "Stockholm Warsaw Boston Chicago Denver Dallas Toronto Sydney Hamburg Munich Milan Naples Lyon Porto Zurich Geneva"
).split()
_FOOD = (
    "soup bread rice apples noodles cheese fish pears honey plums tea cake beans corn eggs pasta pizza salad nuts onions "
    "garlic carrots cream butter lemons berries cocoa ginger pepper mint yogurt mushrooms potatoes tomatoes olives"
).split()
_COLOURS = (
    "red blue green yellow black white grey pink purple orange brown silver gold turquoise violet beige crimson"
).split()
_JOBS = (
    "teacher baker pilot nurse doctor painter farmer singer lawyer cook driver dancer builder gardener tailor plumber "
    "librarian firefighter engineer writer actor photographer mechanic dentist carpenter sailor judge clown spy"
).split()
_HOBBIES = (
    "swimming chess painting hiking sewing fishing singing dancing cooking climbing reading skating sailing riding "
    "gardening running knitting diving surfing juggling bowling archery pottery boxing rowing cycling yoga origami"
).split()
_INSTRUMENTS = "piano guitar drums violin flute harp trumpet cello banjo organ trombone clarinet tuba accordion".split()
_ANIMALS = "dog cat parrot rabbit horse hamster snake turtle goat duck canary ferret pony donkey lizard spider".split()
_THINGS = (
    "key ladder printer garage wifi safe laptop bike locker kitchen tent boat camera projector cellar attic office gate "
    "piano server router fridge truck lamp drill basement studio archive workshop door suitcase umbrella wallet phone"
).split()
_EVENTS = (
    "party concert meeting wedding picnic market game festival exam workshop tour dinner parade race lecture auction fair "
    "conference match play rehearsal ceremony sale training"
).split()
_MINE = (
    "dog cat horse parrot brother sister mother father boss neighbour doctor friend uncle aunt son daughter cousin "
    "hamster teacher landlord colleague grandmother grandfather roommate dentist boat"
).split()
_RULES = (
    "parking smoking visitors phones shoes bikes dogs late payments holidays sick days overtime travel expenses gifts "
    "food in the office passwords keys noise at night using the pool the dress code lost badges broken glass refunds "
    "photos recycling printing meeting rooms remote work lunch breaks swimming alone feeding the birds"
).split()
_SPOTS = (
    "behind the sofa;under the stairs;in the blue box;on the roof;next to the door;in the garden;at the station;in room 12;"
    "on the second floor;in the top drawer;behind the mirror;under the old tree;in the town hall;near the lake;by the window"
).split(";")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_ADJECTIVES = (
    "old new small big quiet loud warm cold empty heavy light broken clean dirty soft sharp slow fast early late happy sad "
    "strange famous simple secret wooden green golden bitter sweet dry wet young brave tired polite rich poor round flat"
).split()
_NOUNS = (
    "river house garden road bridge letter window engine market school doctor farmer child bird horse table chair book "
    "song story ship train mountain forest island village city king queen soldier artist student manager customer order "
    "ticket package invoice account button screen door key lamp box bag coat shoe hat bottle glass plate spoon knife fire "
    "cloud storm star moon field tree flower leaf stone wall tower roof kitchen office meeting plan rule reason answer "
    "question number name word picture colour sound machine battery cable paper pencil bank shop hotel museum park"
).split()
_VERBS = (
    "opens closes finds loses sells buys paints cleans carries follows watches hears likes helps needs keeps breaks "
    "builds moves pulls pushes reads sends shows starts stops takes teaches throws touches visits washes wins writes"
).split()
_BASE = (
    "open close find sell buy paint clean carry follow watch hear help keep break build move pull push read send show "
    "start stop take teach throw touch visit wash write bring call check choose fill press turn wait leave return"
).split()
_PREPOSITIONS = "in on under behind near above beside beyond inside outside around against without after before".split()
_WHEN = (
    "every morning;at night;in the summer;once a week;on rainy days;before lunch;after the meeting;in the end;again;"
    "for free;with great care;without a word;twice a year;as soon as possible;very slowly;at the weekend;from time to time"
).split(";")


def held_out(name: str) -> bool:
    """True for the one name in forty that only the evaluation may use."""
    return zlib.crc32(name.lower().encode()) % 40 == 0


def syllables(rng: random.Random, low: int = 2, high: int = 3) -> str:
    """A pronounceable name that means nothing, such as "Trouvank"."""
    parts = (rng.choice(_HEADS) + rng.choice(_VOWELS) for _ in range(rng.randint(low, high)))
    return ("".join(parts) + rng.choice(_TAILS)).capitalize()


def near_miss(rng: random.Random, name: str) -> str:
    """`name` with one letter changed: near enough to be mixed up."""
    spots = [i for i, letter in enumerate(name) if letter.islower()]
    if not spots:
        return name + "a"
    at = rng.choice(spots)
    letter = rng.choice([c for c in "aeioulmnrst" if c != name[at]])
    return name[:at] + letter + name[at + 1 :]


def name(rng: random.Random) -> str:
    return syllables(rng, 1, 3) if rng.random() < 0.75 else rng.choice(_FIRST)


def person(rng: random.Random) -> str:
    first = rng.choice(_FIRST) if rng.random() < 0.5 else syllables(rng, 1, 2)
    return first if rng.random() < 0.3 else f"{first} {syllables(rng, 1, 3)}"


def company(rng: random.Random) -> str:
    drawn = rng.random()
    if drawn < 0.6:
        return syllables(rng, 1, 3)
    if drawn < 0.8:
        return f"{syllables(rng, 1, 2)} {rng.choice(_BRAND)}"
    return " ".join(rng.sample(_BRAND, 2))


def place(rng: random.Random) -> str:
    drawn = rng.random()
    return syllables(rng, 1, 3) if drawn < 0.6 else rng.choice(_LANDS if drawn < 0.8 else _TOWNS)


def product(rng: random.Random) -> str:
    return rng.choice(
        (f"{syllables(rng)} {rng.randint(1, 99)}", f"{syllables(rng)} {rng.choice(_THINGS)}", syllables(rng))
    )


def work(rng: random.Random) -> str:
    return (
        f"The {rng.choice(_ADJECTIVES).title()} {rng.choice(_NOUNS).title()}" if rng.random() < 0.6 else syllables(rng)
    )


def recipe(rng: random.Random) -> str:
    return f"{syllables(rng, 1, 2)} {rng.choice('soup cake stew pie bread salad curry pudding'.split())}"


def thing(rng: random.Random) -> str:
    return rng.choice(_THINGS) if rng.random() < 0.6 else f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"


def event(rng: random.Random) -> str:
    return rng.choice(
        (
            rng.choice(_EVENTS),
            f"{syllables(rng, 1, 2)} {rng.choice(_EVENTS)}",
            f"{rng.choice(_NOUNS)} {rng.choice(_EVENTS)}",
        )
    )


def rule(rng: random.Random) -> str:
    return rng.choice(_RULES) if rng.random() < 0.5 else f"the {rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"


def hour(rng: random.Random) -> str:
    at, minute = rng.randint(1, 12), rng.choice(("", "", ":30", f":{rng.randint(10, 59)}"))
    return (
        f"{at}{minute} {rng.choice(('am', 'pm'))}"
        if rng.random() < 0.8
        else f"{rng.randint(0, 23)}:{rng.randint(10, 59)}"
    )


def price(rng: random.Random) -> str:
    amount = rng.choice(
        (str(rng.randint(1, 999)), f"{rng.randint(1, 99)}.{rng.randint(10, 99)}", f"{rng.randint(1, 99)},000")
    )
    return rng.choice((f"{amount} euros", f"${amount}", f"{amount} dollars", f"£{amount}"))


def phone(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.randint(100, 999)} {rng.randint(1000, 9999)}",
            f"0{rng.randint(10, 999)} {rng.randint(10000, 9999999)}",
            f"+{rng.randint(1, 99)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
            f"{rng.randint(100, 999)}-{rng.randint(1000, 9999)}",
        )
    )


def email(rng: random.Random) -> str:
    return f"{syllables(rng, 1, 2).lower()}@{syllables(rng, 1, 2).lower()}.{rng.choice(('com', 'org', 'net', 'eu'))}"


def address(rng: random.Random) -> str:
    return f"{rng.randint(1, 250)} {rng.choice((syllables(rng), rng.choice(_BRAND)))} {rng.choice(('Street', 'Road', 'Avenue', 'Lane'))}"


def date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.choice(_MONTHS), rng.randint(1900, 2030)
    return rng.choice(
        (f"{month} {day}", f"{day} {month}", f"{month} {day}, {year}", f"{year}-{rng.randint(1, 12):02}-{day:02}")
    )


def code(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return str(rng.randint(1000, 999999))
    tail = str(rng.randint(1, 999)) if rng.random() < 0.5 else "-" + syllables(rng, 1, 2).lower()
    return syllables(rng, 1, 3).lower() + tail


def number(rng: random.Random) -> str:
    return str(rng.choice((rng.randint(2, 20), rng.randint(20, 999), rng.randint(1000, 99999))))


def days(rng: random.Random) -> str:
    return f"{rng.randint(2, 99)} {rng.choice(('days', 'days', 'weeks', 'months', 'hours', 'working days'))}"


def weight(rng: random.Random) -> str:
    return f"{rng.randint(2, 9000)} {rng.choice(('kilos', 'grams', 'meters', 'pounds', 'feet', 'kg'))}"


def food(rng: random.Random) -> str:
    second = rng.choice(_FOOD) if rng.random() < 0.5 else syllables(rng, 1, 2).lower()
    return rng.choice((second, f"{rng.choice(_FOOD)} with {second}", f"{rng.choice(_ADJECTIVES)} {second}"))


def _phrase(rng: random.Random) -> str:
    drawn = rng.random()
    if drawn < 0.12:
        return syllables(rng, 1, 3)
    adjective = f"{rng.choice(_ADJECTIVES)} " if drawn < 0.6 else ""
    return f"{rng.choice(('the', 'the', 'a', 'my', 'your', 'every'))} {adjective}{rng.choice(_NOUNS)}"


def _clause(rng: random.Random) -> str:
    return rng.choice(
        (
            lambda: f"{_phrase(rng)} {rng.choice(_VERBS)} {_phrase(rng)}",
            lambda: f"{_phrase(rng)} {rng.choice(_VERBS)} {_phrase(rng)} {rng.choice(_PREPOSITIONS)} {_phrase(rng)}",
            lambda: f"{_phrase(rng)} is {rng.choice(_ADJECTIVES)} and {rng.choice(_ADJECTIVES)}",
            lambda: f"you can {rng.choice(_BASE)} {_phrase(rng)} {rng.choice(_WHEN)}",
            lambda: f"there are {rng.randint(2, 99)} {rng.choice(_NOUNS)}s {rng.choice(_PREPOSITIONS)} {_phrase(rng)}",
        )
    )()


def instruction(rng: random.Random) -> str:
    """Such as "press the old button and wait near the door"."""
    return f"{rng.choice(_BASE)} {_phrase(rng)} and {rng.choice(_BASE)} {rng.choice(_PREPOSITIONS)} {_phrase(rng)}"


def sentence(rng: random.Random) -> str:
    """A sentence of 5 to 25 words that nobody could guess."""
    start = rng.choice((_clause, _clause, instruction))(rng)
    drawn = rng.random()
    if drawn < 0.35:
        start += f" {rng.choice(_WHEN)}"
    elif drawn < 0.7:
        start += f"{rng.choice((', and ', ', but ', ' because ', ' when ', ' so that ', ', or '))}{_clause(rng)}"
    elif drawn < 0.8:
        start = f"{rng.choice(('if', 'when', 'because'))} {_clause(rng)}, {start}"
    return start[0].upper() + start[1:] + rng.choice("......!")


def topic(rng: random.Random) -> str:
    return _phrase(rng)


VALUES: dict[str, Callable[[random.Random], str]] = {
    "company": company,
    "person": person,
    "name": name,
    "place": place,
    "product": product,
    "work": work,
    "recipe": recipe,
    "thing": thing,
    "event": event,
    "rule": rule,
    "hour": hour,
    "price": price,
    "phone": phone,
    "email": email,
    "address": address,
    "date": date,
    "code": code,
    "number": number,
    "days": days,
    "weight": weight,
    "food": food,
    "sentence": sentence,
    "pet": name,
    "word": lambda rng: syllables(rng).lower(),
    "mine": lambda rng: rng.choice(_MINE),
    "year": lambda rng: str(rng.randint(1200, 2030)),
    "percent": lambda rng: f"{rng.randint(2, 95)} %" if rng.random() < 0.5 else f"{rng.randint(2, 95)} percent",
    "minutes": lambda rng: f"{rng.randint(2, 240)} minutes",
    "weekday": lambda rng: rng.choice(_DAYS),
    "colour": lambda rng: (
        rng.choice(_COLOURS) if rng.random() < 0.7 else f"{rng.choice(_COLOURS)} and {rng.choice(_COLOURS)}"
    ),
    "job": lambda rng: f"a {rng.choice(_JOBS)}",
    "hobby": lambda rng: rng.choice(_HOBBIES),
    "instrument": lambda rng: rng.choice(_INSTRUMENTS),
    "animal": lambda rng: (
        f"a {rng.choice(_ANIMALS)} named {name(rng)}" if rng.random() < 0.5 else f"a {rng.choice(_ANIMALS)}"
    ),
    "language": lambda rng: syllables(rng, 1, 2) + rng.choice(("ish", "ian", "ese", "")),
    "money": lambda rng: syllables(rng, 1, 2).lower() + "s",
    "spot": lambda rng: rng.choice(_SPOTS),
}
