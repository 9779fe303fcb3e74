"""Augmentation: questions in other words, proposed by a model of this app or by a rule, for a person to decide about.

A model is asked as in a chat. What it writes is kept only where it still asks for the same by the memory's own test
(names, numbers, negation, kind of answer), and even then it waits: nothing synthetic trains unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from understudy.dataset.cleaning import learned
from understudy.dataset.flaws import language
from understudy.dataset.forms import forms
from understudy.errors import InputError
from understudy.playground.asking import Prompt, ask_all
from understudy.playground.casting import Casting
from understudy.playground.columns import resolve_column
from understudy.playground.curating import Desk
from understudy.playground.tasks import Heard, Task, Tasks, unheard
from understudy.store import Item, Method, Store, Wording
from understudy.training.paraphrase import TOKENS, asking, is_paraphrase, usable
from understudy.types import Sampling

METHODS: Mapping[str, str] = {
    "paraphrase": "A model writes the question in other words.",
    "translation": "A model translates the question and back again.",
    "order": "Rules turn the question around and make it polite, short or mistyped. No model is asked.",
}
VIA: Mapping[str, str] = {
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
    "pl": "Polish",
    "en": "English",
}
MOST_QUESTIONS = 500
_BY_RULE = 4
_TRANSLATE = "Translate this question into {language}. Write only the translation.\n\n{question}"


@dataclass(frozen=True, slots=True)
class Source:
    """A question whose answer `wanted` would be learned, at the completion that its wordings belong to."""

    completion: str
    question: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Written:
    """Of `questions` that were asked about, how many new wordings wait, and a sentence where something was missing."""

    questions: int
    proposed: int
    sentence: str = ""


class Augmenting:
    """Reached as `playground.augmenting`."""

    def __init__(self, store: Store, casting: Casting, desk: Desk) -> None:
        self._store, self._casting, self._desk = store, casting, desk
        self._tasks = Tasks("wordings")

    def sources(self, values: Mapping[str, object]) -> list[Source]:
        """Each question of a filter once, whose answer would be learned and that stands alone: what follows on means
        nothing without what it follows. No more than one above `MOST_QUESTIONS`. Raises `InputError`."""
        found: dict[str, Source] = {}
        for item in self._desk.shown(values):
            if item.question not in found and self._fits(item):
                found[item.question] = Source(item.completion, item.question, learned(item))
            if len(found) > MOST_QUESTIONS:
                break
        return list(found.values())

    def write(
        self,
        values: Mapping[str, object],
        method: str,
        model: str = "base",
        via: str = "de",
        author: str = "",
        heard: Heard = unheard,
    ) -> Written:
        """Propose wordings for a filter's questions; each is recorded as soon as it is there. `model` is a column's
        name, `via` the language of a translation. Raises `InputError`, and what `heard` raises."""
        sources = self._asked(values, method, via)
        wrote = self._wrote(sources, method, model, via)
        proposed, faults = 0, []
        for i, (source, texts, fault) in enumerate(wrote):
            heard(i / len(sources), "writing")
            by = "" if method == "order" else model
            proposed += self._store.wordings.add(source.completion, texts, _method(method), by, author)
            faults += [fault] if fault else []
        return Written(len(sources), proposed, faults[0] if faults else "" if proposed else _NONE[method == "order"])

    # -- for a page --------------------------------------------------------------------------------------------------

    def start(self, values: Mapping[str, object], method: str, model: str, via: str, author: str) -> str:
        """Begin to write in the background; the task's result is `Written`. Raises `InputError`."""
        self._asked(values, method, via)
        if method != "order":
            resolve_column(self._store, self._casting.base_model, model)
        return self._tasks.start(lambda heard: self.write(values, method, model, via, author, heard))

    def get(self, id: str) -> Task:
        return self._tasks.get(id)

    def stop(self, id: str) -> None:
        self._tasks.stop(id)

    def close(self) -> None:
        self._tasks.close()

    # -- deciding ----------------------------------------------------------------------------------------------------

    def wordings(self, state: str = "", after: str = "", limit: int = 50) -> list[Wording]:
        return self._store.wordings.list(state, after, limit)

    def counts(self) -> dict[str, int]:
        return self._store.wordings.counts()

    def decide(self, ids: Sequence[str], state: str, author: str = "") -> dict[str, str]:
        """What each was before, for an undo. Raises `InputError`."""
        return self._store.wordings.decide(ids, state, author)

    def put_back(self, before: Mapping[str, str], author: str = "") -> None:
        self._store.wordings.put_back(before, author)

    # -- what the methods above share --------------------------------------------------------------------------------

    def _fits(self, item: Item) -> bool:
        alone = self._store.turns.get(item.turn).parent is None
        return item.state != "rejected" and bool(learned(item).strip()) and alone

    def _asked(self, values: Mapping[str, object], method: str, via: str) -> list[Source]:
        if method not in METHODS:
            raise InputError(f"There is no way {method!r} to write wordings. Choose one of: {', '.join(METHODS)}.")
        if via not in VIA:
            raise InputError(f"{via!r} is no language to translate into. Choose one of: {', '.join(VIA)}.")
        sources = self.sources(values)
        if not sources:
            raise InputError("Nothing here has an answer to learn, so there is no question to ask in other words.")
        if len(sources) > MOST_QUESTIONS:
            raise InputError(f"These are more than {MOST_QUESTIONS} questions at once. Choose a smaller view.")
        return sources

    def _wrote(
        self, sources: Sequence[Source], method: str, model: str, via: str
    ) -> Iterator[tuple[Source, tuple[str, ...], str]]:
        """Each question with what is usable of what was written, and a sentence where a model failed."""
        if method == "order":
            for source in sources:
                yield source, tuple(forms(source.question, _BY_RULE)), ""
        elif method == "paraphrase":
            for source, text, fault in self._said(sources, model, lambda one: asking(one.question)):
                yield source, usable(source.question, source.wanted, text), fault
        else:
            yield from self._translated(sources, model, via)

    def _translated(
        self, sources: Sequence[Source], model: str, via: str
    ) -> Iterator[tuple[Source, tuple[str, ...], str]]:
        def away(one: Source) -> str:
            return _TRANSLATE.format(language=VIA[via], question=one.question)

        for source, there, fault in self._said(sources, model, away):
            if fault or not there.strip():
                yield source, (), fault
                continue
            own = VIA.get(language(f"{source.question} {source.wanted}"), "English")
            back = _TRANSLATE.format(language=own, question=there.strip())
            ((_, text, failed),) = self._said([source], model, lambda _, back=back: back)  # type: ignore[misc]
            said = text.strip().strip("\"“”'").strip()
            fine = is_paraphrase(source.question, said, source.wanted) if said else False
            yield source, (said,) if fine else (), failed

    def _said(
        self, sources: Sequence[Source], model: str, prompt: Callable[[Source], str]
    ) -> Iterator[tuple[Source, str, str]]:
        """What a model answers, as to anybody who asks: the text, and a sentence where it failed."""
        column = resolve_column(self._store, self._casting.base_model, model)
        sampling = Sampling(temperature=0.0, max_tokens=TOKENS)
        asked = ask_all(self._casting, [Prompt(prompt(one)) for one in sources], [column], sampling)
        for source, one in zip(sources, asked, strict=True):
            answer = one.answers[column.label]
            yield source, answer.text, answer.error or ""


_NONE = {
    False: "The model wrote nothing that still asks the same. Try a larger one.",
    True: "Every wording of the rules was proposed before.",
}


def _method(name: str) -> Method:
    """Checked by `_asked`."""
    return name  # type: ignore[return-value]
