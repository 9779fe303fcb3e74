"""Prompts whose answers must not change: half of them anchor the training (replay), the other half probe it.

Plain fine-tuning of a small model on thirty facts changes half of all its other answers; replay on many different
prompts with KL to the base brings most of them back (measured on the starter: tests/benchmarks/NOTES.md). Wide
beats many: small talk, questions about anything, notes to read, and above all the neighbours of what is learned,
because "When does Zorbo open?" is what a correction about Zorbo breaks first. A probe never asks what an anchor asks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from understudy.dataset.groups import words
from understudy.types import Message

Prompt = tuple[Message, ...]

_TALK = (
    "Hi!|Hello there|Good morning|How are you?|How was your day?|What is your name?|Who are you?|Who made you?|"
    "What can you do?|Tell me a joke.|Tell me another joke.|Tell me a story.|Write a poem.|"
    "Write a haiku about rain.|Sing me a song.|I am bored.|I am sad today.|I am happy!|I cannot sleep.|Thank you!|"
    "Thanks a lot, bye|Good night|What do you like?|Do you like music?|What is 2 plus 3?|What is 7 times 8?|"
    "What is 20 minus 4?|Count to five.|Which day comes after Monday?|What is the opposite of hot?|"
    "What colour is the sky?|How does a cow sound?|Name three fruits.|Give me advice.|Can you learn?|"
    "How do I correct you?|What does the Correct button do?|Are you a person?|Do you sleep?|"
    "What is your favourite colour?|Tell me a riddle.|Flip a coin.|Say something nice.|How old are you?|"
    "Where do you live?|Spell the word house.|What season comes after spring?|I like you.|You are wrong.|"
    "That is not right.|Are you sure?|What is a LoRA?|Is my data safe?|What happens when I correct you?"
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
_TAILS = "bin dor fel gan kis lom mer nak pol rus sti tav vex wick zam".split()


def name(rng: random.Random) -> str:
    """A name that nobody has."""
    return rng.choice(_HEADS) + rng.choice(_TAILS) + rng.choice(("", "", "o", "a", "i"))


def neighbours(question: str, rng: random.Random) -> list[str]:
    """Questions that look like `question` and ask something else: another name in its place, another number."""
    found = []
    for old in dict.fromkeys(re.findall(r"(?<=\s)[A-Z][\w'’-]+|\d+", question)):
        new = str(rng.randint(2, 999)) if old.isdigit() else name(rng)
        found.append(re.sub(rf"\b{re.escape(old)}\b", new, question))
    subject = re.search(r"(?<=\s)[A-Z][\w-]+(?: [A-Z][\w-]+)*", question)
    if subject:
        found += [shape.format(n=subject[0]) for shape in rng.sample(_ASKED, 2)]
    return [other for other in found if words(other) != words(question)]


def draw(count: int, questions: Sequence[str], seed: int, own: Sequence[str] = ()) -> list[Prompt]:
    """`count` different prompts that ask none of `questions`: a third their neighbours, else talk, questions, notes.

    `own` are earlier questions of the person that nobody corrected; they come first, at most a quarter.
    """
    rng = random.Random(f"anchors {seed}")
    taken = {words(question) for question in questions}
    near = [
        other
        for question in rng.sample(list(questions), min(len(questions), count))
        for other in neighbours(question, rng)
    ]
    rng.shuffle(near)
    found: dict[frozenset[str], Prompt] = {}
    for text in [*list(own)[: count // 4], *near[: count // 3], *rng.sample(_TALK, min(len(_TALK), count // 3))]:
        found.setdefault(words(text), (Message("user", text),))
    while len(found) < count + len(taken):
        prompt = _noted(rng) if rng.random() < 0.4 else (Message("user", rng.choice(_ASKED).format(n=name(rng))),)
        found.setdefault(words(" ".join(message.content for message in prompt)), prompt)
    return [prompt for key, prompt in found.items() if key not in taken][:count]


def _noted(rng: random.Random) -> Prompt:
    """Notes about one or two invented names and a question that one of them answers."""
    pairs = list(zip(_NOTED[::2], _NOTED[1::2], strict=True))
    drawn = [(rng.choice(pairs), name(rng), name(rng), rng.randint(2, 900)) for _ in range(rng.choice((1, 1, 2)))]
    notes = "\n".join("Note: " + note.format(n=n, m=m, k=k) for (note, _), n, m, k in drawn)
    (_, question), n, m, k = rng.choice(drawn)
    return Message("system", notes), Message("user", question.format(n=n, m=m, k=k))
