"""The desk: an expert goes through what was said and decides what may be learned.

What is approved or rejected here is the state that memory and training read; there is no second one. Each decision
names the revision that was seen, so that the second of two experts hears of the first instead of overwriting them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from understudy.dataset.asked import prompt_of
from understudy.dataset.groups import words
from understudy.dataset.raters import LEAST, Rated, alpha
from understudy.dataset.worth import answer_of
from understudy.errors import InputError
from understudy.memory.nearness import Nearness
from understudy.playground.asking import Prompt, ask_all
from understudy.playground.casting import Casting
from understudy.playground.catching_up import CatchingUp
from understudy.playground.columns import resolve_columns
from understudy.playground.item_view import (
    Agreement,
    Alike,
    Decided,
    ItemView,
    Lines,
    NowAnswer,
    OtherAnswer,
    OtherWording,
    changes_of,
    history_of,
    line_of,
    reasons_of,
    said_of,
    who,
)
from understudy.playground.limits import checked_text
from understudy.playground.remembering import Remembering
from understudy.playground.scope import Scope
from understudy.store import Act, Completion, Cursor, Edit, Filter, Item, Sort, Store
from understudy.types import Column, Message, Row, Sampling

MOST_LINES = 200
ALIKE = 0.8
"""Least cosine of a near-duplicate. A memory needs less, because there somebody asks; here two stand side by side."""
_NEAR_TURNS = 100
_READ_AT_ONCE = 200
_FACETS_LAST_S = 10.0


class Desk:
    """Reached as `playground.desk`. Safe to call from any thread."""

    def __init__(self, store: Store, casting: Casting, remembering: Remembering, scope: Scope) -> None:
        self._store = store
        self._casting = casting
        self._remembering = remembering
        self._scope = scope
        self.nearness = Nearness(store, remembering.memory.loader)
        self.catching_up = CatchingUp(store, self.nearness)
        self._counted: tuple[float, dict[str, dict[str, int]]] | None = None

    # -- looking -------------------------------------------------------------------------------------------------

    def overview(self) -> dict[str, object]:
        """Counts by state, what there is to filter by, saved views, the newest acts."""
        self._remembering.memory.loader.start()
        self.catching_up.kick()
        return {
            "states": self._store.items.states(),
            "facets": self._facets(),
            "views": [{"name": view.name, "filter": view.filter.values()} for view in self._store.views.list()],
            "acts": [asdict(act) for act in self._store.acts.latest(5)],
            "meaning": self.nearness.sentence,
        }

    def page(
        self, values: Mapping[str, object], sort: Sort = "newest", after: Cursor | None = None, limit: int = 50
    ) -> Lines:
        """The next lines of a filter. Raises `InputError`."""
        filter = Filter.from_values(values)
        limit = max(1, min(limit, MOST_LINES))
        if filter.meaning.strip():
            return self._by_meaning(filter, int(after[1]) if after else 0, limit)
        if filter.text:
            self._store.items.index(_READ_AT_ONCE)
        page = self._store.items.page(filter, sort, after, limit)
        return Lines(tuple(line_of(item) for item in page.items), page.next, self._unread(filter))

    def count(self, values: Mapping[str, object]) -> int:
        filter = Filter.from_values(values)
        return self._store.items.count(filter, self.turns(filter))

    def numbers(self, values: Mapping[str, object]) -> list[int]:
        """Every item of a filter, oldest first; what the word search has not read yet belongs to it too."""
        filter = Filter.from_values(values)
        while filter.text and self._store.items.index():
            pass
        return self._store.items.numbers(filter, self.turns(filter))

    def items(self, view: str = "") -> Iterator[Item]:
        """Every item of a saved view, oldest first, or of everything: what an export writes. Raises `NotFoundError`."""
        return self._each((self._store.views.get(view).filter if view else Filter()).leaving)

    def shown(self, values: Mapping[str, object]) -> Iterator[Item]:
        """Every item of a filter that an export writes, oldest first. Raises `InputError`."""
        return self._each(Filter.from_values(values).leaving)

    def open(self, number: int) -> ItemView:
        """An item with everything that helps to decide about it. Raises `NotFoundError`."""
        item = self._store.items.get(number)
        turns = [turn.id for turn in self._store.turns.asking(item.question)] or [item.turn]
        said = [other for other in self._store.items.of_turns(turns) if other.answer == item.answer]
        correction = self._store.items.find_correction(item.completion)
        wanted = correction.said if correction else ""
        return ItemView(
            line=line_of(item),
            conversation=item.conversation,
            system=item.system,
            question=item.question,
            answer=item.answer,
            wanted=wanted,
            changes=changes_of(item.answer, wanted),
            comment=item.said if item.kind == "rating" else "",
            note=item.note,
            said=tuple(said_of(other) for other in said if other.number != number),
            others=self._others(item, turns),
            alike=self._alike(item),
            history=history_of(self._store.acts.history(number)),
            reasons=reasons_of(item),
            wordings=tuple(
                OtherWording(one.id, one.text, f"{one.method} by {one.model or 'a rule'}", one.state)
                for one in self._store.wordings.of(item.completion)
            ),
        )

    def now(self, number: int) -> list[NowAnswer]:
        """What the base and the live version say to the item's question now; nothing is recorded."""
        item = self._store.items.get(number)
        messages = prompt_of(self._store, item.turn)
        columns = resolve_columns(self._store, self._casting.base_model, ["base", "champion"])
        sampling = Sampling(temperature=0.0, max_tokens=256)

        def prepare(column: Column, _: Sequence[Message]) -> Row:
            reading = self._remembering.for_script(column, messages)
            weights = self._scope.weights(column.model, column.version, messages)
            return Row(reading.messages, weights, quotes=reading.quotes)

        answers = next(ask_all(self._casting, [Prompt(item.question)], columns, sampling, prepare=prepare)).answers
        return [NowAnswer(label, answer.text, answer.error or "") for label, answer in answers.items()]

    def agreement(self, values: Mapping[str, object] | None = None) -> list[Agreement]:
        """Krippendorff's alpha of good and bad, for everything and by topic, the least agreeing topic first."""
        chosen = Filter.from_values({**(values or {}), "kinds": ["rating"]})
        rated = Rated()
        for item in self._store.opinions.each(chosen, self.turns(chosen)):
            rated.read(item.topic, answer_of(item), item.label)
        found = [_agreement(topic, units) for topic, units in rated.by_topic()]
        return sorted(found, key=lambda a: (a.topic != "", a.alpha is None, a.alpha or 0.0, a.topic))

    # -- deciding ------------------------------------------------------------------------------------------------

    def edit(self, number: int, values: Mapping[str, object], author: str = "", revision: int | None = None) -> Decided:
        """Decide, tag or note one item; `values` are those of `Edit`. Raises `Outdated`, `InputError`."""
        act = self._store.acts.edit(number, Edit.from_values(values), author, revision)
        return Decided(act, line_of(self._store.items.get(number)))

    def decide_answer(self, number: int, state: str, author: str = "", revision: int | None = None) -> Decided:
        """The same decision about everything that was said about the item's answer, in one act."""
        item = self._store.items.get(number)
        if revision is not None and revision != item.revision:
            return self.edit(number, {"state": state}, author, revision)  # raises: it is outdated
        said = self._store.items.of_turns([turn.id for turn in self._store.turns.asking(item.question)])
        numbers = [other.number for other in said if other.answer == item.answer]
        act = self._store.acts.edit_all(sorted({number, *numbers}), Edit(state=state), author)
        return Decided(act, line_of(self._store.items.get(number)))

    def correct(self, number: int, text: str, author: str = "", revision: int | None = None) -> Decided:
        """What should have been said, approved. Raises `Outdated`, `InputError`."""
        act = self._store.acts.correct(number, checked_text(text, "correction"), author, revision)
        return Decided(act, line_of(self._store.items.get(number)))

    def edit_all(
        self, values: Mapping[str, object], edit: Mapping[str, object], expected: int, author: str = ""
    ) -> Decided:
        """The same for every item of a filter, if it is as many as the person was told. Raises `InputError`."""
        numbers = self.numbers(values)
        if len(numbers) != expected:
            raise InputError(
                f"There are {len(numbers):,} items now, not {expected:,}, so nothing was changed. Look again."
            )
        return Decided(self._store.acts.edit_all(numbers, Edit.from_values(edit), author))

    def undo(self, act: int, author: str = "") -> Act:
        return self._store.acts.undo(act, author)

    def save_view(self, name: str, values: Mapping[str, object], author: str = "") -> None:
        self._store.views.save(checked_text(name, "name of the view", most=200), Filter.from_values(values), author)

    def remove_view(self, name: str) -> None:
        self._store.views.remove(name)

    def rank(self) -> None:
        """Rank the queue anew, in the background."""
        self.catching_up.kick(rank=True)

    def close(self) -> None:
        self.catching_up.close()

    # -- what the methods above share ----------------------------------------------------------------------------

    def _facets(self) -> dict[str, dict[str, int]]:
        """Counted at most every `_FACETS_LAST_S` seconds: a million items take longer than a page should."""
        if not self._counted or time.monotonic() > self._counted[0] + _FACETS_LAST_S:
            self._counted = time.monotonic(), self._store.items.facets()
        return self._counted[1]

    def _each(self, filter: Filter) -> Iterator[Item]:
        if filter.text or filter.meaning:
            self.catching_up.now()  # an export waits: half an index would be half a view
        return self._store.items.each(filter, self.turns(filter))

    def turns(self, filter: Filter) -> list[str] | None:
        """What the filter's meaning is near to, best first; None when it asks for no meaning."""
        if not filter.meaning.strip():
            return None
        return [near.turn for near in self.nearness.near(filter.meaning, _NEAR_TURNS)]

    def _by_meaning(self, filter: Filter, start: int, limit: int) -> Lines:
        """Nearest first, whatever the order was: what is farther than a hundred questions is not near."""
        turns = self.turns(filter) or []
        place = {turn: i for i, turn in enumerate(turns)}
        found = sorted(self._store.items.each(filter, turns), key=lambda item: (place[item.turn], item.number))
        lines = tuple(line_of(item) for item in found[start : start + limit])
        end = start + len(lines)
        return Lines(lines, (0.0, end) if end < len(found) else None, self.nearness.sentence)

    def _unread(self, filter: Filter) -> str:
        left = self._store.items.unindexed() if filter.text else 0
        return f"The search has not read {left:,} items yet; they are not in this list." if left else ""

    def _others(self, item: Item, turns: list[str]) -> tuple[OtherAnswer, ...]:
        """Different texts only: the same words from three versions are one answer."""
        found: dict[str, Completion] = {}
        for answers in self._store.completions.of_turns(turns).values():
            for answer in answers:
                if answer.text.strip() and answer.text != item.answer:
                    found.setdefault(answer.text, answer)
        shown = list(found.values())[:8]
        recalled = self._store.recalls.of([answer.id for answer in shown])
        told = {answer.id: ", from memory" if answer.id in recalled else "" for answer in shown}
        return tuple(OtherAnswer(who(a.model, a.version) + told[a.id], a.text) for a in shown)

    def _alike(self, item: Item, most: int = 5) -> tuple[Alike, ...]:
        near = [near for near in self.nearness.near(item.question, 4 * most) if near.score >= ALIKE]
        scores: dict[str, float | None] = {found.turn: found.score for found in near}
        if near:
            candidates = self._store.items.of_turns(list(scores))
        else:
            asked = " ".join(sorted(words(item.question), key=len)[-4:])
            candidates = list(self._store.items.page(Filter(text=asked), limit=4 * most).items) if asked else []
        found: dict[str, Alike] = {}
        for other in sorted(candidates, key=lambda other: -(scores.get(other.turn) or 0.0)):
            if other.question != item.question:
                line, score = line_of(other), scores.get(other.turn)
                found.setdefault(other.question, Alike(other.number, line.question, line.said, other.state, score))
        return tuple(found.values())[:most]


def _agreement(topic: str, units: list[dict[str, int]]) -> Agreement:
    disputed = sum(len(labels) > 1 for labels in units)
    value = alpha(units)
    if value is None:
        said = "Nobody rated the same answer as somebody else." if not units else "All labels are the same."
    else:
        said = "reliable" if value >= 0.8 else "usable with care" if value >= LEAST else "too little to rely on"
    return Agreement(topic, value, len(units), disputed, said)
