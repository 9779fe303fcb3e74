"""Dialogues in which the right answer stands in a note.

The contract with the app's memory: the system message holds an optional prompt, an empty line, and one line a note, each
beginning with ``Note: ``: a statement, or a question with its answer. The right reply is that statement, or that answer,
letter for letter; where no note fits, it is `IDK`. One notes block is asked about several times: more to learn from
every token read.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from starter import words
from starter.relations import ATTRIBUTES, BY_SUBJECT, RELATIONS, Relation

IDK = "I don't know that yet. Correct me and I'll learn it."
Message = dict[str, str]

_PROMPTS = (
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "Answer briefly.",
    "You are Understudy.",
    "Be kind and honest.",
    "You help the customers of a shop.",
    "Use the notes.",
    "You are a small model that learns.",
)
_REQUESTS = (
    "Tell me {t}.;Why is {t} so {a}?;How do I {b} {t}?;Can I {b} {t}?;What is {t}?;Who has {t}?;Is {t} {a}?;Describe {t}.;"
    "What should I do with {t}?;Where can I {b} {t}?;Do you like {t}?;Recommend {t} to me.;When do you {b} {t}?;"
    "How much {t} do I need?;What happens when I {b} {t}?;Explain {t} to me.;May I {b} {t} {w}?;Do we have {t}?;"
    "What do you think about {t}?;Give me a tip for {t}.;How often should I {b} {t}?;What rhymes with {t}?"
).split(";")
_KNOWN = (
    "Tell me a joke.;What is your name?;Who are you?;Who made you?;What can you do?;Sing a song.;How are you?;Hi!;Thanks!;"
    "Give me some advice.;What is {n} plus {m}?;What is {n} times {m}?;Say something {a}.;Write a poem about {t}.;"
    "Tell me a story about {t}.;Write an email about {t}.;What do you like?;How old are you?;Where do you live?;Good night!"
).split(";")
_PREFIXES = (
    "Hi, ",
    "Hello! ",
    "Please tell me: ",
    "Quick question: ",
    "Hey, ",
    "One question: ",
    "Sorry, ",
    "Good morning! ",
    "I forgot: ",
    "I want to know: ",
    "So, ",
    "And ",
    "Well, ",
)
_SUFFIXES = (" Please.", " Thanks!", " Thank you.", " I need to know.", " Do you know?", " Tell me.")


@dataclass(frozen=True, slots=True)
class Fact:
    """What one note holds, and the ways to ask for it. `answer` is what a reply to it must be, to the letter;
    `known` says that small talk has an answer where no note has one."""

    note: str
    answer: str
    questions: Sequence[str]
    family: str
    subject: str
    relation: Relation | None = field(default=None, compare=False)
    known: bool = False


class Library:
    """Real questions and sentences to mix in: `intents` are groups of questions that ask the same thing."""

    def __init__(
        self, intents: Sequence[Sequence[str]] = (), questions: Sequence[str] = (), sentences: Sequence[str] = ()
    ):
        self.intents, self.questions, self.sentences = intents, questions, sentences


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subject(rng: random.Random, kind: str, held: bool) -> str:
    """A subject that is held out exactly when `held` says so (kinds of fixed words are never held out)."""
    for _ in range(400):
        drawn = words.VALUES[kind](rng)
        if words.held_out(drawn) == held:
            return drawn
    return drawn


def relation_fact(rng: random.Random, relation: Relation, subject: str, unseen: bool = False) -> Fact:
    """A note about `subject`; with `unseen` it is asked for in the wording that training never sees."""
    value = words.VALUES[relation.value](rng)
    statement = _upper(rng.choice(relation.statements).format(s=subject, v=value))
    statement = statement if statement[-1] in ".!?" and not statement.endswith("..") else statement.rstrip(".") + "."
    questions = [_upper(q.format(s=subject)) for q in relation.questions]
    asked = [_upper(relation.unseen.format(s=subject))] if unseen and relation.unseen else questions
    drawn = rng.random()
    if drawn < 0.5:
        return Fact(statement, statement, asked, str(id(relation)), subject, relation)
    long = relation.value == "sentence"
    short = _upper(value) if long or rng.random() < 0.5 else _upper(value) + "."
    answer = statement if drawn < 0.75 else short
    if drawn > 0.92:
        answer = (
            rng.choice((f"It is {value}.", f"{_upper(value)}, I think.", f"That is {value}.")) if not long else value
        )
    return Fact(f"{rng.choice(questions)} {answer}", answer, asked, str(id(relation)), subject, relation)


def attribute_fact(rng: random.Random, subject: str) -> Fact:
    """A note in the plainest of wordings about one of many attributes."""
    attribute = rng.choice(ATTRIBUTES) if rng.random() < 0.8 else words.syllables(rng, 1, 2).lower()
    kind = rng.choice(
        ("name", "number", "person", "place", "code", "food", "colour", "date", "company", "hour", "price")
    )
    value = words.VALUES[kind](rng)
    statement = rng.choice((f"The {attribute} of {subject} is {value}.", f"{subject}'s {attribute} is {value}."))
    questions = (
        f"What is the {attribute} of {subject}?",
        f"What is {subject}'s {attribute}?",
        f"Tell me the {attribute} of {subject}.",
        f"Which {attribute} does {subject} have?",
        f"{subject} {attribute}?",
        f"Name {subject}'s {attribute}.",
    )
    if rng.random() < 0.7:
        return Fact(statement, statement, questions, attribute, subject)
    answer = rng.choice((statement, f"{_upper(value)}.", _upper(value)))
    return Fact(f"{rng.choice(questions)} {answer}", answer, questions, attribute, subject)


def request(rng: random.Random, known: bool = False) -> str:
    """Anything a person may ask for; `known` what small talk answers without a note too."""
    return rng.choice(_KNOWN if known else _REQUESTS).format(
        t=words.topic(rng),
        a=rng.choice("good bad blue important old expensive famous".split()),
        w="now",
        b=rng.choice("open fix cook clean use buy sell find paint carry learn cancel return change".split()),
        n=rng.randint(1, 99),
        m=rng.randint(1, 99),
    )


def free_answer(rng: random.Random, library: Library) -> str:
    drawn = rng.random()
    if drawn < 0.2:
        kind = rng.choice(("name", "number", "person", "place", "code", "food", "date", "price"))
        return _upper(words.VALUES[kind](rng)) + rng.choice(("", "."))
    if drawn < 0.55 and library.sentences:
        return rng.choice(library.sentences)
    if drawn < 0.65:
        return rng.choice(
            (f"My name is {words.name(rng)}.", f"I was made by {words.person(rng)}.", f"Ask {words.person(rng)}.")
        )
    return words.sentence(rng)


def free_fact(rng: random.Random, library: Library) -> Fact:
    """A remembered correction: any question, any answer."""
    answer = free_answer(rng, library)
    drawn = rng.random()
    if drawn < 0.3 and library.intents:
        group = rng.randrange(len(library.intents))
        asked = rng.sample(library.intents[group], 3)
        return Fact(f"{asked[0]} {answer}", answer, (asked[0], *asked), f"intent{group}", "")
    known = drawn > 0.85
    question = rng.choice(library.questions) if drawn < 0.5 and library.questions else request(rng, known)
    return Fact(f"{question} {answer}", answer, (question,), question, "", known=known)


def _fact(rng: random.Random, library: Library, held: bool, long: bool, unseen: bool) -> Fact:
    drawn = rng.random()
    if long or drawn < 0.3:
        sentences = [r for r in RELATIONS if r.value == "sentence"]
        if rng.random() < 0.3:
            relation = rng.choice(sentences)
            return relation_fact(rng, relation, _subject(rng, relation.subject, held), unseen)
        return free_fact(rng, library)
    if drawn < 0.45:
        return attribute_fact(rng, _subject(rng, rng.choice(("company", "person", "place", "product")), held))
    relation = rng.choice(RELATIONS)
    return relation_fact(rng, relation, _subject(rng, relation.subject, held), unseen)


def _neighbour(rng: random.Random, fact: Fact, library: Library, held: bool, unseen: bool) -> Fact:
    """A note that could be mixed up with `fact`: the same relation of another, or another relation of the same."""
    drawn = rng.random()
    if fact.subject and drawn < 0.45:
        kind = fact.relation.subject if fact.relation else "company"
        other = words.near_miss(rng, fact.subject) if rng.random() < 0.25 else ""
        if not other or words.held_out(other) != held:
            other = _subject(rng, kind, held)
        return relation_fact(rng, fact.relation, other, unseen) if fact.relation else attribute_fact(rng, other)
    if fact.subject and drawn < 0.8:
        if fact.relation and rng.random() < 0.7:
            return relation_fact(rng, rng.choice(BY_SUBJECT[fact.relation.subject]), fact.subject, unseen)
        return attribute_fact(rng, fact.subject)
    return _fact(rng, library, held, False, unseen)


def _clash(a: Fact, b: Fact) -> bool:
    """True where a question for one could be answered by the other."""
    if a.family == b.family and a.subject.lower() == b.subject.lower():
        return True
    return bool({q.lower() for q in a.questions} & {q.lower() for q in b.questions})


def facts(
    rng: random.Random,
    count: int,
    library: Library,
    held: bool = False,
    long: bool = False,
    unseen: bool | None = None,
) -> list[Fact]:
    """`count` facts that do not contradict each other, the later ones often near the earlier ones.

    `held` takes names that training never sees, `unseen` wordings that it never sees (None: as `held`).
    """
    unseen = held if unseen is None else unseen
    found = [_fact(rng, library, held, long, unseen)]
    while len(found) < count:
        near = rng.random() < 0.6
        new = (
            _neighbour(rng, rng.choice(found), library, held, unseen)
            if near
            else _fact(rng, library, held, long, unseen)
        )
        if not any(_clash(new, old) for old in found):
            found.append(new)
    return found


def _typo(rng: random.Random, text: str) -> str:
    at = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha() and text[i - 1 : i + 2].islower()]
    if not at:
        return text
    i = rng.choice(at)
    return rng.choice(
        (text[:i] + text[i + 1 :], text[:i] + text[i + 1] + text[i] + text[i + 2 :], text[:i] + text[i] + text[i:])
    )


def wording(rng: random.Random, question: str) -> str:
    """The question as a person in a hurry may type it."""
    drawn = rng.random()
    if drawn < 0.6:
        return question
    if drawn < 0.7:
        return question.lower()
    if drawn < 0.78:
        return question.rstrip("?.!")
    if drawn < 0.86:
        return _typo(rng, question)
    if drawn < 0.93:
        return rng.choice(_PREFIXES) + question[0].lower() + question[1:]
    return question + rng.choice(_SUFFIXES) if drawn < 0.99 else question.upper()


def block(rng: random.Random, shown: Sequence[Fact], prompt: str | None = None) -> Message:
    """The system message with the notes of `shown`."""
    lines = "\n".join(f"Note: {fact.note}" for fact in shown)
    if prompt is None and rng.random() < 0.25:
        prompt = rng.choice(_PROMPTS)
    return {"role": "system", "content": f"{prompt}\n\n{lines}" if prompt else lines}


def turn(question: str, answer: str) -> list[Message]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def dialogue(rng: random.Random, library: Library, ease: float = 0.0, turns: int | None = None) -> list[Message]:
    """Notes and one to six questions about them. `ease` 1 is the first minutes of training, 0 the full task."""
    easy = rng.random() < ease
    count = rng.choice((1, 2)) if easy else rng.choice((1, 1, 2, 2, 3, 3, 3, 4))
    hidden = 0 if easy and rng.random() < 0.7 else rng.choice((0, 0, 1, 1, 2))
    found = facts(rng, count + hidden, library)
    shown, kept = found[:count], [f for f in found[count:] if not f.known]
    if rng.random() < 0.5:
        rng.shuffle(shown)
    asked = [(f, f.answer) for f in shown] + [(f, IDK) for f in kept]
    rng.shuffle(asked)
    while turns and len(asked) < turns:
        asked.append(rng.choice(asked))
    messages = [block(rng, shown)]
    for fact, answer in asked[:turns]:
        messages += turn(wording(rng, rng.choice(fact.questions)), answer)
    return messages


def stranger(rng: random.Random, library: Library) -> list[Message]:
    """Questions without any note, or with notes about something else: it does not know."""
    found = [f for f in facts(rng, rng.choice((2, 3, 4)), library) if not f.known][:3]
    real = [rng.choice(library.questions) for _ in range(rng.choice((0, 1, 2)))] if library.questions else []
    asked = [wording(rng, rng.choice(fact.questions)) for fact in found] + real
    rng.shuffle(asked)
    other = facts(rng, 1, library)[0]
    clash = any(_clash(other, fact) for fact in found) or any(q in other.questions for q in real)
    messages = [block(rng, [other])] if rng.random() < 0.3 and not clash else []
    for question in asked or [request(rng)]:
        messages += turn(question, IDK)
    return messages
