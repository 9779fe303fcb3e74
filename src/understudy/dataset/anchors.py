"""Prompts whose answers must not change: half of them anchor the training (replay), the other half probe it.

Plain fine-tuning of a small model on thirty facts changes half of all its other answers; replay on many different
prompts with KL to the base brings most of them back (measured on the starter: tests/benchmarks/NOTES.md). Wide
beats many: small talk, questions about anything, notes to read, and above all the neighbours of what is learned,
because "When does Zorbo open?" is what a correction about Zorbo breaks first. A probe never asks what an anchor asks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence

from understudy.dataset.groups import is_held_out, words
from understudy.types import Message

Prompt = tuple[Message, ...]

_NAME = r"(?<=\s)(?!I\b)[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"

PROBES = 1 / 3
"""The share of all prompts that only ever judge."""

_TALK = (
    "Hi!|Hello there|Good morning|How are you?|How was your day?|What is your name?|Who are you?|Who made you?|"
    "What can you do?|Tell me a joke.|Tell me another joke.|Tell me a story.|Write a poem.|"
    "Write a haiku about rain.|Sing me a song.|I am bored.|I am sad today.|I am happy!|I cannot sleep.|"
    "Thank you!|Thanks a lot, bye|Good night|What do you like?|Do you like music?|What is 2 plus 3?|"
    "What is 7 times 8?|What is 20 minus 4?|Count to five.|Which day comes after Monday?|"
    "What is the opposite of hot?|What colour is the sky?|How does a cow sound?|Name three fruits.|"
    "Give me advice.|Can you learn?|How do I correct you?|What does the Correct button do?|Are you a person?|"
    "Do you sleep?|What is your favourite colour?|Tell me a riddle.|Flip a coin.|Say something nice.|"
    "How old are you?|Where do you live?|Spell the word house.|What season comes after spring?|I like you.|"
    "You are wrong.|That is not right.|Are you sure?|What is a LoRA?|Is my data safe?|"
    "What happens when I correct you?|Hey|Hi there, how are you?|Nice to meet you|What is up?|Good evening|"
    "See you tomorrow|Thank you very much|Please help me|I am tired|I am hungry|I had a bad day|I love you|"
    "I am lonely|My head hurts|I am angry|It is raining|Happy birthday|Tell me something interesting.|"
    "Tell me a fun fact.|Tell me a short story about a cat.|Write a poem about the sea.|"
    "Write an email to my boss.|What should I cook?|What should I read?|How do I sleep better?|"
    "How do I make friends?|What is 3 times 4?|What is 10 divided by 2?|What is 9 plus 6?|What is half of 8?|"
    "Which is bigger, 5 or 9?|Count to ten.|Which day is before Friday?|Which month comes after May?|"
    "What is the opposite of up?|What is the opposite of old?|What colour is grass?|What colour is a banana?|"
    "How does a dog sound?|How does a cat sound?|Name four animals.|Name two colours.|Name a tree.|Say hello.|"
    "Say yes.|Repeat after me: blue kettle|Write the word lamp in capitals.|Do you have a body?|Do you eat?|"
    "Do you dream?|Are you clever?|Are you a robot?|What is your job?|Who is your friend?|"
    "What does the Good button do?|What does the Bad button do?|How do I undo a correction?|"
    "What is a base model?|What is the champion?|How do I add a column?|Where are my conversations?|"
    "What is temperature?|What is a seed?|Can you browse the web?|What is the weather?|What time is it?|"
    "What is the news?|Translate hello into French.|Write Python code.|What is love?|Why is the sky blue?|"
    "Who won the game?|asdf jkl|???|ok|no|yes|maybe|lol"
).split("|")
_ABOUT = (
    "Tell me a joke about a {thing}.|Tell me a story about a {thing}.|Write a poem about a {thing}.|"
    "Write a haiku about the {thing}.|Do you like the {thing}?|What colour is a {thing}?|What is a {thing}?|"
    "I like my {thing}.|I lost my {thing}.|Where can I buy a {thing}?|Repeat after me: {thing} {other}|"
    "Which is bigger, a {thing} or a {other}?|Say the word {thing}.|Spell {thing}.|What rhymes with {thing}?|"
    "How do I draw a {thing}?|Why do people like a {thing}?|Name something like a {thing}.|"
    "What is the opposite of {feel}?|I feel {feel} today.|Why am I so {feel}?|Are you ever {feel}?|"
    "What can I do when I am {feel}?|My friend is {feel}.|You sound {feel}.|Be less {feel}, please.|"
    "What is {a} plus {b}?|What is {a} minus {b}?|What is {b} times {a}?|Which is more, {a} or {b}?|Count to {b}.|"
    "How much is {a} and {b}?|What comes after {a}?|My name is {who}.|Do you know {who}?|Say hello to {who}.|"
    "Write a letter to {who}.|My dog is called {who}.|How do I {do}?|Can you {do}?|Do you like to {do}?|"
    "I want to {do}.|Should I {do} today?|Teach me to {do}.|When is the best time to {do}?|Help me to {do}.|"
    "What happens if I {do}?|What would you {do} for?|Give me advice: I cannot {do}.|Which sport is like a {thing}?|"
    "What do you think about the {thing}?|Explain the {thing} to me.|Is a {thing} alive?|Describe a {feel} {thing}."
).split("|")
_THINGS = (
    "cat dog robot river moon kettle garden train window banana piano mountain book cake lamp bird cloud shoe letter"
    " castle spoon horse bicycle storm island apple forest clock"
).split()
_FEELINGS = "happy sad tired angry lonely bored cold hungry old new hot quiet proud scared busy calm early kind".split()
_DEEDS = (
    "sleep|cook|learn French|sing|make friends|stop you|read more|undo this|write a song|save money|run|"
    "change the colours|delete a chat|find a job|remember names|dance|fix a bike|wake up early|correct you|win"
).split("|")
_ASKED = (
    "What is the capital of {n}?|Who is {n}?|Where is {n}?|When does {n} open?|How much is {n}?|"
    "What does {n} sell?|Who runs {n}?|Tell me about {n}.|How do I reach {n}?|What is the password of {n}?|"
    "How old is {n}?|Which colour does {n} have?|Who wrote {n}?|How long does {n} take?|"
    "What is the address of {n}?|What is the phone number of {n}?|How many people work at {n}?|"
    "Where does {n} live?|What does {n} like to eat?|Can I return something to {n}?|Why is {n} late?|What is {n}?|"
    "Is {n} good?"
).split("|")
_NOTED = (
    "{n} opens at {k} o'clock.|When does {n} open?|{n} costs {k} dollars.|How much is {n}?|The boss of {n} is {m}.|"
    "Who is the boss of {n}?|{n} has {k} employees.|How many employees does {n} have?|{n} lives in {m}.|"
    "Where does {n} live?|The code of {n} is {k}.|What is the code of {n}?"
).split("|")
_HEADS = "Ba Bre Cla Do Fe Gri Ha Jo Kle Lu Mi No Pra Qui Ro Ska Ti Va Wo Ze".split()
_FIRMS = "Market Clinic Tower Foods Bank Hotel Cycles House Garden Travel School Works".split()
_PEOPLE = "Anna Tom Lucas Maria Wendy Omar Clara Felix Nina Peter France Berlin Oslo".split()
_TAILS = "bin dor fel gan kis lom mer nak pol rus sti tav vex wick zam".split()


def name(rng: random.Random) -> str:
    """A name that nobody has, or that many have: an invented one, a first name, a firm."""
    made = rng.choice(_HEADS) + rng.choice(_TAILS) + rng.choice(("", "", "o", "a", "i"))
    drawn = rng.random()
    return made if drawn < 0.6 else f"{made} {rng.choice(_FIRMS)}" if drawn < 0.85 else rng.choice(_PEOPLE)


def neighbours(question: str, rng: random.Random, others: Sequence[str] = ()) -> list[str]:
    """Questions that look like `question` and ask something else: another name in its place, another number.

    With `others`, the questions learned beside it, also their names crossed with its own, and what they ask, asked of
    its name: a model with a hundred facts guesses exactly there.
    """
    found = []
    for old in dict.fromkeys(m[0] for m in re.finditer(rf"{_NAME}|\d+", question)):
        new = str(rng.randint(2, 999)) if old.isdigit() else _coined(old, rng, others)
        found.append(re.sub(rf"\b{re.escape(old)}\b", new, question))
    found += of_its_name(question, rng, others)  # two: of another name the base answers (`playground.scope`)
    return [other for other in found if words(other) != words(question)]


def of_its_name(question: str, rng: random.Random, others: Sequence[str], count: int = 2) -> list[str]:
    """`count` times something else asked of the first name in `question`; nothing where there is none."""
    subject = re.search(_NAME, question)
    return [_asked_of(subject[0], rng, others) for _ in range(count)] if subject else []


def _coined(old: str, rng: random.Random, others: Sequence[str]) -> str:
    """A name like `old`: half of it and half of another that was learned, or one that nobody has."""
    met = re.search(_NAME, rng.choice(others)) if others else None
    if met is None or rng.random() < 0.4:
        return name(rng)
    ours, theirs = rng.sample((old, met[0]), 2)
    head, tail = ours.split()[0], theirs.split()[-1]
    if " " in ours and " " in theirs:
        return f"{head} {tail}"
    return head[: max(2, len(head) // 2)] + tail[len(tail) // 2 :].lower()


def _asked_of(subject: str, rng: random.Random, others: Sequence[str]) -> str:
    """What is asked elsewhere, asked of `subject`."""
    other = rng.choice(others) if others and rng.random() < 0.75 else ""
    if re.search(_NAME, other):
        return re.sub(_NAME, lambda _: subject, other, count=1)
    return rng.choice(_ASKED).format(n=subject)


def draw(count: int, questions: Sequence[str], *, probe: bool, own: Sequence[str] = ()) -> list[Prompt]:
    """`count` different prompts that ask none of `questions`: half neighbours, else talk, questions, notes.

    A prompt is a `probe` or an anchor for ever: its words decide, so that nothing trains in one run that judges in
    another. What is no neighbour is the same in every run. `own` are earlier questions of the person that nobody
    corrected; they are at most a quarter.
    """
    taken = {words(question) for question in questions}
    found: dict[frozenset[str], Prompt] = {}

    def take(prompts: Iterable[Prompt], most: int) -> None:
        for prompt in prompts:
            if len(found) >= most:
                return
            if _words(prompt) not in taken and is_probe(prompt) == probe:
                found.setdefault(_words(prompt), prompt)

    take(((Message("user", text),) for text in own), count // 4)
    take(_near(questions, count), count // 2)
    take(_talk(), count * 3 // 4)
    take(_anything(), count)
    return list(found.values())


def is_probe(prompt: Prompt) -> bool:
    """Whether a prompt may only ever judge: its words decide, the same in every run."""
    return is_held_out(" ".join(sorted(_words(prompt))), PROBES)


def _words(prompt: Prompt) -> frozenset[str]:
    return words(" ".join(message.content for message in prompt))


def _near(questions: Sequence[str], count: int) -> Iterator[Prompt]:
    """Neighbours of the questions in turn, until there are more than enough."""
    rng = random.Random(f"near {len(questions)}")
    for _ in range(6 * count // max(1, len(questions)) + 1):
        for question in rng.sample(list(questions), min(len(questions), count)):
            yield from ((Message("user", other),) for other in neighbours(question, rng, questions))


def _talk() -> Iterator[Prompt]:
    """Small talk, then talk about this and that without end: a small model wavers wherever a wording is new to it."""
    rng = random.Random("talk")
    yield from ((Message("user", text),) for text in rng.sample(_TALK, len(_TALK)))
    while True:
        thing, other = rng.sample(_THINGS, 2)
        yield (
            Message(
                "user",
                rng.choice(_ABOUT).format(
                    thing=thing, other=other, feel=rng.choice(_FEELINGS), who=rng.choice(_PEOPLE[:10]),
                    do=rng.choice(_DEEDS), a=rng.randint(2, 12), b=rng.randint(2, 12),
                ),
            ),
        )  # fmt: skip


def _anything() -> Iterator[Prompt]:
    """Questions about invented names, with and without notes, without end."""
    rng = random.Random("anything")
    while True:
        yield _noted(rng) if rng.random() < 0.4 else (Message("user", rng.choice(_ASKED).format(n=name(rng))),)


def _noted(rng: random.Random) -> Prompt:
    """Notes about one or two invented names and a question that one of them answers."""
    pairs = list(zip(_NOTED[::2], _NOTED[1::2], strict=True))
    drawn = [(rng.choice(pairs), name(rng), name(rng), rng.randint(2, 900)) for _ in range(rng.choice((1, 1, 2)))]
    notes = "\n".join("Note: " + note.format(n=n, m=m, k=k) for (note, _), n, m, k in drawn)
    (_, question), n, m, k = rng.choice(drawn)
    return Message("system", notes), Message("user", question.format(n=n, m=m, k=k))
